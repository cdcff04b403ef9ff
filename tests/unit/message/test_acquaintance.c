/* SPDX-License-Identifier: MPL-2.0 */
/* What is remembered of certificates never outlives what it depends on. */
#include "mail.h"

static struct nm_buffer mail = NM_BUFFER_INIT;

static int
setup(void **state)
{
	int failed = mail_setup(state);

	mail_by_openssl(&mail, "From: alice@example.org\r\n",
	    "Content-Type: text/plain\r\n\r\nHello\r\n",
	    "-sign -signer alice.crt -inkey alice.key "
	    "-certfile intermediate.crt");
	return failed;
}

static int
teardown(void **state)
{
	nm_buffer_reset(&mail);
	return mail_teardown(state);
}

static void
expect_of(const struct nm_buffer *message, const struct nm_read_options *o,
    nm_reasons wanted)
{
	struct mail m;

	assert_int_equal(
	    mail_read_way(o, message->data, message->len, FEED_WHOLE, &m),
	    NM_OK);
	assert_reasons(m.result->reasons, wanted);
	mail_clear(&m);
}

static void
expect(nm_reasons wanted)
{
	struct nm_read_options o = mail_reads();

	expect_of(&mail, &o, wanted);
}

static void
trust_taken_away(void **state)
{
	CERTCertificate *ca = load(&mail_pki, "ca");

	(void)state;
	expect(0);
	expect(0);
	assert_int_equal(nm_certificate_set_trust(
			     mail_db, ca, NM_TRUST_UNTRUSTED, NULL, NULL),
	    NM_OK);
	expect(NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED));
	assert_int_equal(
	    nm_certificate_set_trust(mail_db, ca, NM_TRUST_TRUSTED, NULL, NULL),
	    NM_OK);
	expect(0);
	CERT_DestroyCertificate(ca);
}

/* By another program, which tells us nothing. */
static void
trust_taken_away_by_others(void **state)
{
	(void)state;
	expect(0);
	assert_int_equal(
	    pki_run(&mail_pki, "certutil -M -d sql:db -n ca -t ,,"), 0);
	expect(NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED));
	assert_int_equal(
	    pki_run(&mail_pki, "certutil -M -d sql:db -n ca -t ,C,"), 0);
	expect(0);
}

static void
revoked_by_others(void **state)
{
	(void)state;
	expect(0);
	assert_int_equal(
	    pki_run(&mail_pki,
		"printf '[ca]\\ndatabase=i.txt\\ndefault_md=sha256\\n"
		"default_crl_days=9\\n' > i.cnf; : > i.txt; "
		"openssl ca -config i.cnf -name ca -cert intermediate.crt "
		"-keyfile intermediate.key -revoke alice.crt && "
		"openssl ca -config i.cnf -name ca -cert intermediate.crt "
		"-keyfile intermediate.key -gencrl -out i.crl && "
		"openssl crl -in i.crl -outform DER -out i.der && "
		"crlutil -I -d sql:db -i i.der"),
	    0);
	expect(NM_REASON_BIT(NM_REASON_REVOKED));
	assert_int_equal(
	    pki_run(&mail_pki, "crlutil -D -d sql:db -n intermediate"), 0);
	expect(0);
}

/* The time is the message's, not that of the first that was read. */
static void
other_times(void **state)
{
	struct nm_read_options o = mail_reads();

	(void)state;
	expect(0);
	o.has_at = true;
	o.at = 1600000000;
	expect_of(&mail, &o, NM_REASON_BIT(NM_REASON_NOT_YET_VALID));
	o.at = o.now;
	expect_of(&mail, &o, 0);
	o.has_at = false;
	o.now += INT64_C(100) * 366 * 86400;
	expect_of(&mail, &o, NM_REASON_BIT(NM_REASON_EXPIRED));
}

/* An issuer that one mail brought does nothing for another. */
static void
other_company(void **state)
{
	struct nm_buffer with = NM_BUFFER_INIT, without = NM_BUFFER_INIT;
	static const char by[] = "-sign -signer late.crt -inkey bob.key";
	struct nm_read_options o;

	(void)state;
	assert_int_equal(
	    pki_run(&mail_pki,
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n[c]\\n"
		"basicConstraints=CA:true\\n[l]\\n"
		"subjectAltName=email:late@example.org\\n' > c.cnf; "
		"openssl req -new -config c.cnf -key alice.key -subj /CN=c "
		"-out c.csr; openssl x509 -req -in c.csr -CA ca.crt -CAkey "
		"ca.key -days 9 -extfile c.cnf -extensions c -out late-ca.crt; "
		"openssl req -new -config c.cnf -key bob.key -subj /CN=l "
		"-out l.csr; openssl x509 -req -in l.csr -CA late-ca.crt "
		"-CAkey alice.key -days 9 -extfile c.cnf -extensions l -out "
		"late.crt"),
	    0);
	mail_by_openssl(&with, "From: late@example.org\r\n",
	    "Content-Type: text/plain\r\n\r\nHello\r\n",
	    "-sign -signer late.crt -inkey bob.key -certfile late-ca.crt");
	mail_by_openssl(&without, "From: late@example.org\r\n",
	    "Content-Type: text/plain\r\n\r\nHello\r\n", by);
	o = mail_reads();
	for (int i = 0; i < 3; i++) {
		expect_of(
		    &without, &o, NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN));
		expect_of(&with, &o, 0);
	}
	nm_buffer_reset(&with);
	nm_buffer_reset(&without);
}

/*
 * A forged issuer with the names and the number of a genuine one, and a root
 * like the genuine one: NSS would take the genuine for the forged, as long as
 * it remembers it.
 */
static void
forged_company(void **state)
{
	struct nm_buffer good = NM_BUFFER_INIT, evil = NM_BUFFER_INIT;
	struct nm_read_options o;

	(void)state;
	assert_int_equal(
	    pki_run(&mail_pki,
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n[c]\\n"
		"basicConstraints=CA:true\\nkeyUsage=keyCertSign\\n[l]\\n"
		"subjectAltName=email:sub@example.org\\n' > f.cnf\n"
		"subject=$(openssl x509 -in ca.crt -noout -subject -nameopt "
		"compat | sed 's/^subject=//')\n"
		"openssl req -new -x509 -config f.cnf -extensions c -key "
		"bob.key -subj \"$subject\" -days 9 -out f-ca.crt\n"
		"sub() { openssl req -new -config f.cnf -key $3 -subj /CN=sub "
		"-out f.csr && openssl x509 -req -in f.csr -CA $1 -CAkey $2 "
		"-days 9 -extfile f.cnf -extensions c -set_serial 4242 -out "
		"$4; }\n"
		"leaf() { openssl req -new -config f.cnf -key carol.key -subj "
		"/CN=l -out f.csr && openssl x509 -req -in f.csr -CA $1 "
		"-CAkey $2 -days 9 -extfile f.cnf -extensions l -set_serial "
		"$3 -out $4; }\n"
		"sub ca.crt ca.key alice.key sub.crt && "
		"sub f-ca.crt bob.key bob.key f-sub.crt && "
		"leaf sub.crt alice.key 4343 sub-leaf.crt && "
		"leaf f-sub.crt bob.key 4343 f-leaf.crt && "
		"cat f-sub.crt f-ca.crt > f-all.crt"),
	    0);
	mail_by_openssl(&good, "From: sub@example.org\r\n",
	    "Content-Type: text/plain\r\n\r\nHello\r\n",
	    "-sign -signer sub-leaf.crt -inkey carol.key -certfile sub.crt");
	mail_by_openssl(&evil, "From: sub@example.org\r\n",
	    "Content-Type: text/plain\r\n\r\nHello\r\n",
	    "-sign -signer f-leaf.crt -inkey carol.key -certfile f-all.crt");
	o = mail_reads();
	for (int i = 0; i < 3; i++) {
		expect_of(&evil, &o, NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED));
		expect_of(&good, &o, 0);
	}
	nm_buffer_reset(&good);
	nm_buffer_reset(&evil);
}

/* The signature is looked at each time. */
static void
altered(void **state)
{
	struct nm_buffer other = NM_BUFFER_INIT;
	uint8_t *at;
	struct nm_read_options o = mail_reads();

	(void)state;
	expect(0);
	nm_buffer_append(&other, mail.data, mail.len);
	at = memmem(other.data, other.len, "Hello", 5);
	assert_non_null(at);
	*at = 'J';
	expect_of(&other, &o, NM_REASON_BIT(NM_REASON_CONTENT_ALTERED));
	*at = 'H';
	expect_of(&other, &o, 0);
	nm_buffer_reset(&other);
	expect(0);
}

/* Every byte of the signature counts each time, too. */
static void
altered_signature(void **state)
{
	struct nm_buffer other = NM_BUFFER_INIT;
	struct nm_read_options o = mail_reads();
	struct mail m;
	uint8_t *at;

	(void)state;
	nm_buffer_append(&other, mail.data, mail.len);
	/* the value of the signature is what the base64 text ends with */
	at = memmem(other.data, other.len, "smime.p7s", 9);
	assert_non_null(at);
	at = memmem(at, (size_t)(other.data + other.len - at), "\n------", 7);
	assert_non_null(at);
	for (uint8_t *end = at, *from = at - 300; from < end; from += 7) {
		at = from;
		uint8_t was = *at;

		if (was == '\r' || was == '\n' || was == '=')
			continue;
		expect(0);
		*at = was == 'A' ? 'B' : 'A';
		if (mail_read_way(&o, other.data, other.len, FEED_WHOLE, &m) ==
		    NM_OK)
			assert_int_not_equal(
			    m.result->signature, NM_STATUS_VALID);
		mail_clear(&m);
		*at = was;
	}
	expect(0);
	nm_buffer_reset(&other);
}

/* More sets than are remembered, twice. */
static void
many(void **state)
{
	struct nm_buffer mails[80];
	struct nm_read_options o;
	char options[200];

	(void)state;
	for (size_t i = 0; i < 80; i++) {
		assert_int_equal(
		    pki_run(&mail_pki,
			"openssl x509 -req -in l.csr -CA late-ca.crt -CAkey "
			"alice.key -days 9 -extfile c.cnf -extensions l "
			"-set_serial %zu -out many.crt",
			i + 1000),
		    0);
		(void)snprintf(options, sizeof(options),
		    "-sign -signer many.crt -inkey bob.key -certfile "
		    "late-ca.crt");
		mails[i] = (struct nm_buffer)NM_BUFFER_INIT;
		mail_by_openssl(&mails[i], "From: late@example.org\r\n",
		    "Content-Type: text/plain\r\n\r\nHello\r\n", options);
	}
	o = mail_reads();
	for (size_t i = 0; i < 160; i++)
		expect_of(&mails[i % 80], &o, 0);
	for (size_t i = 0; i < 80; i++)
		nm_buffer_reset(&mails[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trust_taken_away),
		cmocka_unit_test(trust_taken_away_by_others),
		cmocka_unit_test(revoked_by_others),
		cmocka_unit_test(other_times),
		cmocka_unit_test(other_company),
		cmocka_unit_test(forged_company),
		cmocka_unit_test(altered),
		cmocka_unit_test(altered_signature),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
