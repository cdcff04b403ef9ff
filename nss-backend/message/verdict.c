/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "reading.h"

static bool
is_encrypted(const struct nm_read_layer *layer)
{
	return layer->type == NM_LAYER_ENVELOPED ||
	    layer->type == NM_LAYER_AUTH_ENVELOPED;
}

static bool
is_signed(const struct nm_read_layer *layer)
{
	return layer->type == NM_LAYER_SIGNED && !layer->certificates_only;
}

static nm_reasons
signers_reasons(const struct nm_read_layer *layer)
{
	nm_reasons reasons = layer->reasons;

	for (size_t i = 0; i < layer->signer_count; i++)
		reasons |= layer->signers[i].reasons;
	return reasons;
}

bool
nm_layer_around_encryption(const struct nm_read_result *result, size_t i)
{
	for (size_t j = i + 1; j < result->layer_count; j++) {
		if (is_encrypted(&result->layers[j]))
			return true;
	}
	return false;
}

static bool
validly_signed_inside(const struct nm_read_result *result, size_t i)
{
	for (size_t j = i + 1; j < result->layer_count; j++) {
		const struct nm_read_layer *layer = &result->layers[j];

		if (is_signed(layer) &&
		    nm_reasons_status(signers_reasons(layer)) ==
			NM_STATUS_VALID)
			return true;
	}
	return false;
}

static bool
says_two_things(const struct nm_header *h, const char *name)
{
	const struct nm_field *first = nm_header_find(h, name, 0), *f;

	for (size_t i = 1; (f = nm_header_find(h, name, i)) != NULL; i++) {
		if (strcmp(f->value, first->value) != 0)
			return true;
	}
	return false;
}

/*
 * Of a field that may be there once (RFC 5322 section 3.6, RFC 2045 section
 * 3) and is there twice, some readers take the first and some the last. Where
 * the two differ in what the body is, the others show something else under
 * the same signature; where in the date, the signer's time fits but one.
 */
static nm_reasons
doubtful_fields(const struct nm_reading *r)
{
	nm_reasons reasons = 0;

	if (r->outside == NULL)
		return 0;
	if (says_two_things(r->outside, "Content-Type") ||
	    says_two_things(r->outside, "Content-Transfer-Encoding"))
		reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (r->result.date_source == NM_SOURCE_OUTER &&
	    says_two_things(r->outside, "Date"))
		reasons |= NM_REASON_BIT(NM_REASON_TIME_MISMATCH);
	return reasons;
}

void
nm_reading_judge(struct nm_reading *r)
{
	struct nm_read_result *result = &r->result;
	bool covered = false, outside = false;
	bool embedded_signed = false, embedded_encrypted = false;

	result->encryption = NM_COVERAGE_NONE;
	for (size_t i = 0; i < result->embedded_count; i++) {
		embedded_signed |= result->embedded[i].is_signed;
		embedded_encrypted |= result->embedded[i].is_encrypted;
	}
	for (size_t i = 0; i < result->layer_count; i++) {
		const struct nm_read_layer *layer = &result->layers[i];

		if (is_encrypted(layer)) {
			result->encryption = NM_COVERAGE_FULL;
			/* CBC can be altered at will by who knows some of
			 * the text (Efail); a tag or a signature inside
			 * tells. */
			if (layer->type == NM_LAYER_ENVELOPED &&
			    !validly_signed_inside(result, i))
				result->reasons |= NM_REASON_BIT(
				    NM_REASON_UNAUTHENTICATED_ENCRYPTION);
		}
		if (!is_signed(layer))
			continue;
		if (nm_layer_around_encryption(result, i)) {
			outside = true;
			continue;
		}
		covered = true;
		result->reasons |= signers_reasons(layer);
	}
	if (embedded_encrypted && result->encryption == NM_COVERAGE_NONE)
		result->encryption = NM_COVERAGE_PARTIAL;
	if (!covered && (outside || embedded_signed)) {
		result->reasons |= NM_REASON_BIT(NM_REASON_NOT_COVERED);
		covered = true;
	}
	/* A part read on its own says nothing of the mail's sender. */
	if (covered && r->options.part != NULL)
		result->reasons |= NM_REASON_BIT(NM_REASON_NOT_COVERED);
	if (covered)
		result->reasons |= doubtful_fields(r);
	result->signature =
	    covered ? nm_reasons_status(result->reasons) : NM_STATUS_NONE;
}
