/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/algorithm.h>

#include <string.h>
#include <strings.h>

#define OID(...)                                                               \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}
#define NIST(...)   OID(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, __VA_ARGS__)
#define RSADSI(...) OID(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, __VA_ARGS__)

static const struct {
	const char *name;
	const char *micalg;
	size_t size;
	SECOidTag tag;
	CK_MECHANISM_TYPE mechanism;
	CK_RSA_PKCS_MGF_TYPE mgf;
	struct nm_bytes oid;
} digests[NM_DIGEST_COUNT] = {
	[NM_DIGEST_NONE] = { "unknown", "unknown", 0, SEC_OID_UNKNOWN,
	    CKM_INVALID_MECHANISM, 0, { NULL, 0 } },
	[NM_DIGEST_MD5] = { "md5", "md5", 16, SEC_OID_MD5, CKM_MD5, 0,
	    RSADSI(0x02, 0x05) },
	[NM_DIGEST_SHA1] = { "sha1", "sha-1", 20, SEC_OID_SHA1, CKM_SHA_1,
	    CKG_MGF1_SHA1, OID(0x2b, 0x0e, 0x03, 0x02, 0x1a) },
	[NM_DIGEST_SHA224] = { "sha224", "sha-224", 28, SEC_OID_SHA224,
	    CKM_SHA224, CKG_MGF1_SHA224, NIST(0x02, 0x04) },
	[NM_DIGEST_SHA256] = { "sha256", "sha-256", 32, SEC_OID_SHA256,
	    CKM_SHA256, CKG_MGF1_SHA256, NIST(0x02, 0x01) },
	[NM_DIGEST_SHA384] = { "sha384", "sha-384", 48, SEC_OID_SHA384,
	    CKM_SHA384, CKG_MGF1_SHA384, NIST(0x02, 0x02) },
	[NM_DIGEST_SHA512] = { "sha512", "sha-512", 64, SEC_OID_SHA512,
	    CKM_SHA512, CKG_MGF1_SHA512, NIST(0x02, 0x03) },
};

static const struct {
	const char *name;
	size_t key_size;
	bool aead;
	bool send;
	CK_MECHANISM_TYPE mechanism;
	struct nm_bytes oid;
} ciphers[NM_CIPHER_COUNT] = {
	[NM_CIPHER_NONE] = { "unknown", 0, false, false, CKM_INVALID_MECHANISM,
	    { NULL, 0 } },
	[NM_CIPHER_3DES_CBC] = { "des-ede3-cbc", 24, false, false, CKM_DES3_CBC,
	    RSADSI(0x03, 0x07) },
	[NM_CIPHER_AES128_CBC] = { "aes-128-cbc", 16, false, true, CKM_AES_CBC,
	    NIST(0x01, 0x02) },
	[NM_CIPHER_AES192_CBC] = { "aes-192-cbc", 24, false, true, CKM_AES_CBC,
	    NIST(0x01, 0x16) },
	[NM_CIPHER_AES256_CBC] = { "aes-256-cbc", 32, false, true, CKM_AES_CBC,
	    NIST(0x01, 0x2a) },
	[NM_CIPHER_AES128_GCM] = { "aes-128-gcm", 16, true, true, CKM_AES_GCM,
	    NIST(0x01, 0x06) },
	[NM_CIPHER_AES192_GCM] = { "aes-192-gcm", 24, true, true, CKM_AES_GCM,
	    NIST(0x01, 0x1a) },
	[NM_CIPHER_AES256_GCM] = { "aes-256-gcm", 32, true, true, CKM_AES_GCM,
	    NIST(0x01, 0x2e) },
};

static const char *const signatures[NM_SIGNATURE_COUNT] = {
	[NM_SIGNATURE_NONE] = "unknown",
	[NM_SIGNATURE_RSA_PKCS1] = "rsa-pkcs1",
	[NM_SIGNATURE_RSA_PSS] = "rsa-pss",
	[NM_SIGNATURE_ECDSA] = "ecdsa",
	[NM_SIGNATURE_DSA] = "dsa",
	[NM_SIGNATURE_ED25519] = "ed25519",
};

static const char *const key_managements[NM_KEY_COUNT] = {
	[NM_KEY_NONE] = "unknown",
	[NM_KEY_RSA_PKCS1] = "rsa-pkcs1",
	[NM_KEY_RSA_OAEP] = "rsa-oaep",
	[NM_KEY_ECDH] = "ecdh",
};

static enum nm_digest
known(enum nm_digest d)
{
	return (unsigned)d < NM_DIGEST_COUNT ? d : NM_DIGEST_NONE;
}

static enum nm_cipher
known_cipher(enum nm_cipher c)
{
	return (unsigned)c < NM_CIPHER_COUNT ? c : NM_CIPHER_NONE;
}

const char *
nm_digest_name(enum nm_digest d)
{
	return digests[known(d)].name;
}

enum nm_digest
nm_digest_by_name(const char *name)
{
	if (strncasecmp(name, "rsa-", 4) == 0)
		name += 4;
	for (unsigned i = NM_DIGEST_NONE + 1; i < NM_DIGEST_COUNT; i++) {
		if (strcasecmp(name, digests[i].name) == 0 ||
		    strcasecmp(name, digests[i].micalg) == 0)
			return (enum nm_digest)i;
	}
	return NM_DIGEST_NONE;
}

enum nm_digest
nm_digest_by_oid(struct nm_bytes oid)
{
	for (unsigned i = NM_DIGEST_NONE + 1; i < NM_DIGEST_COUNT; i++) {
		if (nm_bytes_equal(oid, digests[i].oid))
			return (enum nm_digest)i;
	}
	return NM_DIGEST_NONE;
}

const char *
nm_digest_micalg(enum nm_digest d)
{
	return digests[known(d)].micalg;
}

size_t
nm_digest_size(enum nm_digest d)
{
	return digests[known(d)].size;
}

SECOidTag
nm_digest_tag(enum nm_digest d)
{
	return digests[known(d)].tag;
}

struct nm_bytes
nm_digest_oid(enum nm_digest d)
{
	return digests[known(d)].oid;
}

CK_MECHANISM_TYPE
nm_digest_mechanism(enum nm_digest d)
{
	return digests[known(d)].mechanism;
}

CK_RSA_PKCS_MGF_TYPE
nm_digest_mgf(enum nm_digest d)
{
	return digests[known(d)].mgf;
}

const char *
nm_cipher_name(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].name;
}

enum nm_cipher
nm_cipher_by_name(const char *name)
{
	for (unsigned i = NM_CIPHER_NONE + 1; i < NM_CIPHER_COUNT; i++) {
		if (strcmp(name, ciphers[i].name) == 0)
			return (enum nm_cipher)i;
	}
	return NM_CIPHER_NONE;
}

enum nm_cipher
nm_cipher_by_oid(struct nm_bytes oid)
{
	for (unsigned i = NM_CIPHER_NONE + 1; i < NM_CIPHER_COUNT; i++) {
		if (nm_bytes_equal(oid, ciphers[i].oid))
			return (enum nm_cipher)i;
	}
	return NM_CIPHER_NONE;
}

struct nm_bytes
nm_cipher_oid(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].oid;
}

CK_MECHANISM_TYPE
nm_cipher_mechanism(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].mechanism;
}

size_t
nm_cipher_key_size(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].key_size;
}

bool
nm_cipher_is_aead(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].aead;
}

bool
nm_cipher_may_send(enum nm_cipher c)
{
	return ciphers[known_cipher(c)].send;
}

const char *
nm_signature_name(enum nm_signature s)
{
	return signatures[(unsigned)s < NM_SIGNATURE_COUNT ? s
							   : NM_SIGNATURE_NONE];
}

const char *
nm_key_management_name(enum nm_key_management k)
{
	return key_managements[(unsigned)k < NM_KEY_COUNT ? k : NM_KEY_NONE];
}
