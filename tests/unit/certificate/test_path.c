/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include <time.h>

#include <certdb.h>
#include <secerr.h>

#define R(x)  NM_REASON_BIT(NM_REASON_##x)
#define Y2020 INT64_C(1590000000)

static struct pki pki;
static struct nm_database *db;
static CERTCertificate *intermediate, *intermediate2;

static int
setup(void **state)
{
	(void)state;
	pki_make_odd(&pki);
	db = open_db(&pki, "db");
	intermediate = load(&pki, "intermediate");
	intermediate2 = load(&pki, "intermediate2");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	CERT_DestroyCertificate(intermediate);
	CERT_DestroyCertificate(intermediate2);
	close_db(&db);
	pki_remove(&pki);
	return 0;
}

static CERTCertificate *along; /* what came with the certificate */

static void
check(
    const char *name, enum nm_purpose purpose, int64_t when, struct nm_path *p)
{
	CERTCertificate *cert = load(&pki, name);

	struct nm_path_question q = { .purpose = purpose,
		.when = when,
		.along = &along,
		.along_count = along == NULL ? 0 : 1 };

	assert_int_equal(nm_path_check(db, cert, &q, p), NM_OK);
	assert_true(p->count >= 1);
	assert_true(p->links[0].cert == cert);
	CERT_DestroyCertificate(cert);
}

/* An issuer that comes along, as in a message. */
static CERTCertificate *
bring(const char *name)
{
	return along = load(&pki, name);
}

static void
let_go(CERTCertificate *cert)
{
	CERT_DestroyCertificate(cert);
	along = NULL;
}

static void
expect_at(
    const char *name, enum nm_purpose purpose, int64_t when, nm_reasons wanted)
{
	struct nm_path p;

	check(name, purpose, when, &p);
	if (p.reasons != wanted) {
		print_error("%s:", name);
		for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
			if ((p.reasons & NM_REASON_BIT(i)) != 0)
				print_error(" %s", nm_reason_name(i));
		}
		print_error("\n");
	}
	assert_int_equal(p.reasons, wanted);
	nm_path_clear(&p);
	assert_int_equal(p.count, 0);
}

static void
expect(const char *name, enum nm_purpose purpose, nm_reasons wanted)
{
	expect_at(name, purpose, (int64_t)time(NULL), wanted);
}

#define SIGN	NM_PURPOSE_SIGN
#define ENCRYPT NM_PURPOSE_ENCRYPT

static void
good_ones(void **state)
{
	static const char *const both[] = { "alice", "bob", "carol", "dave",
		"erin", "many" };
	struct nm_path p;

	(void)state;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		expect(both[i], SIGN, 0);
		expect(both[i], ENCRYPT, 0);
	}
	expect("pss", SIGN, 0);
	check("alice", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.count, 3);
	assert_true(p.links[1].cert == intermediate);
	assert_string_equal(p.links[2].cert->nickname, "ca");
	assert_int_equal(p.revocation, NM_REVOCATION_NOT_CHECKED);
	nm_path_clear(&p);
}

static void
usages(void **state)
{
	(void)state;
	expect("signonly", SIGN, 0);
	expect("signonly", ENCRYPT, R(USAGE_NOT_PERMITTED));
	expect("encryptonly", ENCRYPT, 0);
	expect("encryptonly", SIGN, R(USAGE_NOT_PERMITTED));
	expect("server", SIGN, R(USAGE_NOT_PERMITTED));
	expect("server", ENCRYPT, R(USAGE_NOT_PERMITTED));
	expect("pss", ENCRYPT, R(USAGE_NOT_PERMITTED));
	/* RFC 8550 4.4.4 */
	expect("anyeku", SIGN, 0);
	expect("anyeku", ENCRYPT, 0);
}

static void
times(void **state)
{
	CERTCertificate *bob;
	PRTime from, until;

	(void)state;
	expect("expired", SIGN, R(EXPIRED));
	expect("expired", ENCRYPT, R(EXPIRED));
	expect("future", SIGN, R(NOT_YET_VALID));
	/* NSS would let one count a day before it begins; clocks differ by
	 * minutes */
	bob = load(&pki, "bob");
	assert_int_equal(CERT_GetCertTimes(bob, &from, &until), SECSuccess);
	CERT_DestroyCertificate(bob);
	from /= PR_USEC_PER_SEC;
	expect_at("bob", SIGN, from - 200, 0);
	expect_at("bob", SIGN, from - 3600, R(NOT_YET_VALID));
	/* before the certificates of the root too */
	expect_at("bob", SIGN, Y2020, R(NOT_YET_VALID));
	expect_at("bob", SIGN, INT64_MAX, R(EXPIRED));
	expect_at("bob", SIGN, INT64_MIN, R(NOT_YET_VALID));
}

static void
expired_since(void **state)
{
	struct nm_path p;

	(void)state;
	/* by a root that is as old: expired's own is younger than it */
	assert_int_equal(
	    pki_run(&pki,
		"printf '[req]\\ndistinguished_name=dn\\n[dn]\\n[x]\\n"
		"basicConstraints=critical,CA:true\\n"
		"keyUsage=keyCertSign\\n[l]\\nsubjectAltName=email:o@x."
		"example\\n"
		"[ca]\\ndatabase=i.txt\\nnew_certs_dir=.\\nrand_serial=yes\\n"
		"default_md=sha256\\npolicy=any\\n[any]\\ncommonName="
		"optional\\n'"
		"> old.cnf; : > i.txt; "
		"openssl req -new -config old.cnf -key ca.key -subj /CN=oldca "
		"-out oldca.csr; "
		"openssl ca -batch -selfsign -config old.cnf -name ca "
		"-extensions x -startdate 20100101000000Z -enddate "
		"20900101000000Z -keyfile ca.key -in oldca.csr -out oldca.crt; "
		"openssl req -new -config old.cnf -key bob.key -subj /CN=o "
		"-out o.csr; "
		"openssl ca -batch -config old.cnf -name ca -extensions l "
		"-startdate 20200101000000Z -enddate 20210101000000Z "
		"-cert oldca.crt -keyfile ca.key -in o.csr -out o.crt; "
		"openssl x509 -in o.crt -outform DER -out o.der; "
		"certutil -A -d sql:db -n oldca -t ,C, -i oldca.crt"),
	    0);
	nm_database_changed(db);
	expect_at("o", SIGN, Y2020, R(EXPIRED_SINCE));
	expect("o", SIGN, R(EXPIRED));
	check("o", SIGN, Y2020, &p);
	assert_int_equal(nm_reasons_status(p.reasons), NM_STATUS_VALID);
	assert_int_equal(p.links[0].reasons, R(EXPIRED_SINCE));
	assert_int_equal(p.links[1].reasons, 0);
	nm_path_clear(&p);
}

static void
issuers(void **state)
{
	CERTCertificate *ca;
	struct nm_path p;

	(void)state;
	expect("stranger", SIGN, R(ISSUER_UNTRUSTED));
	expect("mallory", SIGN, R(ISSUER_UNKNOWN));
	ca = bring("otherca");
	check("mallory", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.count, 2);
	assert_int_equal(p.reasons, R(ISSUER_UNTRUSTED));
	assert_int_equal(p.links[1].reasons, R(ISSUER_UNTRUSTED));
	assert_int_equal(p.links[0].reasons, 0);
	nm_path_clear(&p);
	let_go(ca);
	expect("orphan", SIGN, R(ISSUER_UNKNOWN));
	ca = bring("nowhere");
	expect("orphan", SIGN, 0);
	let_go(ca);
	/* once it is let go it completes no chain any more */
	expect("orphan", SIGN, R(ISSUER_UNKNOWN));
}

static void
bad_issuers(void **state)
{
	CERTCertificate *ca;
	struct nm_path p;

	(void)state;
	check("notca", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.reasons, R(USAGE_NOT_PERMITTED));
	assert_int_equal(p.links[1].reasons, R(USAGE_NOT_PERMITTED));
	nm_path_clear(&p);

	ca = bring("toodeepca");
	check("toodeep", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.reasons, R(USAGE_NOT_PERMITTED));
	assert_int_equal(p.links[2].reasons, R(USAGE_NOT_PERMITTED));
	nm_path_clear(&p);
	let_go(ca);

	ca = bring("serverca");
	expect("serverbelow", SIGN, R(USAGE_NOT_PERMITTED));
	let_go(ca);

	ca = bring("anyca");
	expect("anybelow", SIGN, 0);
	let_go(ca);

	ca = bring("expiredca");
	check("expiredbelow", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.reasons, R(EXPIRED));
	assert_int_equal(p.links[0].reasons, 0);
	assert_int_equal(p.links[1].reasons, R(EXPIRED));
	nm_path_clear(&p);
	let_go(ca);
}

static void
name_constraints(void **state)
{
	CERTCertificate *ca = bring("netca");

	(void)state;
	expect("constrained", SIGN, R(NAME_CONSTRAINT));
	expect("inside", SIGN, 0);
	let_go(ca);
}

static void
weak_ones(void **state)
{
	(void)state;
	expect("md5", SIGN, R(WEAK_DIGEST));
	expect("sha1new", SIGN, R(WEAK_DIGEST));
	expect("sha1old", SIGN, 0);
	expect("rsa512", SIGN, R(WEAK_KEY));
	expect("rsa1024new", SIGN, R(WEAK_KEY));
	expect("rsa1024old", SIGN, 0);
	expect("k256", SIGN, R(UNSUPPORTED_ALGORITHM));
}

static void
malformed_ones(void **state)
{
	(void)state;
	expect("critical", SIGN, R(MALFORMED));
}

static void
corrupted(void **state)
{
	struct nm_path_question q = { .purpose = SIGN,
		.when = (int64_t)time(NULL) };
	struct nm_path p;
	struct nm_buffer b = NM_BUFFER_INIT;
	CERTCertificate *cert;

	(void)state;
	/* under another serial number, since bob's own is known */
	pki_read(&pki, "signonly.der", &b);
	b.data[b.len - 1] ^= 1;
	b.data[20] ^= 1;
	cert = nm_certificate_decode(b.data, b.len, NULL);
	assert_non_null(cert);
	assert_int_equal(nm_path_check(db, cert, &q, &p), NM_OK);
	assert_int_equal(p.reasons, R(SIGNATURE_MISMATCH));
	assert_int_equal(p.links[0].reasons, R(SIGNATURE_MISMATCH));
	nm_path_clear(&p);
	CERT_DestroyCertificate(cert);
	nm_buffer_reset(&b);
}

static void
set_trust(CERTCertificate *cert, enum nm_trust trust)
{
	assert_int_equal(
	    nm_certificate_set_trust(db, cert, trust, NULL, NULL), NM_OK);
}

static CERTCertificate *
store(const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_import im;
	CERTCertificate *cert;
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.crt", name);
	pki_read(&pki, file, &b);
	assert_int_equal(
	    nm_import(db, b.data, b.len, NM_FORM_AUTO, NULL, &im, NULL), NM_OK);
	assert_int_equal(im.imported_count, 1);
	cert = CERT_DupCertificate(im.imported[0]);
	nm_import_clear(&im);
	nm_buffer_reset(&b);
	return cert;
}

static void
trust(void **state)
{
	CERTCertificate *ca = load(&pki, "ca"), *bob = load(&pki, "bob");
	CERTCertificate *other;

	(void)state;
	set_trust(ca, NM_TRUST_INHERITED);
	expect("carol", SIGN, R(ISSUER_UNTRUSTED));
	set_trust(ca, NM_TRUST_UNTRUSTED);
	expect("carol", SIGN, R(ISSUER_UNTRUSTED));
	set_trust(ca, NM_TRUST_TRUSTED);
	expect("carol", SIGN, 0);
	/* a certificate may be distrusted by itself, or trusted alone */
	set_trust(bob, NM_TRUST_UNTRUSTED);
	expect("bob", SIGN, R(ISSUER_UNTRUSTED));
	set_trust(bob, NM_TRUST_INHERITED);
	expect("bob", SIGN, 0);
	CERT_DestroyCertificate(ca);
	CERT_DestroyCertificate(bob);
	other = load(&pki, "stranger");
	assert_int_equal(
	    nm_certificate_set_trust(db, other, NM_TRUST_TRUSTED, NULL, NULL),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	CERT_DestroyCertificate(other);
	other = store("stranger");
	set_trust(other, NM_TRUST_TRUSTED);
	expect("stranger", SIGN, 0);
	set_trust(other, NM_TRUST_INHERITED);
	expect("stranger", SIGN, R(ISSUER_UNTRUSTED));
	assert_int_equal(
	    nm_certificate_delete(db, other, false, NULL, NULL), NM_OK);
	CERT_DestroyCertificate(other);
}

static void
revoked(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	CERTSignedCrl *crl;
	struct nm_path p;
	SECItem item;

	(void)state;
	expect("revoked", SIGN, 0);
	pki_read(&pki, "ca.crl", &b);
	item = (SECItem){ siBuffer, b.data, (unsigned)b.len };
	crl = CERT_ImportCRL(
	    CERT_GetDefaultCertDB(), &item, NULL, SEC_CRL_TYPE, NULL);
	assert_non_null(crl);
	/* also after it was found good */
	check("revoked", SIGN, (int64_t)time(NULL), &p);
	assert_int_equal(p.reasons, R(REVOKED));
	assert_int_equal(p.links[0].reasons, R(REVOKED));
	assert_int_equal(p.links[1].reasons, 0);
	assert_int_equal(p.revocation, NM_REVOCATION_REVOKED);
	nm_path_clear(&p);
	expect("bob", SIGN, 0);
	assert_int_equal(SEC_DeletePermCRL(crl), SECSuccess);
	SEC_DestroyCrl(crl);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(usages),
		cmocka_unit_test(times),
		cmocka_unit_test(issuers),
		cmocka_unit_test(bad_issuers),
		cmocka_unit_test(name_constraints),
		cmocka_unit_test(weak_ones),
		cmocka_unit_test(malformed_ones),
		cmocka_unit_test(corrupted),
		cmocka_unit_test(trust),
		cmocka_unit_test(revoked),
		cmocka_unit_test(expired_since),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
