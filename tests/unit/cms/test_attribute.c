/* SPDX-License-Identifier: MPL-2.0 */
/* Signed attributes, read and written. */
#include "signing.h"

#define OID_CONTENT_TYPE   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
#define OID_MESSAGE_DIGEST "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
#define OID_SIGNING_TIME   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"
#define OID_PROTECTION	   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x34"
#define OID_CERTIFICATE	   "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c"
#define OID_CERTIFICATE_V2                                                     \
	"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f"
#define OID_DATA   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_SHA256 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
#define OID_SHA384 "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02"
#define OID_RSA	   "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"

/* What each SET needs: content-type and message-digest. */
#define TYPE   "\x30\x18" OID_CONTENT_TYPE "\x31\x0b" OID_DATA
#define DIGEST "\x30\x13" OID_MESSAGE_DIGEST "\x31\x06\x04\x04hash"
#define BOTH   TYPE DIGEST

/* The SignerInfo's algorithms, SHA-256 and rsaEncryption. */
static struct nm_signer
parsed(struct nm_bytes set)
{
	struct nm_signer signer = {
		.digest_algorithm = LITERAL("\x30\x0d" OID_SHA256 "\x05\x00"),
		.signature_algorithm = LITERAL("\x30\x0d" OID_RSA "\x05\x00"),
	};

	nm_attributes_parse(set, &signer);
	return signer;
}

static bool
is_malformed(struct nm_bytes set)
{
	struct nm_signer signer = parsed(set);

	assert_int_equal(signer.reasons & ~REASON(MALFORMED), 0);
	return signer.reasons != 0;
}

static void
mandatory(void **state)
{
	struct nm_signer signer = parsed(LITERAL(BOTH));

	(void)state;
	assert_int_equal(signer.reasons, 0);
	assert_true(nm_bytes_equal(signer.message_digest, LITERAL("hash")));
	assert_int_equal(signer.content_type.len, 9);
	assert_false(signer.has_signing_time);
	assert_int_equal(signer.ess_hash.len, 0);
	/* in any order (received ones need not be DER) */
	assert_false(is_malformed(LITERAL(DIGEST TYPE)));
	/* RFC 5652 11.1, 11.2: both, once, with one value of one type */
	assert_true(is_malformed(LITERAL("")));
	assert_true(is_malformed(LITERAL(TYPE)));
	assert_true(is_malformed(LITERAL(DIGEST)));
	assert_true(is_malformed(LITERAL(BOTH DIGEST)));
	assert_true(is_malformed(LITERAL(BOTH TYPE)));
	assert_true(is_malformed(
	    LITERAL(TYPE "\x30\x0d" OID_MESSAGE_DIGEST "\x31\x00")));
	assert_true(is_malformed(LITERAL(TYPE
	    "\x30\x19" OID_MESSAGE_DIGEST "\x31\x0c\x04\x04hash\x04\x04hasi")));
	assert_true(is_malformed(LITERAL(
	    TYPE "\x30\x13" OID_MESSAGE_DIGEST "\x31\x06\x0c\x04hash")));
	assert_true(is_malformed(
	    LITERAL(TYPE "\x30\x0f" OID_MESSAGE_DIGEST "\x31\x02\x04\x00")));
	assert_true(is_malformed(
	    LITERAL(DIGEST "\x30\x13" OID_CONTENT_TYPE "\x31\x06\x04\x04"
			   "data")));
	/* what is no Attribute */
	assert_true(is_malformed(LITERAL(BOTH "\x05\x00")));
	assert_true(is_malformed(LITERAL(BOTH "\x30\x00")));
	assert_true(is_malformed(LITERAL(BOTH "\x30\x05\x06\x01\x01\x30\x00")));
	assert_true(
	    is_malformed(LITERAL(BOTH "\x30\x07\x06\x01\x01\x31\x00\x31\x00")));
	assert_true(is_malformed(LITERAL(BOTH "\x30\x7f\x06\x01\x01")));
	/* attributes that nobody knows, however often */
	assert_false(is_malformed(LITERAL("\x30\x05\x06\x01\x01\x31\x00" BOTH
					  "\x30\x05\x06\x01\x01\x31\x00")));
}

static void
signing_time(void **state)
{
	static const struct {
		struct nm_bytes set;
		int64_t seconds;
	} cases[] = {
		{ STATIC(BOTH "\x30\x1c" OID_SIGNING_TIME "\x31\x0f\x17\x0d"
			      "251126140506Z"),
		    SIGNED_AT },
		/* a zone, which DER has not (RFC 5652 11.3) */
		{ STATIC(BOTH "\x30\x20" OID_SIGNING_TIME "\x31\x13\x17\x11"
			      "251126150506+0100"),
		    SIGNED_AT },
		{ STATIC(BOTH "\x30\x1c" OID_SIGNING_TIME "\x31\x0f\x17\x0d"
			      "500101000000Z"),
		    -631152000 },
		{ STATIC(BOTH "\x30\x1e" OID_SIGNING_TIME "\x31\x11\x18\x0f"
			      "20500101000000Z"),
		    2524608000 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_signer signer = parsed(cases[i].set);

		assert_int_equal(signer.reasons, 0);
		assert_true(signer.has_signing_time);
		assert_int_equal(signer.signing_time, cases[i].seconds);
	}
	assert_true(is_malformed(
	    LITERAL(BOTH "\x30\x1c" OID_SIGNING_TIME "\x31\x0f\x17\x0d"
			 "251326140506Z")));
	assert_true(is_malformed(
	    LITERAL(BOTH "\x30\x1c" OID_SIGNING_TIME "\x31\x0f\x04\x0d"
			 "251126140506Z")));
}

static void
signing_certificate(void **state)
{
	struct nm_signer signer;

	(void)state;
	/* RFC 5035 5.4.1: SHA-256 where nothing is said */
	signer = parsed(LITERAL(BOTH "\x30\x1b" OID_CERTIFICATE_V2
				     "\x31\x0c\x30\x0a\x30\x08\x30\x06\x04\x04"
				     "cert"));
	assert_int_equal(signer.reasons, 0);
	assert_int_equal(signer.ess_digest, NM_DIGEST_SHA256);
	assert_true(nm_bytes_equal(signer.ess_hash, LITERAL("cert")));
	signer = parsed(LITERAL(BOTH
	    "\x30\x28" OID_CERTIFICATE_V2
	    "\x31\x19\x30\x17\x30\x15\x30\x13\x30\x0b" OID_SHA384 "\x04\x04"
	    "cert"));
	assert_int_equal(signer.reasons, 0);
	assert_int_equal(signer.ess_digest, NM_DIGEST_SHA384);
	/* version 1 is SHA-1; version 2 counts where there are both */
	signer = parsed(LITERAL(BOTH "\x30\x1b" OID_CERTIFICATE
				     "\x31\x0c\x30\x0a\x30\x08\x30\x06\x04\x04"
				     "old!"));
	assert_int_equal(signer.ess_digest, NM_DIGEST_SHA1);
	assert_true(nm_bytes_equal(signer.ess_hash, LITERAL("old!")));
	signer = parsed(LITERAL(BOTH "\x30\x1b" OID_CERTIFICATE
				     "\x31\x0c\x30\x0a\x30\x08\x30\x06\x04\x04"
				     "old!"
				     "\x30\x1b" OID_CERTIFICATE_V2
				     "\x31\x0c\x30\x0a\x30\x08\x30\x06\x04\x04"
				     "cert"));
	assert_int_equal(signer.ess_digest, NM_DIGEST_SHA256);
	/* naming nobody, or malformed */
	assert_true(is_malformed(LITERAL(
	    BOTH "\x30\x13" OID_CERTIFICATE_V2 "\x31\x04\x30\x02\x30\x00")));
	assert_true(is_malformed(
	    LITERAL(BOTH "\x30\x11" OID_CERTIFICATE_V2 "\x31\x02\x30\x00")));
	assert_true(is_malformed(
	    LITERAL(BOTH "\x30\x17" OID_CERTIFICATE
			 "\x31\x08\x30\x06\x30\x04\x30\x02\x04\x00")));
}

/* RFC 6211: what is said must be what is there. */
static void
algorithm_protection(void **state)
{
	(void)state;
	assert_false(is_malformed(LITERAL(
	    BOTH "\x30\x2d" OID_PROTECTION "\x31\x20\x30\x1e\x30\x0d" OID_SHA256
		 "\x05\x00\xa1\x0d" OID_RSA "\x05\x00")));
	/* absent parameters are NULL ones */
	assert_false(is_malformed(LITERAL(
	    BOTH "\x30\x29" OID_PROTECTION "\x31\x1c\x30\x1a\x30\x0b" OID_SHA256
		 "\xa1\x0b" OID_RSA)));
	/* another digest, another signature, a MAC, none at all */
	assert_true(is_malformed(LITERAL(
	    BOTH "\x30\x29" OID_PROTECTION "\x31\x1c\x30\x1a\x30\x0b" OID_SHA384
		 "\xa1\x0b" OID_RSA)));
	assert_true(is_malformed(LITERAL(
	    BOTH "\x30\x29" OID_PROTECTION "\x31\x1c\x30\x1a\x30\x0b" OID_SHA256
		 "\xa1\x0b" OID_SHA256)));
	assert_true(is_malformed(LITERAL(
	    BOTH "\x30\x2c" OID_PROTECTION "\x31\x1f\x30\x1d\x30\x0b" OID_SHA256
		 "\xa1\x0e" OID_RSA "\x02\x01\x01")));
	assert_true(is_malformed(LITERAL(
	    BOTH "\x30\x29" OID_PROTECTION "\x31\x1c\x30\x1a\x30\x0b" OID_SHA256
		 "\xa2\x0b" OID_RSA)));
	assert_true(is_malformed(LITERAL(BOTH
	    "\x30\x1c" OID_PROTECTION "\x31\x0f\x30\x0d\x30\x0b" OID_SHA256)));
	assert_true(is_malformed(
	    LITERAL(BOTH "\x30\x0f" OID_PROTECTION "\x31\x02\x30\x00")));
}

/* The SET OF is signed in its DER form (RFC 5652 5.4). */
static void
in_der(void **state)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	assert_true(nm_attributes_der(LITERAL(BOTH), &out));
	assert_true(
	    nm_bytes_equal(BYTES(out), LITERAL("\x31\x2f" DIGEST TYPE)));
	/* what has long lengths gets short ones; values are sorted, too */
	nm_buffer_clear(&out);
	assert_true(nm_attributes_der(
	    LITERAL(
		"\x30\x81\x0c\x06\x01\x01\x31\x82\x00\x05\x04\x01\x42\x05\x00"
		"\x30\x0a\x06\x01\x01\x31\x05\x05\x00\x04\x01\x41"),
	    &out));
	assert_true(nm_bytes_equal(BYTES(out),
	    LITERAL("\x31\x18"
		    "\x30\x0a\x06\x01\x01\x31\x05\x04\x01\x41\x05\x00"
		    "\x30\x0a\x06\x01\x01\x31\x05\x04\x01\x42\x05\x00")));
	/* at every depth */
	nm_buffer_clear(&out);
	assert_true(nm_attributes_der(
	    LITERAL("\x30\x12\x06\x01\x01\x31\x0d\x30\x81\x0a\xa0\x08\x30\x82"
		    "\x00\x04\x04\x81\x01\x41"),
	    &out));
	assert_true(nm_bytes_equal(BYTES(out),
	    LITERAL("\x31\x10\x30\x0e\x06\x01\x01\x31\x09\x30\x07\xa0\x05"
		    "\x30\x03\x04\x01\x41")));
	nm_buffer_clear(&out);
	assert_true(nm_attributes_der(LITERAL(""), &out));
	assert_true(nm_bytes_equal(BYTES(out), LITERAL("\x31\x00")));
	assert_false(nm_attributes_der(LITERAL("\x30\x03\x06\x01\x01"), &out));
	nm_buffer_reset(&out);
}

static void
written(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "rsa", NM_DIGEST_SHA256);
	struct nm_buffer out = NM_BUFFER_INIT, again = NM_BUFFER_INIT;
	struct nm_bytes cursor;
	struct nm_signer signer = {
		.digest_algorithm = LITERAL("\x30\x0b" OID_SHA256),
		.signature_algorithm = LITERAL("\x30\x0d" OID_RSA "\x05\x00"),
	};
	struct nm_tlv set;
	uint8_t hash[32];

	as.encryption_cert = as.cert;
	nm_attributes_put(&out, &as, LITERAL("digest"));
	cursor = BYTES(out);
	assert_true(nm_der_take(&cursor, 0x31, &set));
	assert_int_equal(cursor.len, 0);
	nm_attributes_parse(set.value, &signer);
	assert_int_equal(signer.reasons, 0);
	assert_true(nm_bytes_equal(signer.message_digest, LITERAL("digest")));
	assert_true(signer.has_signing_time);
	assert_int_equal(signer.signing_time, SIGNED_AT);
	assert_int_equal(signer.ess_digest, NM_DIGEST_SHA256);
	assert_int_equal(
	    PK11_HashBuf(SEC_OID_SHA256, hash, as.cert->derCert.data,
		(PRInt32)as.cert->derCert.len),
	    SECSuccess);
	assert_true(nm_bytes_equal(
	    signer.ess_hash, (struct nm_bytes){ hash, sizeof(hash) }));
	assert_true(signer.capabilities.len > 50);
	/* SMIMEEncryptionKeyPreference, CMSAlgorithmProtection */
	(void)place(&out, "\x09\x10\x02\x0b\x31", 5);
	(void)place(&out,
	    OID_PROTECTION "\x31\x1e\x30\x1c\x30\x0b" OID_SHA256
			   "\xa1\x0d" OID_RSA "\x05\x00",
	    11 + 17 + 13 + 2);
	/* as DER has it already */
	assert_true(nm_attributes_der(set.value, &again));
	assert_true(nm_bytes_equal(BYTES(out), BYTES(again)));
	/* UTCTime from 1950 to 2049 (RFC 5652 11.3) */
	nm_buffer_clear(&out);
	as.signing_time = 2524607999;
	nm_attributes_put(&out, &as, LITERAL("digest"));
	(void)place(&out,
	    "\x17\x0d"
	    "491231235959Z",
	    15);
	nm_buffer_clear(&out);
	as.signing_time = 2524608000;
	nm_attributes_put(&out, &as, LITERAL("digest"));
	(void)place(&out,
	    "\x18\x0f"
	    "20500101000000Z",
	    17);
	nm_buffer_clear(&out);
	as.signing_time = INT64_MAX;
	nm_attributes_put(&out, &as, LITERAL("digest"));
	assert_true(nm_buffer_failed(&out));
	nm_buffer_reset(&out);
	nm_buffer_reset(&again);
}

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	*state = b;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mandatory),
		cmocka_unit_test(signing_time),
		cmocka_unit_test(signing_certificate),
		cmocka_unit_test(algorithm_protection),
		cmocka_unit_test(in_der),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
