/* SPDX-License-Identifier: MPL-2.0 */
/* What operation.h promises to the handlers. */
#include "operation.h"

#include <stdlib.h>

#include <nssmime/mime.h>

#include "call.h"
#include "bounds.h"
#include "reply.h"

#define SLICE		  (64u * 1024u)
#define PROGRESS_INTERVAL 100 /* milliseconds */

struct nm_fault *
host_call_fault(struct host_call *call)
{
	return &call->fault;
}

struct json_object *
host_call_error_data(struct host_call *call)
{
	if (call->error_data == NULL)
		call->error_data = json_object_new_object();
	return call->error_data;
}

struct nm_database *
host_call_database(struct host_call *call)
{
	return call->engine->session.database;
}

struct nm_index *
host_call_index(struct host_call *call)
{
	return call->engine->session.index;
}

bool
host_call_newer_nss(const struct host_call *call)
{
	return call->engine->newer_nss;
}

const struct host_settings *
host_call_settings(struct host_call *call)
{
	return call->engine->settings;
}

enum nm_database_kind
host_call_caller_kind(struct host_call *call)
{
	return call->engine->caller->kind;
}

const struct nm_asker *
host_call_asker(struct host_call *call)
{
	return call->may_prompt ? &call->asker : NULL;
}

const struct nm_fetcher *
host_call_fetcher(struct host_call *call, bool online)
{
	return online &&
		call->engine->settings->revocation != HOST_REVOCATION_OFF
	    ? &call->fetcher
	    : NULL;
}

const struct nm_fetcher *
host_call_timestamper(struct host_call *call, bool online)
{
	return online && call->engine->settings->timestamp_authority != NULL
	    ? &call->fetcher
	    : NULL;
}

const char *
host_call_origin(const struct host_call *call)
{
	return call->origin;
}

bool
host_call_asks_to_sign(const struct host_call *call)
{
	return call->origin != NULL && !call->may_sign;
}

bool
host_call_commit(struct host_call *call)
{
	struct host_engine *e = call->engine;

	(void)pthread_mutex_lock(&e->lock);
	if (!call->over)
		call->committed = true;
	(void)pthread_mutex_unlock(&e->lock);
	return call->committed;
}

enum nm_error
host_call_save(struct host_call *call, const char *name, const void *data,
    size_t len, char **saved)
{
	return host_prompt_save(
	    call, name, (struct nm_bytes){ data, len }, saved);
}

enum nm_error
host_call_use_database(struct host_call *call, const char *folder)
{
	return host_prompt_change(call, HOST_USE, folder);
}

enum nm_error
host_call_allow_origin(struct host_call *call)
{
	return host_prompt_change(call, HOST_ALLOW, call->origin);
}

enum nm_error
host_call_forget_origin(struct host_call *call)
{
	return host_prompt_change(call, HOST_FORGET, call->origin);
}

void
host_call_blocking(struct host_call *call, void (*work)(void *), void *arg)
{
	struct host_engine *e = call->engine;

	(void)pthread_mutex_lock(&e->lock);
	host_baton_give(&e->baton);
	(void)pthread_mutex_unlock(&e->lock);
	work(arg);
	(void)pthread_mutex_lock(&e->lock);
	host_baton_take(&e->baton, &call->turn, &e->lock);
	(void)pthread_mutex_unlock(&e->lock);
}

void
host_call_end_connection(struct host_call *call)
{
	call->end_connection = true;
}

/* ---- feeding -------------------------------------------------------- */

/* Between two slices: others have their turn, the client learns how far it
 * is. Lock held. */
static enum nm_error
pause_between(struct host_call *call)
{
	struct host_engine *e = call->engine;
	int64_t now;

	if (host_baton_wanted(&e->baton)) {
		host_baton_give(&e->baton);
		host_baton_take(&e->baton, &call->turn, &e->lock);
	}
	if (call->over)
		return nm_fail(&call->fault, NM_ERR_CANCELLED,
		    "The operation was cancelled");
	if (call->shows_progress) {
		now = host_now();
		if (now - PROGRESS_INTERVAL >= call->shown) {
			call->shown = now;
			host_engine_send(e,
			    host_reply_progress(
				call->id, call->done, call->total));
		}
	}
	return NM_OK;
}

enum nm_error
host_call_feed_bytes(struct host_call *call, const uint8_t *data, size_t len,
    struct nm_stage *head)
{
	struct host_engine *e = call->engine;
	enum nm_error err = NM_OK;
	size_t slice;

	while (err == NM_OK && len != 0) {
		slice = len < SLICE ? len : SLICE;
		if ((err = nm_stage_write(head, data, slice)) != NM_OK)
			break;
		data += slice;
		len -= slice;
		call->done += slice;
		(void)pthread_mutex_lock(&e->lock);
		err = pause_between(call);
		(void)pthread_mutex_unlock(&e->lock);
	}
	return err;
}

static enum nm_error
feed_inline(
    struct host_call *call, struct json_object *data, struct nm_stage *head)
{
	size_t text_len = (size_t)json_object_get_string_len(data), len;
	uint8_t *bytes = malloc(text_len / 4 * 3 + 1);
	enum nm_error err;

	if (bytes == NULL)
		return nm_fail(&call->fault, NM_ERR_INTERNAL, "Out of memory");
	if (!nm_base64_decode(
		json_object_get_string(data), text_len, bytes, &len)) {
		err = nm_fail(&call->fault, NM_ERR_INVALID_PARAMS,
		    "The content's data is not strict base64");
	} else {
		call->total = len;
		err = host_call_feed_bytes(call, bytes, len, head);
	}
	free(bytes);
	return err;
}

static enum nm_error
feed_stream(struct host_call *call, struct nm_stage *head)
{
	struct host_engine *e = call->engine;
	struct host_chunk *chunk;
	enum nm_error err;

	for (;;) {
		(void)pthread_mutex_lock(&e->lock);
		err = host_input_take(call, &chunk);
		(void)pthread_mutex_unlock(&e->lock);
		if (err != NM_OK || chunk == NULL)
			return err;
		err = host_call_feed_bytes(call, chunk->data, chunk->len, head);
		(void)pthread_mutex_lock(&e->lock);
		host_input_done(call, chunk);
		(void)pthread_mutex_unlock(&e->lock);
		if (err != NM_OK)
			return err;
	}
}

enum nm_error
host_call_feed(
    struct host_call *call, struct json_object *content, struct nm_stage *head)
{
	struct json_object *data = host_member(content, "data");
	enum nm_error err;

	if (data != NULL)
		err = feed_inline(call, data, head);
	else if (call->input.id != 0)
		err = feed_stream(call, head);
	else
		err = nm_fail(&call->fault, NM_ERR_INVALID_PARAMS,
		    "Missing member \"content\"");
	return err == NM_OK ? nm_stage_finish(head) : err;
}
