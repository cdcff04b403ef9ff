/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static const char body[] = "Content-Type: text/plain\r\n\r\nHello\r\n";

static struct nm_protect_options
encrypts(void)
{
	struct nm_protect_options o = mail_protects();

	o.encrypt = true;
	o.to_self = false;
	return o;
}

static enum nm_error
send_to(const struct nm_protect_options *o, const char *fields, struct sent *s)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	enum nm_error err;

	nm_buffer_format(&b, "%s%s", fields, body);
	nm_buffer_byte(&b, 0);
	err = mail_protect(o, (char *)b.data, s);
	nm_buffer_reset(&b);
	return err;
}

/* Who it was encrypted to: "a+bob@..." for the common copy, "b" for Bcc. */
static void
assert_used(const struct sent *s, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	for (size_t i = 0; i < s->result->recipient_count; i++) {
		const struct nm_protect_used *u = &s->result->recipients[i];

		nm_buffer_format(&b, "%s%s%s ", u->self ? "self:" : "",
		    u->bcc ? "bcc:" : "", u->address);
	}
	assert_bytes(&b, expected, strlen(expected));
	nm_buffer_reset(&b);
}

static void
check(const struct nm_protect_options *o, const char *fields, const char *used)
{
	struct sent s;

	if (send_to(o, fields, &s) != NM_OK)
		fail_msg("%s", s.fault.text);
	assert_used(&s, used);
	assert_int_equal(s.result->problem_count, 0);
	sent_clear(&s);
}

static void
check_refused(const struct nm_protect_options *o, const char *fields,
    enum nm_error expected)
{
	struct sent s;

	assert_int_equal(send_to(o, fields, &s), expected);
	assert_int_equal(s.fault.code, expected);
	assert_int_equal(s.output.len, 0);
	sent_clear(&s);
}

static void
the_fields_of_the_message(void **state)
{
	struct nm_protect_options o = encrypts();

	(void)state;
	check(&o, "To: bob@example.org\r\n", "bob@example.org ");
	check(&o,
	    "Cc: Carol <carol@example.org>\r\nTo: x: bob@example.org;\r\n",
	    "bob@example.org carol@example.org ");
	/* each once, an open mention before a hidden one, case ignored */
	check(&o,
	    "Bcc: BOB@example.org, carol@example.org\r\n"
	    "To: bob@example.org, bob@EXAMPLE.org\r\nTo: alice@example.org\r\n",
	    "bob@example.org alice@example.org bcc:carol@example.org ");
}

static void
the_senders_own_copy(void **state)
{
	struct nm_protect_options o = encrypts();
	struct sent s;

	(void)state;
	o.to_self = true;
	check(&o, "From: alice@example.org\r\nTo: bob@example.org\r\n",
	    "bob@example.org self:alice@example.org ");
	/* who is named already is not named twice */
	check(&o, "From: alice@example.org\r\nTo: alice@example.org\r\n",
	    "alice@example.org ");
	/* no key for it here: only an error where it was asked for */
	check(&o, "From: nobody@example.org\r\nTo: bob@example.org\r\n",
	    "bob@example.org ");
	o.to_self_required = true;
	assert_int_equal(send_to(&o,
			     "From: nobody@example.org\r\n"
			     "To: bob@example.org\r\n",
			     &s),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	assert_int_equal(s.result->problem_count, 1);
	assert_string_equal(
	    s.result->problems[0].address, "nobody@example.org");
	sent_clear(&s);
	/* and then it says why */
	assert_int_equal(send_to(&o,
			     "From: expired@example.org\r\n"
			     "To: bob@example.org\r\n",
			     &s),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(s.result->problem_count, 1);
	assert_int_equal(
	    s.result->problems[0].kind, NM_ERR_CERTIFICATE_UNUSABLE);
	assert_reasons(
	    s.result->problems[0].reasons, NM_REASON_BIT(NM_REASON_EXPIRED));
	sent_clear(&s);
}

/* Nobody sees who is in Bcc: neither in the common copy nor in another's. */
static void
hidden_recipients(void **state)
{
	struct nm_protect_options o = encrypts();
	struct mail m;
	struct sent s;

	(void)state;
	assert_int_equal(send_to(&o,
			     "From: alice@example.org\r\n"
			     "To: bob@example.org\r\n"
			     "Bcc: carol@example.org, erin@example.org\r\n",
			     &s),
	    NM_OK);
	assert_int_equal(s.count, 2);
	assert_string_equal(s.addresses[0], "carol@example.org");
	assert_string_equal(s.addresses[1], "erin@example.org");
	for (size_t i = 0; i < 3; i++) {
		const struct nm_buffer *copy =
		    i == 0 ? &s.output : &s.copies[i - 1];

		assert_int_equal(occurrences(copy, "Bcc"), 0);
		assert_int_equal(occurrences(copy, "carol@"), 0);
		assert_int_equal(occurrences(copy, "To: bob@example.org"), 1);
		mail_read(copy, &m);
		assert_int_equal(m.result->layers[0].recipients, 1);
		assert_int_equal(m.result->layers[0].key_management,
		    i == 0 ? NM_KEY_RSA_PKCS1 : NM_KEY_ECDH);
		assert_output(&m, body);
		mail_clear(&m);
	}
	sent_clear(&s);

	/* all hidden: there must be someone for the common copy */
	check_refused(&o, "From: alice@example.org\r\nBcc: bob@example.org\r\n",
	    NM_ERR_INVALID_PARAMS);
	o.to_self = true;
	check(&o, "From: alice@example.org\r\nBcc: bob@example.org\r\n",
	    "bcc:bob@example.org self:alice@example.org ");
}

static void
named_by_the_caller(void **state)
{
	struct nm_protect_recipient to[3];
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_protect_options o = encrypts();

	(void)state;
	memset(to, 0, sizeof(to));
	to[0].address = "bob@example.org";
	to[1].certificate = mail_fingerprint("carol", fingerprint);
	o.recipients = to;
	o.recipient_count = 2;
	o.recipients_given = true;
	/* then the fields do not count */
	check(&o, "To: nobody@example.org\r\n",
	    "bob@example.org carol@example.org ");
	/* but a Bcc field's address is not made visible by mistake */
	check(&o, "Bcc: bob@example.org\r\n",
	    "bcc:bob@example.org carol@example.org ");
	check(&o, "To: bob@example.org\r\nBcc: bob@example.org\r\n",
	    "bob@example.org carol@example.org ");
	to[1].bcc = true;
	check(&o, "", "bob@example.org bcc:carol@example.org ");
	o.recipient_count = 0;
	check_refused(&o, "To: bob@example.org\r\n", NM_ERR_INVALID_PARAMS);
}

/* How many the copies at hand are encrypted to, the common one first. */
static void
assert_infos(const struct sent *s, unsigned common, size_t copies)
{
	struct mail m;

	assert_int_equal(s->count, copies);
	for (size_t i = 0; i <= copies; i++) {
		mail_read(i == 0 ? &s->output : &s->copies[i - 1], &m);
		assert_int_equal(
		    m.result->layers[0].recipients, i == 0 ? (int)common : 1);
		mail_clear(&m);
	}
}

/* A certificate is served once, however often and by whatever it is named;
 * but each address has its mail. */
static void
named_again(void **state)
{
	static const struct {
		const char *names[3]; /* "@" for an address, "!" for a Bcc */
		const char *used;
		unsigned common;
		size_t copies;
	} cases[] = {
		{ { "bob", "bob" }, "bob@example.org ", 1, 0 },
		{ { "@bob@example.org", "bob" }, "bob@example.org ", 1, 0 },
		{ { "bob", "@bob@example.org" }, "bob@example.org ", 1, 0 },
		{ { "!bob", "bob" }, "bob@example.org ", 1, 0 },
		{ { "bob", "!bob" }, "bob@example.org ", 1, 0 },
		{ { "bob", "!@BOB@example.org" }, "bob@example.org ", 1, 0 },
		{ { "!@bob@example.org", "bob" }, "bob@example.org ", 1, 0 },
		{ { "carol", "!bob", "!bob" },
		    "carol@example.org bcc:bob@example.org ", 1, 1 },
		/* it is named for an address that is not its first */
		{ { "many", "@many.two@example.org" }, "many.two@example.org ",
		    1, 0 },
		{ { "@many.two@example.org", "many" }, "many.two@example.org ",
		    1, 0 },
		/* several addresses of one certificate */
		{ { "@many@example.org", "@many.two@example.org", "many" },
		    "many@example.org many.two@example.org ", 1, 0 },
		{ { "@many@example.org", "!@many.two@example.org" },
		    "many@example.org bcc:many.two@example.org ", 1, 1 },
		{ { "@bob@example.org", "!@many@example.org",
		      "!@many.two@example.org" },
		    "bob@example.org bcc:many@example.org "
		    "bcc:many.two@example.org ",
		    1, 2 },
	};
	struct nm_protect_options o = encrypts();

	(void)state;
	o.recipients_given = true;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char fingerprints[3][NM_FINGERPRINT_SIZE];
		struct nm_protect_recipient to[3];
		struct sent s;

		memset(to, 0, sizeof(to));
		o.recipients = to;
		for (size_t k = 0; k < 3 && cases[i].names[k] != NULL; k++) {
			const char *name = cases[i].names[k];

			to[k].bcc = *name == '!';
			name += to[k].bcc ? 1 : 0;
			if (*name == '@')
				to[k].address = name + 1;
			else
				to[k].certificate =
				    mail_fingerprint(name, fingerprints[k]);
			o.recipient_count = k + 1;
		}
		if (send_to(&o, "", &s) != NM_OK)
			fail_msg("case %zu: %s", i, s.fault.text);
		assert_used(&s, cases[i].used);
		assert_infos(&s, cases[i].common, cases[i].copies);
		sent_clear(&s);
	}
}

/* A certificate that no token holds, with the request. */
static void
given_whole(void **state)
{
	struct nm_protect_recipient to = { .address = NULL };
	struct nm_protect_options o = encrypts();
	struct nm_buffer der = NM_BUFFER_INIT;
	struct sent s;

	(void)state;
	o.recipients = &to;
	o.recipient_count = 1;
	o.recipients_given = true;
	assert_int_equal(
	    pki_run(&mail_pki,
		"openssl genpkey -algorithm RSA -out new.key && "
		"KU=x EKU=x SAN=x openssl req -new -x509 -key new.key -subj "
		"/CN=new -config "
		"pki.cnf -CA ca.crt -CAkey ca.key -days 9 -outform DER -out "
		"new.der -addext basicConstraints=critical,CA:false "
		"-addext subjectAltName=email:new@example.org"),
	    0);
	pki_read(&mail_pki, "new.der", &der);
	to.der = nm_buffer_bytes(&der);
	assert_int_equal(send_to(&o, "", &s), NM_OK);
	assert_used(&s, "new@example.org ");
	pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
	assert_int_equal(
	    pki_run(&mail_pki,
		"openssl x509 -inform DER -in new.der -out new.crt && "
		"openssl cms -decrypt -in mail.eml -recip new.crt -inkey "
		"new.key"),
	    0);
	sent_clear(&s);
	to.der.len--;
	check_refused(&o, "", NM_ERR_INVALID_PARAMS);
	nm_buffer_reset(&der);
	/* one that a token holds, and one of an issuer that nobody trusts */
	pki_read(&mail_pki, "bob.der", &der);
	to.der = nm_buffer_bytes(&der);
	check(&o, "", "bob@example.org ");
	nm_buffer_reset(&der);
	pki_read(&mail_pki, "mallory.der", &der);
	to.der = nm_buffer_bytes(&der);
	check_refused(&o, "", NM_ERR_CERTIFICATE_UNUSABLE);
	nm_buffer_reset(&der);
}

/* One who cannot read it and nothing is produced; all of them are named. */
static void
problems(void **state)
{
	struct nm_protect_recipient to;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_protect_options o = encrypts();
	const struct nm_protect_problem *p;
	struct sent s;

	(void)state;
	assert_int_equal(
	    send_to(&o,
		"To: bob@example.org, nobody@example.org\r\n"
		"Cc: expired@example.org, signonly@example.org\r\n",
		&s),
	    NM_ERR_CERTIFICATE_NOT_FOUND);
	assert_int_equal(s.output.len, 0);
	assert_int_equal(s.result->problem_count, 3);
	p = s.result->problems;
	assert_string_equal(p[0].address, "nobody@example.org");
	assert_int_equal(p[0].kind, NM_ERR_CERTIFICATE_NOT_FOUND);
	assert_int_equal(p[1].kind, NM_ERR_CERTIFICATE_UNUSABLE);
	assert_reasons(p[1].reasons, NM_REASON_BIT(NM_REASON_EXPIRED));
	assert_int_equal(p[2].kind, NM_ERR_CERTIFICATE_UNUSABLE);
	assert_reasons(
	    p[2].reasons, NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED));
	assert_non_null(strstr(s.fault.text, "3 recipients"));
	assert_non_null(strstr(s.fault.text, "nobody@example.org"));
	for (size_t i = 0; i < 3; i++)
		assert_false(p[i].signer);
	sent_clear(&s);

	memset(&to, 0, sizeof(to));
	o.recipients = &to;
	o.recipient_count = 1;
	o.recipients_given = true;
	to.certificate = mail_fingerprint("expired", fingerprint);
	check_refused(&o, "", NM_ERR_CERTIFICATE_UNUSABLE);
	to.certificate = mail_fingerprint("pss", fingerprint);
	check_refused(&o, "", NM_ERR_CERTIFICATE_UNUSABLE);
	to.certificate = "00";
	check_refused(&o, "", NM_ERR_CERTIFICATE_NOT_FOUND);
}

static void
fields_that_cannot_be_read(void **state)
{
	struct nm_protect_options o = encrypts();

	(void)state;
	check_refused(
	    &o, "To: bob@example.org <x>\r\n", NM_ERR_MALFORMED_MESSAGE);
	check_refused(&o, "Subject: x\r\n", NM_ERR_INVALID_PARAMS);
	o.kind = NM_CONTENT_ENTITY;
	check_refused(&o, "To: bob@example.org\r\n", NM_ERR_INVALID_PARAMS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fields_of_the_message),
		cmocka_unit_test(the_senders_own_copy),
		cmocka_unit_test(hidden_recipients),
		cmocka_unit_test(named_by_the_caller),
		cmocka_unit_test(named_again),
		cmocka_unit_test(given_whole),
		cmocka_unit_test(problems),
		cmocka_unit_test(fields_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
