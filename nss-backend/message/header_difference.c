/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What of a message's outside is not as its sender left it, and what he kept
 * from it (RFC 9788 sections 4.2 and 4.3).
 */
#include "header_field.h"

#include <strings.h>

/* Fields that a reader acts on: each must be as it was, and none may be there
 * that was not. Of others, servers add more (RFC 9788 section 7). */
static const char *const meaningful[] = { "From", "To", "Cc", "Subject", "Date",
	"Reply-To", "Sender", "Message-ID", "In-Reply-To", "References",
	"Comments", "Keywords", "Mail-Followup-To", "Mail-Reply-To",
	"Followup-To", NULL };
/* ... but for these, which a submission server may add (RFC 6409 section 8).
 */
static const char *const submitted[] = { "Date", "Message-ID", NULL };

/* Whether a field is one of the sender's that can be compared: not what
 * describes the body, not HP-Outer itself, and not Bcc, which no copy but one
 * has. */
static bool
counts(const struct nm_field *f)
{
	return !nm_field_is_structural(f) && !nm_field_is(f, NM_HP_OUTER) &&
	    !nm_field_is(f, "Bcc");
}

/* The next field with the name of `f`, from *at on; NULL: none. */
static const struct nm_field *
next_like(const struct nm_header *h, const struct nm_field *f, size_t *at)
{
	size_t count = h == NULL ? 0 : nm_header_count(h);

	while (*at < count) {
		const struct nm_field *g = nm_header_at(h, (*at)++);

		if (g->name.len == f->name.len &&
		    strncasecmp((const char *)g->name.data,
			(const char *)f->name.data, f->name.len) == 0)
			return g;
	}
	return NULL;
}

static bool
is_first_like(const struct nm_header *h, size_t i)
{
	size_t at = 0;

	(void)next_like(h, nm_header_at(h, i), &at);
	return at == i + 1;
}

/* The next field of that name, from *at on, that says the same. */
static enum nm_error
find_same(const struct nm_header *h, const struct nm_field *f, bool zone,
    size_t *at, bool *found)
{
	const struct nm_field *g;
	enum nm_error error;

	*found = false;
	while (!*found && (g = next_like(h, f, at)) != NULL) {
		if ((error = nm_field_compare(f, g, zone, found)) != NM_OK)
			return error;
	}
	return NM_OK;
}

/* Whether all fields named as the `i`th of `expected` are found outside in
 * their order; `exactly`: with no other among them. */
static enum nm_error
compare_name(const struct nm_header *expected, size_t i,
    const struct nm_header *outside, bool exactly, bool *same)
{
	const struct nm_field *first = nm_header_at(expected, i), *f, *g;
	size_t at = i, out = 0;
	enum nm_error error = NM_OK;

	*same = true;
	while (error == NM_OK && *same &&
	    (f = next_like(expected, first, &at)) != NULL) {
		if (!exactly) {
			error = find_same(outside, f, false, &out, same);
			continue;
		}
		*same = (g = next_like(outside, first, &out)) != NULL;
		if (*same)
			error = nm_field_compare(f, g, false, same);
	}
	if (exactly && *same && next_like(outside, first, &out) != NULL)
		*same = false;
	return error;
}

static enum nm_error
find_differing(const struct nm_header *expected,
    const struct nm_header *outside, bool whole, struct nm_names *differing)
{
	enum nm_error error = NM_OK;
	const struct nm_field *f;
	bool same;
	size_t at;

	for (size_t i = 0; error == NM_OK && i < nm_header_count(expected);
	     i++) {
		f = nm_header_at(expected, i);
		if (!counts(f) || !is_first_like(expected, i))
			continue;
		error = compare_name(expected, i, outside,
		    nm_field_is_any(f, meaningful), &same);
		if (error == NM_OK && !same)
			error = nm_names_add(differing, f->name);
	}
	for (size_t i = 0;
	     whole && error == NM_OK && i < nm_header_count(outside); i++) {
		f = nm_header_at(outside, i);
		at = 0;
		if (nm_field_is_any(f, meaningful) &&
		    !nm_field_is_any(f, submitted) &&
		    next_like(expected, f, &at) == NULL)
			error = nm_names_add(differing, f->name);
	}
	return error;
}

/* The fields inside that `seen`, what the outside was, does not have. */
static enum nm_error
find_confidential(const struct nm_header *inside, const struct nm_header *seen,
    const struct nm_header_difference *out)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < nm_header_count(inside); i++) {
		const struct nm_field *f = nm_header_at(inside, i), *g;
		size_t at = i, seen_at = 0;
		bool found = true;

		if (!counts(f) || !is_first_like(inside, i))
			continue;
		while (error == NM_OK && found &&
		    (g = next_like(inside, f, &at)) != NULL)
			error = find_same(seen, g, true, &seen_at, &found);
		if (error != NM_OK || found)
			continue;
		seen_at = 0;
		error = nm_names_add(out->confidential, f->name);
		if (error == NM_OK && next_like(seen, f, &seen_at) == NULL)
			error = nm_names_add(out->removed, f->name);
	}
	return error;
}

/* The HP-Outer fields as the header that they list. A value has no line ends:
 * each makes one field, or none. */
static enum nm_error
parse_listed(const struct nm_header *inside, struct nm_header **out)
{
	struct nm_buffer block = NM_BUFFER_INIT;
	const struct nm_field *f;
	enum nm_error error;

	for (size_t n = 0; (f = nm_header_find(inside, NM_HP_OUTER, n)) != NULL;
	     n++) {
		nm_buffer_string(&block, f->value);
		nm_buffer_string(&block, "\r\n");
	}
	error = nm_buffer_failed(&block)
	    ? NM_ERR_INTERNAL
	    : nm_header_parse(block.data, block.len, out, NULL);
	nm_buffer_reset(&block);
	return error;
}

enum nm_error
nm_header_compare(const struct nm_header *inside,
    const struct nm_header *outside, enum nm_outside rule, bool whole,
    const struct nm_header_difference *out)
{
	struct nm_header *listed = NULL;
	enum nm_error error = NM_OK;

	switch (rule) {
	case NM_OUTSIDE_SAME:
		if (outside != NULL)
			error = find_differing(
			    inside, outside, whole, out->differing);
		break;
	case NM_OUTSIDE_LISTED:
		if ((error = parse_listed(inside, &listed)) != NM_OK)
			break;
		error = find_confidential(inside, listed, out);
		if (error == NM_OK && outside != NULL)
			error = find_differing(
			    listed, outside, whole, out->differing);
		break;
	case NM_OUTSIDE_UNKNOWN:
		/* RFC 9788 section 4.10.2: the outside as it came is taken for
		 * what the sender made it. */
		if (outside != NULL)
			error = find_confidential(inside, outside, out);
		break;
	}
	nm_header_free(&listed);
	return error;
}
