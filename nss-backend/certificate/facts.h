/* SPDX-License-Identifier: MPL-2.0 */
/* What the files of this floor ask of a certificate. */
#ifndef NSSMIME_CERTIFICATE_FACTS_H
#define NSSMIME_CERTIFICATE_FACTS_H

#include <nssmime/certificate.h>

/* ---- addresses.c ---- */

struct nm_strings {
	char **items;
	size_t count;
};
/* Every address: rfc822Name, SmtpUTF8Mailbox, e-mail in the subject; as
 * written, no duplicates. False: memory. */
bool nm_certificate_addresses(
    const CERTCertificate *cert, struct nm_strings *out);
void nm_strings_clear(struct nm_strings *s);
/* An address as a GeneralName, DER: rfc822Name, or where its local part needs
 * more than ASCII an SmtpUTF8Mailbox. False: it is no address. */
bool nm_general_name_put(struct nm_buffer *out, const char *address);
/* Whether an OtherName (its contents) is an SmtpUTF8Mailbox; `mailbox` is
 * empty where it is not one of UTF-8 (RFC 9598 section 3). */
bool nm_smtp_utf8_mailbox(struct nm_bytes other, struct nm_bytes *mailbox);

/* ---- facts.c ---- */

#define NM_EKU_ABSENT 1u /* there is no such extension */
#define NM_EKU_EMAIL  2u /* id-kp-emailProtection */
#define NM_EKU_ANY    4u /* anyExtendedKeyUsage */
#define NM_EKU_OCSP   8u /* id-kp-OCSPSigning */
unsigned nm_certificate_eku(const CERTCertificate *cert);

struct nm_key_facts {
	const char *type;
	unsigned bits;
	const char *curve;
	bool can_sign;
	bool can_encrypt;
	bool known;   /* an algorithm and a curve that we work with */
	bool trivial; /* RSA that is none (RFC 8017 section 3.1) */
};
void nm_certificate_key_facts(CERTCertificate *cert, struct nm_key_facts *out);
bool nm_certificate_permits(CERTCertificate *cert, enum nm_purpose purpose);
unsigned nm_certificate_usages(CERTCertificate *cert);
/* The digest of the signature that its issuer made; SEC_OID_UNKNOWN where
 * the algorithm has none of its own or is not known. */
SECOidTag nm_certificate_signature_digest(const CERTCertificate *cert);
/* Seconds since 1970; false: not readable. */
bool nm_certificate_validity(
    const CERTCertificate *cert, int64_t *from, int64_t *until);
bool nm_certificate_self_issued(const CERTCertificate *cert);
bool nm_certificate_same(const CERTCertificate *a, const CERTCertificate *b);

/* ---- parts.c ---- */

/* The contents of the fields; empty where there is none. */
struct nm_certificate_parts {
	struct nm_bytes version; /* the INTEGER */
	struct nm_bytes serial;
	struct nm_bytes algorithm; /* what the issuer signed that it is */
	struct nm_bytes issuer;
	struct nm_bytes validity;
	struct nm_bytes subject;
	struct nm_bytes spki;
	struct nm_bytes extensions;
	bool extended;
	struct nm_bytes signed_with; /* signatureAlgorithm, which nobody did */
};
/* False: malformed. */
bool nm_certificate_divide(
    struct nm_bytes der, struct nm_certificate_parts *out);

struct nm_extension {
	struct nm_bytes oid;
	bool critical;
	struct nm_bytes value;
};
/* Takes the next one off the list; false: none or malformed. */
bool nm_extension_next(struct nm_bytes *list, struct nm_extension *out);

/* Those of RFC 5280 section 4.2.1, by their last arcs (id-ce, 2.5.29). */
#define NM_EXTENSION_SUBJECT_KEY	14
#define NM_EXTENSION_KEY_USAGE		15
#define NM_EXTENSION_SUBJECT_NAMES	17
#define NM_EXTENSION_BASIC		19
#define NM_EXTENSION_NAME_CONSTRAINTS	30
#define NM_EXTENSION_POLICIES		32
#define NM_EXTENSION_POLICY_MAPPINGS	33
#define NM_EXTENSION_AUTHORITY_KEY	35
#define NM_EXTENSION_POLICY_CONSTRAINTS 36
#define NM_EXTENSION_EXTENDED_USAGE	37
#define NM_EXTENSION_INHIBIT_ANY	54
/* The last arc; 0: it is another's. */
int nm_extension_number(const struct nm_extension *e);
/* The value of one of a certificate's; false: it has none. */
bool nm_extension_find(
    const CERTCertificate *cert, int number, struct nm_bytes *value);

/* ---- profile.c ---- */

/* Whether it is what RFC 5280 section 4 says a certificate is, in all that
 * decides of whom and of what it speaks. */
bool nm_certificate_in_profile(const CERTCertificate *cert);
/* Whether one of those above is what it has to be. */
bool nm_extension_readable(const struct nm_extension *e);
/* Whether it has a critical extension that is not processed here. */
bool nm_certificate_asks_more(const CERTCertificate *cert);

/* ---- decode.c ---- */

/* The bounds that nm_certificate_decode() asks for, for DER that NSS has
 * decoded or will decode by another way. */
bool nm_certificate_sane(struct nm_bytes der, struct nm_fault *fault);

/* ---- store.c ---- */

/* Whether the database itself (not another token) has it. */
bool nm_certificate_stored(CERTCertificate *cert);
/* Stores it, without trust, under a name that is no other subject's. */
enum nm_error nm_certificate_store(struct nm_database *db,
    CERTCertificate *cert, const struct nm_asker *asker,
    struct nm_fault *fault);
/* A name for it that no certificate of another subject has; malloc'd. */
char *nm_certificate_nickname(CERTCertificate *cert, const char *wanted);
/* Deletes a key and its public half, unless a certificate still has it. */
enum nm_error nm_key_delete(
    PK11SlotInfo *slot, SECKEYPrivateKey **key, struct nm_fault *fault);

/* ---- trust.c ---- */

/* Makes NSS's certificates have the trust for e-mail that the database records
 * for them, if it has changed; those without a record stay as they are. */
void nm_trust_refresh(struct nm_database *db);

/* ---- bag.c ---- */

/* What a file is by its first bytes; NM_FORM_AUTO: not known. */
enum nm_form nm_form_detect(struct nm_bytes data);

/* ---- import.c ---- */

bool nm_import_add(struct nm_import *im, CERTCertificate *cert);
bool nm_import_skip(
    struct nm_import *im, const CERTCertificate *cert, enum nm_skip why);
/* The error of NSS in this thread, by name, for a fault's text. */
const char *nm_nss_reason(void);

#endif
