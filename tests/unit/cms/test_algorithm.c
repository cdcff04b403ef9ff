/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hasht.h>
#include <nss.h>
#include <secoid.h>
#include <sechash.h>

#include <nssmime/algorithm.h>

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
digests_agree_with_nss(void **state)
{
	(void)state;
	for (unsigned i = NM_DIGEST_NONE + 1; i < NM_DIGEST_COUNT; i++) {
		enum nm_digest d = (enum nm_digest)i;
		const SECOidData *oid = SECOID_FindOIDByTag(nm_digest_tag(d));
		struct nm_bytes own = nm_digest_oid(d);

		assert_non_null(oid);
		assert_int_equal(own.len, oid->oid.len);
		assert_memory_equal(own.data, oid->oid.data, own.len);
		assert_int_equal(nm_digest_by_oid(own), d);
		assert_int_equal(nm_digest_mechanism(d), oid->mechanism);
		assert_int_equal(nm_digest_size(d),
		    HASH_ResultLenByOidTag(nm_digest_tag(d)));
		assert_true(nm_digest_size(d) <= NM_DIGEST_MAX_SIZE);
		assert_int_equal(nm_digest_by_name(nm_digest_name(d)), d);
		assert_int_equal(nm_digest_by_name(nm_digest_micalg(d)), d);
	}
	assert_int_equal(
	    nm_digest_by_oid((struct nm_bytes){ NULL, 0 }), NM_DIGEST_NONE);
}

static void
digests_have_many_names(void **state)
{
	(void)state;
	assert_int_equal(nm_digest_by_name("sha-256"), NM_DIGEST_SHA256);
	assert_int_equal(nm_digest_by_name("SHA256"), NM_DIGEST_SHA256);
	assert_int_equal(nm_digest_by_name("rsa-sha1"), NM_DIGEST_SHA1);
	assert_int_equal(nm_digest_by_name("rsa-md5"), NM_DIGEST_MD5);
	assert_int_equal(nm_digest_by_name("unknown"), NM_DIGEST_NONE);
	assert_int_equal(nm_digest_by_name(""), NM_DIGEST_NONE);
	assert_int_equal(nm_digest_by_name("sha3-256"), NM_DIGEST_NONE);
	assert_string_equal(nm_digest_name(NM_DIGEST_NONE), "unknown");
	assert_string_equal(nm_digest_name((enum nm_digest)999), "unknown");
	assert_string_equal(nm_digest_micalg(NM_DIGEST_SHA512), "sha-512");
}

static void
ciphers_agree_with_nss(void **state)
{
	static const struct {
		enum nm_cipher cipher;
		SECOidTag tag;
		size_t size;
		const char *name;
		bool aead, send;
	} rows[] = {
		{ NM_CIPHER_3DES_CBC, SEC_OID_DES_EDE3_CBC, 24, "des-ede3-cbc",
		    false, false },
		{ NM_CIPHER_AES128_CBC, SEC_OID_AES_128_CBC, 16, "aes-128-cbc",
		    false, true },
		{ NM_CIPHER_AES192_CBC, SEC_OID_AES_192_CBC, 24, "aes-192-cbc",
		    false, true },
		{ NM_CIPHER_AES256_CBC, SEC_OID_AES_256_CBC, 32, "aes-256-cbc",
		    false, true },
		{ NM_CIPHER_AES128_GCM, SEC_OID_AES_128_GCM, 16, "aes-128-gcm",
		    true, true },
		{ NM_CIPHER_AES192_GCM, SEC_OID_AES_192_GCM, 24, "aes-192-gcm",
		    true, true },
		{ NM_CIPHER_AES256_GCM, SEC_OID_AES_256_GCM, 32, "aes-256-gcm",
		    true, true },
	};

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), NM_CIPHER_COUNT - 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const SECOidData *oid = SECOID_FindOIDByTag(rows[i].tag);
		struct nm_bytes own = nm_cipher_oid(rows[i].cipher);

		assert_int_equal(own.len, oid->oid.len);
		assert_memory_equal(own.data, oid->oid.data, own.len);
		assert_int_equal(nm_cipher_by_oid(own), rows[i].cipher);
		assert_int_equal(
		    nm_cipher_by_name(rows[i].name), rows[i].cipher);
		assert_string_equal(
		    nm_cipher_name(rows[i].cipher), rows[i].name);
		assert_int_equal(
		    nm_cipher_key_size(rows[i].cipher), rows[i].size);
		assert_int_equal(
		    nm_cipher_is_aead(rows[i].cipher), rows[i].aead);
		assert_int_equal(
		    nm_cipher_may_send(rows[i].cipher), rows[i].send);
		assert_int_equal(
		    nm_cipher_mechanism(rows[i].cipher), oid->mechanism);
	}
	assert_int_equal(nm_cipher_by_name("rc2-cbc"), NM_CIPHER_NONE);
	assert_false(nm_cipher_may_send(NM_CIPHER_NONE));
}

static void
names_of_the_wire(void **state)
{
	(void)state;
	assert_string_equal(nm_signature_name(NM_SIGNATURE_RSA_PSS), "rsa-pss");
	assert_string_equal(nm_signature_name(NM_SIGNATURE_ED25519), "ed25519");
	assert_string_equal(nm_signature_name(NM_SIGNATURE_NONE), "unknown");
	assert_string_equal(nm_key_management_name(NM_KEY_ECDH), "ecdh");
	assert_string_equal(
	    nm_key_management_name((enum nm_key_management)77), "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_agree_with_nss),
		cmocka_unit_test(digests_have_many_names),
		cmocka_unit_test(ciphers_agree_with_nss),
		cmocka_unit_test(names_of_the_wire),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
