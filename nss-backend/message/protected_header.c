/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The header fields that a reader is shown: those of the Cryptographic Payload
 * where it protects them (RFC 9788 section 4), else those outside.
 */
#include <stdlib.h>
#include <string.h>

#include "header_field.h"
#include "protected_header.h"

/* Where a message's fields are looked for. */
struct sides {
	const struct nm_header *inside, *outside; /* NULL: there is none */
	bool whole; /* inside are all fields that the sender had */
};

/*
 * The field to show. What is only outside is not shown beside protected ones
 * (RFC 9788 section 4), but for what a message cannot do without or what a
 * submission server adds (section 7, RFC 6409 section 8).
 */
static const struct nm_field *
choose(const struct sides *s, const char *name, enum nm_header_source *source)
{
	static const char *const kept[] = { "From", "Date", "Message-ID",
		NULL };
	const struct nm_field *f = NULL;

	*source = NM_SOURCE_PROTECTED;
	if (s->inside != NULL &&
	    (f = nm_header_find(s->inside, name, 0)) != NULL)
		return f;
	*source = NM_SOURCE_OUTER;
	if (s->outside != NULL &&
	    (f = nm_header_find(s->outside, name, 0)) != NULL &&
	    s->inside != NULL && s->whole && !nm_field_is_any(f, kept))
		return NULL;
	return f;
}

static enum nm_error
show_mailboxes(const struct sides *s, const char *name,
    struct nm_mailboxes *out, enum nm_header_source *source)
{
	const struct nm_field *f = choose(s, name, source);

	nm_mailboxes_clear(out);
	return f == NULL ? NM_OK : nm_mailboxes_parse(f->value, out);
}

static enum nm_error
show_text(const struct sides *s, const char *name, char **out,
    enum nm_header_source *source)
{
	const struct nm_field *f = choose(s, name, source);

	free(*out);
	*out = f == NULL ? NULL : nm_text_decode(f->value);
	return f != NULL && *out == NULL ? NM_ERR_INTERNAL : NM_OK;
}

/* What a reply needs beside the fields above. */
static enum nm_error
show_others(struct nm_read_result *result, const struct sides *s)
{
	static const char *const names[] = { "message-id", "in-reply-to",
		"references", "reply-to", "sender", "mail-followup-to",
		"mail-reply-to", "comments", "keywords" };
	const size_t count = sizeof(names) / sizeof(names[0]);
	enum nm_error error = NM_OK;

	nm_read_fields_clear(result);
	result->fields = calloc(count, sizeof(*result->fields));
	if (result->fields == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; error == NM_OK && i < count; i++) {
		struct nm_read_field *f = &result->fields[result->field_count];

		error = show_text(s, names[i], &f->value, &f->source);
		if (f->value == NULL)
			continue;
		result->field_count++;
		if ((f->name = strdup(names[i])) == NULL)
			error = NM_ERR_INTERNAL;
	}
	return error;
}

static enum nm_error
show(struct nm_reading *r, const struct sides *s)
{
	struct nm_read_result *result = &r->result;
	enum nm_header_source source;
	const struct nm_field *date;
	enum nm_error error;

	if ((error = show_mailboxes(
		 s, "From", &result->from, &result->from_source)) != NM_OK ||
	    (error = show_mailboxes(
		 s, "To", &result->to, &result->to_source)) != NM_OK ||
	    (error = show_mailboxes(
		 s, "Cc", &result->cc, &result->cc_source)) != NM_OK ||
	    (error = show_text(s, "Subject", &result->subject,
		 &result->subject_source)) != NM_OK)
		return error;
	/* Without a field the date of the context stays. */
	if ((date = choose(s, "Date", &source)) != NULL) {
		result->has_date =
		    nm_date_parse_mail(date->value, &result->date);
		result->date_source = source;
	}
	return show_others(result, s);
}

enum nm_error
nm_reading_take_outside(struct nm_reading *r, struct nm_header *h, bool *keep)
{
	const struct sides sides = { NULL, h, false };
	enum nm_error error;

	r->header_seen = true;
	if (r->options.kind != NM_CONTENT_MESSAGE)
		return NM_OK;
	r->outside = h;
	*keep = true;
	if ((error = show(r, &sides)) != NM_OK)
		return error;
	return nm_sender_find(h, NULL, &r->sender);
}

/* ---- the payload ---- */

bool
nm_reading_is_encrypted(const struct nm_reading *r)
{
	for (size_t i = 0; i < r->result.layer_count; i++) {
		if (r->result.layers[i].type == NM_LAYER_ENVELOPED ||
		    r->result.layers[i].type == NM_LAYER_AUTH_ENVELOPED)
			return true;
	}
	return false;
}

/* Whether there is a Cryptographic Envelope: a compression protects nothing. */
static bool
has_envelope(const struct nm_reading *r)
{
	for (size_t i = 0; i < r->result.layer_count; i++) {
		if (r->result.layers[i].type != NM_LAYER_COMPRESSED)
			return true;
	}
	return false;
}

static const char *
outer_from(const struct nm_reading *r)
{
	const struct nm_field *f;

	if (r->options.kind != NM_CONTENT_MESSAGE)
		return r->options.context_from;
	f = r->outside == NULL ? NULL : nm_header_find(r->outside, "From", 0);
	return f == NULL ? NULL : f->value;
}

bool
nm_sender_same(const struct nm_sender *a, const struct nm_sender *b)
{
	return a->address != NULL && b->address != NULL &&
	    nm_address_equal(a->address, b->address);
}

/*
 * Signers are held against the protected From: a signature that is not bound
 * to it leaves it as unprotected as the outer one (RFC 9788 section 4.4.1.2).
 * An outer From that is missing or not one stays a reason: other readers show
 * that.
 */
static enum nm_error
take_sender(struct nm_reading *r, const struct nm_header *inside)
{
	struct nm_read_result *result = &r->result;
	const char *outer = outer_from(r);
	struct nm_sender sender;
	enum nm_error error;

	if (nm_header_find(inside, "From", 0) == NULL)
		return NM_OK;
	if ((error = nm_sender_find(inside, NULL, &sender)) != NM_OK)
		return error;
	result->from_differs = !nm_sender_same(&sender, &r->sender) &&
	    (outer != NULL || r->options.kind == NM_CONTENT_MESSAGE);
	if (result->from_differs && outer != NULL)
		error = nm_mailboxes_parse(outer, &result->other_from);
	sender.reasons |= r->sender.reasons &
	    (NM_REASON_BIT(NM_REASON_NO_FROM) |
		NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
	nm_sender_clear(&r->sender);
	r->sender = sender;
	return error;
}

enum nm_error
nm_reading_take_inside(struct nm_reading *r, const struct nm_header *inside,
    enum nm_header_scheme scheme, bool cipher)
{
	const struct sides sides = { inside, r->outside,
		scheme != NM_SCHEME_DRAFT };
	struct nm_read_result *result = &r->result;
	const struct nm_header_difference out = { &result->differing,
		&result->confidential, &result->removed };
	enum nm_outside rule = NM_OUTSIDE_SAME;
	enum nm_error error;

	result->scheme = scheme;
	result->cipher = cipher;
	/* HP-Outer has a meaning under an encryption alone (section 2.2). */
	if (cipher && nm_reading_is_encrypted(r))
		rule = scheme == NM_SCHEME_RFC9788 ? NM_OUTSIDE_LISTED
						   : NM_OUTSIDE_UNKNOWN;
	if ((error = show(r, &sides)) != NM_OK ||
	    (error = nm_header_compare(
		 inside, r->outside, rule, sides.whole, &out)) != NM_OK ||
	    (error = take_sender(r, inside)) != NM_OK)
		return error;
	if (result->from_differs)
		error = nm_names_add(&result->differing,
		    (struct nm_bytes){ (const uint8_t *)"from", 4 });
	if (result->differing.count != 0)
		result->reasons |= NM_REASON_BIT(NM_REASON_HEADERS_DIFFER);
	return error;
}

static bool
has_fields(const struct nm_header *h)
{
	for (size_t i = 0; i < nm_header_count(h); i++) {
		if (!nm_field_is_structural(nm_header_at(h, i)))
			return true;
	}
	return false;
}

enum nm_error
nm_reading_take_payload(struct nm_reading *r, const struct nm_header *h,
    const struct nm_value *type, struct nm_stage **tap)
{
	const char *hp = nm_value_parameter(type, "hp");

	*tap = NULL;
	/* A part that is read alone is no payload, nor is what none signed or
	 * encrypted. */
	if (r->part_seen || !has_envelope(r))
		return NM_OK;
	if (hp != NULL &&
	    (strcmp(hp, "clear") == 0 || strcmp(hp, "cipher") == 0))
		return nm_reading_take_inside(
		    r, h, NM_SCHEME_RFC9788, strcmp(hp, "cipher") == 0);
	if (strcmp(type->type, "message/rfc822") == 0 ||
	    strcmp(type->type, "message/global") == 0)
		return nm_reading_take_message(r, h, type, tap);
	if (nm_value_says(type, "protected-headers", "v1") && has_fields(h))
		return nm_reading_take_inside(
		    r, h, NM_SCHEME_DRAFT, nm_reading_is_encrypted(r));
	return NM_OK;
}

/* ---- the end ---- */

void
nm_reading_settle_from(struct nm_reading *r)
{
	struct nm_read_result *result = &r->result;
	struct nm_mailboxes protected = result->from;

	/* RFC 9788 section 4.4.3: a server may have checked the outer one, and
	 * nothing binds the other one to anybody. */
	if (!result->from_differs || result->signature == NM_STATUS_VALID)
		return;
	result->from = result->other_from;
	result->from_source = NM_SOURCE_OUTER;
	result->other_from = protected;
}

void
nm_read_fields_clear(struct nm_read_result *result)
{
	for (size_t i = 0; i < result->field_count; i++) {
		free(result->fields[i].name);
		free(result->fields[i].value);
	}
	free(result->fields);
	result->fields = NULL;
	result->field_count = 0;
}
