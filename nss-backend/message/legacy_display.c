/* SPDX-License-Identifier: MPL-2.0 */
#include "legacy_display.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "chain.h"
#include "content_type.h"
#include "header_field.h"
#include "mime/multipart.h"

/* What all nodes of one walk share. */
struct walk {
	const char *lines; /* NULL: elements are left out */
	bool ascii;	   /* all of them */
	struct nm_stage *next;
	struct nm_stage *outlet; /* into next, without its finish */
	struct nm_fault *fault;
};

/* One entity of the tree. `body`: it shows the text of the message, or holds
 * what does (RFC 9787 section 7.1); where elements are left out, it may have
 * one. */
struct node {
	struct walk *walk;
	unsigned depth;
	bool body;
	bool alternative; /* all that is inside shows the text */
};

struct root {
	struct nm_stage stage;
	struct walk walk;
	struct nm_stage *node;
};

static struct nm_stage *node_new(struct walk *w, unsigned depth, bool body);

/* ---- a part that gets the element ---- */

static const char *
charset_of(const struct nm_value *type)
{
	const char *charset = nm_value_parameter(type, "charset");

	return charset == NULL ? "us-ascii" : charset;
}

/* Whether a part is text of which the start can be told and changed. */
static bool
is_text(const struct nm_header *header, const struct nm_value *type)
{
	return (strcmp(type->type, "text/plain") == 0 ||
		   strcmp(type->type, "text/html") == 0) &&
	    nm_header_coding(header) != NM_CODING_UNKNOWN &&
	    nm_charset_holds_ascii(charset_of(type));
}

/* Whether lines are to be added to a text, or left out. */
static bool
is_meant(const struct walk *w, const struct nm_header *header,
    const struct nm_value *type)
{
	const struct nm_field *f =
	    nm_header_find(header, "Content-Disposition", 0);
	struct nm_value disposition;
	bool attached;

	if (w->lines == NULL) /* RFC 9788 section 4.5.3.1 */
		return nm_value_says(type, "hp-legacy-display", "1");
	if (f == NULL)
		return true;
	if (nm_value_parse(f->value, &disposition) != NM_OK)
		return false;
	attached = strcmp(disposition.type, "inline") != 0;
	nm_value_clear(&disposition);
	return !attached;
}

/* The header with hp-legacy-display=1 (RFC 9788 section 2.1.2), or without. */
static enum nm_error
write_header(
    struct walk *w, const struct nm_header *header, const char *charset)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	enum nm_error error;

	for (size_t i = 0; i < nm_header_count(header); i++) {
		const struct nm_field *f = nm_header_at(header, i);

		if (!nm_field_is(f, "Content-Type"))
			nm_buffer_append(&out, f->raw.data, f->raw.len);
	}
	error = nm_content_type_write(&out, header,
	    w->lines == NULL ? NULL : "hp-legacy-display", "1", charset);
	nm_buffer_string(&out, "\r\n");
	if (error == NM_OK)
		error = nm_buffer_failed(&out)
		    ? NM_ERR_INTERNAL
		    : nm_stage_write(w->next, out.data, out.len);
	nm_buffer_reset(&out);
	return error;
}

/* Out of the coding, and into it again: lines cannot be put before base64, and
 * a tag may be anywhere in quoted-printable. */
static struct nm_stage *
new_encoder(struct walk *w, enum nm_coding coding)
{
	switch (coding) {
	case NM_CODING_BASE64:
		return nm_base64_encoder_new(w->outlet);
	case NM_CODING_QUOTED_PRINTABLE:
		return nm_quoted_printable_encoder_new(w->outlet);
	default:
		return nm_borrow_new(w->next);
	}
}

/* The text out of its coding, through `middle` (taken over) and into `encoder`
 * (taken over), which it was made for. */
static struct nm_stage *
recoded(
    enum nm_coding coding, struct nm_stage *middle, struct nm_stage *encoder)
{
	struct nm_stage *stages[4] = { NULL, NULL, middle, encoder };

	/* The line ends of what was quoted-printable are the mail's own. */
	if (middle != NULL)
		stages[1] = coding == NM_CODING_QUOTED_PRINTABLE
		    ? nm_canonical_new(middle)
		    : nm_decoder_new(NM_CODING_BINARY, middle);
	if (stages[1] != NULL)
		stages[0] = nm_decoder_new(coding, stages[1]);
	return nm_chain_new(stages, 4);
}

static enum nm_error
omit_body(struct walk *w, const struct nm_header *header,
    const struct nm_value *type, struct nm_stage **body)
{
	enum nm_coding coding = nm_header_coding(header);
	enum nm_error error = write_header(w, header, NULL);
	struct nm_stage *encoder;

	if (error != NM_OK)
		return error;
	if ((encoder = new_encoder(w, coding)) == NULL)
		return NM_ERR_INTERNAL;
	*body = recoded(coding,
	    strcmp(type->type, "text/html") == 0
		? nm_html_omit_new(encoder)
		: nm_legacy_plain_omit_new(encoder),
	    encoder);
	return *body == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
text_body(struct walk *w, const struct nm_header *header,
    const struct nm_value *type, struct nm_stage **body)
{
	const char *charset = charset_of(type), *other = NULL;
	enum nm_coding coding = nm_header_coding(header);
	bool html = strcmp(type->type, "text/html") == 0;
	struct nm_buffer element = NM_BUFFER_INIT;
	struct nm_stage *encoder;
	enum nm_error error = NM_OK;

	/* UTF-8 is ASCII as long as there is nothing else. */
	if (!html && !w->ascii && strcasecmp(charset, "us-ascii") == 0)
		charset = other = "utf-8";
	if (html)
		nm_legacy_html(w->lines, &element);
	else
		error = nm_legacy_plain(w->lines, charset, &element);
	if (error == NM_OK)
		error = write_header(w, header, other);
	if (error != NM_OK)
		goto out;
	error = NM_ERR_INTERNAL;
	if (nm_buffer_failed(&element) ||
	    (encoder = new_encoder(w, coding)) == NULL)
		goto out;
	*body = recoded(coding,
	    html ? nm_html_body_new(nm_buffer_bytes(&element), encoder)
		 : nm_decoder_new(NM_CODING_BINARY, encoder),
	    encoder);
	if (*body == NULL)
		goto out;
	error =
	    html ? NM_OK : nm_stage_write(encoder, element.data, element.len);
out:
	nm_buffer_reset(&element);
	return error;
}

/* ---- the walk ---- */

static enum nm_error
on_part(void *arg, unsigned index, struct nm_stage **part)
{
	struct node *n = arg;

	/* RFC 9788 section 5.2.4; any part may have one (section 4.5.3.1) */
	*part = node_new(n->walk, n->depth + 1,
	    n->alternative || index == 1 || n->walk->lines == NULL);
	return *part == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
on_outside(void *arg, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct node *)arg)->walk->next, data, len);
}

/* The boundary of a multipart whose first part is a body; NULL: it is none.
 * What is signed by itself is not touched. */
static const char *
boundary_of(const struct nm_value *type)
{
	if (strncmp(type->type, "multipart/", 10) != 0 ||
	    strcmp(type->type, "multipart/signed") == 0 ||
	    strcmp(type->type, "multipart/encrypted") == 0 ||
	    strcmp(type->type, "multipart/digest") == 0)
		return NULL;
	return nm_value_parameter(type, "boundary");
}

static enum nm_error
node_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	static const struct nm_multipart_handler handler = { .part = on_part };
	struct node *n = arg;
	const char *boundary = NULL;
	struct nm_value type;
	enum nm_error error;

	(void)keep;
	*body = NULL;
	if (n->depth > NM_MAX_NESTING)
		return nm_fail(n->walk->fault, NM_ERR_MALFORMED_MESSAGE,
		    "MIME parts are nested deeper than %u", NM_MAX_NESTING);
	if ((error = nm_header_content_type(header, &type)) != NM_OK)
		return error;
	if (n->body && is_text(header, &type) &&
	    is_meant(n->walk, header, &type)) {
		error = n->walk->lines == NULL
		    ? omit_body(n->walk, header, &type, body)
		    : text_body(n->walk, header, &type, body);
		goto out;
	}
	error = nm_stage_write(n->walk->next, raw.data, raw.len);
	if (error != NM_OK)
		goto out;
	if (n->body && (boundary = boundary_of(&type)) != NULL) {
		n->alternative =
		    strcmp(type.type, "multipart/alternative") == 0;
		/* what cannot be divided is read as it is */
		*body = nm_multipart_new(boundary, &handler, n,
		    n->walk->lines == NULL ? NULL : n->walk->fault);
		if (*body != NULL)
			nm_multipart_set_outside(*body, on_outside);
	}
	if (*body == NULL && (boundary == NULL || n->walk->lines == NULL))
		*body = nm_borrow_new(n->walk->next);
	if (*body == NULL)
		error = NM_ERR_INTERNAL;
out:
	nm_value_clear(&type);
	return error;
}

static struct nm_stage *
node_new(struct walk *w, unsigned depth, bool body)
{
	static const struct nm_entity_handler handler = { node_header, free };
	struct node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->walk = w;
	n->depth = depth;
	n->body = body;
	return nm_entity_new(&handler, n, w->fault);
}

/* ---- the whole ---- */

static enum nm_error
root_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct root *)s)->node, data, len);
}

static enum nm_error
root_finish(struct nm_stage *s)
{
	struct root *r = (struct root *)s;
	enum nm_error error;

	if ((error = nm_stage_finish(r->node)) != NM_OK)
		return error;
	return nm_stage_finish(r->walk.next);
}

static void
root_free(struct nm_stage *s)
{
	struct root *r = (struct root *)s;

	nm_stage_free(&r->node);
	nm_stage_free(&r->walk.outlet);
	free(r);
}

static struct nm_stage *
root_new(const char *lines, struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { root_write, root_finish,
		root_free };
	struct root *r = calloc(1, sizeof(*r));
	struct nm_stage *s;

	if (r == NULL)
		return NULL;
	s = &r->stage;
	r->stage.ops = &ops;
	r->walk.lines = lines;
	r->walk.ascii = true;
	for (const char *p = lines; p != NULL && *p != '\0'; p++)
		r->walk.ascii &= (uint8_t)*p < 0x80;
	r->walk.next = next;
	r->walk.fault = fault;
	if ((r->walk.outlet = nm_borrow_new(next)) == NULL ||
	    (r->node = node_new(&r->walk, 0, true)) == NULL)
		nm_stage_free(&s);
	return s;
}

struct nm_stage *
nm_legacy_display_new(
    const char *lines, struct nm_stage *next, struct nm_fault *fault)
{
	return root_new(lines, next, fault);
}

struct nm_stage *
nm_legacy_omit_new(struct nm_stage *next, struct nm_fault *fault)
{
	return root_new(NULL, next, fault);
}
