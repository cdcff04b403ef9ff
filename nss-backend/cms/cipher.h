/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Encryption and decryption of content, on keys that stay inside NSS:
 * AES-CBC and 3DES-CBC (RFC 3565, RFC 3370) as streams, AES-GCM (RFC 5084)
 * in constant memory, and the content key derivation of RFC 9709.
 */
#ifndef NSSMIME_CMS_CIPHER_H
#define NSSMIME_CMS_CIPHER_H

#include <nssmime/cms.h>

/* What ciphertext is written in, and the pieces plaintext is passed on in. */
#define NM_SEGMENT	65536u
#define NM_MAX_NONCE	64u /* of AES-GCM; 12 is what everybody sends */
#define NM_CIPHER_BLOCK 16u
#define NM_GCM_TAG	16u
#define NM_GCM_TAG_MIN	12u /* RFC 5084 3.2 */
/* 2^32 - 2 blocks (NIST SP 800-38D 5.2.1.1). */
#define NM_GCM_MAX_BYTES ((UINT64_C(1) << 36) - 32)

static inline SECItem
nm_item(struct nm_bytes b)
{
	/* NSS does not write to what it takes as input by SECItem */
	return (SECItem){ siBuffer, (unsigned char *)(uintptr_t)b.data,
		(unsigned)b.len };
}

/* ---- cipher.c ------------------------------------------------------- */

/* A ContentEncryptionAlgorithmIdentifier, read or to be written. */
struct nm_content_algorithm {
	enum nm_cipher cipher;
	bool hkdf; /* wrapped in id-alg-cek-hkdf-sha256 (RFC 9709) */
	uint8_t iv[NM_MAX_NONCE];
	size_t iv_len;
	size_t icv_len;		/* of an AEAD cipher */
	struct nm_buffer inner; /* DER of the AlgorithmIdentifier of the cipher
				   itself: what RFC 9709 derives from */
};

/* `der`: the whole AlgorithmIdentifier. An algorithm that is not supported is
 * named by its OID in the fault. */
enum nm_error nm_content_algorithm_parse(struct nm_bytes der,
    struct nm_content_algorithm *out, struct nm_fault *fault);
/* A fresh IV or nonce. */
enum nm_error nm_content_algorithm_make(enum nm_cipher cipher, bool hkdf,
    struct nm_content_algorithm *out, struct nm_fault *fault);
void nm_content_algorithm_write(
    const struct nm_content_algorithm *a, struct nm_buffer *out);
void nm_content_algorithm_clear(struct nm_content_algorithm *a);

/* AlgorithmIdentifier's parts; `parameters` is empty when absent. `value`:
 * the contents of the SEQUENCE. */
bool nm_algorithm_split(
    struct nm_bytes value, struct nm_bytes *oid, struct nm_tlv *parameters);
/* "1.2.840.113549.3.2". */
void nm_oid_text(struct nm_bytes oid, char *out, size_t room);

/* A fresh content key in the internal slot, for one of AES. */
PK11SymKey *nm_cipher_generate(enum nm_cipher c);
/* Copies raw key material into the internal slot. */
PK11SymKey *nm_cipher_import(enum nm_cipher c, const uint8_t *raw, size_t len);

/* The one failure that all wrong keys, tags and paddings end in. */
enum nm_error nm_integrity_failure(struct nm_fault *fault);

/* ---- cbc.c ---------------------------------------------------------- */

/* Ciphertext to plaintext; PKCS #7 padding (RFC 5652 6.3) is checked and
 * taken off at the end. Finishes `next`. */
struct nm_stage *nm_cbc_decrypter_new(PK11SymKey *key,
    const struct nm_content_algorithm *a, struct nm_stage *next,
    struct nm_fault *fault);
/* Plaintext to ciphertext, in pieces of NM_SEGMENT but for the last. Finishes
 * `next`. */
struct nm_stage *nm_cbc_encrypter_new(PK11SymKey *key,
    const struct nm_content_algorithm *a, struct nm_stage *next,
    struct nm_fault *fault);

/* ---- derive.c ------------------------------------------------------- */

/* CMS_CEK_HKDF_SHA256 (RFC 9709 2): the key to use in place of `cek`. NULL:
 * failed. */
PK11SymKey *nm_derive_content_key(PK11SymKey *cek, enum nm_cipher c,
    CK_ATTRIBUTE_TYPE operation, struct nm_bytes inner);

/* ---- gcm.c ---------------------------------------------------------- */

/* AES-GCM of any length in constant memory, composed from NSS's one-shot
 * calls. Segments but the last are multiples of 16 bytes. */
struct nm_gcm;

enum nm_gcm_way {
	NM_GCM_COMPOSED, /* falls back to the counter way if a self-test finds
			    NSS unfit for it (a FIPS policy) */
	NM_GCM_COUNTER	 /* AES-CTR and GMAC */
};

struct nm_gcm *nm_gcm_new(PK11SymKey *key, struct nm_bytes nonce,
    struct nm_bytes aad, enum nm_gcm_way way);
void nm_gcm_free(struct nm_gcm **g);
/* `out`: room for len + 16 bytes, of which the first len are the result. */
bool nm_gcm_encrypt(
    struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len);
/* First pass of a decryption: authenticates only. */
bool nm_gcm_authenticate(
    struct nm_gcm *g, const uint8_t *ciphertext, size_t len);
bool nm_gcm_tag(struct nm_gcm *g, uint8_t tag[NM_GCM_TAG]);
/* Second pass, after the tag was compared and nm_gcm_rewind(). */
void nm_gcm_rewind(struct nm_gcm *g);
bool nm_gcm_decrypt(
    struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len);
/* Known answer (NIST's GCM specification, test case 4) by the composition. */
bool nm_gcm_self_test(enum nm_gcm_way way);

/* ---- aead.c --------------------------------------------------------- */

/* Plaintext to ciphertext as nm_cbc_encrypter_new(); the tag is ready before
 * `next` is finished. */
struct nm_stage *nm_aead_sealer_new(PK11SymKey *key,
    const struct nm_content_algorithm *a, struct nm_stage *next,
    struct nm_fault *fault);
const uint8_t *nm_aead_sealer_tag(const struct nm_stage *sealer);

/* Takes ciphertext, holds it back, and gives plaintext once the tag has
 * verified: from memory up to NM_GCM_ONE_SHOT, above from a spool file. */
struct nm_aead_opener;

struct nm_aead_opener *nm_aead_opener_new(PK11SymKey *key,
    const struct nm_content_algorithm *a, struct nm_fault *fault);
void nm_aead_opener_free(struct nm_aead_opener **o);
enum nm_error nm_aead_opener_write(
    struct nm_aead_opener *o, const uint8_t *data, size_t len);
/* NM_OK only if tag, ciphertext and `aad` belong together. */
enum nm_error nm_aead_opener_verify(
    struct nm_aead_opener *o, struct nm_bytes aad, struct nm_bytes tag);
/* After that: writes the plaintext to `next` and finishes it. */
enum nm_error nm_aead_opener_emit(
    struct nm_aead_opener *o, struct nm_stage *next);

/* ---- spool.c -------------------------------------------------------- */

/* An unlinked temporary file, on a disk and not in memory. */
struct nm_spool;

enum nm_error nm_spool_new(struct nm_spool **out, struct nm_fault *fault);
void nm_spool_free(struct nm_spool **s);
enum nm_error nm_spool_write(
    struct nm_spool *s, const uint8_t *data, size_t len);
uint64_t nm_spool_size(const struct nm_spool *s);
/* Fills `out` from `offset`; anything less than `len` bytes is a failure. */
enum nm_error nm_spool_read(
    struct nm_spool *s, uint64_t offset, uint8_t *out, size_t len);

#endif
