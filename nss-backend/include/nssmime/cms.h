/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The Cryptographic Message Syntax (RFC 5652, 5083, 3274), read and written
 * as streams on NSS's primitives. BER of any shape is read; DER is written,
 * or indefinite-length BER where the length is not known before. Knows
 * nothing of MIME, databases or trust.
 */
#ifndef NSSMIME_CMS_H
#define NSSMIME_CMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cert.h>
#include <keyhi.h>

#include <nssmime/algorithm.h>
#include <nssmime/buffer.h>
#include <nssmime/error.h>
#include <nssmime/limits.h>
#include <nssmime/reason.h>
#include <nssmime/stage.h>

/* SignerIdentifier and RecipientIdentifier (RFC 5652 5.3, 6.2.1). */
struct nm_rid {
	struct nm_bytes issuer; /* Name, DER; empty when by key id */
	struct nm_bytes serial; /* INTEGER contents */
	struct nm_bytes key_id; /* subjectKeyIdentifier; empty when by issuer */
};
bool nm_rid_matches(const struct nm_rid *rid, CERTCertificate *cert);
/* A serial number to compare: some write more zeros before one than DER
 * allows. */
struct nm_bytes nm_serial_trim(struct nm_bytes serial);

/* ---- reading -------------------------------------------------------- */

/* How the CMS layer reaches the user's keys. */
struct nm_cms_keys {
	void *arg;
	/* The certificate that a recipient identifier names, if its private
	 * key is at hand; lent; NULL: none. Never asks the user. */
	CERTCertificate *(*find)(void *arg, const struct nm_rid *rid);
	/* Its key; may ask the user; freed by SECKEY_DestroyPrivateKey. */
	enum nm_error (*key)(void *arg, CERTCertificate *cert,
	    SECKEYPrivateKey **key, struct nm_fault *fault);
};

/* One SignerInfo (RFC 5652 5.3), parsed. Bytes are lent by the nm_signed. */
struct nm_signer {
	struct nm_bytes der; /* all of it, in definite lengths */
	struct nm_rid sid;
	enum nm_digest digest;
	enum nm_signature algorithm;
	struct nm_bytes digest_algorithm;    /* AlgorithmIdentifier, DER */
	struct nm_bytes signature_algorithm; /* AlgorithmIdentifier, DER */
	struct nm_bytes signed_attributes;   /* as received, whole [0]; empty:
						none */
	struct nm_bytes unsigned_attributes;
	struct nm_bytes signature;
	struct nm_bytes content_type;	/* attribute's OID contents */
	struct nm_bytes message_digest; /* attribute's value */
	struct nm_bytes capabilities;	/* SMIMECapabilities value, DER */
	bool has_signing_time;
	int64_t signing_time; /* as claimed; seconds since 1970 */
	/* ESS signingCertificate(V2) (RFC 5035): the hash of the signer's
	 * certificate, which binds it; empty: no such attribute. */
	enum nm_digest ess_digest;
	struct nm_bytes ess_hash;
	nm_reasons reasons; /* what its parsing already found wrong */
};

/* A SignedData after its end. */
struct nm_signed;
void nm_signed_free(struct nm_signed **s);
size_t nm_signed_signer_count(const struct nm_signed *s);
const struct nm_signer *nm_signed_signer(const struct nm_signed *s, size_t i);
size_t nm_signed_certificate_count(const struct nm_signed *s);
struct nm_bytes nm_signed_certificate(const struct nm_signed *s, size_t i);
size_t nm_signed_crl_count(const struct nm_signed *s);
struct nm_bytes nm_signed_crl(const struct nm_signed *s, size_t i);
bool nm_signed_has_content(const struct nm_signed *s);
struct nm_bytes nm_signed_content_type(const struct nm_signed *s);
/* The digests of the content inside it; NULL: none inside. Lent. */
const struct nm_digests *nm_signed_digests(const struct nm_signed *s);
/*
 * Checks signer `i` against the digests of the content (detached: computed by
 * the caller) with a certificate found by nm_rid_matches(): content-type and
 * message-digest attributes (5.4, 11.1, 11.2), the ESS binding, the
 * signature over the attributes as received re-tagged SET OF, else over their
 * DER form; without attributes over the digest. Adds content-altered,
 * signature-mismatch, malformed, weak-digest (MD5), unsupported-algorithm.
 */
enum nm_error nm_signed_verify(const struct nm_signed *s, size_t i,
    const struct nm_digests *content, CERTCertificate *cert,
    nm_reasons *reasons);

/* What is kept of a SignedData to check its signatures again without it. */
struct nm_signed_parts {
	bool has_content;
	struct nm_bytes content_type; /* OID contents */
	unsigned digest_set;	      /* NM_DIGEST_BIT() of digestAlgorithms */
	const struct nm_bytes *signers; /* each nm_signer's `der` */
	size_t signer_count;
};
unsigned nm_signed_digest_set(const struct nm_signed *s);
/* Fails as nm_cms_reader_new()'s stage does. */
enum nm_error nm_signed_assemble(const struct nm_signed_parts *parts,
    struct nm_signed **out, struct nm_fault *fault);

enum nm_layer_type {
	NM_LAYER_SIGNED,
	NM_LAYER_ENVELOPED,
	NM_LAYER_AUTH_ENVELOPED,
	NM_LAYER_COMPRESSED
};
const char *nm_layer_type_name(enum nm_layer_type t); /* the wire's */

/* What is known of a layer when its content begins; of a SignedData the rest
 * when it ends. */
struct nm_cms_layer {
	enum nm_layer_type type;
	struct nm_signed *signed_data; /* signed; lent; whole at the end */
	enum nm_cipher cipher;	       /* encrypted */
	enum nm_key_management key_management;
	CERTCertificate *decrypted_with; /* lent by the key source */
	size_t recipients;
};

struct nm_cms_handler {
	/*
	 * A layer's content begins. *next takes it: the reader writes to it,
	 * finishes it and frees it. A SignedData without content inside gets
	 * this call too (nm_signed_has_content() tells) and no *next.
	 * Authenticated content comes only after its tag has verified.
	 */
	enum nm_error (*begin)(
	    void *arg, struct nm_cms_layer *layer, struct nm_stage **next);
	/* The layer is over and complete; `layer` is lent for the call. For a
	 * SignedData: take it over by setting layer->signed_data to NULL. */
	enum nm_error (*end)(void *arg, struct nm_cms_layer *layer);
};

/*
 * Reads one ContentInfo. Fails with
 *   NM_ERR_NOT_SMIME         no ContentInfo, or a content type that is not
 *                            one of the four (digestedData, data, ...)
 *   NM_ERR_MALFORMED_MESSAGE not BER, truncated, past a bound
 *   NM_ERR_NO_PRIVATE_KEY    no recipient of a kind we read is ours
 *   NM_ERR_UNSUPPORTED_ALGORITHM  ours, but by an algorithm that is not, or
 *                            only recipients of kinds we do not read
 *   NM_ERR_INTEGRITY_FAILURE wrong padding, tag or key: all look the same
 *   and what the handler and the key source return.
 */
struct nm_stage *nm_cms_reader_new(const struct nm_cms_handler *handler,
    void *arg, const struct nm_cms_keys *keys, struct nm_fault *fault);
/* After NM_ERR_NOT_SMIME: whether it is CMS, of another content type. */
bool nm_cms_reader_is_other(const struct nm_stage *reader);

/* The OID of an AlgorithmIdentifier with dots; "unknown": it has none. */
void nm_algorithm_text(struct nm_bytes algorithm, char *out, size_t room);

/* ---- writing -------------------------------------------------------- */

struct nm_sign_as {
	CERTCertificate *cert;
	SECKEYPrivateKey *key;
	enum nm_digest digest; /* as far as nm_sign_digest() lets it */
	bool pss;	       /* RSASSA-PSS with an ordinary RSA key; a key of
				  an id-RSASSA-PSS certificate always is */
	int64_t signing_time;  /* seconds since 1970 */
	CERTCertificate *const *include; /* certificates to put in */
	size_t include_count;
	/* For SMIMEEncryptionKeyPreference (RFC 8551 2.5.3); NULL: none. */
	CERTCertificate *encryption_cert;
	bool no_capabilities; /* no SMIMECapabilities (RFC 8551 2.5.2) */
};

/* The digest that this signer's key takes: as->digest, but SHA-512 with Ed25519
 * (RFC 8419 3.1), and what an id-RSASSA-PSS certificate's parameters demand
 * (RFC 4055 3.3). */
enum nm_digest nm_sign_digest(const struct nm_sign_as *as);
/* A detached SignedData over content with these digests, as DER. */
enum nm_error nm_cms_sign_detached(const struct nm_sign_as *as, size_t as_count,
    const struct nm_digests *content, struct nm_buffer *out,
    struct nm_fault *fault);
/* Takes the content, writes a SignedData with it inside (indefinite length).
 * `as` must live as long as the stage. */
struct nm_stage *nm_cms_sign_opaque_new(const struct nm_sign_as *as,
    size_t as_count, struct nm_stage *next, struct nm_fault *fault);
/* certs-only, DER (RFC 8551 3.8). */
enum nm_error nm_cms_certs_only(
    CERTCertificate *const *certs, size_t count, struct nm_buffer *out);

struct nm_encrypt_to {
	CERTCertificate *cert;
	bool oaep;		    /* RSA: OAEP instead of v1.5 */
	enum nm_digest oaep_digest; /* default SHA-256 for NONE */
	enum nm_digest kdf; /* ECDH: X9.63 KDF; NONE: by the cipher, SHA-256 */
	bool by_key_id;	    /* rid by subjectKeyIdentifier */
	bool ukm;	    /* ECDH: send user keying material */
};

/*
 * Takes the content, writes EnvelopedData, or AuthEnvelopedData for an AEAD
 * cipher. KARI: AES key wrap as long as the content key. `hkdf`: content key
 * derived as RFC 9709 says. `to` is used in the call only.
 * NM_ERR_CERTIFICATE_UNUSABLE (through *error) for a key that cannot be
 * encrypted to. NULL: *error says why.
 */
struct nm_stage *nm_cms_encrypt_new(const struct nm_encrypt_to *to,
    size_t to_count, enum nm_cipher cipher, bool hkdf, struct nm_stage *next,
    struct nm_fault *fault, enum nm_error *error);

/* ---- DER for the other floors --------------------------------------- */

/* One element: identifier octet (tag numbers up to 30), contents, and all. */
struct nm_tlv {
	uint8_t tag;
	struct nm_bytes value;
	struct nm_bytes raw;
};
/* Takes the next element off the cursor; false: none or malformed. Definite
 * lengths only. */
bool nm_der_next(struct nm_bytes *cursor, struct nm_tlv *out);
/* The same, only if the tag is `tag`; the cursor stays where it is not. */
bool nm_der_take(struct nm_bytes *cursor, uint8_t tag, struct nm_tlv *out);
/* A small non-negative INTEGER. */
bool nm_der_uint(struct nm_bytes value, uint64_t *out);

/* Writing: one element; or a constructed one around what follows: the mark
 * from begin goes to end, which puts the length in. */
void nm_der_put(
    struct nm_buffer *out, uint8_t tag, const void *data, size_t len);
void nm_der_put_uint(struct nm_buffer *out, uint64_t value);
void nm_der_put_oid(struct nm_buffer *out, SECOidTag tag);
/* Elements of definite lengths again, each length in as few octets as DER has
 * it. False: malformed. */
bool nm_der_put_minimal(struct nm_buffer *out, struct nm_bytes elements);
size_t nm_der_begin(struct nm_buffer *out, uint8_t tag);
void nm_der_end(struct nm_buffer *out, size_t mark);

#endif
