/* SPDX-License-Identifier: MPL-2.0 */
#include "empty.h"

#include <time.h>

static enum nm_error
import(const char *file, enum nm_form form, struct nm_import *out)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_fault fault = { 0 };
	enum nm_error error;

	pki_read(&pki, file, &b);
	error = nm_import(db, b.data, b.len, form, NULL, out, &fault);
	assert_int_equal(error, fault.code);
	nm_buffer_reset(&b);
	return error;
}

static void
expect(const char *file, enum nm_form form, size_t imported, size_t skipped)
{
	struct nm_import im;

	assert_int_equal(import(file, form, &im), NM_OK);
	assert_int_equal(im.imported_count, imported);
	assert_int_equal(im.skipped_count, skipped);
	nm_import_clear(&im);
	assert_int_equal(im.imported_count, 0);
}

static void
pem_and_der(void **state)
{
	struct nm_import im;

	(void)state;
	expect("alice.crt", NM_FORM_AUTO, 1, 0);
	expect("bob.der", NM_FORM_AUTO, 1, 0);
	expect("carol.der", NM_FORM_DER, 1, 0);
	expect("dave.crt", NM_FORM_PEM, 1, 0);
	assert_int_equal(import("alice.der", NM_FORM_AUTO, &im), NM_OK);
	assert_int_equal(im.skipped_count, 1);
	assert_int_equal(strlen(im.skipped[0].fingerprint), 64);
	assert_int_equal(im.skipped[0].why, NM_SKIP_PRESENT);
	nm_import_clear(&im);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki, "test $(certutil -L -d sql:t | grep -c ',,') = 4"),
	    0);
}

static void
several(void **state)
{
	struct nm_import im;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"{ echo text before; cat alice.crt; echo; cat bob.crt bob.key "
		"alice.crt | sed 's/$/\\r/'; } > several.pem"),
	    0);
	/* a key, and one that was there a moment ago, are skipped */
	assert_int_equal(import("several.pem", NM_FORM_AUTO, &im), NM_OK);
	assert_int_equal(im.imported_count, 2);
	assert_int_equal(im.skipped_count, 2);
	assert_string_equal(nm_skip_code(im.skipped[0].why), "no-certificate");
	assert_non_null(strstr(nm_skip_text(im.skipped[0].why), "PKCS #12"));
	assert_string_equal(nm_skip_code(im.skipped[1].why), "already-there");
	nm_import_clear(&im);
}

static void
authorities_are_not_trusted(void **state)
{
	CERTCertificate *cert;
	struct nm_certificate c;

	(void)state;
	expect("otherca.crt", NM_FORM_AUTO, 1, 0);
	cert = load(&pki, "otherca");
	assert_int_equal(nm_certificate_describe(db, cert, &c), NM_OK);
	assert_int_equal(c.trust, NM_TRUST_INHERITED);
	assert_non_null(c.token);
	nm_certificate_clear(&c);
	CERT_DestroyCertificate(cert);
}

static void
pkcs7(void **state)
{
	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"openssl crl2pkcs7 -nocrl -certfile alice.crt -certfile ca.crt "
		"-certfile intermediate.crt -outform DER -out c.p7b; "
		"openssl crl2pkcs7 -nocrl -certfile bob.crt -out c.pem"),
	    0);
	expect("c.p7b", NM_FORM_AUTO, 3, 0);
	expect("c.p7b", NM_FORM_PKCS7, 0, 3);
	expect("c.pem", NM_FORM_AUTO, 1, 0);
}

static void
pkcs7_in_ber(void **state)
{
	(void)state;
	/* openssl's streaming signatures are of indefinite length */
	assert_int_equal(
	    pki_run(&pki,
		"echo text | openssl cms -sign -signer bob.crt -inkey bob.key "
		"-certfile ca.crt -nodetach -stream -binary -outform DER "
		"-out s.p7m; head -c 2 s.p7m | od -An -tx1 | grep '30 80'"),
	    0);
	expect("s.p7m", NM_FORM_AUTO, 2, 0);
}

static void
all_or_nothing(void **state)
{
	struct nm_import im;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"{ cat alice.crt; sed '5s/^..../AAAA/;6s/^..../AAAA/' bob.crt; "
		"echo -----BEGIN CERTIFICATE-----; echo MAAA; "
		"echo -----END CERTIFICATE-----; } > bad.pem"),
	    0);
	assert_int_equal(
	    import("bad.pem", NM_FORM_AUTO, &im), NM_ERR_INVALID_PARAMS);
	assert_int_equal(im.imported_count, 0);
	close_db(&db);
	assert_int_not_equal(
	    pki_run(&pki, "certutil -L -d sql:t | grep -q ',,'"), 0);
}

static void
nonsense(void **state)
{
	static const uint8_t zeros[64] = { 0x30, 0x80 };
	static const char text[] = "A picture, perhaps";
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_import im;
	struct nm_fault fault = { 0 };
	uint8_t *large;

	(void)state;
	/* whoever chose the file learns what would have been one */
	assert_int_equal(nm_import(db, (const uint8_t *)text, sizeof(text),
			     NM_FORM_AUTO, NULL, &im, &fault),
	    NM_ERR_INVALID_PARAMS);
	assert_non_null(strstr(fault.text, ".p12"));
	for (enum nm_form f = NM_FORM_AUTO; f <= NM_FORM_PKCS7; f++) {
		for (size_t len = 0; len <= sizeof(zeros); len++) {
			assert_int_equal(
			    nm_import(db, zeros, len, f, NULL, &im, NULL),
			    NM_ERR_INVALID_PARAMS);
		}
	}
	large = calloc(1, 9u << 20);
	assert_non_null(large);
	assert_int_equal(
	    nm_import(db, large, 9u << 20, NM_FORM_AUTO, NULL, &im, NULL),
	    NM_ERR_TOO_LARGE);
	/* begins without an end, eight megabytes of them */
	for (size_t i = 0; i < 8u << 20; i += 16)
		memcpy(large + i, "-----BEGIN X----", 16);
	assert_int_equal(
	    nm_import(db, large, 8u << 20, NM_FORM_AUTO, NULL, &im, NULL),
	    NM_ERR_INVALID_PARAMS);
	free(large);
	/* every cut of a good one */
	pki_read(&pki, "alice.crt", &b);
	for (size_t len = 1; len + 30 < b.len; len += 7) {
		assert_int_equal(
		    nm_import(db, b.data, len, NM_FORM_AUTO, NULL, &im, NULL),
		    NM_ERR_INVALID_PARAMS);
	}
	nm_buffer_reset(&b);
}

static void
same_names(void **state)
{
	(void)state;
	/* two subjects, one common name and organisation; and the name of a
	 * nickname that is taken */
	assert_int_equal(
	    pki_run(&pki,
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n' > n.cnf; "
		"for i in 1 2 3; do openssl req -new -x509 -config n.cnf -key "
		"bob.key -subj /O=Org/OU=$i/CN=Same -days 9 -out n$i.crt; "
		"done; "
		"cat n1.crt n2.crt n3.crt > n.pem"),
	    0);
	expect("n.pem", NM_FORM_AUTO, 3, 0);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"test $(certutil -L -d sql:t | grep -c 'Same - Org') = 3; "
		"certutil -L -d sql:t -n 'Same - Org'"),
	    0);
}

static void
locked_database(void **state)
{
	struct nm_import im;
	struct nm_buffer b = NM_BUFFER_INIT;
	struct script s = { .answers = { "secret" } };
	struct nm_asker asker = script_asker(&s);

	(void)state;
	close_db(&db);
	assert_int_equal(pki_run(&pki,
			     "echo > none; echo secret > pw; "
			     "certutil -W -d sql:t -f none -@ pw"),
	    0);
	db = open_db(&pki, "t");
	pki_read(&pki, "alice.crt", &b);
	assert_int_equal(
	    nm_import(db, b.data, b.len, NM_FORM_AUTO, &asker, &im, NULL),
	    NM_OK);
	assert_int_equal(im.imported_count, 1);
	nm_import_clear(&im);
	nm_buffer_reset(&b);
}

static void
deleting(void **state)
{
	CERTCertificate *cert;
	struct nm_fault fault = { 0 };

	(void)state;
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"rm -rf t; cp -r db t; cp bob.key renewed.key; "
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n' > n.cnf; "
		"openssl req -new -x509 -config n.cnf -key bob.key -subj "
		"/CN=renewed -days 9 -out renewed.crt; "
		"certutil -A -d sql:t -n renewed -t ,, -i renewed.crt"),
	    0);
	db = open_db(&pki, "t");
	cert = load(&pki, "mallory");
	assert_int_equal(nm_certificate_delete(db, cert, false, NULL, &fault),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	CERT_DestroyCertificate(cert);
	cert = load(&pki, "alice");
	assert_int_equal(
	    nm_certificate_delete(db, cert, true, NULL, NULL), NM_OK);
	CERT_DestroyCertificate(cert);
	cert = load(&pki, "alice");
	assert_false(nm_database_owns(db, cert));
	CERT_DestroyCertificate(cert);
	/* without its key: that stays */
	cert = load(&pki, "carol");
	assert_int_equal(
	    nm_certificate_delete(db, cert, false, NULL, NULL), NM_OK);
	CERT_DestroyCertificate(cert);
	/* with a key that another certificate still has */
	cert = load(&pki, "bob");
	assert_int_equal(
	    nm_certificate_delete(db, cert, true, NULL, NULL), NM_OK);
	CERT_DestroyCertificate(cert);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"certutil -L -d sql:t > l; certutil -K -d sql:t > k; "
		"! grep -q alice l && ! grep -q alice k && ! grep -q carol l "
		"&& "
		"! grep -q '^bob' l && grep -q renewed l && "
		"test $(grep -c '^<' k) = 12 && "
		/* nor its public half */
		"test $(sqlite3 t/cert9.db \"SELECT count(*) FROM nssPublic "
		"WHERE a0 = x'00000002'\") = 12"),
	    0);
}

static void
deleting_when_locked(void **state)
{
	struct script s = { .answers = { "secret" } };
	struct nm_asker asker = script_asker(&s);
	CERTCertificate *cert;

	(void)state;
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"rm -rf t; cp -r db t; echo > none; echo secret > pw; "
		"certutil -W -d sql:t -f none -@ pw"),
	    0);
	db = open_db(&pki, "t");
	cert = load(&pki, "alice");
	assert_int_equal(nm_certificate_delete(db, cert, true, NULL, NULL),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_true(nm_database_owns(db, cert));
	assert_int_equal(
	    nm_certificate_delete(db, cert, true, &asker, NULL), NM_OK);
	assert_int_equal(s.asked, 1);
	CERT_DestroyCertificate(cert);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_empty, close_it)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(pem_and_der),
		T(several),
		T(authorities_are_not_trusted),
		T(pkcs7),
		T(pkcs7_in_ber),
		T(all_or_nothing),
		T(nonsense),
		T(same_names),
		T(locked_database),
		T(deleting),
		T(deleting_when_locked),
	};

	return cmocka_run_group_tests(tests, empty_setup, empty_teardown);
}
