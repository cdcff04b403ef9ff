/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include <nssmime/evidence.h>

static void
each_once(void **state)
{
	static const uint8_t bytes[] = { 1, 2, 3 };
	const struct nm_bytes one = { bytes, 2 }, two = { bytes + 1, 2 };
	struct nm_exhibits x = { 0 };
	size_t at;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    nm_exhibits_add_certificate(&x, one, &at), NM_OK);
		assert_int_equal(at, 0);
		assert_int_equal(
		    nm_exhibits_add_certificate(&x, two, &at), NM_OK);
		assert_int_equal(at, 1);
		assert_int_equal(
		    nm_exhibits_add_material(&x, NM_FETCH_OCSP, one, &at),
		    NM_OK);
		assert_int_equal(at, 0);
		assert_int_equal(
		    nm_exhibits_add_material(&x, NM_FETCH_CRL, one, &at),
		    NM_OK);
		assert_int_equal(at, 1);
	}
	assert_int_equal(x.certificate_count, 2);
	assert_int_equal(x.material_count, 2);
	assert_int_equal(x.size, 8);
	nm_exhibits_clear(&x);
	assert_int_equal(x.certificate_count, 0);
}

static void
bounds(void **state)
{
	uint8_t *large = calloc(1, NM_MAX_EVIDENCE + 1), number[2];
	struct nm_exhibits x = { 0 };
	struct nm_bytes some = { large, NM_MAX_EVIDENCE };
	size_t at;

	(void)state;
	assert_non_null(large);
	assert_int_equal(
	    nm_exhibits_add_material(&x, NM_FETCH_CRL, some, &at), NM_OK);
	some.len = 1;
	assert_int_equal(
	    nm_exhibits_add_certificate(&x, some, &at), NM_ERR_TOO_LARGE);
	nm_exhibits_clear(&x);
	some.len = NM_MAX_EVIDENCE + 1;
	assert_int_equal(nm_exhibits_add_material(&x, NM_FETCH_CRL, some, &at),
	    NM_ERR_TOO_LARGE);
	assert_int_equal(x.material_count, 0);
	some = (struct nm_bytes){ number, sizeof(number) };
	for (unsigned i = 0; i <= NM_MAX_EXHIBITS; i++) {
		number[0] = (uint8_t)i;
		number[1] = (uint8_t)(i >> 8);
		assert_int_equal(nm_exhibits_add_certificate(&x, some, &at),
		    i < NM_MAX_EXHIBITS ? NM_OK : NM_ERR_TOO_LARGE);
	}
	nm_exhibits_clear(&x);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_once),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
