/* SPDX-License-Identifier: MPL-2.0 */
#include "request.h"

#include <stdlib.h>
#include <string.h>

#include "limit.h"

static bool
same(const char *text, struct host_slice s)
{
	if (text == NULL || s.kind == HOST_SLICE_NONE)
		return text == NULL && s.kind == HOST_SLICE_NONE;
	return strlen(text) == s.len && memcmp(text, s.text, s.len) == 0;
}

static char *
copy(struct host_slice s)
{
	return s.kind == HOST_SLICE_NONE ? NULL : strndup(s.text, s.len);
}

struct host_owa_request *
host_owa_find(struct host_owa *o, const struct host_owa_key *key)
{
	struct host_owa_request *r;

	for (r = o->first; r != NULL; r = r->next) {
		if (!r->replaced && same(r->port, key->port) &&
		    same(r->id, key->id))
			break;
	}
	return r;
}

struct host_owa_request *
host_owa_by_ticket(struct host_owa *o, uint64_t ticket)
{
	struct host_owa_request *r;

	for (r = o->first; r != NULL && r->ticket != ticket; r = r->next)
		;
	return r;
}

void
host_owa_account(struct host_owa *o, size_t before, size_t after)
{
	o->held += after;
	o->held -= before;
}

static void
let_go(struct host_owa *o, struct nm_buffer *b)
{
	host_owa_account(o, b->len, 0);
	nm_buffer_reset(b);
}

void
host_owa_remove(struct host_owa *o, struct host_owa_request *r)
{
	struct host_owa_request **at = &o->first;

	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	o->count--;
	let_go(o, &r->text);
	let_go(o, &r->result);
	host_owa_account(o, r->lent, 0);
	free(r->port);
	free(r->id);
	nm_wipe(r, sizeof(*r));
	free(r);
}

/* The one that has waited longest for somebody to fetch it. */
static void
make_room(struct host_owa *o)
{
	struct host_owa_request *oldest = NULL;

	for (struct host_owa_request *r = o->first; r != NULL; r = r->next) {
		if (r->phase == HOST_OWA_READY && r->waiting == 0 &&
		    (oldest == NULL || r->touched < oldest->touched))
			oldest = r;
	}
	if (oldest != NULL)
		host_owa_remove(o, oldest);
}

struct host_owa_request *
host_owa_add(struct host_owa *o, const struct host_owa_key *key, int64_t now)
{
	struct host_owa_request *r;

	if (o->count >= HOST_OWA_MAX_REQUESTS)
		make_room(o);
	if (o->count >= HOST_OWA_MAX_REQUESTS ||
	    (r = calloc(1, sizeof(*r))) == NULL)
		return NULL;
	r->port = copy(key->port);
	r->id = copy(key->id);
	if (!same(r->port, key->port) || !same(r->id, key->id)) {
		free(r->port);
		free(r->id);
		free(r);
		return NULL;
	}
	r->ticket = ++o->tickets;
	r->touched = now;
	r->next = o->first;
	o->first = r;
	o->count++;
	return r;
}

void
host_owa_break(
    struct host_owa *o, struct host_owa_request *r, enum host_owa_code code)
{
	if (r->broken == HOST_OWA_NO_ERROR)
		r->broken = code;
	let_go(o, &r->text);
	r->high = 0;
}

void
host_owa_finish(
    struct host_owa *o, struct host_owa_request *r, struct nm_buffer *result)
{
	let_go(o, &r->text);
	let_go(o, &r->result);
	host_owa_account(o, r->lent, 0);
	r->lent = 0;
	if (nm_buffer_failed(result) ||
	    result->len > HOST_OWA_MAX_HELD - o->held) {
		enum host_owa_code code = nm_buffer_failed(result)
		    ? HOST_OWA_UNKNOWN_ERROR
		    : HOST_OWA_TOO_LARGE;

		nm_buffer_reset(result);
		host_owa_error_write(result, code);
	}
	r->result = *result;
	*result = (struct nm_buffer)NM_BUFFER_INIT;
	host_owa_account(o, 0, r->result.len);
	r->phase = HOST_OWA_READY;
	r->at = 0;
}

bool
host_owa_lend(
    struct host_owa *o, uint64_t ticket, struct nm_buffer *text, char **port)
{
	struct host_owa_request *r = host_owa_by_ticket(o, ticket);

	*text = (struct nm_buffer)NM_BUFFER_INIT;
	*port = NULL;
	if (r == NULL || r->replaced ||
	    (r->port != NULL && (*port = strdup(r->port)) == NULL))
		return false;
	*text = r->text;
	r->lent = text->len; /* it counts until the result is there */
	r->text = (struct nm_buffer)NM_BUFFER_INIT;
	return true;
}

int64_t
host_owa_expire(struct host_owa *o, int64_t now)
{
	struct host_owa_request *r, *next;
	int64_t soonest = INT64_MAX, due;

	for (r = o->first; r != NULL; r = next) {
		next = r->next;
		if (r->phase == HOST_OWA_RUNNING)
			continue;
		due = r->touched + (int64_t)HOST_OWA_SECONDS * 1000;
		if (due <= now)
			host_owa_remove(o, r);
		else if (due < soonest)
			soonest = due;
	}
	return soonest;
}

void
host_owa_clear(struct host_owa *o)
{
	while (o->first != NULL)
		host_owa_remove(o, o->first);
	host_owa_ports_clear(o);
}
