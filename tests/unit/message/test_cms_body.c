/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static const char fields[] = "From: alice@example.org\r\n"
			     "To: bob@example.org\r\n";
static const char part[] = "Content-Type: text/plain\r\n\r\nHello\r\n";
#define BY_ALICE "-sign -signer alice.crt -inkey alice.key "

static const struct nm_read_layer *
only_layer(const struct mail *m)
{
	assert_int_equal(m->result->layer_count, 1);
	return &m->result->layers[0];
}

/* All reasons of one layer. */
static nm_reasons
layer_reasons(const struct nm_read_layer *layer)
{
	nm_reasons found = layer->reasons;

	for (size_t i = 0; i < layer->signer_count; i++)
		found |= layer->signers[i].reasons;
	return found;
}

/* What openssl makes of it, in a mail with these fields of its own. */
static void
base64_mail(struct nm_buffer *out, const char *own, const char *options)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	struct nm_stage *end, *s;

	mail_by_openssl(&der, "", part, options);
	nm_buffer_format(out, "%s%s\r\n", fields, own);
	end = nm_collector_new(out, SIZE_MAX);
	s = nm_base64_encoder_new(end);
	assert_int_equal(feed_all(s, der.data, der.len, 0), NM_OK);
	nm_stage_free(&s);
	nm_stage_free(&end);
	nm_buffer_reset(&der);
}

/* However it is labelled and coded. */
static void
opaque_signatures(void **state)
{
	static const char *const own[] = {
		"Content-Type: application/pkcs7-mime; smime-type=signed-data\n"
		"Content-Transfer-Encoding: base64\n",
		"Content-Type: application/x-pkcs7-mime; name=smime.p7m\n"
		"Content-Transfer-Encoding: BASE64 (as ever)\n",
		"Content-Type: application/octet-stream; name=\"smime.p7m\"\n"
		"Content-Transfer-Encoding: base64\n",
		"Content-Type: application/octet-stream\n"
		"Content-Disposition: attachment; filename=\"smime.p7m\"\n"
		"Content-Transfer-Encoding: base64\n",
		/* what it says it is does not count */
		"Content-Type: application/pkcs7-mime; "
		"smime-type=enveloped-data\n"
		"Content-Transfer-Encoding: base64\n",
	};
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		base64_mail(&mail, own[i], BY_ALICE "-nodetach -outform DER");
		mail_read(&mail, &m);
		assert_int_equal(only_layer(&m)->form, NM_LAYER_PKCS7_MIME);
		assert_reasons(m.result->reasons, 0);
		assert_int_equal(m.result->signature, NM_STATUS_VALID);
		assert_output(&m, part);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

/* BER whose bytes have line feeds in them must not be made canonical. */
static void
binary_bodies(void **state)
{
	struct nm_read_options o = mail_reads();
	struct nm_buffer der = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	mail_by_openssl(
	    &der, "", part, BY_ALICE "-nodetach -outform DER -stream -indef");
	o.kind = NM_CONTENT_CMS;
	o.context_from = "alice@example.org";
	assert_int_equal(mail_read_as(&o, der.data, der.len, &m), NM_OK);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_output(&m, part);
	mail_clear(&m);
	nm_buffer_reset(&der);
}

/* Bytes that MIME need not encode (RFC 8551 3.1), whose lines are none; base64
 * that it does not tell of, with PEM's lines around it and without. */
static void
bodies_that_say_no_base64(void **state)
{
	static const struct {
		const char *options, *coding;
		bool bare;
	} cases[] = {
		{ "-outform DER", "Content-Transfer-Encoding: binary\r\n",
		    false },
		{ "-outform DER", "Content-Transfer-Encoding: 8bit\n", false },
		{ "-outform DER -stream -indef", "", false },
		{ "-outform PEM", "", false },
		{ "-outform PEM", "", true },
		{ "-outform PEM", "Content-Transfer-Encoding: 7bit\n", true },
	};
	struct nm_buffer cms = NM_BUFFER_INIT, mail = NM_BUFFER_INIT;
	char options[128];
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const uint8_t *at;

		(void)snprintf(options, sizeof(options),
		    BY_ALICE "-nodetach %s", cases[i].options);
		mail_by_openssl(&cms, "", part, options);
		at = cms.data;
		if (cases[i].bare)
			at = memchr(at, '\n', cms.len);
		nm_buffer_format(&mail,
		    "%s%sContent-Type: application/pkcs7-mime\n\n", fields,
		    cases[i].coding);
		nm_buffer_append(&mail, at, cms.len - (size_t)(at - cms.data));
		mail_read(&mail, &m);
		assert_int_equal(m.result->signature, NM_STATUS_VALID);
		assert_output(&m, part);
		mail_clear(&m);
		nm_buffer_reset(&mail);
		nm_buffer_reset(&cms);
	}
}

/* A part among others has lines, as the whole has (RFC 2045 2.9 keeps binary
 * to transports that carry it): it comes out the same in whatever pieces. */
static void
a_binary_part(void **state)
{
	struct nm_read_options o = mail_reads();
	struct nm_buffer cms = NM_BUFFER_INIT, mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	o.part = "1";
	mail_by_openssl(&cms, "", part, BY_ALICE "-nodetach -outform DER");
	nm_buffer_format(&mail,
	    "%sContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	    "Content-Type: application/pkcs7-mime\n"
	    "Content-Transfer-Encoding: binary\n\n",
	    fields);
	nm_buffer_append(&mail, cms.data, cms.len);
	nm_buffer_string(&mail, "\n--b--\n");
	assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m),
	    NM_ERR_MALFORMED_MESSAGE);
	mail_clear(&m);
	nm_buffer_reset(&mail);
	nm_buffer_reset(&cms);
}

static void
certificates_alone(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	assert_int_equal(pki_run(&mail_pki,
			     "openssl crl2pkcs7 -nocrl -certfile mallory.crt "
			     "-certfile otherca.crt -outform DER -out certs"),
	    0);
	nm_buffer_format(&mail, "%s%s", fields,
	    "Content-Type: application/pkcs7-mime; smime-type=certs-only\n"
	    "Content-Transfer-Encoding: base64\n\n");
	assert_int_equal(
	    pki_run(&mail_pki, "openssl base64 -in certs -out made"), 0);
	pki_read(&mail_pki, "made", &mail);
	mail_read(&mail, &m);
	assert_true(only_layer(&m)->certificates_only);
	assert_int_equal(only_layer(&m)->signer_count, 0);
	assert_int_equal(m.result->signature, NM_STATUS_NONE);
	assert_int_equal(m.result->certificate_count, 2);
	assert_output(&m, "");
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* A signature with nothing that it signs. */
static void
no_content(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	base64_mail(&mail,
	    "Content-Type: application/pkcs7-mime\n"
	    "Content-Transfer-Encoding: base64\n",
	    BY_ALICE "-outform DER");
	mail_read(&mail, &m);
	assert_true((layer_reasons(only_layer(&m)) &
			NM_REASON_BIT(NM_REASON_MALFORMED)) != 0);
	assert_int_equal(m.result->signature, NM_STATUS_INVALID);
	assert_output(&m, "");
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* A multipart/signed whose second part is this. */
static void
signature_part(struct nm_buffer *out, const char *content, const char *options)
{
	struct nm_buffer der = NM_BUFFER_INIT;

	mail_by_openssl(&der, "", content, options);
	nm_buffer_reset(&der);
	assert_int_equal(
	    pki_run(&mail_pki, "openssl base64 -in made -out base64"), 0);
	nm_buffer_format(out,
	    "%sContent-Type: multipart/signed; boundary=b; micalg=sha-256;\r\n"
	    " protocol=\"application/pkcs7-signature\"\r\n\r\n"
	    "--b\r\n%s\r\n--b\r\n"
	    "Content-Type: application/pkcs7-signature\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n",
	    fields, part);
	pki_read(&mail_pki, "base64", out);
	nm_buffer_string(out, "\r\n--b--\r\n");
}

static void
a_detached_signature(void **state)
{
	static const struct {
		const char *content, *options;
		nm_reasons reasons;
	} cases[] = {
		{ part, BY_ALICE "-outform DER", 0 },
		/* the content once more inside, the same or another */
		{ part, BY_ALICE "-nodetach -outform DER", 0 },
		{ "other\r\n", BY_ALICE "-nodetach -outform DER",
		    NM_REASON_BIT(NM_REASON_MALFORMED) |
			NM_REASON_BIT(NM_REASON_CONTENT_ALTERED) },
		{ "other\r\n", BY_ALICE "-outform DER",
		    NM_REASON_BIT(NM_REASON_CONTENT_ALTERED) },
		/* no signature at all */
		{ part, "-encrypt -outform DER bob.crt",
		    NM_REASON_BIT(NM_REASON_MALFORMED) },
	};
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signature_part(&mail, cases[i].content, cases[i].options);
		mail_read(&mail, &m);
		assert_int_equal(
		    only_layer(&m)->form, NM_LAYER_MULTIPART_SIGNED);
		assert_reasons(layer_reasons(only_layer(&m)), cases[i].reasons);
		assert_int_equal(
		    m.result->signature, nm_reasons_status(cases[i].reasons));
		assert_output(&m, part);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

static void
encrypted(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_read_options o = mail_reads();
	struct mail m;

	(void)state;
	mail_by_openssl(&mail, fields, part,
	    "-encrypt -aes-128-cbc mallory.crt bob.crt otherca.crt");
	mail_read(&mail, &m);
	assert_int_equal(only_layer(&m)->type, NM_LAYER_ENVELOPED);
	assert_int_equal(only_layer(&m)->cipher, NM_CIPHER_AES128_CBC);
	assert_int_equal(only_layer(&m)->recipients, 3);
	assert_int_equal(only_layer(&m)->key_management, NM_KEY_RSA_PKCS1);
	assert_string_equal(only_layer(&m)->decrypted_with,
	    mail_fingerprint("bob", fingerprint));
	assert_output(&m, part);
	mail_clear(&m);
	nm_buffer_reset(&mail);

	/* for others alone */
	mail_by_openssl(&mail, fields, part, "-encrypt mallory.crt");
	assert_int_equal(
	    mail_read_as(&o, mail.data, mail.len, &m), NM_ERR_NO_PRIVATE_KEY);
	assert_int_equal(m.fault.code, NM_ERR_NO_PRIVATE_KEY);
	assert_int_equal(m.output.len, 0);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

static void
no_cms(void **state)
{
	static const struct {
		const char *body;
		enum nm_error err;
	} cases[] = {
		{ "", NM_ERR_MALFORMED_MESSAGE },
		{ "aGVsbG8=", NM_ERR_MALFORMED_MESSAGE },
		/* pkcs7-data, digestedData, authenticatedData: S/MIME uses
		 * none of them */
		{ "MA8GCSqGSIb3DQEHAaACBAA=", NM_ERR_UNSUPPORTED_ALGORITHM },
		{ "MA8GCSqGSIb3DQEHBaACMAA=", NM_ERR_UNSUPPORTED_ALGORITHM },
		{ "MBEGCyqGSIb3DQEJEAECoAIwAA==",
		    NM_ERR_UNSUPPORTED_ALGORITHM },
		{ "MIIBAAYJKoZIhvcNAQcCoA==", NM_ERR_MALFORMED_MESSAGE },
	};
	struct nm_read_options o = mail_reads();
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		nm_buffer_format(&mail,
		    "%sContent-Type: application/pkcs7-mime\n"
		    "Content-Transfer-Encoding: base64\n\n%s\n",
		    fields, cases[i].body);
		assert_int_equal(
		    mail_read_as(&o, mail.data, mail.len, &m), cases[i].err);
		assert_int_equal(m.fault.code, cases[i].err);
		assert_int_not_equal(m.fault.text[0], 0);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opaque_signatures),
		cmocka_unit_test(binary_bodies),
		cmocka_unit_test(bodies_that_say_no_base64),
		cmocka_unit_test(a_binary_part),
		cmocka_unit_test(certificates_alone),
		cmocka_unit_test(no_content),
		cmocka_unit_test(a_detached_signature),
		cmocka_unit_test(encrypted),
		cmocka_unit_test(no_cms),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
