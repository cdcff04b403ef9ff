/* SPDX-License-Identifier: MPL-2.0 */
/*
 * multipart/mixed of what is written and its attachments, multipart/related of
 * the body and its images (RFC 2046, RFC 2387): each only where there is
 * something for it.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include <nssmime/mime.h>

#include "compose.h"
#include "feed.h"

#define NAME_MAX_ 1024
#define TYPE_MAX  128
#define BOUNDARY  64

enum member {
	NAME,
	CONTENT_TYPE,
	CONTENT,
	CONTENT_ID,
	IS_INLINE,
	MEMBERS
};

struct attachment {
	struct host_slice members[MEMBERS];
	bool is_inline;
};

struct composing {
	struct host_call *call;
	struct attachment *attachments;
	size_t count;
	size_t inline_count; /* of them */
	struct nm_stage *into;
	struct nm_buffer body;	/* UTF-8, images taken out */
	struct nm_buffer whole; /* ... and with them, where there are any */
	bool html;
	struct host_owa_image *images;
	size_t image_count;
};

static enum nm_error
put(struct composing *c, struct nm_buffer *text)
{
	enum nm_error error = nm_buffer_failed(text)
	    ? NM_ERR_INTERNAL
	    : nm_stage_write(c->into, text->data, text->len);

	nm_buffer_reset(text);
	return error;
}

/* ---- the attachments --------------------------------------------- */

/* Without the brackets, fit to stand in them; NULL: none. */
static char *
content_id(const struct attachment *a)
{
	char *id = host_slice_string(a->members[CONTENT_ID], NAME_MAX_);
	size_t len = id == NULL ? 0 : strlen(id);

	if (len >= 2 && id[0] == '<' && id[len - 1] == '>') {
		memmove(id, id + 1, len - 2);
		id[len -= 2] = '\0';
	}
	for (size_t i = 0; i < len; i++) {
		if (id[i] <= ' ' || id[i] > '~' || strchr("<>", id[i]) != NULL)
			len = 0;
	}
	if (len == 0) {
		free(id);
		return NULL;
	}
	return id;
}

static bool
is_type(const char *text)
{
	const char *slash = strchr(text, '/');
	size_t len = strlen(text);

	return slash != NULL && slash != text && slash[1] != '\0' &&
	    strspn(text,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789!#$&^_.+-/") == len &&
	    strchr(slash + 1, '/') == NULL;
}

/* A multipart cannot be in base64, and a message is not (RFC 2046 5.2.1). */
static char *
type_of(const struct attachment *a)
{
	char *type = host_slice_string(a->members[CONTENT_TYPE], TYPE_MAX);

	if (type != NULL && is_type(type) &&
	    strncasecmp(type, "multipart/", 10) != 0 &&
	    (strncasecmp(type, "message/", 8) != 0 ||
		strcasecmp(type, "message/rfc822") == 0))
		return type;
	free(type);
	return strdup("application/octet-stream");
}

static enum nm_error
put_base64(struct composing *c, struct host_slice content)
{
	struct nm_stage *borrowed = nm_borrow_new(c->into), *encoder = NULL;
	enum nm_error error = NM_ERR_INTERNAL;

	if (borrowed != NULL &&
	    (encoder = nm_base64_encoder_new(borrowed)) != NULL)
		error = host_owa_feed_base64(c->call, content, encoder);
	if (error == NM_OK)
		error = nm_stage_finish(encoder);
	nm_stage_free(&encoder);
	nm_stage_free(&borrowed);
	return error;
}

static enum nm_error
put_attachment(struct composing *c, const struct attachment *a)
{
	struct host_slice content = a->members[CONTENT];
	char *name = host_slice_string(a->members[NAME], NAME_MAX_);
	char *type = type_of(a), *id = content_id(a);
	struct nm_buffer head = NM_BUFFER_INIT;
	enum nm_error error = NM_ERR_INTERNAL;
	bool message;

	if (type == NULL)
		goto out;
	message = strcasecmp(type, "message/rfc822") == 0;
	nm_buffer_format(&head, "Content-Type: %s", type);
	if (name != NULL && *name != '\0')
		nm_parameter_write(&head, "name", name);
	nm_buffer_format(&head,
	    "\r\nContent-Transfer-Encoding: %s\r\nContent-Disposition: %s",
	    message ? "8bit" : "base64",
	    a->is_inline ? "inline" : "attachment");
	if (name != NULL && *name != '\0')
		nm_parameter_write(&head, "filename", name);
	nm_buffer_string(&head, "\r\n");
	if (id != NULL)
		nm_buffer_format(&head, "Content-ID: <%s>\r\n", id);
	nm_buffer_string(&head, "\r\n");
	if ((error = put(c, &head)) == NM_OK)
		error = message
		    ? host_owa_feed_base64(c->call, content, c->into)
		    : put_base64(c, content);
out:
	nm_buffer_reset(&head);
	nm_secret_free(&name);
	free(type);
	free(id);
	return error;
}

static enum nm_error
put_image(struct composing *c, const struct host_owa_image *image)
{
	struct nm_buffer head = NM_BUFFER_INIT;
	struct host_slice content = { HOST_SLICE_STRING,
		(const char *)c->whole.data + image->start, image->length };
	enum nm_error error;

	nm_buffer_format(&head,
	    "Content-Type: %s\r\nContent-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: inline\r\nContent-ID: <%s>\r\n\r\n",
	    image->type, image->id);
	error = put(c, &head);
	return error == NM_OK ? put_base64(c, content) : error;
}

/* ---- the multiparts ---------------------------------------------- */

static enum nm_error
begin(struct composing *c, const char *type, char boundary[BOUNDARY])
{
	struct nm_buffer head = NM_BUFFER_INIT;
	uint8_t random[16];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return NM_ERR_INTERNAL;
	nm_boundary_write(random, boundary, BOUNDARY);
	nm_buffer_format(&head,
	    "Content-Type: %s;\r\n boundary=\"%s\"\r\n\r\n--%s\r\n", type,
	    boundary, boundary);
	return put(c, &head);
}

static enum nm_error
delimit(struct composing *c, const char *boundary, bool last)
{
	struct nm_buffer line = NM_BUFFER_INIT;

	nm_buffer_format(&line, "\r\n--%s%s\r\n", boundary, last ? "--" : "");
	return put(c, &line);
}

static enum nm_error
put_text(struct composing *c)
{
	struct nm_buffer head = NM_BUFFER_INIT;
	struct nm_stage *borrowed = NULL, *encoder = NULL, *canonical = NULL;
	enum nm_error error;

	nm_buffer_format(&head,
	    "Content-Type: text/%s; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n",
	    c->html ? "html" : "plain");
	if ((error = put(c, &head)) != NM_OK)
		return error;
	error = NM_ERR_INTERNAL;
	if ((borrowed = nm_borrow_new(c->into)) != NULL &&
	    (encoder = nm_quoted_printable_encoder_new(borrowed)) != NULL &&
	    (canonical = nm_canonical_new(encoder)) != NULL)
		error = host_call_feed_bytes(
		    c->call, c->body.data, c->body.len, canonical);
	if (error == NM_OK)
		error = nm_stage_finish(canonical);
	nm_stage_free(&canonical);
	nm_stage_free(&encoder);
	nm_stage_free(&borrowed);
	return error;
}

static enum nm_error
put_parts(struct composing *c, bool inlined, const char *boundary)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < c->count; i++) {
		if (c->attachments[i].is_inline != inlined)
			continue;
		if ((error = delimit(c, boundary, false)) == NM_OK)
			error = put_attachment(c, &c->attachments[i]);
	}
	return error;
}

static enum nm_error
put_related(struct composing *c)
{
	char boundary[BOUNDARY];
	enum nm_error error;

	if (c->inline_count + c->image_count == 0)
		return put_text(c);
	error = begin(c,
	    c->html ? "multipart/related; type=\"text/html\""
		    : "multipart/related; type=\"text/plain\"",
	    boundary);
	if (error == NM_OK)
		error = put_text(c);
	for (size_t i = 0; error == NM_OK && i < c->image_count; i++) {
		if ((error = delimit(c, boundary, false)) == NM_OK)
			error = put_image(c, &c->images[i]);
	}
	if (error == NM_OK)
		error = put_parts(c, true, boundary);
	return error == NM_OK ? delimit(c, boundary, true) : error;
}

static enum nm_error
put_mixed(struct composing *c)
{
	char boundary[BOUNDARY];
	enum nm_error error;

	if (c->count == c->inline_count)
		return put_related(c);
	error = begin(c, "multipart/mixed", boundary);
	if (error == NM_OK)
		error = put_related(c);
	if (error == NM_OK)
		error = put_parts(c, false, boundary);
	return error == NM_OK ? delimit(c, boundary, true) : error;
}

/* ---- what there is ----------------------------------------------- */

/* An attachment without content would be lost without a word. */
static enum nm_error
take_attachments(struct composing *c, struct host_slice list)
{
	static const char *const names[MEMBERS] = {
		[NAME] = "Name",
		[CONTENT_TYPE] = "ContentType",
		[CONTENT] = "Content",
		[CONTENT_ID] = "ContentId",
		[IS_INLINE] = "IsInline",
	};
	struct host_slices all = host_slices_of(list);
	struct host_slice name, value;
	struct attachment *grown, *a;
	char *id;

	while (host_slices_next(&all, &name, &value)) {
		grown =
		    reallocarray(c->attachments, c->count + 1, sizeof(*grown));
		if (grown == NULL)
			return NM_ERR_INTERNAL;
		c->attachments = grown;
		a = &grown[c->count++];
		host_slice_members(value, names, a->members, MEMBERS);
		if (a->members[CONTENT].kind != HOST_SLICE_STRING)
			return nm_fail(host_call_fault(c->call),
			    NM_ERR_MALFORMED_MESSAGE,
			    "An attachment has no content");
		/* what nothing can refer to is not seen inside */
		id = content_id(a);
		a->is_inline =
		    id != NULL && a->members[IS_INLINE].kind == HOST_SLICE_TRUE;
		c->inline_count += a->is_inline ? 1 : 0;
		free(id);
	}
	return NM_OK;
}

static enum nm_error
take_body(struct composing *c, struct host_slice body)
{
	struct host_slice text = host_slice_member(body, "Value");

	c->html = host_slice_is(host_slice_member(body, "BodyType"), "HTML");
	if (text.kind != HOST_SLICE_STRING)
		return NM_OK;
	if (!c->html) {
		(void)host_slice_decode(text, &c->body, NULL);
		return nm_buffer_failed(&c->body) ? NM_ERR_INTERNAL : NM_OK;
	}
	(void)host_slice_decode(text, &c->whole, NULL);
	if (nm_buffer_failed(&c->whole))
		return NM_ERR_INTERNAL;
	return host_owa_take_images(
	    nm_buffer_bytes(&c->whole), &c->body, &c->images, &c->image_count);
}

enum nm_error
host_owa_compose_entity(struct host_call *call,
    const struct host_owa_email *email, struct nm_stage *into)
{
	struct composing c = { .call = call, .into = into };
	enum nm_error error;

	error = take_attachments(&c, email->fields[HOST_OWA_ATTACHMENTS]);
	if (error == NM_OK)
		error = take_body(&c, email->fields[HOST_OWA_BODY]);
	if (error == NM_OK && (error = put_mixed(&c)) == NM_OK)
		error = nm_stage_finish(into);
	free(c.attachments);
	free(c.images);
	nm_buffer_reset(&c.body);
	nm_buffer_reset(&c.whole);
	return error;
}
