/* SPDX-License-Identifier: MPL-2.0 */
#include "lock.h"

#include "call.h"
#include "engine.h"

#define RETRY 1000 /* milliseconds */

/* In a thread of its own, since a token may be slow to log out. */
static void *
lock_tokens(void *arg)
{
	struct host_engine *e = arg;

	nm_tokens_lock(e->session.database);
	host_log(e->log, HOST_LOG_INFO, "locked after a while without use");
	(void)pthread_mutex_lock(&e->lock);
	e->key_used = 0;
	e->locking = false;
	host_baton_give(&e->baton);
	(void)pthread_cond_signal(&e->idle);
	host_threads_end(&e->threads, &e->lock);
	return NULL;
}

static bool
key_in_use(const struct host_engine *e)
{
	for (const struct host_call *c = e->calls; c != NULL; c = c->next) {
		if ((c->operation->flags & HOST_KEY) != 0)
			return true;
	}
	return false;
}

int64_t
host_lock_check(struct host_engine *e, int64_t now)
{
	int64_t due;

	if (e->settings->lock_minutes == 0 || e->key_used == 0 || e->locking)
		return INT64_MAX;
	due = e->key_used + (int64_t)e->settings->lock_minutes * 60 * 1000;
	if (now < due)
		return due;
	if (key_in_use(e) || !host_baton_try(&e->baton))
		return now + RETRY;
	/* the baton is handed to the thread */
	if (e->session.database == NULL ||
	    !host_threads_start(lock_tokens, e)) {
		host_baton_give(&e->baton);
		return now + RETRY;
	}
	e->locking = true;
	return INT64_MAX;
}
