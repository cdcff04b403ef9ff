/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

#define BY_ALICE "-sign -signer alice.crt -inkey alice.key "
#define OPAQUE	 BY_ALICE "-nodetach"

static const char fields[] = "From: alice@example.org\r\n"
			     "To: Bob <bob@example.org>, carol@example.org\r\n"
			     "Cc: erin@example.org\r\n"
			     "Subject: =?utf-8?q?=C3=A4?=\r\n"
			     "Date: Tue, 24 Nov 2026 05:03:04 +0100\r\n";

static void
check_plain(const char *text, const char *output)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	nm_buffer_string(&mail, text);
	mail_read(&mail, &m);
	assert_int_equal(m.result->layer_count, 0);
	assert_int_equal(m.result->signature, NM_STATUS_NONE);
	assert_int_equal(m.result->encryption, NM_COVERAGE_NONE);
	assert_reasons(m.result->reasons, 0);
	assert_output(&m, output);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* A mail without S/MIME is put out as it is. */
static void
plain_mails(void **state)
{
	static const char *const texts[] = { "", "\r\n", "A: b",
		"From: a@b\r\nSubject: x\r\n\r\nbody\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\n\r\none\r\n--b--\r\n",
		/* no boundary that could divide it */
		"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n",
		"Content-Type: multipart/signed;\r\n"
		" protocol=\"application/pkcs7-signature\"\r\n\r\nx\r\n",
		"no header at all\r\nbut text\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_plain(texts[i], texts[i]);
	check_plain("A: b\n\nx\ny\n", "A: b\r\n\r\nx\r\ny\r\n");
}

static void
what_the_header_says(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	const struct nm_read_result *r;
	struct mail m;

	(void)state;
	nm_buffer_format(&mail, "%s\r\nHello\r\n", fields);
	mail_read(&mail, &m);
	r = m.result;
	assert_int_equal(r->from.count, 1);
	assert_string_equal(r->from.items[0].address, "alice@example.org");
	assert_int_equal(r->to.count, 2);
	assert_string_equal(r->to.items[0].name, "Bob");
	assert_int_equal(r->cc.count, 1);
	assert_string_equal(r->subject, "\xc3\xa4");
	assert_true(r->has_date);
	assert_int_equal(r->date.offset, 60);
	mail_clear(&m);
	nm_buffer_reset(&mail);
	nm_buffer_string(&mail, "Date: soon\r\n\r\n");
	mail_read(&mail, &m);
	assert_int_equal(m.result->from.count, 0);
	assert_null(m.result->subject);
	assert_false(m.result->has_date);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* Content under a signature need be no MIME: whatever it is comes out. */
static void
content_without_a_header(void **state)
{
	static const char *const contents[] = { "text\r\n", "two words: x\r\n",
		" : x\r\n", "\xff\xfe", "x", "From:\r\n\r\n", "\r\nbody\r\n",
		"a : b\r\n\r\nbody\r\n" };
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(contents) / sizeof(contents[0]); i++) {
		mail_by_openssl(
		    &mail, "From: alice@example.org\r\n", contents[i], OPAQUE);
		mail_read(&mail, &m);
		assert_int_equal(m.result->layer_count, 1);
		assert_int_equal(m.result->signature, NM_STATUS_VALID);
		assert_output(&m, contents[i]);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

/* A byte order mark before the header does not hide it. */
static void
content_after_a_byte_order_mark(void **state)
{
	struct nm_buffer inner = NM_BUFFER_INIT, mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	mail_by_openssl(&inner, "\xef\xbb\xbf", "\r\nHello\r\n", OPAQUE);
	nm_buffer_byte(&inner, 0);
	mail_by_openssl(
	    &mail, "From: alice@example.org\r\n", (char *)inner.data, OPAQUE);
	mail_read(&mail, &m);
	assert_int_equal(m.result->layer_count, 2);
	assert_output(&m, "\r\nHello\r\n");
	mail_clear(&m);
	nm_buffer_reset(&mail);
	nm_buffer_reset(&inner);
	/* alone it is text */
	mail_by_openssl(
	    &mail, "From: alice@example.org\r\n", "\xef\xbb\xbf", OPAQUE);
	mail_read(&mail, &m);
	assert_output(&m, "\xef\xbb\xbf");
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* One layer around the other, in both forms, to the innermost. */
static void
layers_are_peeled(void **state)
{
	static const char inner[] = "Content-Type: text/plain\r\n\r\nHello\r\n";
	struct nm_buffer mail = NM_BUFFER_INIT, whole = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	mail_by_openssl(&mail, "", inner, BY_ALICE);
	nm_buffer_byte(&mail, 0);
	mail_by_openssl(&whole, "", (char *)mail.data, "-encrypt bob.crt");
	nm_buffer_reset(&mail);
	nm_buffer_byte(&whole, 0);
	mail_by_openssl(
	    &mail, "From: alice@example.org\r\n", (char *)whole.data, OPAQUE);
	mail_read(&mail, &m);
	assert_int_equal(m.result->layer_count, 3);
	assert_int_equal(m.result->layers[0].type, NM_LAYER_SIGNED);
	assert_int_equal(m.result->layers[0].form, NM_LAYER_PKCS7_MIME);
	assert_int_equal(m.result->layers[1].type, NM_LAYER_ENVELOPED);
	assert_string_equal(m.result->layers[1].part, "1.1");
	assert_int_equal(m.result->layers[2].form, NM_LAYER_MULTIPART_SIGNED);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_int_equal(m.result->encryption, NM_COVERAGE_FULL);
	assert_output(&m, inner);
	mail_clear(&m);
	nm_buffer_reset(&mail);
	nm_buffer_reset(&whole);
}

/* What sits among other parts is named, never peeled. */
static void
parts_among_others(void **state)
{
	static const char head[] =
	    "From: alice@example.org\r\n"
	    "Content-Type: multipart/mixed; boundary=out\r\n\r\n"
	    "--out\r\n\r\nunsigned\r\n--out\r\n";
	struct nm_buffer mail = NM_BUFFER_INIT;
	const struct nm_read_embedded *e;
	struct mail m;

	(void)state;
	for (int i = 0; i < 3; i++) {
		mail_by_openssl(&mail, head, "\r\nHello\r\n",
		    i == 0	 ? BY_ALICE
			: i == 1 ? OPAQUE
				 : "-encrypt bob.crt");
		nm_buffer_string(&mail, "\r\n--out--\r\n");
		mail_read(&mail, &m);
		assert_int_equal(m.result->layer_count, 0);
		assert_int_equal(m.result->embedded_count, 1);
		e = &m.result->embedded[0];
		assert_string_equal(e->part, "2");
		assert_int_equal(e->is_signed, i < 2);
		assert_int_equal(e->is_encrypted, i == 2);
		assert_int_equal(m.result->signature,
		    i < 2 ? NM_STATUS_PARTIAL : NM_STATUS_NONE);
		assert_reasons(m.result->reasons,
		    i < 2 ? NM_REASON_BIT(NM_REASON_NOT_COVERED) : 0);
		assert_int_equal(m.result->encryption,
		    i < 2 ? NM_COVERAGE_NONE : NM_COVERAGE_PARTIAL);
		assert_int_equal(occurrences(&m.output, "unsigned"), 1);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

static void
too_many_layers(void **state)
{
	struct nm_read_options o = mail_reads();
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (int deep = 0; deep < 2; deep++) {
		nm_buffer_string(&mail, "From: a@b\r\n");
		for (unsigned i = 0; i < NM_MAX_NESTING + (unsigned)deep; i++)
			nm_buffer_format(&mail,
			    "Content-Type: multipart/signed; boundary=b%u;\r\n"
			    " protocol=\"application/pkcs7-signature\"\r\n\r\n"
			    "--b%u\r\n",
			    i, i);
		assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m),
		    deep ? NM_ERR_MALFORMED_MESSAGE : NM_OK);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

/* A message in a message in a message, read from the outermost. */
static void
too_many_messages(void **state)
{
	struct nm_read_options o = mail_reads();
	struct nm_buffer mail = NM_BUFFER_INIT;
	const unsigned depths[] = { NM_MAX_NESTING, NM_MAX_NESTING + 1, 5000 };
	struct mail m;

	(void)state;
	o.part = "1";
	for (size_t i = 0; i < sizeof(depths) / sizeof(depths[0]); i++) {
		nm_buffer_string(&mail,
		    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
		    "--b\r\n");
		for (unsigned n = 0; n < depths[i]; n++)
			nm_buffer_string(
			    &mail, "Content-Type: message/rfc822\r\n\r\n");
		nm_buffer_string(&mail, "\r\ntext\r\n--b--\r\n");
		assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m),
		    i == 0 ? NM_OK : NM_ERR_MALFORMED_MESSAGE);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_mails),
		cmocka_unit_test(what_the_header_says),
		cmocka_unit_test(content_without_a_header),
		cmocka_unit_test(content_after_a_byte_order_mark),
		cmocka_unit_test(layers_are_peeled),
		cmocka_unit_test(parts_among_others),
		cmocka_unit_test(too_many_layers),
		cmocka_unit_test(too_many_messages),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
