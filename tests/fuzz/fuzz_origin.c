/* SPDX-License-Identifier: MPL-2.0 */
/* Web origins, and text that is shown in windows. */
#include "bounds.h"
#include "fuzz.h"
#include "origin.h"
#include "text.h"

static void
show(const char *text)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	host_text_clean(&out, text, 200);
	must(!nm_buffer_failed(&out));
	must(out.len <= 200 + 3); /* the ellipsis */
	must(host_utf8_valid(out.data, out.len) == out.len);
	for (size_t i = 0; i < out.len; i++)
		must(out.data[i] >= ' ' && out.data[i] != 0x7f);
	nm_buffer_clear(&out);
	host_text_show(&out, text, 200);
	must(host_utf8_valid(out.data, out.len) == out.len);
	nm_buffer_clear(&out);
	host_utf8_repair(&out, (const uint8_t *)text, strlen(text));
	must(host_utf8_valid(out.data, out.len) == out.len);
	nm_buffer_reset(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	char *once = host_origin_canonical(text), *twice;

	if (once != NULL) {
		must(strlen(once) <= HOST_MAX_ORIGIN);
		must(strncmp(once, "https://", 8) == 0 ||
		    strncmp(once, "http://", 7) == 0);
		for (const char *p = once; *p != '\0'; p++)
			must(*p > ' ' && *p < 0x7f);
		twice = host_origin_canonical(once);
		must(twice != NULL && strcmp(once, twice) == 0);
		free(twice);
		free(once);
	}
	show(text);
	free(text);
	return 0;
}
