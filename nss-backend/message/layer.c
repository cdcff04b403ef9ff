/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "header_field.h"
#include "judgement.h"
#include "reading.h"

enum nm_error
nm_reading_add_layer(struct nm_reading *r, enum nm_layer_type type,
    enum nm_form_of_layer form, size_t *index)
{
	struct nm_read_result *result = &r->result;
	struct nm_read_layer *layers, *layer;
	size_t depth = result->layer_count - r->part_layer;

	if (result->layer_count >= NM_MAX_NESTING)
		return nm_fail(r->fault, NM_ERR_MALFORMED_MESSAGE,
		    "More than %u layers of S/MIME", NM_MAX_NESTING);
	layers = reallocarray(
	    result->layers, result->layer_count + 1, sizeof(*layers));
	if (layers == NULL)
		return NM_ERR_INTERNAL;
	result->layers = layers;
	layer = &layers[result->layer_count];
	memset(layer, 0, sizeof(*layer));
	layer->type = type;
	layer->form = form;
	/* A layer is the only content of the one around it: "1", "1.1", ... */
	layer->part[0] = '1';
	for (size_t i = 0; i < depth; i++)
		memcpy(layer->part + 1 + 2 * i, ".1", 2);
	*index = result->layer_count++;
	return NM_OK;
}

enum nm_error
nm_reading_add_embedded(struct nm_reading *r, const char *part,
    const char *type, bool is_signed, bool is_encrypted)
{
	struct nm_read_result *result = &r->result;
	struct nm_read_embedded *all, *e;

	/* More than a person could look at tells nothing more. */
	if (result->embedded_count >= 1000)
		return NM_OK;
	all = reallocarray(
	    result->embedded, result->embedded_count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	result->embedded = all;
	e = &all[result->embedded_count];
	e->part = strdup(part);
	e->type = strdup(type);
	e->is_signed = is_signed;
	e->is_encrypted = is_encrypted;
	if (e->part == NULL || e->type == NULL) {
		free(e->part);
		free(e->type);
		return NM_ERR_INTERNAL;
	}
	result->embedded_count++;
	return NM_OK;
}

void
nm_read_layer_clear(struct nm_read_layer *layer)
{
	for (size_t i = 0; i < layer->signer_count; i++)
		nm_judgement_drop(&layer->signers[i].judgement);
	free(layer->signers);
	layer->signers = NULL;
	layer->signer_count = 0;
}

void
nm_read_result_clear(struct nm_read_result *result)
{
	for (size_t i = 0; i < result->layer_count; i++)
		nm_read_layer_clear(&result->layers[i]);
	free(result->layers);
	for (size_t i = 0; i < result->embedded_count; i++) {
		free(result->embedded[i].part);
		free(result->embedded[i].type);
	}
	free(result->embedded);
	for (size_t i = 0; i < result->certificate_count; i++) {
		nm_certificate_clear(&result->certificates[i].certificate);
		nm_buffer_reset(&result->certificates[i].der);
	}
	free(result->certificates);
	nm_mailboxes_clear(&result->from);
	nm_mailboxes_clear(&result->to);
	nm_mailboxes_clear(&result->cc);
	nm_mailboxes_clear(&result->other_from);
	free(result->subject);
	nm_read_fields_clear(result);
	nm_names_clear(&result->differing);
	nm_names_clear(&result->confidential);
	nm_names_clear(&result->removed);
	for (size_t i = 0; i < result->legacy_count; i++)
		free(result->legacy[i].part);
	free(result->legacy);
	memset(result, 0, sizeof(*result));
}
