/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/owa/run.h"
#include "../../../host/owa/slice.h"

#define LONG 1000 /* several blocks, and a rest */

/* Going past a string ends at its quote, however many backslashes there are
 * before it. */
static void
past_strings(void **state)
{
	static const char *const before[] = { "", "x", "\\\\", "\\\"",
		"\\\\\\\"", "\\\\\\\\", "\\\"\\\"", "x\\\"y\\\\", "\\u0022" };
	struct host_slice root, found;
	char text[128];

	(void)state;
	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		int n = snprintf(text, sizeof(text),
		    "{\"a\":\"%s\",\"b\":[\"%s\",{\"b\":1}],\"c\":7}",
		    before[i], before[i]);
		uint64_t number;

		assert_true(host_slice_parse(text, (size_t)n, &root));
		found = host_slice_member(root, "a");
		assert_int_equal(found.len, strlen(before[i]));
		assert_memory_equal(found.text, before[i], found.len);
		assert_true(
		    host_slice_number(host_slice_member(root, "c"), &number));
		assert_int_equal(number, 7);
	}
}

static void
decodes(const char *raw, size_t len, const char *expected, uint64_t units)
{
	struct host_slice s = { HOST_SLICE_STRING, raw, len };
	struct nm_buffer b = NM_BUFFER_INIT;

	assert_int_equal(host_slice_decode(s, &b, NULL), units);
	assert_false(nm_buffer_failed(&b));
	assert_int_equal(b.len, strlen(expected));
	assert_memory_equal(b.data, expected, b.len);
	nm_buffer_reset(&b);
}

/* What is decoded does not depend on where in a block it stands. */
static void
decoded_anywhere(void **state)
{
	static const struct {
		const char *raw, *text;
		uint64_t units;
	} cases[] = { { "\\n", "\n", 1 }, { "\\\\", "\\", 1 },
		{ "\\\"", "\"", 1 }, { "\\u00e4", "\xc3\xa4", 1 },
		{ "\xc3\xa4", "\xc3\xa4", 1 },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", 2 },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80", 2 },
		{ "\\ud83dx", "\xef\xbf\xbdx", 2 },
		{ "\\ud83d\\n", "\xef\xbf\xbd\n", 2 },
		{ "\\ud83d\xc3\xa4", "\xef\xbf\xbd\xc3\xa4", 2 },
		{ "\\ude00", "\xef\xbf\xbd", 1 }, { "\xff", "\xef\xbf\xbd", 1 },
		{ "\xc3", "\xef\xbf\xbd", 1 }, { "\x7f", "\x7f", 1 } };
	char raw[LONG + 16], text[LONG + 16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].raw), m = strlen(cases[i].text);

		for (size_t at = 0; at < 3 * HOST_RUN_BLOCK; at++) {
			memset(raw, 'A', LONG);
			memset(text, 'A', LONG);
			memcpy(raw + at, cases[i].raw, n);
			memcpy(text + at, cases[i].text, m);
			text[at + m + 200] = '\0';
			decodes(
			    raw, at + n + 200, text, at + cases[i].units + 200);
		}
	}
}

static void
counted_anywhere(void **state)
{
	char text[LONG];

	(void)state;
	memset(text, '"', LONG);
	for (size_t len = 0; len < LONG; len++)
		assert_int_equal(host_run_count(text, len), len);
	memset(text, 'A', LONG);
	for (size_t at = 0; at < LONG; at++) {
		text[at] = '\\';
		assert_int_equal(host_run_count(text, LONG), 1);
		assert_int_equal(host_run_count(text, at), 0);
		text[at] = 'A';
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(past_strings),
		cmocka_unit_test(decoded_anywhere),
		cmocka_unit_test(counted_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
