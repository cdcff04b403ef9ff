/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/reason.h>

/* As the contract lists them ("Verdicts"). */
static const struct {
	enum nm_reason reason;
	const char *name;
	enum nm_status status;
} effects[] = {
	{ NM_REASON_CONTENT_ALTERED, "content-altered", NM_STATUS_INVALID },
	{ NM_REASON_SIGNATURE_MISMATCH, "signature-mismatch",
	    NM_STATUS_INVALID },
	{ NM_REASON_EXPIRED, "expired", NM_STATUS_INVALID },
	{ NM_REASON_NOT_YET_VALID, "not-yet-valid", NM_STATUS_INVALID },
	{ NM_REASON_REVOKED, "revoked", NM_STATUS_INVALID },
	{ NM_REASON_USAGE_NOT_PERMITTED, "usage-not-permitted",
	    NM_STATUS_INVALID },
	{ NM_REASON_NAME_CONSTRAINT, "name-constraint", NM_STATUS_INVALID },
	{ NM_REASON_ADDRESS_MISMATCH, "address-mismatch", NM_STATUS_INVALID },
	{ NM_REASON_NO_ADDRESS, "no-address", NM_STATUS_INVALID },
	{ NM_REASON_WEAK_DIGEST, "weak-digest", NM_STATUS_INVALID },
	{ NM_REASON_WEAK_KEY, "weak-key", NM_STATUS_INVALID },
	{ NM_REASON_MALFORMED, "malformed", NM_STATUS_INVALID },
	{ NM_REASON_NO_SIGNER, "no-signer", NM_STATUS_INVALID },
	{ NM_REASON_SIGNER_CERTIFICATE_MISSING, "signer-certificate-missing",
	    NM_STATUS_UNKNOWN },
	{ NM_REASON_ISSUER_UNKNOWN, "issuer-unknown", NM_STATUS_UNKNOWN },
	{ NM_REASON_ISSUER_UNTRUSTED, "issuer-untrusted", NM_STATUS_UNKNOWN },
	{ NM_REASON_NO_FROM, "no-from", NM_STATUS_UNKNOWN },
	{ NM_REASON_SEVERAL_FROM, "several-from", NM_STATUS_UNKNOWN },
	{ NM_REASON_DISPLAY_NAME_MISLEADS, "display-name-misleads",
	    NM_STATUS_UNKNOWN },
	{ NM_REASON_TIME_MISMATCH, "time-mismatch", NM_STATUS_UNKNOWN },
	{ NM_REASON_UNSUPPORTED_ALGORITHM, "unsupported-algorithm",
	    NM_STATUS_UNKNOWN },
	{ NM_REASON_NOT_COVERED, "not-covered", NM_STATUS_PARTIAL },
	{ NM_REASON_EXPIRED_SINCE, "expired-since", NM_STATUS_VALID },
	{ NM_REASON_HEADERS_DIFFER, "headers-differ", NM_STATUS_VALID },
	{ NM_REASON_REVOCATION_UNKNOWN, "revocation-unknown", NM_STATUS_VALID },
	{ NM_REASON_UNAUTHENTICATED_ENCRYPTION, "unauthenticated-encryption",
	    NM_STATUS_VALID },
	/* the same, where policy is hard */
	{ NM_REASON_REVOCATION_REQUIRED, "revocation-unknown",
	    NM_STATUS_UNKNOWN },
};
#define COUNT (sizeof(effects) / sizeof(effects[0]))

static void
each_has_its_effect(void **state)
{
	nm_reasons seen = 0;

	(void)state;
	assert_int_equal(COUNT, NM_REASON_COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		nm_reasons bit = NM_REASON_BIT(effects[i].reason);

		assert_int_equal(seen & bit, 0);
		seen |= bit;
		assert_int_equal(nm_reasons_status(bit), effects[i].status);
		assert_string_equal(
		    nm_reason_name(effects[i].reason), effects[i].name);
	}
}

static void
the_worst_decides(void **state)
{
	nm_reasons told = NM_REASON_BIT(NM_REASON_HEADERS_DIFFER);
	nm_reasons partial = NM_REASON_BIT(NM_REASON_NOT_COVERED);
	nm_reasons unknown = NM_REASON_BIT(NM_REASON_NO_FROM);
	nm_reasons invalid = NM_REASON_BIT(NM_REASON_MALFORMED);

	(void)state;
	assert_int_equal(nm_reasons_status(0), NM_STATUS_VALID);
	assert_int_equal(nm_reasons_status(told | partial), NM_STATUS_PARTIAL);
	assert_int_equal(
	    nm_reasons_status(partial | unknown), NM_STATUS_UNKNOWN);
	assert_int_equal(nm_reasons_status(told | partial | unknown | invalid),
	    NM_STATUS_INVALID);
	/* callers compare: less is better */
	assert_true(NM_STATUS_VALID < NM_STATUS_PARTIAL);
	assert_true(NM_STATUS_PARTIAL < NM_STATUS_UNKNOWN);
	assert_true(NM_STATUS_UNKNOWN < NM_STATUS_INVALID);
}

static void
names(void **state)
{
	static const char *const statuses[] = { "valid", "partial", "unknown",
		"invalid", "none" };

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		assert_string_equal(
		    nm_status_name((enum nm_status)i), statuses[i]);
	/* each its own, but for the two that policy tells apart */
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (j == NM_REASON_REVOCATION_UNKNOWN &&
			    i == NM_REASON_REVOCATION_REQUIRED)
				continue;
			assert_string_not_equal(
			    nm_reason_name((enum nm_reason)i),
			    nm_reason_name((enum nm_reason)j));
		}
	}
	assert_string_equal(nm_reason_name(NM_REASON_COUNT), "");
	assert_int_equal(nm_reason_effect(NM_REASON_COUNT), NM_EFFECT_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_effect),
		cmocka_unit_test(the_worst_decides),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
