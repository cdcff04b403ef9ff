/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/json_build.h"

static void
check(struct host_build *b, const char *expected)
{
	struct nm_fault fault = { NM_OK, "" };
	struct json_object *object = NULL;

	assert_int_equal(host_build_end(b, &object, &fault), NM_OK);
	assert_string_equal(
	    json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN),
	    expected);
	json_object_put(object);
}

static void
every_kind_of_member(void **state)
{
	struct nm_bytes bytes = { (const uint8_t *)"\0\xff", 2 };
	struct host_build b;

	(void)state;
	host_build_begin(&b);
	host_build_string(&b, "s", "x\"y");
	host_build_null(&b, "n");
	host_build_bool(&b, "b", true);
	host_build_int(&b, "i", INT64_C(-9007199254740991));
	host_build_time(&b, "t", 0);
	host_build_time(&b, "u", INT64_C(4102444800));
	host_build_base64(&b, "d", bytes);
	host_build_base64(&b, "e", (struct nm_bytes){ NULL, 0 });
	host_build_text(&b, "x", NULL, 10);
	host_build_add(&b, "o", json_object_new_object());
	check(&b,
	    "{\"s\":\"x\\\"y\",\"n\":null,\"b\":true,"
	    "\"i\":-9007199254740991,\"t\":\"1970-01-01T00:00:00Z\","
	    "\"u\":\"2100-01-01T00:00:00Z\",\"d\":\"AP8=\",\"e\":\"\","
	    "\"x\":null,\"o\":{}}");
}

/* Text from outside is UTF-8 then, and never cut within a character. */
static void
text_from_outside(void **state)
{
	static const struct {
		const char *in;
		size_t max;
		const char *out;
	} cases[] = {
		{ "abc", 3, "abc" },
		{ "abcd", 3, "abc" },
		{ "a\xc3\xa4", 3, "a\xc3\xa4" },
		{ "a\xc3\xa4", 2, "a" },
		{ "\xf0\x9f\x98\x80x", 4, "\xf0\x9f\x98\x80" },
		{ "\xf0\x9f\x98\x80x", 3, "" },
		{ "a\xff"
		  "b",
		    10,
		    "a\xef\xbf\xbd"
		    "b" },
		{ "\xff", 2, "" },
		{ "", 0, "" },
		{ "x", 0, "" },
	};
	struct json_object *value;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		value = host_text_json(cases[i].in, cases[i].max);
		assert_non_null(value);
		assert_string_equal(
		    json_object_get_string(value), cases[i].out);
		json_object_put(value);
	}
}

static void
a_failure_sticks(void **state)
{
	struct nm_fault fault = { NM_OK, "" };
	struct json_object *object = NULL;
	struct host_build b;

	(void)state;
	host_build_begin(&b);
	host_build_string(&b, "a", "b");
	host_build_add(&b, "c", NULL);
	host_build_string(&b, "d", "e");
	assert_int_equal(host_build_end(&b, &object, &fault), NM_ERR_INTERNAL);
	assert_int_equal(fault.code, NM_ERR_INTERNAL);
	assert_null(object);

	host_build_begin(&b);
	host_build_string(&b, "a", "b");
	host_build_drop(&b);
}

static void
arrays(void **state)
{
	struct json_object *array = json_object_new_array();

	(void)state;
	assert_true(host_array_add(array, json_object_new_int(1)));
	assert_false(host_array_add(array, NULL));
	assert_int_equal(json_object_array_length(array), 1);
	assert_int_equal(host_json_size(array), 3);
	json_object_put(array);
}

static void
base64_members(void **state)
{
	struct json_object *o =
	    json_tokener_parse("{\"d\":\"AP8=\",\"e\":\"\"}");
	struct nm_fault fault = { NM_OK, "" };
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	assert_int_equal(host_base64_member(o, "d", &out, &fault), NM_OK);
	assert_int_equal(out.len, 2);
	assert_memory_equal(out.data, "\0\xff", 2);
	nm_buffer_reset(&out);
	assert_int_equal(host_base64_member(o, "e", &out, &fault), NM_OK);
	assert_int_equal(out.len, 0);
	nm_buffer_reset(&out);
	json_object_put(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_member),
		cmocka_unit_test(text_from_outside),
		cmocka_unit_test(a_failure_sticks),
		cmocka_unit_test(arrays),
		cmocka_unit_test(base64_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
