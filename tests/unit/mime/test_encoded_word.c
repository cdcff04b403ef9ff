/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

#define FFFD "\xef\xbf\xbd"

static void
check(const char *value, const char *expected)
{
	char *text = nm_text_decode(value);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void
decoding(void **state)
{
	(void)state;
	check("", "");
	check("plain", "plain");
	/* RFC 2047 section 8 */
	check("=?ISO-8859-1?Q?a?=", "a");
	check("=?ISO-8859-1?Q?a?= b", "a b");
	check("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab");
	check("=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=", "ab");
	check("=?ISO-8859-1?Q?a_b?=", "a b");
	check("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b");
	check("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\t"
	      "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	    "If you can read this you understand the example.");
	check("=?utf-8?q?=c3=a4?=", "\xc3\xa4");
	check("=?utf-8*de?Q?=C3=A4?=", "\xc3\xa4");
	check("=?iso-8859-15?Q?=A4?=", "\xe2\x82\xac");
	check("=?windows-1252?Q?=80=81?=", "\xe2\x82\xac" FFFD);
	check("=?koi8-r?B?8NLJ18XU?=",
	    "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82");
	check("x=?utf-8?Q?y?=z", "xyz");
	/* a character cut in two */
	check("=?utf-8?Q?=C3?= =?UTF-8?B?pA==?=", "\xc3\xa4");
	check("=?utf-8?Q?=C3?= =?us-ascii?Q?=A4?=", FFFD FFFD);
	/* raw */
	check("\xc3\xa4 \xe4", "\xc3\xa4 " FFFD);
	check("a\x01"
	      "b\x7f",
	    "a b ");
	check("=?utf-8?Q?a=0D=0AX:_b=00c?=", "a  X: b" FFFD "c");
}

static void
not_words(void **state)
{
	static const char *const same[] = { "=?",
		"=?=", "=??Q?a?=", "=?utf-8?X?a?=", "=?utf-8?Q?a",
		"=?utf-8?Q?a?", "=?utf-8?Q?a?b?=", "=?utf 8?Q?a?=",
		"= ?utf-8?Q?a?=", "=?utf-8?Q", "a=b", "=?utf-8??a?=" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		check(same[i], same[i]);
	check("=?utf-8?Q?=G1=4?=", "=G1=4");
	check("=?no-such-charset?Q?a=E4?=", "a" FFFD);
}

static void
charsets(void **state)
{
	static const uint8_t japanese[] = "\x1b$B$\"\x1b(B";
	char *text;

	(void)state;
	text = nm_charset_to_utf8("iso-2022-jp", japanese, 8);
	assert_string_equal(text, "\xe3\x81\x82");
	free(text);
	/* no paths and options of iconv's */
	text =
	    nm_charset_to_utf8("../x//TRANSLIT", (const uint8_t *)"a\xe4", 2);
	assert_string_equal(text, "a" FFFD);
	free(text);
	text = nm_charset_to_utf8(
	    "utf-16le", (const uint8_t *)"a\0\xac\x20\0\0b", 7);
	assert_string_equal(text, "a\xe2\x82\xac" FFFD FFFD);
	free(text);
	text = nm_charset_to_utf8("shift_jis", NULL, 0);
	assert_string_equal(text, "");
	free(text);
}

static void
check_back(const char *utf8, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	size_t run = 0;
	char *text;

	nm_text_encode(&b, utf8);
	text = nm_buffer_take_string(&b);
	assert_non_null(text);
	if (expected != NULL)
		assert_string_equal(text, expected);
	for (const char *p = text; *p != '\0'; p++) {
		assert_true(*p >= ' ' && *p < 0x7f);
		run = *p == ' ' ? 0 : run + 1;
		assert_true(run <= 75 || strstr(text, "=?") == NULL);
	}
	check(text, utf8);
	free(text);
}

static void
encoding(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	char *text;

	(void)state;
	check_back("", "");
	check_back("", "");
	check_back(
	    "plain (text), \"as\" it <is>.", "plain (text), \"as\" it <is>.");
	check_back("Gr\xc3\xbc\xc3\x9f"
		   "e aus K",
	    "=?utf-8?B?R3LDvMOfZQ==?= aus K");
	check_back("a long plain word and \xc3\xa4 then more of it",
	    "a long plain word and =?utf-8?B?w6Q=?= then more of it");
	check_back("a \xc3\xa4  \xc3\xb6 b", NULL);
	check_back("=?utf-8?Q?x?=", NULL);
	for (int i = 0; i < 300; i++)
		nm_buffer_string(&b, i % 7 == 0 ? " x" : "\xe2\x82\xac");
	text = nm_buffer_take_string(&b);
	check_back(text, NULL);
	free(text);
	for (int i = 0; i < 2000; i++)
		nm_buffer_byte(&b, 'x');
	text = nm_buffer_take_string(&b);
	check_back(text, NULL);
	free(text);
	nm_text_encode(&b, "a\nb \xff");
	text = nm_buffer_take_string(&b);
	check(text, "a b " FFFD);
	free(text);
}

static void
check_phrase(const char *name, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_mailboxes m;
	char *text;

	nm_phrase_write(&b, name);
	if (expected != NULL)
		assert_bytes(&b, expected, strlen(expected));
	nm_buffer_string(&b, " <a@b>");
	text = nm_buffer_take_string(&b);
	assert_int_equal(nm_mailboxes_parse(text, &m), NM_OK);
	assert_false(m.malformed);
	assert_int_equal(m.count, 1);
	assert_string_equal(m.items[0].name, name);
	assert_string_equal(m.items[0].address, "a@b");
	nm_mailboxes_clear(&m);
	free(text);
}

static void
phrases(void **state)
{
	(void)state;
	check_phrase("Joe Smith", "Joe Smith");
	check_phrase("Smith, Joe", "\"Smith, Joe\"");
	check_phrase("a \"b\\", "\"a \\\"b\\\\\"");
	check_phrase("D, \xc3\xa4", "=?utf-8?B?RCwgw6Q=?=");
	check_phrase("x@y <z> =?utf-8?Q?x?=", NULL);
	check_phrase("", "\"\"");
}

/* Only that it ends and stays within what it is given. */
static void
noise(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	uint32_t seed = 17;
	char *value, *text;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		for (uint32_t i = feed_next(&seed) % 60; i != 0; i--) {
			static const char *const pieces[] = { "=?",
				"?=", "utf-8", "?Q?", "?b?", "iso-2022-jp",
				"=4", "\x1b$B", " ", "\xc3", "gb18030", "utf-7",
				"AA==", "=C3", "*", "x", "?" };

			nm_buffer_string(&b,
			    pieces[feed_next(&seed) %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		}
		if ((value = nm_buffer_take_string(&b)) == NULL)
			continue;
		text = nm_text_decode(value);
		assert_non_null(text);
		free(text);
		free(value);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoding),
		cmocka_unit_test(not_words),
		cmocka_unit_test(charsets),
		cmocka_unit_test(encoding),
		cmocka_unit_test(phrases),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
