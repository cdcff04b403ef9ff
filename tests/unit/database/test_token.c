/* SPDX-License-Identifier: MPL-2.0 */
#include "database.h"
#include "script.h"

#include <cert.h>

static struct pki pki;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	assert_int_equal(pki_run(&pki,
			     "cp -r db locked; echo secret > pw; echo > none; "
			     "certutil -W -d sql:locked -f none -@ pw"),
	    0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&pki);
	return 0;
}

static enum nm_error
unlock(struct nm_database *db, struct script *s)
{
	struct nm_asker asker = script_asker(s);

	return nm_token_unlock_named(db, NULL, &asker, NULL);
}

static bool
locked(struct nm_database *db)
{
	struct nm_token_info *tokens;
	bool result;
	size_t n;

	assert_int_equal(nm_tokens_list(db, &tokens, &n), NM_OK);
	assert_int_equal(n, 1);
	assert_true(tokens[0].internal);
	assert_true(tokens[0].needs_password);
	assert_false(tokens[0].removable);
	assert_string_equal(tokens[0].name, "NSS Certificate DB");
	result = !tokens[0].unlocked;
	free(tokens);
	return result;
}

static void
unlocking(void **state)
{
	struct nm_database *db = open_db(&pki, "locked");
	struct script right = { .answers = { "secret" } };
	struct script late = { .answers = { "wrong", "", "secret" } };
	struct script wrong = { .answers = { "a", "b", "c", "secret" } };
	struct script declined = { .answers = { "a", NULL } };
	struct nm_fault fault = { 0 };

	(void)state;
	assert_true(locked(db));
	assert_int_equal(nm_token_unlock_named(db, NULL, NULL, &fault),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_int_equal(fault.code, NM_ERR_PASSWORD_REQUIRED);
	assert_int_equal(unlock(db, &wrong), NM_ERR_WRONG_PASSWORD);
	assert_int_equal(wrong.asked, 3);
	assert_int_equal(wrong.again, 2);
	assert_true(locked(db));
	assert_int_equal(unlock(db, &declined), NM_ERR_USER_DECLINED);
	assert_int_equal(declined.asked, 2);
	assert_int_equal(unlock(db, &late), NM_OK);
	assert_int_equal(late.asked, 3);
	assert_false(locked(db));
	/* nothing is asked for an unlocked one */
	assert_int_equal(unlock(db, &right), NM_OK);
	assert_int_equal(right.asked, 0);
	assert_int_equal(nm_token_unlock_named(db, NULL, NULL, NULL), NM_OK);
	nm_tokens_lock(db);
	assert_true(locked(db));
	assert_int_equal(unlock(db, &right), NM_OK);
	assert_int_equal(right.asked, 1);
	nm_tokens_lock(db);
	close_db(&db);
}

static void
by_name(void **state)
{
	struct nm_database *db = open_db(&pki, "locked");
	struct script s = { .answers = { "secret" } };
	struct nm_asker asker = script_asker(&s);

	(void)state;
	assert_int_equal(nm_token_unlock_named(db, "no such", &asker, NULL),
	    NM_ERR_TOKEN_ABSENT);
	assert_int_equal(
	    nm_token_unlock_named(db, "NSS Certificate DB", &asker, NULL),
	    NM_OK);
	assert_int_equal(s.asked, 1);
	close_db(&db);
}

static void
newer_form(void **state)
{
	struct nm_database *db;
	struct script s = { .answers = { "secret" } };

	(void)state;
	if (NSS_VersionCheck(NM_NSS_PASSWORDS))
		return; /* it can check them */
	assert_int_equal(pki_run(&pki,
			     "cp -r locked newer; sqlite3 newer/key4.db "
			     "\"UPDATE metaData SET "
			     "item1 = randomblob(48) WHERE id = 'password'\""),
	    0);
	db = open_db(&pki, "newer");
	assert_int_equal(unlock(db, &s), NM_ERR_PASSWORD_FORMAT_UNSUPPORTED);
	assert_int_equal(s.asked, 0);
	close_db(&db);
}

static void
changing(void **state)
{
	struct nm_database *db;
	struct script first = { .answers = { "new pä$" } };
	struct script wrong = { .answers = { "x", "y", "z" } };
	struct script second = { .answers = { "x", "new pä$", "" } };
	struct script none = { .answers = { NULL } };
	struct nm_asker asker;

	(void)state;
	assert_int_equal(pki_run(&pki, "cp -r db changing"), 0);
	db = open_db(&pki, "changing");
	asker = script_asker(&first);
	/* there is no old one to be asked for */
	assert_int_equal(
	    nm_token_change_password(db, NULL, &asker, NULL), NM_OK);
	assert_int_equal(first.asked, 1);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki, "certutil -K -d sql:changing -f none"), 65280);
	assert_int_equal(
	    pki_run(&pki,
		"echo 'new pä$' > new; certutil -K -d sql:changing -f new"),
	    0);

	db = open_db(&pki, "changing");
	assert_true(locked(db));
	asker = script_asker(&wrong);
	assert_int_equal(nm_token_change_password(db, NULL, &asker, NULL),
	    NM_ERR_WRONG_PASSWORD);
	assert_int_equal(wrong.asked, 3);
	asker = script_asker(&none);
	assert_int_equal(nm_token_change_password(db, NULL, &asker, NULL),
	    NM_ERR_USER_DECLINED);
	asker = script_asker(&second);
	assert_int_equal(
	    nm_token_change_password(db, NULL, &asker, NULL), NM_OK);
	assert_int_equal(second.asked, 3);
	assert_int_equal(nm_token_change_password(db, NULL, NULL, NULL),
	    NM_ERR_PASSWORD_REQUIRED);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki, "certutil -K -d sql:changing -f none"), 0);
}

/* Another program sets, changes or takes away the password meanwhile. */
static void
first_elsewhere(void **state)
{
	struct script s = { .answers = { "secret", "secret" } };
	struct nm_fault fault = { 0 };
	struct nm_asker asker = script_asker(&s);
	struct nm_database *db;

	(void)state;
	assert_int_equal(pki_run(&pki, "cp -r db first"), 0);
	db = open_db(&pki, "first");
	assert_int_equal(unlock(db, &s), NM_OK);
	/* what else changes the file is no password */
	assert_int_equal(
	    pki_run(&pki,
		"sqlite3 first/key4.db \"CREATE TABLE x (y); DROP TABLE x\""),
	    0);
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_false(nm_database_outdated(db));
	assert_int_equal(
	    pki_run(&pki, "certutil -W -d sql:first -f none -@ pw"), 0);
	/* NSS would sign by the key it has, and store by it */
	assert_true(locked(db));
	assert_int_equal(nm_token_unlock_named(db, NULL, &asker, &fault),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_non_null(strstr(fault.text, "try again"));
	assert_int_equal(nm_token_change_password(db, NULL, &asker, NULL),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_int_equal(s.asked, 0);
	assert_true(nm_database_outdated(db));
	close_db(&db);
	db = open_db(&pki, "first");
	assert_false(nm_database_outdated(db));
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_int_equal(s.asked, 1);
	assert_false(locked(db));
	close_db(&db);
}

static void
changed_elsewhere(void **state)
{
	struct script s = { .answers = { "secret", "other", "x" } };
	struct nm_database *db;

	(void)state;
	assert_int_equal(
	    pki_run(&pki, "cp -r locked changed; echo other > other"), 0);
	db = open_db(&pki, "changed");
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_int_equal(
	    pki_run(&pki, "certutil -W -d sql:changed -f pw -@ other"), 0);
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_int_equal(s.asked, 2);
	assert_false(locked(db));
	assert_false(nm_database_outdated(db));
	assert_int_equal(
	    pki_run(&pki, "certutil -W -d sql:changed -f other -@ none"), 0);
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_int_equal(s.asked, 2);
	close_db(&db);
}

static CERTCertificate *
load(const char *name)
{
	CERTCertificate *cert = PK11_FindCertFromNickname(name, NULL);

	assert_non_null(cert);
	return cert;
}

static void
owning(void **state)
{
	struct nm_database *db = open_db(&pki, "locked");
	struct script s = { .answers = { "secret" } };
	CERTCertificate *alice = load("alice"), *ca = load("ca");
	PK11SlotInfo *slot;

	(void)state;
	/* told by the public keys while locked */
	assert_true(nm_database_owns(db, alice));
	assert_false(nm_database_owns(db, ca));
	assert_int_equal(unlock(db, &s), NM_OK);
	assert_true(nm_database_owns(db, alice));
	assert_false(nm_database_owns(db, ca));
	slot = nm_database_key_slot(db, alice);
	assert_true(PK11_IsInternalKeySlot(slot));
	PK11_FreeSlot(slot);
	CERT_DestroyCertificate(alice);
	CERT_DestroyCertificate(ca);
	close_db(&db);
}

static bool
has(const char *const list[16], const char *name)
{
	for (size_t i = 0; list[i] != NULL; i++) {
		if (strcmp(list[i], name) == 0)
			return true;
	}
	return false;
}

static void
abilities(void **state)
{
	struct nm_database *db = open_db(&pki, "db");
	struct nm_abilities a;

	(void)state;
	nm_abilities_find(&a);
	assert_true(has(a.signature, "rsa-pkcs1"));
	assert_true(has(a.signature, "rsa-pss"));
	assert_true(has(a.signature, "ecdsa"));
	assert_true(has(a.digest, "sha256"));
	assert_true(has(a.key_management, "rsa-oaep"));
	assert_true(has(a.key_management, "ecdh"));
	assert_true(has(a.content_encryption, "aes-256-gcm"));
	assert_true(has(a.content_encryption, "aes-128-cbc"));
	if (!NSS_VersionCheck("3.98"))
		assert_false(has(a.signature, "ed25519"));
	close_db(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unlocking),
		cmocka_unit_test(by_name),
		cmocka_unit_test(newer_form),
		cmocka_unit_test(changing),
		cmocka_unit_test(first_elsewhere),
		cmocka_unit_test(changed_elsewhere),
		cmocka_unit_test(owning),
		cmocka_unit_test(abilities),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
