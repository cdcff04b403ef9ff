/* SPDX-License-Identifier: MPL-2.0 */
/* A record, checked again: everything that can be is computed anew. */
#include <nssmime/evidence.h>

#include <stdlib.h>
#include <string.h>

#include "reading.h"

void
nm_recheck_clear(struct nm_recheck *r)
{
	for (size_t i = 0; i < r->layer_count; i++) {
		struct nm_recheck_layer *layer = &r->layers[i];

		for (size_t s = 0; s < layer->signer_count; s++) {
			nm_certificate_clear(&layer->signers[s].certificate);
			nm_certificate_clear(&layer->signers[s].anchor);
		}
		free(layer->signers);
	}
	free(r->layers);
	memset(r, 0, sizeof(*r));
}

struct check {
	struct nm_database *db;
	const struct nm_record *record;
	struct nm_sender sender;
	struct nm_bytes *certificates;
	struct nm_fault *fault;
};

/* ---- one signer --------------------------------------------------------- */

static enum nm_error
describe(const struct check *c, size_t place, struct nm_certificate *out,
    bool *has, CERTCertificate **cert)
{
	struct nm_bytes der = c->certificates[place];
	enum nm_error error;

	*cert = nm_certificate_decode_apart(der.data, der.len);
	if (*cert == NULL)
		return NM_OK;
	error = nm_certificate_describe(NULL, *cert, out);
	*has = error == NM_OK;
	return error;
}

/* The chain: by the database, and by the authority that was trusted then. */
static enum nm_error
check_chain(const struct check *c, const struct nm_record_signer *kept,
    struct nm_recheck_signer *out)
{
	const struct nm_exhibit_chain *chain = &kept->chain;
	const struct nm_record *record = c->record;
	const struct nm_exhibits *x = &record->exhibits;
	struct nm_exhibit_case which = { .db = c->db,
		.certificate = c->certificates[chain->links[0]],
		.along = c->certificates,
		.along_count = x->certificate_count,
		.materials = x->materials,
		.material_count = x->material_count,
		.policy = { .mode = record->mode },
		.when = record->when,
		.received = record->received,
		.now = record->checked };
	enum nm_error error;

	error = nm_exhibits_recheck(x, &which, NULL, &out->now);
	if (error != NM_OK)
		return error;
	/* where nobody was trusted then, nobody is taken as if he had been */
	if ((kept->reasons & NM_EXHIBIT_UNTRUSTED) == 0)
		return nm_exhibits_recheck(x, &which, chain, &out->then);
	out->then = out->now;
	return NM_OK;
}

static enum nm_error
check_certificate(const struct check *c, const struct nm_signed *data, size_t i,
    const struct nm_digests *content, const struct nm_record_signer *kept,
    struct nm_recheck_signer *out)
{
	const struct nm_exhibit_chain *chain = &kept->chain;
	CERTCertificate *cert = NULL, *anchor = NULL;
	enum nm_error error = NM_OK;

	if (chain->count != 0)
		error = describe(c, chain->links[0], &out->certificate,
		    &out->has_certificate, &cert);
	if (error == NM_OK && out->has_certificate)
		error = describe(c, chain->links[chain->count - 1],
		    &out->anchor, &out->has_anchor, &anchor);
	if (error == NM_OK && cert != NULL &&
	    !nm_rid_matches(&nm_signed_signer(data, i)->sid, cert))
		out->signature |= NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	if (error == NM_OK)
		error =
		    nm_signed_verify(data, i, content, cert, &out->signature);
	if (error == NM_OK && cert != NULL) {
		out->address = c->record->from == NULL
		    ? 0
		    : nm_sender_compare(&c->sender, out->certificate.addresses,
			  out->certificate.address_count);
		error = check_chain(c, kept, out);
	}
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	if (anchor != NULL)
		CERT_DestroyCertificate(anchor);
	return error;
}

/* Reasons that only tell, and are not held against a record. */
static nm_reasons
weighty(nm_reasons reasons)
{
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		if (nm_reason_effect((enum nm_reason)i) == NM_EFFECT_TOLD)
			reasons &= ~NM_REASON_BIT(i);
	}
	return reasons;
}

/* Without one From address: as it was, but never none of the two. */
static nm_reasons
no_address(nm_reasons recorded)
{
	nm_reasons said = recorded & NM_REASON_BIT(NM_REASON_SEVERAL_FROM);

	return said != 0 ? said : NM_REASON_BIT(NM_REASON_NO_FROM);
}

static enum nm_error
check_signer(const struct check *c, const struct nm_signed *data, size_t i,
    const struct nm_digests *content, const struct nm_record_signer *kept,
    struct nm_recheck_signer *out)
{
	enum nm_error error;

	error = check_certificate(c, data, i, content, kept, out);
	if (error != NM_OK)
		return error;
	if (c->record->from == NULL)
		out->address = no_address(kept->reasons);
	if (nm_digest_is_weak(nm_signed_signer(data, i)->digest,
		c->record->received, c->record->when))
		out->signature |= NM_REASON_BIT(NM_REASON_WEAK_DIGEST);
	out->reasons = out->signature | out->address | out->then.reasons;
	out->borne_out = (weighty(out->reasons) & ~kept->reasons) == 0 &&
	    nm_reasons_status(kept->reasons) == kept->status;
	return NM_OK;
}

/* ---- a layer, and the whole --------------------------------------------- */

static enum nm_error
assemble(const struct nm_record_layer *layer, struct nm_signed **data,
    struct nm_fault *fault)
{
	struct nm_signed_parts parts = { .has_content = layer->has_content,
		.content_type = nm_buffer_bytes(&layer->content_type),
		.digest_set = layer->digest_set,
		.signer_count = layer->signer_count };
	struct nm_bytes *signers =
	    calloc(layer->signer_count + 1, sizeof(*signers));
	enum nm_error error;

	if (signers == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < layer->signer_count; i++)
		signers[i] = nm_buffer_bytes(&layer->signers[i].der);
	parts.signers = signers;
	error = nm_signed_assemble(&parts, data, fault);
	free(signers);
	return error;
}

static enum nm_error
check_layer(const struct check *c, const struct nm_record_layer *layer,
    struct nm_recheck_layer *out)
{
	struct nm_bytes values[NM_DIGEST_COUNT];
	struct nm_digests *content = NULL;
	struct nm_signed *data = NULL;
	enum nm_error error;

	for (unsigned d = 0; d < NM_DIGEST_COUNT; d++)
		values[d] = nm_buffer_bytes(&layer->digests[d]);
	error = assemble(layer, &data, c->fault);
	content = nm_digests_known(values, layer->of_attributes);
	out->signers = calloc(layer->signer_count + 1, sizeof(*out->signers));
	if (content == NULL || out->signers == NULL)
		error = NM_ERR_INTERNAL;
	for (size_t i = 0; error == NM_OK && i < layer->signer_count; i++) {
		out->signer_count++;
		error = check_signer(
		    c, data, i, content, &layer->signers[i], &out->signers[i]);
	}
	nm_digests_free(&content);
	nm_signed_free(&data);
	return error;
}

/* A verdict of "valid" needs a layer that decides, and no signer of one that
 * is not valid himself. */
static bool
is_borne_out(const struct nm_record *record, const struct nm_recheck *r)
{
	bool decided = false;

	if (nm_reasons_status(record->reasons) != record->status &&
	    record->status != NM_STATUS_NONE)
		return false;
	for (size_t i = 0; i < r->layer_count; i++) {
		const struct nm_record_layer *layer = &record->layers[i];

		for (size_t s = 0; s < r->layers[i].signer_count; s++) {
			if (!r->layers[i].signers[s].borne_out)
				return false;
			if (layer->around_encryption)
				continue;
			decided = true;
			if ((layer->signers[s].reasons & ~record->reasons) != 0)
				return false;
		}
		if (!layer->around_encryption &&
		    (layer->reasons & ~record->reasons) != 0)
			return false;
	}
	return decided || record->status != NM_STATUS_VALID;
}

enum nm_error
nm_record_check(struct nm_database *db, const struct nm_record *record,
    struct nm_recheck *out, struct nm_fault *fault)
{
	const struct nm_exhibits *x = &record->exhibits;
	struct check c = { .db = db, .record = record, .fault = fault };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	error = nm_sender_find(NULL, record->from, &c.sender);
	c.certificates =
	    calloc(x->certificate_count + 1, sizeof(*c.certificates));
	out->layers = calloc(record->layer_count + 1, sizeof(*out->layers));
	if (c.certificates == NULL || out->layers == NULL)
		error = NM_ERR_INTERNAL;
	for (size_t i = 0; error == NM_OK && i < x->certificate_count; i++)
		c.certificates[i] = nm_buffer_bytes(&x->certificates[i]);
	for (size_t i = 0; error == NM_OK && i < record->layer_count; i++) {
		out->layer_count++;
		error = check_layer(&c, &record->layers[i], &out->layers[i]);
	}
	out->borne_out = error == NM_OK && is_borne_out(record, out);
	nm_sender_clear(&c.sender);
	free(c.certificates);
	if (error != NM_OK)
		nm_recheck_clear(out);
	return error;
}

/* ---- the content -------------------------------------------------------- */

static bool
same_digests(const struct nm_record_layer *a, const struct nm_record_layer *b)
{
	bool any = false;

	for (unsigned d = NM_DIGEST_SHA224; d < NM_DIGEST_COUNT; d++) {
		if (a->digests[d].len == 0 || b->digests[d].len == 0)
			continue;
		if (!nm_bytes_equal(nm_buffer_bytes(&a->digests[d]),
			nm_buffer_bytes(&b->digests[d])))
			return false;
		any = true;
	}
	return any;
}

bool
nm_record_same_content(
    const struct nm_record_layer *layer, const struct nm_record *other)
{
	for (size_t i = 0; i < other->layer_count; i++) {
		if (same_digests(layer, &other->layers[i]))
			return true;
	}
	return false;
}
