/* SPDX-License-Identifier: MPL-2.0 */
#include "database.h"

#include <cert.h>

static struct pki pki;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	assert_int_equal(pki_run(&pki,
			     "for f in *.crt; do openssl x509 -in \"$f\" "
			     "-outform DER -out \"${f%%.crt}.der\"; done"),
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

static CERTCertificate *
load(const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	SECItem der = { siBuffer, NULL, 0 };
	CERTCertificate *cert;
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.der", name);
	pki_read(&pki, file, &b);
	der.data = b.data;
	der.len = (unsigned)b.len;
	cert = CERT_NewTempCertificate(
	    CERT_GetDefaultCertDB(), &der, NULL, PR_FALSE, PR_TRUE);
	nm_buffer_reset(&b);
	assert_non_null(cert);
	return cert;
}

static bool
owns(struct nm_database *db, const char *name)
{
	CERTCertificate *cert = load(name);
	bool own = nm_database_owns(db, cert);

	CERT_DestroyCertificate(cert);
	return own;
}

static void
whose_key_is_there(void **state)
{
	static const char *const own[] = { "alice", "carol", "dave", "erin",
		"pss", "expired" };
	static const char *const others[] = { "ca", "intermediate", "stranger",
		"mallory" };
	struct nm_database *db = open_db(&pki, "db");
	CERTCertificate *cert;
	PK11SlotInfo *slot;

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		assert_true(owns(db, own[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(owns(db, others[i]));
	cert = load("alice");
	slot = nm_database_key_slot(db, cert);
	assert_non_null(slot);
	assert_true(PK11_IsInternalKeySlot(slot));
	PK11_FreeSlot(slot);
	CERT_DestroyCertificate(cert);
	close_db(&db);
}

/* No password is needed to know, and none is asked for. */
static void
while_locked(void **state)
{
	struct nm_database *db;
	CERTCertificate *cert;
	PK11SlotInfo *slot;

	(void)state;
	assert_int_equal(pki_run(&pki,
			     "rm -rf locked; cp -r db locked; "
			     "printf 'secret\\n' > pw; "
			     "printf '\\n' > none; "
			     "certutil -W -d sql:locked -f none -@ pw"),
	    0);
	db = open_db(&pki, "locked");
	cert = load("alice");
	slot = nm_database_key_slot(db, cert);
	assert_non_null(slot);
	assert_true(nm_token_locked(slot));
	PK11_FreeSlot(slot);
	CERT_DestroyCertificate(cert);
	assert_true(owns(db, "carol"));
	assert_false(owns(db, "mallory"));
	close_db(&db);
}

/* A key that comes later, by another process, is seen. */
static void
a_key_that_comes(void **state)
{
	struct nm_database *db;

	(void)state;
	assert_int_equal(pki_run(&pki, "rm -rf later; cp -r db later"), 0);
	db = open_db(&pki, "later");
	assert_false(owns(db, "mallory"));
	assert_int_equal(pki_run(&pki,
			     "pk12util -i mallory.p12 -d sql:later -W nssmime "
			     "-K ''"),
	    0);
	assert_true(owns(db, "mallory"));
	close_db(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_key_is_there),
		cmocka_unit_test(while_locked),
		cmocka_unit_test(a_key_that_comes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
