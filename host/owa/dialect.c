/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What Microsoft's extension for Outlook on the web sends, and what it is
 * answered: PROTOCOL.md. Everything gets an answer.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer.h"
#include "call.h"
#include "dialect.h"
#include "frame.h"
#include "log.h"
#include "operation_owa.h"
#include "trace.h"

static bool
open_owa(struct host_engine *e)
{
	if ((e->owa = calloc(1, sizeof(*e->owa))) == NULL)
		return false;
	(void)pthread_mutex_init(&e->owa->lock, NULL);
	if (e->settings->owa_trace &&
	    (e->owa->trace = host_owa_trace_open()) == NULL)
		host_log(e->log, HOST_LOG_WARNING,
		    "the trace for Outlook on the web cannot be written");
	return true;
}

static void
close_owa(struct host_engine *e)
{
	if (e->owa == NULL)
		return;
	host_owa_clear(e->owa);
	host_owa_trace_close(&e->owa->trace);
	(void)pthread_mutex_destroy(&e->owa->lock);
	free(e->owa);
	e->owa = NULL;
}

static void
put_out(struct host_engine *e, struct host_frame *f)
{
	(void)pthread_mutex_lock(&e->lock);
	host_engine_send(e, f);
	(void)pthread_mutex_unlock(&e->lock);
}

/* ---- what comes in ----------------------------------------------- */

/* Whatever is short enough to be kept and given back. */
static struct host_slice
key_of(struct host_slice s)
{
	if (s.kind == HOST_SLICE_STRING) {
		/* with its quotes, as it is given back */
		s.text--;
		s.len += 2;
	}
	if (s.len > HOST_OWA_MAX_KEY)
		s = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	return s;
}

static void
begin_call(struct host_engine *e, uint64_t ticket)
{
	char *id = NULL;

	if (asprintf(&id, "%" PRIu64, ticket) < 0) {
		put_out(e, NULL);
		return;
	}
	host_call_begin(e, &host_owa_operation, id, NULL);
}

static void
end_call(struct host_engine *e, uint64_t ticket)
{
	struct host_call *call;
	char id[24];

	(void)snprintf(id, sizeof(id), "%" PRIu64, ticket);
	(void)pthread_mutex_lock(&e->lock);
	if ((call = host_call_find(e, id)) != NULL)
		(void)host_call_end(call, NM_ERR_CANCELLED, NULL);
	(void)pthread_mutex_unlock(&e->lock);
}

static void
take_upload(struct host_engine *e, const struct host_owa_key *key,
    struct host_slice data)
{
	static const char *const names[] = { "StartOffset", "IsLastPart",
		"PartialData" };
	struct host_slice m[3];
	struct host_owa_part part;
	struct host_owa_ack ack;
	uint64_t ticket, replaced;
	enum host_owa_next next;

	host_slice_members(data, names, m, 3);
	part.has_start = host_slice_number(m[0], &part.start);
	part.last = m[1].kind == HOST_SLICE_TRUE;
	part.text = m[2].kind == HOST_SLICE_STRING
	    ? m[2]
	    : (struct host_slice){ HOST_SLICE_STRING, "", 0 };
	(void)pthread_mutex_lock(&e->owa->lock);
	next = host_owa_take_part(
	    e->owa, key, &part, host_now(), &ack, &ticket, &replaced);
	(void)pthread_mutex_unlock(&e->owa->lock);
	if (replaced != 0)
		end_call(e, replaced);
	if (next == HOST_OWA_START)
		begin_call(e, ticket);
	else if (next == HOST_OWA_DONE)
		put_out(e, host_owa_answer_last(key));
	else
		put_out(e, host_owa_answer_part(key, &ack));
}

/* The next part of a result that is there; after the last there is none. */
static struct host_frame *
next_part(
    struct host_owa_request *r, const struct host_owa_key *key, size_t most)
{
	struct host_owa_cut cut;

	if (host_owa_fetched(r))
		return host_owa_answer_no_result(key);
	host_owa_cut_part(r, most, &cut);
	return host_owa_answer_cut(key, &cut);
}

static struct host_frame *
fetch(struct host_owa *o, const struct host_owa_key *key, size_t most,
    bool *later)
{
	struct host_owa_request *r = host_owa_find(o, key);
	struct host_frame *f;

	*later = false;
	if (r == NULL || r->phase == HOST_OWA_COLLECTING)
		return host_owa_answer_no_result(key);
	r->touched = host_now();
	if (r->phase == HOST_OWA_READY) {
		f = next_part(r, key, most);
		if (host_owa_fetched(r))
			host_owa_remove(o, r);
		return f;
	}
	if (r->waiting == HOST_OWA_MAX_WAITING)
		return host_owa_answer_no_result(key);
	*later = true;
	r->waiting++;
	r->part = most;
	return NULL;
}

static void
take_download(struct host_engine *e, const struct host_owa_key *key,
    struct host_slice data)
{
	struct host_frame *f;
	uint64_t most;
	bool later;

	/* what is no size, or too much, is the most that fits a frame */
	if (!host_slice_number(host_slice_member(data, "MaxPartSize"), &most) ||
	    most == 0 || most > HOST_OWA_MAX_PART)
		most = HOST_OWA_MAX_PART;
	(void)pthread_mutex_lock(&e->owa->lock);
	f = fetch(e->owa, key, (size_t)most, &later);
	(void)pthread_mutex_unlock(&e->owa->lock);
	if (!later)
		put_out(e, f);
}

static void
take(struct host_engine *e, const char *text, size_t len)
{
	static const char *const names[] = { "messageType", "portId",
		"requestId", "data" };
	struct host_owa_key key = { .port = { .kind = HOST_SLICE_NONE } };
	struct host_slice root, m[4], type, data;

	if (!host_slice_parse(text, len, &root)) {
		type = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
		put_out(e, host_owa_answer_unknown(&key, type));
		return;
	}
	host_owa_trace_write(e->owa->trace, "frame", root);
	host_slice_members(root, names, m, 4);
	type = m[0];
	key.port = key_of(m[1]);
	key.id = key_of(m[2]);
	data = m[3];
	if (host_slice_is(type, "GetSettings"))
		put_out(e, host_owa_answer_settings(&e->settings->owa));
	else if (host_slice_is(type, HOST_OWA_UPLOAD))
		take_upload(e, &key, data);
	else if (host_slice_is(type, HOST_OWA_DOWNLOAD))
		take_download(e, &key, data);
	else
		put_out(e, host_owa_answer_unknown(&key, type));
}

/* ---- frames that are too large ----------------------------------- */

static void
too_large(struct host_engine *e)
{
	(void)e; /* skipped() knows whose it is */
}

/* A member's scalar among the first bytes of a frame. */
static struct host_slice
glimpse(const char *text, size_t len, const char *name)
{
	struct host_slice found = { HOST_SLICE_NONE, NULL, 0 };
	char quoted[24];
	const char *at, *end = text + len;
	size_t n;

	n = (size_t)snprintf(quoted, sizeof(quoted), "\"%s\"", name);
	if ((at = memmem(text, len, quoted, n)) == NULL)
		return found;
	at += n;
	at += strspn(at, " \t\r\n:");
	for (n = 1; at + n < end; n++) {
		if (host_slice_parse(at, n, &found) &&
		    (found.kind == HOST_SLICE_STRING ||
			strchr(",} \t\r\n", at[n]) != NULL))
			break;
	}
	if (at + n >= end)
		return (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	if (found.kind == HOST_SLICE_STRING) {
		found.text--;
		found.len += 2;
	}
	return found;
}

static void
skipped(struct host_engine *e, const char *text, size_t len)
{
	struct host_owa_key key = { .port = glimpse(text, len, "portId"),
		.id = glimpse(text, len, "requestId") };
	struct nm_buffer result = NM_BUFFER_INIT;
	struct host_owa_request *r;
	uint64_t replaced = 0;

	(void)pthread_mutex_lock(&e->owa->lock);
	r = host_owa_find(e->owa, &key);
	if (r != NULL && r->phase == HOST_OWA_RUNNING) {
		replaced = r->ticket;
		r->replaced = true;
		r = NULL;
	}
	if (r == NULL)
		r = host_owa_add(e->owa, &key, host_now());
	if (r != NULL) {
		host_owa_error_write(&result, HOST_OWA_TOO_LARGE);
		host_owa_finish(e->owa, r, &result);
	}
	(void)pthread_mutex_unlock(&e->owa->lock);
	if (replaced != 0)
		end_call(e, replaced);
	put_out(e, host_owa_answer_last(&key));
}

/* ---- what a call ends with --------------------------------------- */

static int64_t
expire(struct host_engine *e, int64_t now)
{
	int64_t due;

	(void)pthread_mutex_lock(&e->owa->lock);
	due = host_owa_expire(e->owa, now);
	(void)pthread_mutex_unlock(&e->owa->lock);
	return due;
}

static struct host_slice
raw(const char *text)
{
	return text == NULL
	    ? (struct host_slice){ HOST_SLICE_NONE, NULL, 0 }
	    : (struct host_slice){ HOST_SLICE_NUMBER, text, strlen(text) };
}

static void
fail(struct host_owa *o, struct host_owa_request *r, enum nm_error error)
{
	struct nm_buffer result = NM_BUFFER_INIT;

	host_owa_error_write(&result,
	    host_owa_code(
		error == NM_OK ? NM_ERR_INTERNAL : error, HOST_OWA_OTHER));
	host_owa_finish(o, r, &result);
}

/* Acknowledges the last part, and hands out what was asked for meanwhile. */
static struct host_frame *
settle(struct host_owa *o, struct host_owa_request *r, enum nm_error error)
{
	struct host_owa_key key = { raw(r->port), raw(r->id) };
	struct host_frame *first, **last;

	if (r->phase == HOST_OWA_RUNNING)
		fail(o, r, error);
	r->touched = host_now();
	first = host_owa_answer_last(&key);
	for (last = &first; *last != NULL && r->waiting != 0; r->waiting--) {
		last = &(*last)->next;
		*last = next_part(r, &key, r->part);
	}
	if (r->replaced || host_owa_fetched(r))
		host_owa_remove(o, r);
	return first;
}

static struct host_frame *
reply(struct host_call *call, enum nm_error error, const char *text,
    struct json_object *data, struct json_object *result)
{
	struct host_engine *e = call->engine;
	struct host_frame *f = NULL;
	struct host_owa_request *r;

	(void)data;
	(void)result;
	if (error != NM_OK && text != NULL)
		host_log(e->log, HOST_LOG_INFO, "Outlook on the web: %s", text);
	(void)pthread_mutex_lock(&e->owa->lock);
	r = host_owa_by_ticket(e->owa, strtoull(call->id, NULL, 10));
	if (r != NULL)
		f = settle(e->owa, r, error);
	(void)pthread_mutex_unlock(&e->owa->lock);
	return f;
}

const struct host_dialect host_owa_dialect = {
	.max_frame = HOST_OWA_MAX_FRAME,
	.open = open_owa,
	.close = close_owa,
	.take = take,
	.too_large = too_large,
	.skipped = skipped,
	.expire = expire,
	.reply = reply,
};
