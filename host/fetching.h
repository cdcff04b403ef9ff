/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The engine's side of asking servers: questions go to nssmime-fetch, which
 * the broker starts when the first one is there, and again when it has died.
 * A question that it does not answer in its time stays unanswered.
 */
#ifndef HOST_FETCHING_H
#define HOST_FETCHING_H

#include <stdbool.h>
#include <stdint.h>

#include <nssmime/fetch.h>

struct host_asked;
struct host_call;
struct host_engine;
struct host_message;

/* Of a call: which question was which, until it is kept; of the last ones. */
#define HOST_REMEMBERED (4u * NM_MAX_FETCHES)
struct host_remembered {
	const struct nm_fetch *fetch;
	uint32_t id;
};

struct host_fetching {
	int fd;	       /* to the program; -1: none runs */
	bool starting; /* the broker was asked for it */
	uint32_t count;
	struct host_asked *first, *last; /* unanswered */
	struct nm_buffer packet;	 /* the event loop's alone */
};

#define HOST_FETCHING_INIT                                                     \
	{                                                                      \
		.fd = -1                                                       \
	}

/* The functions of a call's nm_fetcher; `arg` is the call. An answer is kept
 * by the struct nm_fetch in which it came, not by a copy. */
extern const struct nm_fetcher host_fetching_fetcher;

/* All with the lock held: */
/* The broker's answer; `fd` is taken over, -1: there is none. */
void host_fetching_started(struct host_engine *e, int fd);
/* What to poll(2) its descriptor for. */
short host_fetching_events(const struct host_engine *e);
void host_fetching_handle(struct host_engine *e, short events);
/* Gives up on a program that is late; returns when to look again. */
int64_t host_fetching_expire(struct host_engine *e, int64_t now);
void host_fetching_clear(struct host_engine *e);

#endif
