/* SPDX-License-Identifier: MPL-2.0 */
/*
 * RFC 8551 section 3.1: a payload that is a message/rfc822, whose header is the
 * protected one (RFC 9788 section 4.10).
 */
#include <stdlib.h>
#include <string.h>

#include "header_field.h"
#include "protected_header.h"
#include "smime_type.h"

struct wrapped {
	struct nm_reading *reading;
	bool said; /* that it is no forwarded message */
};

/*
 * RFC 9788 section 4.10.1. A message that someone else wrote, and that is all
 * that is sent on, has the same form: without a word of its sender it is taken
 * for a protected header only where both name the same person.
 */
static enum nm_error
judge_wrapped(const struct wrapped *w, const struct nm_header *inside,
    const struct nm_value *type, bool *is)
{
	struct nm_sender sender;
	enum nm_error error;

	*is = false;
	if (nm_smime_type_of(inside, type) != NM_SMIME_NOT ||
	    strcmp(type->type, "multipart/signed") == 0 ||
	    strcmp(type->type, "multipart/encrypted") == 0 ||
	    nm_value_parameter(type, "hp") != NULL)
		return NM_OK;
	if ((error = nm_sender_find(inside, NULL, &sender)) != NM_OK)
		return error;
	*is = w->said || nm_sender_same(&sender, &w->reading->sender);
	nm_sender_clear(&sender);
	return NM_OK;
}

static enum nm_error
wrapped_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	const struct wrapped *w = arg;
	struct nm_value type;
	enum nm_error error;
	bool is;

	(void)keep;
	(void)raw;
	(void)body;
	if ((error = nm_header_content_type(header, &type)) != NM_OK)
		return error;
	error = judge_wrapped(w, header, &type, &is);
	nm_value_clear(&type);
	if (error != NM_OK || !is)
		return error;
	return nm_reading_take_inside(w->reading, header, NM_SCHEME_RFC8551,
	    nm_reading_is_encrypted(w->reading));
}

static struct nm_stage *
wrapped_new(struct nm_reading *r, bool said)
{
	static const struct nm_entity_handler handler = { wrapped_header,
		free };
	struct wrapped *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->reading = r;
	w->said = said;
	return nm_entity_new(&handler, w, r->fault);
}

enum nm_error
nm_reading_take_message(struct nm_reading *r, const struct nm_header *h,
    const struct nm_value *type, struct nm_stage **tap)
{
	enum nm_coding coding = nm_header_coding(h);
	/* The drafts' words for a message that only carries its header. */
	bool said = nm_value_says(type, "forwarded", "no") ||
	    nm_value_says(type, "protected-headers", "wrapped");

	if (nm_value_says(type, "forwarded", "yes") ||
	    nm_value_parameter(type, "hp") != NULL ||
	    coding == NM_CODING_BASE64 || coding == NM_CODING_QUOTED_PRINTABLE)
		return NM_OK;
	*tap = wrapped_new(r, said);
	return *tap == NULL ? NM_ERR_INTERNAL : NM_OK;
}
