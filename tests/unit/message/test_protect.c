/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static const char plain[] = "From: Alice <alice@example.org>\r\n"
			    "To: bob@example.org\r\n"
			    "Subject: a\r\n"
			    " b\r\n"
			    "MIME-Version: 1.0\r\n"
			    "Content-Type: text/plain; charset=us-ascii\r\n"
			    "Bcc: erin@example.org\r\n"
			    "Content-Language: en\r\n"
			    "\r\n"
			    "Hello\r\n";
static const char inside[] = "Content-Type: text/plain; charset=us-ascii\r\n"
			     "Content-Language: en\r\n"
			     "\r\n"
			     "Hello\r\n";

static void
read_back(const struct sent *s, const char *expected, size_t layers)
{
	struct mail m;

	mail_read(&s->output, &m);
	assert_int_equal(m.result->layer_count, layers);
	assert_reasons(m.result->reasons, 0);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_output(&m, expected);
	mail_clear(&m);
}

/* What describes the body goes inside, the rest stays outside, Bcc goes. */
static void
signed_alone(void **state)
{
	struct nm_protect_options o = mail_protects();
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct sent s;

	(void)state;
	o.sign = true;
	for (int opaque = 0; opaque < 2; opaque++) {
		o.opaque = opaque != 0;
		mail_protected(&o, plain, &s);
		assert_int_equal(occurrences(&s.output, "Bcc"), 0);
		assert_int_equal(occurrences(&s.output, "erin@"), 0);
		assert_int_equal(occurrences(&s.output, "MIME-Version"), 1);
		assert_int_equal(
		    occurrences(&s.output, "Subject: a\r\n b\r\n"), 1);
		assert_int_equal(
		    occurrences(&s.output, "Content-Language"), opaque ? 0 : 1);
		assert_string_equal(s.result->signed_by,
		    mail_fingerprint("alice", fingerprint));
		assert_int_equal(s.result->recipient_count, 0);
		assert_int_equal(s.count, 0);
		read_back(&s, inside, 1);
		sent_clear(&s);
	}
}

static void
every_line_end_becomes_crlf(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct nm_buffer in = NM_BUFFER_INIT;
	struct sent s;
	const uint8_t *lf;

	(void)state;
	o.sign = true;
	nm_buffer_string(&in, plain);
	drop_returns(&in);
	nm_buffer_byte(&in, 0);
	mail_protected(&o, (char *)in.data, &s);
	for (lf = s.output.data;
	     (lf = memchr(lf, '\n',
		  (size_t)(s.output.data + s.output.len - lf))) != NULL;
	     lf++)
		assert_int_equal(lf[-1], '\r');
	read_back(&s, inside, 1);
	sent_clear(&s);
	nm_buffer_reset(&in);

	/* a CR alone, and one too many */
	mail_protected(&o,
	    "From: alice@example.org\rX: y\r\r\nZ: z\r z\r\n\r\nHello\r\n", &s);
	assert_int_equal(
	    occurrences(
		&s.output, "From: alice@example.org\r\nX: y\r\nZ: z\r\n z\r\n"),
	    1);
	sent_clear(&s);
}

static void
a_type_is_given_where_there_is_none(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	o.sign = true;
	mail_protected(&o, "From: alice@example.org\r\n\r\nHello\r\n", &s);
	read_back(
	    &s, "Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n", 1);
	sent_clear(&s);
}

static void
made_fit_for_mail(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	o.sign = true;
	mail_protected(&o,
	    "From: alice@example.org\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n"
	    "From \xc3\xa4\r\n",
	    &s);
	for (size_t i = 0; i < s.output.len; i++)
		assert_true(s.output.data[i] < 0x80);
	assert_int_equal(occurrences(&s.output, "\nFrom "), 0);
	assert_int_equal(occurrences(&s.output, "=46rom =C3=A4"), 1);
	sent_clear(&s);
}

static void
encrypted_alone(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct mail m;
	struct sent s;

	(void)state;
	o.encrypt = true;
	mail_protected(&o,
	    "From: alice@example.org\nTo: bob@example.org\n"
	    "Content-Type: text/plain\n\nSecret\n",
	    &s);
	assert_int_equal(s.result->cipher, NM_CIPHER_AES256_CBC);
	assert_string_equal(s.result->signed_by, "");
	assert_int_equal(occurrences(&s.output, "enveloped-data"), 1);
	mail_read(&s.output, &m);
	assert_int_equal(m.result->layer_count, 1);
	assert_int_equal(m.result->layers[0].type, NM_LAYER_ENVELOPED);
	assert_int_equal(m.result->layers[0].cipher, NM_CIPHER_AES256_CBC);
	assert_int_equal(m.result->layers[0].recipients, 2);
	assert_int_equal(m.result->encryption, NM_COVERAGE_FULL);
	assert_int_equal(m.result->signature, NM_STATUS_NONE);
	assert_reasons(m.result->reasons,
	    NM_REASON_BIT(NM_REASON_UNAUTHENTICATED_ENCRYPTION));
	assert_output(&m, "Content-Type: text/plain\r\n\r\nSecret\r\n");
	mail_clear(&m);
	sent_clear(&s);
}

static void
the_cipher_asked_for(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct mail m;
	struct sent s;

	(void)state;
	o.encrypt = true;
	o.cipher = NM_CIPHER_AES128_GCM;
	mail_protected(&o, plain, &s);
	mail_read(&s.output, &m);
	assert_int_equal(m.result->layers[0].type, NM_LAYER_AUTH_ENVELOPED);
	assert_int_equal(m.result->layers[0].cipher, NM_CIPHER_AES128_GCM);
	assert_reasons(m.result->reasons, 0);
	mail_clear(&m);
	sent_clear(&s);
	/* read, never sent */
	o.cipher = NM_CIPHER_3DES_CBC;
	assert_int_equal(
	    mail_protect(&o, plain, &s), NM_ERR_UNSUPPORTED_ALGORITHM);
	sent_clear(&s);
}

static void
signed_and_encrypted(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	o.sign = o.encrypt = true;
	mail_protected(&o, plain, &s);
	assert_int_equal(occurrences(&s.output, "erin@"), 0);
	read_back(&s, inside, 2);
	/* one signature in all copies */
	assert_int_equal(s.count, 1);
	assert_string_equal(s.addresses[0], "erin@example.org");
	sent_clear(&s);
	o.triple_wrap = true;
	mail_protected(&o, plain, &s);
	read_back(&s, inside, 3);
	sent_clear(&s);
}

static void
an_entity_alone(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct nm_protect_recipient to = { .address = "bob@example.org" };
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_read_options r = mail_reads();
	struct mail m;
	struct sent s;

	(void)state;
	o.kind = NM_CONTENT_ENTITY;
	o.sign = o.encrypt = true;
	o.sign_certificate = mail_fingerprint("alice", fingerprint);
	o.recipients = &to;
	o.recipient_count = 1;
	o.recipients_given = true;
	mail_protected(&o, inside, &s);
	/* nothing of a message is added */
	assert_memory_equal(s.output.data, "Content-Type: ", 14);
	assert_int_equal(occurrences(&s.output, "MIME-Version"), 0);
	r.kind = NM_CONTENT_ENTITY;
	r.context_from = "alice@example.org";
	assert_int_equal(
	    mail_read_as(&r, s.output.data, s.output.len, &m), NM_OK);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_output(&m, inside);
	mail_clear(&m);
	sent_clear(&s);

	/* whose it is can be said beside it: then all else follows */
	o.sign_certificate = NULL;
	assert_int_equal(mail_protect(&o, inside, &s), NM_ERR_INVALID_PARAMS);
	sent_clear(&s);
	o.from = "alice@example.org";
	mail_protected(&o, inside, &s);
	assert_string_equal(
	    s.result->signed_by, mail_fingerprint("alice", fingerprint));
	assert_int_equal(s.result->recipient_count, 2);
	assert_true(s.result->recipients[1].self);
	sent_clear(&s);
}

/* The serial numbers and key identifiers that openssl finds. */
static void
recipients_by_key_identifier(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct mail m;
	struct sent s;

	(void)state;
	o.encrypt = true;
	for (int by = 0; by < 2; by++) {
		o.by_key_id = by != 0;
		mail_protected(&o, plain, &s);
		pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
		assert_int_equal(
		    pki_run(&mail_pki,
			"openssl cms -cmsout -print -noout -in mail.eml > "
			"printed && test $(grep -c 'subjectKeyIdentifier' "
			"printed) = %d && openssl cms -decrypt -in mail.eml "
			"-recip bob.crt -inkey bob.key",
			by == 0 ? 0 : 2),
		    0);
		mail_read(&s.output, &m);
		assert_output(&m, inside);
		mail_clear(&m);
		sent_clear(&s);
	}
	/* who has none is named as ever */
	assert_int_equal(
	    pki_run(&mail_pki,
		"KU=x EKU=x SAN=x openssl req -new -x509 -key bob.key -subj "
		"/CN=none "
		"-config pki.cnf -CA ca.crt -CAkey ca.key -days 9 -outform DER "
		"-out none.der -addext basicConstraints=critical,CA:false "
		"-addext subjectKeyIdentifier=none "
		"-addext subjectAltName=email:none@example.org"),
	    0);
	{
		struct nm_buffer der = NM_BUFFER_INIT;
		struct nm_protect_recipient to = { .address = NULL };

		pki_read(&mail_pki, "none.der", &der);
		to.der = nm_buffer_bytes(&der);
		o.recipients = &to;
		o.recipient_count = 1;
		o.recipients_given = true;
		o.to_self = false;
		mail_protected(&o, plain, &s);
		pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
		assert_int_equal(
		    pki_run(&mail_pki,
			"openssl cms -cmsout -print -noout -in mail.eml > "
			"printed && ! grep subjectKeyIdentifier printed && "
			"grep issuerAndSerialNumber printed"),
		    0);
		sent_clear(&s);
		nm_buffer_reset(&der);
	}
}

static void
refused(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	assert_int_equal(mail_protect(&o, plain, &s), NM_ERR_INVALID_PARAMS);
	sent_clear(&s);
	o.sign = o.triple_wrap = true;
	assert_int_equal(mail_protect(&o, plain, &s), NM_ERR_INVALID_PARAMS);
	sent_clear(&s);
	o.triple_wrap = false;
	o.include = NM_INCLUDE_NONE;
	assert_int_equal(
	    mail_protect(&o, "From: alice@example.org\r\nX: y\r\n", &s), NM_OK);
	sent_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_alone),
		cmocka_unit_test(every_line_end_becomes_crlf),
		cmocka_unit_test(a_type_is_given_where_there_is_none),
		cmocka_unit_test(made_fit_for_mail),
		cmocka_unit_test(encrypted_alone),
		cmocka_unit_test(the_cipher_asked_for),
		cmocka_unit_test(signed_and_encrypted),
		cmocka_unit_test(an_entity_alone),
		cmocka_unit_test(recipients_by_key_identifier),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
