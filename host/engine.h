/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The engine: the process that has the database. Its first thread is an event
 * loop on standard input and output and the channel to the broker; each
 * operation has a thread of its own. `lock` guards everything here but what
 * is marked.
 */
#ifndef HOST_ENGINE_H
#define HOST_ENGINE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "baton.h"
#include "caller.h"
#include "common/clock.h"
#include "confine.h"
#include "dialect.h"
#include "fetching.h"
#include "frame.h"
#include "log.h"
#include "prompt.h"
#include "session.h"
#include "settings.h"
#include "stream.h"
#include "threads.h"

struct host_call;

struct host_engine {
	pthread_mutex_t lock;
	pthread_cond_t idle; /* the last call is gone */

	/* fixed after start */
	int in, out, channel, wake;
	const struct host_caller *caller;
	const struct host_dialect *dialect;
	struct host_owa *owa; /* what that one keeps; it has its own lock */
	const struct host_settings *settings;
	const struct nm_fault *settings_fault; /* what was wrong with them */
	bool newer_nss; /* the next engine could start with one */
	enum host_log_level log;

	/* the event loop's alone */
	struct host_reader reader;
	struct nm_buffer packet;

	/* the holder of the baton's alone */
	struct host_session session;

	struct host_queue queue;
	struct host_baton baton;
	struct host_threads threads;
	struct host_prompts prompts;
	struct host_fetching fetching;
	struct host_ids stream_ids;
	struct host_call *calls;
	unsigned call_count;
	struct host_confinement confinement;
	int64_t key_used; /* when an operation with a key ended; 0: locked */
	bool locking;	  /* the idle lock is at work */
	bool ending;	  /* write what is queued, then end */
};

/* Wakes the event loop. */
void host_engine_wake(struct host_engine *e);
/* Puts a frame out, and those linked to it. NULL (memory) ends the connection.
 * Lock held. */
void host_engine_send(struct host_engine *e, struct host_frame *f);

/* Runs until the connection ends; returns the exit status. Takes over the
 * descriptors. */
int host_engine_run(int in, int out, int channel,
    const struct host_caller *caller, const struct host_settings *settings,
    const struct nm_fault *settings_fault, bool newer_nss);

#endif
