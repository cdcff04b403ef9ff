/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "pem.h"
#include "reading.h"

/* The head of the chain: judges when all has been read. */
struct head {
	struct nm_stage stage;
	struct nm_reading *reading;
	struct nm_stage *next;
};

static enum nm_error
head_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct head *)s)->next, data, len);
}

/* Layers around the part that was asked for are not its own. How many there
 * were. */
static size_t
drop_outer_layers(struct nm_reading *r)
{
	struct nm_read_result *result = &r->result;
	size_t dropped = r->part_layer;

	for (size_t i = 0; i < r->part_layer; i++)
		nm_read_layer_clear(&result->layers[i]);
	result->layer_count -= r->part_layer;
	if (r->part_layer != 0 && result->layer_count != 0)
		memmove(result->layers, result->layers + r->part_layer,
		    result->layer_count * sizeof(*result->layers));
	r->part_layer = 0;
	return dropped;
}

static enum nm_error
head_finish(struct nm_stage *s)
{
	struct nm_reading *r = ((struct head *)s)->reading;
	enum nm_error error;
	size_t dropped;

	if ((error = nm_stage_finish(((struct head *)s)->next)) != NM_OK)
		return error;
	if (r->options.part != NULL && !r->part_seen)
		return nm_fail(r->fault, NM_ERR_INVALID_PARAMS,
		    "The message has no part %.40s", r->options.part);
	dropped = drop_outer_layers(r);
	nm_reading_judge(r);
	nm_reading_settle_from(r);
	error = nm_reading_settle_record(r, dropped);
	if (error != NM_OK)
		return error;
	return nm_stage_finish(r->output);
}

static void
head_free(struct nm_stage *s)
{
	nm_stage_free(&((struct head *)s)->next);
	free(s);
}

static struct nm_stage *
head_new(struct nm_reading *r, struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { head_write, head_finish,
		head_free };
	struct head *h;

	if (next == NULL)
		return NULL;
	if ((h = calloc(1, sizeof(*h))) == NULL) {
		nm_stage_free(&next);
		return NULL;
	}
	h->stage.ops = &ops;
	h->reading = r;
	h->next = next;
	return &h->stage;
}

/*
 * The entity as it came: its lines are made to end in CRLF, but for a body
 * that is CMS in a binary or no transfer encoding (RFC 8551 3.1), which has
 * no lines. What the body is the header says, so that it is told apart here.
 */
struct root {
	struct nm_stage stage;
	struct nm_reading *reading;
	struct nm_stage *canonical;
	struct nm_stage *body;
	bool in_body;
	bool has_text; /* the line of the header, so far */
};

/* How much of it is the header's, with the empty line. */
static size_t
header_size(struct root *root, const uint8_t *data, size_t len)
{
	size_t i = 0;

	while (i < len && !root->in_body) {
		if (data[i] == '\n') {
			root->in_body = !root->has_text;
			root->has_text = false;
		} else if (data[i] != '\r') {
			root->has_text = true;
		}
		i++;
	}
	return i;
}

static enum nm_error
root_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct root *root = (struct root *)s;
	size_t header = header_size(root, data, len);
	enum nm_error error;

	if (header != 0 &&
	    (error = nm_stage_write(root->canonical, data, header)) != NM_OK)
		return error;
	return nm_stage_write(
	    root->reading->binary_body ? root->body : root->canonical,
	    data + header, len - header);
}

static enum nm_error
root_finish(struct nm_stage *s)
{
	return nm_stage_finish(((struct root *)s)->canonical);
}

static void
root_free(struct nm_stage *s)
{
	struct root *root = (struct root *)s;

	nm_stage_free(&root->canonical);
	nm_stage_free(&root->body);
	free(root);
}

static struct nm_stage *
root_new(struct nm_reading *r)
{
	static const struct nm_stage_ops ops = { root_write, root_finish,
		root_free };
	struct root *root;
	struct nm_stage *s;

	if (r->options.kind == NM_CONTENT_CMS)
		return nm_pem_new(nm_cms_body_new(r, 0, NULL, 0));
	if ((root = calloc(1, sizeof(*root))) == NULL)
		return NULL;
	s = &root->stage;
	s->ops = &ops;
	root->reading = r;
	root->body = nm_body_new(r, 0, true);
	if (root->body != NULL)
		root->canonical = nm_canonical_new(root->body);
	if (root->canonical == NULL)
		nm_stage_free(&s);
	return s;
}

static enum nm_error
take_context(struct nm_reading *r)
{
	r->result.has_date = r->options.has_context_date;
	r->result.date.seconds = r->options.context_date;
	return nm_sender_find(NULL, r->options.context_from, &r->sender);
}

enum nm_error
nm_reading_new(const struct nm_read_options *options, struct nm_stage *output,
    struct nm_fault *fault, struct nm_reading **out)
{
	struct nm_reading *r = calloc(1, sizeof(*r));
	enum nm_error error = NM_OK;

	*out = NULL;
	if (r == NULL)
		return NM_ERR_INTERNAL;
	r->options = *options;
	r->output = output;
	r->fault = fault;
	if (options->kind != NM_CONTENT_MESSAGE)
		error = take_context(r);
	if (error == NM_OK && (r->root = head_new(r, root_new(r))) == NULL)
		error = NM_ERR_INTERNAL;
	if (error != NM_OK)
		nm_reading_free(&r);
	*out = r;
	return error;
}

void
nm_reading_free(struct nm_reading **r)
{
	if (*r == NULL)
		return;
	nm_stage_free(&(*r)->root);
	nm_header_free(&(*r)->outside);
	nm_sender_clear(&(*r)->sender);
	nm_read_result_clear(&(*r)->result);
	if ((*r)->record != NULL)
		nm_record_clear((*r)->record);
	free((*r)->record);
	free(*r);
	*r = NULL;
}

int64_t
nm_reading_path_time(const struct nm_reading *r)
{
	int64_t now = r->options.now;

	if (r->options.has_at)
		return r->options.at < now ? r->options.at : now;
	if (r->result.has_date && r->result.date.seconds < now)
		return r->result.date.seconds;
	return now;
}

struct nm_stage *
nm_reading_stage(struct nm_reading *r)
{
	return r->root;
}

const struct nm_read_result *
nm_reading_result(struct nm_reading *r)
{
	return &r->result;
}
