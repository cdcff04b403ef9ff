/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include <nss.h>

#include <nssmime/database.h>

static bool
has(const char *const list[16], const char *name)
{
	for (size_t i = 0; i < 16 && list[i] != NULL; i++) {
		if (strcmp(list[i], name) == 0)
			return true;
	}
	return false;
}

/* What every NSS that we run on can do. */
static void
what_is_there(void **state)
{
	static const char *const signatures[] = { "rsa-pkcs1", "rsa-pss",
		"ecdsa" };
	static const char *const digests[] = { "sha1", "sha224", "sha256",
		"sha384", "sha512" };
	static const char *const ciphers[] = { "aes-256-gcm", "aes-128-gcm",
		"aes-256-cbc", "aes-192-cbc", "aes-128-cbc", "des-ede3-cbc" };
	static const char *const keys[] = { "rsa-pkcs1", "rsa-oaep", "ecdh" };
	struct nm_abilities a;

	(void)state;
	assert_int_equal(NSS_NoDB_Init(NULL), SECSuccess);
	nm_abilities_find(&a);
	for (size_t i = 0; i < sizeof(signatures) / sizeof(char *); i++)
		assert_true(has(a.signature, signatures[i]));
	for (size_t i = 0; i < sizeof(digests) / sizeof(char *); i++)
		assert_true(has(a.digest, digests[i]));
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(char *); i++)
		assert_true(has(a.content_encryption, ciphers[i]));
	for (size_t i = 0; i < sizeof(keys) / sizeof(char *); i++)
		assert_true(has(a.key_management, keys[i]));
	/* never offered, whatever NSS has */
	assert_false(has(a.content_encryption, "rc2"));
	assert_false(has(a.digest, "md5"));
	/* found, not assumed */
	assert_int_equal(
	    has(a.signature, "ed25519"), PK11_TokenExists(0x1057) == PR_TRUE);
	assert_int_equal(NSS_Shutdown(), SECSuccess);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
