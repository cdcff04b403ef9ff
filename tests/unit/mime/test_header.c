/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static struct nm_header *
parse(const char *text)
{
	struct nm_header *h = NULL;

	assert_int_equal(
	    nm_header_parse((const uint8_t *)text, strlen(text), &h, NULL),
	    NM_OK);
	assert_non_null(h);
	return h;
}

static void
check_field(
    const struct nm_header *h, const char *name, size_t nth, const char *value)
{
	const struct nm_field *f = nm_header_find(h, name, nth);

	assert_non_null(f);
	assert_true(nm_field_is(f, name));
	assert_string_equal(f->value, value);
}

static void
fields(void **state)
{
	const struct nm_field *f;
	struct nm_header *h;

	(void)state;
	h = parse("Subject: one\r\nTo:a@b\r\nsubject : two \r\n three\r\n"
		  "Empty:\r\nX: \t y\n\tz \n \n");
	assert_int_equal(nm_header_count(h), 5);
	assert_int_equal(nm_header_strays(h), 0);
	check_field(h, "SUBJECT", 0, "one");
	check_field(h, "Subject", 1, "two  three");
	assert_null(nm_header_find(h, "Subject", 2));
	check_field(h, "To", 0, "a@b");
	check_field(h, "empty", 0, "");
	check_field(h, "x", 0, "y\tz");
	f = nm_header_at(h, 2);
	assert_int_equal(f->raw.len, strlen("subject : two \r\n three\r\n"));
	assert_memory_equal(
	    f->raw.data, "subject : two \r\n three\r\n", f->raw.len);
	assert_int_equal(f->name.len, 7);
	assert_false(nm_field_is(f, "Subjec"));
	assert_false(nm_field_is(f, "Subjects"));
	assert_null(nm_header_at(h, 5));
	nm_header_free(&h);
	assert_null(h);
	nm_header_free(&h);
}

static void
strays(void **state)
{
	struct nm_header *h;

	(void)state;
	h = parse("From a@b Tue Nov 24\nFrom: c\nno field\n of it\nA: b\n"
		  "bad name: x\n: y\n\xc3\xa4: z\n");
	assert_int_equal(nm_header_count(h), 2);
	assert_int_equal(nm_header_strays(h), 5);
	check_field(h, "From", 0, "c");
	check_field(h, "A", 0, "b");
	nm_header_free(&h);
	/* obsolete white space, no envelope line */
	h = parse("From : c\nFrom x\n");
	assert_int_equal(nm_header_count(h), 1);
	assert_int_equal(nm_header_strays(h), 1);
	nm_header_free(&h);
	h = parse(" starts with white space\nA: b");
	assert_int_equal(nm_header_count(h), 1);
	assert_int_equal(nm_header_strays(h), 1);
	nm_header_free(&h);
	h = parse("");
	assert_int_equal(nm_header_count(h), 0);
	nm_header_free(&h);
	h = parse("\xef\xbb\xbf"
		  "A: b\n\xef\xbb\xbf"
		  "C: d\n");
	assert_int_equal(nm_header_count(h), 1);
	assert_int_equal(nm_header_strays(h), 1);
	check_field(h, "A", 0, "b");
	nm_header_free(&h);
}

/* A CR alone, which many readers take for a line end: no field may hide
 * behind it. */
static void
carriage_returns(void **state)
{
	const struct nm_field *f;
	struct nm_header *h;

	(void)state;
	h = parse("A: b\rC: d\r e\r\r\nF: g\r\n\th\rI: j");
	assert_int_equal(nm_header_count(h), 4);
	assert_int_equal(nm_header_strays(h), 0);
	check_field(h, "A", 0, "b");
	check_field(h, "C", 0, "d e");
	check_field(h, "F", 0, "g\th");
	check_field(h, "I", 0, "j");
	f = nm_header_find(h, "C", 0);
	assert_int_equal(f->raw.len, strlen("C: d\r e\r\r\n"));
	nm_header_free(&h);
	h = parse("\rA: b\n\r\r");
	assert_int_equal(nm_header_count(h), 1);
	check_field(h, "A", 0, "b");
	nm_header_free(&h);
}

static void
bounds(void **state)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_header *h = NULL;

	(void)state;
	for (int i = 0; i < NM_MAX_HEADER_FIELDS; i++)
		nm_buffer_string(&b, "A:\n");
	assert_int_equal(nm_header_parse(b.data, b.len, &h, &fault), NM_OK);
	nm_header_free(&h);
	nm_buffer_string(&b, "A:\n");
	assert_int_equal(nm_header_parse(b.data, b.len, &h, &fault),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_null(h);
	assert_non_null(strstr(fault.text, "2000 fields"));
	nm_buffer_clear(&b);
	nm_buffer_string(&b, "A: ");
	while (b.len <= NM_MAX_HEADER_BLOCK)
		nm_buffer_byte(&b, 'x');
	assert_int_equal(
	    nm_header_parse(b.data, b.len, &h, NULL), NM_ERR_MALFORMED_MESSAGE);
	assert_int_equal(
	    nm_header_parse((const uint8_t *)"A: \0\n", 5, &h, NULL),
	    NM_ERR_MALFORMED_MESSAGE);
	nm_buffer_reset(&b);
}

static void
check_write(const char *value, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	nm_field_write(&b, "Name", value);
	nm_buffer_byte(&b, 0);
	assert_string_equal((char *)b.data, expected);
	nm_buffer_reset(&b);
}

static void
writing(void **state)
{
	char word[1100], expected[1200];

	(void)state;
	check_write("a b", "Name: a b\r\n");
	check_write("", "Name:\r\n");
	check_write("  a \t", "Name: a\r\n");
	/* no value can add a field */
	check_write("a\r\nBcc: x\nEvil: y", "Name: a  Bcc: x Evil: y\r\n");
	check_write("0123456789 0123456789 0123456789 0123456789 0123456789 "
		    "0123456789 01234 56789",
	    "Name: 0123456789 0123456789 0123456789 0123456789 0123456789 "
	    "0123456789 01234\r\n 56789\r\n");
	memset(word, 'x', sizeof(word));
	word[80] = '\0';
	snprintf(expected, sizeof(expected), "Name: %s\r\n", word);
	check_write(word, expected);
	word[80] = 'x';
	word[995] = '\0';
	snprintf(expected, sizeof(expected), "Name:\r\n %s\r\n", word);
	check_write(word, expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(strays),
		cmocka_unit_test(carriage_returns),
		cmocka_unit_test(bounds),
		cmocka_unit_test(writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
