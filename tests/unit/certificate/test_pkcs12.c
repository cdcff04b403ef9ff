/* SPDX-License-Identifier: MPL-2.0 */
#include "empty.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "certificate/pkcs12.h"

static int
setup(void **state)
{
	(void)empty_setup(state);
	assert_int_equal(
	    pki_run(&pki,
		"make() { n=$1; shift; openssl pkcs12 -export -inkey alice.key "
		"-in alice.crt -certfile intermediate.crt -name alice "
		"-out $n.p12 \"$@\"; }\n"
		"unset OPENSSL_CONF\n"
		"make default -passout pass:pw; "
		"make legacy -legacy -passout pass:pw; "
		"make empty -passout pass:; "
		"make utf8 -passout 'pass:pä$ ü'; "
		"make sha512 -macalg sha512 -keypbe aes-128-cbc -certpbe "
		"aes-128-cbc -passout pass:pw; "
		"make plaincert -certpbe NONE -passout pass:pw; "
		"make nomac -nomac -passout pass:pw; "
		"make slow -iter 1000000 -passout pass:pw; "
		"make huge -iter 20000000 -passout pass:pw & "
		"wait"),
	    0);
	return 0;
}

static enum nm_error
import(const char *name, struct script *s, struct nm_import *out)
{
	struct nm_asker asker = script_asker(s);
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_fault fault = { 0 };
	enum nm_error error;
	char file[64];

	snprintf(file, sizeof(file), "%s.p12", name);
	pki_read(&pki, file, &b);
	error = nm_import(db, b.data, b.len, NM_FORM_AUTO, &asker, out, &fault);
	if (error != NM_OK)
		print_message("%s: %s\n", name, fault.text);
	nm_buffer_reset(&b);
	return error;
}

static void
expect(const char *name, const char *password)
{
	struct script s = { .answers = { password } };
	SECKEYPrivateKey *key;
	struct nm_import im;

	(void)open_empty(NULL);
	assert_int_equal(import(name, &s, &im), NM_OK);
	assert_int_equal(s.asked, 1);
	assert_int_equal(im.imported_count, 2);
	assert_int_equal(im.skipped_count, 0);
	nm_import_clear(&im);
	CERTCertificate *alice = load(&pki, "alice");
	assert_true(nm_database_owns(db, alice));
	assert_int_equal(
	    nm_certificate_key(db, alice, NULL, &key, NULL), NM_OK);
	SECKEY_DestroyPrivateKey(key);
	CERT_DestroyCertificate(alice);
	close_db(&db);
}

static void
forms(void **state)
{
	(void)state;
	expect("default", "pw");
	expect("legacy", "pw");
	expect("sha512", "pw");
	expect("plaincert", "pw");
	expect("slow", "pw");
	expect("empty", "");
	expect("utf8", "pä$ ü");
}

static void
made_by_nss(void **state)
{
	struct script s = { .answers = { "pw" } };
	struct nm_import im;

	(void)state;
	/* BER of indefinite length */
	assert_int_equal(
	    pki_run(&pki,
		"pk12util -o nss.p12 -n dave -d sql:db -W pw -K ''; "
		"head -c 2 nss.p12 | od -An -tx1 | grep '30 80'"),
	    0);
	(void)open_empty(NULL);
	assert_int_equal(import("nss", &s, &im), NM_OK);
	assert_true(im.imported_count >= 1);
	nm_import_clear(&im);
	close_db(&db);
}

static void
wrong_passwords(void **state)
{
	struct script wrong = { .answers = { "a", "", "b", "pw" } };
	struct script late = { .answers = { "a", "b", "pw" } };
	struct script declined = { .answers = { NULL } };
	struct nm_import im;

	(void)state;
	assert_int_equal(import("default", &wrong, &im), NM_ERR_WRONG_PASSWORD);
	assert_int_equal(wrong.asked, 3);
	assert_int_equal(
	    import("legacy", &declined, &im), NM_ERR_USER_DECLINED);
	assert_int_equal(import("default", &late, &im), NM_OK);
	assert_int_equal(late.asked, 3);
	nm_import_clear(&im);
}

static void
hostile(void **state)
{
	struct script s = { .answers = { "pw" } };
	struct timespec from, to;
	struct nm_import im;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &from);
	assert_int_not_equal(import("huge", &s, &im), NM_OK);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(to.tv_sec - from.tv_sec < 2);
	assert_int_equal(s.asked, 0);
	assert_int_equal(import("nomac", &s, &im), NM_ERR_INVALID_PARAMS);
	assert_int_equal(s.asked, 0);
}

/* LeakSanitizer's, in a build that has it. */
extern void __lsan_disable(void) __attribute__((weak));
extern void __lsan_enable(void) __attribute__((weak));

/* NSS's decoder loses what it had of some malformed files (its bugs 1972054
 * and 1970079, fixed in versions newer than Debian 12's): what it allocates in
 * here is not counted. */
static void
import_mutation(const uint8_t *data, size_t len)
{
	struct script s = { .answers = { "pw", "pw", "pw" } };
	struct nm_asker asker = script_asker(&s);
	struct nm_import im;

	if (__lsan_disable != NULL)
		__lsan_disable();
	(void)nm_import(db, data, len, NM_FORM_PKCS12, &asker, &im, NULL);
	if (__lsan_enable != NULL)
		__lsan_enable();
	nm_import_clear(&im);
}

static void
mutations(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	uint64_t total;
	uint8_t *copy;

	(void)state;
	pki_read(&pki, "default.p12", &b);
	copy = malloc(b.len);
	assert_non_null(copy);
	/* each cut, each byte changed: the first look never reads past it */
	for (size_t i = 0; i < b.len; i++) {
		uint8_t *exact = malloc(i + 1);

		assert_non_null(exact);
		memcpy(exact, b.data, i);
		assert_int_not_equal(
		    nm_pkcs12_check(
			(struct nm_bytes){ exact, i }, &total, NULL),
		    NM_OK);
		free(exact);
		memcpy(copy, b.data, b.len);
		copy[i] ^= 0x80;
		(void)nm_pkcs12_check(
		    (struct nm_bytes){ copy, b.len }, &total, NULL);
	}
	/* and the whole way, with the right password */
	srand(1);
	for (int i = 0; i < 150; i++) {
		memcpy(copy, b.data, b.len);
		copy[(size_t)rand() % b.len] ^= (uint8_t)(1 + rand() % 255);
		import_mutation(copy, b.len);
	}
	free(copy);
	nm_buffer_reset(&b);
}

static void
twice(void **state)
{
	struct script s = { .answers = { "pw", "pw", "pw" } };
	struct nm_import im;

	(void)state;
	assert_int_equal(import("default", &s, &im), NM_OK);
	nm_import_clear(&im);
	assert_int_equal(import("default", &s, &im), NM_OK);
	assert_int_equal(im.imported_count, 0);
	assert_int_equal(im.skipped_count, 2);
	nm_import_clear(&im);
}

static void
key_for_a_known_certificate(void **state)
{
	struct script s = { .answers = { "pw" } };
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_import im;

	(void)state;
	pki_read(&pki, "alice.crt", &b);
	assert_int_equal(
	    nm_import(db, b.data, b.len, NM_FORM_AUTO, NULL, &im, NULL), NM_OK);
	nm_import_clear(&im);
	nm_buffer_reset(&b);
	assert_int_equal(import("default", &s, &im), NM_OK);
	assert_int_equal(im.imported_count, 2);
	assert_true(nm_database_owns(db, im.imported[0]) ||
	    nm_database_owns(db, im.imported[1]));
	nm_import_clear(&im);
}

static void
name_clash(void **state)
{
	struct script s = { .answers = { "pw", "pw", "pw" } };
	struct nm_import im;
	CERTCertificate *bob;

	(void)state;
	/* bob's file calls itself alice */
	assert_int_equal(
	    pki_run(&pki,
		"openssl pkcs12 -export -inkey bob.key -in bob.crt -name alice "
		"-passout pass:pw -out bob-alice.p12; "
		"openssl pkcs12 -export -inkey carol.key -in carol.crt "
		"-passout pass:pw -out nameless.p12"),
	    0);
	assert_int_equal(import("default", &s, &im), NM_OK);
	nm_import_clear(&im);
	assert_int_equal(import("bob-alice", &s, &im), NM_OK);
	assert_int_equal(im.imported_count, 1);
	nm_import_clear(&im);
	assert_int_equal(import("nameless", &s, &im), NM_OK);
	assert_int_equal(im.imported_count, 1);
	nm_import_clear(&im);
	bob = load(&pki, "bob");
	assert_true(nm_database_owns(db, bob));
	assert_string_not_equal(bob->nickname, "alice");
	CERT_DestroyCertificate(bob);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"test $(certutil -K -d sql:t | grep -c '^<') = 3; "
		"certutil -L -d sql:t -n alice | grep -q 'CN=alice'"),
	    0);
}

static void
authorities_are_not_trusted(void **state)
{
	struct script s = { .answers = { "nssmime" } };
	struct nm_import im;

	(void)state;
	assert_int_equal(import("mallory", &s, &im), NM_OK);
	assert_int_equal(im.imported_count, 2);
	for (size_t i = 0; i < im.imported_count; i++) {
		struct nm_certificate c;

		assert_int_equal(
		    nm_certificate_describe(db, im.imported[i], &c), NM_OK);
		assert_int_equal(c.trust, NM_TRUST_INHERITED);
		nm_certificate_clear(&c);
	}
	nm_import_clear(&im);
	close_db(&db);
}

static void
locked_database(void **state)
{
	struct script s = { .answers = { "secret", "pw" } };
	struct script none = { .answers = { NULL } };
	struct nm_import im;

	(void)state;
	close_db(&db);
	assert_int_equal(pki_run(&pki,
			     "echo > none; echo secret > pw; "
			     "certutil -W -d sql:t -f none -@ pw"),
	    0);
	db = open_db(&pki, "t");
	assert_int_equal(import("default", &none, &im), NM_ERR_USER_DECLINED);
	assert_int_equal(import("default", &s, &im), NM_OK);
	assert_int_equal(s.asked, 2);
	nm_import_clear(&im);
}

static void
exported(void **state)
{
	struct script s = { .answers = { "neu pä$" } };
	struct script none = { .answers = { "" } };
	struct nm_asker asker = script_asker(&s), without = script_asker(&none);
	struct nm_buffer b = NM_BUFFER_INIT;
	CERTCertificate *cert;

	(void)state;
	close_db(&db);
	db = open_db(&pki, "db");
	cert = load(&pki, "alice");
	assert_int_equal(nm_export_pkcs12(db, cert, &without, &b, NULL),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_int_equal(nm_export_pkcs12(db, cert, &asker, &b, NULL), NM_OK);
	pki_write(&pki, "out.p12", b.data, b.len);
	nm_buffer_clear(&b);
	assert_int_equal(nm_export(db, cert, NM_FORM_PEM, &b, NULL), NM_OK);
	pki_write(&pki, "out.pem", b.data, b.len);
	nm_buffer_clear(&b);
	assert_int_equal(nm_export(db, cert, NM_FORM_DER, &b, NULL), NM_OK);
	pki_write(&pki, "out.der", b.data, b.len);
	nm_buffer_clear(&b);
	assert_int_equal(nm_export(db, cert, NM_FORM_PKCS7, &b, NULL), NM_OK);
	pki_write(&pki, "out.p7b", b.data, b.len);
	nm_buffer_clear(&b);
	assert_int_equal(nm_export(db, cert, NM_FORM_PKCS12, &b, NULL),
	    NM_ERR_INVALID_PARAMS);
	CERT_DestroyCertificate(cert);
	cert = load(&pki, "ca");
	assert_int_equal(nm_export_pkcs12(db, cert, &asker, &b, NULL),
	    NM_ERR_NO_PRIVATE_KEY);
	CERT_DestroyCertificate(cert);
	nm_buffer_reset(&b);
	close_db(&db);
	assert_int_equal(
	    pki_run(&pki,
		"set -e; openssl pkcs12 -in out.p12 -passin 'pass:neu pä$' "
		"-nodes -out out.txt; openssl pkey -in out.txt > a; "
		"openssl pkey -in alice.key > b; cmp a b; test $(grep -c "
		"BEGIN.CERT out.txt) = 3; "
		"cmp out.pem alice.crt; cmp out.der alice.der; "
		"openssl pkcs7 -inform DER -in out.p7b -print_certs | "
		"grep -c subject | grep -q 3; "
		"openssl pkcs12 -in out.p12 -passin 'pass:neu pä$' -noout "
		"-info "
		"2>&1 | grep -q 'AES-256-CBC'"),
	    0);
	/* and what we wrote we read */
	(void)open_empty(NULL);
	struct script again = { .answers = { "neu pä$" } };
	struct nm_import im;

	assert_int_equal(import("out", &again, &im), NM_OK);
	assert_int_equal(im.imported_count, 3);
	nm_import_clear(&im);
}

/* A process that dies while it imports leaves a database that others read. */
static void
killed(void **state)
{
	static const char *const names[] = { "alice", "bob", "carol", "dave",
		"erin", "mallory" };
	int status;
	pid_t pid;

	(void)state;
	close_db(&db);
	for (int round = 0; round < 6; round++) {
		assert_int_equal(pki_run(&pki, "rm -rf t; cp -r empty t"), 0);
		if ((pid = fork()) == 0) {
			char path[256];

			if (nm_database_open(pki_path(&pki, "t", path),
				NM_DATABASE_OWN, false, &db, NULL) != NM_OK)
				_exit(1);
			for (size_t i = 0;; i = (i + 1) % 6) {
				struct script s = { .answers = { "nssmime" } };
				struct nm_import im;

				(void)import(names[i], &s, &im);
				for (size_t j = 0; j < im.imported_count; j++)
					(void)nm_certificate_delete(db,
					    im.imported[j], true, NULL, NULL);
				nm_import_clear(&im);
			}
		}
		usleep((useconds_t)(60000 + 37000 * round));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		db = open_db(&pki, "t");
		struct script s = { .answers = { "nssmime" } };
		struct nm_import im;

		assert_int_equal(import("pss", &s, &im), NM_OK);
		nm_import_clear(&im);
		close_db(&db);
		assert_int_equal(
		    pki_run(&pki,
			"certutil -L -d sql:t && certutil -K -d sql:t && "
			"sqlite3 t/cert9.db 'PRAGMA integrity_check' | grep "
			"ok"),
		    0);
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_empty, close_it)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(made_by_nss),
		T(wrong_passwords),
		T(hostile),
		T(mutations),
		T(twice),
		T(key_for_a_known_certificate),
		T(name_clash),
		T(authorities_are_not_trusted),
		T(locked_database),
		T(exported),
		T(killed),
	};

	return cmocka_run_group_tests(tests, setup, empty_teardown);
}
