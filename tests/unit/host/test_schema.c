/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "json.h"
#include "schema.h"
#include "schema_json.h"

static const char *const words[] = { "one", "two", NULL };
static const struct host_schema inner[] = {
	{ .name = "n", .type = HOST_SIZE, .required = true },
	{ .name = NULL },
};
static const struct host_schema schema[] = {
	{ .name = "text", .type = HOST_STRING },
	{ .name = "word", .type = HOST_STRING, .values = words },
	{ .name = "flag", .type = HOST_BOOLEAN },
	{ .name = "positive", .type = HOST_POSITIVE },
	{ .name = "size", .type = HOST_SIZE },
	{ .name = "object", .type = HOST_OBJECT, .of = inner },
	{ .name = "strings", .type = HOST_STRINGS },
	{ .name = "objects", .type = HOST_OBJECTS, .of = inner },
	{ .name = "mixed", .type = HOST_MIXED, .of = inner },
	{ .name = "map", .type = HOST_MAP, .of = inner },
	{ .name = "data", .type = HOST_BASE64 },
	{ .name = "time", .type = HOST_TIME },
	{ .name = "id", .type = HOST_ID },
	{ .name = NULL },
};

static enum nm_error
check(const struct host_schema *s, const char *text, struct nm_fault *fault)
{
	struct json_object *params = NULL;
	enum nm_error err;

	fault->code = NM_OK;
	assert_int_equal(
	    host_json_parse(text, strlen(text), &params, NULL), NM_OK);
	err = host_schema_check(s, params, fault);
	json_object_put(params);
	return err;
}

static void
test_good(void **state)
{
	static const char *const good[] = {
		"{}",
		"{\"text\":\"x\"}",
		"{\"word\":\"two\"}",
		"{\"flag\":false}",
		"{\"positive\":9007199254740991}",
		"{\"size\":0}",
		"{\"object\":{\"n\":1}}",
		"{\"strings\":[]}",
		"{\"strings\":[\"a\"]}",
		"{\"objects\":[{\"n\":1}]}",
		"{\"mixed\":[\"a\",{\"n\":1}]}",
		"{\"map\":{\"any\":{\"n\":1},\"other\":{\"n\":2}}}",
		"{\"data\":\"\"}",
		"{\"data\":\"YQ==\"}",
		"{\"time\":\"2026-11-24T05:03:04+01:00\"}",
		"{\"id\":1.5}",
		"{\"id\":\"x\"}",
		("{\"origin\":\"x\",\"prompt\":\"never\","
		 "\"progress\":true}"),
	};
	struct nm_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (check(schema, good[i], &fault) != NM_OK)
			fail_msg("%s: %s", good[i], fault.text);
	}
}

static void
test_bad(void **state)
{
	static const struct {
		const char *params, *member;
	} bad[] = {
		{ "{\"more\":1}", "\"more\"" },
		{ "{\"text\":1}", "\"text\"" },
		{ "{\"text\":null}", "\"text\"" },
		{ "{\"text\":\"a\\u0000b\"}", "\"text\"" },
		{ "{\"word\":\"three\"}", "\"word\"" },
		{ "{\"flag\":0}", "\"flag\"" },
		{ "{\"positive\":0}", "\"positive\"" },
		{ "{\"positive\":9007199254740992}", "\"positive\"" },
		{ "{\"positive\":1.0}", "\"positive\"" },
		{ "{\"size\":-1}", "\"size\"" },
		{ "{\"size\":\"1\"}", "\"size\"" },
		{ "{\"object\":{}}", "\"object.n\"" },
		{ "{\"object\":{\"n\":1,\"x\":1}}", "\"object.x\"" },
		{ "{\"object\":[]}", "\"object\"" },
		{ "{\"object\":{\"n\":1,\"prompt\":\"never\"}}",
		    "\"object.prompt\"" },
		{ "{\"strings\":[1]}", "\"strings[0]\"" },
		{ "{\"strings\":\"a\"}", "\"strings\"" },
		{ "{\"strings\":[\"a\\u0000\"]}", "\"strings[0]\"" },
		{ "{\"objects\":[\"a\"]}", "\"objects[0]\"" },
		{ "{\"objects\":[{\"n\":-1}]}", "\"objects[0].n\"" },
		{ "{\"mixed\":[1]}", "\"mixed[0]\"" },
		{ "{\"map\":{\"a\":1}}", "\"map.a\"" },
		{ "{\"map\":{\"a\":{}}}", "\"map.a.n\"" },
		{ "{\"data\":\"YQ\"}", "\"data\"" },
		{ "{\"data\":\"YQ==\\n\"}", "\"data\"" },
		{ "{\"data\":5}", "\"data\"" },
		{ "{\"time\":\"yesterday\"}", "\"time\"" },
		{ "{\"id\":true}", "\"id\"" },
		{ "{\"prompt\":\"always\"}", "\"prompt\"" },
	};
	struct nm_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (check(schema, bad[i].params, &fault) !=
		    NM_ERR_INVALID_PARAMS)
			fail_msg("taken: %s", bad[i].params);
		if (strstr(fault.text, bad[i].member) == NULL)
			fail_msg("%s: %s", bad[i].params, fault.text);
	}
}

static void
test_required(void **state)
{
	struct nm_fault fault;

	(void)state;
	fault.code = NM_OK;
	assert_int_equal(
	    host_schema_check(inner, NULL, &fault), NM_ERR_INVALID_PARAMS);
	assert_non_null(strstr(fault.text, "\"n\""));
	assert_int_equal(check(inner, "{\"n\":1}", &fault), NM_OK);
}

/* A member's name of any length fits into the sentence. */
static void
test_long_name(void **state)
{
	struct nm_fault fault;
	char *text = malloc(100010);

	(void)state;
	assert_non_null(text);
	memcpy(text, "{\"", 2);
	memset(text + 2, 'x', 100000);
	memcpy(text + 100002, "\":1}", 5);
	assert_int_equal(check(schema, text, &fault), NM_ERR_INVALID_PARAMS);
	assert_true(strlen(fault.text) < sizeof(fault.text));
	free(text);
}

static void
test_inline_bound(void **state)
{
	size_t len = HOST_MAX_INLINE / 3 * 4 + 4, at = strlen("{\"data\":\"");
	char *text = malloc(len + 64);
	struct nm_fault fault;

	(void)state;
	assert_non_null(text);
	/* 524,288 bytes end in two of a group; then in a whole group */
	memcpy(text, "{\"data\":\"", at);
	memset(text + at, 'A', len);
	memcpy(text + at + len - 1, "=\"}", 4);
	assert_int_equal(check(schema, text, &fault), NM_OK);
	memset(text + at, 'A', len + 4);
	memcpy(text + at + len + 4, "\"}", 3);
	assert_int_equal(check(schema, text, &fault), NM_ERR_TOO_LARGE);
	free(text);
}

static void
test_json(void **state)
{
	static const char *const bad[] = { "", " ", "{", "{}x", "{} {}",
		"{'a':1}", "['a']", "NaN", "Infinity", "-Infinity", "True",
		"/**/1", "{\"a\"=1}", "{\"a\":1,}", "[1,]", "{a:1}", "nul",
		"tru", "01", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"",
		"\"a\nb\"" };
	struct json_object *out;
	char deep[200];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (host_json_parse(bad[i], strlen(bad[i]), &out, NULL) !=
		    NM_ERR_PARSE)
			fail_msg("taken: %s", bad[i]);
		assert_null(out);
	}
	assert_int_equal(
	    host_json_parse("{\"a\":\0}", 7, &out, NULL), NM_ERR_PARSE);
	memset(deep, '[', 100);
	memset(deep + 100, ']', 100);
	assert_int_equal(host_json_parse(deep, 200, &out, NULL), NM_ERR_PARSE);
	assert_int_equal(host_json_parse(deep + 70, 60, &out, NULL), NM_OK);
	json_object_put(out);
	assert_int_equal(host_json_parse(" {} \n", 5, &out, NULL), NM_OK);
	json_object_put(out);
}

static void
test_members(void **state)
{
	struct json_object *out;
	const char text[] = "{\"a\":\"x\",\"b\":true,\"c\":1}";

	(void)state;
	assert_int_equal(
	    host_json_parse(text, strlen(text), &out, NULL), NM_OK);
	assert_string_equal(host_string(out, "a"), "x");
	assert_null(host_string(out, "c"));
	assert_null(host_string(NULL, "a"));
	assert_true(host_boolean(out, "b", false));
	assert_true(host_boolean(out, "c", true));
	assert_false(host_boolean(out, "d", false));
	assert_non_null(host_member(out, "c"));
	assert_null(host_member(host_member(out, "c"), "d"));
	json_object_put(out);
}

/* Every type in the form that schema_json.h promises to clients. */
static void
test_printed(void **state)
{
	static const char expected[] =
	    "{\"text?\":\"string\",\"word?\":[\"one\",\"two\"],"
	    "\"flag?\":\"boolean\",\"positive?\":\"positive\","
	    "\"size?\":\"size\",\"object?\":{\"n\":\"size\"},"
	    "\"strings?\":\"string[]\",\"objects?\":{\"[]\":{\"n\":\"size\"}},"
	    "\"mixed?\":{\"[]\":{\"n\":\"size\"},\"or\":\"string\"},"
	    "\"map?\":{\"{}\":{\"n\":\"size\"}},\"data?\":\"base64\","
	    "\"time?\":\"time\",\"id?\":\"id\"}";
	struct json_object *json = host_schema_json(schema);

	(void)state;
	assert_non_null(json);
	assert_string_equal(
	    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
	    expected);
	json_object_put(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_long_name),
		cmocka_unit_test(test_inline_bound),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_printed),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
