/* SPDX-License-Identifier: MPL-2.0 */
#include "threads.h"

/* NSS's path building needs more than the smallest stack. */
#define STACK_SIZE (512u * 1024u)

bool
host_threads_start(void *(*run)(void *), void *arg)
{
	pthread_attr_t attributes;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	started = pthread_attr_setstacksize(&attributes, STACK_SIZE) == 0 &&
	    pthread_create(&thread, &attributes, run, arg) == 0;
	(void)pthread_attr_destroy(&attributes);
	return started;
}

void
host_threads_end(struct host_threads *t, pthread_mutex_t *lock)
{
	struct host_threads before = *t;

	t->last = pthread_self();
	t->any = true;
	(void)pthread_mutex_unlock(lock);
	host_threads_wait(&before);
}

void
host_threads_wait(struct host_threads *t)
{
	if (t->any)
		(void)pthread_join(t->last, NULL);
	t->any = false;
}
