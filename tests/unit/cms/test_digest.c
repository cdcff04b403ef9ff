/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dlfcn.h>

#include <nss.h>
#include <pk11pub.h>
#include <secerr.h>
#include <secport.h>

#include <nssmime/algorithm.h>

#define ALL 0xfeu

/* In the place of NSS's: what it is to refuse, and why. */
static SECOidTag refused = SEC_OID_UNKNOWN;
static int refused_with;

PK11Context *
PK11_CreateDigestContext(SECOidTag tag)
{
	union {
		void *symbol;
		PK11Context *(*function)(SECOidTag);
	} next = { dlsym(RTLD_NEXT, "PK11_CreateDigestContext") };

	assert_non_null(next.symbol);
	if (tag != refused)
		return next.function(tag);
	PORT_SetError(refused_with);
	return NULL;
}

static int
start(void **state)
{
	(void)state;
	return NSS_NoDB_Init(NULL) == SECSuccess ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	return NSS_Shutdown() == SECSuccess ? 0 : -1;
}

static void
digests_abc(void **state)
{
	static const uint8_t sha256[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01,
		0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10,
		0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	struct nm_digests *ds = nm_digests_new(NM_DIGEST_BIT(NM_DIGEST_SHA256));
	struct nm_bytes v;

	(void)state;
	assert_non_null(ds);
	assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA256).len, 0);
	assert_int_equal(nm_digests_update(ds, (const uint8_t *)"a", 1), NM_OK);
	assert_int_equal(nm_digests_update(ds, NULL, 0), NM_OK);
	assert_int_equal(
	    nm_digests_update(ds, (const uint8_t *)"bc", 2), NM_OK);
	assert_int_equal(nm_digests_finish(ds), NM_OK);
	assert_int_equal(nm_digests_finish(ds), NM_OK);
	v = nm_digests_value(ds, NM_DIGEST_SHA256);
	assert_int_equal(v.len, 32);
	assert_memory_equal(v.data, sha256, 32);
	assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA1).len, 0);
	assert_int_not_equal(
	    nm_digests_update(ds, (const uint8_t *)"d", 1), NM_OK);
	nm_digests_free(&ds);
	assert_null(ds);
	nm_digests_free(&ds);
}

static void
many_at_once_and_in_pieces(void **state)
{
	const size_t size = 300001;
	uint8_t *data = malloc(size), expected[NM_DIGEST_MAX_SIZE];
	struct nm_digests *ds = nm_digests_new(ALL);

	(void)state;
	assert_non_null(data);
	assert_non_null(ds);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 31 >> 3);
	for (size_t at = 0, n = 1; at < size; at += n, n = n * 3 + 1) {
		if (n > size - at)
			n = size - at;
		assert_int_equal(nm_digests_update(ds, data + at, n), NM_OK);
	}
	assert_int_equal(nm_digests_finish(ds), NM_OK);
	for (unsigned i = 1; i < NM_DIGEST_COUNT; i++) {
		struct nm_bytes v = nm_digests_value(ds, (enum nm_digest)i);

		assert_int_equal(v.len, nm_digest_size((enum nm_digest)i));
		assert_int_equal(PK11_HashBuf(nm_digest_tag((enum nm_digest)i),
				     expected, data, (PRInt32)size),
		    SECSuccess);
		assert_memory_equal(v.data, expected, v.len);
	}
	nm_digests_free(&ds);
	free(data);
}

/* However long it is: a small content is digested later. */
static void
around_the_bound_of_small(void **state)
{
	static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 131073 };
	static uint8_t data[131073];
	uint8_t expected[NM_DIGEST_MAX_SIZE];

	(void)state;
	memset(data, 'x', sizeof(data));
	for (unsigned i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct nm_digests *ds = nm_digests_new(ALL);
		size_t size = sizes[i / 2], first = i % 2 == 0 ? 0 : size / 2;
		struct nm_bytes v;

		assert_int_equal(nm_digests_update(ds, data, first), NM_OK);
		assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA256).len, 0);
		assert_int_equal(
		    nm_digests_update(ds, data + first, size - first), NM_OK);
		assert_int_equal(nm_digests_finish(ds), NM_OK);
		for (unsigned d = 1; d < NM_DIGEST_COUNT; d++) {
			v = nm_digests_value(ds, (enum nm_digest)d);
			assert_int_equal(
			    v.len, nm_digest_size((enum nm_digest)d));
			assert_int_equal(
			    PK11_HashBuf(nm_digest_tag((enum nm_digest)d),
				expected, data, (PRInt32)size),
			    SECSuccess);
			assert_memory_equal(v.data, expected, v.len);
		}
		nm_digests_free(&ds);
	}
}

/* NSS in its FIPS mode has no MD5: that harms none of the others. */
static void
leaves_out_what_cannot_be_had(void **state)
{
	static const int errors[] = { SEC_ERROR_INVALID_ALGORITHM,
		SEC_ERROR_NO_TOKEN, SEC_ERROR_NO_MEMORY };
	static uint8_t data[100000];

	(void)state;
	refused = SEC_OID_MD5;
	for (unsigned i = 0; i < 3; i++) {
		struct nm_digests *ds = nm_digests_new(ALL);
		enum nm_error error;

		refused_with = errors[i];
		assert_non_null(ds);
		error = nm_digests_update(ds, data, sizeof(data));
		assert_int_equal(error, i < 2 ? NM_OK : NM_ERR_INTERNAL);
		assert_int_equal(nm_digests_finish(ds), error);
		for (unsigned d = 1; d < NM_DIGEST_COUNT; d++)
			assert_int_equal(
			    nm_digests_value(ds, (enum nm_digest)d).len,
			    i < 2 && d != NM_DIGEST_MD5
				? nm_digest_size((enum nm_digest)d)
				: 0);
		nm_digests_free(&ds);
	}
	refused = SEC_OID_UNKNOWN;
}

static void
keeps_some(void **state)
{
	struct nm_digests *ds = nm_digests_new(ALL);

	(void)state;
	assert_int_equal(nm_digests_update(ds, (const uint8_t *)"x", 1), NM_OK);
	nm_digests_keep(ds, NM_DIGEST_BIT(NM_DIGEST_SHA1));
	assert_int_equal(nm_digests_update(ds, (const uint8_t *)"y", 1), NM_OK);
	assert_int_equal(nm_digests_finish(ds), NM_OK);
	assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA256).len, 0);
	assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA1).len, 20);
	nm_digests_free(&ds);
}

static bool
like_attributes(const uint8_t *data, size_t len)
{
	struct nm_digests *ds = nm_digests_new(0);
	bool like;

	assert_non_null(ds);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(nm_digests_update(ds, data + i, 1), NM_OK);
	like = nm_digests_of_attributes(ds);
	nm_digests_free(&ds);
	return like;
}

static void
knows_attributes(void **state)
{
	static const uint8_t small[] = { 0x31, 0x05, 0x30, 0x03, 0x06, 0x01,
		0x2a };
	static const uint8_t text[] = "1 is a number, and so is 0";
	uint8_t large[3 + 200] = { 0x31, 0x81, 200, 0x30, 0x81, 197, 0x06 };

	(void)state;
	assert_true(like_attributes(small, sizeof(small)));
	assert_false(like_attributes(small, sizeof(small) - 1));
	assert_true(like_attributes(large, sizeof(large)));
	assert_false(like_attributes(large, sizeof(large) - 1));
	large[6] = 0x04;
	assert_false(like_attributes(large, sizeof(large)));
	assert_false(like_attributes(text, sizeof(text)));
	assert_false(like_attributes(text, 0));
	assert_false(like_attributes(text, 1));
	assert_false(like_attributes(large, 2));
}

static void
known_elsewhere(void **state)
{
	static const uint8_t value[NM_DIGEST_MAX_SIZE] = { 1, 2, 3 };
	struct nm_bytes values[NM_DIGEST_COUNT] = {
		[NM_DIGEST_SHA256] = { value, 32 },
		[NM_DIGEST_SHA384] = { value, 47 }, /* it is none */
	};
	struct nm_digests *ds;

	(void)state;
	for (int like = 0; like < 2; like++) {
		ds = nm_digests_known(values, like != 0);
		assert_non_null(ds);
		assert_true(
		    nm_bytes_equal(nm_digests_value(ds, NM_DIGEST_SHA256),
			values[NM_DIGEST_SHA256]));
		assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA384).len, 0);
		assert_int_equal(nm_digests_value(ds, NM_DIGEST_SHA1).len, 0);
		assert_int_equal(nm_digests_of_attributes(ds), like);
		/* it is over */
		assert_int_equal(
		    nm_digests_update(ds, value, 1), NM_ERR_INTERNAL);
		nm_digests_free(&ds);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_abc),
		cmocka_unit_test(many_at_once_and_in_pieces),
		cmocka_unit_test(around_the_bound_of_small),
		cmocka_unit_test(leaves_out_what_cannot_be_had),
		cmocka_unit_test(keeps_some),
		cmocka_unit_test(knows_attributes),
		cmocka_unit_test(known_elsewhere),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
