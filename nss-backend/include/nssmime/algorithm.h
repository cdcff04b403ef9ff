/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The algorithms of CMS that nssmime knows: one table each, from object
 * identifier to NSS's mechanism to the wire's name (RFC 3370, 3560, 3565,
 * 4056, 5084, 5753, 5754, 8419, 9709).
 */
#ifndef NSSMIME_ALGORITHM_H
#define NSSMIME_ALGORITHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pk11pub.h>
#include <secoidt.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>

enum nm_digest {
	NM_DIGEST_NONE, /* unknown or unsupported */
	NM_DIGEST_MD5,
	NM_DIGEST_SHA1,
	NM_DIGEST_SHA224,
	NM_DIGEST_SHA256,
	NM_DIGEST_SHA384,
	NM_DIGEST_SHA512,
	NM_DIGEST_COUNT
};
#define NM_DIGEST_MAX_SIZE 64

const char *nm_digest_name(enum nm_digest d); /* "sha256"; "unknown" */
/* By wire name, and by micalg as RFC 8551 3.5.3.2 and older senders write it
 * ("sha-256", "sha256", "rsa-sha256"); case ignored. */
enum nm_digest nm_digest_by_name(const char *name);
enum nm_digest nm_digest_by_oid(struct nm_bytes oid); /* OID contents */
const char *nm_digest_micalg(enum nm_digest d);	      /* "sha-256" */
size_t nm_digest_size(enum nm_digest d);
SECOidTag nm_digest_tag(enum nm_digest d);
struct nm_bytes nm_digest_oid(enum nm_digest d); /* OID contents; len 0 */
CK_MECHANISM_TYPE nm_digest_mechanism(enum nm_digest d); /* CKM_SHA256 */
CK_RSA_PKCS_MGF_TYPE nm_digest_mgf(enum nm_digest d);	 /* CKG_MGF1_SHA256 */

/* Several digests of the same bytes at once. */
struct nm_digests;
#define NM_DIGEST_BIT(d) (1u << (d))
/* `set`: bits of NM_DIGEST_BIT(); those that NSS cannot compute are left
 * out. */
struct nm_digests *nm_digests_new(unsigned set);
void nm_digests_free(struct nm_digests **ds);
enum nm_error nm_digests_update(
    struct nm_digests *ds, const uint8_t *data, size_t len);
/* Stops computing those not in `set` (a large content, findings). */
void nm_digests_keep(struct nm_digests *ds, unsigned set);
/* Ends it; may be called again. */
enum nm_error nm_digests_finish(struct nm_digests *ds);
/* The value after finish; len 0: not computed. Lent. */
struct nm_bytes nm_digests_value(const struct nm_digests *ds, enum nm_digest d);
/* Digests that were computed elsewhere, finished: of the algorithms whose value
 * has the right length. `of_attributes`: what the next function says. */
struct nm_digests *nm_digests_known(
    const struct nm_bytes values[NM_DIGEST_COUNT], bool of_attributes);
/* True when the bytes look, as a whole, like the SET OF Attribute that a
 * SignerInfo signs: content that a signature without signed attributes must
 * not be taken to cover (RFC 5652 5.4 leaves the two alike). */
bool nm_digests_of_attributes(const struct nm_digests *ds);

enum nm_cipher {
	NM_CIPHER_NONE,
	NM_CIPHER_3DES_CBC, /* read only */
	NM_CIPHER_AES128_CBC,
	NM_CIPHER_AES192_CBC,
	NM_CIPHER_AES256_CBC,
	NM_CIPHER_AES128_GCM,
	NM_CIPHER_AES192_GCM,
	NM_CIPHER_AES256_GCM,
	NM_CIPHER_COUNT
};
const char *nm_cipher_name(enum nm_cipher c); /* "aes-256-cbc",
						  "des-ede3-cbc" */
enum nm_cipher nm_cipher_by_name(const char *name);
enum nm_cipher nm_cipher_by_oid(struct nm_bytes oid);
struct nm_bytes nm_cipher_oid(enum nm_cipher c); /* OID contents; len 0 */
CK_MECHANISM_TYPE nm_cipher_mechanism(enum nm_cipher c);
size_t nm_cipher_key_size(enum nm_cipher c);
bool nm_cipher_is_aead(enum nm_cipher c);
bool nm_cipher_may_send(enum nm_cipher c);

enum nm_signature {
	NM_SIGNATURE_NONE,
	NM_SIGNATURE_RSA_PKCS1,
	NM_SIGNATURE_RSA_PSS,
	NM_SIGNATURE_ECDSA,
	NM_SIGNATURE_DSA, /* read only */
	NM_SIGNATURE_ED25519,
	NM_SIGNATURE_COUNT
};
const char *nm_signature_name(enum nm_signature s); /* "rsa-pkcs1",
	"rsa-pss", "ecdsa", "dsa", "ed25519" */

enum nm_key_management {
	NM_KEY_NONE,
	NM_KEY_RSA_PKCS1,
	NM_KEY_RSA_OAEP,
	NM_KEY_ECDH, /* ephemeral-static, standard or cofactor */
	NM_KEY_COUNT
};
const char *nm_key_management_name(enum nm_key_management k); /* "rsa-pkcs1",
	"rsa-oaep", "ecdh" */

#endif
