/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/error.h>

static void
every_error_has_a_kind_and_a_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NM_ERR_COUNT; i++) {
		const char *kind = nm_error_kind((enum nm_error)i);

		assert_non_null(kind);
		assert_non_null(nm_error_text((enum nm_error)i));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    kind, nm_error_kind((enum nm_error)j));
	}
	assert_string_equal(nm_error_kind(NM_ERR_COUNT), "internal");
}

static void
the_first_failure_is_the_cause(void **state)
{
	struct nm_fault fault = { NM_OK, "" };

	(void)state;
	assert_int_equal(
	    nm_fail(&fault, NM_ERR_TOO_LARGE, "first %d", 1), NM_ERR_TOO_LARGE);
	assert_int_equal(
	    nm_fail(&fault, NM_ERR_INTERNAL, "second"), NM_ERR_INTERNAL);
	assert_int_equal(fault.code, NM_ERR_TOO_LARGE);
	assert_string_equal(fault.text, "first 1");
	assert_int_equal(
	    nm_fail(NULL, NM_ERR_BUSY, "nobody asks"), NM_ERR_BUSY);
}

static void
a_long_sentence_is_cut(void **state)
{
	struct nm_fault fault = { NM_OK, "" };

	(void)state;
	(void)nm_fail(&fault, NM_ERR_INTERNAL, "%0300d", 1);
	assert_int_equal(strlen(fault.text), sizeof(fault.text) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_kind_and_a_sentence),
		cmocka_unit_test(the_first_failure_is_the_cause),
		cmocka_unit_test(a_long_sentence_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
