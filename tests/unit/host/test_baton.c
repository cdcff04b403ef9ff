/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../host/baton.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct host_baton baton;

static void
one_holds_it(void **state)
{
	(void)state;
	assert_false(host_baton_wanted(&baton));
	assert_true(host_baton_try(&baton));
	assert_false(host_baton_try(&baton));
	host_baton_give(&baton);
	assert_true(host_baton_try(&baton));
	host_baton_give(&baton);
}

static void
in_the_order_of_asking(void **state)
{
	struct host_turn turns[3];

	(void)state;
	assert_int_equal(pthread_mutex_lock(&lock), 0);
	for (size_t i = 0; i < 3; i++) {
		memset(&turns[i], 0, sizeof(turns[i]));
		(void)pthread_cond_init(&turns[i].cond, NULL);
		host_baton_ask(&baton, &turns[i]);
	}
	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(turns[j].granted, j <= i);
		assert_int_equal(host_baton_wanted(&baton), i < 2);
		/* waiting for one's own turn returns at once */
		host_baton_wait(&turns[i], &lock);
		assert_false(host_baton_try(&baton));
		host_baton_give(&baton);
	}
	assert_false(baton.held);
	assert_null(baton.last);
	for (size_t i = 0; i < 3; i++)
		(void)pthread_cond_destroy(&turns[i].cond);
	assert_int_equal(pthread_mutex_unlock(&lock), 0);
}

#define ROUNDS 2000

static unsigned inside, total;

static void *
work(void *arg)
{
	struct host_turn turn;

	(void)arg;
	memset(&turn, 0, sizeof(turn));
	(void)pthread_cond_init(&turn.cond, NULL);
	for (int i = 0; i < ROUNDS; i++) {
		(void)pthread_mutex_lock(&lock);
		host_baton_take(&baton, &turn, &lock);
		(void)pthread_mutex_unlock(&lock);
		/* no lock here: the baton is enough */
		if (++inside != 1)
			total = UINT32_MAX / 2;
		total++;
		inside--;
		(void)pthread_mutex_lock(&lock);
		host_baton_give(&baton);
		(void)pthread_mutex_unlock(&lock);
	}
	(void)pthread_cond_destroy(&turn.cond);
	return NULL;
}

static void
among_threads(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, work, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(total, 4 * ROUNDS);
	assert_false(baton.held);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_holds_it),
		cmocka_unit_test(in_the_order_of_asking),
		cmocka_unit_test(among_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
