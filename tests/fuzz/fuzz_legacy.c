/* SPDX-License-Identifier: MPL-2.0 */
/* Legacy Display elements of an entity, and of an HTML text, left out: what is
 * left has none. */
#include "fuzz.h"
#include "message/legacy_display.h"

static struct nm_stage *
entity(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_legacy_omit_new(next, NULL);
}

static struct nm_stage *
html(struct nm_stage *next, void *arg)
{
	(void)arg;
	return nm_html_omit_new(next);
}

static void
check(struct nm_stage *(*make)(struct nm_stage *, void *), struct nm_bytes in)
{
	struct nm_buffer once = NM_BUFFER_INIT, twice = NM_BUFFER_INIT;

	if (fuzz_through(make, NULL, in, &once) == NM_OK) {
		must(make != html || once.len <= in.len);
		must(fuzz_through(make, NULL, nm_buffer_bytes(&once), &twice) ==
		    NM_OK);
		must(make == html ? twice.len <= once.len
				  : fuzz_same(&once, &twice));
	}
	nm_buffer_reset(&once);
	nm_buffer_reset(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nm_bytes in = { data, size };

	check(entity, in);
	check(html, in);
	return 0;
}
