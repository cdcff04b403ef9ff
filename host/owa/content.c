/* SPDX-License-Identifier: MPL-2.0 */
#include "content.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "large.h"

#define ATTACHMENTS_MAX 1000

/* An entity: its header is read, and the body goes where that says. */
struct node {
	struct host_owa_content *content;
	struct nm_fault *fault;
	unsigned depth;
	unsigned alternative;
	bool digest;	     /* a part of multipart/digest */
	bool divides_digest; /* ... or that itself */
};

static struct nm_stage *node_new(const struct node *like);

/* ---- the end of a body ------------------------------------------- */

struct leaf {
	struct nm_stage stage; /* takes the body as it stands, */
	struct nm_stage *decoder;
	struct nm_stage sink; /* and what it is without its coding */
	struct host_owa_content *content;
	struct nm_fault *fault;
	char *charset; /* of a text that is shown; NULL: it is an attachment */
	bool html;
	unsigned alternative;
	size_t index;	       /* of the attachment */
	struct nm_buffer text; /* shown: as it came */
	uint8_t rest[3];       /* attached: too few for a group */
	size_t rest_len;
};

static enum nm_error
account(struct leaf *l, size_t len)
{
	l->content->held += len;
	return l->content->held <= HOST_OWA_MAX_TEXT
	    ? NM_OK
	    : nm_fail(l->fault, NM_ERR_TOO_LARGE,
		  "The content is larger than %u bytes", HOST_OWA_MAX_TEXT);
}

static void
encode(struct host_owa_attachment *a, const uint8_t *data, size_t len)
{
	size_t size = nm_base64_encoded_size(len);
	uint8_t *at;

	host_owa_make_room(&a->base64, size);
	at = nm_buffer_extend(&a->base64, size);
	if (at != NULL && len != 0)
		nm_base64_encode(data, len, (char *)at);
}

static enum nm_error
attach(struct leaf *l, const uint8_t *data, size_t len)
{
	struct host_owa_attachment *a = &l->content->attachments[l->index];
	size_t before = a->base64.len, whole;

	a->size += len;
	while (l->rest_len != 0 && l->rest_len < 3 && len != 0) {
		l->rest[l->rest_len++] = *data++;
		len--;
	}
	if (l->rest_len == 3) {
		encode(a, l->rest, 3);
		l->rest_len = 0;
	}
	whole = len / 3 * 3;
	encode(a, data, whole);
	for (; whole < len; whole++)
		l->rest[l->rest_len++] = data[whole];
	if (nm_buffer_failed(&a->base64))
		return NM_ERR_INTERNAL;
	return account(l, a->base64.len - before);
}

static struct leaf *
of_sink(struct nm_stage *s)
{
	return (struct leaf *)(void *)((char *)s - offsetof(struct leaf, sink));
}

static enum nm_error
sink_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct leaf *l = of_sink(s);

	if (l->charset == NULL)
		return attach(l, data, len);
	nm_buffer_append(&l->text, data, len);
	return nm_buffer_failed(&l->text) ? NM_ERR_INTERNAL : account(l, len);
}

/* The body: of several alternatives HTML wins, whichever stands first. */
static enum nm_error
show(struct leaf *l)
{
	struct host_owa_content *c = l->content;
	char *text;

	if (c->has_body && (c->html || !l->html))
		return NM_OK;
	text = nm_charset_to_utf8(l->charset, l->text.data, l->text.len);
	if (text == NULL)
		return NM_ERR_INTERNAL;
	nm_buffer_reset(&c->body);
	nm_buffer_string(&c->body, text);
	nm_secret_free(&text);
	c->has_body = true;
	c->html = l->html;
	c->alternative = l->alternative;
	return nm_buffer_failed(&c->body) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
sink_finish(struct nm_stage *s)
{
	struct leaf *l = of_sink(s);

	if (l->charset != NULL)
		return show(l);
	encode(&l->content->attachments[l->index], l->rest, l->rest_len);
	return NM_OK;
}

static void
sink_free(struct nm_stage *s)
{
	(void)s; /* part of the leaf */
}

static enum nm_error
leaf_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct leaf *)s)->decoder, data, len);
}

static enum nm_error
leaf_finish(struct nm_stage *s)
{
	return nm_stage_finish(((struct leaf *)s)->decoder);
}

static void
leaf_free(struct nm_stage *s)
{
	struct leaf *l = (struct leaf *)s;

	nm_stage_free(&l->decoder);
	nm_buffer_reset(&l->text);
	nm_wipe(l->rest, sizeof(l->rest));
	free(l->charset);
	free(l);
}

/* `charset`: NULL: an attachment, the last one. */
static enum nm_error
leaf_new(const struct node *n, const struct nm_header *header,
    const char *charset, bool html, struct nm_stage **out)
{
	static const struct nm_stage_ops ops = { leaf_write, leaf_finish,
		leaf_free };
	static const struct nm_stage_ops sink = { sink_write, sink_finish,
		sink_free };
	struct leaf *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NM_ERR_INTERNAL;
	l->stage.ops = &ops;
	l->sink.ops = &sink;
	l->content = n->content;
	l->fault = n->fault;
	l->html = html;
	l->alternative = n->alternative;
	l->index = n->content->count - 1;
	l->decoder = nm_decoder_new(nm_header_coding(header), &l->sink);
	*out = &l->stage;
	if (l->decoder == NULL ||
	    (charset != NULL && (l->charset = strdup(charset)) == NULL)) {
		nm_stage_free(out);
		return NM_ERR_INTERNAL;
	}
	return NM_OK;
}

/* ---- what a header says ------------------------------------------ */

static enum nm_error
disposition_of(const struct nm_header *header, struct nm_value *out)
{
	const struct nm_field *f =
	    nm_header_find(header, "Content-Disposition", 0);

	return nm_value_parse(f == NULL ? "" : f->value, out);
}

/* The text of a field, without the brackets around an identifier. */
static char *
field_text(const struct nm_header *header, const char *name)
{
	const struct nm_field *f = nm_header_find(header, name, 0);
	const char *value = f == NULL ? "" : f->value;
	size_t len = strlen(value);

	if (len >= 2 && value[0] == '<' && value[len - 1] == '>')
		return strndup(value + 1, len - 2);
	return strdup(value);
}

static const char *
usual_name(const char *type)
{
	return strcmp(type, "message/rfc822") == 0 ? "message.eml"
	    : strcmp(type, "text/html") == 0	   ? "text.html"
	    : strncmp(type, "text/", 5) == 0	   ? "text.txt"
						   : "attachment";
}

static char *
name_of(const struct nm_value *type, const struct nm_value *disposition)
{
	const char *name = nm_value_parameter(disposition, "filename");

	if (name == NULL)
		name = nm_value_parameter(type, "name");
	/* RFC 2047 forbids encoded-words here, and mailers write them */
	return name == NULL || *name == '\0' ? strdup(usual_name(type->type))
					     : nm_text_decode(name);
}

static enum nm_error
attachment_new(const struct node *n, const struct nm_header *header,
    const struct nm_value *type, const struct nm_value *disposition,
    struct nm_stage **out)
{
	struct host_owa_content *c = n->content;
	struct host_owa_attachment *all, *a;

	if (c->count == ATTACHMENTS_MAX)
		return nm_fail(n->fault, NM_ERR_MALFORMED_MESSAGE,
		    "The message has more than %d attachments",
		    ATTACHMENTS_MAX);
	all = reallocarray(c->attachments, c->count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	c->attachments = all;
	a = &all[c->count++];
	memset(a, 0, sizeof(*a));
	a->name = name_of(type, disposition);
	a->type = strdup(
	    type->type[0] == '\0' ? "application/octet-stream" : type->type);
	a->content_id = field_text(header, "Content-ID");
	if (nm_header_find(header, "Content-Location", 0) != NULL)
		a->location = field_text(header, "Content-Location");
	if (a->name == NULL || a->type == NULL || a->content_id == NULL)
		return NM_ERR_INTERNAL;
	a->is_inline = strcmp(disposition->type, "attachment") != 0 &&
	    a->content_id[0] != '\0';
	return leaf_new(n, header, NULL, false, out);
}

/* A text that can be the body: the first one, or another form of it. */
static bool
is_body(const struct node *n, const struct nm_value *type,
    const struct nm_value *disposition)
{
	const struct host_owa_content *c = n->content;

	if ((strcmp(type->type, "text/html") != 0 &&
		strcmp(type->type, "text/plain") != 0) ||
	    strcmp(disposition->type, "attachment") == 0)
		return false;
	if (c->has_body)
		return n->alternative != 0 && n->alternative == c->alternative;
	return n->alternative != 0 ||
	    nm_value_parameter(disposition, "filename") == NULL;
}

static enum nm_error
leaf_of(struct node *n, const struct nm_header *header,
    const struct nm_value *type, struct nm_stage **out)
{
	const char *charset = nm_value_parameter(type, "charset");
	struct nm_value disposition;
	enum nm_error error;

	if ((error = disposition_of(header, &disposition)) != NM_OK)
		return error;
	if (!is_body(n, type, &disposition))
		error = attachment_new(n, header, type, &disposition, out);
	else
		error = leaf_new(n, header, charset != NULL ? charset : "utf-8",
		    strcmp(type->type, "text/html") == 0, out);
	nm_value_clear(&disposition);
	return error;
}

/* ---- the tree ---------------------------------------------------- */

static enum nm_error
multipart_part(void *arg, unsigned index, struct nm_stage **part)
{
	const struct node *n = arg;
	struct node child = { .content = n->content,
		.fault = n->fault,
		.depth = n->depth + 1,
		.alternative = n->alternative,
		.digest = n->divides_digest };

	(void)index;
	*part = node_new(&child);
	return *part == NULL ? NM_ERR_INTERNAL : NM_OK;
}

/* A part of multipart/digest is a message unless it says otherwise (RFC 2046
 * section 5.1.5). */
static enum nm_error
type_of(
    const struct node *n, const struct nm_header *header, struct nm_value *type)
{
	if (n->digest && nm_header_find(header, "Content-Type", 0) == NULL)
		return nm_value_parse("message/rfc822", type);
	return nm_header_content_type(header, type);
}

static enum nm_error
node_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	static const struct nm_multipart_handler handler = {
		.part = multipart_part
	};
	struct node *n = arg;
	const char *boundary;
	struct nm_value type;
	enum nm_error error;

	(void)keep;
	(void)raw;
	if (n->depth > NM_MAX_NESTING)
		return nm_fail(n->fault, NM_ERR_MALFORMED_MESSAGE,
		    "MIME parts are nested deeper than %u", NM_MAX_NESTING);
	if ((error = type_of(n, header, &type)) != NM_OK)
		return error;
	n->divides_digest = strcmp(type.type, "multipart/digest") == 0;
	if (strcmp(type.type, "multipart/alternative") == 0)
		n->alternative = ++n->content->alternatives;
	boundary = nm_value_parameter(&type, "boundary");
	*body = NULL;
	/* one whose boundary cannot be one is shown as it is */
	if (strncmp(type.type, "multipart/", 10) == 0 && boundary != NULL)
		*body = nm_multipart_new(boundary, &handler, n, NULL);
	if (*body == NULL)
		error = leaf_of(n, header, &type, body);
	nm_value_clear(&type);
	return error;
}

static struct nm_stage *
node_new(const struct node *like)
{
	static const struct nm_entity_handler handler = { node_header, free };
	struct node *n = malloc(sizeof(*n));

	if (n == NULL)
		return NULL;
	*n = *like;
	return nm_entity_new(&handler, n, n->fault);
}

struct nm_stage *
host_owa_content_stage(struct host_owa_content *content, struct nm_fault *fault)
{
	struct node root = { .content = content, .fault = fault };

	memset(content, 0, sizeof(*content));
	return node_new(&root);
}

void
host_owa_content_clear(struct host_owa_content *content)
{
	for (size_t i = 0; i < content->count; i++) {
		struct host_owa_attachment *a = &content->attachments[i];

		nm_secret_free(&a->name);
		free(a->type);
		free(a->content_id);
		free(a->location);
		nm_buffer_reset(&a->base64);
	}
	free(content->attachments);
	nm_buffer_reset(&content->body);
	memset(content, 0, sizeof(*content));
}
