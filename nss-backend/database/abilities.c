/* SPDX-License-Identifier: MPL-2.0 */
/* What the NSS in use can do: by its tokens' mechanisms, never by version. */
#include <nssmime/database.h>

#include <string.h>

#include <secoid.h>

/* PKCS #11 3.0; the headers of older versions of NSS lack it. */
#define MECHANISM_EDDSA 0x1057ul

struct ability {
	const char *name;
	CK_MECHANISM_TYPE mechanism;
};

static const struct ability signatures[] = {
	{ "rsa-pkcs1", CKM_RSA_PKCS },
	{ "rsa-pss", CKM_RSA_PKCS_PSS },
	{ "ecdsa", CKM_ECDSA },
	{ "dsa", CKM_DSA },
	{ "ed25519", MECHANISM_EDDSA },
};

static const struct ability digests[] = {
	{ "sha1", CKM_SHA_1 },
	{ "sha224", CKM_SHA224 },
	{ "sha256", CKM_SHA256 },
	{ "sha384", CKM_SHA384 },
	{ "sha512", CKM_SHA512 },
};

static const struct ability keys[] = {
	{ "rsa-pkcs1", CKM_RSA_PKCS },
	{ "rsa-oaep", CKM_RSA_PKCS_OAEP },
	{ "ecdh", CKM_ECDH1_DERIVE },
};

static const struct ability ciphers[] = {
	{ "aes-256-gcm", CKM_AES_GCM },
	{ "aes-192-gcm", CKM_AES_GCM },
	{ "aes-128-gcm", CKM_AES_GCM },
	{ "aes-256-cbc", CKM_AES_CBC },
	{ "aes-192-cbc", CKM_AES_CBC },
	{ "aes-128-cbc", CKM_AES_CBC },
	{ "des-ede3-cbc", CKM_DES3_CBC },
};

static void
collect(const struct ability *from, size_t count, const char *out[16])
{
	size_t n = 0;

	for (size_t i = 0; i < count && n < 15; i++) {
		if (PK11_TokenExists(from[i].mechanism))
			out[n++] = from[i].name;
	}
}

#define COLLECT(from, out) collect(from, sizeof(from) / sizeof(from[0]), out)

void
nm_abilities_find(struct nm_abilities *out)
{
	memset(out, 0, sizeof(*out));
	COLLECT(signatures, out->signature);
	COLLECT(digests, out->digest);
	COLLECT(keys, out->key_management);
	COLLECT(ciphers, out->content_encryption);
}
