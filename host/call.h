/* SPDX-License-Identifier: MPL-2.0 */
/* A request under way, from the inside. */
#ifndef HOST_CALL_H
#define HOST_CALL_H

#include "engine.h"
#include "operation.h"

struct host_call {
	struct host_engine *engine;
	const struct host_operation *operation;
	struct json_object *params;	/* the thread's alone */
	struct nm_fault fault;		/* the thread's alone */
	struct json_object *error_data; /* the thread's alone */
	struct nm_asker asker;
	struct nm_fetcher fetcher;
	struct host_remembered remembered[HOST_REMEMBERED]; /* the thread's */
	unsigned asked; /* of servers; the thread's alone */
	char *id;	/* JSON text */
	char *origin;	/* canonical; NULL: none */
	bool may_sign;	/* without asking */
	bool may_prompt;
	bool shows_progress;
	bool end_connection;
	bool confined;	      /* its thread is */
	uint64_t done, total; /* for progress; total 0: not known */
	int64_t shown;	      /* when progress was last shown */

	/* guarded by the engine's lock */
	struct host_call *next;
	struct host_turn turn;
	pthread_cond_t cond; /* something it waits for may have come */
	struct host_input input;
	struct host_outlet *outlets;
	struct host_prompt *prompt; /* it waits for this one */
	bool over; /* answered: nothing of it goes out any more */
	bool committed;
};

/*
 * Begins a request: `id` and `params` (may be NULL) are taken over. What can
 * be refused at once is answered at once. Lock not held.
 */
void host_call_begin(struct host_engine *e,
    const struct host_operation *operation, char *id,
    struct json_object *params);
/* Ends a call from outside: it answers with the error now, whatever its
 * thread is at. Does nothing to one that has committed. Lock held. */
bool host_call_end(
    struct host_call *call, enum nm_error error, const char *text);
/* What HOST_DATABASE does, for an operation that finds out by itself whether it
 * needs the database. In its thread, with the baton. */
enum nm_error host_call_open_database(struct host_call *call);
/* The first call with this id (JSON text) that is not over. Lock held. */
struct host_call *host_call_find(struct host_engine *e, const char *id);
/* Waits for call->cond without the baton, which the caller has and has again
 * afterwards. Lock held. */
void host_call_wait(struct host_call *call);
void host_call_free(struct host_call *call);

#endif
