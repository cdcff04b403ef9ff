/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Certificates in the database: what they say, finding them by address,
 * choosing among them, checking their path for e-mail (RFC 5280, RFC 8550),
 * importing and exporting.
 */
#ifndef NSSMIME_CERTIFICATE_H
#define NSSMIME_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cert.h>
#include <keyhi.h>

#include <nssmime/buffer.h>
#include <nssmime/cms.h>
#include <nssmime/database.h>
#include <nssmime/error.h>
#include <nssmime/reason.h>

#define NM_FINGERPRINT_SIZE 65 /* SHA-256 in lower-case hex, and NUL */

/* ---- certificate.c: what one says -------------------------------------- */

void nm_certificate_fingerprint(
    const CERTCertificate *cert, char out[NM_FINGERPRINT_SIZE]);

enum nm_trust {
	NM_TRUST_TRUSTED,
	NM_TRUST_UNTRUSTED,
	NM_TRUST_INHERITED
};

/* usages: bits of NM_USAGE_*, as key usage and extended key usage permit. */
#define NM_USAGE_SIGN	   1u /* e-mail signatures */
#define NM_USAGE_ENCRYPT   2u /* e-mail encryption (also key agreement) */
#define NM_USAGE_AUTHORITY 4u

struct nm_certificate {
	char fingerprint[NM_FINGERPRINT_SIZE];
	char *subject; /* RFC 4514 string, UTF-8 */
	char *issuer;
	char *serial;	  /* hex, lower case */
	char **addresses; /* every rfc822Name, SmtpUTF8Mailbox (RFC 8398) and
			     e-mail in the subject; as written, no duplicates */
	size_t address_count;
	int64_t not_before, not_after; /* seconds since 1970 */
	const char *key_type;	       /* "rsa", "rsa-pss", "ec", "dsa",
					  "ed25519", "unknown" */
	unsigned key_bits;	       /* RSA, DSA */
	const char *curve;	       /* EC: "P-256"; else NULL */
	unsigned usages;
	bool own;    /* its private key is in the database or on a token */
	char *token; /* where it was found; NULL: nowhere (from a mail) */
	enum nm_trust trust;
};
/* `db` may be NULL: own is false then. */
enum nm_error nm_certificate_describe(
    struct nm_database *db, CERTCertificate *cert, struct nm_certificate *out);
void nm_certificate_clear(struct nm_certificate *c);

/* Bounds and sanity before NSS sees it: DER length, NM_MAX_RSA_BITS, known
 * structure. NULL and a fault if it is no certificate. The result is a
 * temporary certificate of NSS's: hold it only while it is needed, since all
 * of those may complete each other's chains. Destroy by
 * CERT_DestroyCertificate. */
CERTCertificate *nm_certificate_decode(
    const uint8_t *der, size_t len, struct nm_fault *fault);

/* ---- index.c: every address of every certificate ----------------------- */

/*
 * The certificates of all present tokens, found by address (all of them, as
 * nm_address_normalise() compares them), by fingerprint, by issuer and serial
 * number, and by subject key identifier (extension value, or RFC 5280 4.2.1.2
 * method 1). Built at the first use and again when nm_database_epoch()
 * changes. Certificates are lent: dup them to keep them.
 */
struct nm_index;

enum nm_error nm_index_new(
    struct nm_database *db, struct nm_index **out, struct nm_fault *fault);
void nm_index_free(struct nm_index **ix);
/* All that have the address; the array is malloc'd, the certificates lent. */
enum nm_error nm_index_by_address(struct nm_index *ix, const char *address,
    CERTCertificate ***out, size_t *count);
CERTCertificate *nm_index_by_fingerprint(
    struct nm_index *ix, const char *fingerprint);
CERTCertificate *nm_index_by_issuer_serial(
    struct nm_index *ix, struct nm_bytes issuer_der, struct nm_bytes serial);
CERTCertificate *nm_index_by_key_id(
    struct nm_index *ix, struct nm_bytes key_id);
size_t nm_index_count(struct nm_index *ix);
CERTCertificate *nm_index_at(struct nm_index *ix, size_t i);
bool nm_index_own(struct nm_index *ix, CERTCertificate *cert);

/* ---- path.c: is it good for e-mail at a time? -------------------------- */

enum nm_purpose {
	NM_PURPOSE_SIGN,
	NM_PURPOSE_ENCRYPT
};

enum nm_revocation {
	NM_REVOCATION_NOT_CHECKED,
	NM_REVOCATION_GOOD,
	NM_REVOCATION_REVOKED,
	NM_REVOCATION_UNKNOWN
};
const char *nm_revocation_name(enum nm_revocation r);

struct nm_path_link {
	CERTCertificate *cert; /* own reference */
	nm_reasons reasons;    /* what is wrong with this one */
};

struct nm_path {
	struct nm_path_link *links; /* leaf first */
	size_t count;
	nm_reasons reasons; /* of the whole */
	enum nm_revocation revocation;
};

/*
 * Decides by CERT_VerifyCertificate without a log and explains with one
 * (findings/nss.md section 8); then what NSS leaves out: anyExtendedKeyUsage
 * (RFC 8550 4.4.4), key strength, weak signature digests in the chain,
 * `expired-since` (valid at `when`, expired by now). `when` and now in
 * seconds. Fails only for memory: everything else is a reason.
 */
enum nm_error nm_path_check(struct nm_database *db, CERTCertificate *cert,
    enum nm_purpose purpose, int64_t when, struct nm_path *out);
/* The same, where certificates came along (in a message, in a request): only
 * those and what the tokens hold may complete the chain, whatever NSS has seen
 * elsewhere. The caller holds them as NSS's temporary certificates. */
enum nm_error nm_path_check_with(struct nm_database *db, CERTCertificate *cert,
    enum nm_purpose purpose, int64_t when, CERTCertificate *const *along,
    size_t along_count, struct nm_path *out);
void nm_path_clear(struct nm_path *p);

/* ---- choice.c ---------------------------------------------------------- */

/* The signing certificate for an address: own, usable at `now`, the newest
 * notBefore. NM_ERR_CERTIFICATE_AMBIGUOUS (and the candidates, malloc'd,
 * lent) only where those are equal; NM_ERR_CERTIFICATE_NOT_FOUND;
 * NM_ERR_CERTIFICATE_UNUSABLE with the reasons of the best. *out is a new
 * reference. */
struct nm_choice {
	CERTCertificate *cert;
	nm_reasons reasons;
	CERTCertificate **candidates;
	size_t candidate_count;
};
enum nm_error nm_choose_signer(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_choice *out);
/* The certificate to encrypt to for an address: usable, newest notBefore;
 * equal ones: any (all read the same). */
enum nm_error nm_choose_recipient(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_choice *out);
void nm_choice_clear(struct nm_choice *c);

/* ---- key.c ------------------------------------------------------------- */

/* The private key of a certificate; unlocks its token through `asker`
 * (NULL: NM_ERR_PASSWORD_REQUIRED when locked). */
enum nm_error nm_certificate_key(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, SECKEYPrivateKey **out,
    struct nm_fault *fault);

/* ---- import.c, pkcs12.c, export.c ----------------------------------- */

enum nm_form {
	NM_FORM_AUTO,
	NM_FORM_PKCS12,
	NM_FORM_PEM,
	NM_FORM_DER,
	NM_FORM_PKCS7
};

struct nm_import {
	CERTCertificate **imported; /* own references */
	size_t imported_count;
	struct nm_import_skip {
		char
		    fingerprint[NM_FINGERPRINT_SIZE]; /* "" if no certificate */
		char *reason; /* "already there", a sentence */
	} * skipped;
	size_t skipped_count;
};
/* All or nothing as far as NSS allows: everything is parsed and checked
 * before anything is written. Authorities are stored without trust. A
 * PKCS #12's bounds (size 8 MiB, iterations 10,000,000) are checked first. */
enum nm_error nm_import(struct nm_database *db, const uint8_t *data, size_t len,
    enum nm_form form, const struct nm_asker *asker, struct nm_import *out,
    struct nm_fault *fault);
void nm_import_clear(struct nm_import *im);

/* PEM (RFC 7468), DER, PKCS #7 (certs-only, with the chain). */
enum nm_error nm_export(struct nm_database *db, CERTCertificate *cert,
    enum nm_form form, struct nm_buffer *out, struct nm_fault *fault);
/* Certificate, chain and key as PKCS #12; asks for the new file's password
 * and where needed the token's. */
enum nm_error nm_export_pkcs12(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, struct nm_buffer *out,
    struct nm_fault *fault);

/* Deletes the certificate from the database, with_key: its key too. */
enum nm_error nm_certificate_delete(struct nm_database *db,
    CERTCertificate *cert, bool with_key, const struct nm_asker *asker,
    struct nm_fault *fault);

/* Sets the trust for e-mail (of other uses: none is changed); unlocks the
 * database where it has a password. */
enum nm_error nm_certificate_set_trust(struct nm_database *db,
    CERTCertificate *cert, enum nm_trust trust, const struct nm_asker *asker,
    struct nm_fault *fault);

#endif
