/* SPDX-License-Identifier: MPL-2.0 */
/* OCSP and CRLs, made by openssl, as evidence of a path. */
#include "open.h"

#include <time.h>

#include "certificate/revocation.h"

#define R(x) NM_REASON_BIT(NM_REASON_##x)

static struct pki pki;
static struct nm_database *db;
static CERTCertificate *ca, *good, *bad, *plain;
static int64_t now;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
	assert_int_equal(
	    pki_run(&pki, "bash '%s/pki-books.sh' .", NSSMIME_SUPPORT), 0);
	db = open_db(&pki, "db");
	ca = load(&pki, "evca");
	good = load(&pki, "ev-good");
	bad = load(&pki, "ev-bad");
	plain = load(&pki, "plain");
	now = (int64_t)time(NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	CERT_DestroyCertificate(ca);
	CERT_DestroyCertificate(good);
	CERT_DestroyCertificate(bad);
	CERT_DestroyCertificate(plain);
	close_db(&db);
	pki_remove(&pki);
	return 0;
}

static struct nm_buffer
file(const char *name)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	pki_read(&pki, name, &b);
	return b;
}

/* An answer of openssl's responder about a certificate to the very request
 * that is written here; `with`: who signs it and how. */
static struct nm_buffer
respond(CERTCertificate *cert, const uint8_t *nonce, const char *with)
{
	struct nm_buffer request = NM_BUFFER_INIT;

	assert_int_equal(nm_ocsp_request(cert, ca, nonce, &request), NM_OK);
	pki_write(&pki, "request.der", request.data, request.len);
	nm_buffer_reset(&request);
	assert_int_equal(pki_run(&pki,
			     "openssl ocsp -index books.txt -CA evca.crt "
			     "-reqin request.der -respout response.der %s",
			     with),
	    0);
	return file("response.der");
}

static const char by_ca[] = "-rsigner evca.crt -rkey alice.key -nmin 60";

/* ---- OCSP ---------------------------------------------------------------- */

static void
ocsp_good(void **state)
{
	struct nm_buffer b = respond(good, NULL, by_ca);
	struct nm_statement s;

	(void)state;
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), good, ca, NULL, &s));
	assert_int_equal(s.status, NM_REVOCATION_GOOD);
	assert_true(s.from <= now + 60 && s.until >= now + 3000);
	/* about another, by another */
	assert_false(nm_ocsp_read(nm_buffer_bytes(&b), bad, ca, NULL, &s));
	assert_false(nm_ocsp_read(nm_buffer_bytes(&b), good, good, NULL, &s));
	nm_buffer_reset(&b);
}

static void
ocsp_revoked(void **state)
{
	struct nm_buffer b = respond(bad, NULL, by_ca);
	struct nm_statement s;

	(void)state;
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), bad, ca, NULL, &s));
	assert_int_equal(s.status, NM_REVOCATION_REVOKED);
	assert_int_equal(s.reason, 1);
	assert_true(s.revoked_at <= now && s.revoked_at > now - 3600);
	nm_buffer_reset(&b);
	/* one that the authority does not know */
	b = respond(plain, NULL, by_ca);
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), plain, ca, NULL, &s));
	assert_int_equal(s.status, NM_REVOCATION_UNKNOWN);
	nm_buffer_reset(&b);
}

static void
ocsp_signers(void **state)
{
	static const struct {
		const char *with;
		bool ok;
	} rows[] = {
		{ "-rsigner ev-responder.crt -rkey bob.key -nmin 60", true },
		{ "-rsigner ev-responder.crt -rkey bob.key -resp_key_id",
		    true },
		{ "-rsigner evca.crt -rkey alice.key -resp_key_id", true },
		{ "-rsigner evca.crt -rkey alice.key -resp_no_certs", true },
		/* without its certificate nobody can tell */
		{ "-rsigner ev-responder.crt -rkey bob.key -resp_no_certs",
		    false },
		/* not for this purpose, not of this authority */
		{ "-rsigner ev-stranger.crt -rkey bob.key", false },
		{ "-rsigner otherca.crt -rkey otherca.key", false },
	};
	struct nm_statement s;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nm_buffer b = respond(good, NULL, rows[i].with);

		if (nm_ocsp_read(nm_buffer_bytes(&b), good, ca, NULL, &s) !=
		    rows[i].ok)
			fail_msg("%s", rows[i].with);
		nm_buffer_reset(&b);
	}
}

static void
ocsp_nonce(void **state)
{
	uint8_t nonce[NM_NONCE_SIZE] = { 7 }, other[NM_NONCE_SIZE] = { 8 };
	struct nm_buffer b = respond(good, nonce, by_ca);
	struct nm_statement s;

	(void)state;
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), good, ca, nonce, &s));
	assert_false(nm_ocsp_read(nm_buffer_bytes(&b), good, ca, other, &s));
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), good, ca, NULL, &s));
	nm_buffer_reset(&b);
	/* a responder need not know of nonces */
	b = respond(good, NULL, by_ca);
	assert_true(nm_ocsp_read(nm_buffer_bytes(&b), good, ca, nonce, &s));
	nm_buffer_reset(&b);
}

/* Every byte changed, and every length cut: never good, never a crash. */
static void
mutated(void **state)
{
	struct nm_buffer response = respond(bad, NULL, by_ca);
	struct nm_buffer list = file("books.der");
	struct nm_statement s;

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct nm_buffer *b = kind == 0 ? &response : &list;

		for (size_t i = 0; i < b->len; i++) {
			struct nm_bytes cut = { b->data, i };
			bool read;

			b->data[i] ^= 1;
			read = kind == 0
			    ? nm_ocsp_read(
				  nm_buffer_bytes(b), bad, ca, NULL, &s)
			    : nm_crl_read(nm_buffer_bytes(b), bad, ca, &s);
			assert_false(read && s.status == NM_REVOCATION_GOOD);
			b->data[i] ^= 1;
			assert_false(kind == 0
				? nm_ocsp_read(cut, bad, ca, NULL, &s)
				: nm_crl_read(cut, bad, ca, &s));
		}
		nm_buffer_reset(b);
	}
}

/* ---- lists --------------------------------------------------------------- */

static void
lists(void **state)
{
	struct nm_buffer b = file("books.der");
	struct nm_statement s;

	(void)state;
	assert_true(nm_crl_read(nm_buffer_bytes(&b), good, ca, &s));
	assert_int_equal(s.status, NM_REVOCATION_GOOD);
	assert_true(s.until > now + 8 * 86400);
	assert_true(nm_crl_read(nm_buffer_bytes(&b), bad, ca, &s));
	assert_int_equal(s.status, NM_REVOCATION_REVOKED);
	assert_int_equal(s.reason, 1);
	/* signed by nobody who may */
	assert_false(nm_crl_read(nm_buffer_bytes(&b), good, good, &s));
	nm_buffer_reset(&b);
}

/* `extension` of the list, as openssl's configuration has it. */
static bool
list_with(const char *extension, CERTCertificate *cert, struct nm_statement *s)
{
	struct nm_buffer b;
	bool read;

	assert_int_equal(
	    pki_run(&pki,
		"cp books.cnf l.cnf; printf '[l]\\n%s\\n' >> l.cnf; "
		"openssl ca -config l.cnf -name ca -crlexts l -gencrl -out "
		"l.crl && "
		"openssl crl -in l.crl -outform DER -out l.der",
		extension),
	    0);
	b = file("l.der");
	read = nm_crl_read(nm_buffer_bytes(&b), cert, ca, s);
	nm_buffer_reset(&b);
	return read;
}

static void
partial_lists(void **state)
{
	static const char idp[] = "issuingDistributionPoint=critical,@p\\n[p]"
				  "\\n";
	static const char *const silent[] = { "onlysomereasons=keyCompromise",
		"onlyCA=TRUE", "onlyAA=TRUE", "indirectCRL=TRUE",
		"fullname=URI:http://ca.example.org/other.crl" };
	struct nm_statement s;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", idp, silent[i]);
		/* says nothing by its silence, but what it says holds */
		if (list_with(text, good, &s))
			fail_msg("%s", silent[i]);
		assert_true(list_with(text, bad, &s));
		assert_int_equal(s.status, NM_REVOCATION_REVOKED);
	}
	(void)snprintf(text, sizeof(text),
	    "%sfullname=URI:http://ca.example.org/ca.crl\\nonlyuser=TRUE", idp);
	assert_true(list_with(text, good, &s));
	assert_int_equal(s.status, NM_REVOCATION_GOOD);
	assert_true(list_with(text, ca, &s) == false);
	/* what cannot be understood and must be */
	assert_false(list_with("1.2.3.4=critical,ASN1:NULL", good, &s));
	assert_true(list_with("1.2.3.4=ASN1:NULL", good, &s));
}

/* ---- locations ------------------------------------------------------ */

static void
locations(void **state)
{
	struct nm_strings s;

	(void)state;
	assert_true(nm_certificate_locations(good, NM_LOCATION_OCSP, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.items[0], "http://ocsp.example.org/");
	nm_strings_clear(&s);
	assert_true(nm_certificate_locations(good, NM_LOCATION_ISSUER, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.items[0], "http://ca.example.org/ca.der");
	nm_strings_clear(&s);
	assert_true(nm_certificate_locations(good, NM_LOCATION_CRL, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.items[0], "http://ca.example.org/ca.crl");
	nm_strings_clear(&s);
	assert_true(nm_certificate_locations(plain, NM_LOCATION_CRL, &s));
	assert_int_equal(s.count, 0);
}

/* ---- paths with evidence
 * ------------------------------------------------------ */

/* A network: what it has, and what it was asked. */
static struct {
	const char *ocsp, *crl; /* files; NULL: no answer */
	unsigned asked, kept;
} net;

static enum nm_error
net_get(void *arg, struct nm_fetch *fetches, size_t count)
{
	(void)arg;
	for (size_t i = 0; i < count; i++) {
		const char *name =
		    fetches[i].kind == NM_FETCH_OCSP ? net.ocsp : net.crl;

		net.asked++;
		if (name == NULL)
			continue;
		pki_read(&pki, name, &fetches[i].answer);
		fetches[i].answered = true;
	}
	return NM_OK;
}

static void
net_keep(void *arg, const struct nm_fetch *fetch, int64_t until)
{
	(void)arg;
	assert_true(fetch->answered);
	assert_true(until > now);
	net.kept++;
}

static const struct nm_fetcher fetcher = { NULL, net_get, net_keep };

static void
check(CERTCertificate *cert, enum nm_revocation_mode mode, bool online,
    int64_t received, enum nm_revocation wanted, nm_reasons reasons)
{
	struct nm_revocation_policy policy = { .mode = mode,
		.fetcher = online ? &fetcher : NULL };
	struct nm_path_question q = { .purpose = NM_PURPOSE_SIGN,
		.when = received == NM_NOT_RECEIVED ? now : received,
		.received = received != NM_NOT_RECEIVED };
	struct nm_path p;
	bool more;

	net.asked = net.kept = 0;
	assert_int_equal(nm_evidence_new(&policy, db, now, &q.evidence), NM_OK);
	do {
		assert_int_equal(nm_path_check(db, cert, &q, &p), NM_OK);
		assert_int_equal(nm_evidence_fetch(q.evidence, &more), NM_OK);
		if (more)
			nm_path_clear(&p);
	} while (more);
	assert_int_equal(p.revocation, wanted);
	assert_int_equal(p.reasons, reasons);
	nm_path_clear(&p);
	nm_evidence_free(&q.evidence);
}

#define NEVER NM_NOT_RECEIVED

static void
modes(void **state)
{
	struct nm_buffer b;

	(void)state;
	b = respond(good, NULL, by_ca);
	pki_write(&pki, "good.ocsp", b.data, b.len);
	nm_buffer_reset(&b);
	b = respond(bad, NULL, by_ca);
	pki_write(&pki, "bad.ocsp", b.data, b.len);
	nm_buffer_reset(&b);
	net.ocsp = "good.ocsp";
	net.crl = NULL;
	check(
	    good, NM_REVOCATION_OFF, true, NEVER, NM_REVOCATION_NOT_CHECKED, 0);
	assert_int_equal(net.asked, 0);
	check(good, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_GOOD, 0);
	assert_int_equal(net.asked, 1);
	assert_int_equal(net.kept, 1);
	net.ocsp = "bad.ocsp";
	check(bad, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_REVOKED,
	    R(REVOKED));
	/* an answer about another is none; the list is asked for then */
	check(good, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_UNKNOWN,
	    R(REVOCATION_UNKNOWN));
	assert_int_equal(net.asked, 2);
	assert_int_equal(net.kept, 0);
	net.crl = "books.der";
	check(good, NM_REVOCATION_HARD, true, NEVER, NM_REVOCATION_GOOD, 0);
	net.ocsp = net.crl = NULL;
	check(good, NM_REVOCATION_HARD, true, NEVER, NM_REVOCATION_UNKNOWN,
	    R(REVOCATION_REQUIRED));
	check(good, NM_REVOCATION_HARD, false, NEVER, NM_REVOCATION_UNKNOWN,
	    R(REVOCATION_REQUIRED));
	/* nowhere to ask */
	check(plain, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_NOT_CHECKED,
	    0);
	check(plain, NM_REVOCATION_HARD, true, NEVER, NM_REVOCATION_UNKNOWN,
	    R(REVOCATION_REQUIRED));
	assert_int_equal(net.asked, 0);
}

static void
times(void **state)
{
	CERTCertificate *left = load(&pki, "ev-left");
	int64_t before = now - 86400;

	(void)state;
	net.ocsp = NULL;
	net.crl = "books.der";
	/* an affiliation that ended later takes nothing back, a key that was
	 * lost does; and only the time of receipt counts */
	check(left, NM_REVOCATION_SOFT, true, before, NM_REVOCATION_GOOD, 0);
	check(left, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_REVOKED,
	    R(REVOKED));
	check(bad, NM_REVOCATION_SOFT, true, before, NM_REVOCATION_REVOKED,
	    R(REVOKED));
	CERT_DestroyCertificate(left);
	/* a response of the past, played again */
	assert_int_equal(
	    pki_run(&pki,
		"openssl ca -config books.cnf -name ca -gencrl -crl_lastupdate "
		"20250101000000Z -crl_nextupdate 20250201000000Z -out o.crl "
		"&& openssl crl -in o.crl -outform DER -out old.der"),
	    0);
	net.crl = "old.der";
	check(good, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_UNKNOWN,
	    R(REVOCATION_UNKNOWN));
	/* it held when the message came; and revoked is revoked */
	check(good, NM_REVOCATION_SOFT, true, INT64_C(1736500000),
	    NM_REVOCATION_GOOD, 0);
	check(bad, NM_REVOCATION_SOFT, true, NEVER, NM_REVOCATION_REVOKED,
	    R(REVOKED));
}

/* Nobody is asked about a certificate that is under nobody trusted. */
static void
no_web_bug(void **state)
{
	CERTCertificate *cert;

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"openssl x509 -req -in good.csr -CA otherca.crt -CAkey "
		"otherca.key -days 9 -extfile books.cnf -extensions leaf "
		"-out bug.crt && "
		"openssl x509 -in bug.crt -outform DER -out bug.der"),
	    0);
	cert = load(&pki, "bug");
	now = (int64_t)time(NULL);
	net.ocsp = net.crl = "books.der";
	check(cert, NM_REVOCATION_HARD, true, NEVER, NM_REVOCATION_NOT_CHECKED,
	    R(ISSUER_UNKNOWN));
	assert_int_equal(net.asked, 0);
	CERT_DestroyCertificate(cert);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ocsp_good),
		cmocka_unit_test(ocsp_revoked),
		cmocka_unit_test(ocsp_signers),
		cmocka_unit_test(ocsp_nonce),
		cmocka_unit_test(mutated),
		cmocka_unit_test(lists),
		cmocka_unit_test(partial_lists),
		cmocka_unit_test(locations),
		cmocka_unit_test(modes),
		cmocka_unit_test(times),
		cmocka_unit_test(no_web_bug),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
