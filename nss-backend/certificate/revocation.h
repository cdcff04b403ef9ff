/* SPDX-License-Identifier: MPL-2.0 */
/* Whether certificates were revoked: what the files of this floor share. */
#ifndef NSSMIME_CERTIFICATE_REVOCATION_H
#define NSSMIME_CERTIFICATE_REVOCATION_H

#include "certificate/facts.h"

/* Clocks of servers and ours differ. */
#define NM_CLOCK_SKEW 300

/* What a list or a response says of one certificate. */
struct nm_statement {
	enum nm_revocation status; /* good, revoked; unknown: says nothing */
	int64_t revoked_at;
	unsigned reason; /* CRLReason, RFC 5280 5.3.1 */
	/* When it holds; until: INT64_MIN if it cannot be told. */
	int64_t from, until;
};

/* ---- signed_data.c ---- */

/* Bytes to NSS, which reads them through a type that is not const. */
SECItem nm_item(struct nm_bytes bytes, SECItemType type);
/* SIGNED (RFC 5280 4.1.1.3): whether `bits` (contents of a BIT STRING) is the
 * signature over `data` by an AlgorithmIdentifier (DER) and a key. */
bool nm_signed_data_verify(struct nm_bytes data, struct nm_bytes algorithm,
    struct nm_bytes bits, SECKEYPublicKey *key);
/* Time (UTCTime or GeneralizedTime), to seconds since 1970. */
bool nm_der_time(const struct nm_tlv *tlv, int64_t *out);
/* Whether all that is inside is DER of bounded depth and number. */
bool nm_der_well_formed(struct nm_bytes der, unsigned elements);
/* The key of a certificate, as the hash by which RFC 6960 names it: SHA-1
 * over the contents of the BIT STRING, or another digest. */
bool nm_key_hash(const CERTCertificate *cert, SECOidTag digest,
    uint8_t out[NM_DIGEST_MAX_SIZE]);

/* ---- locations.c ---- */

enum nm_location {
	NM_LOCATION_OCSP,   /* RFC 5280 4.2.2.1 */
	NM_LOCATION_ISSUER, /* 4.2.2.1, caIssuers */
	NM_LOCATION_CRL	    /* 4.2.1.13 */
};
/* The http and https URLs, as written; others are left out. */
bool nm_certificate_locations(
    const CERTCertificate *cert, enum nm_location kind, struct nm_strings *out);

/* ---- ocsp.c (RFC 6960) ---- */

#define NM_NONCE_SIZE 32 /* RFC 9654 */

/* An OCSPRequest for one certificate; `nonce` may be NULL. */
enum nm_error nm_ocsp_request(const CERTCertificate *cert,
    const CERTCertificate *issuer, const uint8_t *nonce, struct nm_buffer *out);
/* What an OCSPResponse says of it, at a time of ours; false: nothing that is
 * signed by someone who may. A nonce that is not the one sent is refused, one
 * that is missing is not (RFC 9654 section 2.1). */
bool nm_ocsp_read(struct nm_bytes response, const CERTCertificate *cert,
    CERTCertificate *issuer, const uint8_t *nonce, struct nm_statement *out);

/* ---- crl.c (RFC 5280 section 5) ---- */

/* The same of a CertificateList. */
bool nm_crl_read(struct nm_bytes list, CERTCertificate *cert,
    CERTCertificate *issuer, struct nm_statement *out);

/* Gives the lists that the database has of a certificate's issuer, the DER of
 * each lent as values[0], until `each` has enough. */
void nm_crl_each_stored(const CERTCertificate *cert,
    bool (*each)(void *arg, const struct nm_bytes *values), void *arg);

/* ---- evidence.c ---- */

/* What the evidence says of a certificate. Notes what has to be asked for. */
enum nm_revocation nm_evidence_status(struct nm_evidence *e,
    CERTCertificate *cert, CERTCertificate *issuer, int64_t received);
#define NM_NOT_RECEIVED INT64_MIN
/* Whether what was found may be otherwise the next time: an answer is awaited,
 * or what was said may count otherwise for another time of receipt. */
bool nm_evidence_passing(const struct nm_evidence *e, int64_t received);
/* Notes that an issuer is missing, if it may be asked for. */
void nm_evidence_want_issuer(
    struct nm_evidence *e, const CERTCertificate *cert);
/* The issuers that came: NSS's temporary certificates, freed with the array
 * by the caller. */
bool nm_evidence_issuers(
    const struct nm_evidence *e, CERTCertificate ***out, size_t *count);
enum nm_revocation_mode nm_evidence_mode(const struct nm_evidence *e);

/* ---- known_location.c ---- */

bool nm_location_is_known(struct nm_database *db, const char *url);

/* ---- revocation.c ---- */

/* Checks every certificate of an accepted path below its anchor: sets
 * p->revocation, adds reasons to links. */
void nm_path_check_revocation(
    struct nm_path *p, struct nm_evidence *e, int64_t received);

#endif
