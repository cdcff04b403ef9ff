/* SPDX-License-Identifier: MPL-2.0 */
/* The structure of SignedData: what may be in it, in every shape of BER. */
#include "signing.h"

#define TEXT LITERAL("Content-Type: text/plain\r\n\r\nsigned\r\n")

#define VERSION "\x02\x01\x01"
#define SHA256                                                                 \
	"\x31\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00"
#define DATA	"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define NOTHING "\x30\x0b" DATA
#define EMPTY	"\x31\x00"

/* A ContentInfo around the contents of a SignedData. */
static void
wrap(struct nm_bytes inside, struct nm_buffer *out)
{
	static const uint8_t oid[] = { NM_OID_PKCS7(2) };
	size_t info, explicit;

	nm_buffer_clear(out);
	info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid, sizeof(oid));
	explicit = nm_der_begin(out, 0xa0);
	nm_der_put(out, 0x30, inside.data, inside.len);
	nm_der_end(out, explicit);
	nm_der_end(out, info);
}

static enum nm_error
read_inside(struct reading *r, struct nm_bytes inside)
{
	struct nm_buffer message = NM_BUFFER_INIT;
	enum nm_error err;

	wrap(inside, &message);
	err = read_signed(r, BYTES(message), 5);
	nm_buffer_reset(&message);
	return err;
}

static void
fields(void **state)
{
	static const struct nm_bytes good[] = {
		STATIC(VERSION SHA256 NOTHING EMPTY),
		STATIC(VERSION EMPTY NOTHING EMPTY),
		STATIC("\x02\x01\x05" SHA256 NOTHING EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa0\x00" EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa1\x00" EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa0\x00\xa1\x00" EMPTY),
		STATIC(
		    VERSION SHA256 "\x30\x10" DATA "\xa0\x03\x04\x01x" EMPTY),
		/* nothing signed is not the same as no content */
		STATIC(VERSION SHA256 "\x30\x0f" DATA "\xa0\x02\x04\x00" EMPTY),
	};
	static const struct nm_bytes bad[] = {
		STATIC(""),
		STATIC(VERSION),
		STATIC(VERSION SHA256),
		STATIC(VERSION SHA256 NOTHING), /* signerInfos */
		STATIC(SHA256 NOTHING EMPTY),
		STATIC(VERSION NOTHING EMPTY),
		STATIC(VERSION SHA256 EMPTY),
		STATIC(VERSION SHA256 NOTHING EMPTY EMPTY),
		STATIC(VERSION SHA256 NOTHING EMPTY "\xa0\x00"),
		STATIC(VERSION SHA256 NOTHING NOTHING EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa0\x00\xa0\x00" EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa1\x00\xa0\x00" EMPTY),
		STATIC(VERSION SHA256 NOTHING "\xa2\x00" EMPTY),
		STATIC(VERSION SHA256 "\xa0\x00" NOTHING EMPTY),
		/* of the content */
		STATIC(VERSION SHA256 "\x30\x00" EMPTY),
		STATIC(VERSION SHA256 "\x30\x02\x06\x00" EMPTY),
		STATIC(VERSION SHA256 "\x30\x05\xa0\x03\x04\x01x" EMPTY),
		STATIC(VERSION SHA256 "\x30\x0d" DATA "\xa0\x00" EMPTY),
		STATIC(
		    VERSION SHA256 "\x30\x10" DATA "\xa0\x03\x0c\x01x" EMPTY),
		STATIC(VERSION SHA256 "\x30\x16" DATA DATA EMPTY),
		STATIC(VERSION SHA256 "\x30\x13" DATA
				      "\xa0\x06\x04\x01x\x04\x01y" EMPTY),
		STATIC(VERSION SHA256
		    "\x30\x15" DATA "\xa0\x03\x04\x01x\xa0\x03\x04\x01y" EMPTY),
		/* of the rest */
		STATIC(VERSION "\x31\x02\x05\x00" NOTHING EMPTY),
		STATIC(VERSION "\x31\x02\x30\x00" NOTHING EMPTY),
		STATIC(VERSION SHA256 NOTHING "\x31\x02\x05\x00"),
		STATIC(VERSION SHA256 NOTHING "\x31\x02\x30\x00"),
	};
	struct reading r = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(read_inside(&r, good[i]), NM_OK);
		assert_int_equal(r.begun, 1);
		assert_int_equal(nm_signed_signer_count(r.signed_data), 0);
		assert_int_equal(nm_signed_has_content(r.signed_data), i >= 6);
		assert_int_equal(
		    nm_signed_digests(r.signed_data) != NULL, i >= 6);
		assert_int_equal(nm_signed_content_type(r.signed_data).len, 9);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_inside(&r, bad[i]) != NM_ERR_MALFORMED_MESSAGE)
			fail_msg("bad[%zu] is taken", i);
		assert_true(r.fault.text[0] != '\0');
	}
	reading_reset(&r);
}

/* RFC 5652 10.2.1, 10.2.2: other certificates than X.509's are of no use, nor
 * are alternatives that nobody has defined. */
static void
choices(void **state)
{
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(
	    read_inside(&r,
		LITERAL(VERSION SHA256 NOTHING
		    "\xa0\x14\xa0\x02\x30\x00\x30\x03\x02\x01\x01\xa1\x02\x30"
		    "\x00\xa2\x00\xa3\x03\x06\x01\x2a"
		    "\xa1\x0a\xa2\x03\x06\x01\x2a\x30\x03\x02\x01\x02" EMPTY)),
	    NM_OK);
	assert_int_equal(nm_signed_certificate_count(r.signed_data), 1);
	assert_true(nm_bytes_equal(nm_signed_certificate(r.signed_data, 0),
	    LITERAL("\x30\x03\x02\x01\x01")));
	assert_int_equal(nm_signed_crl_count(r.signed_data), 1);
	assert_true(nm_bytes_equal(
	    nm_signed_crl(r.signed_data, 0), LITERAL("\x30\x03\x02\x01\x02")));
	reading_reset(&r);
}

/* `count` elements `element` in the field `tag`. */
static enum nm_error
read_many(struct reading *r, uint8_t tag, struct nm_bytes element, size_t count)
{
	struct nm_buffer inside = NM_BUFFER_INIT;
	struct nm_bytes before = LITERAL(VERSION SHA256 NOTHING);
	enum nm_error err;
	size_t mark;

	nm_buffer_append(&inside, before.data, before.len);
	mark = nm_der_begin(&inside, tag);
	for (size_t i = 0; i < count; i++)
		nm_buffer_append(&inside, element.data, element.len);
	nm_der_end(&inside, mark);
	if (tag != 0x31)
		nm_buffer_append(&inside, EMPTY, 2);
	err = read_inside(r, BYTES(inside));
	nm_buffer_reset(&inside);
	return err;
}

static void
bounds(void **state)
{
	struct nm_bytes signer = LITERAL(
	    "\x30\x2e\x02\x01\x01\x80\x02id\x30\x0b\x06\x09\x60\x86\x48\x01\x65"
	    "\x03\x04\x02\x01\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
	    "\x01\x05\x00\x04\x09signature");
	struct nm_bytes empty = LITERAL("\x30\x00"),
			other = LITERAL("\xa1\x00");
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(
	    read_many(&r, 0xa0, empty, NM_MAX_CERTIFICATES), NM_OK);
	assert_int_equal(
	    nm_signed_certificate_count(r.signed_data), NM_MAX_CERTIFICATES);
	assert_int_equal(read_many(&r, 0xa0, empty, NM_MAX_CERTIFICATES + 1),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(r.fault.text, "200"));
	assert_int_equal(
	    read_many(&r, 0xa0, other, 5 * NM_MAX_CERTIFICATES), NM_OK);
	assert_int_equal(
	    read_many(&r, 0xa1, empty, NM_MAX_CERTIFICATES), NM_OK);
	assert_int_equal(
	    nm_signed_crl_count(r.signed_data), NM_MAX_CERTIFICATES);
	assert_int_equal(read_many(&r, 0xa1, empty, NM_MAX_CERTIFICATES + 1),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_int_equal(read_many(&r, 0x31, signer, NM_MAX_SIGNERS), NM_OK);
	assert_int_equal(nm_signed_signer_count(r.signed_data), NM_MAX_SIGNERS);
	assert_true(nm_bytes_equal(
	    nm_signed_signer(r.signed_data, NM_MAX_SIGNERS - 1)->sid.key_id,
	    LITERAL("id")));
	assert_int_equal(read_many(&r, 0x31, signer, NM_MAX_SIGNERS + 1),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(r.fault.text, "32"));
	reading_reset(&r);
}

/* A key identifier in segments, whose [0] tells no reader of BER that it is a
 * string. */
static void
divided_identifier(void **state)
{
	struct nm_bytes signer = LITERAL(
	    "\x30\x34\x02\x01\x03\xa0\x08\x04\x01i\x04\x00\x04\x01"
	    "d\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x30\x0d"
	    "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00\x04\x09"
	    "signature");
	struct reading r = { 0 };

	(void)state;
	assert_int_equal(read_many(&r, 0x31, signer, 2), NM_OK);
	for (size_t i = 0; i < 2; i++) {
		assert_true(nm_bytes_equal(
		    nm_signed_signer(r.signed_data, i)->sid.key_id,
		    LITERAL("id")));
		assert_true(nm_bytes_equal(
		    nm_signed_signer(r.signed_data, i)->der, signer));
	}
	reading_reset(&r);
}

/* ---- BER ------------------------------------------------------------ */

/* openssl's own, detached and opaque, by issuer and by key identifier. */
static void
every_shape(void **state)
{
	static const char *const options[] = { "", "-nodetach", "-keyid",
		"-nodetach -keyid", "-noattr", "-nodetach -noattr -nocerts" };
	struct bench *b = *state;
	struct nm_buffer message = NM_BUFFER_INIT, loose = NM_BUFFER_INIT;
	CERTCertificate *cert = who(b, "p256")->cert;
	struct nm_bytes none = { NULL, 0 };

	save_file(b, "text", TEXT);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		struct nm_bytes content = i % 2 == 0 ? TEXT : none;

		assert_int_equal(
		    run(b,
			"openssl cms -sign -binary -in text -signer p256.pem "
			"-inkey p256.key -outform DER -out m %s",
			options[i]),
		    0);
		nm_buffer_clear(&message);
		load_file(b, "m", &message);
		assert_int_equal(
		    read_and_verify(BYTES(message), content, cert), 0);
		for (unsigned strings = 0; strings < 2; strings++) {
			nm_buffer_clear(&loose);
			loosen(BYTES(message), strings != 0, &loose);
			assert_int_equal(
			    read_and_verify(BYTES(loose), content, cert), 0);
		}
	}
	nm_buffer_reset(&message);
	nm_buffer_reset(&loose);
}

/* Cut off anywhere it is malformed, and what was begun is let go. */
static void
truncated(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "p256", NM_DIGEST_SHA256);
	struct nm_buffer message = NM_BUFFER_INIT;
	struct reading r = { 0 };
	struct nm_bytes part;

	assert_int_equal(sign_opaque(b, &as, 1, TEXT, &message), NM_OK);
	part.data = message.data;
	for (part.len = 0; part.len < message.len; part.len++) {
		assert_int_equal(read_signed(&r, part, 100),
		    part.len == 0 ? NM_ERR_NOT_SMIME
				  : NM_ERR_MALFORMED_MESSAGE);
		assert_int_equal(r.ended, 0);
	}
	part.len = message.len;
	assert_int_equal(read_signed(&r, part, 100), NM_OK);
	assert_true(nm_bytes_equal(BYTES(r.content), TEXT));
	reading_reset(&r);
	nm_buffer_reset(&message);
}

/* Several signers, of whom each stands for itself. */
static void
several_signers(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as[3] = { sign_as(b, "p256", NM_DIGEST_SHA256),
		sign_as(b, "rsa", NM_DIGEST_SHA512),
		sign_as(b, "p256", NM_DIGEST_SHA384) };
	CERTCertificate *certs[2] = { as[0].cert, as[1].cert };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct reading r = { 0 };
	unsigned good = 0;

	assert_int_equal(sign_opaque(b, as, 3, TEXT, &message), NM_OK);
	assert_int_equal(read_signed(&r, BYTES(message), 999), NM_OK);
	assert_int_equal(nm_signed_signer_count(r.signed_data), 3);
	/* the same certificate once */
	assert_int_equal(nm_signed_certificate_count(r.signed_data), 2);
	for (size_t i = 0; i < 3; i++) {
		const struct nm_signer *signer =
		    nm_signed_signer(r.signed_data, i);
		struct nm_bytes none = { NULL, 0 };

		for (size_t c = 0; c < 2; c++) {
			if (!nm_rid_matches(&signer->sid, certs[c]))
				continue;
			assert_int_equal(verify(&r, i, none, certs[c]), 0);
			good++;
		}
	}
	assert_int_equal(good, 3);
	reading_reset(&r);
	nm_buffer_reset(&message);
}

/* Which of the two has this digest: a SET OF has an order of its own. */
static size_t
signer_by(const struct nm_signed *s, enum nm_digest d)
{
	size_t i = nm_signed_signer(s, 0)->digest == d ? 0 : 1;

	assert_int_equal(nm_signed_signer(s, i)->digest, d);
	return i;
}

/* What is kept of a SignedData is worth the same as the whole. */
static void
put_together(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as[2] = { sign_as(b, "rsa", NM_DIGEST_SHA256),
		sign_as(b, "p256", NM_DIGEST_SHA512) };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_bytes signers[2];
	struct nm_signed_parts parts = { .signers = signers,
		.signer_count = 2 };
	struct nm_digests *content = digests_of(EVERY_DIGEST, TEXT);
	struct reading r = { 0 };
	struct nm_signed *again;
	nm_reasons reasons;
	size_t large;

	assert_int_equal(sign_detached(b, as, 2, TEXT, &message), NM_OK);
	assert_int_equal(read_signed(&r, BYTES(message), 777), NM_OK);
	parts.content_type = nm_signed_content_type(r.signed_data);
	parts.digest_set = nm_signed_digest_set(r.signed_data);
	assert_int_equal(parts.digest_set,
	    NM_DIGEST_BIT(NM_DIGEST_SHA256) | NM_DIGEST_BIT(NM_DIGEST_SHA512));
	for (size_t i = 0; i < 2; i++)
		signers[i] = nm_signed_signer(r.signed_data, i)->der;
	assert_int_equal(nm_signed_assemble(&parts, &again, NULL), NM_OK);
	for (size_t i = 0; i < 4; i++) {
		CERTCertificate *cert = as[i % 2].cert;
		const struct nm_signer *signer = nm_signed_signer(again, i / 2);

		reasons = 0;
		assert_int_equal(
		    nm_signed_verify(again, i / 2, content, cert, &reasons),
		    NM_OK);
		assert_int_equal(
		    reasons == 0, nm_rid_matches(&signer->sid, cert));
	}
	nm_signed_free(&again);
	/* a digest that is listed and was not to be had says nothing */
	nm_digests_free(&content);
	large = signer_by(r.signed_data, NM_DIGEST_SHA512);
	content = digests_of(NM_DIGEST_BIT(NM_DIGEST_SHA256), TEXT);
	for (int inside = 0; inside < 2; inside++) {
		parts.has_content = inside != 0;
		assert_int_equal(
		    nm_signed_assemble(&parts, &again, NULL), NM_OK);
		reasons = 0;
		assert_int_equal(nm_signed_verify(again, large, content,
				     as[1].cert, &reasons),
		    NM_OK);
		assert_int_equal(reasons, REASON(UNSUPPORTED_ALGORITHM));
		nm_signed_free(&again);
	}
	parts.digest_set = NM_DIGEST_BIT(NM_DIGEST_SHA256);
	assert_int_equal(nm_signed_assemble(&parts, &again, NULL), NM_OK);
	reasons = 0;
	assert_int_equal(
	    nm_signed_verify(again, large, content, as[1].cert, &reasons),
	    NM_OK);
	assert_int_equal(reasons, REASON(MALFORMED));
	nm_signed_free(&again);
	signers[1].len--;
	assert_int_equal(
	    nm_signed_assemble(&parts, &again, NULL), NM_ERR_MALFORMED_MESSAGE);
	assert_null(again);
	signers[1] = (struct nm_bytes){ NULL, 0 };
	assert_int_equal(
	    nm_signed_assemble(&parts, &again, NULL), NM_ERR_MALFORMED_MESSAGE);
	nm_digests_free(&content);
	reading_reset(&r);
	nm_buffer_reset(&message);
}

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "p256", EC_P256);
	*state = b;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(choices),
		cmocka_unit_test(bounds),
		cmocka_unit_test(divided_identifier),
		cmocka_unit_test(every_shape),
		cmocka_unit_test(truncated),
		cmocka_unit_test(several_signers),
		cmocka_unit_test(put_together),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
