/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
line_ends(void **state)
{
	(void)state;
	check_through(nm_canonical_new, "", "");
	check_through(nm_canonical_new, "\n", "\r\n");
	check_through(nm_canonical_new, "a\nb\r\nc", "a\r\nb\r\nc");
	check_through(nm_canonical_new, "\n\n\r\n\r\n", "\r\n\r\n\r\n\r\n");
	check_through(nm_canonical_new, "a\rb\r", "a\rb\r");
	check_through(nm_canonical_new, "a\r\r\nb", "a\r\nb");
	check_through(nm_canonical_new, "\r\r\r\n\r\r", "\r\n\r\r");
	check_through(nm_canonical_new, "a\r\rb\n", "a\r\rb\r\n");
	check_through(nm_canonical_new, "\r\n\r", "\r\n\r");
}

/* Against the plainest way of doing it. */
static void
random_input(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer expected = NM_BUFFER_INIT;
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 40; round++) {
		random_text(
		    &in, round < 35 ? 200 : 60000, "\r\r\n\nab ", &seed);
		for (size_t i = 0; i < in.len; i++) {
			size_t n = 0;

			/* CR of any number and LF: one line end */
			while (in.data[i + n] == '\r' && i + n + 1 < in.len)
				n++;
			if (in.data[i + n] == '\n') {
				nm_buffer_append(&expected, "\r\n", 2);
				i += n;
				continue;
			}
			nm_buffer_byte(&expected, in.data[i]);
		}
		feed_through(nm_canonical_new, in.data, in.len, &out);
		assert_bytes(&out, expected.data, expected.len);
		nm_buffer_reset(&in);
		nm_buffer_reset(&out);
		nm_buffer_reset(&expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends),
		cmocka_unit_test(random_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
