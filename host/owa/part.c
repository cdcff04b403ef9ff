/* SPDX-License-Identifier: MPL-2.0 */
#include <string.h>

#include "large.h"
#include "request.h"

/* ---- what comes in ----------------------------------------------- */

/* How long a part is, wherever in a request it stands. */
static uint64_t
measure(struct host_slice text)
{
	struct nm_buffer none = NM_BUFFER_INIT;
	uint16_t high = 0;
	uint64_t units = host_slice_decode(text, &none, &high);

	nm_buffer_reset(&none);
	return units;
}

/* Whether it is the part that came last, sent once more. */
static bool
is_repeated(const struct host_owa_request *r, const struct host_owa_part *part)
{
	struct nm_buffer again = NM_BUFFER_INIT;
	uint16_t high = 0;
	bool same;

	if (r->parts == 0 || part->start != r->last_start)
		return false;
	(void)host_slice_decode(part->text, &again, &high);
	same = high == r->high && again.len == r->text.len - r->last_at &&
	    (again.len == 0 ||
		memcmp(again.data, r->text.data + r->last_at, again.len) == 0);
	nm_buffer_reset(&again);
	return same;
}

static void
append(struct host_owa *o, struct host_owa_request *r,
    const struct host_owa_part *part)
{
	size_t before = r->text.len;

	r->last_start = r->units;
	r->last_at = before;
	host_owa_make_room(&r->text, part->text.len);
	r->units += host_slice_decode(part->text, &r->text, &r->high);
	host_owa_account(o, before, r->text.len);
	if (r->text.len > HOST_OWA_MAX_TEXT || o->held > HOST_OWA_MAX_HELD)
		host_owa_break(o, r, HOST_OWA_TOO_LARGE);
	else if (nm_buffer_failed(&r->text))
		host_owa_break(o, r, HOST_OWA_UNKNOWN_ERROR);
}

/* The first part of a request whose key another one has. */
static struct host_owa_request *
begin_again(struct host_owa *o, struct host_owa_request *r,
    const struct host_owa_key *key, int64_t now, uint64_t *replaced)
{
	if (r->phase == HOST_OWA_RUNNING) {
		*replaced = r->ticket;
		r->replaced = true;
	} else {
		host_owa_remove(o, r);
	}
	return host_owa_add(o, key, now);
}

/* The request that a part belongs to; NULL: none, and none can be kept. */
static struct host_owa_request *
request_of(struct host_owa *o, const struct host_owa_key *key,
    const struct host_owa_part *part, int64_t now, uint64_t *replaced)
{
	struct host_owa_request *r = host_owa_find(o, key);
	bool first = !part->has_start || part->start == 0;

	if (r == NULL) {
		if ((r = host_owa_add(o, key, now)) != NULL && !first)
			host_owa_break(o, r, HOST_OWA_CANNOT_PROCESS);
		return r;
	}
	if (r->phase != HOST_OWA_COLLECTING)
		return first ? begin_again(o, r, key, now, replaced) : r;
	if (part->has_start && first && r->parts != 0 && !is_repeated(r, part))
		return begin_again(o, r, key, now, replaced);
	return r;
}

/* The last part of a request that is whole. */
static enum host_owa_next
complete(struct host_owa *o, struct host_owa_request *r, uint64_t *ticket)
{
	struct nm_buffer result = NM_BUFFER_INIT;

	size_t before = r->text.len;

	if (r->high != 0)
		nm_buffer_string(&r->text, "\xef\xbf\xbd");
	host_owa_account(o, before, r->text.len);
	r->high = 0;
	if (r->broken == HOST_OWA_NO_ERROR) {
		r->phase = HOST_OWA_RUNNING;
		*ticket = r->ticket;
		return HOST_OWA_START;
	}
	host_owa_error_write(&result, r->broken);
	host_owa_finish(o, r, &result);
	return HOST_OWA_DONE;
}

enum host_owa_next
host_owa_take_part(struct host_owa *o, const struct host_owa_key *key,
    const struct host_owa_part *part, int64_t now, struct host_owa_ack *ack,
    uint64_t *ticket, uint64_t *replaced)
{
	struct host_owa_request *r;
	bool repeated;

	*ticket = *replaced = 0;
	*ack = (struct host_owa_ack){ .start = part->start };
	r = request_of(o, key, part, now, replaced);
	/* no room, or a part of what is under way already: nothing is done
	 * with it, and it is answered */
	if (r == NULL || r->phase != HOST_OWA_COLLECTING) {
		ack->next = part->start + measure(part->text);
		return part->last ? HOST_OWA_DONE : HOST_OWA_GO_ON;
	}
	r->touched = now;
	if (!part->has_start)
		ack->start = r->units;
	repeated = part->has_start && is_repeated(r, part);
	if (!repeated && ack->start != r->units)
		host_owa_break(o, r, HOST_OWA_CANNOT_PROCESS);
	ack->index = repeated ? r->parts - 1 : r->parts++;
	if (r->broken == HOST_OWA_NO_ERROR && !repeated) {
		append(o, r, part);
		ack->next = r->units;
	} else {
		ack->next = ack->start + measure(part->text);
	}
	return part->last ? complete(o, r, ticket) : HOST_OWA_GO_ON;
}

/* ---- what goes out ----------------------------------------------- */

void
host_owa_cut_part(
    struct host_owa_request *r, size_t most, struct host_owa_cut *out)
{
	size_t left = r->result.len - r->at;

	out->index = r->fetched++;
	out->start = r->at;
	out->total = r->result.len;
	out->text = (const char *)r->result.data + r->at;
	r->at += left < most ? left : most;
	out->end = r->at;
	out->last = r->at == r->result.len;
}

bool
host_owa_fetched(const struct host_owa_request *r)
{
	return r->phase == HOST_OWA_READY && r->fetched != 0 &&
	    r->at == r->result.len;
}
