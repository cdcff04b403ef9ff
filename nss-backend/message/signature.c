/* SPDX-License-Identifier: MPL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquaintance.h"
#include "reading.h"

/* How far the claimed signing time may be from the Date field before the mail
 * reads as an old one sent again: clocks drift and mails wait in an outbox. */
#define SIGNING_TIME_SLACK 3600

#define SHA1_ENDED INT64_C(1483228800) /* 2017-01-01 */

/* A signer's certificate: one of those that came along, or of the
 * database, or none. */
struct found {
	size_t at; /* SIZE_MAX: none of them */
	CERTCertificate *stored;
	nm_reasons reasons; /* of the signature */
};

/*
 * The certificate of a signer and what its signature is worth. Several in the
 * bag may go by one identifier (RFC 8550 4.1: the identifier only hints): the
 * one whose key fits counts.
 */
static enum nm_error
find_certificate(struct nm_reading *r, struct nm_acquaintance *met,
    const struct nm_signed *data, size_t i, const struct nm_digests *content,
    struct found *out)
{
	const struct nm_rid *sid = &nm_signed_signer(data, i)->sid;
	enum nm_error error;
	nm_reasons reasons;

	*out = (struct found){ .at = SIZE_MAX };
	for (size_t c = 0; c < met->count; c++) {
		if (!nm_rid_matches(sid, met->certs[c]))
			continue;
		reasons = 0;
		error =
		    nm_acquaintance_verify(met, c, data, i, content, &reasons);
		if (error != NM_OK)
			return error;
		if (out->at == SIZE_MAX ||
		    nm_reasons_status(reasons) <
			nm_reasons_status(out->reasons)) {
			out->at = c;
			out->reasons = reasons;
		}
		if (nm_reasons_status(out->reasons) == NM_STATUS_VALID)
			return NM_OK;
	}
	if (out->at != SIZE_MAX)
		return NM_OK;
	out->stored = sid->key_id.len != 0
	    ? nm_index_by_key_id(r->options.index, sid->key_id)
	    : nm_index_by_issuer_serial(
		  r->options.index, sid->issuer, sid->serial);
	return nm_signed_verify(data, i, content, out->stored, &out->reasons);
}

/* Checks the path. `along`: NSS's, or NULL for a certificate of the
 * database alone. */
static enum nm_error
judge_path(struct nm_reading *r, CERTCertificate *cert,
    CERTCertificate *const *along, size_t count, struct nm_evidence *evidence,
    struct nm_judgement **out)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = nm_reading_path_time(r),
		.received = r->options.has_at,
		.along = along,
		.along_count = count,
		.evidence = evidence };
	struct nm_path path;
	enum nm_error error;

	error = nm_path_check(r->options.db, cert, &question, &path);
	if (error != NM_OK)
		return error;
	error = nm_judgement_new(r->options.db, &path, r->options.now, out);
	nm_path_clear(&path);
	question.when = r->options.now;
	question.received = false;
	question.evidence = NULL;
	if (error == NM_OK)
		error = nm_path_reasons(
		    r->options.db, cert, &question, &(*out)->sign_now);
	question.purpose = NM_PURPOSE_ENCRYPT;
	if (error == NM_OK)
		error = nm_path_reasons(
		    r->options.db, cert, &question, &(*out)->encrypt_now);
	if (error != NM_OK)
		nm_judgement_drop(out);
	return error;
}

/* What is known of the certificate, or is found out now and remembered. */
static enum nm_error
judge_met(struct nm_reading *r, struct nm_acquaintance *met, size_t at,
    struct nm_evidence *evidence, struct nm_judgement **out)
{
	struct nm_judgement **known = &met->judgements[at];
	enum nm_error error;

	if (*known != NULL &&
	    nm_judgement_holds(
		*known, nm_reading_path_time(r), r->options.now)) {
		*out = nm_judgement_hold(*known);
		return NM_OK;
	}
	nm_judgement_drop(known);
	error = judge_path(
	    r, met->certs[at], met->certs, met->count, evidence, known);
	if (error == NM_OK)
		*out = nm_judgement_hold(*known);
	return error;
}

static enum nm_error
judge_certificate(struct nm_reading *r, struct nm_read_signer *s,
    struct nm_acquaintance *met, const struct found *found,
    struct nm_evidence *evidence)
{
	struct nm_judgement *j;
	enum nm_error error;

	error = found->at != SIZE_MAX
	    ? judge_met(r, met, found->at, evidence, &s->judgement)
	    : judge_path(r, found->stored, NULL, 0, evidence, &s->judgement);
	if (error != NM_OK)
		return error;
	j = s->judgement;
	s->certificate = &j->chain[0];
	s->chain = j->chain;
	s->chain_reasons = j->chain_reasons;
	s->chain_count = j->chain_count;
	s->revocation = j->revocation;
	s->sign_now = j->sign_now;
	s->encrypt_now = j->encrypt_now;
	s->reasons |= j->reasons |
	    nm_sender_compare(&r->sender, s->certificate->addresses,
		s->certificate->address_count);
	return NM_OK;
}

static bool
far_apart(int64_t a, int64_t b)
{
	return a > b ? a - b > SIGNING_TIME_SLACK : b - a > SIGNING_TIME_SLACK;
}

/*
 * SHA-1 collisions with chosen prefixes are for sale since 2020, and the first
 * one was seen in 2017: what was received before may be read as it was then
 * (RFC 8551 appendix B). Received, by its reader's word: the sender's dates
 * prove nothing.
 */
bool
nm_digest_is_weak(enum nm_digest digest, bool received, int64_t at)
{
	if (digest == NM_DIGEST_SHA1)
		return !received || at >= SHA1_ENDED;
	return digest == NM_DIGEST_MD5;
}

static void
name_algorithms(struct nm_read_signer *s, const struct nm_signer *info)
{
	const size_t room = NM_ALGORITHM_NAME_SIZE;

	if (info->digest == NM_DIGEST_NONE)
		nm_algorithm_text(info->digest_algorithm, s->digest_name, room);
	else
		(void)snprintf(
		    s->digest_name, room, "%s", nm_digest_name(info->digest));
	if (info->algorithm == NM_SIGNATURE_NONE)
		nm_algorithm_text(
		    info->signature_algorithm, s->algorithm_name, room);
	else
		(void)snprintf(s->algorithm_name, room, "%s",
		    nm_signature_name(info->algorithm));
}

static enum nm_error
verify_signer(struct nm_reading *r, struct nm_read_signer *s,
    struct nm_acquaintance *met, const struct nm_signed *data, size_t i,
    const struct nm_digests *content, struct nm_evidence *evidence)
{
	const struct nm_signer *info = nm_signed_signer(data, i);
	struct found found;
	enum nm_error error;

	s->digest = info->digest;
	s->algorithm = info->algorithm;
	name_algorithms(s, info);
	s->has_signing_time = info->has_signing_time;
	s->signing_time = info->signing_time;
	s->revocation = NM_REVOCATION_NOT_CHECKED;
	s->reasons = info->reasons;
	error = find_certificate(r, met, data, i, content, &found);
	if (error != NM_OK)
		return error;
	s->reasons |= found.reasons;
	if (nm_digest_is_weak(info->digest, r->options.has_at, r->options.at))
		s->reasons |= NM_REASON_BIT(NM_REASON_WEAK_DIGEST);
	if (s->has_signing_time && r->result.has_date &&
	    far_apart(s->signing_time, r->result.date.seconds))
		s->reasons |= NM_REASON_BIT(NM_REASON_TIME_MISMATCH);
	if (found.at == SIZE_MAX && found.stored == NULL)
		s->reasons |= r->sender.reasons |
		    NM_REASON_BIT(NM_REASON_SIGNER_CERTIFICATE_MISSING);
	else if ((error = judge_certificate(r, s, met, &found, evidence)) !=
	    NM_OK)
		return error;
	s->status = nm_reasons_status(s->reasons);
	return NM_OK;
}

static bool
already_kept(const struct nm_read_result *result, const char *fingerprint)
{
	for (size_t i = 0; i < result->certificate_count; i++) {
		if (strcmp(result->certificates[i].certificate.fingerprint,
			fingerprint) == 0)
			return true;
	}
	return false;
}

static enum nm_error
keep_certificate(struct nm_reading *r, CERTCertificate *cert)
{
	struct nm_read_result *result = &r->result;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_read_certificate *all, *kept;
	enum nm_error error;

	nm_certificate_fingerprint(cert, fingerprint);
	if (result->certificate_count >= NM_MAX_CERTIFICATES ||
	    already_kept(result, fingerprint))
		return NM_OK;
	all = reallocarray(
	    result->certificates, result->certificate_count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	result->certificates = all;
	kept = &all[result->certificate_count];
	memset(kept, 0, sizeof(*kept));
	nm_buffer_append(&kept->der, cert->derCert.data, cert->derCert.len);
	error =
	    nm_certificate_describe(r->options.db, cert, &kept->certificate);
	if (error == NM_OK && nm_buffer_failed(&kept->der))
		error = NM_ERR_INTERNAL;
	if (error != NM_OK) {
		nm_buffer_reset(&kept->der);
		return error;
	}
	result->certificate_count++;
	return NM_OK;
}

/* What the signer sent along to show that no certificate was revoked. */
static enum nm_error
add_stapled(struct nm_evidence *evidence, const struct nm_signed *data)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < nm_signed_crl_count(data);
	     i++) {
		struct nm_bytes der;
		enum nm_fetch_kind kind =
		    nm_revocation_info_kind(nm_signed_crl(data, i), &der);

		error = nm_evidence_add(evidence, kind, der);
	}
	return error;
}

/* Nothing in it waits: what a path check introduces to NSS is known to it for
 * as long as this takes, and no longer. */
static enum nm_error
verify_all(struct nm_reading *r, struct nm_read_layer *layer,
    const struct nm_signed *data, const struct nm_digests *content,
    struct nm_evidence *evidence)
{
	size_t count = nm_signed_signer_count(data);
	struct nm_acquaintance *met;
	enum nm_error error;

	nm_read_layer_clear(layer);
	if ((error = nm_acquaintance_find(&r->options, data, &met)) != NM_OK)
		return error;
	if (count != 0) {
		layer->signers = calloc(count, sizeof(*layer->signers));
		if (layer->signers == NULL)
			error = NM_ERR_INTERNAL;
	}
	for (size_t i = 0; error == NM_OK && i < count; i++) {
		layer->signer_count = i + 1;
		error = verify_signer(
		    r, &layer->signers[i], met, data, i, content, evidence);
	}
	for (size_t i = 0; error == NM_OK && i < met->count; i++) {
		if (!met->known[i])
			error = keep_certificate(r, met->certs[i]);
	}
	return error;
}

enum nm_error
nm_reading_verify(struct nm_reading *r, struct nm_read_layer *layer,
    const struct nm_signed *data, const struct nm_digests *content)
{
	size_t count = nm_signed_signer_count(data);
	struct nm_evidence *evidence = NULL;
	enum nm_error error;
	bool more = false;

	layer->certificates_only = count == 0 && content == NULL;
	if (count == 0 && content != NULL)
		layer->reasons |= NM_REASON_BIT(NM_REASON_NO_SIGNER);
	error = nm_evidence_new(
	    &r->options.revocation, r->options.db, r->options.now, &evidence);
	if (error == NM_OK)
		error = add_stapled(evidence, data);
	do {
		if (error == NM_OK)
			error = verify_all(r, layer, data, content, evidence);
		if (error == NM_OK)
			error = nm_evidence_fetch(evidence, &more);
	} while (error == NM_OK && more);
	nm_evidence_free(&evidence);
	return error;
}
