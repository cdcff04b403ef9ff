/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The baton: whoever holds it may use NSS and everything else in the engine
 * that is not guarded by the engine's lock. It goes round in the order in
 * which it was asked for. Every function is called with the lock held.
 */
#ifndef HOST_BATON_H
#define HOST_BATON_H

#include <pthread.h>
#include <stdbool.h>

/* One who waits for it. */
struct host_turn {
	pthread_cond_t cond;
	bool granted;
	struct host_turn *next;
};

struct host_baton {
	bool held;
	struct host_turn *first, *last;
};

/* Gets in line; then waits until it is ours. */
void host_baton_ask(struct host_baton *b, struct host_turn *turn);
void host_baton_wait(struct host_turn *turn, pthread_mutex_t *lock);
/* Both. */
void host_baton_take(
    struct host_baton *b, struct host_turn *turn, pthread_mutex_t *lock);
/* Takes it if nobody has it. */
bool host_baton_try(struct host_baton *b);
/* Hands it to the next one. */
void host_baton_give(struct host_baton *b);
bool host_baton_wanted(const struct host_baton *b);

#endif
