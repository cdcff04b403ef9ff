/* SPDX-License-Identifier: MPL-2.0 */
/* JSON as it comes from Outlook on the web's extension, and what is cut of it.
 */
#include "fuzz.h"
#include "json.h"
#include "owa/json_out.h"
#include "owa/slice.h"
#include "text.h"

/* Everything in it, as deep as it goes. */
static void
walk(struct host_slice value, unsigned depth)
{
	struct host_slices all = host_slices_of(value);
	struct host_slice name, inside;
	bool on;
	uint64_t n;

	must(depth <= 32);
	(void)host_slice_boolean(value, &on);
	if (host_slice_number(value, &n))
		must(value.kind == HOST_SLICE_NUMBER);
	while (host_slices_next(&all, &name, &inside)) {
		must((name.kind == HOST_SLICE_NONE) == !all.object);
		must(inside.kind != HOST_SLICE_NONE);
		must(inside.text >= value.text &&
		    inside.text + inside.len <= value.text + value.len);
		walk(inside, depth + 1);
	}
}

/* Decoded in one go and in pieces it is the same, and valid; written again and
 * read again as well. */
static void
decode(struct host_slice s)
{
	struct nm_buffer whole = NM_BUFFER_INIT, pieces = NM_BUFFER_INIT;
	struct nm_buffer out = NM_BUFFER_INIT;
	struct host_slice now, rest = s, back;
	uint64_t units, sum = 0;
	uint16_t high = 0;

	units = host_slice_decode(s, &whole, NULL);
	must(host_utf8_valid(whole.data, whole.len) == whole.len);
	while (rest.len != 0) {
		now = rest;
		now.len = host_slice_cut(rest.text, rest.len, 12);
		must(now.len != 0);
		sum += host_slice_decode(now, &pieces, &high);
		rest.text += now.len;
		rest.len -= now.len;
	}
	if (high != 0)
		nm_buffer_string(&pieces, "\xef\xbf\xbd");
	/* bytes that are no UTF-8 count as they are met */
	if (host_utf8_valid((const uint8_t *)s.text, s.len) == s.len) {
		must(sum == units);
		must(fuzz_same(&whole, &pieces));
	}
	nm_buffer_byte(&out, '"');
	host_out_escape(&out, whole.data, whole.len);
	nm_buffer_byte(&out, '"');
	for (size_t i = 0; i < out.len; i++)
		must(out.data[i] >= ' ' && out.data[i] < 0x7f);
	must(host_slice_parse((const char *)out.data, out.len, &back));
	nm_buffer_clear(&pieces);
	(void)host_slice_decode(back, &pieces, NULL);
	must(fuzz_same(&whole, &pieces));
	nm_buffer_reset(&whole);
	nm_buffer_reset(&pieces);
	nm_buffer_reset(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size);
	struct json_object *root = NULL;
	struct host_slice s;
	bool good = host_slice_parse(text, size, &s);

	/* what the host's own reader takes is taken here */
	if (host_json_parse(text, size, &root, NULL) == NM_OK)
		must(good);
	json_object_put(root);
	if (good) {
		walk(s, 0);
		(void)host_slice_member(s, "x");
		if (s.kind == HOST_SLICE_STRING)
			decode(s);
	}
	free(text);
	return 0;
}
