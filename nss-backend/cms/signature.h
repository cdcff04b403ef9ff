/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Signature algorithms: their AlgorithmIdentifiers, read and written, and
 * NSS's operations (RFC 3370 3, 4055, 4056, 5753 2.1, 5754 3, 8419).
 */
#ifndef NSSMIME_CMS_SIGNATURE_H
#define NSSMIME_CMS_SIGNATURE_H

#include <nssmime/cms.h>

struct nm_signature_algorithm {
	enum nm_signature type;
	enum nm_digest digest; /* NONE: what digestAlgorithm says */
	bool unknown_digest;   /* it names one, which is not known */
	enum nm_digest mgf;    /* RSASSA-PSS */
	uint64_t salt;
};

/* An AlgorithmIdentifier whole; false: malformed. An unknown one gives type
 * NM_SIGNATURE_NONE. */
bool nm_signature_parse(
    struct nm_bytes algorithm, struct nm_signature_algorithm *out);
void nm_signature_put(
    struct nm_buffer *out, enum nm_signature type, enum nm_digest digest);

/* An AlgorithmIdentifier of a digest: with absent parameters (RFC 5754 2), or
 * with NULL as DigestInfo has it (RFC 8017 A.2.4). */
void nm_digest_put(struct nm_buffer *out, enum nm_digest digest, bool null);
/* Reads one; NM_DIGEST_NONE for an unknown one; false: malformed. */
bool nm_digest_parse(struct nm_bytes algorithm, enum nm_digest *out);

/*
 * Checks a signature over `data`, whose digest is `digest` by `by`; without
 * attributes `data` is empty. Returns 0, signature-mismatch or
 * unsupported-algorithm.
 */
nm_reasons nm_signature_verify(const struct nm_signature_algorithm *algorithm,
    CERTCertificate *cert, enum nm_digest by, struct nm_bytes digest,
    struct nm_bytes data, struct nm_bytes signature);

/* Whether the NSS in use has it. */
bool nm_signature_at_hand(enum nm_signature type);

/* How a certificate's key signs; NM_SIGNATURE_NONE: it cannot. */
enum nm_signature nm_signature_of(const struct nm_sign_as *as);
/* Appends the signature's value, as an OCTET STRING. */
enum nm_error nm_signature_sign(const struct nm_sign_as *as,
    struct nm_bytes data, struct nm_buffer *out, struct nm_fault *fault);

#endif
