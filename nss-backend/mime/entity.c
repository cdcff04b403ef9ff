/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>
#include <string.h>

struct entity {
	struct nm_stage stage;
	const struct nm_entity_handler *handler;
	void *arg;
	struct nm_fault *fault;
	struct nm_buffer head; /* the header until its end was seen */
	size_t line;	       /* where in it the current line begins */
	bool in_body;
	struct nm_stage *body; /* NULL: nobody wants it */
};

/* The header is complete: `fields` bytes of it are not the empty line. */
static enum nm_error
header_ends(struct entity *e, size_t fields)
{
	struct nm_bytes raw = nm_buffer_bytes(&e->head);
	struct nm_header *header = NULL;
	enum nm_error err;
	bool keep = false;

	err = nm_header_parse(raw.data, fields, &header, e->fault);
	if (err == NM_OK)
		err = e->handler->header(e->arg, header, &keep, raw, &e->body);
	if (!keep)
		nm_header_free(&header);
	nm_buffer_reset(&e->head);
	e->in_body = true;
	return err;
}

/* Nothing but a line end; more than one CR is what a double conversion of
 * line ends leaves. */
static bool
is_empty_line(const uint8_t *line, size_t len)
{
	while (len > 1 && *line == '\r') {
		line++;
		len--;
	}
	return len == 1 && *line == '\n';
}

/* Takes lines up to the empty one; *taken says how many bytes they were. */
static enum nm_error
header_write(struct entity *e, const uint8_t *data, size_t len, size_t *taken)
{
	const uint8_t *p = data, *end = data + len, *lf;
	size_t length;

	while (p < end && !e->in_body) {
		lf = memchr(p, '\n', (size_t)(end - p));
		length = (size_t)((lf == NULL ? end : lf + 1) - p);
		/* the empty line with its two bytes is not the block's */
		if (length > NM_MAX_HEADER_BLOCK + 2 ||
		    e->head.len > NM_MAX_HEADER_BLOCK + 2 - length)
			return nm_fail(e->fault, NM_ERR_MALFORMED_MESSAGE,
			    "A header is longer than %u bytes",
			    NM_MAX_HEADER_BLOCK);
		nm_buffer_append(&e->head, p, length);
		if (nm_buffer_failed(&e->head))
			return nm_fail(e->fault, NM_ERR_INTERNAL,
			    "There is not enough memory for a header");
		p += length;
		*taken = (size_t)(p - data);
		if (lf == NULL)
			break;
		if (is_empty_line(
			e->head.data + e->line, e->head.len - e->line))
			return header_ends(e, e->line);
		e->line = e->head.len;
	}
	return NM_OK;
}

static enum nm_error
entity_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct entity *e = (struct entity *)s;
	enum nm_error err;
	size_t taken = 0;

	if (!e->in_body && (err = header_write(e, data, len, &taken)) != NM_OK)
		return err;
	if (e->body == NULL)
		return NM_OK;
	return nm_stage_write(e->body, data + taken, len - taken);
}

static enum nm_error
entity_finish(struct nm_stage *s)
{
	struct entity *e = (struct entity *)s;
	enum nm_error err;

	/* the input ended in the header */
	if (!e->in_body && (err = header_ends(e, e->head.len)) != NM_OK)
		return err;
	return e->body == NULL ? NM_OK : nm_stage_finish(e->body);
}

static void
entity_free(struct nm_stage *s)
{
	struct entity *e = (struct entity *)s;

	nm_stage_free(&e->body);
	nm_buffer_reset(&e->head);
	if (e->handler->free != NULL)
		e->handler->free(e->arg);
	free(e);
}

struct nm_stage *
nm_entity_new(
    const struct nm_entity_handler *handler, void *arg, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { entity_write, entity_finish,
		entity_free };
	struct entity *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		if (handler->free != NULL)
			handler->free(arg);
		return NULL;
	}
	e->stage.ops = &ops;
	e->handler = handler;
	e->arg = arg;
	e->fault = fault;
	return &e->stage;
}
