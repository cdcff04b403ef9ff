/* SPDX-License-Identifier: MPL-2.0 */
/* Making an entity 7-bit clean. */
#include <nssmime/mime.h>

#include "fuzz.h"
#include "mime/seven_bit.h"

static struct nm_stage *
canonical(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_canonical_new(next);
}

static struct nm_stage *
seven_bit(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_seven_bit_new(next, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_buffer text = NM_BUFFER_INIT, once = NM_BUFFER_INIT,
			 twice = NM_BUFFER_INIT;
	struct nm_bytes in = { data, size };

	must(fuzz_through(canonical, NULL, in, &text) == NM_OK);
	if (fuzz_through(seven_bit, NULL, nm_buffer_bytes(&text), &once) ==
	    NM_OK) {
		must(nm_is_clean(once.data, once.len));
		/* what is clean stays as it is */
		must(fuzz_through(seven_bit, NULL, nm_buffer_bytes(&once),
			 &twice) == NM_OK);
		must(fuzz_same(&once, &twice));
	}
	nm_buffer_reset(&text);
	nm_buffer_reset(&once);
	nm_buffer_reset(&twice);
	return 0;
}
