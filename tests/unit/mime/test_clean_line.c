/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

#include "mime/seven_bit.h"

static void
cleanness(void **state)
{
	static const char *const clean[] = { "", "a", "a\r\nb\r\n", "a\nb",
		"\r\n\r\n", "from x", "Fromx", ">>From x", "x From y",
		" From x", ">from x" };
	static const char *const unclean[] = { "\x80", "a\r\n\xc3\xa4",
		"From x", ">From x", "a\r\nFrom x", "a\n>From x", "a\rb",
		"a\r\r\n", "a\r" };
	char line[NM_MAX_LINE + 4];

	(void)state;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++)
		assert_true(
		    nm_is_clean((const uint8_t *)clean[i], strlen(clean[i])));
	for (size_t i = 0; i < sizeof(unclean) / sizeof(unclean[0]); i++)
		assert_false(nm_is_clean(
		    (const uint8_t *)unclean[i], strlen(unclean[i])));
	assert_false(nm_is_clean((const uint8_t *)"a\0b", 3));
	/* a line of 998 bytes and its end, and one more */
	memset(line, 'x', sizeof(line));
	memcpy(line + NM_MAX_LINE, "\r\nx", 3);
	assert_true(nm_is_clean((uint8_t *)line, NM_MAX_LINE + 3));
	memcpy(line + NM_MAX_LINE, "x\r\n", 3);
	assert_false(nm_is_clean((uint8_t *)line, NM_MAX_LINE + 3));
	assert_false(nm_is_clean((uint8_t *)line, NM_MAX_LINE + 1));
}

static struct nm_stage *
base64(struct nm_stage *next)
{
	return nm_clean_line_new(NM_CLEAN_BASE64, next, NULL);
}

static struct nm_stage *
quoted(struct nm_stage *next)
{
	return nm_clean_line_new(NM_CLEAN_QUOTED, next, NULL);
}

static struct nm_stage *
outside(struct nm_stage *next)
{
	return nm_clean_line_new(NM_CLEAN_OUTSIDE, next, NULL);
}

static struct nm_stage *
refusing(struct nm_stage *next)
{
	return nm_clean_line_new(NM_CLEAN_REFUSE, next, NULL);
}

static void
clean_lines_stay(void **state)
{
	static const char text[] = "a =\r\nb\n\r\n--x\r\n.\r\nfrom \t\r\nend";

	(void)state;
	check_through(base64, text, text);
	check_through(quoted, text, text);
	check_through(outside, text, text);
	check_through(refusing, text, text);
	check_through(refusing, "", "");
}

/* Foreign bytes say nothing in base64, but "From" does. */
static void
in_base64(void **state)
{
	(void)state;
	check_through(base64, "From abcd\r\n", "Fromabcd\r\n");
	check_through(base64, "YW\x80Jj\r\r\n", "YWJj\r\n");
	check_through(base64, ">From abcd", "Fromabcd");
	/* what is left out may not make one */
	check_through(base64, "F\x80rom x\r\n", "Fromx\r\n");
}

static void
in_quoted_printable(void **state)
{
	(void)state;
	check_through(quoted, "From x=\r\n", "=46rom x=\r\n");
	check_through(quoted, ">From x\r\n", "=3EFrom x\r\n");
	check_through(quoted, "a\xc3\xa4 =C3\r\n", "a=C3=A4 =C3\r\n");
	check_through(quoted, "a\rb\r\n", "a=0Db\r\n");
}

static void
outside_of_parts(void **state)
{
	(void)state;
	check_through(outside, "From x\r\n", "?rom x\r\n");
	check_through(outside, "a\xc3\xa4 b\rc\r\n", "a?? b?c\r\n");
}

static void
refused(void **state)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *end, *s;

	(void)state;
	for (int way = 0; way < FEED_WAYS; way++) {
		memset(&fault, 0, sizeof(fault));
		end = nm_collector_new(&out, SIZE_MAX);
		s = nm_clean_line_new(NM_CLEAN_REFUSE, end, &fault);
		assert_int_equal(feed_all(s, "a\r\n\xe4\r\n", 6, way),
		    NM_ERR_MALFORMED_MESSAGE);
		assert_int_equal(fault.code, NM_ERR_MALFORMED_MESSAGE);
		nm_stage_free(&s);
		nm_stage_free(&end);
	}
	nm_buffer_reset(&out);
}

/* A long line is broken where that changes nothing, and a break makes no
 * delimiter of what was none. */
static void
long_lines(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer back = NM_BUFFER_INIT, plain = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < 3 * NM_MAX_LINE; i++)
		nm_buffer_byte(&in, '-');
	feed_through(quoted, in.data, in.len, &out);
	assert_true(nm_is_clean(out.data, out.len));
	for (size_t i = 0; i + 3 < out.len; i++)
		assert_false(memcmp(out.data + i, "\n--", 3) == 0);
	feed_through(nm_quoted_printable_decoder_new, out.data, out.len, &back);
	assert_bytes(&back, in.data, in.len);
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);

	for (size_t i = 0; i < 2 * NM_MAX_LINE; i++)
		nm_buffer_byte(&in, (uint8_t)('a' + i % 26));
	feed_through(base64, in.data, in.len, &out);
	assert_true(nm_is_clean(out.data, out.len));
	feed_through(nm_base64_decoder_new, in.data, in.len, &plain);
	feed_through(nm_base64_decoder_new, out.data, out.len, &back);
	assert_bytes(&back, plain.data, plain.len);
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
	nm_buffer_reset(&plain);
}

/* Whatever comes: what goes out is clean and says the same. */
static void
noise(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer back = NM_BUFFER_INIT, plain = NM_BUFFER_INIT;
	uint32_t seed = 3;

	(void)state;
	for (int round = 0; round < 60; round++) {
		random_text(&in, 1 + feed_next(&seed) % 4000,
		    round % 2 == 0 ? "From >\r\nabcd/+=" : "=0AFrom >-abcdefgh",
		    &seed);
		feed_through(base64, in.data, in.len, &out);
		assert_true(nm_is_clean(out.data, out.len));
		feed_through(nm_base64_decoder_new, in.data, in.len, &plain);
		feed_through(nm_base64_decoder_new, out.data, out.len, &back);
		assert_bytes(&back, plain.data, plain.len);
		nm_buffer_reset(&out);
		feed_through(outside, in.data, in.len, &out);
		assert_true(nm_is_clean(out.data, out.len));
		nm_buffer_reset(&out);
		feed_through(quoted, in.data, in.len, &out);
		assert_true(nm_is_clean(out.data, out.len));
		nm_buffer_reset(&in);
		nm_buffer_reset(&out);
		nm_buffer_reset(&back);
		nm_buffer_reset(&plain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleanness),
		cmocka_unit_test(clean_lines_stay),
		cmocka_unit_test(in_base64),
		cmocka_unit_test(in_quoted_printable),
		cmocka_unit_test(outside_of_parts),
		cmocka_unit_test(refused),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
