/* SPDX-License-Identifier: MPL-2.0 */
#include "fetching.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "common/question.h"

/* More than the program gives itself: past it, it is broken. */
#define GRACE_MS 5000
/* Packets in a row, so that the client is heard as well. */
#define PACKETS_AT_ONCE 64

/* A question that has no answer yet. */
struct host_asked {
	struct host_asked *next;
	struct nm_fetch *fetch;
	struct host_call *call;
	unsigned *left; /* of the call's questions */
	uint32_t id;
	int64_t due;
	bool sent;
};

static const char *const ends[HOST_END_COUNT] = {
	[HOST_END_ANSWERED] = "answered",
	[HOST_END_UNREACHABLE] = "no answer",
	[HOST_END_REFUSED] = "not allowed",
	[HOST_END_TOO_LARGE] = "too large",
	[HOST_END_TOO_SLOW] = "too slow",
};

/* ---- the list ------------------------------------------------------- */

static void
put(struct host_fetching *f, struct host_asked *a)
{
	a->next = NULL;
	if (f->last != NULL)
		f->last->next = a;
	else
		f->first = a;
	f->last = a;
}

static struct host_asked *
find(const struct host_fetching *f, uint32_t id)
{
	struct host_asked *a = f->first;

	while (a != NULL && a->id != id)
		a = a->next;
	return a;
}

static void
unlist(struct host_fetching *f, const struct host_asked *a)
{
	struct host_asked **at = &f->first, *before = NULL;

	while (*at != a) {
		before = *at;
		at = &before->next;
	}
	*at = a->next;
	if (f->last == a)
		f->last = before;
}

/* It will have no more than it has; what came of a failed one goes. */
static void
settle(struct host_engine *e, struct host_asked *a, bool answered)
{
	unlist(&e->fetching, a);
	a->fetch->answered = answered;
	if (!answered)
		nm_buffer_reset(&a->fetch->answer);
	if (--*a->left == 0)
		(void)pthread_cond_signal(&a->call->cond);
}

/* The program is gone, or is to go: its end is that of its socket. */
static void
let_go(struct host_engine *e)
{
	struct host_fetching *f = &e->fetching;

	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	while (f->first != NULL)
		settle(e, f->first, false);
}

/* ---- sending -------------------------------------------------------- */

/* A word about a question; one that finds no room is lost, and does no harm:
 * an answer that nobody waits for, or one that is not kept. */
static void
tell(const struct host_engine *e, enum host_question_type type, uint32_t id,
    int64_t until)
{
	struct host_question q = { .type = type, .id = id, .until = until };

	if (e->fetching.fd >= 0)
		(void)host_question_send(e->fetching.fd, &q);
}

static void
send_asked(struct host_engine *e)
{
	struct host_fetching *f = &e->fetching;

	for (struct host_asked *a = f->first; a != NULL; a = a->next) {
		struct host_question q = { .type = HOST_QUESTION_ASK,
			.id = a->id,
			.kind = a->fetch->kind,
			.url = { (const uint8_t *)a->fetch->url,
			    strlen(a->fetch->url) },
			.data = a->fetch->request };

		if (a->sent)
			continue;
		switch (host_question_send(f->fd, &q)) {
		case HOST_SENT:
			a->sent = true;
			break;
		case HOST_FULL:
			return;
		case HOST_UNSENT:
			let_go(e);
			return;
		}
	}
}

/* Sends what is to be sent, when there is somebody to send it to. */
static void
pump(struct host_engine *e)
{
	struct host_message m = { .type = HOST_FETCH };
	struct host_fetching *f = &e->fetching;

	if (f->first == NULL)
		return;
	host_engine_wake(e); /* it has to look when they are due */
	if (f->fd >= 0) {
		send_asked(e);
	} else if (!f->starting) {
		f->starting = host_channel_send(e->channel, &m);
		if (!f->starting)
			let_go(e);
	}
}

/* ---- receiving ------------------------------------------------------ */

static void
take(struct host_engine *e, const struct host_question *q)
{
	struct host_asked *a = find(&e->fetching, q->id);

	if (a == NULL || !a->sent)
		return; /* nobody waits for it any more */
	if (q->type == HOST_QUESTION_END) {
		host_log(e->log, HOST_LOG_INFO, "%.200s: %s", a->fetch->url,
		    ends[q->end]);
		settle(e, a,
		    q->end == HOST_END_ANSWERED &&
			!nm_buffer_failed(&a->fetch->answer));
		return;
	}
	if (q->type != HOST_QUESTION_DATA)
		return;
	if (q->data.len >
	    host_question_size(a->fetch->kind) - a->fetch->answer.len) {
		tell(e, HOST_QUESTION_DROP, a->id, 0);
		settle(e, a, false);
		return;
	}
	nm_buffer_append(&a->fetch->answer, q->data.data, q->data.len);
}

void
host_fetching_started(struct host_engine *e, int fd)
{
	e->fetching.starting = false;
	if (e->fetching.fd >= 0)
		(void)close(e->fetching.fd);
	e->fetching.fd = fd;
	if (fd < 0)
		let_go(e);
	else
		pump(e);
}

short
host_fetching_events(const struct host_engine *e)
{
	const struct host_asked *a = e->fetching.first;

	while (a != NULL && a->sent)
		a = a->next;
	return a == NULL ? POLLIN : POLLIN | POLLOUT;
}

void
host_fetching_handle(struct host_engine *e, short events)
{
	struct host_fetching *f = &e->fetching;
	enum host_receiving got = HOST_RECEIVED;
	struct host_question q;

	if (f->fd < 0)
		return;
	for (unsigned i = 0; got == HOST_RECEIVED && i < PACKETS_AT_ONCE; i++) {
		got = host_question_receive(f->fd, &f->packet, &q);
		if (got == HOST_RECEIVED)
			take(e, &q);
	}
	if (got == HOST_GONE)
		let_go(e);
	else if ((events & POLLOUT) != 0)
		send_asked(e);
}

int64_t
host_fetching_expire(struct host_engine *e, int64_t now)
{
	int64_t next = INT64_MAX;

	for (struct host_asked *a = e->fetching.first; a != NULL; a = a->next) {
		if (a->due <= now) {
			let_go(e);
			return INT64_MAX;
		}
		if (a->due < next)
			next = a->due;
	}
	return next;
}

void
host_fetching_clear(struct host_engine *e)
{
	let_go(e);
	nm_buffer_reset(&e->fetching.packet);
}

/* ---- in the operation's thread -------------------------------------- */

static bool
is_askable(const struct nm_fetch *fetch)
{
	struct host_question q = { .type = HOST_QUESTION_ASK,
		.kind = fetch->kind,
		.url = { (const uint8_t *)fetch->url, strlen(fetch->url) },
		.data = fetch->request };

	return host_question_fits(&q);
}

static void
remember(struct host_call *call, const struct nm_fetch *fetch, uint32_t id)
{
	call->remembered[call->asked++ % HOST_REMEMBERED] =
	    (struct host_remembered){ fetch, id };
}

/* Lock held; gives the baton away meanwhile. */
static void
await(struct host_call *call, const unsigned *left)
{
	struct host_engine *e = call->engine;

	host_baton_give(&e->baton);
	while (!call->over && *left != 0)
		(void)pthread_cond_wait(&call->cond, &e->lock);
	host_baton_take(&e->baton, &call->turn, &e->lock);
}

static enum nm_error
get(void *arg, struct nm_fetch *fetches, size_t count)
{
	struct host_call *call = arg;
	struct host_engine *e = call->engine;
	struct host_asked *asked = calloc(count + 1, sizeof(*asked));
	unsigned left = 0;
	bool over;

	if (asked == NULL)
		return nm_fail(&call->fault, NM_ERR_INTERNAL, "Out of memory");
	(void)pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < count; i++) {
		fetches[i].answered = false;
		nm_buffer_reset(&fetches[i].answer);
		if (!is_askable(&fetches[i]))
			continue;
		asked[left].fetch = &fetches[i];
		asked[left].call = call;
		asked[left].left = &left;
		asked[left].id = ++e->fetching.count;
		asked[left].due =
		    host_now() + host_question_time(fetches[i].kind) + GRACE_MS;
		remember(call, &fetches[i], asked[left].id);
		put(&e->fetching, &asked[left++]);
	}
	pump(e);
	await(call, &left);
	over = call->over;
	for (size_t i = 0; i < count && left != 0; i++) {
		if (asked[i].left == NULL ||
		    find(&e->fetching, asked[i].id) != &asked[i])
			continue;
		tell(e, HOST_QUESTION_DROP, asked[i].id, 0);
		settle(e, &asked[i], false);
	}
	(void)pthread_mutex_unlock(&e->lock);
	free(asked);
	return over ? nm_fail(&call->fault, NM_ERR_CANCELLED,
			  "The operation was cancelled")
		    : NM_OK;
}

static void
keep(void *arg, const struct nm_fetch *fetch, int64_t until)
{
	struct host_call *call = arg;
	struct host_engine *e = call->engine;
	const struct host_remembered *r;

	/* what answers a nonce answers no other question (RFC 9654) */
	if (fetch->kind == NM_FETCH_OCSP && e->settings->ocsp_nonce)
		return;
	for (unsigned i = 0; i < HOST_REMEMBERED && i < call->asked; i++) {
		/* the latest first: an address may have been used twice */
		r = &call->remembered[(call->asked - 1 - i) % HOST_REMEMBERED];
		if (r->fetch != fetch)
			continue;
		(void)pthread_mutex_lock(&e->lock);
		tell(e, HOST_QUESTION_KEEP, r->id, until);
		(void)pthread_mutex_unlock(&e->lock);
		return;
	}
}

const struct nm_fetcher host_fetching_fetcher = { NULL, get, keep };
