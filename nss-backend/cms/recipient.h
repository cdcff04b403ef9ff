/* SPDX-License-Identifier: MPL-2.0 */
/*
 * RecipientInfo (RFC 5652 6.2): key transport with RSA (RFC 3370 4.2.1,
 * RFC 3560) and key agreement with ECDH (RFC 5753), read and written.
 */
#ifndef NSSMIME_CMS_RECIPIENT_H
#define NSSMIME_CMS_RECIPIENT_H

#include "cipher.h"
#include "rid.h"

/* Kept of one that names a key of the user's; more are not tried. */
#define NM_MAX_CANDIDATES 16u
#define NM_MAX_LABEL	  1024u /* of OAEP */
#define NM_MAX_UKM	  4096u
#define NM_MAX_POINT	  133u /* of P-521 */
#define NM_MAX_WRAPPED	  (NM_MAX_RSA_BITS / 8)

/* RSAES-OAEP-params (RFC 8017 A.2.1) */
struct nm_oaep {
	enum nm_digest hash, mgf;
	struct nm_bytes label;
};

enum nm_wrap {
	NM_WRAP_NONE,
	NM_WRAP_AES128,
	NM_WRAP_AES192,
	NM_WRAP_AES256,
	NM_WRAP_3DES /* RFC 3217, read only */
};

/* How a KeyAgreeRecipientInfo makes its key-encryption key. */
struct nm_agreement {
	enum nm_digest kdf;
	enum nm_wrap wrap;
	struct nm_bytes wrap_algorithm; /* AlgorithmIdentifier, as received */
	bool has_ukm;
	struct nm_bytes ukm;
	struct nm_bytes point; /* of the originator's ephemeral key */
	struct nm_bytes curve; /* ECParameters; empty: not said */
};

/* One encrypted content key, for a certificate that is ours. */
struct nm_candidate {
	enum nm_key_management kind;
	CERTCertificate *cert; /* own reference */
	struct nm_oaep oaep;
	struct nm_agreement agreement;
	struct nm_bytes encrypted_key;
	struct nm_buffer kept; /* what the bytes above lie in */
};

/* ---- recipient.c ---------------------------------------------------- */

struct nm_recipients;

struct nm_recipients *nm_recipients_new(const struct nm_cms_keys *keys);
void nm_recipients_free(struct nm_recipients **rs);
/* Takes one RecipientInfo. Kinds that are not known are counted. */
enum nm_error nm_recipients_add(struct nm_recipients *rs,
    const struct nm_tlv *info, struct nm_fault *fault);
size_t nm_recipients_count(const struct nm_recipients *rs);
/* Whether there is one to try; if not, says why. */
enum nm_error nm_recipients_check(
    const struct nm_recipients *rs, struct nm_fault *fault);
/*
 * After that check: the content key, in NSS's own module, as long as the
 * cipher's key. Key agreement and OAEP first; RSA v1.5 last and once, and what
 * fails there goes on with a random key, so that it is seen in the content
 * alone (RFC 3218).
 */
enum nm_error nm_recipients_open(struct nm_recipients *rs, enum nm_cipher c,
    PK11SymKey **cek, enum nm_key_management *kind,
    CERTCertificate **decrypted_with, struct nm_fault *fault);

/* For ktri.c and kari.c: counts one recipient, and asks the key source for
 * its certificate (a new reference); NULL: not ours. `unsupported`: the OID of
 * what stands in the way; empty: nothing. */
enum nm_error nm_recipients_find(struct nm_recipients *rs,
    const struct nm_rid *rid, struct nm_bytes unsupported,
    CERTCertificate **cert, struct nm_fault *fault);
/* Notes one that is ours, but by an algorithm that is not supported. */
void nm_recipients_unsupported(struct nm_recipients *rs, struct nm_bytes oid);
/* Keeps one; its bytes are copied, its certificate is taken over. */
enum nm_error nm_recipients_keep(
    struct nm_recipients *rs, struct nm_candidate *c, struct nm_fault *fault);

/* The subjectKeyIdentifier extension's value; false: it has none. */
bool nm_key_id_write(CERTCertificate *cert, uint8_t tag, struct nm_buffer *out);

/* Appends the RecipientInfo for one recipient. `*version2`: set if its
 * version is not 0. */
enum nm_error nm_recipient_write(const struct nm_encrypt_to *to,
    enum nm_cipher cipher, PK11SymKey *cek, struct nm_buffer *out,
    bool *version2, struct nm_fault *fault);

/* ---- ktri.c --------------------------------------------------------- */

/* False: not a KeyTransRecipientInfo that is understood. */
enum nm_error nm_ktri_parse(struct nm_recipients *rs, struct nm_bytes value,
    bool *understood, struct nm_fault *fault);
/* NULL: failed. */
PK11SymKey *nm_ktri_unwrap_oaep(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher);
/* Never says whether the padding was right; NULL only when NSS fails at
 * something that does not depend on the ciphertext. */
PK11SymKey *nm_ktri_unwrap_pkcs1(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher);
enum nm_error nm_ktri_write(const struct nm_encrypt_to *to,
    SECKEYPublicKey *key, PK11SymKey *cek, struct nm_buffer *out,
    struct nm_fault *fault);

/* ---- oaep.c --------------------------------------------------------- */

/* `parameters`: tag 0 when absent (all defaults). False: malformed, or an
 * algorithm that is not known. */
bool nm_oaep_parse(const struct nm_tlv *parameters, struct nm_oaep *out);
void nm_oaep_write(const struct nm_oaep *oaep, struct nm_buffer *out);
/* For NSS; `out` refers to the label. */
void nm_oaep_params(const struct nm_oaep *oaep, CK_RSA_PKCS_OAEP_PARAMS *out);

/* ---- kari.c --------------------------------------------------------- */

enum nm_error nm_kari_parse(struct nm_recipients *rs, struct nm_bytes value,
    bool *understood, struct nm_fault *fault);
enum nm_error nm_kari_write(const struct nm_encrypt_to *to,
    SECKEYPublicKey *key, enum nm_cipher cipher, PK11SymKey *cek,
    struct nm_buffer *out, struct nm_fault *fault);

/* ---- agreement.c ---------------------------------------------------- */

/* Key-encryption key of an agreement, and with it the content key. NULL:
 * failed. */
PK11SymKey *nm_agreement_unwrap(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher);
/* `ephemeral` is ours, `key` the recipient's; wraps `cek` into `out`. */
bool nm_agreement_wrap(const struct nm_agreement *a,
    SECKEYPrivateKey *ephemeral, SECKEYPublicKey *key, PK11SymKey *cek,
    struct nm_buffer *out);
size_t nm_wrap_key_size(enum nm_wrap wrap);
/* Length of an uncompressed point of the curve (ECParameters, DER); 0: a
 * curve that is not supported. */
size_t nm_curve_point_size(struct nm_bytes curve);
/* X9.63's key derivation (SEC 1 3.6.1), for tokens that cannot. */
bool nm_x963(enum nm_digest kdf, struct nm_bytes secret, struct nm_bytes info,
    uint8_t *out, size_t len);

#endif
