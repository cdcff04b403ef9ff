/* SPDX-License-Identifier: MPL-2.0 */
/* Parts that show protected header fields to readers that do not know them. */
#include <stdlib.h>
#include <string.h>

#include "header_field.h"
#include "reading.h"

/* More than a mail has ways to show its text. */
#define MAX_LEGACY 100

static enum nm_error
keep(struct nm_read_result *result, const char *part,
    enum nm_legacy_display what)
{
	struct nm_read_legacy *all;

	if (result->legacy_count == MAX_LEGACY)
		return NM_OK;
	all = reallocarray(
	    result->legacy, result->legacy_count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	result->legacy = all;
	if ((all[result->legacy_count].part = strdup(part)) == NULL)
		return NM_ERR_INTERNAL;
	all[result->legacy_count++].what = what;
	return NM_OK;
}

/*
 * RFC 9788 section 4.5.3.1: under an encryption alone, and only where the
 * fields themselves are shown. Else something would be hidden that is nowhere
 * else. Below a layer that a part has of its own nothing is repeated.
 */
static bool
repeats(const struct nm_reading *r)
{
	return r->result.cipher && nm_reading_is_encrypted(r) &&
	    (!r->part_seen || r->result.layer_count == r->part_layer);
}

bool
nm_reading_omits(const struct nm_reading *r)
{
	return r->options.omit_legacy &&
	    r->result.scheme == NM_SCHEME_RFC9788 && repeats(r);
}

enum nm_error
nm_reading_note_part(struct nm_reading *r, const char *part, bool root,
    const struct nm_value *type)
{
	struct nm_read_result *result = &r->result;
	bool plain = strcmp(type->type, "text/plain") == 0;

	if (!repeats(r))
		return NM_OK;
	switch (result->scheme) {
	case NM_SCHEME_RFC9788:
		if (!nm_value_says(type, "hp-legacy-display", "1"))
			return NM_OK;
		if (plain)
			return keep(result, part, NM_LEGACY_LINES);
		if (strcmp(type->type, "text/html") == 0)
			return keep(result, part, NM_LEGACY_ELEMENT);
		return NM_OK;
	case NM_SCHEME_DRAFT:
		/* The first part of all; the root has the parameter, too. */
		if (!root && strcmp(part, "1") == 0 &&
		    nm_value_says(type, "protected-headers", "v1") &&
		    (plain || strcmp(type->type, "text/rfc822-headers") == 0))
			return keep(result, part, NM_LEGACY_PART);
		return NM_OK;
	case NM_SCHEME_NONE:
	case NM_SCHEME_RFC8551:
		return NM_OK;
	}
	return NM_OK;
}
