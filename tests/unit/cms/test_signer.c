/* SPDX-License-Identifier: MPL-2.0 */
/* What is checked of a SignerInfo, with SignerInfos made by hand. */
#include "signing.h"

static const uint8_t id_data[] = { NM_OID_PKCS7(1) };
static const uint8_t id_receipt[] = { NM_OID_SMIME(1, 1) };

#define TYPE(oid)                                                              \
	{                                                                      \
		oid, sizeof(oid)                                               \
	}
#define TEXT LITERAL("Content-Type: text/plain\r\n\r\nsigned\r\n")

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "other", RSA_2048);
	*state = b;
	return 0;
}

/* The algorithms of a SignerInfo, in buffers of their own. */
struct made {
	struct parts parts;
	struct nm_buffer digest, signature, attributes, value, message;
};

static void
made_reset(struct made *m)
{
	nm_buffer_reset(&m->digest);
	nm_buffer_reset(&m->signature);
	nm_buffer_reset(&m->attributes);
	nm_buffer_reset(&m->value);
	nm_buffer_reset(&m->message);
}

static void
made_begin(struct made *m, struct bench *b, enum nm_digest d)
{
	memset(m, 0, sizeof(*m));
	nm_digest_put(&m->digest, d, true);
	nm_signature_put(&m->signature, NM_SIGNATURE_RSA_PKCS1, d);
	m->parts = (struct parts){
		.listed = d,
		.digest = BYTES(m->digest),
		.signature = BYTES(m->signature),
		.type = TYPE(id_data),
		.version = 1,
		.signer = who(b, "rsa"),
	};
}

/* Contents of a SET OF Attribute over TEXT. */
static void
put_attributes(struct made *m, struct nm_bytes type, enum nm_digest d)
{
	static const uint8_t content_type[] = { NM_OID_PKCS9(3) };
	static const uint8_t message_digest[] = { NM_OID_PKCS9(4) };
	struct nm_digests *ds = digests_of(EVERY_DIGEST, TEXT);
	struct nm_bytes value = nm_digests_value(ds, d);
	struct nm_buffer *out = &m->attributes;
	size_t mark, set;

	mark = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, content_type, sizeof(content_type));
	set = nm_der_begin(out, 0x31);
	nm_der_put(out, 0x06, type.data, type.len);
	nm_der_end(out, set);
	nm_der_end(out, mark);
	mark = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, message_digest, sizeof(message_digest));
	set = nm_der_begin(out, 0x31);
	nm_der_put(out, 0x04, value.data, value.len);
	nm_der_end(out, set);
	nm_der_end(out, mark);
	nm_digests_free(&ds);
}

/* An attribute more, by its last arc under pkcs-9, with one value. */
static void
put_attribute(struct made *m, uint8_t arc, struct nm_bytes value)
{
	const uint8_t oid[] = { NM_OID_PKCS9(arc) };
	struct nm_buffer *out = &m->attributes;
	size_t mark = nm_der_begin(out, 0x30), set;

	nm_der_put(out, 0x06, oid, sizeof(oid));
	set = nm_der_begin(out, 0x31);
	nm_buffer_append(out, value.data, value.len);
	nm_der_end(out, set);
	nm_der_end(out, mark);
}

/* Signs the attributes in DER, or the text where there are none. */
static void
sign(struct made *m, struct bench *b, const char *digest)
{
	struct nm_buffer set = NM_BUFFER_INIT;

	m->parts.attributes = BYTES(m->attributes);
	if (m->attributes.len != 0)
		assert_true(nm_attributes_der(BYTES(m->attributes), &set));
	openssl_signs(b, "rsa", digest, "",
	    m->attributes.len != 0 ? BYTES(set) : TEXT, &m->value);
	m->parts.value = BYTES(m->value);
	nm_buffer_reset(&set);
}

static nm_reasons
outcome(struct made *m)
{
	put_parts(&m->parts, &m->message);
	return read_and_verify(BYTES(m->message), TEXT, m->parts.signer->cert);
}

static void
without_attributes(void **state)
{
	struct bench *b = *state;
	struct made m;

	made_begin(&m, b, NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	assert_int_equal(outcome(&m), 0);
	/* RFC 5652 5.3: the version says how the signer is named; others
	 * write anything there */
	for (uint64_t version = 0; version < 6; version++) {
		m.parts.version = version;
		assert_int_equal(outcome(&m), 0);
	}
	/* any other type of content must have attributes (5.3) */
	m.parts.type = (struct nm_bytes)TYPE(id_receipt);
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	m.parts.type = (struct nm_bytes)TYPE(id_data);
	/* the digest must be one that a reader was told to compute (5.1) */
	m.parts.listed = NM_DIGEST_SHA512;
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	m.parts.listed = NM_DIGEST_NONE;
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	made_reset(&m);
}

static void
content_and_certificate(void **state)
{
	struct bench *b = *state;
	struct nm_bytes none = { NULL, 0 };
	struct made m;

	for (unsigned attributes = 0; attributes < 2; attributes++) {
		made_begin(&m, b, NM_DIGEST_SHA256);
		if (attributes != 0)
			put_attributes(&m, (struct nm_bytes)TYPE(id_data),
			    NM_DIGEST_SHA256);
		sign(&m, b, "sha256");
		assert_int_equal(outcome(&m), 0);
		/* altered: told apart only where there is a digest */
		assert_int_equal(read_and_verify(BYTES(m.message),
				     LITERAL("altered"), who(b, "rsa")->cert),
		    attributes != 0 ? REASON(CONTENT_ALTERED)
				    : REASON(SIGNATURE_MISMATCH));
		/* nobody's key, somebody else's, no content */
		assert_int_equal(read_and_verify(BYTES(m.message), TEXT, NULL),
		    REASON(SIGNER_CERTIFICATE_MISSING));
		assert_int_equal(read_and_verify(BYTES(m.message), TEXT,
				     who(b, "other")->cert),
		    REASON(SIGNATURE_MISMATCH));
		assert_int_equal(read_and_verify(BYTES(m.message), none,
				     who(b, "rsa")->cert),
		    REASON(MALFORMED));
		made_reset(&m);
	}
}

static void
algorithms_agree(void **state)
{
	struct bench *b = *state;
	struct nm_buffer other = NM_BUFFER_INIT;
	struct made m;

	/* sha512WithRSAEncryption on a SHA-256 (RFC 8933 3.1) */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	m.parts.signature = LITERAL("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d"
				    "\x01\x01\x0d\x05\x00");
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	sign(&m, b, "sha512");
	assert_int_equal(
	    outcome(&m), REASON(MALFORMED) | REASON(SIGNATURE_MISMATCH));
	/* a key that does not do that */
	sign(&m, b, "sha256");
	nm_signature_put(&other, NM_SIGNATURE_ECDSA, NM_DIGEST_SHA256);
	m.parts.signature = BYTES(other);
	assert_int_equal(outcome(&m), REASON(SIGNATURE_MISMATCH));
	/* nothing that is known */
	m.parts.signature = LITERAL("\x30\x03\x06\x01\x2a");
	assert_int_equal(outcome(&m), REASON(UNSUPPORTED_ALGORITHM));
	m.parts.signature = BYTES(m.signature);
	m.parts.digest = LITERAL("\x30\x03\x06\x01\x2a");
	assert_int_equal(outcome(&m), REASON(UNSUPPORTED_ALGORITHM));
	/* malformed: this signer is, the mail can be read */
	m.parts.digest = LITERAL("\x30\x00");
	assert_int_equal(
	    outcome(&m), REASON(UNSUPPORTED_ALGORITHM) | REASON(MALFORMED));
	m.parts.digest = BYTES(m.digest);
	m.parts.signature = LITERAL("\x30\x12\x06\x09\x2a\x86\x48\x86\xf7\x0d"
				    "\x01\x01\x0a\x30\x05\xa3\x03\x02\x01\x02");
	assert_int_equal(
	    outcome(&m), REASON(UNSUPPORTED_ALGORITHM) | REASON(MALFORMED));
	nm_buffer_reset(&other);
	made_reset(&m);
	/* a signature's name as the digest's */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	m.parts.digest = LITERAL("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01"
				 "\x01\x0b\x05\x00");
	assert_int_equal(outcome(&m), 0);
	made_reset(&m);
}

static void
weak_digests(void **state)
{
	struct bench *b = *state;
	struct made m;

	made_begin(&m, b, NM_DIGEST_MD5);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_MD5);
	sign(&m, b, "md5");
	assert_int_equal(outcome(&m), REASON(WEAK_DIGEST));
	assert_int_equal(read_and_verify(BYTES(m.message), LITERAL("altered"),
			     who(b, "rsa")->cert),
	    REASON(WEAK_DIGEST) | REASON(CONTENT_ALTERED));
	assert_int_equal(
	    read_and_verify(BYTES(m.message), TEXT, who(b, "other")->cert),
	    REASON(WEAK_DIGEST) | REASON(SIGNATURE_MISMATCH));
	made_reset(&m);
}

static void
attributes_bind(void **state)
{
	struct bench *b = *state;
	struct nm_buffer value = NM_BUFFER_INIT;
	struct made m;

	/* the attribute's type is not the content's (RFC 5652 11.1) */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_receipt), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	m.parts.type = (struct nm_bytes)TYPE(id_receipt);
	assert_int_equal(outcome(&m), 0);
	made_reset(&m);
	/* a digest by another algorithm */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA384);
	sign(&m, b, "sha256");
	assert_int_equal(outcome(&m), REASON(CONTENT_ALTERED));
	made_reset(&m);
	/* CMSAlgorithmProtection that says something else (RFC 6211) */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	put_attribute(&m, 52,
	    LITERAL("\x30\x1a\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
		    "\x03\xa1\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01"
		    "\x01"));
	sign(&m, b, "sha256");
	assert_int_equal(outcome(&m), REASON(MALFORMED));
	made_reset(&m);
	/* attributes in another order than DER's are signed as DER */
	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attribute(&m, 99, LITERAL("\x02\x01\x02\x02\x01\x01"));
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	assert_int_equal(outcome(&m), 0);
	/* or as they came */
	nm_buffer_append(&value, "\x31", 1);
	nm_buffer_byte(&value, (uint8_t)m.attributes.len);
	nm_buffer_append(&value, m.attributes.data, m.attributes.len);
	assert_true(m.attributes.len < 0x80);
	openssl_signs(b, "rsa", "sha256", "", BYTES(value), &m.value);
	m.parts.value = BYTES(m.value);
	assert_int_equal(outcome(&m), 0);
	/* but never with the tag that they have there */
	value.data[0] = 0xa0;
	openssl_signs(b, "rsa", "sha256", "", BYTES(value), &m.value);
	m.parts.value = BYTES(m.value);
	assert_int_equal(outcome(&m), REASON(SIGNATURE_MISMATCH));
	/* none, where the field is: that is no content-type (5.3) */
	m.parts.attributes = LITERAL("");
	assert_true((outcome(&m) & REASON(MALFORMED)) != 0);
	nm_buffer_reset(&value);
	made_reset(&m);
}

/* RFC 5035: another certificate with the same key is not the signer's. */
static void
certificate_is_bound(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "rsa", NM_DIGEST_SHA256);
	struct nm_buffer message = NM_BUFFER_INIT, der = NM_BUFFER_INIT;
	CERTCertificate *twin;

	assert_int_equal(
	    run(b,
		"openssl req -new -x509 -key rsa.key -subj /CN=rsa "
		"-set_serial 77 -days 9 -outform DER -out twin.der"),
	    0);
	load_file(b, "twin.der", &der);
	assert_non_null(twin = cert_of(&der));
	assert_int_equal(sign_detached(b, &as, 1, TEXT, &message), NM_OK);
	assert_int_equal(read_and_verify(BYTES(message), TEXT, as.cert), 0);
	assert_int_equal(read_and_verify(BYTES(message), TEXT, twin),
	    REASON(SIGNATURE_MISMATCH));
	CERT_DestroyCertificate(twin);
	nm_buffer_reset(&der);
	nm_buffer_reset(&message);
}

/*
 * The signature over signed attributes is one over bytes that could be
 * content: with the attributes as the content, and none beside, it would fit.
 */
static void
attributes_are_no_content(void **state)
{
	struct bench *b = *state;
	struct nm_buffer set = NM_BUFFER_INIT;
	struct made m;

	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	assert_true(nm_attributes_der(BYTES(m.attributes), &set));
	m.parts.attributes = (struct nm_bytes){ NULL, 0 };
	put_parts(&m.parts, &m.message);
	assert_int_equal(
	    read_and_verify(BYTES(m.message), BYTES(set), who(b, "rsa")->cert),
	    REASON(MALFORMED));
	nm_buffer_reset(&set);
	made_reset(&m);
}

static void
altered_signature(void **state)
{
	struct bench *b = *state;
	struct made m;

	made_begin(&m, b, NM_DIGEST_SHA256);
	put_attributes(&m, (struct nm_bytes)TYPE(id_data), NM_DIGEST_SHA256);
	sign(&m, b, "sha256");
	for (size_t at = 0; at < m.value.len; at += 15) {
		m.value.data[at] ^= 1;
		assert_int_equal(outcome(&m), REASON(SIGNATURE_MISMATCH));
		m.value.data[at] ^= 1;
	}
	m.parts.value.len = 0;
	assert_int_equal(outcome(&m), REASON(SIGNATURE_MISMATCH));
	/* each attribute byte but those that its type is read from */
	m.parts.value = BYTES(m.value);
	for (size_t at = 0; at < m.attributes.len; at++) {
		m.attributes.data[at] ^= 1;
		put_parts(&m.parts, &m.message);
		{
			struct reading r = { 0 };

			if (read_signed(&r, BYTES(m.message), 777) == NM_OK)
				assert_true(verify(&r, 0, TEXT,
						who(b, "rsa")->cert) != 0);
			reading_reset(&r);
		}
		m.attributes.data[at] ^= 1;
	}
	assert_int_equal(outcome(&m), 0);
	made_reset(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_attributes),
		cmocka_unit_test(content_and_certificate),
		cmocka_unit_test(algorithms_agree),
		cmocka_unit_test(weak_digests),
		cmocka_unit_test(attributes_bind),
		cmocka_unit_test(certificate_is_bound),
		cmocka_unit_test(attributes_are_no_content),
		cmocka_unit_test(altered_signature),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
