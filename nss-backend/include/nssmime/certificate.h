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
#include <nssmime/fetch.h>
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

/* The first attribute of the subject with this OID ("2.5.4.3"), as UTF-8, for
 * the caller to free. NULL: there is none. */
char *nm_certificate_attribute(const CERTCertificate *cert, const char *oid);

/* Bounds and sanity before NSS sees it: DER length, NM_MAX_RSA_BITS, known
 * structure. NULL and a fault if it is no certificate. The result is a
 * temporary certificate of NSS's: hold it only while it is needed, since all
 * of those may complete each other's chains. Destroy by
 * CERT_DestroyCertificate. */
CERTCertificate *nm_certificate_decode(
    const uint8_t *der, size_t len, struct nm_fault *fault);
/* The same for a certificate that NSS is not to know: it completes no chain,
 * and may be kept. No path can be checked for it. */
CERTCertificate *nm_certificate_decode_apart(const uint8_t *der, size_t len);

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
/* By the issuer's octets, else as nm_rid_matches() compares. */
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
	/* What was found of revocation holds for this check alone: an answer
	 * is awaited, or the time of receipt decided. */
	bool passing;
};

struct nm_evidence;

struct nm_path_question {
	enum nm_purpose purpose;
	int64_t when; /* seconds since 1970 */
	/* `when` is the time of receipt, as its reader's own system knows it,
	 * and not what the message says. */
	bool received;
	/* Certificates that came along (in a message, in a request), among
	 * them the one that is checked where no token holds it; decoded apart
	 * or not. Only those and what the tokens hold may complete the chain,
	 * whatever NSS has seen elsewhere, and NSS gets to see only those that
	 * lead to what a token holds. */
	CERTCertificate *const *along;
	size_t along_count;
	struct nm_evidence *evidence; /* NULL: revocation is not looked at */
};

/*
 * Decides by CERT_VerifyCertificate without a log and explains with one
 * (findings/nss.md section 8); then what NSS leaves out: anyExtendedKeyUsage
 * (RFC 8550 4.4.4), name constraints on every address, key strength, weak
 * signature digests in the chain, revocation, `expired-since` (valid at
 * `when`, expired by now). Waits for nothing. Fails only for memory:
 * everything else is a reason.
 */
enum nm_error nm_path_check(struct nm_database *db, CERTCertificate *cert,
    const struct nm_path_question *question, struct nm_path *out);
void nm_path_clear(struct nm_path *p);
/* The same, where only what is to be said of the certificate is wanted. */
enum nm_error nm_path_reasons(struct nm_database *db, CERTCertificate *cert,
    const struct nm_path_question *question, nm_reasons *out);

/* ---- evidence.c: whether certificates were revoked ---------------------- */

enum nm_revocation_mode {
	NM_REVOCATION_OFF,  /* only by what is at hand */
	NM_REVOCATION_SOFT, /* servers are asked; no answer is told */
	NM_REVOCATION_HARD  /* no answer leaves the verdict unknown */
};

/* What the user's and the administrator's settings say. */
struct nm_revocation_policy {
	enum nm_revocation_mode mode;
	bool nonce;			  /* RFC 9654 */
	const struct nm_fetcher *fetcher; /* lent; NULL: nobody is asked */
};

/*
 * OCSP responses, revocation lists and issuers: those that came along, and
 * those that had to be asked for. A path check that lacks some notes it;
 * nm_evidence_fetch() gets it, and the check is made again:
 *
 *	do {
 *		nm_path_check(...);
 *		nm_evidence_fetch(evidence, &more);
 *	} while (more);
 *
 * Asked is only about certificates under an issuer that is already trusted,
 * so that nobody learns by a certificate of their own making who reads what.
 */
enum nm_error nm_evidence_new(const struct nm_revocation_policy *policy,
    struct nm_database *db, int64_t now, struct nm_evidence **out);
void nm_evidence_free(struct nm_evidence **e);
/* What came along: an OCSPResponse, a CertificateList; lent. */
enum nm_error nm_evidence_add(
    struct nm_evidence *e, enum nm_fetch_kind kind, struct nm_bytes der);
/* May wait. *more: something came, and checks are to be made again. */
enum nm_error nm_evidence_fetch(struct nm_evidence *e, bool *more);

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
 * equal ones: any (all read the same). `evidence` may be NULL, and may lack
 * something afterwards. */
enum nm_error nm_choose_recipient(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_evidence *evidence,
    struct nm_choice *out);
/* The sender's own to encrypt to, whose key is here: usable, newest. */
enum nm_error nm_choose_self(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_choice *out);
void nm_choice_clear(struct nm_choice *c);

/* ---- key.c ------------------------------------------------------------- */

/* The private key of a certificate; unlocks its token through `asker`
 * (NULL: NM_ERR_PASSWORD_REQUIRED when locked). */
enum nm_error nm_certificate_key(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, SECKEYPrivateKey **out,
    struct nm_fault *fault);

/* ---- bag.c, import.c, pkcs12.c, export.c ---------------------------- */

enum nm_form {
	NM_FORM_AUTO,
	NM_FORM_PKCS12,
	NM_FORM_PEM,
	NM_FORM_DER,
	NM_FORM_PKCS7
};

/* Certificates of a file (not of a PKCS #12), and what lay beside them. */
struct nm_bag {
	CERTCertificate **certs; /* own references, NSS's temporary ones */
	size_t count;
	struct nm_buffer *lists; /* CertificateLists, DER */
	size_t list_count;
	size_t others; /* PEM blocks of other kinds */
};
enum nm_error nm_bag_parse(const uint8_t *data, size_t len, enum nm_form form,
    struct nm_bag *out, struct nm_fault *fault);
void nm_bag_clear(struct nm_bag *bag);

/* Why something of a file was not imported. */
enum nm_skip {
	NM_SKIP_PRESENT, /* the certificate is in the database already */
	NM_SKIP_NOT_STORED,
	NM_SKIP_NO_CERTIFICATE,
	NM_SKIP_REVOCATION_LIST,
};
/* A sentence, and the code for clients. */
const char *nm_skip_text(enum nm_skip skip);
const char *nm_skip_code(enum nm_skip skip);

struct nm_import {
	CERTCertificate **imported; /* own references */
	size_t imported_count;
	struct nm_import_skip {
		char
		    fingerprint[NM_FINGERPRINT_SIZE]; /* "" if no certificate */
		enum nm_skip why;
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
