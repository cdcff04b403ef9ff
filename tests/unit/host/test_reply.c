/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/bounds.h"
#include "../../../host/reply.h"

/* Takes the frame over. */
static void
check(struct host_frame *f, const char *expected)
{
	assert_non_null(f);
	assert_int_equal(f->len, strlen(expected));
	assert_memory_equal(f->data + sizeof(uint32_t), expected, f->len);
	free(f);
}

static void
results(void **state)
{
	struct json_object *o =
	    json_tokener_parse("{\"a\":\"/\",\"b\":[1,null]}");

	(void)state;
	check(host_reply_result("7", o),
	    "{\"jsonrpc\":\"2.0\",\"id\":7,"
	    "\"result\":{\"a\":\"/\",\"b\":[1,null]}}");
	check(host_reply_result("\"x\\\"y\"", o),
	    "{\"jsonrpc\":\"2.0\",\"id\":\"x\\\"y\","
	    "\"result\":{\"a\":\"/\",\"b\":[1,null]}}");
	json_object_put(o);
}

static void
errors(void **state)
{
	static const struct {
		enum nm_error error;
		const char *code;
	} codes[] = {
		{ NM_ERR_PARSE, "-32700" },
		{ NM_ERR_INVALID_REQUEST, "-32600" },
		{ NM_ERR_UNKNOWN_METHOD, "-32601" },
		{ NM_ERR_INVALID_PARAMS, "-32602" },
		{ NM_ERR_INTERNAL, "-32603" },
		{ NM_ERR_CANCELLED, "-32000" },
		{ NM_ERR_TOO_LARGE, "-32000" },
	};
	struct json_object *data;
	char expected[300];

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		(void)snprintf(expected, sizeof(expected),
		    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%s,"
		    "\"message\":\"Why\",\"data\":{\"kind\":\"%s\"}}}",
		    codes[i].code, nm_error_kind(codes[i].error));
		check(host_reply_error(NULL, codes[i].error, "Why", NULL),
		    expected);
	}
	data = json_tokener_parse("{\"reasons\":[\"expired\"]}");
	check(host_reply_error("1", NM_ERR_CERTIFICATE_UNUSABLE, "Why", data),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,"
	    "\"message\":\"Why\",\"data\":{\"kind\":\"certificate-unusable\","
	    "\"reasons\":[\"expired\"]}}}");
	/* which is still the caller's */
	assert_int_equal(json_object_object_length(data), 1);
	json_object_put(data);
	/* there is always a sentence */
	(void)snprintf(expected, sizeof(expected),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32000,"
	    "\"message\":\"%s\",\"data\":{\"kind\":\"cancelled\"}}}",
	    nm_error_text(NM_ERR_CANCELLED));
	check(host_reply_error("1", NM_ERR_CANCELLED, NULL, NULL), expected);
	check(host_reply_error("1", NM_ERR_CANCELLED, "", NULL), expected);
}

static void
notifications(void **state)
{
	(void)state;
	check(host_reply_credit(5, UINT64_C(9007199254740991)),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.credit\",\"params\":"
	    "{\"stream\":5,\"bytes\":9007199254740991}}");
	check(host_reply_end(5),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.end\",\"params\":"
	    "{\"stream\":5}}");
	check(host_reply_progress("\"a\"", 3, 10),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"operation.progress\","
	    "\"params\":{\"id\":\"a\",\"done\":3,\"total\":10}}");
	/* a total that is not known, or was wrong */
	check(host_reply_progress("1", 3, 0),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"operation.progress\","
	    "\"params\":{\"id\":1,\"done\":3}}");
	check(host_reply_progress("1", 3, 2),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"operation.progress\","
	    "\"params\":{\"id\":1,\"done\":3}}");
}

/* A frame is always UTF-8, and never larger than browsers take. */
static void
what_browsers_take(void **state)
{
	struct json_object *o = json_object_new_object();
	char *text = malloc(HOST_MAX_FRAME_OUT + 1);
	struct host_frame *f;

	(void)state;
	assert_non_null(text);
	json_object_object_add(o, "a", json_object_new_string("x\xff"));
	check(host_reply_result("1", o),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,"
	    "\"result\":{\"a\":\"x\xef\xbf\xbd\"}}");
	memset(text, 'x', HOST_MAX_FRAME_OUT);
	text[HOST_MAX_FRAME_OUT] = '\0';
	json_object_object_add(o, "a", json_object_new_string(text));
	f = host_reply_result("1", o);
	assert_non_null(f);
	f->data[sizeof(uint32_t) + f->len - 1] = '\0';
	assert_non_null(strstr(f->data + sizeof(uint32_t), "\"too-large\""));
	free(f);
	/* an error keeps its kind, without what is too much */
	f = host_reply_error("1", NM_ERR_CERTIFICATE_UNUSABLE, "Why", o);
	assert_non_null(f);
	assert_true(f->len < 300);
	f->data[sizeof(uint32_t) + f->len - 1] = '\0';
	assert_non_null(
	    strstr(f->data + sizeof(uint32_t), "certificate-unusable"));
	free(f);
	free(text);
	json_object_put(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(errors),
		cmocka_unit_test(notifications),
		cmocka_unit_test(what_browsers_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
