/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/json.h"
#include "../../../host/json_read.h"

static const char *const names[] = { "one", "two", NULL };

static struct json_object *
parsed(const char *text)
{
	struct json_object *value = NULL;

	assert_int_equal(
	    host_json_parse(text, strlen(text), &value, NULL), NM_OK);
	return value;
}

static void
what_is_there(void **state)
{
	struct json_object *o = parsed(
	    "{\"object\":{},\"array\":[1],\"string\":\"s\",\"null\":null,"
	    "\"bool\":true,\"size\":7,\"time\":\"1970-01-01T00:01:00Z\","
	    "\"choice\":\"two\",\"base64\":\"AQI=\","
	    "\"reasons\":[\"expired\",\"revocation-unknown\"]}");
	struct nm_buffer bytes = NM_BUFFER_INIT;
	struct host_read r = { NM_OK, NULL };
	size_t count;

	(void)state;
	assert_non_null(host_read_object(&r, o, "object"));
	assert_non_null(host_read_array(&r, o, "array", 1, &count));
	assert_int_equal(count, 1);
	assert_string_equal(host_read_string(&r, o, "string"), "s");
	assert_string_equal(host_read_string_or_null(&r, o, "string"), "s");
	assert_null(host_read_string_or_null(&r, o, "null"));
	assert_true(host_read_bool(&r, o, "bool"));
	assert_int_equal(host_read_size(&r, o, "size", 7), 7);
	assert_int_equal(host_read_time(&r, o, "time"), 60);
	assert_int_equal(host_read_choice(&r, o, "choice", names), 1);
	host_read_base64(
	    &r, json_object_object_get(o, "base64"), "base64", &bytes);
	assert_int_equal(bytes.len, 2);
	assert_memory_equal(bytes.data, "\1\2", 2);
	assert_int_equal(host_read_reasons(&r, o, "reasons", false),
	    NM_REASON_BIT(NM_REASON_EXPIRED) |
		NM_REASON_BIT(NM_REASON_REVOCATION_UNKNOWN));
	assert_int_equal(host_read_reasons(&r, o, "reasons", true),
	    NM_REASON_BIT(NM_REASON_EXPIRED) |
		NM_REASON_BIT(NM_REASON_REVOCATION_REQUIRED));
	assert_int_equal(r.error, NM_OK);
	assert_null(r.member);
	nm_buffer_reset(&bytes);
	json_object_put(o);
}

/* Each way to read a member that is not what it must be. */
static enum nm_error
read_wrong(struct json_object *o, unsigned way)
{
	struct nm_buffer bytes = NM_BUFFER_INIT;
	struct host_read r = { NM_OK, NULL };
	size_t count;

	switch (way) {
	case 0:
		assert_null(host_read_object(&r, o, "m"));
		break;
	case 1:
		(void)host_read_array(&r, o, "m", 1, &count);
		assert_int_equal(count, 0);
		break;
	case 2:
		(void)host_read_string(&r, o, "m");
		break;
	case 3:
		(void)host_read_string_or_null(&r, o, "m");
		break;
	case 4:
		assert_false(host_read_bool(&r, o, "m"));
		break;
	case 5:
		assert_int_equal(host_read_size(&r, o, "m", 7), 0);
		break;
	case 6:
		assert_int_equal(host_read_time(&r, o, "m"), 0);
		break;
	case 7:
		assert_int_equal(host_read_choice(&r, o, "m", names), 0);
		break;
	case 8:
		host_read_base64(
		    &r, json_object_object_get(o, "m"), "m", &bytes);
		assert_int_equal(bytes.len, 0);
		nm_buffer_reset(&bytes);
		break;
	default:
		assert_int_equal(host_read_reasons(&r, o, "m", false), 0);
		break;
	}
	/* the first one stays */
	host_read_wrong(&r, "later");
	assert_string_equal(r.member, "m");
	return r.error;
}

static void
what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		unsigned first, last; /* ways to read it */
	} cases[] = {
		{ "{}", 0, 9 },
		{ "{\"m\":1.5}", 0, 9 },
		{ "{\"m\":8}", 0, 9 },
		{ "{\"m\":-1}", 0, 9 },
		{ "{\"m\":[\"other\"]}", 2, 9 },
		{ "{\"m\":[1,2]}", 0, 9 },
		{ "{\"m\":\"\\u0000\"}", 0, 9 },
		{ "{\"m\":\"three\"}", 4, 9 },
		{ "{\"m\":\"AQI\"}", 4, 9 },
		{ "{\"m\":[]}", 2, 8 },
		{ "{\"m\":{}}", 1, 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_object *o = parsed(cases[i].text);

		for (unsigned w = cases[i].first; w <= cases[i].last; w++) {
			if (read_wrong(o, w) != NM_ERR_PARSE)
				fail_msg("%s, way %u", cases[i].text, w);
		}
		json_object_put(o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there),
		cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
