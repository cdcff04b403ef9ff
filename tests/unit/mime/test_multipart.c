/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

/* What came out, as text: "[part]" for each, then the end's report. */
struct seen {
	struct nm_buffer text;
	struct nm_buffer part;
	unsigned last;
	enum nm_error err;
};

static void
close_part(struct seen *s)
{
	if (s->last == 0)
		return;
	nm_buffer_byte(&s->text, '[');
	nm_buffer_append(&s->text, s->part.data, s->part.len);
	nm_buffer_byte(&s->text, ']');
	nm_buffer_reset(&s->part);
}

static enum nm_error
on_part(void *arg, unsigned index, struct nm_stage **part)
{
	struct seen *s = arg;

	close_part(s);
	assert_int_equal(index, s->last + 1);
	s->last = index;
	*part = nm_collector_new(&s->part, SIZE_MAX);
	return s->err;
}

static enum nm_error
on_end(void *arg, unsigned parts, bool closed, bool preamble, bool epilogue)
{
	struct seen *s = arg;

	assert_int_equal(parts, s->last);
	close_part(s);
	nm_buffer_format(&s->text, "%u%s%s%s", parts, closed ? " closed" : "",
	    preamble ? " preamble" : "", epilogue ? " epilogue" : "");
	return NM_OK;
}

static const struct nm_multipart_handler handler = { on_part, on_end };

static void
run(const char *boundary, const void *in, size_t len, int way,
    struct nm_buffer *out)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *stage;
	struct seen s;

	memset(&s, 0, sizeof(s));
	stage = nm_multipart_new(boundary, &handler, &s, &fault);
	assert_non_null(stage);
	assert_int_equal(feed_all(stage, in, len, way), NM_OK);
	nm_stage_free(&stage);
	*out = s.text;
}

/* Who takes the parts need not take the end. */
static void
without_end(void **state)
{
	static const struct nm_multipart_handler parts = { .part = on_part };
	static const char in[] = "--b\r\n\r\nx\r\n--b--\r\n";
	struct nm_stage *stage;
	struct seen s;

	(void)state;
	memset(&s, 0, sizeof(s));
	stage = nm_multipart_new("b", &parts, &s, NULL);
	assert_non_null(stage);
	assert_int_equal(
	    nm_stage_write(stage, (const uint8_t *)in, sizeof(in) - 1), NM_OK);
	assert_int_equal(nm_stage_finish(stage), NM_OK);
	nm_stage_free(&stage);
	close_part(&s);
	assert_int_equal(s.last, 1);
	nm_buffer_reset(&s.text);
}

static void
check_boundary(const char *boundary, const char *in, const char *expected)
{
	struct nm_buffer out;

	for (int way = 0; way < FEED_WAYS; way++) {
		run(boundary, in, strlen(in), way, &out);
		nm_buffer_byte(&out, 0);
		assert_string_equal((char *)out.data, expected);
		nm_buffer_reset(&out);
	}
}

static void
check(const char *in, const char *expected)
{
	check_boundary("b", in, expected);
}

static void
framing(void **state)
{
	(void)state;
	check("", "0");
	check("--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", "[one][two]2 closed");
	check("--b\none\n--b\ntwo\n--b--", "[one][two]2 closed");
	check("\r\n--b\r\none\r\n\r\n--b\r\n\r\n--b--\r\n",
	    "[one\r\n][]2 closed");
	check("pre\r\n--b\r\nx\r\n--b--\r\npost",
	    "[x]1 closed preamble epilogue");
	check(" \r\n\t\n--b\r\nx\r\n--b--\r\n \r\n", "[x]1 closed");
	/* delimiters with nothing between them */
	check("--b\r\n--b\r\n--b--\r\n", "[][]2 closed");
	check("--b\r\n\r\n--b--", "[]1 closed");
	/* all after the close-delimiter is epilogue, delimiters too */
	check("--b\nx\n--b--\n--b\ny\n--b--\n", "[x]1 closed epilogue");
	check("--b--\r\nx", "0 closed epilogue");
}

static void
exactness(void **state)
{
	(void)state;
	check("--b\r\nx\r\n--bX\r\n--b-\r\n --b\r\n-b\r\n--b--\r\n",
	    "[x\r\n--bX\r\n--b-\r\n --b\r\n-b]1 closed");
	check("--b\nx\n--b--X\n--b--- \n--b -- \n--b--",
	    "[x\n--b--X\n--b--- \n--b -- ]1 closed");
	check("--b \t \r\nx\r\n--b--\t\r\n", "[x]1 closed");
	check("--b\r\nx--b\r\n--b--", "[x--b]1 closed");
	check("--b\r\nx\r--b\r\n--b--", "[x\r--b]1 closed");
	check("--b\r\nx\r\r\n--b--", "[x\r]1 closed");
	check("--b\r\nx\n\r\n--b--", "[x\n]1 closed");
	check("--b\r\nx\r\n--b\r\r\n--b--", "[x\r\n--b\r]1 closed");
	check("--b\r\nx\r\n--b\ry\r\n--b--", "[x\r\n--b\ry]1 closed");
	check("--B\r\nx\r\n--b\r\ny\r\n--b--", "[y]1 closed preamble");
	check("--b\r\r\nx", "0 preamble");
}

/* What is not closed keeps its line end: nothing says that it is not its. */
static void
cut_off(void **state)
{
	(void)state;
	check("--b\r\nx\r\n", "[x\r\n]1");
	check("--b\r\nx\r", "[x\r]1");
	check("--b\r\nx\r\n--", "[x\r\n--]1");
	check("--b\r\nx\r\n--b", "[x][]2");
	check("--b\r\nx\r\n--b-", "[x\r\n--b-]1");
	check("--b\r\nx\r\n--b--", "[x]1 closed");
	check("--b\r\nx\r\n--b-- \r", "[x]1 closed");
	check("--b", "[]1");
	check("--", "0 preamble");
	check("text only", "0 preamble");
}

static void
boundaries(void **state)
{
	struct nm_fault fault = { NM_OK, "" };
	char boundary[300];

	(void)state;
	check_boundary("a b ", "--a b\r\nx\r\n--a b--", "[x]1 closed");
	check_boundary("-", "---\r\nx\r\n-----\r\n", "[x]1 closed");
	check_boundary("--", "----\r\nx\r\n------\r\n", "[x]1 closed");
	check_boundary("b--", "--b--\r\nx\r\n--b----\r\n", "[x]1 closed");
	check_boundary("ab", "--ab\nx\n--a\n--ab--", "[x\n--a]1 closed");
	/* one that begins as another does */
	check_boundary("out", "--out\n--out2\nx\n--out2--\n--out--",
	    "[--out2\nx\n--out2--]1 closed");
	memset(boundary, 'x', sizeof(boundary));
	boundary[257] = '\0';
	assert_null(nm_multipart_new(boundary, &handler, NULL, &fault));
	assert_int_equal(fault.code, NM_ERR_MALFORMED_MESSAGE);
	assert_null(nm_multipart_new("", &handler, NULL, NULL));
	assert_null(nm_multipart_new(" ", &handler, NULL, NULL));
	assert_null(nm_multipart_new("a\nb", &handler, NULL, NULL));
}

static void
padding(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out, expected = NM_BUFFER_INIT;

	(void)state;
	for (size_t pad = 997; pad <= 1000; pad++) {
		nm_buffer_string(&in, "--b\nx\n--b");
		for (size_t i = 0; i < pad; i++)
			nm_buffer_byte(&in, ' ');
		nm_buffer_string(&in, "\r\ny\n--b--");
		if (pad <= 998) {
			nm_buffer_string(&expected, "[x][y]2 closed");
		} else {
			nm_buffer_byte(&expected, '[');
			nm_buffer_append(&expected, in.data + 4, in.len - 10);
			nm_buffer_string(&expected, "]1 closed");
		}
		for (int way = 0; way < FEED_WAYS; way++) {
			run("b", in.data, in.len, way, &out);
			assert_bytes(&out, expected.data, expected.len);
			nm_buffer_reset(&out);
		}
		nm_buffer_reset(&in);
		nm_buffer_reset(&expected);
	}
}

/* Line by line over the whole input, the plainest way. */
static void
reference(const uint8_t *p, size_t len, struct nm_buffer *out)
{
	const uint8_t *end = p + len, *next, *stop, *run_end = p;
	const uint8_t *part = NULL;
	bool preamble = false, epilogue = false, closed = false;
	unsigned parts = 0;

	for (const uint8_t *line = p; line < end; line = next) {
		next = memchr(line, '\n', (size_t)(end - line));
		next = next == NULL ? end : next + 1;
		stop = next;
		if (stop > line && stop[-1] == '\n')
			stop--;
		if (stop > line && stop[-1] == '\r')
			stop--;
		while (stop > line && (stop[-1] == ' ' || stop[-1] == '\t'))
			stop--;
		if (!closed && stop - line >= 3 &&
		    memcmp(line, "--b", 3) == 0 &&
		    (stop - line == 3 ||
			(stop - line == 5 && memcmp(line, "--b--", 5) == 0))) {
			if (part != NULL) {
				nm_buffer_byte(out, '[');
				if (run_end > part)
					nm_buffer_append(out, part,
					    (size_t)(run_end - part));
				nm_buffer_byte(out, ']');
			}
			part = NULL;
			if (stop - line == 5) {
				closed = true;
			} else {
				parts++;
				part = next;
			}
			run_end = next;
			continue;
		}
		for (const uint8_t *c = line; c < next && part == NULL; c++) {
			if (strchr(" \t\r\n", *c) != NULL && *c != '\0')
				continue;
			if (closed)
				epilogue = true;
			else
				preamble = true;
		}
		run_end = next;
		if (run_end > line && run_end[-1] == '\n')
			run_end--;
		if (next[-1] == '\n' && run_end > line && run_end[-1] == '\r')
			run_end--;
	}
	if (part != NULL) {
		nm_buffer_byte(out, '[');
		nm_buffer_append(out, part, (size_t)(end - part));
		nm_buffer_byte(out, ']');
	}
	nm_buffer_format(out, "%u%s%s%s", parts, closed ? " closed" : "",
	    preamble ? " preamble" : "", epilogue ? " epilogue" : "");
}

static void
random_input(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out, expected = NM_BUFFER_INIT;
	static const char *const pieces[] = { "\r\n", "\n", "\r", "--b", "--",
		"-", "b", " ", "\t", "x", "--b--", "\r\n--b\r\n", "\n--b\n",
		"text text", "\r\n--b" };
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		for (uint32_t i = feed_next(&seed) % 40; i != 0; i--)
			nm_buffer_string(&in,
			    pieces[feed_next(&seed) %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		nm_buffer_byte(&in, '.');
		reference(in.data, in.len, &expected);
		for (int way = 0; way < FEED_WAYS; way++) {
			run("b", in.data, in.len, way, &out);
			assert_bytes(&out, expected.data, expected.len);
			nm_buffer_reset(&out);
		}
		nm_buffer_reset(&in);
		nm_buffer_reset(&expected);
	}
}

static void
failure(void **state)
{
	struct nm_stage *stage;
	struct seen s;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.err = NM_ERR_CANCELLED;
	stage = nm_multipart_new("b", &handler, &s, NULL);
	assert_int_equal(
	    feed_all(stage, "--b\nx\n--b--", 11, 0), NM_ERR_CANCELLED);
	nm_stage_free(&stage);
	nm_buffer_reset(&s.text);
	nm_buffer_reset(&s.part);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_end),
		cmocka_unit_test(framing),
		cmocka_unit_test(exactness),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(boundaries),
		cmocka_unit_test(padding),
		cmocka_unit_test(random_input),
		cmocka_unit_test(failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
