/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Records of evidence: what a verdict on a message rests on, kept so that it
 * can be checked again years later, when servers answer no more and
 * certificates have expired. Nothing here is asked of the network but the time.
 */
#ifndef NSSMIME_EVIDENCE_H
#define NSSMIME_EVIDENCE_H

#include <nssmime/message.h>

/* All the DER of one record together. */
#define NM_MAX_EVIDENCE (24u * 1024u * 1024u)
/* Certificates, lists and responses of one record. */
#define NM_MAX_EXHIBITS 1000u

/* ---- exhibit.c: certificates, and what shows that none was revoked ------ */

struct nm_material {
	enum nm_fetch_kind kind; /* NM_FETCH_OCSP or NM_FETCH_CRL */
	struct nm_buffer der;
};

/* What a list or a response says of a certificate. */
struct nm_saying {
	size_t material, certificate; /* their places */
	enum nm_revocation status;
	int64_t from, until; /* when that holds */
	int64_t revoked_at;  /* revoked */
	unsigned reason;     /* revoked: CRLReason, RFC 5280 5.3.1 */
};

struct nm_exhibits {
	struct nm_buffer *certificates; /* DER */
	size_t certificate_count;
	struct nm_material *materials;
	size_t material_count;
	struct nm_saying *sayings;
	size_t saying_count;
	size_t size; /* bytes of DER */
};
void nm_exhibits_clear(struct nm_exhibits *x);
/* Each is kept once; *at: its place. NM_ERR_TOO_LARGE past the bounds. */
enum nm_error nm_exhibits_add_certificate(
    struct nm_exhibits *x, struct nm_bytes der, size_t *at);
enum nm_error nm_exhibits_add_material(struct nm_exhibits *x,
    enum nm_fetch_kind kind, struct nm_bytes der, size_t *at);

/* A chain: places of certificates, leaf first. */
struct nm_exhibit_chain {
	size_t *links;
	size_t count;
};
void nm_exhibit_chain_clear(struct nm_exhibit_chain *c);

/* A certificate that is to be checked, with what came along. */
struct nm_exhibit_case {
	struct nm_database *db;
	struct nm_bytes certificate; /* DER */
	const struct nm_bytes *along;
	size_t along_count;
	const struct nm_material *materials; /* lent, while it is checked */
	size_t material_count;
	struct nm_revocation_policy policy;
	int64_t when; /* as struct nm_path_question has them */
	bool received;
	int64_t now;
	bool timestamping; /* its purpose: NM_PURPOSE_SIGN, or time stamps */
};
/* Nobody who is trusted vouches for it. */
#define NM_EXHIBIT_UNTRUSTED                                                   \
	(NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN) |                             \
	    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED))
struct nm_exhibit_finding {
	nm_reasons reasons;
	enum nm_revocation revocation;
	bool anchored; /* its chain ends at who is trusted */
};
/* Checks it, by servers where the policy has them, and keeps what that took.
 * May wait. */
enum nm_error nm_exhibits_collect(struct nm_exhibits *x,
    const struct nm_exhibit_case *which, struct nm_exhibit_chain *chain,
    struct nm_exhibit_finding *out);
/* Checks it by what is kept, and no server. `chain`: where it leads to, whose
 * last is taken as trusted, whatever the database says; NULL: the database
 * alone decides. */
enum nm_error nm_exhibits_recheck(const struct nm_exhibits *x,
    const struct nm_exhibit_case *which, const struct nm_exhibit_chain *chain,
    struct nm_exhibit_finding *out);

/* ---- timestamp.c (RFC 3161) --------------------------------------------- */

#define NM_TIMESTAMP_NONCE 16
#define NM_TIMESTAMP_HASH  32 /* SHA-256 */

/* A TimeStampReq that wants the authority's certificate. */
enum nm_error nm_timestamp_request(const uint8_t hash[NM_TIMESTAMP_HASH],
    const uint8_t nonce[NM_TIMESTAMP_NONCE], struct nm_buffer *out);
/* The token of a TimeStampResp, lent; false: there is none. */
bool nm_timestamp_response(struct nm_bytes response, struct nm_bytes *token);

struct nm_timestamp {
	int64_t time;		      /* genTime, seconds since 1970 */
	int64_t accuracy;	      /* seconds, rounded up; -1: not said */
	struct nm_buffer serial;      /* INTEGER contents */
	struct nm_buffer certificate; /* of the authority, DER */
	struct nm_bytes *along;	      /* all in the token */
	size_t along_count;
	struct nm_signed *signed_data; /* what `along` lends from */
};
/*
 * Whether a token is about this hash, and answers the nonce (NULL: any), and
 * is signed by a certificate that may, which it names by its hash. What that
 * certificate is worth, nm_exhibits_*() tell, at `time`. The sentence in
 * `fault` says what is wrong: NM_ERR_INTEGRITY_FAILURE; or NM_ERR_INTERNAL.
 */
enum nm_error nm_timestamp_read(struct nm_bytes token,
    const uint8_t hash[NM_TIMESTAMP_HASH], const uint8_t *nonce,
    struct nm_timestamp *out, struct nm_fault *fault);
void nm_timestamp_clear(struct nm_timestamp *t);

/* ---- record.c: of a message that is read -------------------------------- */

struct nm_record_signer {
	struct nm_buffer der;	       /* SignerInfo */
	struct nm_exhibit_chain chain; /* empty: no certificate */
	/* As the verdict has them. */
	enum nm_status status;
	nm_reasons reasons;
	enum nm_revocation revocation;
};

struct nm_record_layer {
	size_t place; /* in nm_read_result's layers */
	char part[2 * NM_MAX_NESTING + 2];
	bool around_encryption; /* it vouches for a ciphertext alone */
	nm_reasons reasons;	/* of the layer itself */
	bool has_content;	/* inside the SignedData */
	bool of_attributes;	/* nm_digests_of_attributes() */
	struct nm_buffer content_type;
	unsigned digest_set; /* NM_DIGEST_BIT() of digestAlgorithms */
	/* Of the content; those that signers name, and SHA-256 if it is at
	 * hand. Others are empty. */
	struct nm_buffer digests[NM_DIGEST_COUNT];
	struct nm_record_signer *signers;
	size_t signer_count;
};

struct nm_record {
	int64_t checked; /* when, by our clock */
	int64_t when;	 /* the time that certificates were checked at */
	bool received;	 /* that is when the message was received */
	enum nm_revocation_mode mode;
	enum nm_status status; /* the message's verdict */
	nm_reasons reasons;
	char *from; /* the one address; NULL: none, or several */
	struct nm_record_layer *layers; /* those that are signed */
	size_t layer_count;
	struct nm_exhibits exhibits;
};
void nm_record_clear(struct nm_record *r);

/* Keeps the evidence while the message is read; before its first byte. */
enum nm_error nm_reading_keep_record(struct nm_reading *r);
/* After a successful finish; lent. NULL: none was kept. */
struct nm_record *nm_reading_record(struct nm_reading *r);

/* ---- record_check.c ----------------------------------------------------- */

struct nm_recheck_signer {
	nm_reasons signature; /* of the signature and the content's digest */
	nm_reasons address;   /* of the From address */
	/* The chain, by what the database trusts now; and by the recorded
	 * authority. Both at the recorded time. */
	struct nm_exhibit_finding now, then;
	nm_reasons reasons; /* all, with the chain by the recorded authority */
	bool borne_out;	    /* nothing that the record does not say */
	struct nm_certificate certificate, anchor;
	bool has_certificate, has_anchor;
};
struct nm_recheck_layer {
	struct nm_recheck_signer *signers; /* as many as the record has */
	size_t signer_count;
};
struct nm_recheck {
	struct nm_recheck_layer *layers;
	size_t layer_count;
	bool borne_out; /* every signer, and the message's verdict */
};
/* Checks a record again. Fails for memory alone, and with
 * NM_ERR_MALFORMED_MESSAGE where there is no SignerInfo in it. */
enum nm_error nm_record_check(struct nm_database *db,
    const struct nm_record *record, struct nm_recheck *out,
    struct nm_fault *fault);
void nm_recheck_clear(struct nm_recheck *r);

/* Whether what another reading of a message kept has the content of one
 * layer. */
bool nm_record_same_content(
    const struct nm_record_layer *layer, const struct nm_record *other);

#endif
