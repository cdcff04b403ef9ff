/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The record of a message that is read. What a verdict took is collected
 * anew, beside the reading: of what was met before, nothing is kept but what
 * was found (acquaintance.h), and that is no evidence.
 */
#include <nssmime/evidence.h>

#include <stdlib.h>
#include <string.h>

#include "reading.h"

static void
layer_clear(struct nm_record_layer *layer)
{
	nm_buffer_reset(&layer->content_type);
	for (unsigned d = 0; d < NM_DIGEST_COUNT; d++)
		nm_buffer_reset(&layer->digests[d]);
	for (size_t i = 0; i < layer->signer_count; i++) {
		nm_buffer_reset(&layer->signers[i].der);
		nm_exhibit_chain_clear(&layer->signers[i].chain);
	}
	free(layer->signers);
}

void
nm_record_clear(struct nm_record *r)
{
	for (size_t i = 0; i < r->layer_count; i++)
		layer_clear(&r->layers[i]);
	free(r->layers);
	free(r->from);
	nm_exhibits_clear(&r->exhibits);
	memset(r, 0, sizeof(*r));
}

enum nm_error
nm_reading_keep_record(struct nm_reading *r)
{
	if (r->record == NULL)
		r->record = calloc(1, sizeof(*r->record));
	if (r->record == NULL)
		return NM_ERR_INTERNAL;
	r->record->checked = r->options.now;
	r->record->received = r->options.has_at;
	r->record->mode = r->options.revocation.mode;
	return NM_OK;
}

struct nm_record *
nm_reading_record(struct nm_reading *r)
{
	return r->record;
}

/* ---- a layer ------------------------------------------------------------ */

static enum nm_error
put(struct nm_exhibits *x, struct nm_buffer *to, struct nm_bytes bytes)
{
	if (bytes.len > NM_MAX_EVIDENCE - x->size)
		return NM_ERR_TOO_LARGE;
	x->size += bytes.len;
	nm_buffer_append(to, bytes.data, bytes.len);
	return nm_buffer_failed(to) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
keep_digests(struct nm_reading *r, struct nm_record_layer *layer,
    const struct nm_signed *data, const struct nm_digests *content)
{
	unsigned wanted = NM_DIGEST_BIT(NM_DIGEST_SHA256);
	enum nm_error error = NM_OK;

	for (size_t i = 0; i < nm_signed_signer_count(data); i++)
		wanted |= NM_DIGEST_BIT(nm_signed_signer(data, i)->digest);
	for (unsigned d = NM_DIGEST_MD5;
	     error == NM_OK && content != NULL && d < NM_DIGEST_COUNT; d++) {
		if ((wanted & NM_DIGEST_BIT(d)) != 0)
			error = put(&r->record->exhibits, &layer->digests[d],
			    nm_digests_value(content, (enum nm_digest)d));
	}
	return error;
}

/* The certificate that the verdict rests on: of those that came along, or of
 * the database. */
static struct nm_bytes
find_certificate(struct nm_reading *r, const struct nm_signed *data,
    const struct nm_bytes *along, const char *fingerprint)
{
	char other[NM_FINGERPRINT_SIZE];
	CERTCertificate *cert;

	for (size_t i = 0; i < nm_signed_certificate_count(data); i++) {
		cert = nm_certificate_decode_apart(along[i].data, along[i].len);
		if (cert == NULL)
			continue;
		nm_certificate_fingerprint(cert, other);
		CERT_DestroyCertificate(cert);
		if (strcmp(fingerprint, other) == 0)
			return along[i];
	}
	cert = nm_index_by_fingerprint(r->options.index, fingerprint);
	if (cert == NULL)
		return (struct nm_bytes){ NULL, 0 };
	return (struct nm_bytes){ cert->derCert.data, cert->derCert.len };
}

static enum nm_error
keep_signer(struct nm_reading *r, struct nm_record_signer *kept,
    const struct nm_read_signer *read, const struct nm_signer *signer,
    const struct nm_signed *data, struct nm_exhibit_case *which)
{
	struct nm_exhibit_finding finding;
	enum nm_error error;

	error = put(&r->record->exhibits, &kept->der, signer->der);
	if (error != NM_OK)
		return error;
	kept->status = read->status;
	kept->reasons = read->reasons;
	kept->revocation = read->revocation;
	if (read->certificate == NULL)
		return NM_OK;
	which->certificate = find_certificate(
	    r, data, which->along, read->certificate->fingerprint);
	if (which->certificate.len == 0)
		return NM_OK;
	return nm_exhibits_collect(
	    &r->record->exhibits, which, &kept->chain, &finding);
}

/* What came along with the signature, lent. */
struct company {
	struct nm_bytes *along;
	struct nm_material *materials;
	size_t material_count;
};

static void
company_clear(struct company *c)
{
	for (size_t i = 0; i < c->material_count; i++)
		nm_buffer_reset(&c->materials[i].der);
	free(c->materials);
	free(c->along);
}

static enum nm_error
company_gather(struct company *c, const struct nm_signed *data)
{
	size_t certs = nm_signed_certificate_count(data);
	size_t lists = nm_signed_crl_count(data);

	memset(c, 0, sizeof(*c));
	c->along = calloc(certs + 1, sizeof(*c->along));
	c->materials = calloc(lists + 1, sizeof(*c->materials));
	if (c->along == NULL || c->materials == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < certs; i++)
		c->along[i] = nm_signed_certificate(data, i);
	for (size_t i = 0; i < lists; i++) {
		struct nm_material *m = &c->materials[c->material_count++];
		struct nm_bytes info = nm_signed_crl(data, i), response;

		m->kind = nm_revocation_info_kind(info, &response);
		nm_buffer_append(&m->der, response.data, response.len);
		if (nm_buffer_failed(&m->der))
			return NM_ERR_INTERNAL;
	}
	return NM_OK;
}

static enum nm_error
keep_signers(struct nm_reading *r, struct nm_record_layer *layer,
    const struct nm_read_layer *read, const struct nm_signed *data)
{
	struct company c;
	enum nm_error error = company_gather(&c, data);
	struct nm_exhibit_case which = { .db = r->options.db,
		.along = c.along,
		.along_count = nm_signed_certificate_count(data),
		.materials = c.materials,
		.material_count = c.material_count,
		.policy = r->options.revocation,
		.when = r->record->when,
		.received = r->record->received,
		.now = r->options.now };

	if (error == NM_OK && read->signer_count != 0) {
		layer->signers =
		    calloc(read->signer_count, sizeof(*layer->signers));
		if (layer->signers == NULL)
			error = NM_ERR_INTERNAL;
	}
	for (size_t i = 0; error == NM_OK && i < read->signer_count; i++) {
		layer->signer_count++;
		error = keep_signer(r, &layer->signers[i], &read->signers[i],
		    nm_signed_signer(data, i), data, &which);
	}
	company_clear(&c);
	return error;
}

static struct nm_record_layer *
add_layer(struct nm_record *record)
{
	struct nm_record_layer *layers;

	layers = reallocarray(
	    record->layers, record->layer_count + 1, sizeof(*layers));
	if (layers == NULL)
		return NULL;
	record->layers = layers;
	memset(&layers[record->layer_count], 0, sizeof(*layers));
	return &layers[record->layer_count++];
}

enum nm_error
nm_reading_keep_layer(struct nm_reading *r, size_t place,
    const struct nm_signed *data, const struct nm_digests *content)
{
	const struct nm_read_layer *read = &r->result.layers[place];
	struct nm_record_layer *layer;
	enum nm_error error;

	if (r->record == NULL || read->certificates_only)
		return NM_OK;
	if ((layer = add_layer(r->record)) == NULL)
		return NM_ERR_INTERNAL;
	layer->place = place;
	memcpy(layer->part, read->part, sizeof(layer->part));
	layer->has_content = nm_signed_has_content(data);
	layer->of_attributes =
	    content != NULL && nm_digests_of_attributes(content);
	layer->digest_set = nm_signed_digest_set(data);
	r->record->when = nm_reading_path_time(r);
	error = put(&r->record->exhibits, &layer->content_type,
	    nm_signed_content_type(data));
	if (error == NM_OK)
		error = keep_digests(r, layer, data, content);
	if (error == NM_OK)
		error = keep_signers(r, layer, read, data);
	if (error == NM_ERR_TOO_LARGE)
		error = nm_fail(r->fault, error,
		    "The evidence is larger than %u bytes", NM_MAX_EVIDENCE);
	return error;
}

/* ---- the whole ---------------------------------------------------------- */

/* Layers around the part that was asked for are not its own. */
static void
drop_layers(struct nm_record *record, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < record->layer_count; i++) {
		struct nm_record_layer *layer = &record->layers[i];

		if (layer->place < count) {
			layer_clear(layer);
			continue;
		}
		layer->place -= count;
		record->layers[kept++] = *layer;
	}
	record->layer_count = kept;
}

/* Outermost first; they end innermost first. */
static int
compare_layers(const void *a, const void *b)
{
	const struct nm_record_layer *x = a, *y = b;

	return (x->place > y->place) - (x->place < y->place);
}

enum nm_error
nm_reading_settle_record(struct nm_reading *r, size_t dropped)
{
	const struct nm_read_result *result = &r->result;
	struct nm_record *record = r->record;

	if (record == NULL)
		return NM_OK;
	drop_layers(record, dropped);
	if (record->layer_count != 0)
		qsort(record->layers, record->layer_count,
		    sizeof(*record->layers), compare_layers);
	record->status = result->signature;
	record->reasons = result->reasons;
	for (size_t i = 0; i < record->layer_count; i++) {
		struct nm_record_layer *layer = &record->layers[i];

		layer->reasons = result->layers[layer->place].reasons;
		layer->around_encryption =
		    nm_layer_around_encryption(result, layer->place);
	}
	if (r->sender.address != NULL &&
	    (record->from = strdup(r->sender.address)) == NULL)
		return NM_ERR_INTERNAL;
	return NM_OK;
}
