/* SPDX-License-Identifier: MPL-2.0 */
/*
 * S/MIME messages as RFC 8551 means them: protecting one, and reading one
 * with a verdict. Joins the floors mime, cms and certificate.
 */
#ifndef NSSMIME_MESSAGE_H
#define NSSMIME_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/certificate.h>
#include <nssmime/cms.h>
#include <nssmime/database.h>
#include <nssmime/mime.h>
#include <nssmime/reason.h>
#include <nssmime/stage.h>

enum nm_content_kind {
	NM_CONTENT_MESSAGE, /* RFC 5322 */
	NM_CONTENT_ENTITY,  /* a MIME entity alone */
	NM_CONTENT_CMS	    /* a ContentInfo, BER or PEM */
};

/* ---- reading --------------------------------------------------------- */

struct nm_read_options {
	enum nm_content_kind kind;
	struct nm_database *db;
	struct nm_index *index;
	const struct nm_asker *asker; /* NULL: never ask */
	const char *context_from;     /* for entity and cms; NULL: none */
	bool has_context_date;
	int64_t context_date;
	bool has_at; /* when the mail was received */
	int64_t at;
	int64_t now;
	const char *part; /* NULL: the whole; else e.g. "2.1" */
	bool omit_legacy; /* Legacy Display elements (RFC 9788 4.5.3) */
	bool cards_only;  /* decrypt with keys of external tokens alone */
	struct nm_revocation_policy revocation;
};

/* What is known of a signer's certificate; shared, and never changed. */
struct nm_judgement;

#define NM_ALGORITHM_NAME_SIZE 96

struct nm_read_signer {
	enum nm_status status;
	nm_reasons reasons;
	struct nm_judgement *judgement;		  /* owns the next four */
	const struct nm_certificate *certificate; /* NULL: missing */
	const struct nm_certificate *chain;	  /* leaf first */
	const nm_reasons *chain_reasons;	  /* as many */
	size_t chain_count;
	/* What is to be said of the certificate itself now, whenever the mail
	 * was: as a path check says without asking anybody. */
	nm_reasons sign_now, encrypt_now;
	bool has_signing_time;
	int64_t signing_time; /* as claimed */
	enum nm_digest digest;
	enum nm_signature algorithm;
	/* their names, or the OIDs of those that are not known */
	char digest_name[NM_ALGORITHM_NAME_SIZE];
	char algorithm_name[NM_ALGORITHM_NAME_SIZE];
	enum nm_revocation revocation;
};

enum nm_form_of_layer {
	NM_LAYER_MULTIPART_SIGNED,
	NM_LAYER_PKCS7_MIME
};

struct nm_read_layer {
	enum nm_layer_type type;
	enum nm_form_of_layer form;
	char part[2 * NM_MAX_NESTING + 2]; /* "1", "1.1", ... */
	nm_reasons reasons; /* of the layer itself: malformed, no-signer, ... */
	struct nm_read_signer *signers;
	size_t signer_count;
	bool certificates_only;
	enum nm_cipher cipher;
	enum nm_key_management key_management;
	char decrypted_with[NM_FINGERPRINT_SIZE];
	size_t recipients;
};

struct nm_read_embedded {
	char *part;
	char *type; /* content type */
	bool is_signed, is_encrypted;
};

/* A certificate that came with the message and is not in the database. */
struct nm_read_certificate {
	struct nm_certificate certificate;
	struct nm_buffer der;
};

/* How the header fields of a message are protected. */
enum nm_header_scheme {
	NM_SCHEME_NONE,
	NM_SCHEME_RFC9788, /* "hp" on the Cryptographic Payload */
	NM_SCHEME_RFC8551, /* the payload is the whole message/rfc822 */
	NM_SCHEME_DRAFT	   /* protected-headers="v1", before RFC 9788 */
};

enum nm_header_source {
	NM_SOURCE_OUTER,
	NM_SOURCE_PROTECTED
};

struct nm_read_field {
	char *name;  /* lower case */
	char *value; /* decoded UTF-8 */
	enum nm_header_source source;
};

/* Names of header fields, lower case, each once. */
struct nm_names {
	char **items;
	size_t count;
};

/* What of a part only repeats protected header fields for readers that do not
 * know them, and is not to be shown (RFC 9788 section 4.5.3). */
enum nm_legacy_display {
	NM_LEGACY_LINES,   /* the lines up to the first empty one */
	NM_LEGACY_ELEMENT, /* div class=header-protection-legacy-display */
	NM_LEGACY_PART	   /* all of it (the draft) */
};

struct nm_read_legacy {
	char *part;
	enum nm_legacy_display what;
};

enum nm_coverage {
	NM_COVERAGE_NONE,
	NM_COVERAGE_PARTIAL,
	NM_COVERAGE_FULL
};

struct nm_read_result {
	enum nm_status signature;
	enum nm_coverage encryption;
	nm_reasons reasons;
	struct nm_read_layer *layers; /* outermost first */
	size_t layer_count;
	struct nm_read_embedded *embedded;
	size_t embedded_count;
	struct nm_read_certificate *certificates;
	size_t certificate_count;
	/* What may be shown. */
	struct nm_mailboxes from, to, cc;
	enum nm_header_source from_source, to_source, cc_source;
	char *subject; /* NULL: no such field */
	enum nm_header_source subject_source;
	bool has_date;
	struct nm_date date;
	enum nm_header_source date_source;
	struct nm_read_field *fields; /* others that a reply needs */
	size_t field_count;
	/* Where the two From fields name different addresses: the one that is
	 * not in `from` (RFC 9788 section 4.4). */
	bool from_differs;
	struct nm_mailboxes other_from;
	enum nm_header_scheme scheme;
	bool cipher;		      /* its sender meant it to be encrypted */
	struct nm_names differing;    /* outside not what they should be */
	struct nm_names confidential; /* not to be seen outside */
	struct nm_names removed;      /* ... nor with another value */
	struct nm_read_legacy *legacy;
	size_t legacy_count;
};

struct nm_reading;

/* Output goes to `output` (lent): void unless all succeeds. */
enum nm_error nm_reading_new(const struct nm_read_options *options,
    struct nm_stage *output, struct nm_fault *fault, struct nm_reading **out);
void nm_reading_free(struct nm_reading **r);
/* Where the message is written to and finished; lent. */
struct nm_stage *nm_reading_stage(struct nm_reading *r);
/* After a successful finish; lent. */
const struct nm_read_result *nm_reading_result(struct nm_reading *r);

/* ---- protecting -------------------------------------------------------- */

enum nm_include {
	NM_INCLUDE_NONE, /* of the chain; the signer's own goes along */
	NM_INCLUDE_CHAIN,
	NM_INCLUDE_ROOT,
	NM_INCLUDE_NOTHING /* not even that one */
};

/* By one of the three. */
struct nm_protect_recipient {
	const char *address;	 /* or NULL */
	const char *certificate; /* fingerprint, or NULL */
	bool bcc;
	struct nm_bytes der; /* a certificate itself, or empty */
};

/* Header confidentiality policies (RFC 9788 section 3.2). A message that is
 * only signed shows all its fields outside, too, by either. */
enum nm_header_policy {
	NM_POLICY_NO_PROTECTION,
	NM_POLICY_BASELINE,
	NM_POLICY_SHY
};

struct nm_protect_options {
	enum nm_content_kind kind; /* message or entity */
	struct nm_database *db;
	struct nm_index *index;
	const struct nm_asker *asker;
	int64_t now;
	const char *from; /* of an entity: whose it is; NULL: not known */
	struct nm_revocation_policy revocation; /* of recipients */

	bool sign;
	const char *sign_certificate; /* fingerprint; NULL: by From */
	bool opaque;
	enum nm_digest digest; /* NONE: SHA-256 */
	bool pss;
	enum nm_include include;
	/* Asked once it is known who signs, and before the key is used; NULL:
	 * nobody is. `header`: of a message alone. May wait. */
	enum nm_error (*may_sign)(
	    void *arg, CERTCertificate *cert, const struct nm_header *header);
	void *may_sign_arg;
	bool no_capabilities; /* without SMIMECapabilities */

	bool encrypt;
	const struct nm_protect_recipient *recipients;
	size_t recipient_count;
	bool recipients_given; /* false: To, Cc and Bcc */
	enum nm_cipher cipher; /* NONE: the default */
	bool oaep;
	enum nm_digest oaep_digest, kdf;
	bool to_self;	       /* also to the sender */
	bool to_self_required; /* an error where it cannot be done */
	bool triple_wrap;
	/* Name recipients by their subjectKeyIdentifier, where they have
	 * one. */
	bool by_key_id;
	bool cards_only; /* the sender's own must be on an external token */

	enum nm_header_policy policy; /* for a message alone */
	bool legacy_display;	      /* where something is not to be seen */
	/* Further fields that are kept from the outside: those of a reply that
	 * come from confidential ones (RFC 9788 section 6.1). */
	const char *const *confidential;
	size_t confidential_count;
};

/* Who cannot be encrypted to, and why. */
struct nm_protect_problem {
	char *address; /* or fingerprint */
	bool signer;   /* of the signing certificate, not of a recipient */
	enum nm_error kind;
	nm_reasons reasons;
};

struct nm_protect_used {
	char *address; /* NULL for a recipient given by certificate that has
			  none */
	char fingerprint[NM_FINGERPRINT_SIZE];
	bool self;
	bool bcc;
	enum nm_key_management key_management;
};

struct nm_protect_result {
	char signed_by[NM_FINGERPRINT_SIZE]; /* "" if not signed */
	struct nm_protect_used *recipients;
	size_t recipient_count;
	enum nm_cipher cipher;
	/* On errors: */
	struct nm_protect_problem *problems;
	size_t problem_count;
	char (*candidates)[NM_FINGERPRINT_SIZE]; /* of an ambiguous choice */
	size_t candidate_count;
};

struct nm_protecting;

/*
 * `output` takes the protected message (lent). `copy` is called for each
 * Bcc recipient once it is known, before anything is written, and gives the
 * stage for its copy (lent).
 */
struct nm_protect_outputs {
	struct nm_stage *output;
	enum nm_error (*copy)(
	    void *arg, const char *address, struct nm_stage **out);
	void *arg;
};

enum nm_error nm_protecting_new(const struct nm_protect_options *options,
    const struct nm_protect_outputs *outputs, struct nm_fault *fault,
    struct nm_protecting **out);
void nm_protecting_free(struct nm_protecting **p);
struct nm_stage *nm_protecting_stage(struct nm_protecting *p);
/* Meaningful also after a failure (problems, candidates). */
const struct nm_protect_result *nm_protecting_result(
    const struct nm_protecting *p);

#endif
