/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/error.h>
#include <nssmime/reason.h>

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

static void
the_worst_reason_decides(void **state)
{
	nm_reasons set = 0;

	(void)state;
	assert_int_equal(nm_reasons_status(set), NM_STATUS_VALID);
	set |= NM_REASON_BIT(NM_REASON_EXPIRED_SINCE);
	assert_int_equal(nm_reasons_status(set), NM_STATUS_VALID);
	set |= NM_REASON_BIT(NM_REASON_NOT_COVERED);
	assert_int_equal(nm_reasons_status(set), NM_STATUS_PARTIAL);
	set |= NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN);
	assert_int_equal(nm_reasons_status(set), NM_STATUS_UNKNOWN);
	set |= NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH);
	assert_int_equal(nm_reasons_status(set), NM_STATUS_INVALID);
}

static void
every_reason_has_its_own_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		const char *name = nm_reason_name((enum nm_reason)i);

		assert_true(strlen(name) > 0);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    name, nm_reason_name((enum nm_reason)j));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_kind_and_a_sentence),
		cmocka_unit_test(the_first_failure_is_the_cause),
		cmocka_unit_test(a_long_sentence_is_cut),
		cmocka_unit_test(the_worst_reason_decides),
		cmocka_unit_test(every_reason_has_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
