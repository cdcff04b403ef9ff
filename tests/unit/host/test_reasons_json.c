/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/reasons_json.h"

static void
names_in_their_order(void **state)
{
	static const struct {
		nm_reasons reasons;
		const char *json;
		bool usable;
	} cases[] = {
		{ 0, "[]", true },
		{ NM_REASON_BIT(NM_REASON_EXPIRED), "[\"expired\"]", false },
		{ NM_REASON_BIT(NM_REASON_NO_SIGNER) |
			NM_REASON_BIT(NM_REASON_CONTENT_ALTERED),
		    "[\"content-altered\",\"no-signer\"]", false },
		{ NM_REASON_BIT(NM_REASON_EXPIRED_SINCE), "[\"expired-since\"]",
		    true },
		{ NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN),
		    "[\"issuer-unknown\"]", false },
	};
	struct json_object *array;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		array = host_reasons_json(cases[i].reasons);
		assert_string_equal(json_object_to_json_string_ext(
					array, JSON_C_TO_STRING_PLAIN),
		    cases[i].json);
		json_object_put(array);
		assert_int_equal(
		    host_reasons_usable(cases[i].reasons), cases[i].usable);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
