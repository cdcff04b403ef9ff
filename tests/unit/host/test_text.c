/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "text.h"

static void
check(void (*function)(struct nm_buffer *, const char *, size_t),
    const char *text, size_t most, const char *wanted)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	char *got;

	function(&b, text, most);
	got = nm_buffer_take_string(&b);
	assert_string_equal(got, wanted);
	free(got);
}

static void
test_utf8(void **state)
{
	static const char *const bad[] = { "\x80", "\xc0\xaf", "\xc1\xbf",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82",
		"\xf0\x9f\x98", "\xff" };
	static const char good[] = "abcdefgh\xc3\xa4\xe2\x82\xac"
				   "\xf0\x9f\x98\x80z";

	(void)state;
	assert_int_equal(
	    host_utf8_valid((const uint8_t *)good, strlen(good)), strlen(good));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
		    host_utf8_valid((const uint8_t *)bad[i], strlen(bad[i])),
		    0);
}

static void
test_repair(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	host_utf8_repair(&b, (const uint8_t *)"a\xff\xc3\xa4\xc3", 5);
	assert_int_equal(b.len, 9);
	assert_memory_equal(b.data, "a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd", 9);
	nm_buffer_reset(&b);
}

static void
test_clean(void **state)
{
	(void)state;
	check(host_text_clean, "a\r\nb\tc\x7f\x1b[0m", 99, "a  b c  [0m");
	check(host_text_clean, "a\xc2\x85z", 99, "a z");
	/* direction: LRM, RLO, isolates, Arabic letter mark */
	check(host_text_clean,
	    "a\xe2\x80\x8e\xe2\x80\xae\xe2\x81\xa6\xe2\x81\xa9\xd8\x9cz", 99,
	    "az");
	/* no width: ZWSP, BOM, a tag */
	check(host_text_clean, "a\xe2\x80\x8b\xef\xbb\xbf\xf3\xa0\x81\x81z", 99,
	    "az");
	check(host_text_clean, "a\xffz", 99, "a\xef\xbf\xbdz");
	check(host_text_clean, "\xc3\xa4\xc3\xa4", 3, "\xc3\xa4\xe2\x80\xa6");
	check(host_text_clean, "abc", 3, "abc");
}

static void
test_both_forms(void **state)
{
	(void)state;
	check(host_text_show, "https://xn--bcher-kva.example", 99,
	    "https://xn--bcher-kva.example (b\xc3\xbc"
	    "cher.example)");
	check(host_text_show,
	    "x@b\xc3\xbc"
	    "cher.example, y",
	    99,
	    "x@b\xc3\xbc"
	    "cher.example (xn--bcher-kva.example), y");
	check(host_text_show,
	    "b\xc3\xbc"
	    "cher",
	    99,
	    "b\xc3\xbc"
	    "cher");
	check(
	    host_text_show, "https://mail.example", 99, "https://mail.example");
	check(host_text_show, "xn--\xff", 99, "xn--\xef\xbf\xbd");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_repair),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_both_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
