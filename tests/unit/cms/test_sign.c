/* SPDX-License-Identifier: MPL-2.0 */
/* SignedData written: DER without content, segments with it. */
#include "signing.h"

#define TEXT LITERAL("Content-Type: text/plain\r\n\r\nsigned\r\n")

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "p384", EC_P384);
	*state = b;
	return 0;
}

/* Every length is definite and minimal, every SET OF in order. */
static void
assert_der(struct nm_bytes in)
{
	struct nm_bytes last = { NULL, 0 }, set;
	struct nm_tlv t, member;
	size_t header;

	while (in.len != 0) {
		assert_true(nm_der_next(&in, &t));
		header = t.raw.len - t.value.len;
		assert_int_equal(header,
		    t.value.len < 0x80	      ? 2
			: t.value.len < 0x100 ? 3
					      : 4);
		set = t.value;
		last.len = 0;
		while (t.tag == 0x31 && set.len != 0) {
			size_t n;

			assert_true(nm_der_next(&set, &member));
			n = last.len < member.raw.len ? last.len
						      : member.raw.len;
			if (last.len != 0)
				assert_true(
				    memcmp(last.data, member.raw.data, n) <= 0);
			last = member.raw;
		}
		if ((t.tag & 0x20) != 0)
			assert_der(t.value);
	}
}

static void
detached(void **state)
{
	static const enum nm_digest digests[] = { NM_DIGEST_SHA224,
		NM_DIGEST_SHA256, NM_DIGEST_SHA384, NM_DIGEST_SHA512 };
	struct bench *b = *state;
	struct nm_buffer message = NM_BUFFER_INIT;

	save_file(b, "text", TEXT);
	for (size_t i = 0; i < 4; i++) {
		struct nm_sign_as as[2] = { sign_as(b, "rsa", digests[i]),
			sign_as(b, "p384", digests[3 - i]) };

		for (size_t count = 1; count <= 2; count++) {
			as[0].pss = i % 2 == 1;
			assert_int_equal(
			    sign_detached(b, as, count, TEXT, &message), NM_OK);
			assert_der(BYTES(message));
			save_file(b, "ours.p7s", BYTES(message));
			assert_int_equal(
			    run(b,
				"openssl cms -verify -binary -inform DER -in "
				"ours.p7s -content text -noverify -out out"),
			    0);
			assert_int_equal(
			    run(b,
				"echo x >>text && openssl cms -verify -binary "
				"-inform DER -in ours.p7s -content text "
				"-noverify -out out"),
			    1024);
			save_file(b, "text", TEXT);
		}
	}
	nm_buffer_reset(&message);
}

/* In writes of all sizes, about the size of a segment. */
static void
opaque(void **state)
{
	static const size_t lengths[] = { 0, 1, 32767, 32768, 32769, 65536,
		100000 };
	static const size_t chunks[] = { 1000, 32768, 40000, 1 << 20 };
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "p384", NM_DIGEST_SHA384);
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_buffer got = NM_BUFFER_INIT;
	struct nm_bytes content, none = { NULL, 0 };
	struct reading r = { 0 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		content = pattern(&data, lengths[i]);
		b->chunk = chunks[i % 4];
		assert_int_equal(
		    sign_opaque(b, &as, 1, content, &message), NM_OK);
		assert_int_equal(read_signed(&r, BYTES(message), 4321), NM_OK);
		assert_true(nm_signed_has_content(r.signed_data));
		assert_true(nm_bytes_equal(BYTES(r.content), content));
		assert_int_equal(verify(&r, 0, none, as.cert), 0);
		save_file(b, "ours.p7m", BYTES(message));
		assert_int_equal(run(b,
				     "openssl cms -verify -binary -inform DER "
				     "-in ours.p7m -noverify -out out"),
		    0);
		nm_buffer_clear(&got);
		load_file(b, "out", &got);
		assert_true(nm_bytes_equal(BYTES(got), content));
	}
	b->chunk = 1000;
	reading_reset(&r);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
	nm_buffer_reset(&got);
}

static void
certificates(void **state)
{
	struct bench *b = *state;
	CERTCertificate *certs[3] = { who(b, "rsa")->cert, who(b, "p384")->cert,
		who(b, "rsa")->cert };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_sign_as as = sign_as(b, "rsa", NM_DIGEST_SHA256);
	struct reading r = { 0 };

	assert_int_equal(nm_cms_certs_only(certs, 3, &message), NM_OK);
	assert_der(BYTES(message));
	assert_int_equal(read_signed(&r, BYTES(message), 100), NM_OK);
	assert_int_equal(nm_signed_certificate_count(r.signed_data), 2);
	assert_int_equal(nm_signed_signer_count(r.signed_data), 0);
	assert_false(nm_signed_has_content(r.signed_data));
	save_file(b, "certs", BYTES(message));
	assert_int_equal(run(b,
			     "test $(openssl pkcs7 -inform DER -in certs "
			     "-print_certs | grep -c 'BEGIN CERT') = 2"),
	    0);
	/* none at all */
	as.include_count = 0;
	assert_int_equal(sign_detached(b, &as, 1, TEXT, &message), NM_OK);
	assert_int_equal(read_signed(&r, BYTES(message), 100), NM_OK);
	assert_int_equal(nm_signed_certificate_count(r.signed_data), 0);
	reading_reset(&r);
	nm_buffer_reset(&message);
}

static void
refused(void **state)
{
	static const enum nm_digest weak[] = { NM_DIGEST_NONE, NM_DIGEST_MD5,
		NM_DIGEST_SHA1 };
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "rsa", NM_DIGEST_SHA256);
	struct nm_sign_as many[NM_MAX_SIGNERS + 1];
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_digests *ds;

	for (size_t i = 0; i < 3; i++) {
		as.digest = weak[i];
		assert_int_equal(sign_detached(b, &as, 1, TEXT, &message),
		    NM_ERR_UNSUPPORTED_ALGORITHM);
		assert_int_equal(sign_opaque(b, &as, 1, TEXT, &message),
		    NM_ERR_UNSUPPORTED_ALGORITHM);
	}
	as.digest = NM_DIGEST_SHA256;
	as.cert = who(b, "p384")->cert;
	assert_int_equal(sign_detached(b, &as, 1, TEXT, &message),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	as.cert = who(b, "rsa")->cert;
	for (size_t i = 0; i <= NM_MAX_SIGNERS; i++)
		many[i] = as;
	assert_int_equal(
	    sign_detached(b, many, NM_MAX_SIGNERS + 1, TEXT, &message),
	    NM_ERR_INTERNAL);
	assert_int_equal(
	    sign_detached(b, many, 0, TEXT, &message), NM_ERR_INTERNAL);
	/* a digest that the caller did not compute */
	memset(&b->fault, 0, sizeof(b->fault));
	ds = digests_of(NM_DIGEST_BIT(NM_DIGEST_SHA512), TEXT);
	assert_int_equal(nm_cms_sign_detached(&as, 1, ds, &message, &b->fault),
	    NM_ERR_INTERNAL);
	assert_non_null(strstr(b->fault.text, "sha256"));
	nm_digests_free(&ds);
	nm_buffer_reset(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detached),
		cmocka_unit_test(opaque),
		cmocka_unit_test(certificates),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
