/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The engine's threads, which are all waited for before it ends: a library that
 * came with a token keeps something for each thread and frees it when the
 * thread ends, which must not happen while the process takes the library down.
 * Each thread that ends waits for the one that ended before it, so that only
 * the last one is left to be waited for.
 */
#ifndef HOST_THREADS_H
#define HOST_THREADS_H

#include <pthread.h>
#include <stdbool.h>

struct host_threads {
	pthread_t last; /* to end */
	bool any;
};

bool host_threads_start(void *(*run)(void *), void *arg);
/* In the thread, when it has done with all that others may take away: gives the
 * lock, which it has, back. */
void host_threads_end(struct host_threads *t, pthread_mutex_t *lock);
/* Once every thread that was started has come to its end, in the above sense.
 * Lock not held. */
void host_threads_wait(struct host_threads *t);

#endif
