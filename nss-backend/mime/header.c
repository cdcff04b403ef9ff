/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>

#include "mime/ascii.h"

#define FOLD_COLUMN 78	/* RFC 5322 section 2.1.1: should */
#define MAX_COLUMN  998 /* ... and must */

struct nm_header {
	uint8_t *data; /* what the fields' bytes are lent from */
	char *values;  /* ... and their values */
	struct nm_field *fields;
	size_t count;
	size_t room;
	size_t strays;
	size_t len; /* bytes of `data`, and at most of `values` */
};

/*
 * Past the end of the line at `p`, its line end with it. A CR alone ends a
 * line too: it may not be in a header (RFC 5322 section 2.2), but many readers
 * take it for a line end, and must not find a From field that is not seen
 * here. Several before an LF are what a double conversion leaves.
 */
static const uint8_t *
line_end(const uint8_t *p, const uint8_t *end)
{
	const uint8_t *lf = memchr(p, '\n', (size_t)(end - p)), *cr;

	cr = memchr(p, '\r', (size_t)((lf == NULL ? end : lf) - p));
	if (cr == NULL)
		return lf == NULL ? end : lf + 1;
	while (cr < end && *cr == '\r')
		cr++;
	return cr < end && *cr == '\n' ? cr + 1 : cr;
}

/*
 * The length of the field name at the start of a line, 0 if it is no field;
 * *colon is where the value's colon is. White space before the colon is
 * obsolete syntax (RFC 5322 section 4.5).
 */
static size_t
name_length(const uint8_t *line, const uint8_t *end, const uint8_t **colon)
{
	const uint8_t *p = line;
	size_t len;

	while (p < end && nm_is_graph(*p) && *p != ':')
		p++;
	len = (size_t)(p - line);
	while (p < end && nm_is_wsp(*p))
		p++;
	*colon = p;
	return p < end && *p == ':' ? len : 0;
}

static bool
is_envelope_line(const uint8_t *line, const uint8_t *end)
{
	const uint8_t *colon;

	return end - line >= 5 && memcmp(line, "From ", 5) == 0 &&
	    name_length(line, end, &colon) == 0;
}

static enum nm_error
add_field(struct nm_header *h, const uint8_t *line, size_t name_len,
    struct nm_fault *fault)
{
	struct nm_field *fields;
	size_t room;

	if (h->count == NM_MAX_HEADER_FIELDS)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A header has more than %d fields", NM_MAX_HEADER_FIELDS);
	if (h->count == h->room) {
		room = h->room == 0 ? 32 : h->room * 2;
		fields = realloc(h->fields, room * sizeof(*fields));
		if (fields == NULL)
			return nm_fail(fault, NM_ERR_INTERNAL,
			    "There is not enough memory for a header");
		h->fields = fields;
		h->room = room;
	}
	h->fields[h->count++] = (struct nm_field){
		.name = { line, name_len },
		.raw = { line, 0 },
	};
	return NM_OK;
}

/* Writes the unfolded value of `f` at `out`; returns past its NUL. */
static char *
unfold(struct nm_field *f, char *out)
{
	const uint8_t *p = f->name.data, *end = f->raw.data + f->raw.len;
	char *start = out;

	(void)name_length(p, end, &p);
	for (p++; p < end; p++) {
		if (*p == '\n' || *p == '\r' || (out == start && nm_is_wsp(*p)))
			continue;
		*out++ = (char)*p;
	}
	while (out > start && nm_is_wsp((uint8_t)out[-1]))
		out--;
	*out++ = '\0';
	f->value = start;
	return out;
}

static enum nm_error
split(struct nm_header *h, size_t len, struct nm_fault *fault)
{
	const uint8_t *p = h->data, *end = h->data + len, *next, *colon;
	bool in_field = false;
	enum nm_error err;
	size_t name_len;

	/* some programs begin a file with the mark of UTF-8 */
	if (len >= 3 && memcmp(p, NM_BYTE_ORDER_MARK, 3) == 0)
		p += 3;
	if (is_envelope_line(p, line_end(p, end)))
		p = line_end(p, end);
	for (; p < end; p = next) {
		next = line_end(p, end);
		if (nm_is_wsp(*p)) {
			/* a continuation; what follows a stray is stray */
			if (in_field)
				h->fields[h->count - 1].raw.len +=
				    (size_t)(next - p);
			else
				h->strays++;
			continue;
		}
		name_len = name_length(p, next, &colon);
		in_field = name_len != 0;
		if (!in_field) {
			h->strays++;
			continue;
		}
		if ((err = add_field(h, p, name_len, fault)) != NM_OK)
			return err;
		h->fields[h->count - 1].raw.len = (size_t)(next - p);
	}
	return NM_OK;
}

enum nm_error
nm_header_parse(const uint8_t *data, size_t len, struct nm_header **out,
    struct nm_fault *fault)
{
	struct nm_header *h = NULL;
	enum nm_error err;
	char *value;

	*out = NULL;
	if (len > NM_MAX_HEADER_BLOCK)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A header is longer than %u bytes", NM_MAX_HEADER_BLOCK);
	if (len != 0 && memchr(data, 0, len) != NULL)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A header has a NUL byte in it");
	h = calloc(1, sizeof(*h));
	/* A value with its NUL is shorter than its field, which has a name
	 * and a colon: `len` bytes are enough for all of them. */
	if (h == NULL || (h->data = malloc(len + 1)) == NULL ||
	    (h->values = malloc(len + 1)) == NULL) {
		err = nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a header");
		goto out;
	}
	if (len != 0)
		memcpy(h->data, data, len);
	h->len = len;
	if ((err = split(h, len, fault)) != NM_OK)
		goto out;
	value = h->values;
	for (size_t i = 0; i < h->count; i++)
		value = unfold(&h->fields[i], value);
	*out = h;
	h = NULL;
out:
	nm_header_free(&h);
	return err;
}

void
nm_header_free(struct nm_header **h)
{
	if (*h == NULL)
		return;
	/* a header of a part tells what was encrypted */
	nm_wipe((*h)->data, (*h)->len);
	nm_wipe((*h)->values, (*h)->len);
	free((*h)->data);
	free((*h)->values);
	free((*h)->fields);
	free(*h);
	*h = NULL;
}

size_t
nm_header_count(const struct nm_header *h)
{
	return h->count;
}

const struct nm_field *
nm_header_at(const struct nm_header *h, size_t i)
{
	return i < h->count ? &h->fields[i] : NULL;
}

bool
nm_field_is(const struct nm_field *f, const char *name)
{
	return nm_is_word(f->name.data, f->name.len, name);
}

const struct nm_field *
nm_header_find(const struct nm_header *h, const char *name, size_t nth)
{
	for (size_t i = 0; i < h->count; i++) {
		if (nm_field_is(&h->fields[i], name) && nth-- == 0)
			return &h->fields[i];
	}
	return NULL;
}

size_t
nm_header_strays(const struct nm_header *h)
{
	return h->strays;
}

static bool
is_blank(char c)
{
	/* a line end in a value would begin a field of its own */
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void
nm_field_write(struct nm_buffer *out, const char *name, const char *value)
{
	size_t column = strlen(name) + 1, blank, word;
	bool first = true;

	nm_buffer_string(out, name);
	nm_buffer_byte(out, ':');
	while (is_blank(*value))
		value++;
	/* A fold goes before white space that a word follows: no line is of
	 * white space alone (RFC 5322 section 3.2.2). */
	while (*value != '\0') {
		for (blank = 0; is_blank(value[blank]); blank++)
			;
		for (word = 0; value[blank + word] != '\0' &&
		     !is_blank(value[blank + word]);
		     word++)
			;
		if (word == 0)
			break;
		if (first)
			blank = 1;
		if (column + blank + word >
		    (first ? MAX_COLUMN : FOLD_COLUMN)) {
			nm_buffer_string(out, "\r\n");
			column = 0;
		}
		for (size_t i = 0; i < blank; i++)
			nm_buffer_byte(
			    out, !first && value[i] == '\t' ? '\t' : ' ');
		if (!first)
			value += blank;
		nm_buffer_append(out, value, word);
		value += word;
		column += blank + word;
		first = false;
	}
	nm_buffer_string(out, "\r\n");
}
