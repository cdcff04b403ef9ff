/* SPDX-License-Identifier: MPL-2.0 */
/* The bounds of a PKCS #12 that are checked before NSS reads it. */
#include "certificate/pkcs12.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct nm_bytes in = { copy, size };
	uint64_t total = 0, again = 0;
	enum nm_error err;

	must(copy != NULL);
	if (size != 0)
		memcpy(copy, data, size);
	err = nm_pkcs12_check(in, &total, NULL);
	must(nm_pkcs12_check(in, &again, NULL) == err && total == again);
	free(copy);
	return 0;
}
