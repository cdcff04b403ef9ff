/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include "wire.h"

#include <keyhi.h>
#include <pk11pub.h>

#include "../../../host/lock.h"
#include "script.h"

#define MINUTE INT64_C(60000)

static void
when_it_is_time(void **state)
{
	static const struct host_operation reading = { .name = "r",
		.flags = HOST_DATABASE };
	static const struct host_operation signing = { .name = "s",
		.flags = HOST_DATABASE | HOST_KEY };
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	/* never, or nothing is open */
	w.settings.lock_minutes = 0;
	w.e.key_used = 5;
	assert_int_equal(host_lock_check(&w.e, 100 * MINUTE), INT64_MAX);
	w.settings.lock_minutes = 15;
	w.e.key_used = 0;
	assert_int_equal(host_lock_check(&w.e, 100 * MINUTE), INT64_MAX);
	w.e.key_used = 5;
	w.e.locking = true;
	assert_int_equal(host_lock_check(&w.e, 100 * MINUTE), INT64_MAX);
	w.e.locking = false;
	/* later */
	assert_int_equal(host_lock_check(&w.e, 6), 5 + 15 * MINUTE);
	/* not while an operation uses a key, or has the baton */
	call = wire_call(&w, "1");
	call->operation = &signing;
	assert_int_equal(
	    host_lock_check(&w.e, 5 + 15 * MINUTE), 5 + 15 * MINUTE + 1000);
	call->operation = &reading;
	assert_true(host_baton_try(&w.e.baton));
	assert_int_equal(
	    host_lock_check(&w.e, 5 + 15 * MINUTE), 5 + 15 * MINUTE + 1000);
	host_baton_give(&w.e.baton);
	/* no database: there is nothing to lock, and the baton is free */
	assert_int_equal(
	    host_lock_check(&w.e, 5 + 15 * MINUTE), 5 + 15 * MINUTE + 1000);
	assert_true(host_baton_try(&w.e.baton));
	host_baton_give(&w.e.baton);
	wire_done(&w, call);
	wire_close(&w);
}

static bool
locked(void)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	bool is_locked = nm_token_locked(slot);

	PK11_FreeSlot(slot);
	return is_locked;
}

/* The tokens are logged out, in a thread of its own. */
static void
it_locks(void **state)
{
	struct script script = { .answers = { "secret" } };
	struct nm_asker asker = script_asker(&script);
	struct pki p;
	struct wire w;
	char path[256];

	(void)state;
	pki_temporary(&p);
	assert_int_equal(pki_run(&p,
			     "mkdir db; echo secret > pw; "
			     "certutil -N -d sql:db -f pw"),
	    0);
	wire_open(&w);
	assert_int_equal(
	    nm_database_open(pki_path(&p, "db", path), NM_DATABASE_CONFIGURED,
		false, &w.e.session.database, NULL),
	    NM_OK);
	assert_int_equal(
	    nm_token_unlock_named(w.e.session.database, NULL, &asker, NULL),
	    NM_OK);
	assert_false(locked());
	w.settings.lock_minutes = 1;
	w.e.key_used = 5;
	(void)pthread_mutex_lock(&w.e.lock);
	assert_int_equal(host_lock_check(&w.e, 5 + MINUTE), INT64_MAX);
	assert_true(w.e.locking);
	while (w.e.locking)
		(void)pthread_cond_wait(&w.e.idle, &w.e.lock);
	(void)pthread_mutex_unlock(&w.e.lock);
	assert_true(locked());
	assert_int_equal(w.e.key_used, 0);
	assert_true(host_baton_try(&w.e.baton));
	host_session_close(&w.e.session);
	wire_close(&w);
	pki_remove(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_it_is_time),
		cmocka_unit_test(it_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
