/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
writing(void **state)
{
	static const uint8_t random[16] = { 0x00, 0x01, 0x9a, 0xff, 4, 5, 6, 7,
		8, 9, 10, 11, 12, 13, 14, 0xf0 };
	char text[48];

	(void)state;
	nm_boundary_write(random, text, sizeof(text));
	assert_string_equal(text, "=_nssmime_00019aff0405060708090a0b0c0d0ef0");
	nm_boundary_write(random, text, 43);
	assert_int_equal(strlen(text), 42);
	nm_boundary_write(random, text, 42);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
