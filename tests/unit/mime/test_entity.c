/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

struct seen {
	struct nm_buffer raw;
	struct nm_buffer body;
	struct nm_header *header;
	unsigned calls;
	bool keep;
	bool no_body;
	enum nm_error err;
};

static enum nm_error
on_header(void *arg, struct nm_header *header, bool *keep, struct nm_bytes raw,
    struct nm_stage **body)
{
	struct seen *s = arg;

	s->calls++;
	nm_buffer_append(&s->raw, raw.data, raw.len);
	if (s->keep) {
		s->header = header;
		*keep = true;
	}
	if (!s->no_body)
		*body = nm_collector_new(&s->body, SIZE_MAX);
	return s->err;
}

static const struct nm_entity_handler handler = { on_header, NULL };

static void
check(const char *in, const char *raw, const char *body, size_t fields)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *stage;
	struct seen s;

	for (int way = 0; way < FEED_WAYS; way++) {
		memset(&s, 0, sizeof(s));
		s.keep = true;
		stage = nm_entity_new(&handler, &s, &fault);
		assert_non_null(stage);
		assert_int_equal(feed_all(stage, in, strlen(in), way), NM_OK);
		nm_stage_free(&stage);
		assert_int_equal(s.calls, 1);
		assert_bytes(&s.raw, raw, strlen(raw));
		assert_bytes(&s.body, body, strlen(body));
		assert_int_equal(nm_header_count(s.header), fields);
		nm_header_free(&s.header);
		nm_buffer_reset(&s.raw);
		nm_buffer_reset(&s.body);
	}
}

static void
splitting(void **state)
{
	(void)state;
	check("", "", "", 0);
	check("\r\n", "\r\n", "", 0);
	check("\nbody", "\n", "body", 0);
	check("A: b", "A: b", "", 1);
	check("A: b\r\n", "A: b\r\n", "", 1);
	check("A: b\r\n\r\n", "A: b\r\n\r\n", "", 1);
	check("A: b\r\n c\r\nD: e\r\n\r\n\r\nbody\r\n\r\n",
	    "A: b\r\n c\r\nD: e\r\n\r\n", "\r\nbody\r\n\r\n", 2);
	check(
	    "A: b\nD: e\n\nbody\n\r\n\n", "A: b\nD: e\n\n", "body\n\r\n\n", 2);
	check("A: b\r\n\nbody", "A: b\r\n\n", "body", 1);
	/* line ends that were converted twice */
	check("A: b\r\r\n\r\r\nx\r\r\n", "A: b\r\r\n\r\r\n", "x\r\r\n", 1);
	/* white space does not make a line empty, nor does a bare CR */
	check(
	    "A: b\r\n \r\nD: e\r\n\r\nx", "A: b\r\n \r\nD: e\r\n\r\n", "x", 2);
	check("A: b\r\rC: d\n\r\nx", "A: b\r\rC: d\n\r\n", "x", 2);
}

static void
bounds(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT;
	struct nm_fault fault;
	struct nm_stage *stage;
	struct seen s;

	(void)state;
	for (int over = 0; over < 2; over++) {
		nm_buffer_string(&in, "A: ");
		while (in.len < NM_MAX_HEADER_BLOCK - 2 + (size_t)over)
			nm_buffer_byte(&in, 'x');
		nm_buffer_string(&in, "\r\n\r\nbody");
		for (int way = 0; way < 4; way++) {
			memset(&s, 0, sizeof(s));
			memset(&fault, 0, sizeof(fault));
			stage = nm_entity_new(&handler, &s, &fault);
			assert_int_equal(feed_all(stage, in.data, in.len, way),
			    over ? NM_ERR_MALFORMED_MESSAGE : NM_OK);
			assert_int_equal(fault.code,
			    over ? NM_ERR_MALFORMED_MESSAGE : NM_OK);
			nm_stage_free(&stage);
			assert_int_equal(s.body.len, over ? 0 : 4);
			nm_buffer_reset(&s.raw);
			nm_buffer_reset(&s.body);
		}
		nm_buffer_reset(&in);
	}
}

static void
failures(void **state)
{
	struct nm_stage *stage;
	struct seen s;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.err = NM_ERR_CANCELLED;
	stage = nm_entity_new(&handler, &s, NULL);
	assert_int_equal(feed_all(stage, "A: b\n\nx", 7, 0), NM_ERR_CANCELLED);
	nm_stage_free(&stage);
	nm_buffer_reset(&s.raw);

	memset(&s, 0, sizeof(s));
	s.no_body = true;
	stage = nm_entity_new(&handler, &s, NULL);
	assert_int_equal(feed_all(stage, "A: b\n\nx", 7, 0), NM_OK);
	nm_stage_free(&stage);
	nm_buffer_reset(&s.raw);

	memset(&s, 0, sizeof(s));
	stage = nm_entity_new(&handler, &s, NULL);
	assert_int_equal(
	    feed_all(stage, "A: \0b\n\nx", 8, 0), NM_ERR_MALFORMED_MESSAGE);
	nm_stage_free(&stage);
	assert_int_equal(s.calls, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splitting),
		cmocka_unit_test(bounds),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
