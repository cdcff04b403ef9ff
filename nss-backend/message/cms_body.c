/* SPDX-License-Identifier: MPL-2.0 */
/* A ContentInfo being read: its layers go into the reading's record. */
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "reading.h"

struct cms_body {
	struct nm_stage stage;
	struct nm_reading *reading;
	unsigned depth;
	bool is_detached;
	struct nm_digests *detached; /* lent */
	size_t layer;
	bool begun;
	struct nm_cms_keys keys;
	/* A detached signature that cannot be read makes its layer malformed,
	 * not the mail unreadable: its error stays here. */
	struct nm_fault fault;
	bool broken;
	struct nm_stage *reader;
};

/* ---- the user's keys ---- */

static CERTCertificate *
find_own(void *arg, const struct nm_rid *rid)
{
	struct nm_reading *r = arg;
	CERTCertificate *cert = rid->key_id.len != 0
	    ? nm_index_by_key_id(r->options.index, rid->key_id)
	    : nm_index_by_issuer_serial(
		  r->options.index, rid->issuer, rid->serial);

	if (cert == NULL || !nm_index_own(r->options.index, cert) ||
	    (r->options.cards_only &&
		!nm_database_on_card(r->options.db, cert)))
		return NULL;
	return cert;
}

static enum nm_error
find_key(void *arg, CERTCertificate *cert, SECKEYPrivateKey **key,
    struct nm_fault *fault)
{
	struct nm_reading *r = arg;

	return nm_certificate_key(
	    r->options.db, cert, r->options.asker, key, fault);
}

/* ---- the layer ---- */

static enum nm_error
layer_begin(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	struct cms_body *c = arg;
	struct nm_reading *r = c->reading;
	struct nm_read_layer *kept;
	enum nm_error error;

	c->begun = true;
	if (c->is_detached) {
		if (layer->type != NM_LAYER_SIGNED)
			return nm_fail(&c->fault, NM_ERR_MALFORMED_MESSAGE,
			    "The signature part is no signature");
		/* Content inside a detached signature: nobody shows it, and
		 * it must be what is shown, which layer_end() compares. */
		if (nm_signed_has_content(layer->signed_data) &&
		    (*next = nm_discard_new()) == NULL)
			return NM_ERR_INTERNAL;
		return NM_OK;
	}
	error = nm_reading_add_layer(
	    r, layer->type, NM_LAYER_PKCS7_MIME, &c->layer);
	if (error != NM_OK)
		return error;
	kept = &r->result.layers[c->layer];
	kept->cipher = layer->cipher;
	kept->key_management = layer->key_management;
	kept->recipients = layer->recipients;
	if (layer->decrypted_with != NULL)
		nm_certificate_fingerprint(
		    layer->decrypted_with, kept->decrypted_with);
	if (layer->type == NM_LAYER_SIGNED &&
	    !nm_signed_has_content(layer->signed_data))
		return NM_OK;
	*next = nm_body_new(r, c->depth + 1, false);
	return *next == NULL ? NM_ERR_INTERNAL : NM_OK;
}

/* Whether two contents have the same digest, by any algorithm both have. */
static bool
same_content(const struct nm_digests *a, const struct nm_digests *b)
{
	for (unsigned d = NM_DIGEST_SHA1; d < NM_DIGEST_COUNT; d++) {
		struct nm_bytes x = nm_digests_value(a, (enum nm_digest)d);
		struct nm_bytes y = nm_digests_value(b, (enum nm_digest)d);

		if (d != NM_DIGEST_SHA1 && x.len != 0 && y.len != 0)
			return nm_bytes_equal(x, y);
	}
	return false;
}

static enum nm_error
layer_end(void *arg, struct nm_cms_layer *layer)
{
	struct cms_body *c = arg;
	struct nm_read_layer *kept;
	const struct nm_digests *content;
	enum nm_error error;

	if (layer->type != NM_LAYER_SIGNED)
		return NM_OK;
	kept = &c->reading->result.layers[c->layer];
	content = nm_signed_digests(layer->signed_data);
	if (c->is_detached) {
		if (content != NULL && !same_content(content, c->detached))
			kept->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
		content = c->detached;
	} else if (content == NULL &&
	    nm_signed_signer_count(layer->signed_data) != 0) {
		/* A signature without what it signs. */
		kept->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	}
	error =
	    nm_reading_verify(c->reading, kept, layer->signed_data, content);
	if (error != NM_OK)
		return error;
	return nm_reading_keep_layer(
	    c->reading, c->layer, layer->signed_data, content);
}

/* ---- the stage ---- */

/*
 * What MIME says to be S/MIME is a mail's that cannot be read: damaged, or of
 * a type (authenticatedData, digestedData, ...) that is none of RFC 8551's.
 * "Not S/MIME" is said only of bytes that nobody said it of.
 */
static enum nm_error
labelled(const struct cms_body *c, enum nm_error error)
{
	const struct nm_reading *r = c->reading;

	if (error != NM_ERR_NOT_SMIME ||
	    (r->options.kind == NM_CONTENT_CMS && c->depth == 0))
		return error;
	error = nm_cms_reader_is_other(c->reader) ? NM_ERR_UNSUPPORTED_ALGORITHM
						  : NM_ERR_MALFORMED_MESSAGE;
	if (r->fault != NULL)
		r->fault->code = error;
	return error;
}

/* For a detached signature: notes what is wrong with it and goes on. */
static enum nm_error
settle(struct cms_body *c, enum nm_error error)
{
	struct nm_read_layer *kept;

	if (error == NM_OK)
		return error;
	if (!c->is_detached)
		return labelled(c, error);
	if (error != NM_ERR_MALFORMED_MESSAGE && error != NM_ERR_NOT_SMIME &&
	    error != NM_ERR_UNSUPPORTED_ALGORITHM) {
		if (c->fault.code != NM_OK)
			return nm_fail(
			    c->reading->fault, error, "%s", c->fault.text);
		return error;
	}
	c->broken = true;
	kept = &c->reading->result.layers[c->layer];
	kept->reasons |= error == NM_ERR_UNSUPPORTED_ALGORITHM
	    ? NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM)
	    : NM_REASON_BIT(NM_REASON_MALFORMED);
	return NM_OK;
}

static enum nm_error
cms_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct cms_body *c = (struct cms_body *)s;

	if (c->broken)
		return NM_OK;
	return settle(c, nm_stage_write(c->reader, data, len));
}

static enum nm_error
cms_finish(struct nm_stage *s)
{
	struct cms_body *c = (struct cms_body *)s;

	if (c->broken)
		return NM_OK;
	return settle(c, nm_stage_finish(c->reader));
}

static void
cms_free(struct nm_stage *s)
{
	struct cms_body *c = (struct cms_body *)s;

	nm_stage_free(&c->reader);
	free(c);
}

struct nm_stage *
nm_cms_body_new(struct nm_reading *r, unsigned depth,
    struct nm_digests *detached, size_t layer)
{
	static const struct nm_stage_ops ops = { cms_write, cms_finish,
		cms_free };
	static const struct nm_cms_handler handler = { layer_begin, layer_end };
	struct cms_body *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->stage.ops = &ops;
	c->reading = r;
	c->depth = depth;
	c->is_detached = detached != NULL;
	c->detached = detached;
	c->layer = layer;
	c->keys = (struct nm_cms_keys){ r, find_own, find_key };
	c->reader = nm_cms_reader_new(
	    &handler, c, &c->keys, c->is_detached ? &c->fault : r->fault);
	if (c->reader == NULL) {
		free(c);
		return NULL;
	}
	return &c->stage;
}
