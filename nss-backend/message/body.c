/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An entity being read: decides by its header whether it is S/MIME, and so
 * whether it is peeled or put out.
 */
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "legacy_display.h"
#include "pem.h"
#include "reading.h"
#include "smime_type.h"
#include "structure.h"

#include "mime/ascii.h"

/* How much of an entity is looked at to see whether a header begins it. */
#define SNIFF_SIZE 1000

struct body {
	struct nm_stage stage;
	struct nm_reading *reading;
	unsigned depth;
	bool canonical;
	struct nm_buffer sniffed;
	struct nm_stage *split; /* once it is known to have a header */
	struct nm_stage *leaf;	/* once it is known to have none */
};

/* ---- the innermost entity ---- */

struct leaf {
	struct nm_stage stage;
	struct nm_stage *structure;
	struct nm_stage *output; /* NULL: what was asked for is a part of it */
	struct nm_stage *both;
	struct nm_stage *omit; /* what repeats, before both; or NULL */
	struct nm_stage *tap;  /* sees the body alone; or NULL */
};

static enum nm_error
embedded(void *arg, const char *part, const char *type,
    enum nm_smime_type smime, bool says_signed)
{
	(void)smime;
	return nm_reading_add_embedded(
	    arg, part, type, says_signed, !says_signed);
}

static enum nm_error
wanted(void *arg, struct nm_stage **into)
{
	struct nm_reading *r = arg;

	r->part_seen = true;
	r->part_layer = r->result.layer_count;
	/* Its own S/MIME is peeled; whose mail it sits in says nothing. */
	*into = nm_body_new(r, (unsigned)r->part_layer, false);
	return *into == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
plain_part(void *arg, const char *part, bool root, const struct nm_value *type)
{
	return nm_reading_note_part(arg, part, root, type);
}

static enum nm_error
leaf_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct leaf *l = (struct leaf *)s;
	enum nm_error error;

	if (l->tap != NULL &&
	    (error = nm_stage_write(l->tap, data, len)) != NM_OK)
		return error;
	return nm_stage_write(l->omit != NULL ? l->omit : l->both, data, len);
}

static enum nm_error
leaf_finish(struct nm_stage *s)
{
	struct leaf *l = (struct leaf *)s;
	enum nm_error error;

	if (l->tap != NULL && (error = nm_stage_finish(l->tap)) != NM_OK)
		return error;
	return nm_stage_finish(l->omit != NULL ? l->omit : l->both);
}

static void
leaf_free(struct nm_stage *s)
{
	struct leaf *l = (struct leaf *)s;

	nm_stage_free(&l->tap);
	nm_stage_free(&l->omit);
	nm_stage_free(&l->both);
	nm_stage_free(&l->output);
	nm_stage_free(&l->structure);
	free(l);
}

/* `structured`: it is an entity; otherwise bytes of no known kind. */
static struct nm_stage *
leaf_new(struct nm_reading *r, bool structured)
{
	static const struct nm_stage_ops ops = { leaf_write, leaf_finish,
		leaf_free };
	/* of what is not put out nothing is told */
	static const struct nm_structure_handler whole = { embedded, wanted,
		plain_part };
	static const struct nm_structure_handler around = { embedded, wanted,
		NULL };
	bool shown = r->options.part == NULL || r->part_seen;
	bool omits = structured && shown && nm_reading_omits(r);
	struct leaf *l = calloc(1, sizeof(*l));
	struct nm_stage *s, *stages[2];

	if (l == NULL)
		return NULL;
	s = &l->stage;
	l->stage.ops = &ops;
	l->structure = structured
	    ? nm_structure_new(r->part_seen ? NULL : r->options.part,
		  shown ? &whole : &around, r, r->fault)
	    : nm_discard_new();
	if (shown)
		l->output = nm_borrow_new(r->output);
	if (l->structure == NULL || (shown && l->output == NULL)) {
		nm_stage_free(&s);
		return NULL;
	}
	stages[0] = shown ? l->output : l->structure;
	stages[1] = l->structure;
	l->both = nm_tee_new(stages, shown ? 2 : 1);
	/* so what stays of them is told, and nothing else */
	if (l->both != NULL && omits)
		l->omit = nm_legacy_omit_new(l->both, r->fault);
	if (l->both == NULL || (omits && l->omit == NULL))
		nm_stage_free(&s);
	return s;
}

/* ---- what the header says ---- */

/* message/rfc822 that was asked for as a part: the message inside is read. */
static bool
is_wanted_message(const struct nm_reading *r, const struct nm_value *type)
{
	return r->part_seen && r->result.layer_count == r->part_layer &&
	    (strcmp(type->type, "message/rfc822") == 0 ||
		strcmp(type->type, "message/global") == 0);
}

/* As it is, or out of its encoding, which says nothing of line ends. */
static struct nm_stage *
message_new(const struct body *b, const struct nm_header *header)
{
	enum nm_coding coding = nm_header_coding(header);
	bool encoded =
	    coding == NM_CODING_BASE64 || coding == NM_CODING_QUOTED_PRINTABLE;
	struct nm_stage *stages[2];

	stages[1] =
	    nm_body_new(b->reading, b->depth + 1, b->canonical && !encoded);
	stages[0] = nm_decoder_new(coding, stages[1]);
	return nm_chain_new(stages, 2);
}

/* The innermost entity of all, with its header. */
static enum nm_error
begin_leaf(struct nm_reading *r, const struct nm_header *header,
    const struct nm_value *type, struct nm_bytes raw, struct nm_stage **out)
{
	struct nm_stage *tap;
	enum nm_error error;

	error = nm_reading_take_payload(r, header, type, &tap);
	if (error != NM_OK)
		return error;
	if ((*out = leaf_new(r, true)) == NULL) {
		nm_stage_free(&tap);
		return NM_ERR_INTERNAL;
	}
	error = nm_stage_write(*out, raw.data, raw.len);
	((struct leaf *)*out)->tap = tap;
	return error;
}

static enum nm_error
choose_body(struct body *b, const struct nm_header *header,
    const struct nm_value *type, struct nm_bytes raw, struct nm_stage **out)
{
	struct nm_reading *r = b->reading;
	enum nm_coding coding;

	switch (nm_smime_type_of(header, type)) {
	case NM_SMIME_MULTIPART_SIGNED:
		*out = nm_detached_new(r, b->depth, type, b->canonical);
		break;
	case NM_SMIME_PKCS7_MIME:
		coding = nm_header_coding(header);
		/* that of the whole: a part's is as the whole came */
		if (b->depth == 0 && !r->part_seen)
			r->binary_body = nm_pem_is_possible(coding);
		*out = nm_pem_decoder_new(
		    coding, nm_cms_body_new(r, b->depth, NULL, 0));
		break;
	case NM_SMIME_NOT:
		if (is_wanted_message(r, type)) {
			*out = message_new(b, header);
			break;
		}
		return begin_leaf(r, header, type, raw, out);
	}
	return *out == NULL
	    ? (r->fault != NULL && r->fault->code != NM_OK ? r->fault->code
							   : NM_ERR_INTERNAL)
	    : NM_OK;
}

static enum nm_error
body_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **out)
{
	struct body *b = arg;
	struct nm_value type;
	enum nm_error error;

	if (b->depth > NM_MAX_NESTING)
		return nm_fail(b->reading->fault, NM_ERR_MALFORMED_MESSAGE,
		    "Messages are nested deeper than %u", NM_MAX_NESTING);
	if (!b->reading->header_seen &&
	    (error = nm_reading_take_outside(b->reading, header, keep)) !=
		NM_OK)
		return error;
	if ((error = nm_header_content_type(header, &type)) != NM_OK)
		return error;
	error = choose_body(b, header, &type, raw, out);
	nm_value_clear(&type);
	return error;
}

/* ---- is there a header at all? ---- */

/*
 * Content under a signature or an encryption need not be MIME: other CMS
 * tools wrap whatever file they are given. A header begins with an empty line
 * or with a field name (RFC 5322 2.2) and a colon.
 */
static bool
begins_with_header(const uint8_t *data, size_t len)
{
	size_t i = 0;

	if (len >= 1 && (data[0] == '\n' || data[0] == '\r'))
		return true;
	/* some programs begin a file with the mark of UTF-8 */
	if (len >= 3 && memcmp(data, NM_BYTE_ORDER_MARK, 3) == 0) {
		data += 3;
		len -= 3;
	}
	if (len >= 5 && memcmp(data, "From ", 5) == 0)
		return true;
	while (i < len && data[i] > ' ' && data[i] < 127 && data[i] != ':')
		i++;
	if (i == 0)
		return false;
	while (i < len && (data[i] == ' ' || data[i] == '\t'))
		i++;
	return i < len && data[i] == ':';
}

static bool
sniffed_enough(const struct nm_buffer *b)
{
	return b->len >= SNIFF_SIZE ||
	    (b->len != 0 && memchr(b->data, '\n', b->len) != NULL);
}

static enum nm_error
settle(struct body *b)
{
	static const struct nm_entity_handler handler = { body_header, NULL };
	struct nm_stage *into;
	enum nm_error error;

	if (nm_buffer_failed(&b->sniffed))
		return NM_ERR_INTERNAL;
	if (b->depth == 0 ||
	    begins_with_header(b->sniffed.data, b->sniffed.len))
		into = b->split = nm_entity_new(&handler, b, b->reading->fault);
	else
		into = b->leaf = leaf_new(b->reading, false);
	if (into == NULL)
		return NM_ERR_INTERNAL;
	error = nm_stage_write(into, b->sniffed.data, b->sniffed.len);
	nm_buffer_reset(&b->sniffed);
	return error;
}

static enum nm_error
body_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct body *b = (struct body *)s;
	size_t part = len;
	enum nm_error error;

	if (b->split == NULL && b->leaf == NULL) {
		if (part > SNIFF_SIZE)
			part = SNIFF_SIZE;
		nm_buffer_append(&b->sniffed, data, part);
		if (!sniffed_enough(&b->sniffed))
			return NM_OK;
		if ((error = settle(b)) != NM_OK)
			return error;
		data += part;
		len -= part;
	}
	return nm_stage_write(b->split != NULL ? b->split : b->leaf, data, len);
}

static enum nm_error
body_finish(struct nm_stage *s)
{
	struct body *b = (struct body *)s;
	enum nm_error error;

	if (b->split == NULL && b->leaf == NULL && (error = settle(b)) != NM_OK)
		return error;
	return nm_stage_finish(b->split != NULL ? b->split : b->leaf);
}

static void
body_free(struct nm_stage *s)
{
	struct body *b = (struct body *)s;

	nm_stage_free(&b->split);
	nm_stage_free(&b->leaf);
	nm_buffer_reset(&b->sniffed);
	free(b);
}

struct nm_stage *
nm_body_new(struct nm_reading *r, unsigned depth, bool canonical)
{
	static const struct nm_stage_ops ops = { body_write, body_finish,
		body_free };
	struct body *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->stage.ops = &ops;
	b->reading = r;
	b->depth = depth;
	b->canonical = canonical;
	return &b->stage;
}
