/* SPDX-License-Identifier: MPL-2.0 */
#include "wire.h"

#include <nssmime/mime.h>

#include "../../../host/bounds.h"

/* An output of a request with these params. */
static struct host_call *
begin(struct wire *w, const char *params, struct nm_stage **out)
{
	struct host_call *call = wire_call(w, "1");
	struct json_object *output;

	call->params = json_tokener_parse(params);
	assert_non_null(call->params);
	assert_int_equal(
	    host_streams_accept(call, call->params, &call->fault), NM_OK);
	output = host_member(call->params, "output");
	assert_int_equal(host_output_new(call, output, out), NM_OK);
	return call;
}

static void
inline_output(void **state)
{
	struct json_object *result;
	struct nm_stage *out;
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = begin(&w, "{}", &out);
	assert_int_equal(nm_stage_write(out, "ab", 2), NM_OK);
	assert_int_equal(nm_stage_write(out, "\0\xff", 2), NM_OK);
	/* no result of what is not whole */
	assert_null(host_output_result(out));
	assert_int_equal(nm_stage_finish(out), NM_OK);
	result = host_output_result(out);
	assert_string_equal(
	    json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN),
	    "{\"data\":\"YWIA\\/w==\"}");
	json_object_put(result);
	nm_stage_free(&out);
	assert_next(&w, NULL);
	wire_done(&w, call);
	wire_close(&w);
}

static void
inline_bound(void **state)
{
	char *data = calloc(1, HOST_MAX_INLINE);
	struct nm_stage *out;
	struct host_call *call;
	struct wire w;

	(void)state;
	assert_non_null(data);
	wire_open(&w);
	call = begin(&w, "{}", &out);
	assert_int_equal(nm_stage_write(out, data, HOST_MAX_INLINE), NM_OK);
	assert_int_equal(nm_stage_write(out, data, 1), NM_ERR_TOO_LARGE);
	assert_int_equal(call->fault.code, NM_ERR_TOO_LARGE);
	nm_stage_free(&out);
	wire_done(&w, call);
	wire_close(&w);
	free(data);
}

/* Takes the frames off; appends what they carry. How many there were. */
static size_t
collect(struct wire *w, struct nm_buffer *into, bool *ended)
{
	static const char head[] = "{\"jsonrpc\":\"2.0\",\"method\":"
				   "\"stream.data\",\"params\":{\"stream\":1,"
				   "\"data\":\"";
	size_t count = 0, len, got;
	uint8_t *at;
	char *text, *data;

	while ((text = wire_next(w)) != NULL) {
		assert_true(strlen(text) <= HOST_MAX_FRAME_OUT);
		if (strncmp(text, head, sizeof(head) - 1) != 0) {
			assert_string_equal(text,
			    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.end\","
			    "\"params\":{\"stream\":1}}");
			assert_false(*ended);
			*ended = true;
			free(text);
			continue;
		}
		assert_false(*ended);
		data = text + sizeof(head) - 1;
		len = strcspn(data, "\"");
		assert_string_equal(data + len, "\"}}");
		at = nm_buffer_extend(into, len / 4 * 3 + 3);
		assert_non_null(at);
		/* strict base64, each frame's on its own */
		assert_true(nm_base64_decode(data, len, at, &got));
		assert_true(got != 0 && got <= HOST_MAX_DATA);
		into->len -= len / 4 * 3 + 3 - got;
		free(text);
		count++;
	}
	return count;
}

static void
streamed_output(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 5, 1000, 65536,
		HOST_MAX_DATA + 1 };
	struct nm_buffer sent = NM_BUFFER_INIT, found = NM_BUFFER_INIT;
	struct json_object *result;
	struct nm_stage *out;
	struct host_call *call;
	bool ended = false;
	struct wire w;
	uint8_t *p;

	(void)state;
	wire_open(&w);
	call = begin(&w, "{\"output\":{\"stream\":1}}", &out);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		p = nm_buffer_extend(&sent, sizes[i]);
		assert_non_null(p);
		for (size_t j = 0; j < sizes[i]; j++)
			p[j] = (uint8_t)(j * 7 + i);
		assert_int_equal(nm_stage_write(out, p, sizes[i]), NM_OK);
	}
	assert_int_equal(nm_stage_finish(out), NM_OK);
	assert_int_equal(collect(&w, &found, &ended), 2);
	assert_true(ended);
	assert_int_equal(found.len, sent.len);
	assert_memory_equal(found.data, sent.data, sent.len);
	/* credit is spent for what was sent, no more */
	assert_int_equal(call->outlets->credit, HOST_CREDIT - sent.len);
	result = host_output_result(out);
	assert_string_equal(
	    json_object_to_json_string_ext(result, JSON_C_TO_STRING_PLAIN),
	    "{\"stream\":1}");
	json_object_put(result);
	nm_stage_free(&out);
	wire_done(&w, call);
	wire_close(&w);
	nm_buffer_reset(&sent);
	nm_buffer_reset(&found);
}

static void
nothing_to_stream(void **state)
{
	struct nm_buffer found = NM_BUFFER_INIT;
	struct nm_stage *out;
	struct host_call *call;
	bool ended = false;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = begin(&w, "{\"output\":{\"stream\":1,\"credit\":0}}", &out);
	assert_int_equal(nm_stage_finish(out), NM_OK);
	assert_int_equal(collect(&w, &found, &ended), 0);
	assert_true(ended);
	nm_stage_free(&out);
	wire_done(&w, call);
	wire_close(&w);
}

/* No more than there is credit for, in frames as small as it is. */
static void
small_credit(void **state)
{
	struct nm_buffer found = NM_BUFFER_INIT;
	struct nm_stage *out;
	struct host_call *call;
	bool ended = false;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = begin(&w, "{\"output\":{\"stream\":1,\"credit\":4}}", &out);
	assert_int_equal(nm_stage_write(out, "abcd", 4), NM_OK);
	assert_int_equal(call->outlets->credit, 0);
	assert_int_equal(collect(&w, &found, &ended), 1);
	host_stream_credit(&w.e, 1, 3);
	assert_int_equal(nm_stage_write(out, "efg", 3), NM_OK);
	assert_int_equal(nm_stage_finish(out), NM_OK);
	assert_int_equal(collect(&w, &found, &ended), 1);
	assert_true(ended);
	assert_int_equal(found.len, 7);
	assert_memory_equal(found.data, "abcdefg", 7);
	nm_stage_free(&out);
	wire_done(&w, call);
	wire_close(&w);
	nm_buffer_reset(&found);
}

/* Nothing more goes out of an operation that has been answered. */
static void
after_the_answer(void **state)
{
	struct nm_stage *out, *second = NULL;
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = begin(&w, "{\"output\":{\"stream\":1}}", &out);
	/* one stage for a stream */
	assert_int_equal(
	    host_output_new(call, host_member(call->params, "output"), &second),
	    NM_ERR_INTERNAL);
	assert_null(second);
	assert_int_equal(nm_stage_write(out, "abc", 3), NM_OK);
	assert_true(host_call_end(call, NM_ERR_CANCELLED, NULL));
	assert_error(&w, "1", "cancelled");
	assert_int_equal(nm_stage_finish(out), NM_OK);
	assert_next(&w, NULL);
	nm_stage_free(&out);
	wire_done(&w, call);
	wire_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inline_output),
		cmocka_unit_test(inline_bound),
		cmocka_unit_test(streamed_output),
		cmocka_unit_test(nothing_to_stream),
		cmocka_unit_test(small_credit),
		cmocka_unit_test(after_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
