/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include <nss.h>

#include <nssmime/database.h>

static struct pki pki;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&pki);
	return 0;
}

static struct nm_peek
peek(const char *name)
{
	struct nm_peek p;
	char path[256];

	assert_int_equal(
	    nm_database_peek(pki_path(&pki, name, path), &p, NULL), NM_OK);
	return p;
}

static void
keys_and_certificates(void **state)
{
	(void)state;
	assert_true(peek("db").has_key);
	assert_false(peek("db").password_unsupported);
	/* certificates alone, and a key without its certificate */
	assert_int_equal(
	    pki_run(&pki,
		"mkdir certs keys; certutil -N -d sql:certs --empty-password; "
		"certutil -A -d sql:certs -n bob -t ,, -i bob.crt; "
		"certutil -N -d sql:keys --empty-password; "
		"pk12util -i bob.p12 -d sql:keys -W nssmime -K ''; "
		"certutil -D -d sql:keys -n bob"),
	    0);
	assert_false(peek("certs").has_key);
	assert_false(peek("keys").has_key);
	/* the password does not matter */
	assert_int_equal(pki_run(&pki,
			     "cp -r db locked; echo secret > pw; echo > none; "
			     "certutil -W -d sql:locked -f none -@ pw"),
	    0);
	assert_true(peek("locked").has_key);
	assert_false(peek("locked").password_unsupported);
	assert_false(NSS_IsInitialized());
}

static void
newer_password(void **state)
{
	struct nm_peek p;

	(void)state;
	/* as NSS 3.125 writes it: a salt of 48 bytes */
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db newer; sqlite3 newer/key4.db \"UPDATE metaData SET "
		"item1 = randomblob(48) WHERE id = 'password'\""),
	    0);
	p = peek("newer");
	assert_true(p.has_key);
	assert_int_equal(
	    p.password_unsupported, !NSS_VersionCheck(NM_NSS_PASSWORDS));
}

static void
nothing_is_touched(void **state)
{
	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"cp -rp db calm; sha256sum calm/* > calm.sums; "
		"stat -c '%%n %%Y %%Z %%s' calm calm/* > calm.stat"),
	    0);
	(void)peek("calm");
	assert_int_equal(
	    pki_run(&pki,
		"sha256sum -c calm.sums && stat -c '%%n %%Y %%Z %%s' calm "
		"calm/* "
		"| cmp - calm.stat && test $(ls calm | wc -l) = 3"),
	    0);
}

static void
odd_names(void **state)
{
	(void)state;
	assert_int_equal(pki_run(&pki, "cp -r db 'a b?c=d#e%%41é'"), 0);
	assert_true(peek("a b?c=d#e%41é").has_key);
}

static void
while_locked_by_a_writer(void **state)
{
	(void)state;
	/* another process holds an exclusive lock */
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db busy; (echo 'BEGIN EXCLUSIVE;'; sleep 3) | "
		"sqlite3 busy/key4.db & sleep 0.5"),
	    0);
	assert_true(peek("busy").has_key);
}

static void
failures(void **state)
{
	struct nm_fault fault = { 0 };
	struct nm_peek p;
	char path[256];

	(void)state;
	assert_int_equal(nm_database_peek("/nowhere", &p, &fault),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(fault.code, NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db broken; head -c 5000 /dev/urandom > broken/key4.db; "
		"cp -r db keyless; rm keyless/key4.db; "
		"cp -r db cut; truncate -s 9000 cut/cert9.db"),
	    0);
	assert_int_equal(
	    nm_database_peek(pki_path(&pki, "broken", path), &p, NULL),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(
	    nm_database_peek(pki_path(&pki, "cut", path), &p, NULL),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_false(peek("keyless").has_key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_certificates),
		cmocka_unit_test(newer_password),
		cmocka_unit_test(nothing_is_touched),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(while_locked_by_a_writer),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
