/* SPDX-License-Identifier: MPL-2.0 */
#include "service.h"

#include <poll.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

/* Under way at once. */
#define ACTIVE_MAX  256u
#define CONNECTIONS 32L
/* Answers wait that long, and in that many bytes, to be kept. */
#define HOLD_MS	   60000
#define HOLD_BYTES (FETCH_MEMORY / 2)
#define IDLE_MS	   10000

struct service {
	int socket;
	struct fetch_rules *rules;
	struct fetch_cache *cache;
	CURLM *multi;
	struct fetch_transfer *first, *last; /* the oldest first */
	unsigned active;		     /* of them: not just held */
	bool ending;
	struct nm_buffer packet;
};

/* ---- the list ------------------------------------------------------- */

static void
put(struct service *s, struct fetch_transfer *t)
{
	if (s->last != NULL)
		s->last->next = t;
	else
		s->first = t;
	s->last = t;
	s->active++;
}

static void
drop(struct service *s, struct fetch_transfer *t)
{
	struct fetch_transfer **at = &s->first, *before = NULL;

	while (*at != t) {
		before = *at;
		at = &before->next;
	}
	*at = t->next;
	if (s->last == t)
		s->last = before;
	if (t->state != FETCH_HELD)
		s->active--;
	fetch_transfer_free(&t, s->multi);
}

static struct fetch_transfer *
find(const struct service *s, uint32_t id)
{
	struct fetch_transfer *t = s->first;

	while (t != NULL && t->id != id)
		t = t->next;
	return t;
}

/* Those that nobody has said to keep: the late ones, and the oldest of too
 * many. What is not kept is asked for again. */
static void
let_go(struct service *s)
{
	struct fetch_transfer *t, *next;
	int64_t now = host_now();

	for (t = s->first; t != NULL; t = next) {
		next = t->next;
		if (t->state == FETCH_HELD &&
		    (now - t->due >= HOLD_MS || s->rules->memory > HOLD_BYTES))
			drop(s, t);
	}
}

/* ---- from the engine ------------------------------------------------ */

static struct fetch_key
key_of(const struct fetch_transfer *t)
{
	return (struct fetch_key){ t->kind,
		{ (const uint8_t *)t->url, strlen(t->url) },
		nm_buffer_bytes(&t->request) };
}

static void
ask(struct service *s, const struct host_question *q)
{
	struct fetch_transfer *t = fetch_transfer_new(s->rules, q);
	struct fetch_key key;

	if (t == NULL) {
		/* without memory there is no other way to say so */
		s->ending = true;
		return;
	}
	put(s, t);
	key = key_of(t);
	t->from_cache =
	    fetch_cache_get(s->cache, &key, (int64_t)time(NULL), &t->answer);
	s->rules->memory += t->answer.len;
	if (t->from_cache) {
		t->end = HOST_END_ANSWERED;
		t->state = FETCH_SENDING;
	} else if (!fetch_transfer_begin(t, s->multi)) {
		t->state = FETCH_SENDING;
	}
}

static void
keep(struct service *s, struct fetch_transfer *t, int64_t until)
{
	struct fetch_key key = key_of(t);

	fetch_cache_put(s->cache, &key, (int64_t)time(NULL), until,
	    nm_buffer_bytes(&t->answer));
	drop(s, t);
}

static void
take(struct service *s, const struct host_question *q)
{
	struct fetch_transfer *t = find(s, q->id);

	switch (q->type) {
	case HOST_QUESTION_ASK:
		if (t == NULL)
			ask(s, q);
		break;
	case HOST_QUESTION_DROP:
		if (t != NULL)
			drop(s, t);
		break;
	case HOST_QUESTION_KEEP:
		if (t != NULL && t->state == FETCH_HELD)
			keep(s, t, q->until);
		break;
	case HOST_QUESTION_DATA:
	case HOST_QUESTION_END:
		break; /* never to us */
	}
}

/* No more is read then, so the engine keeps its questions. A kept answer adds
 * at most one more to what is here: within FETCH_MEMORY all the same. */
static bool
is_full(const struct service *s)
{
	return s->active >= ACTIVE_MAX || s->rules->memory > HOLD_BYTES;
}

/* The end of the socket, where nothing is read from it: what came before that
 * may still be in it. */
static bool
is_closed(const struct service *s)
{
	struct pollfd engine = { .fd = s->socket };

	return poll(&engine, 1, 0) > 0 && (engine.revents & POLLHUP) != 0;
}

static void
receive(struct service *s)
{
	enum host_receiving got = HOST_RECEIVED;
	struct host_question q;

	while (!s->ending && !is_full(s)) {
		got = host_question_receive(s->socket, &s->packet, &q);
		if (got != HOST_RECEIVED)
			break;
		take(s, &q);
	}
	if (got == HOST_GONE || (is_full(s) && is_closed(s)))
		s->ending = true;
}

/* ---- to the engine -------------------------------------------------- */

/* The next packet of an answer. */
static struct host_question
next_packet(const struct fetch_transfer *t)
{
	struct host_question q = { .type = HOST_QUESTION_END,
		.id = t->id,
		.kind = t->kind,
		.end = t->end };
	size_t left = t->answer.len - t->sent;

	if (left != 0) {
		q.type = HOST_QUESTION_DATA;
		q.data.data = t->answer.data + t->sent;
		q.data.len = left < HOST_ANSWER_DATA ? left : HOST_ANSWER_DATA;
	}
	return q;
}

/* False: there is no room for more now. */
static bool
send_answer(struct service *s, struct fetch_transfer *t)
{
	struct host_question q;

	do {
		q = next_packet(t);
		switch (host_question_send(s->socket, &q)) {
		case HOST_SENT:
			t->sent += q.data.len;
			break;
		case HOST_FULL:
			return false;
		case HOST_UNSENT:
			s->ending = true;
			return false;
		}
	} while (q.type != HOST_QUESTION_END);
	t->due = host_now();
	if (t->end != HOST_END_ANSWERED || t->from_cache) {
		drop(s, t);
	} else {
		t->state = FETCH_HELD;
		s->active--;
	}
	return true;
}

static void
send_answers(struct service *s)
{
	struct fetch_transfer *t, *next;
	bool room = true;

	for (t = s->first; t != NULL && room; t = next) {
		next = t->next;
		if (t->state == FETCH_SENDING)
			room = send_answer(s, t);
	}
}

/* ---- the loop ------------------------------------------------------- */

static void
collect(struct service *s)
{
	struct fetch_transfer *t;
	CURLMsg *message;
	CURLcode code;
	char *private;
	int left;

	while ((message = curl_multi_info_read(s->multi, &left)) != NULL) {
		code = message->data.result;
		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
			&private) != CURLE_OK)
			continue;
		t = (struct fetch_transfer *)(void *)private;
		if (!fetch_transfer_next(t, s->multi, code))
			t->state = FETCH_SENDING;
	}
}

static bool
is_sending(const struct service *s)
{
	const struct fetch_transfer *t = s->first;

	while (t != NULL && t->state != FETCH_SENDING)
		t = t->next;
	return t != NULL;
}

static bool
turn(struct service *s)
{
	struct curl_waitfd engine = { .fd = s->socket };
	int running;

	if (!is_full(s))
		engine.events |= CURL_WAIT_POLLIN;
	if (is_sending(s))
		engine.events |= CURL_WAIT_POLLOUT;
	if (curl_multi_poll(s->multi, &engine, 1, IDLE_MS, NULL) != CURLM_OK)
		return false;
	receive(s);
	if (curl_multi_perform(s->multi, &running) != CURLM_OK)
		return false;
	collect(s);
	send_answers(s);
	let_go(s);
	return !s->ending;
}

bool
fetch_serve(int socket, struct fetch_rules *rules, struct fetch_cache *cache)
{
	struct service s = { .socket = socket, .rules = rules, .cache = cache };
	bool begun;

	s.multi = curl_multi_init();
	begun = s.multi != NULL &&
	    curl_multi_setopt(s.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
		CONNECTIONS) == CURLM_OK;
	while (begun && turn(&s))
		;
	while (s.first != NULL)
		drop(&s, s.first);
	(void)curl_multi_cleanup(s.multi);
	nm_buffer_reset(&s.packet);
	return begun;
}
