/* SPDX-License-Identifier: MPL-2.0 */
/* RSAES-OAEP-params (RFC 8017 A.2.1, RFC 4055 4.1). */
#include "encryption.h"

#include "cms/recipient.h"

#define PKCS1(n) "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n
#define SHA256	 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define SHA512	 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03"
#define MD5	 "\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05"
#define HASH_256 "\xa0\x0f\x30\x0d" SHA256 "\x05\x00"
#define MGF_256	 "\xa1\x1c\x30\x1a" PKCS1("\x08") "\x30\x0d" SHA256 "\x05\x00"
#define LABEL	 "\xa2\x10\x30\x0e" PKCS1("\x09") "\x04\x01L"

static bool
parse(struct nm_bytes der, struct nm_oaep *out)
{
	struct nm_tlv t = { 0 };

	if (der.len != 0)
		assert_true(nm_der_next(&der, &t));
	assert_int_equal(der.len, 0);
	return nm_oaep_parse(&t, out);
}

static void
read_ones(void **state)
{
	struct nm_oaep o;

	(void)state;
	/* absent, NULL as some write it, empty: all defaults */
	assert_true(parse(LITERAL(""), &o));
	assert_int_equal(o.hash, NM_DIGEST_SHA1);
	assert_int_equal(o.mgf, NM_DIGEST_SHA1);
	assert_int_equal(o.label.len, 0);
	assert_true(parse(LITERAL("\x05\x00"), &o));
	assert_true(parse(LITERAL("\x30\x00"), &o));
	assert_int_equal(o.hash, NM_DIGEST_SHA1);
	assert_true(parse(LITERAL("\x30\x41" HASH_256 MGF_256 LABEL), &o));
	assert_int_equal(o.hash, NM_DIGEST_SHA256);
	assert_int_equal(o.mgf, NM_DIGEST_SHA256);
	assert_true(nm_bytes_equal(o.label, LITERAL("L")));
	/* each on its own; the hash without NULL */
	assert_true(parse(LITERAL("\x30\x0f\xa0\x0d\x30\x0b" SHA512), &o));
	assert_int_equal(o.hash, NM_DIGEST_SHA512);
	assert_int_equal(o.mgf, NM_DIGEST_SHA1);
	assert_true(parse(LITERAL("\x30\x1e" MGF_256), &o));
	assert_int_equal(o.hash, NM_DIGEST_SHA1);
	assert_int_equal(o.mgf, NM_DIGEST_SHA256);
	assert_true(parse(LITERAL("\x30\x12" LABEL), &o));
	assert_int_equal(o.label.len, 1);
	/* an empty label is the default one */
	assert_true(parse(
	    LITERAL("\x30\x11\xa2\x0f\x30\x0d" PKCS1("\x09") "\x04\x00"), &o));
	assert_int_equal(o.label.len, 0);
}

static void
refused(void **state)
{
	static const struct nm_bytes cases[] = {
		STATIC("\x04\x00"),
		STATIC("\x30\x02\x05\x00"),
		STATIC("\x30\x02\xa3\x00"),
		STATIC("\x30\x02\xa0\x00"),
		STATIC("\x30\x02\xa1\x00"),
		STATIC("\x30\x02\xa2\x00"),
		/* MD5, and a hash that is not known */
		STATIC("\x30\x0e\xa0\x0c\x30\x0a" MD5),
		STATIC("\x30\x07\xa0\x05\x30\x03\x06\x01\x2a"),
		/* no MGF1 but the OID of the label, and the other way */
		STATIC(
		    "\x30\x1c\xa1\x1a\x30\x18" PKCS1("\x09") "\x30\x0b" SHA256),
		STATIC("\x30\x12\xa2\x10\x30\x0e" PKCS1("\x08") "\x04\x01L"),
		STATIC("\x30\x12\xa2\x10\x30\x0e" PKCS1("\x09") "\x0c\x01L"),
		STATIC("\x30\x0f\xa1\x0d\x30\x0b" PKCS1("\x08")),
		/* out of order, twice, something behind */
		STATIC("\x30\x2f" MGF_256 HASH_256),
		STATIC("\x30\x22" HASH_256 HASH_256),
		STATIC("\x30\x13" HASH_256 "\x05\x00"),
	};
	struct nm_buffer label = NM_BUFFER_INIT;
	struct nm_oaep o = { NM_DIGEST_SHA1, NM_DIGEST_SHA1, { NULL, 0 } };
	uint8_t room[NM_MAX_LABEL + 1] = { 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(cases[i], &o))
			fail_msg("case %zu is taken", i);
	}
	for (size_t len = NM_MAX_LABEL; len <= NM_MAX_LABEL + 1; len++) {
		struct nm_oaep got;

		nm_buffer_clear(&label);
		o = (struct nm_oaep){ NM_DIGEST_SHA1, NM_DIGEST_SHA1,
			{ room, len } };
		nm_oaep_write(&o, &label);
		assert_int_equal(
		    parse(BYTES(label), &got), len == NM_MAX_LABEL);
	}
	nm_buffer_reset(&label);
}

static void
written(void **state)
{
	struct nm_oaep o = { NM_DIGEST_SHA1, NM_DIGEST_SHA1, { NULL, 0 } };
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	nm_oaep_write(&o, &out);
	assert_true(nm_bytes_equal(BYTES(out), LITERAL("\x30\x00")));
	nm_buffer_clear(&out);
	o = (struct nm_oaep){ NM_DIGEST_SHA256, NM_DIGEST_SHA256,
		LITERAL("L") };
	nm_oaep_write(&o, &out);
	assert_true(nm_bytes_equal(
	    BYTES(out), LITERAL("\x30\x41" HASH_256 MGF_256 LABEL)));
	nm_buffer_reset(&out);
}

static void
for_nss(void **state)
{
	struct nm_oaep o = { NM_DIGEST_SHA384, NM_DIGEST_SHA1, LITERAL("L") };
	CK_RSA_PKCS_OAEP_PARAMS p;

	(void)state;
	nm_oaep_params(&o, &p);
	assert_int_equal(p.hashAlg, CKM_SHA384);
	assert_int_equal(p.mgf, CKG_MGF1_SHA1);
	assert_int_equal(p.source, CKZ_DATA_SPECIFIED);
	assert_int_equal(p.ulSourceDataLen, 1);
	assert_memory_equal(p.pSourceData, "L", 1);
	o.label.len = 0;
	nm_oaep_params(&o, &p);
	assert_null(p.pSourceData);
	assert_int_equal(p.ulSourceDataLen, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_ones),
		cmocka_unit_test(refused),
		cmocka_unit_test(written),
		cmocka_unit_test(for_nss),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
