/* SPDX-License-Identifier: MPL-2.0 */
#include "stream.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "bounds.h"
#include "reply.h"

/* Clients count upwards: a few ranges hold what they used. */
#define RANGES_MAX 16384

void
host_ids_clear(struct host_ids *ids)
{
	free(ids->ranges);
	*ids = (struct host_ids){ NULL, 0, 0 };
}

static bool
grow(struct host_ids *ids)
{
	size_t room = ids->room == 0 ? 16 : ids->room * 2;
	void *ranges;

	if (ids->count < ids->room)
		return true;
	if (room > RANGES_MAX ||
	    (ranges = realloc(ids->ranges, room * sizeof(*ids->ranges))) ==
		NULL)
		return false;
	ids->ranges = ranges;
	ids->room = room;
	return true;
}

bool
host_ids_claim(struct host_ids *ids, uint64_t id)
{
	size_t low = 0, high = ids->count, mid;
	bool joins_before, joins_after;

	/* the first range that ends at or after id */
	while (low < high) {
		mid = low + (high - low) / 2;
		if (ids->ranges[mid].last < id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < ids->count && ids->ranges[low].first <= id)
		return false;
	joins_before = low > 0 && ids->ranges[low - 1].last == id - 1;
	joins_after = low < ids->count && ids->ranges[low].first == id + 1;
	if (joins_before && joins_after) {
		ids->ranges[low - 1].last = ids->ranges[low].last;
		ids->count--;
		memmove(ids->ranges + low, ids->ranges + low + 1,
		    (ids->count - low) * sizeof(*ids->ranges));
	} else if (joins_before) {
		ids->ranges[low - 1].last = id;
	} else if (joins_after) {
		ids->ranges[low].first = id;
	} else {
		if (!grow(ids))
			return false;
		if (low < ids->count)
			memmove(ids->ranges + low + 1, ids->ranges + low,
			    (ids->count - low) * sizeof(*ids->ranges));
		ids->ranges[low] = (struct host_id_range){ id, id };
		ids->count++;
	}
	return true;
}

/* ---- accepting ------------------------------------------------------ */

static enum nm_error
claim(struct host_call *call, struct json_object *object, uint64_t *id,
    struct nm_fault *fault)
{
	*id = json_object_get_uint64(host_member(object, "stream"));
	if (host_ids_claim(&call->engine->stream_ids, *id))
		return NM_OK;
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "The stream %llu was used before", (unsigned long long)*id);
}

static enum nm_error
accept_input(
    struct host_call *call, struct json_object *content, struct nm_fault *fault)
{
	struct host_engine *e = call->engine;
	enum nm_error err;
	unsigned streaming = 0;

	if ((host_member(content, "data") != NULL) ==
	    (host_member(content, "stream") != NULL))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"content\" must have one of \"data\" and "
		    "\"stream\"");
	call->total = json_object_get_uint64(host_member(content, "size"));
	if (host_member(content, "data") != NULL)
		return NM_OK;
	for (struct host_call *c = e->calls; c != NULL; c = c->next)
		streaming += c->input.id != 0;
	if ((err = claim(call, content, &call->input.id, fault)) != NM_OK)
		return err;
	/* memory is bounded for all of them together */
	call->input.window =
	    streaming < HOST_CROWD ? HOST_CREDIT : HOST_CREDIT_CROWDED;
	call->input.credit = call->input.window;
	call->input.heard = host_now();
	host_engine_send(
	    e, host_reply_credit(call->input.id, call->input.credit));
	return NM_OK;
}

static enum nm_error
accept_outlet(
    struct host_call *call, struct json_object *output, struct nm_fault *fault)
{
	struct host_outlet *o;
	struct json_object *credit;
	enum nm_error err;

	if ((o = calloc(1, sizeof(*o))) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	o->next = call->outlets;
	call->outlets = o;
	if ((err = claim(call, output, &o->id, fault)) != NM_OK)
		return err;
	credit = host_member(output, "credit");
	o->credit =
	    credit != NULL ? json_object_get_uint64(credit) : HOST_CREDIT;
	return NM_OK;
}

enum nm_error
host_streams_accept(
    struct host_call *call, struct json_object *params, struct nm_fault *fault)
{
	struct json_object *output = host_member(params, "output"),
			   *evidence = host_member(params, "evidenceOutput"),
			   *copies = host_member(params, "copyStreams"),
			   *content = host_member(params, "content");
	struct json_object_iterator at, end;
	enum nm_error err = NM_OK;

	if (output != NULL)
		err = accept_outlet(call, output, fault);
	if (err == NM_OK && evidence != NULL)
		err = accept_outlet(call, evidence, fault);
	if (err == NM_OK && copies != NULL) {
		at = json_object_iter_begin(copies);
		end = json_object_iter_end(copies);
		for (; err == NM_OK && !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at))
			err = accept_outlet(
			    call, json_object_iter_peek_value(&at), fault);
	}
	if (err == NM_OK && content != NULL)
		err = accept_input(call, content, fault);
	return err;
}

static void
drop_chunks(struct host_input *in)
{
	struct host_chunk *c;

	while ((c = in->first) != NULL) {
		in->first = c->next;
		free(c);
	}
	in->last = NULL;
}

void
host_streams_drop(struct host_call *call)
{
	struct host_outlet *o;

	drop_chunks(&call->input);
	while ((o = call->outlets) != NULL) {
		call->outlets = o->next;
		free(o);
	}
}

/* ---- what comes in -------------------------------------------------- */

static struct host_call *
input_of(struct host_engine *e, uint64_t id)
{
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		if (c->input.id == id && !c->over)
			return c;
	}
	return NULL;
}

static struct host_call *
outlet_of(struct host_engine *e, uint64_t id, struct host_outlet **out)
{
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		for (*out = c->outlets; *out != NULL; *out = (*out)->next) {
			if ((*out)->id == id && !c->over)
				return c;
		}
	}
	return NULL;
}

bool
host_stream_wanted(struct host_engine *e, uint64_t id)
{
	struct host_outlet *o;

	return input_of(e, id) != NULL || outlet_of(e, id, &o) != NULL;
}

static void
violation(struct host_call *call, const char *text)
{
	drop_chunks(&call->input);
	(void)host_call_end(call, NM_ERR_INVALID_REQUEST, text);
}

static void
wrong_way(struct host_engine *e, uint64_t id)
{
	struct host_outlet *o;
	struct host_call *call = outlet_of(e, id, &o);

	if (call != NULL)
		violation(call, "The stream goes the other way");
}

void
host_stream_data(struct host_engine *e, uint64_t id, struct host_chunk *chunk)
{
	struct host_call *call = input_of(e, id);
	struct host_input *in;

	if (call == NULL) {
		free(chunk);
		wrong_way(e, id);
		return;
	}
	in = &call->input;
	if (chunk == NULL) {
		(void)host_call_end(call, NM_ERR_INTERNAL, "Out of memory");
		return;
	}
	if (in->ended || chunk->len > in->credit) {
		violation(call,
		    in->ended ? "The stream had ended before these bytes"
			      : "More bytes came than there was credit for");
		free(chunk);
		return;
	}
	in->heard = host_now();
	if (chunk->len == 0) {
		free(chunk);
		return;
	}
	in->credit -= chunk->len;
	chunk->next = NULL;
	if (in->last != NULL)
		in->last->next = chunk;
	else
		in->first = chunk;
	in->last = chunk;
	(void)pthread_cond_signal(&call->cond);
}

void
host_stream_refused(struct host_engine *e, uint64_t id, const char *why)
{
	struct host_outlet *o;
	struct host_call *call;

	if (id == 0)
		return;
	if ((call = input_of(e, id)) == NULL)
		call = outlet_of(e, id, &o);
	if (call != NULL)
		violation(call, why);
}

void
host_stream_end(struct host_engine *e, uint64_t id)
{
	struct host_call *call = input_of(e, id);

	if (call == NULL) {
		wrong_way(e, id);
	} else if (call->input.ended) {
		violation(call, "The stream had ended before");
	} else {
		call->input.ended = true;
		(void)pthread_cond_signal(&call->cond);
	}
}

void
host_stream_abort(struct host_engine *e, uint64_t id)
{
	struct host_outlet *o;
	struct host_call *call = input_of(e, id);

	/* whoever does not want the output either gives up as well */
	if (call == NULL)
		call = outlet_of(e, id, &o);
	if (call == NULL)
		return;
	drop_chunks(&call->input);
	(void)host_call_end(call, NM_ERR_CANCELLED, "The stream was aborted");
}

void
host_stream_credit(struct host_engine *e, uint64_t id, uint64_t bytes)
{
	struct host_outlet *o = NULL;
	struct host_call *call = outlet_of(e, id, &o);

	if (call == NULL) {
		if ((call = input_of(e, id)) != NULL)
			violation(call, "The stream goes the other way");
		return;
	}
	o->credit += bytes;
	if (o->credit > (uint64_t)HOST_MAX_INTEGER)
		o->credit = (uint64_t)HOST_MAX_INTEGER;
	if (o->waiting != 0)
		o->waiting = host_now();
	(void)pthread_cond_signal(&call->cond);
}

/* The client is silent where it could have gone on: it has credit and has not
 * ended, or an output waits for its credit. */
static int64_t
silent_since(const struct host_call *call)
{
	int64_t since = INT64_MAX;

	if (call->input.id != 0 && !call->input.ended &&
	    call->input.credit != 0)
		since = call->input.heard;
	for (struct host_outlet *o = call->outlets; o != NULL; o = o->next) {
		if (o->waiting != 0 && o->credit == 0 && o->waiting < since)
			since = o->waiting;
	}
	return since;
}

int64_t
host_streams_expire(struct host_engine *e, int64_t now)
{
	int64_t next = INT64_MAX, since;
	struct host_call *c, *following;

	for (c = e->calls; c != NULL; c = following) {
		following = c->next;
		if (c->over || (since = silent_since(c)) == INT64_MAX)
			continue;
		since += (int64_t)HOST_STREAM_SECONDS * 1000;
		if (since > now) {
			if (since < next)
				next = since;
			continue;
		}
		drop_chunks(&c->input);
		(void)host_call_end(c, NM_ERR_CANCELLED,
		    "The stream was silent for ten minutes");
	}
	return next;
}

/* ---- in the operation's thread -------------------------------------- */

enum nm_error
host_input_take(struct host_call *call, struct host_chunk **chunk)
{
	struct host_input *in = &call->input;

	*chunk = NULL;
	while (in->first == NULL && !in->ended && !call->over)
		host_call_wait(call);
	if (call->over)
		return nm_fail(&call->fault, NM_ERR_CANCELLED,
		    "The operation was cancelled");
	if (in->first != NULL) {
		*chunk = in->first;
		if ((in->first = (*chunk)->next) == NULL)
			in->last = NULL;
	}
	return NM_OK;
}

void
host_input_done(struct host_call *call, struct host_chunk *chunk)
{
	struct host_input *in = &call->input;

	in->spent += chunk->len;
	free(chunk);
	if (call->over || in->ended || in->spent < in->window / 4)
		return;
	if (in->credit == 0)
		in->heard = host_now(); /* it could not have gone on before */
	in->credit += in->spent;
	host_engine_send(call->engine, host_reply_credit(in->id, in->spent));
	in->spent = 0;
}

enum nm_error
host_outlet_reserve(
    struct host_call *call, struct host_outlet *o, size_t want, size_t *got)
{
	struct host_engine *e = call->engine;

	while (!call->over &&
	    (o->credit == 0 || e->queue.bytes >= HOST_QUEUE_FULL)) {
		if (o->credit == 0 && o->waiting == 0)
			o->waiting = host_now();
		host_call_wait(call);
	}
	o->waiting = 0;
	if (call->over)
		return nm_fail(&call->fault, NM_ERR_CANCELLED,
		    "The operation was cancelled");
	*got = o->credit < want ? (size_t)o->credit : want;
	o->credit -= *got;
	return NM_OK;
}
