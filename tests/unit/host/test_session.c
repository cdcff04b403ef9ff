/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include <nss.h>

#include "../../../host/session.h"

static struct pki pki;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	setenv("HOME", pki.dir, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&pki);
	return 0;
}

/* Folders with (`db`) or without (`empty`) a private key in them. */
static void
make(const char *commands)
{
	assert_int_equal(pki_run(&pki,
			     "rm -rf .thunderbird .mozilla .pki .local empty\n"
			     "mkdir empty && certutil -N -d sql:empty "
			     "--empty-password\n%s",
			     commands),
	    0);
}

static void
check(enum nm_database_kind kind, char *database, const char *folder)
{
	const struct host_caller caller = { .name = "a test", .kind = kind };
	const struct host_settings settings = { .database = database };
	struct host_session s = { NULL, NULL };
	struct nm_fault fault = { NM_OK, "" };
	char path[256];

	if (host_session_open(&s, &caller, &settings, HOST_LOG_ERROR, &fault) !=
	    NM_OK)
		fail_msg("%s", fault.text);
	assert_non_null(s.database);
	assert_non_null(s.index);
	assert_string_equal(
	    nm_database_folder(s.database), pki_path(&pki, folder, path));
	/* once: the second time it is there */
	assert_int_equal(
	    host_session_open(&s, &caller, &settings, HOST_LOG_ERROR, &fault),
	    NM_OK);
	host_session_close(&s);
	assert_null(s.database);
	assert_null(s.index);
	assert_false(NSS_IsInitialized());
}

#define PROFILE(root, from)                                                    \
	"mkdir -p " root "; cp -r " from " " root "/p\n"                       \
	"printf '[Profile0]\\nName=p\\nPath=p\\n' > " root "/profiles.ini\n"
#define SHARED(from) "mkdir -p .pki; cp -r " from " .pki/nssdb\n"

static void
the_callers_own_first(void **state)
{
	(void)state;
	make(PROFILE(".thunderbird", "db") PROFILE(".mozilla/firefox", "db")
		SHARED("db"));
	check(NM_DATABASE_THUNDERBIRD, NULL, ".thunderbird/p");
	check(NM_DATABASE_FIREFOX, NULL, ".mozilla/firefox/p");
	check(NM_DATABASE_SHARED, NULL, ".pki/nssdb");
}

/* One with a private key outweighs the caller's own without. */
static void
then_one_with_a_key(void **state)
{
	(void)state;
	make(PROFILE(".thunderbird", "empty")
		PROFILE(".mozilla/firefox", "empty") SHARED("db"));
	check(NM_DATABASE_THUNDERBIRD, NULL, ".pki/nssdb");
	check(NM_DATABASE_FIREFOX, NULL, ".pki/nssdb");
	/* no keys anywhere: the caller's own */
	make(PROFILE(".thunderbird", "empty") SHARED("empty"));
	check(NM_DATABASE_THUNDERBIRD, NULL, ".thunderbird/p");
	check(NM_DATABASE_SHARED, NULL, ".pki/nssdb");
}

static void
else_a_new_one(void **state)
{
	(void)state;
	make("");
	check(NM_DATABASE_THUNDERBIRD, NULL, ".local/share/nssmime");
	/* and the same from then on */
	check(NM_DATABASE_SHARED, NULL, ".local/share/nssmime");
}

static void
by_the_settings(void **state)
{
	const struct host_caller caller = { .name = "a test",
		.kind = NM_DATABASE_THUNDERBIRD };
	struct host_settings settings = { .database = NULL };
	struct host_session s = { NULL, NULL };
	struct nm_fault fault = { NM_OK, "" };
	char setting[300], path[256];

	(void)state;
	make(PROFILE(".thunderbird", "db"));
	(void)snprintf(
	    setting, sizeof(setting), "sql:%s", pki_path(&pki, "empty", path));
	check(NM_DATABASE_THUNDERBIRD, setting, "empty");
	check(NM_DATABASE_THUNDERBIRD, setting + 4, "empty");
	/* a mistyped one does not become an empty one */
	(void)snprintf(setting, sizeof(setting), "sql:%s",
	    pki_path(&pki, "mistyped", path));
	settings.database = setting;
	assert_int_equal(
	    host_session_open(&s, &caller, &settings, HOST_LOG_ERROR, &fault),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_null(s.database);
	assert_int_equal(pki_run(&pki, "test ! -e mistyped"), 0);
	host_session_close(&s);
	/* our own may be named before it is there */
	(void)snprintf(setting, sizeof(setting), "sql:%s",
	    pki_path(&pki, ".local/share/nssmime", path));
	check(NM_DATABASE_THUNDERBIRD, setting, ".local/share/nssmime");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_callers_own_first),
		cmocka_unit_test(then_one_with_a_key),
		cmocka_unit_test(else_a_new_one),
		cmocka_unit_test(by_the_settings),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
