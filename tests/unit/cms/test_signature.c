/* SPDX-License-Identifier: MPL-2.0 */
/* AlgorithmIdentifiers of signatures and digests. */
#include "signing.h"

#define OID_PKCS1(n) "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n
#define OID_SHA256   "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_SHA1     "\x06\x05\x2b\x0e\x03\x02\x1a"
#define NULL_DER     "\x05\x00"

static void
names_of_signatures(void **state)
{
	static const struct {
		struct nm_bytes der;
		enum nm_signature type;
		enum nm_digest digest;
	} cases[] = {
		{ STATIC("\x30\x0d" OID_PKCS1("\x01") NULL_DER),
		    NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_NONE },
		{ STATIC("\x30\x0b" OID_PKCS1("\x01")), NM_SIGNATURE_RSA_PKCS1,
		    NM_DIGEST_NONE },
		{ STATIC("\x30\x0d" OID_PKCS1("\x04") NULL_DER),
		    NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_MD5 },
		{ STATIC("\x30\x0d" OID_PKCS1("\x05") NULL_DER),
		    NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA1 },
		{ STATIC("\x30\x0d" OID_PKCS1("\x0b") NULL_DER),
		    NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA256 },
		{ STATIC("\x30\x0b" OID_PKCS1("\x0c")), NM_SIGNATURE_RSA_PKCS1,
		    NM_DIGEST_SHA384 },
		{ STATIC("\x30\x0b" OID_PKCS1("\x0d")), NM_SIGNATURE_RSA_PKCS1,
		    NM_DIGEST_SHA512 },
		{ STATIC("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"),
		    NM_SIGNATURE_ECDSA, NM_DIGEST_SHA256 },
		/* parameters that do not belong there */
		{ STATIC("\x30\x0c\x06\x08\x2a\x86\x48\xce\x3d\x04\x03"
			 "\x04" NULL_DER),
		    NM_SIGNATURE_ECDSA, NM_DIGEST_SHA512 },
		{ STATIC("\x30\x09\x06\x07\x2a\x86\x48\xce\x38\x04\x03"),
		    NM_SIGNATURE_DSA, NM_DIGEST_SHA1 },
		{ STATIC("\x30\x05\x06\x03\x2b\x65\x70"), NM_SIGNATURE_ED25519,
		    NM_DIGEST_SHA512 },
		{ STATIC("\x30\x05\x06\x03\x2b\x65\x71"), NM_SIGNATURE_NONE,
		    NM_DIGEST_NONE }, /* Ed448 */
	};
	struct nm_signature_algorithm a;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(nm_signature_parse(cases[i].der, &a));
		assert_int_equal(a.type, cases[i].type);
		assert_int_equal(a.digest, cases[i].digest);
		assert_false(a.unknown_digest);
	}
}

/* RSASSA-PSS-params around `params`, given as the contents. */
static bool
parse_pss(struct nm_bytes params, struct nm_signature_algorithm *a)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01, 0x0a };
	struct nm_buffer der = NM_BUFFER_INIT;
	size_t mark = nm_der_begin(&der, 0x30);
	bool ok;

	nm_der_put(&der, 0x06, oid, sizeof(oid));
	nm_buffer_append(&der, params.data, params.len);
	nm_der_end(&der, mark);
	ok = nm_signature_parse(BYTES(der), a);
	if (ok)
		assert_int_equal(a->type, NM_SIGNATURE_RSA_PSS);
	nm_buffer_reset(&der);
	return ok;
}

#define HASH_256 "\xa0\x0f\x30\x0d" OID_SHA256 NULL_DER
#define MGF_256                                                                \
	"\xa1\x1c\x30\x1a" OID_PKCS1("\x08") "\x30\x0d" OID_SHA256 NULL_DER

static void
pss_parameters(void **state)
{
	struct nm_signature_algorithm a;

	(void)state;
	/* RFC 4055 3.1: each has its default */
	assert_true(parse_pss(LITERAL(""), &a));
	assert_int_equal(a.digest, NM_DIGEST_SHA1);
	assert_int_equal(a.mgf, NM_DIGEST_SHA1);
	assert_int_equal(a.salt, 20);
	assert_true(parse_pss(LITERAL("\x30\x00"), &a));
	assert_int_equal(a.salt, 20);
	assert_true(parse_pss(
	    LITERAL("\x30\x34" HASH_256 MGF_256 "\xa2\x03\x02\x01\x20"), &a));
	assert_int_equal(a.digest, NM_DIGEST_SHA256);
	assert_int_equal(a.mgf, NM_DIGEST_SHA256);
	assert_int_equal(a.salt, 32);
	assert_false(a.unknown_digest);
	/* the hash without NULL, and the trailer written out */
	assert_true(parse_pss(LITERAL("\x30\x14\xa0\x0d\x30\x0b" OID_SHA256
				      "\xa3\x03\x02\x01\x01"),
	    &a));
	assert_int_equal(a.digest, NM_DIGEST_SHA256);
	assert_int_equal(a.mgf, NM_DIGEST_SHA1);
	/* a hash and a mask generation that are not known */
	assert_true(parse_pss(
	    LITERAL("\x30\x0b\xa0\x09\x30\x07\x06\x05\x2b\x24\x03\x02\x01"),
	    &a));
	assert_true(a.unknown_digest);
	assert_true(parse_pss(
	    LITERAL("\x30\x0f\xa1\x0d\x30\x0b" OID_PKCS1("\x09")), &a));
	assert_true(a.unknown_digest);
}

static void
pss_parameters_refused(void **state)
{
	static const struct nm_bytes cases[] = {
		STATIC("\x05\x00"),			/* NULL */
		STATIC("\x30\x05\xa3\x03\x02\x01\x02"), /* trailer 2 */
		STATIC("\x30\x05\xa2\x03\x02\x01\xff"), /* salt -1 */
		STATIC("\x30\x06\xa2\x04\x02\x01\x14\x00"),
		STATIC("\x30\x05\xa2\x03\x04\x01\x14"),
		STATIC("\x30\x02\xa0\x00"),
		STATIC("\x30\x02\xa1\x00"),
		STATIC("\x30\x02\xa4\x00"),
		STATIC("\x30\x00\x05\x00"), /* more behind */
		STATIC("\x30\x07\x02\x01\x14"),
		/* out of order */
		STATIC("\x30\x16\xa2\x03\x02\x01\x20" HASH_256),
		/* twice */
		STATIC("\x30\x0a\xa2\x03\x02\x01\x20\xa2\x03\x02\x01\x20"),
	};
	struct nm_signature_algorithm a;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_false(parse_pss(cases[i], &a));
}

static void
malformed(void **state)
{
	static const struct nm_bytes cases[] = {
		STATIC(""),
		STATIC("\x30\x00"),
		STATIC("\x31\x05\x06\x03\x2b\x65\x70"),
		STATIC("\x30\x05\x06\x03\x2b\x65"),
		STATIC("\x30\x05\x06\x03\x2b\x65\x70\x05\x00"),
		STATIC("\x30\x05\x04\x03\x2b\x65\x70"),
	};
	struct nm_signature_algorithm a;
	enum nm_digest d;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(nm_signature_parse(cases[i], &a));
		assert_int_equal(a.type, NM_SIGNATURE_NONE);
		assert_false(nm_digest_parse(cases[i], &d));
		assert_int_equal(d, NM_DIGEST_NONE);
	}
}

static void
digests(void **state)
{
	enum nm_digest d;

	(void)state;
	assert_true(
	    nm_digest_parse(LITERAL("\x30\x0d" OID_SHA256 NULL_DER), &d));
	assert_int_equal(d, NM_DIGEST_SHA256);
	assert_true(nm_digest_parse(LITERAL("\x30\x07" OID_SHA1), &d));
	assert_int_equal(d, NM_DIGEST_SHA1);
	/* a signature's name in a digest's place */
	assert_true(nm_digest_parse(
	    LITERAL("\x30\x0d" OID_PKCS1("\x0b") NULL_DER), &d));
	assert_int_equal(d, NM_DIGEST_SHA256);
	/* which says nothing of a digest */
	assert_true(nm_digest_parse(
	    LITERAL("\x30\x0d" OID_PKCS1("\x01") NULL_DER), &d));
	assert_int_equal(d, NM_DIGEST_NONE);
	/* with parameters of its own: not the digest that it is called */
	assert_true(
	    nm_digest_parse(LITERAL("\x30\x0a" OID_SHA1 "\x02\x01\x00"), &d));
	assert_int_equal(d, NM_DIGEST_NONE);
	assert_true(
	    nm_digest_parse(LITERAL("\x30\x0a" OID_SHA1 "\x05\x01\x00"), &d));
	assert_int_equal(d, NM_DIGEST_NONE);
}

static void
assert_put(
    enum nm_signature type, enum nm_digest digest, struct nm_bytes expected)
{
	struct nm_signature_algorithm a;
	struct nm_buffer out = NM_BUFFER_INIT;

	nm_signature_put(&out, type, digest);
	assert_false(nm_buffer_failed(&out));
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.data, expected.data, expected.len);
	assert_true(nm_signature_parse(BYTES(out), &a));
	assert_int_equal(a.type, type);
	nm_buffer_reset(&out);
}

static void
written(void **state)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	/* RFC 3370 3.2: rsaEncryption stands for all digests */
	assert_put(NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA256,
	    LITERAL("\x30\x0d" OID_PKCS1("\x01") NULL_DER));
	/* RFC 4055 6: rSASSA-PSS-SHA256-Params */
	assert_put(NM_SIGNATURE_RSA_PSS, NM_DIGEST_SHA256,
	    LITERAL("\x30\x41" OID_PKCS1("\x0a") "\x30\x34" HASH_256 MGF_256
						 "\xa2\x03\x02\x01\x20"));
	/* RFC 5754 3.3: parameters absent */
	assert_put(NM_SIGNATURE_ECDSA, NM_DIGEST_SHA384,
	    LITERAL("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"));
	/* RFC 8419 2 */
	assert_put(NM_SIGNATURE_ED25519, NM_DIGEST_SHA512,
	    LITERAL("\x30\x05\x06\x03\x2b\x65\x70"));
	/* no such thing */
	nm_signature_put(&out, NM_SIGNATURE_ECDSA, NM_DIGEST_MD5);
	assert_true(nm_buffer_failed(&out));
	nm_buffer_reset(&out);
	/* RFC 5754 2 for a SignerInfo, RFC 8017 A.2.4 for a DigestInfo */
	nm_digest_put(&out, NM_DIGEST_SHA1, false);
	nm_digest_put(&out, NM_DIGEST_SHA1, true);
	assert_true(nm_bytes_equal(BYTES(out),
	    LITERAL("\x30\x07" OID_SHA1 "\x30\x09" OID_SHA1 NULL_DER)));
	nm_buffer_reset(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_signatures),
		cmocka_unit_test(pss_parameters),
		cmocka_unit_test(pss_parameters_refused),
		cmocka_unit_test(malformed),
		cmocka_unit_test(digests),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
