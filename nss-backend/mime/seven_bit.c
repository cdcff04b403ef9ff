/* SPDX-License-Identifier: MPL-2.0 */
#include "mime/seven_bit.h"

#include <stdlib.h>
#include <string.h>

#include "mime/multipart.h"

#define LOOK_AHEAD (256u * 1024u)

/* What all nodes of one walk share. */
struct walk {
	struct nm_stage *next;
	struct nm_stage *outlet; /* into next, without its finish */
	struct nm_fault *fault;
};

/* An entity: the root, a part, or a message in a message. */
struct node {
	struct walk *walk;
	struct nm_stage *outside; /* of a multipart: what is no part's */
	unsigned depth;
	bool in_digest; /* where no type means a message */
	bool is_digest;
};

/* The body of an entity that has no others inside and no coding. */
struct leaf {
	struct nm_stage stage;
	struct walk *walk;
	struct nm_header *header;
	struct nm_buffer raw; /* the header's bytes */
	enum nm_coding coding;
	bool text;
	struct nm_buffer ahead;
	struct nm_stage *first; /* decided: takes the bytes, or NULL */
	struct nm_stage *second;
};

struct root {
	struct nm_stage stage;
	struct walk walk;
	struct nm_stage *node;
};

static enum nm_error
no_memory(struct walk *w)
{
	return nm_fail(
	    w->fault, NM_ERR_INTERNAL, "There is not enough memory for a part");
}

static enum nm_error
write_header(struct walk *w, const struct nm_header *header,
    struct nm_bytes raw, const char *coding)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	enum nm_error err;

	err = nm_ascii_header_write(&out, header, raw, coding, w->fault);
	if (err == NM_OK)
		err = nm_stage_write(w->next, out.data, out.len);
	nm_buffer_reset(&out);
	return err;
}

/* ---- a leaf ------------------------------------------------------------ */

/* Whether bytes that are no lines are in what was said to be binary. */
static bool
is_lined(const struct nm_buffer *b)
{
	for (size_t i = 0; i < b->len; i++) {
		if (b->data[i] == '\n' && (i == 0 || b->data[i - 1] != '\r'))
			return false;
	}
	return true;
}

/* Takes the coding that the leaf is to have and begins it. */
static enum nm_error
leaf_encode(struct leaf *l)
{
	struct nm_bytes raw = nm_buffer_bytes(&l->raw);
	bool quoted = l->text && l->coding != NM_CODING_BINARY &&
	    (l->ahead.len == 0 ||
		memchr(l->ahead.data, 0, l->ahead.len) == NULL);
	enum nm_error err;

	err = write_header(
	    l->walk, l->header, raw, quoted ? "quoted-printable" : "base64");
	if (err != NM_OK)
		return err;
	if (quoted) {
		l->first = nm_quoted_printable_encoder_new(l->walk->outlet);
		return l->first == NULL ? no_memory(l->walk) : NM_OK;
	}
	/* what is not binary has lines, whose ends are CRLF in their
	 * canonical form (RFC 2049 section 4) */
	l->second = nm_base64_encoder_new(l->walk->outlet);
	if (l->second != NULL)
		l->first = l->coding == NM_CODING_BINARY
		    ? nm_decoder_new(NM_CODING_BINARY, l->second)
		    : nm_canonical_new(l->second);
	return l->first == NULL ? no_memory(l->walk) : NM_OK;
}

/* Decides by what was seen, which is all of the leaf unless `more`. */
static enum nm_error
leaf_decide(struct leaf *l, bool more)
{
	bool clean =
	    l->ahead.len == 0 || nm_is_clean(l->ahead.data, l->ahead.len);
	enum nm_error err;

	if (l->coding == NM_CODING_BINARY && !l->text)
		clean = clean && is_lined(&l->ahead);
	if (l->coding == NM_CODING_UNKNOWN || (clean && !more)) {
		err = write_header(
		    l->walk, l->header, nm_buffer_bytes(&l->raw), NULL);
		if (err != NM_OK)
			return err;
		l->first = l->coding == NM_CODING_UNKNOWN
		    ? nm_clean_line_new(
			  NM_CLEAN_REFUSE, l->walk->outlet, l->walk->fault)
		    : nm_borrow_new(l->walk->next);
		if (l->first == NULL)
			return no_memory(l->walk);
	} else if ((err = leaf_encode(l)) != NM_OK) {
		return err;
	}
	err = nm_stage_write(l->first, l->ahead.data, l->ahead.len);
	nm_buffer_reset(&l->ahead);
	return err;
}

static enum nm_error
leaf_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct leaf *l = (struct leaf *)s;
	size_t take = LOOK_AHEAD - l->ahead.len;
	enum nm_error err;

	if (l->first == NULL) {
		if (take > len)
			take = len;
		nm_buffer_append(&l->ahead, data, take);
		if (nm_buffer_failed(&l->ahead))
			return no_memory(l->walk);
		if (take == len)
			return NM_OK;
		if ((err = leaf_decide(l, true)) != NM_OK)
			return err;
		data += take;
		len -= take;
	}
	return nm_stage_write(l->first, data, len);
}

static enum nm_error
leaf_finish(struct nm_stage *s)
{
	struct leaf *l = (struct leaf *)s;
	enum nm_error err;

	if (l->first == NULL && (err = leaf_decide(l, false)) != NM_OK)
		return err;
	return nm_stage_finish(l->first);
}

static void
leaf_free(struct nm_stage *s)
{
	struct leaf *l = (struct leaf *)s;

	nm_stage_free(&l->first);
	nm_stage_free(&l->second);
	nm_header_free(&l->header);
	nm_buffer_reset(&l->raw);
	nm_buffer_reset(&l->ahead);
	free(l);
}

static struct nm_stage *
leaf_new(struct walk *w, struct nm_header *header, struct nm_bytes raw,
    enum nm_coding coding, bool text)
{
	static const struct nm_stage_ops ops = { leaf_write, leaf_finish,
		leaf_free };
	struct leaf *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	nm_buffer_append(&l->raw, raw.data, raw.len);
	if (nm_buffer_failed(&l->raw)) {
		free(l);
		return NULL;
	}
	l->stage.ops = &ops;
	l->walk = w;
	l->header = header;
	l->coding = coding;
	l->text = text;
	return &l->stage;
}

/* ---- an entity --------------------------------------------------------- */

static struct nm_stage *node_new(
    struct walk *w, unsigned depth, bool in_digest);

static enum nm_error
on_part(void *arg, unsigned index, struct nm_stage **part)
{
	struct node *n = arg;

	(void)index;
	*part = node_new(n->walk, n->depth + 1, n->is_digest);
	return *part == NULL ? no_memory(n->walk) : NM_OK;
}

/* Ends of lines are never held back here, so that the order stays. */
static enum nm_error
on_outside(void *arg, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct node *)arg)->outside, data, len);
}

static enum nm_error
on_end(void *arg, unsigned parts, bool closed, bool preamble, bool epilogue)
{
	(void)parts;
	(void)closed;
	(void)preamble;
	(void)epilogue;
	return nm_stage_finish(((struct node *)arg)->outside);
}

static enum nm_error
multipart_body(struct node *n, const char *boundary, struct nm_stage **body)
{
	static const struct nm_multipart_handler handler = { on_part, on_end };

	for (const char *p = boundary; *p != '\0'; p++) {
		if ((uint8_t)*p >= 0x80)
			return nm_fail(n->walk->fault, NM_ERR_MALFORMED_MESSAGE,
			    "A multipart has a boundary that is not ASCII");
	}
	n->outside = nm_clean_line_new(
	    NM_CLEAN_OUTSIDE, n->walk->outlet, n->walk->fault);
	if (n->outside == NULL)
		return no_memory(n->walk);
	*body = nm_multipart_new(boundary, &handler, n, n->walk->fault);
	if (*body == NULL)
		return NM_ERR_MALFORMED_MESSAGE; /* said already */
	nm_multipart_set_outside(*body, on_outside);
	return NM_OK;
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

enum shape {
	LEAF,
	OPAQUE,
	MULTIPART,
	MESSAGE
};

static enum shape
shape_of(const struct nm_value *type, enum nm_coding coding)
{
	/* signed bytes stay as they are, whatever they are */
	if (strcmp(type->type, "multipart/signed") == 0 ||
	    strcmp(type->type, "multipart/encrypted") == 0)
		return OPAQUE;
	/* what has parts has no coding (RFC 2045 section 6.4) */
	if (coding != NM_CODING_7BIT && coding != NM_CODING_8BIT &&
	    coding != NM_CODING_BINARY)
		return LEAF;
	if (has_prefix(type->type, "multipart/") &&
	    nm_value_parameter(type, "boundary") != NULL)
		return MULTIPART;
	if (strcmp(type->type, "message/rfc822") == 0)
		return MESSAGE;
	return LEAF;
}

static enum nm_error
on_header(void *arg, struct nm_header *header, bool *keep, struct nm_bytes raw,
    struct nm_stage **body)
{
	struct node *n = arg;
	struct walk *w = n->walk;
	enum nm_coding coding = nm_header_coding(header);
	const char *fixed = NULL;
	struct nm_value type;
	enum shape shape;
	enum nm_error err;
	bool text;

	/* of an empty part nothing is written that could be too deep */
	if (n->depth > NM_MAX_NESTING && raw.len > 0)
		return nm_fail(w->fault, NM_ERR_MALFORMED_MESSAGE,
		    "Parts are nested more than %d deep", NM_MAX_NESTING);
	/* RFC 2046 section 5.1.5 */
	if (n->in_digest && nm_header_find(header, "Content-Type", 0) == NULL)
		err = nm_value_parse("message/rfc822", &type);
	else
		err = nm_header_content_type(header, &type);
	if (err != NM_OK)
		return no_memory(w);
	n->is_digest = strcmp(type.type, "multipart/digest") == 0;
	shape = shape_of(&type, coding);
	text = has_prefix(type.type, "text/") ||
	    has_prefix(type.type, "message/") || *type.type == '\0';
	if (shape == LEAF && coding != NM_CODING_BASE64 &&
	    coding != NM_CODING_QUOTED_PRINTABLE) {
		*body = leaf_new(w, header, raw, coding, text);
		*keep = *body != NULL;
		err = *keep ? NM_OK : no_memory(w);
		goto out;
	}
	if ((shape == MULTIPART || shape == MESSAGE) &&
	    coding != NM_CODING_7BIT)
		fixed = "7bit"; /* as all that is inside will be */
	if ((err = write_header(w, header, raw, fixed)) != NM_OK)
		goto out;
	switch (shape) {
	case LEAF:
		*body = nm_clean_line_new(coding == NM_CODING_BASE64
			? NM_CLEAN_BASE64
			: NM_CLEAN_QUOTED,
		    w->outlet, w->fault);
		break;
	case OPAQUE:
		*body = nm_borrow_new(w->next);
		break;
	case MULTIPART:
		err = multipart_body(
		    n, nm_value_parameter(&type, "boundary"), body);
		break;
	case MESSAGE:
		*body = node_new(w, n->depth + 1, false);
		break;
	}
	if (err == NM_OK && *body == NULL)
		err = no_memory(w);
out:
	nm_value_clear(&type);
	return err;
}

static void
node_free(void *arg)
{
	struct node *n = arg;

	nm_stage_free(&n->outside);
	free(n);
}

static struct nm_stage *
node_new(struct walk *w, unsigned depth, bool in_digest)
{
	static const struct nm_entity_handler handler = { on_header,
		node_free };
	struct node *n = calloc(1, sizeof(*n));

	if (n == NULL)
		return NULL;
	n->walk = w;
	n->depth = depth;
	n->in_digest = in_digest;
	return nm_entity_new(&handler, n, w->fault);
}

/* ---- the whole --------------------------------------------------------- */

static enum nm_error
root_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct root *)s)->node, data, len);
}

static enum nm_error
root_finish(struct nm_stage *s)
{
	struct root *r = (struct root *)s;
	enum nm_error err;

	if ((err = nm_stage_finish(r->node)) != NM_OK)
		return err;
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

struct nm_stage *
nm_seven_bit_new(struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { root_write, root_finish,
		root_free };
	struct root *r = calloc(1, sizeof(*r));
	struct nm_stage *s;

	if (r == NULL)
		return NULL;
	s = &r->stage;
	r->stage.ops = &ops;
	r->walk.next = next;
	r->walk.fault = fault;
	if ((r->walk.outlet = nm_borrow_new(next)) == NULL ||
	    (r->node = node_new(&r->walk, 0, false)) == NULL)
		nm_stage_free(&s);
	return s;
}
