/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include <time.h>

#define R(x) NM_REASON_BIT(NM_REASON_##x)

static struct pki pki;
static struct nm_database *db;
static struct nm_index *ix;
static int64_t now;

/* Further certificates of bob's: <name>, from when, with which key. */
static int
setup(void **state)
{
	(void)state;
	pki_make_odd(&pki);
	now = (int64_t)time(NULL);
	assert_int_equal(
	    pki_run(&pki,
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n[l]\\n"
		"subjectAltName=email:bob@example.org\\n[ca]\\n"
		"database=c.txt\\nnew_certs_dir=.\\nrand_serial=yes\\n"
		"default_md=sha256\\npolicy=a\\nunique_subject=no\\n[a]\\n"
		"commonName=optional\\n' > c.cnf; : > c.txt\n"
		"add() { cp ${5:-bob}.key $1.key; openssl req -new -config "
		"c.cnf "
		"-key $1.key -subj /CN=$1 -out c.csr; openssl ca -batch "
		"-notext "
		"-config c.cnf -name ca -extensions l -startdate $2 -enddate "
		"$3 "
		"-cert ca.crt -keyfile ca.key -in c.csr -out $1.crt; "
		"openssl x509 -in $1.crt -outform DER -out $1.der; "
		"certutil -A -d sql:$4 -n $1 -t ,, -i $1.crt; }\n"
		"cp -r db two; cp -r db old; cp -r db late\n"
		/* as valid as bob's own, and older and expired ones */
		"s=$(openssl x509 -in bob.crt -noout -startdate | cut -d= "
		"-f2)\n"
		"s=$(date -u -d \"$s\" +%%Y%%m%%d%%H%%M%%SZ)\n"
		"add same $s 20900101000000Z two\n"
		"add older 20150101000000Z 20900101000000Z old\n"
		"add gone 20150101000000Z 20160101000000Z old\n"
		/* the newest is not valid yet; another's key is not bob's */
		"add tomorrow 20880101000000Z 20900101000000Z late\n"
		"add foreign $s 20900101000000Z late mallory\n"),
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

static void
open_index(const char *name)
{
	db = open_db(&pki, name);
	assert_int_equal(nm_index_new(db, &ix, NULL), NM_OK);
}

static void
close_index(void)
{
	nm_index_free(&ix);
	close_db(&db);
}

static void
expect_signer(const char *address, const char *name)
{
	CERTCertificate *cert = load(&pki, name);
	struct nm_choice c;

	assert_int_equal(nm_choose_signer(ix, db, address, now, &c), NM_OK);
	assert_true(c.cert == cert);
	assert_int_equal(c.candidate_count, 0);
	nm_choice_clear(&c);
	CERT_DestroyCertificate(cert);
}

static void
plain(void **state)
{
	struct nm_choice c;

	(void)state;
	open_index("db");
	expect_signer("alice@example.org", "alice");
	expect_signer("Bob@EXAMPLE.org", "bob");
	expect_signer("jürgen@bücher.example", "many");
	assert_int_equal(
	    nm_choose_signer(ix, db, "nobody@example.org", now, &c),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	assert_null(c.cert);
	nm_choice_clear(&c);
	assert_int_equal(
	    nm_choose_signer(ix, db, "expired@example.org", now, &c),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(c.reasons, R(EXPIRED));
	nm_choice_clear(&c);
	assert_int_equal(
	    nm_choose_signer(ix, db, "encryptonly@example.org", now, &c),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(c.reasons, R(USAGE_NOT_PERMITTED));
	nm_choice_clear(&c);
	assert_int_equal(nm_choose_recipient(
			     ix, db, "encryptonly@example.org", now, NULL, &c),
	    NM_OK);
	nm_choice_clear(&c);
	assert_int_equal(
	    nm_choose_recipient(ix, db, "pss@example.org", now, NULL, &c),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	nm_choice_clear(&c);
	close_index();
}

static void
ambiguous(void **state)
{
	struct nm_choice c;

	(void)state;
	open_index("two");
	assert_int_equal(nm_choose_signer(ix, db, "bob@example.org", now, &c),
	    NM_ERR_CERTIFICATE_AMBIGUOUS);
	assert_null(c.cert);
	assert_int_equal(c.candidate_count, 2);
	assert_true(c.candidates[0] != c.candidates[1]);
	nm_choice_clear(&c);
	/* any will do to encrypt */
	assert_int_equal(
	    nm_choose_recipient(ix, db, "bob@example.org", now, NULL, &c),
	    NM_OK);
	assert_non_null(c.cert);
	nm_choice_clear(&c);
	close_index();
}

static void
the_newest(void **state)
{
	(void)state;
	open_index("old");
	expect_signer("bob@example.org", "bob");
	close_index();
	/* neither the one to come nor that of another's key */
	open_index("late");
	expect_signer("bob@example.org", "bob");
	close_index();
}

static void
of_others(void **state)
{
	struct nm_choice c;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db people; certutil -A -d sql:people -n otherca -t ,C, "
		"-i otherca.crt; certutil -A -d sql:people -n mallory -t ,, "
		"-i mallory.crt"),
	    0);
	open_index("people");
	assert_int_equal(
	    nm_choose_signer(ix, db, "mallory@example.org", now, &c),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	nm_choice_clear(&c);
	assert_int_equal(
	    nm_choose_recipient(ix, db, "mallory@example.org", now, NULL, &c),
	    NM_OK);
	nm_choice_clear(&c);
	close_index();
}

/* One's own copy is encrypted to a key that is here, not to a newer one that
 * is elsewhere (on another machine, or lost). */
static void
one_self(void **state)
{
	struct nm_choice c;
	char mine[NM_FINGERPRINT_SIZE], found[NM_FINGERPRINT_SIZE];
	CERTCertificate *bob;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"cp -r db elsewhere; openssl genpkey -algorithm EC -pkeyopt "
		"ec_paramgen_curve:P-256 -out else.key; printf '[req]\n"
		"distinguished_name=d\n[d]\n[x]\n"
		"subjectAltName=email:bob@example.org\n' > else.cnf; "
		"openssl req -new -config else.cnf -key else.key -subj /CN=b "
		"-out else.csr; openssl x509 -req -in else.csr -CA ca.crt "
		"-CAkey ca.key -days 9 -extfile else.cnf -extensions x "
		"-out else.crt; certutil -A -d sql:elsewhere -n else -t ,, "
		"-i else.crt"),
	    0);
	open_index("elsewhere");
	bob = load(&pki, "bob");
	nm_certificate_fingerprint(bob, mine);
	CERT_DestroyCertificate(bob);
	now = (int64_t)time(NULL);
	assert_int_equal(
	    nm_choose_recipient(ix, db, "bob@example.org", now, NULL, &c),
	    NM_OK);
	nm_certificate_fingerprint(c.cert, found);
	assert_string_not_equal(found, mine);
	nm_choice_clear(&c);
	assert_int_equal(
	    nm_choose_self(ix, db, "bob@example.org", now, &c), NM_OK);
	nm_certificate_fingerprint(c.cert, found);
	assert_string_equal(found, mine);
	nm_choice_clear(&c);
	close_index();
}

static void
keys(void **state)
{
	static const char *const names[] = { "alice", "carol", "pss" };
	struct script s = { .answers = { "secret" } };
	struct nm_asker asker = script_asker(&s);
	SECKEYPrivateKey *key;
	CERTCertificate *cert;

	(void)state;
	db = open_db(&pki, "db");
	for (size_t i = 0; i < 3; i++) {
		cert = load(&pki, names[i]);
		assert_int_equal(
		    nm_certificate_key(db, cert, NULL, &key, NULL), NM_OK);
		SECKEY_DestroyPrivateKey(key);
		CERT_DestroyCertificate(cert);
	}
	cert = load(&pki, "ca");
	assert_int_equal(nm_certificate_key(db, cert, NULL, &key, NULL),
	    NM_ERR_NO_PRIVATE_KEY);
	assert_null(key);
	CERT_DestroyCertificate(cert);
	close_db(&db);

	assert_int_equal(pki_run(&pki,
			     "cp -r db locked; echo > none; echo secret > pw; "
			     "certutil -W -d sql:locked -f none -@ pw"),
	    0);
	db = open_db(&pki, "locked");
	cert = load(&pki, "alice");
	assert_int_equal(nm_certificate_key(db, cert, NULL, &key, NULL),
	    NM_ERR_PASSWORD_REQUIRED);
	assert_null(key);
	assert_int_equal(
	    nm_certificate_key(db, cert, &asker, &key, NULL), NM_OK);
	assert_int_equal(s.asked, 1);
	SECKEY_DestroyPrivateKey(key);
	CERT_DestroyCertificate(cert);
	close_db(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(ambiguous),
		cmocka_unit_test(the_newest),
		cmocka_unit_test(of_others),
		cmocka_unit_test(one_self),
		cmocka_unit_test(keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
