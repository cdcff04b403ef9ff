/* SPDX-License-Identifier: MPL-2.0 */
/* The answer of a time-stamping authority: whatever comes is refused, or is
 * about the hash that was asked for, and signed. */
#include "fuzz.h"

#include <nss.h>
#include <pk11pub.h>

#include <nssmime/evidence.h>

static uint8_t hash[NM_TIMESTAMP_HASH];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	must(NSS_NoDB_Init(NULL) == SECSuccess);
	must(PK11_HashBuf(SEC_OID_SHA256, hash, (const unsigned char *)"seed",
		 4) == SECSuccess);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct nm_bytes token;
	struct nm_timestamp t;

	must(copy != NULL);
	if (size != 0)
		memcpy(copy, data, size);
	if (!nm_timestamp_response((struct nm_bytes){ copy, size }, &token))
		token = (struct nm_bytes){ copy, size };
	if (nm_timestamp_read(token, hash, NULL, &t, NULL) == NM_OK) {
		must(t.certificate.len != 0 && t.along_count != 0);
		must(t.accuracy >= -1);
		must(nm_signed_signer_count(t.signed_data) == 1);
		nm_timestamp_clear(&t);
	}
	must(t.signed_data == NULL && t.along == NULL);
	free(copy);
	return 0;
}
