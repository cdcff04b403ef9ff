/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The requests of a connection. Each arrives in parts, is worked on by a call
 * of its own, and its result is fetched in parts; it is known by the port and
 * the number that the extension gives it, so that no page gets what another
 * asked for. What is kept is bounded in number, size and time, and wiped when
 * it is let go.
 */
#ifndef HOST_OWA_REQUEST_H
#define HOST_OWA_REQUEST_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "limit.h"
#include "policy.h"
#include "slice.h"

struct host_frame;

/* How a frame says which request it is about: JSON texts, given back as they
 * came; of kind NONE where there is none. */
struct host_owa_key {
	struct host_slice port, id;
};

enum host_owa_phase {
	HOST_OWA_COLLECTING,
	HOST_OWA_RUNNING,
	HOST_OWA_READY
};

struct host_owa_request {
	struct host_owa_request *next;
	char *port, *id; /* JSON texts; NULL: none */
	uint64_t ticket; /* what its call is known by */
	bool replaced;	 /* another one has its key */
	enum host_owa_phase phase;
	int64_t touched;

	/* what came */
	struct nm_buffer text; /* UTF-8 */
	size_t lent;	       /* bytes of it that the call has */
	uint64_t units;	       /* of UTF-16 */
	uint16_t high;	       /* half of a character that comes next */
	uint64_t parts;
	uint64_t last_start;	   /* of the part that came last, */
	size_t last_at;		   /* where it is in `text` */
	enum host_owa_code broken; /* no whole request will come of it */

	/* what is fetched */
	struct nm_buffer result; /* ASCII */
	size_t at;
	uint64_t fetched;
	unsigned waiting; /* fetches that wait for it, */
	size_t part;	  /* each for so many bytes */
};

/* The settings that came over a port. */
struct host_owa_port {
	char *port;
	uint64_t used;
	struct host_owa_policy policy;
};

/* All of a connection. `lock` guards it, and is taken after any other. */
struct host_owa {
	pthread_mutex_t lock;
	struct host_owa_request *first;
	unsigned count;
	uint64_t tickets;
	size_t held; /* bytes of all texts and results */
	struct host_owa_port ports[HOST_OWA_MAX_PORTS];
	uint64_t uses;
	struct host_owa_trace *trace; /* NULL: none is kept */
};

/* ---- request.c: with the lock held ------------------------------- */

/* NULL: there is none. */
struct host_owa_request *host_owa_find(
    struct host_owa *o, const struct host_owa_key *key);
struct host_owa_request *host_owa_by_ticket(
    struct host_owa *o, uint64_t ticket);
/* A new one, for which one that was never fetched may have to go. NULL: too
 * many, or memory. */
struct host_owa_request *host_owa_add(
    struct host_owa *o, const struct host_owa_key *key, int64_t now);
void host_owa_remove(struct host_owa *o, struct host_owa_request *r);
/* No whole request comes of it: what came is wiped. */
void host_owa_break(
    struct host_owa *o, struct host_owa_request *r, enum host_owa_code code);
/* What came, for its call, which is to wipe it; `port` is to be freed. False:
 * nobody waits for it any more, or memory. */
bool host_owa_lend(
    struct host_owa *o, uint64_t ticket, struct nm_buffer *text, char **port);
/* The result is there; the buffer is taken over. One that is too large, or
 * failed, becomes an error. */
void host_owa_finish(
    struct host_owa *o, struct host_owa_request *r, struct nm_buffer *result);
/* Counts what a change of a buffer did to all that is held. */
void host_owa_account(struct host_owa *o, size_t before, size_t after);
/* Lets go of what was left for too long; when to look again. */
int64_t host_owa_expire(struct host_owa *o, int64_t now);
void host_owa_clear(struct host_owa *o);

/* ---- port.c: with the lock held ---------------------------------- */

/* The settings that came over a port; NULL: none did. */
const struct host_owa_policy *host_owa_port_policy(
    struct host_owa *o, const char *port);
/* Takes them over. */
void host_owa_port_settle(
    struct host_owa *o, const char *port, struct host_owa_policy *policy);
void host_owa_ports_clear(struct host_owa *o);

/* ---- part.c: with the lock held ---------------------------------- */

/* A part of a request as it came. */
struct host_owa_part {
	bool has_start;
	uint64_t start;
	bool last;
	struct host_slice text;
};

/* What is to be done after a part was taken. */
enum host_owa_next {
	HOST_OWA_GO_ON, /* acknowledge it */
	HOST_OWA_START, /* it was the last: begin the call; that answers */
	HOST_OWA_DONE	/* it was the last, and there is nothing to do */
};

struct host_owa_ack {
	uint64_t index, start, next;
};

/* *ticket: of the call to begin. *replaced: of one that is to end, or 0. */
enum host_owa_next host_owa_take_part(struct host_owa *o,
    const struct host_owa_key *key, const struct host_owa_part *part,
    int64_t now, struct host_owa_ack *ack, uint64_t *ticket,
    uint64_t *replaced);

/* A part of the result, cut off at most `most` bytes. */
struct host_owa_cut {
	uint64_t index;
	size_t start, end, total;
	const char *text; /* lent until the request changes */
	bool last;
};
void host_owa_cut_part(
    struct host_owa_request *r, size_t most, struct host_owa_cut *out);
/* Whether the last one was. */
bool host_owa_fetched(const struct host_owa_request *r);

#endif
