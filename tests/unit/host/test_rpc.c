/* SPDX-License-Identifier: MPL-2.0 */
#include "wire.h"

#include <stdio.h>

static void
take(struct wire *w, const char *text)
{
	host_rpc_dialect.take(&w->e, text, strlen(text));
}

static void
check_error(const char *text, const char *id, const char *kind)
{
	struct wire w;

	wire_open(&w);
	take(&w, text);
	assert_error(&w, id, kind);
	assert_next(&w, NULL);
	assert_int_equal(w.e.call_count, 0);
	wire_close(&w);
}

static void
no_requests(void **state)
{
	(void)state;
	check_error("", "null", "parse-error");
	check_error("{", "null", "parse-error");
	check_error("\xff", "null", "parse-error");
	check_error("1", "null", "invalid-request");
	check_error("\"x\"", "null", "invalid-request");
	check_error("null", "null", "invalid-request");
	check_error("{}", "null", "invalid-request");
	/* no batches */
	check_error("[]", "null", "invalid-request");
	check_error("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\"}]",
	    "null", "invalid-request");
}

static void
envelopes(void **state)
{
	(void)state;
	check_error("{\"id\":1,\"method\":\"hello\"}", "1", "invalid-request");
	check_error("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"hello\"}", "1",
	    "invalid-request");
	check_error("{\"jsonrpc\":2.0,\"id\":1,\"method\":\"hello\"}", "1",
	    "invalid-request");
	check_error(
	    "{\"jsonrpc\":\"2.0\",\"id\":\"a\"}", "\"a\"", "invalid-request");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}", "1",
	    "invalid-request");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nothing\"}",
	    "1", "unknown-method");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Hello\"}", "1",
	    "unknown-method");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,"
		    "\"method\":\"hello\\u0000x\"}",
	    "1", "invalid-request");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
		    "\"params\":[]}",
	    "1", "invalid-params");
	check_error("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
		    "\"params\":null}",
	    "1", "invalid-params");
	/* a request without an id cannot be answered */
	check_error("{\"jsonrpc\":\"2.0\",\"method\":\"hello\"}", "null",
	    "invalid-request");
}

static void
ids(void **state)
{
	static const char *const bad[] = { "null", "true", "[]", "{}",
		"9223372036854775808", "-9223372036854775809", "1e999" };
	static const char *const good[] = { "0", "-5", "1.5",
		"9007199254740993", "\"\"", "\"a\\\"\\\\\\n\"",
		"\"\xc3\xa4/\"" };
	char text[200];
	struct wire w;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"nothing\"}",
		    bad[i]);
		check_error(text, "null", "invalid-request");
	}
	/* comes back as it was */
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *reply;

		wire_open(&w);
		(void)snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"nothing\"}",
		    good[i]);
		take(&w, text);
		reply = wire_next(&w);
		assert_non_null(reply);
		(void)snprintf(text, sizeof(text),
		    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":", good[i]);
		assert_memory_equal(reply, text, strlen(text));
		free(reply);
		wire_close(&w);
	}
}

static void
answered_at_once(void **state)
{
	struct json_object *root, *result;
	char *text;
	struct wire w;

	(void)state;
	wire_open(&w);
	take(&w,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{"
	    "\"client\":{\"name\":\"t\",\"version\":\"1\"}}}");
	text = wire_next(&w);
	assert_non_null(text);
	root = json_tokener_parse(text);
	assert_true(json_object_object_get_ex(root, "result", &result));
	assert_int_equal(
	    json_object_get_int(host_member(result, "protocol")), 1);
	json_object_put(root);
	free(text);
	/* the schema names what it does not know */
	take(&w,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\",\"params\":{"
	    "\"surprise\":1}}");
	text = wire_next(&w);
	assert_non_null(text);
	assert_non_null(strstr(text, "invalid-params"));
	assert_non_null(strstr(text, "surprise"));
	free(text);
	wire_close(&w);
}

#define NOTE(method, params)                                                   \
	"{\"jsonrpc\":\"2.0\",\"method\":\"stream." method                     \
	"\",\"params\":" params "}"

static void
notifications(void **state)
{
	struct host_call *call;
	struct host_chunk *chunk;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = wire_call(&w, "1");
	call->params = json_tokener_parse(
	    "{\"content\":{\"stream\":1},\"output\":{\"stream\":2,"
	    "\"credit\":0}}");
	assert_int_equal(
	    host_streams_accept(call, call->params, &call->fault), NM_OK);
	free(wire_next(&w));
	/* in its usual form, and in another that means the same */
	take(&w, NOTE("data", "{\"stream\":1,\"data\":\"YWJj\"}"));
	take(&w, NOTE("data", "{\"data\":\"\\u0059WI=\",\"stream\":1}"));
	take(&w, NOTE("credit", "{\"stream\":2,\"bytes\":7}"));
	take(&w, NOTE("end", "{\"stream\":1}"));
	assert_next(&w, NULL);
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_int_equal(chunk->len, 3);
	assert_memory_equal(chunk->data, "abc", 3);
	host_input_done(call, chunk);
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_int_equal(chunk->len, 2);
	host_input_done(call, chunk);
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_null(chunk);
	assert_int_equal(call->outlets->credit, 7);
	/* a stream that is nobody's is ignored */
	take(&w, NOTE("data", "{\"stream\":9,\"data\":\"YWJj\"}"));
	take(&w, NOTE("end", "{\"stream\":9}"));
	assert_next(&w, NULL);
	take(&w, NOTE("abort", "{\"stream\":2}"));
	assert_error(&w, "1", "cancelled");
	wire_done(&w, call);
	wire_close(&w);
}

static void
bad_notifications(void **state)
{
	(void)state;
	check_error(NOTE("data", "{\"stream\":1}"), "null", "invalid-params");
	check_error(NOTE("data", "{\"stream\":0,\"data\":\"\"}"), "null",
	    "invalid-params");
	check_error(NOTE("data", "{\"stream\":1,\"data\":\"\",\"x\":1}"),
	    "null", "invalid-params");
	check_error(NOTE("end", "[]"), "null", "invalid-params");
	check_error(NOTE("credit", "{\"stream\":1,\"bytes\":-1}"), "null",
	    "invalid-params");
	check_error(NOTE("other", "{}"), "null", "invalid-request");
}

/* Bytes that are no strict base64 end their operation, and no other. */
static void
garbled_data(void **state)
{
	static const char *const bad[] = { "YWJ", "YW=j", "YW Jj", "YWJj\\n",
		"YWK=", "!" };
	struct host_call *call;
	char text[200];
	struct wire w;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		wire_open(&w);
		call = wire_call(&w, "5");
		call->params =
		    json_tokener_parse("{\"content\":{\"stream\":1}}");
		assert_int_equal(
		    host_streams_accept(call, call->params, &call->fault),
		    NM_OK);
		free(wire_next(&w));
		(void)snprintf(text, sizeof(text),
		    NOTE("data", "{\"stream\":1,\"data\":\"%s\"}"), bad[i]);
		take(&w, text);
		assert_error(&w, "5", "invalid-request");
		assert_next(&w, NULL);
		wire_done(&w, call);
		wire_close(&w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_requests),
		cmocka_unit_test(envelopes),
		cmocka_unit_test(ids),
		cmocka_unit_test(answered_at_once),
		cmocka_unit_test(notifications),
		cmocka_unit_test(bad_notifications),
		cmocka_unit_test(garbled_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
