/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "../../../host/threads.h"

#define THREADS 20

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
static struct host_threads threads;
static pthread_key_t key;
static unsigned running;
static unsigned freed; /* no lock: its readers have waited */

/* As a library does with what it keeps for a thread, and slowly. */
static void
free_late(void *arg)
{
	struct timespec while_it_takes = { 0, 20 * 1000 * 1000 };
	unsigned *count = arg;

	(void)nanosleep(&while_it_takes, NULL);
	(void)pthread_mutex_lock(&lock);
	(*count)++;
	(void)pthread_mutex_unlock(&lock);
}

static void *
run(void *arg)
{
	(void)pthread_setspecific(key, arg);
	(void)pthread_mutex_lock(&lock);
	if (--running == 0)
		(void)pthread_cond_signal(&idle);
	host_threads_end(&threads, &lock);
	return NULL;
}

static void
until_idle(void)
{
	assert_int_equal(pthread_mutex_lock(&lock), 0);
	while (running != 0)
		(void)pthread_cond_wait(&idle, &lock);
	assert_int_equal(pthread_mutex_unlock(&lock), 0);
	host_threads_wait(&threads);
}

/* What a thread leaves to be freed is freed, not only the thread at its end. */
static void
all_are_waited_for(void **state)
{
	(void)state;
	assert_int_equal(pthread_key_create(&key, free_late), 0);
	running = THREADS;
	for (unsigned i = 0; i < THREADS; i++)
		assert_true(host_threads_start(run, &freed));
	until_idle();
	assert_int_equal(freed, THREADS);
	/* and again */
	running = 1;
	assert_true(host_threads_start(run, &freed));
	until_idle();
	assert_int_equal(freed, THREADS + 1);
	(void)pthread_key_delete(key);
}

static void
there_need_not_be_any(void **state)
{
	struct host_threads none = { .any = false };

	(void)state;
	host_threads_wait(&none);
	assert_false(none.any);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_waited_for),
		cmocka_unit_test(there_need_not_be_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
