/* SPDX-License-Identifier: MPL-2.0 */
#include "database.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cert.h>
#include <prerror.h>
#include <secerr.h>

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

static size_t
list(void)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	CERTCertList *l = PK11_ListCertsInSlot(slot);
	CERTCertListNode *n;
	size_t count = 0;

	for (n = CERT_LIST_HEAD(l); !CERT_LIST_END(n, l); n = CERT_LIST_NEXT(n))
		count++;
	CERT_DestroyCertList(l);
	PK11_FreeSlot(slot);
	return count;
}

static void
reading_leaves_the_files(void **state)
{
	struct nm_database *db;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db calm; sha256sum calm/* > calm.sums; "
		"stat -c '%%n %%Y %%s' calm calm/* > calm.stat; sleep 1.1"),
	    0);
	db = open_db(&pki, "calm");
	assert_true(nm_database_writable(db));
	assert_int_equal(nm_database_get_kind(db), NM_DATABASE_CONFIGURED);
	assert_int_equal(list(), 16);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"sha256sum -c calm.sums && stat -c '%%n %%Y %%s' calm calm/* | "
		"cmp - calm.stat && test $(ls calm | wc -l) = 3"),
	    0);
	/* pkcs11.txt is not made either */
	assert_int_equal(pki_run(&pki, "cp -r db bare; rm bare/pkcs11.txt"), 0);
	db = open_db(&pki, "bare");
	assert_int_equal(list(), 16);
	close_db(&db);
	assert_int_equal(pki_run(&pki, "test $(ls bare | wc -l) = 2"), 0);
}

static void
opened_to_read(void **state)
{
	struct nm_database *db;
	char path[256];

	(void)state;
	assert_int_equal(
	    pki_run(&pki, "cp -r db quiet; sha256sum quiet/* > quiet.sums"), 0);
	assert_int_equal(nm_database_open_to_read(pki_path(&pki, "quiet", path),
			     NM_DATABASE_CONFIGURED, &db, NULL),
	    NM_OK);
	assert_false(nm_database_writable(db));
	assert_int_equal(list(), 16);
	close_db(&db);
	assert_int_equal(pki_run(&pki, "sha256sum -c quiet.sums"), 0);
	/* what is not there is not made */
	assert_int_equal(
	    nm_database_open_to_read(
		pki_path(&pki, "nothing", path), NM_DATABASE_OWN, &db, NULL),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(pki_run(&pki, "test ! -e nothing"), 0);
}

static void
opened_again_and_again(void **state)
{
	struct nm_database *db, *second;
	char path[256];

	(void)state;
	for (int i = 0; i < 3; i++) {
		db = open_db(&pki, "db");
		assert_int_equal(nm_database_open(pki_path(&pki, "db", path),
				     NM_DATABASE_OWN, false, &second, NULL),
		    NM_ERR_INTERNAL);
		assert_null(second);
		close_db(&db);
	}
}

static void
made_where_there_is_none(void **state)
{
	struct nm_database *db;
	struct nm_token_info *tokens;
	struct nm_fault fault = { 0 };
	struct stat st;
	char path[256];
	size_t n;

	(void)state;
	pki_path(&pki, "new/below/nssmime", path);
	assert_int_equal(
	    nm_database_open(path, NM_DATABASE_OWN, false, &db, &fault),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_equal(fault.code, NM_ERR_DATABASE_UNAVAILABLE);
	assert_int_not_equal(stat(path, &st), 0);
	assert_int_equal(
	    nm_database_open(path, NM_DATABASE_OWN, true, &db, NULL), NM_OK);
	assert_true(nm_database_writable(db));
	assert_int_equal(list(), 0);
	assert_int_equal(nm_tokens_list(db, &tokens, &n), NM_OK);
	assert_int_equal(n, 1);
	assert_true(tokens[0].internal);
	assert_false(tokens[0].needs_password);
	assert_true(tokens[0].unlocked);
	free(tokens);
	close_db(&db);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(
	    pki_run(&pki, "test -z \"$(find new -type f -perm /077)\""), 0);
	/* a key can be imported by others, so it has the empty password */
	assert_int_equal(
	    pki_run(&pki,
		"pk12util -i bob.p12 -d sql:new/below/nssmime -W nssmime "
		"-K ''"),
	    0);
}

static void
odd_folders(void **state)
{
	static const char *const names[] = { "with space", "quote'\"s",
		"back\\slash", "bücher", "a=b,c:d", "<x>{y}(z)[w]" };
	struct nm_database *db;
	struct nm_buffer b = NM_BUFFER_INIT;
	char path[256], to[256];
	static const char *const files[] = { "cert9.db", "key4.db",
		"pkcs11.txt" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    mkdir(pki_path(&pki, names[i], path), 0700), 0);
		for (size_t j = 0; j < 3; j++) {
			snprintf(path, sizeof(path), "db/%s", files[j]);
			pki_read(&pki, path, &b);
			snprintf(to, sizeof(to), "%s/%s", names[i], files[j]);
			pki_write(&pki, to, b.data, b.len);
			nm_buffer_reset(&b);
		}
		db = open_db(&pki, names[i]);
		assert_int_equal(list(), 16);
		close_db(&db);
	}
}

static void
broken(void **state)
{
	struct nm_database *db;
	struct nm_fault fault = { 0 };
	char path[256];

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db broken; head -c 5000 /dev/urandom > broken/cert9.db"),
	    0);
	assert_int_equal(nm_database_open(pki_path(&pki, "broken", path),
			     NM_DATABASE_OWN, false, &db, &fault),
	    NM_ERR_DATABASE_UNAVAILABLE);
	assert_null(db);
	assert_false(NSS_IsInitialized());
	db = open_db(&pki, "db"); /* and another one after it */
	close_db(&db);
	assert_int_equal(
	    nm_database_open("relative", NM_DATABASE_OWN, false, &db, NULL),
	    NM_ERR_INTERNAL);
}

static void
epoch(void **state)
{
	struct nm_database *db;
	uint64_t first, second;

	(void)state;
	assert_int_equal(pki_run(&pki, "cp -r db moving"), 0);
	db = open_db(&pki, "moving");
	first = nm_database_epoch(db);
	assert_int_equal(list(), 16);
	assert_true(first == nm_database_epoch(db));
	nm_database_changed(db);
	second = nm_database_epoch(db);
	assert_true(first != second);
	/* another process writes while we have it open */
	assert_int_equal(
	    pki_run(&pki,
		"certutil -A -d sql:moving -n mallory -t ,, -i mallory.crt"),
	    0);
	assert_true(second != nm_database_epoch(db));
	assert_int_equal(list(), 17);
	close_db(&db);
}

static void
roots_and_engine(void **state)
{
	struct nm_database *db = open_db(&pki, "db");

	(void)state;
	assert_true(SECMOD_HasRootCerts());
	assert_true(CERT_GetUsePKIXForValidation());
	close_db(&db);
	/* and nothing of it was written down */
	assert_int_not_equal(pki_run(&pki, "grep -q nssckbi db/pkcs11.txt"), 0);
}

static void
read_only(void **state)
{
	struct nm_database *db = NULL;
	char path[256];
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(pki_run(&pki,
			     "chmod 711 .; cp -r db fixed; chmod 444 fixed/*; "
			     "chmod 555 fixed"),
	    0);
	/* whom file modes do not bind becomes another */
	if ((pid = fork()) == 0) {
		status = 10;
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(11);
		if (nm_database_open(pki_path(&pki, "fixed", path),
			NM_DATABASE_OWN, false, &db, NULL) == NM_OK)
			status = nm_database_writable(db) ? 12
			    : list() == 16		  ? 0
							  : 13;
		nm_database_close(&db);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)pki_run(&pki, "chmod 755 fixed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading_leaves_the_files),
		cmocka_unit_test(opened_to_read),
		cmocka_unit_test(opened_again_and_again),
		cmocka_unit_test(made_where_there_is_none),
		cmocka_unit_test(odd_folders),
		cmocka_unit_test(broken),
		cmocka_unit_test(epoch),
		cmocka_unit_test(roots_and_engine),
		cmocka_unit_test(read_only),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
