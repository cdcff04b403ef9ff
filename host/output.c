/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The last stage of an operation. A streamed output is encoded straight into
 * the frames that go out; nothing is copied in between.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "call.h"
#include "bounds.h"
#include "reply.h"

#define TRAILER "\"}}"
/* The most decoded bytes in a frame; whole groups of base64. */
#define FILL (HOST_MAX_DATA / 3 * 3)

struct output {
	struct nm_stage stage;
	struct host_call *call;
	struct host_outlet *outlet; /* NULL: inline */
	/* the frame being filled */
	struct host_frame *frame;
	size_t reserved; /* decoded bytes that still go into it */
	uint8_t rest[3]; /* too few for a group */
	size_t rest_len;
	/* inline */
	struct nm_buffer buffer;
	bool finished;
};

static enum nm_error
out_of_memory(struct output *o)
{
	return nm_fail(&o->call->fault, NM_ERR_INTERNAL, "Out of memory");
}

static enum nm_error
start_frame(struct output *o)
{
	struct host_engine *e = o->call->engine;
	char head[128];
	enum nm_error err;
	int len;

	(void)pthread_mutex_lock(&e->lock);
	err = host_outlet_reserve(o->call, o->outlet, FILL, &o->reserved);
	(void)pthread_mutex_unlock(&e->lock);
	if (err != NM_OK)
		return err;
	len = snprintf(head, sizeof(head),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"stream.data\",\"params\":"
	    "{\"stream\":%" PRIu64 ",\"data\":\"",
	    o->outlet->id);
	o->frame = host_frame_new((size_t)len +
	    nm_base64_encoded_size(o->reserved) + strlen(TRAILER));
	if (o->frame == NULL)
		return out_of_memory(o);
	host_frame_append(o->frame, head, (size_t)len);
	return NM_OK;
}

static void
encode(struct output *o, const uint8_t *data, size_t len)
{
	nm_base64_encode(data, len, host_frame_body(o->frame));
	o->frame->len += nm_base64_encoded_size(len);
}

static void
end_frame(struct output *o)
{
	struct host_engine *e = o->call->engine;

	encode(o, o->rest, o->rest_len);
	o->rest_len = 0;
	host_frame_append(o->frame, TRAILER, strlen(TRAILER));
	(void)pthread_mutex_lock(&e->lock);
	o->outlet->credit += o->reserved; /* what was not used of it */
	if (o->call->over)
		host_frame_free(o->frame);
	else
		host_engine_send(e, o->frame);
	(void)pthread_mutex_unlock(&e->lock);
	o->frame = NULL;
	o->reserved = 0;
}

/* Puts at most `reserved` bytes into the frame. */
static size_t
fill(struct output *o, const uint8_t *data, size_t len)
{
	size_t taken = 0, whole;

	if (len > o->reserved)
		len = o->reserved;
	o->reserved -= len;
	while (o->rest_len != 0 && o->rest_len < 3 && taken < len)
		o->rest[o->rest_len++] = data[taken++];
	if (o->rest_len == 3) {
		encode(o, o->rest, 3);
		o->rest_len = 0;
	}
	whole = (len - taken) / 3 * 3;
	encode(o, data + taken, whole);
	taken += whole;
	while (taken < len)
		o->rest[o->rest_len++] = data[taken++];
	return taken;
}

static enum nm_error
stream_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct output *o = (struct output *)s;
	enum nm_error err;
	size_t taken;

	while (len != 0) {
		if (o->frame == NULL && (err = start_frame(o)) != NM_OK)
			return err;
		taken = fill(o, data, len);
		data += taken;
		len -= taken;
		if (o->reserved == 0)
			end_frame(o);
	}
	return NM_OK;
}

static enum nm_error
stream_finish(struct nm_stage *s)
{
	struct output *o = (struct output *)s;
	struct host_engine *e = o->call->engine;

	if (o->frame != NULL)
		end_frame(o);
	(void)pthread_mutex_lock(&e->lock);
	if (!o->call->over)
		host_engine_send(e, host_reply_end(o->outlet->id));
	(void)pthread_mutex_unlock(&e->lock);
	o->finished = true;
	return NM_OK;
}

static enum nm_error
inline_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct output *o = (struct output *)s;

	if (len > HOST_MAX_INLINE || o->buffer.len > HOST_MAX_INLINE - len)
		return nm_fail(&o->call->fault, NM_ERR_TOO_LARGE,
		    "The output is larger than 524288 bytes and no stream was "
		    "named for it");
	nm_buffer_append(&o->buffer, data, len);
	return nm_buffer_failed(&o->buffer) ? out_of_memory(o) : NM_OK;
}

static enum nm_error
inline_finish(struct nm_stage *s)
{
	((struct output *)s)->finished = true;
	return NM_OK;
}

static void
output_free(struct nm_stage *s)
{
	struct output *o = (struct output *)s;

	host_frame_free(o->frame);
	nm_buffer_reset(&o->buffer);
	nm_wipe(o->rest, sizeof(o->rest));
	free(o);
}

static const struct nm_stage_ops stream_ops = { stream_write, stream_finish,
	output_free };
static const struct nm_stage_ops inline_ops = { inline_write, inline_finish,
	output_free };

enum nm_error
host_output_new(
    struct host_call *call, struct json_object *output, struct nm_stage **out)
{
	struct host_outlet *outlet = NULL;
	struct output *o;
	uint64_t id;

	*out = NULL;
	if (output != NULL) {
		id = json_object_get_uint64(host_member(output, "stream"));
		/* the list does not change once the call has begun */
		for (outlet = call->outlets; outlet != NULL && outlet->id != id;
		     outlet = outlet->next)
			;
		if (outlet == NULL || outlet->opened)
			return nm_fail(&call->fault, NM_ERR_INTERNAL,
			    "An output has no stream of its own");
		outlet->opened = true;
	}
	if ((o = calloc(1, sizeof(*o))) == NULL)
		return nm_fail(&call->fault, NM_ERR_INTERNAL, "Out of memory");
	o->stage.ops = outlet != NULL ? &stream_ops : &inline_ops;
	o->call = call;
	o->outlet = outlet;
	*out = &o->stage;
	return NM_OK;
}

struct json_object *
host_output_result(struct nm_stage *output)
{
	struct output *o = (struct output *)output;
	struct json_object *result, *value = NULL;
	char *text;
	size_t len;

	if (!o->finished || (result = json_object_new_object()) == NULL)
		return NULL;
	if (o->outlet != NULL) {
		value = json_object_new_uint64(o->outlet->id);
		(void)json_object_object_add(result, "stream", value);
		return result;
	}
	len = nm_base64_encoded_size(o->buffer.len);
	if ((text = malloc(len + 1)) != NULL) {
		nm_base64_encode(o->buffer.data, o->buffer.len, text);
		value = json_object_new_string_len(text, (int)len);
		nm_wipe(text, len);
		free(text);
	}
	if (value == NULL) {
		json_object_put(result);
		return NULL;
	}
	(void)json_object_object_add(result, "data", value);
	return result;
}
