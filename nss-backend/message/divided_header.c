/* SPDX-License-Identifier: MPL-2.0 */
#include "divided_header.h"

#include <stdlib.h>
#include <string.h>

#include "content_type.h"
#include "header_confidentiality.h"
#include "header_field.h"
#include "mime/seven_bit.h"

static bool
is_eol(uint8_t c)
{
	return c == '\r' || c == '\n';
}

/* Headers come with whatever line ends they were stored with: one or more of
 * CR and LF are one. */
static void
append_field(struct nm_buffer *out, const struct nm_field *f)
{
	const uint8_t *p = f->raw.data;
	size_t len = f->raw.len;

	for (size_t i = 0; i < len; i++) {
		if (!is_eol(p[i]))
			nm_buffer_byte(out, p[i]);
		else if (i + 1 == len || !is_eol(p[i + 1]))
			nm_buffer_string(out, "\r\n");
	}
	if (len == 0 || !is_eol(p[len - 1]))
		nm_buffer_string(out, "\r\n");
}

/* Those that go nowhere (RFC 5322 3.6.3, 3.6.6). */
static bool
is_secret(const struct nm_field *f)
{
	return nm_field_is(f, "Bcc") || nm_field_is(f, "Resent-Bcc");
}

/* Fields of the message itself: an HP-Outer is of another message. */
static bool
is_own(const struct nm_field *f)
{
	return !nm_field_is_structural(f) && !is_secret(f) &&
	    !nm_field_is(f, NM_HP_OUTER);
}

/* ---- without header protection ---- */

static void
divide_plainly(const struct nm_header *header, struct nm_divided_header *d)
{
	for (size_t i = 0; i < nm_header_count(header); i++) {
		const struct nm_field *f = nm_header_at(header, i);

		if (!nm_field_is_structural(f)) {
			if (!is_secret(f))
				append_field(&d->outer, f);
		} else if (!nm_field_is(f, "MIME-Version")) {
			append_field(&d->inner, f);
		}
	}
	if (nm_header_find(header, "Content-Type", 0) == NULL)
		nm_buffer_string(
		    &d->inner, "Content-Type: text/plain; charset=utf-8\r\n");
}

/* ---- with it ---- */

/* Appends one field in ASCII, so that both copies are the same bytes. Where
 * it cannot be (a local part, RFC 6532) it stays as it is: the outer copy goes
 * as SMTPUTF8 in any case. */
static enum nm_error
append_clean(struct nm_buffer *out, const struct nm_field *f)
{
	struct nm_buffer raw = NM_BUFFER_INIT, clean = NM_BUFFER_INIT;
	struct nm_header *single = NULL;
	enum nm_error error;

	append_field(&raw, f);
	error = nm_buffer_failed(&raw)
	    ? NM_ERR_INTERNAL
	    : nm_header_parse(raw.data, raw.len, &single, NULL);
	if (error != NM_OK)
		goto out;
	error = nm_ascii_header_write(
	    &clean, single, nm_buffer_bytes(&raw), NULL, NULL);
	if (error == NM_OK) {
		nm_buffer_append(out, clean.data, clean.len);
	} else if (error == NM_ERR_MALFORMED_MESSAGE) {
		nm_buffer_append(out, raw.data, raw.len);
		error = NM_OK;
	}
out:
	nm_header_free(&single);
	nm_buffer_reset(&raw);
	nm_buffer_reset(&clean);
	return error;
}

static enum nm_error
clean_header(const struct nm_header *header, struct nm_header **out,
    struct nm_fault *fault)
{
	struct nm_buffer block = NM_BUFFER_INIT;
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < nm_header_count(header); i++) {
		if (is_own(nm_header_at(header, i)))
			error = append_clean(&block, nm_header_at(header, i));
	}
	if (error == NM_OK && nm_buffer_failed(&block))
		error = NM_ERR_INTERNAL;
	if (error == NM_OK)
		error = nm_header_parse(block.data, block.len, out, fault);
	nm_buffer_reset(&block);
	return error;
}

static void
write_field(struct nm_buffer *out, const struct nm_field *f, const char *value)
{
	char *name = strndup((const char *)f->name.data, f->name.len);

	if (name == NULL)
		out->failed = true;
	else
		nm_field_write(out, name, value);
	free(name);
}

/* RFC 9788 section 2.2.1. */
static void
write_hp_outer(
    struct nm_buffer *out, const struct nm_field *f, const char *value)
{
	struct nm_buffer line = NM_BUFFER_INIT;
	char *text;

	nm_buffer_append(&line, f->name.data, f->name.len);
	nm_buffer_format(&line, ": %s", value);
	if ((text = nm_buffer_take_string(&line)) == NULL)
		out->failed = true;
	else
		nm_field_write(out, NM_HP_OUTER, text);
	free(text);
}

/* What an older reader is to see all the same (RFC 9788 section 5.2.2). */
static void
write_shown(struct nm_buffer *out, const struct nm_field *f)
{
	char *text = nm_text_decode(f->value);

	if (text == NULL) {
		out->failed = true;
		return;
	}
	nm_buffer_append(out, f->name.data, f->name.len);
	nm_buffer_format(out, ": %s\n", text);
	free(text);
}

static enum nm_error
hide_field(const struct nm_protect_options *options, const struct nm_field *f,
    struct nm_divided_header *d, struct nm_buffer *listed)
{
	enum nm_confidentiality what;
	char *value;
	enum nm_error error;

	error = nm_header_confidentiality(options, f, &what, &value);
	if (error != NM_OK)
		return error;
	switch (what) {
	case NM_FIELD_SHOWN:
		nm_buffer_append(&d->outer, f->raw.data, f->raw.len);
		write_hp_outer(listed, f, f->value);
		break;
	case NM_FIELD_OBSCURED:
		write_field(&d->outer, f, value);
		write_hp_outer(listed, f, value);
		write_shown(&d->shown, f);
		break;
	case NM_FIELD_REMOVED:
		write_shown(&d->shown, f);
		break;
	}
	free(value);
	return NM_OK;
}

/* The payload's own fields: it is a whole message for who saves it. */
static enum nm_error
describe_payload(
    const struct nm_header *header, bool encrypted, struct nm_divided_header *d)
{
	nm_buffer_string(&d->inner, "MIME-Version: 1.0\r\n");
	for (size_t i = 0; i < nm_header_count(header); i++) {
		const struct nm_field *f = nm_header_at(header, i);

		if (nm_field_is_structural(f) &&
		    !nm_field_is(f, "MIME-Version") &&
		    !nm_field_is(f, "Content-Type"))
			append_field(&d->inner, f);
	}
	return nm_content_type_write(&d->inner, header, "hp",
	    encrypted ? "cipher" : "clear",
	    nm_header_find(header, "Content-Type", 0) == NULL ? "utf-8" : NULL);
}

/* A header that holds each field twice must still be one that is read. */
static enum nm_error
check_bounds(
    const struct nm_divided_header *d, size_t fields, struct nm_fault *fault)
{
	size_t bytes = d->carried.len + d->inner.len;

	if (bytes > NM_MAX_HEADER_BLOCK)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "With header protection the header is longer than %u bytes",
		    NM_MAX_HEADER_BLOCK);
	if (fields > NM_MAX_HEADER_FIELDS)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "With header protection the header has more than %u fields",
		    NM_MAX_HEADER_FIELDS);
	return NM_OK;
}

static enum nm_error
divide_protected(const struct nm_protect_options *options,
    const struct nm_header *header, struct nm_divided_header *d,
    struct nm_fault *fault)
{
	struct nm_buffer listed = NM_BUFFER_INIT;
	struct nm_header *clean = NULL;
	enum nm_error error;

	if ((error = clean_header(header, &clean, fault)) != NM_OK)
		return error;
	for (size_t i = 0; error == NM_OK && i < nm_header_count(clean); i++) {
		const struct nm_field *f = nm_header_at(clean, i);

		nm_buffer_append(&d->carried, f->raw.data, f->raw.len);
		if (options->encrypt)
			error = hide_field(options, f, d, &listed);
		else
			nm_buffer_append(&d->outer, f->raw.data, f->raw.len);
	}
	nm_buffer_append(&d->carried, listed.data, listed.len);
	if (nm_buffer_failed(&listed))
		error = NM_ERR_INTERNAL;
	if (error == NM_OK)
		error = describe_payload(header, options->encrypt, d);
	if (error == NM_OK)
		error = check_bounds(d,
		    nm_header_count(header) + nm_header_count(clean) + 2,
		    fault);
	nm_header_free(&clean);
	nm_buffer_reset(&listed);
	return error;
}

enum nm_error
nm_header_divide(const struct nm_protect_options *options,
    const struct nm_header *header, struct nm_divided_header *out,
    struct nm_fault *fault)
{
	enum nm_error error = NM_OK;

	if (options->policy == NM_POLICY_NO_PROTECTION)
		divide_plainly(header, out);
	else
		error = divide_protected(options, header, out, fault);
	nm_buffer_string(&out->outer, "MIME-Version: 1.0\r\n");
	nm_buffer_string(&out->inner, "\r\n");
	if (error == NM_OK &&
	    (nm_buffer_failed(&out->outer) || nm_buffer_failed(&out->carried) ||
		nm_buffer_failed(&out->inner) || nm_buffer_failed(&out->shown)))
		error = NM_ERR_INTERNAL;
	return error;
}

void
nm_divided_header_reset(struct nm_divided_header *d)
{
	nm_buffer_reset(&d->outer);
	nm_buffer_reset(&d->carried);
	nm_buffer_reset(&d->inner);
	nm_buffer_reset(&d->shown);
}
