/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/message_params.h"

static void
the_kind(void **state)
{
	static const struct {
		const char *params;
		int kind; /* -1: refused */
	} cases[] = {
		{ "{}", NM_CONTENT_MESSAGE },
		{ "{\"content\":{}}", NM_CONTENT_MESSAGE },
		{ "{\"kind\":\"entity\"}", NM_CONTENT_ENTITY },
		{ "{\"content\":{\"kind\":\"cms\"}}", NM_CONTENT_CMS },
		{ "{\"content\":{\"kind\":\"message\"}}", NM_CONTENT_MESSAGE },
		{ "{\"kind\":\"cms\",\"content\":{\"kind\":\"cms\"}}",
		    NM_CONTENT_CMS },
		{ "{\"kind\":\"cms\",\"content\":{\"kind\":\"entity\"}}", -1 },
	};
	enum nm_content_kind kind = NM_CONTENT_MESSAGE;
	struct json_object *params;
	struct nm_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&fault, 0, sizeof(fault));
		params = json_tokener_parse(cases[i].params);
		assert_non_null(params);
		if (cases[i].kind < 0) {
			assert_int_equal(
			    host_content_kind(params, &kind, &fault),
			    NM_ERR_INVALID_PARAMS);
			assert_non_null(strstr(fault.text, "kind"));
		} else {
			assert_int_equal(
			    host_content_kind(params, &kind, &fault), NM_OK);
			assert_int_equal(kind, cases[i].kind);
		}
		json_object_put(params);
	}
}

static void
the_context(void **state)
{
	struct json_object *inside, *beside, *none;

	(void)state;
	inside = json_tokener_parse("{\"content\":{\"context\":{\"from\":1}}}");
	beside = json_tokener_parse(
	    "{\"context\":{\"from\":2},\"content\":{\"context\":{}}}");
	none = json_tokener_parse("{\"content\":{}}");
	assert_non_null(host_member(host_content_context(inside), "from"));
	assert_non_null(host_member(host_content_context(beside), "from"));
	assert_null(host_content_context(none));
	json_object_put(inside);
	json_object_put(beside);
	json_object_put(none);
}

static void
times(void **state)
{
	struct json_object *o = json_tokener_parse(
	    "{\"a\":\"1970-01-01T01:00:01+01:00\","
	    "\"b\":\"Thu, 1 Jan 1970 00:00:02 +0000\",\"c\":\"soon\","
	    "\"d\":5,\"e\":null}");
	int64_t time = -1;

	(void)state;
	assert_true(host_time_member(o, "a", &time));
	assert_int_equal(time, 1);
	assert_true(host_time_member(o, "b", &time));
	assert_int_equal(time, 2);
	assert_false(host_time_member(o, "c", &time));
	assert_false(host_time_member(o, "d", &time));
	assert_false(host_time_member(o, "e", &time));
	assert_false(host_time_member(o, "f", &time));
	assert_int_equal(time, 2);
	json_object_put(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kind),
		cmocka_unit_test(the_context),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
