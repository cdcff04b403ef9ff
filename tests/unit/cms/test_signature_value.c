/* SPDX-License-Identifier: MPL-2.0 */
/* Signatures made and checked, with openssl as the peer. */
#include "signing.h"

static const char *const names[NM_DIGEST_COUNT] = { [NM_DIGEST_MD5] = "md5",
	[NM_DIGEST_SHA1] = "sha1",
	[NM_DIGEST_SHA224] = "sha224",
	[NM_DIGEST_SHA256] = "sha256",
	[NM_DIGEST_SHA384] = "sha384",
	[NM_DIGEST_SHA512] = "sha512" };

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "pss2",
	    "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt "
	    "rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 "
	    "-pkeyopt rsa_pss_keygen_saltlen:48");
	add_who(b, "pss",
	    "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt "
	    "rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 "
	    "-pkeyopt rsa_pss_keygen_saltlen:48");
	add_who(b, "p256", EC_P256);
	add_who(b, "p384", EC_P384);
	add_who(b, "p521", EC_P521);
	*state = b;
	return 0;
}

/* Checks `value` over `data` as the SignerInfo of signed attributes is. */
static nm_reasons
check(const struct bench *b, const char *name,
    const struct nm_signature_algorithm *a, enum nm_digest d,
    struct nm_bytes data, struct nm_bytes value)
{
	uint8_t hash[NM_DIGEST_MAX_SIZE];

	assert_int_equal(
	    PK11_HashBuf(nm_digest_tag(d), hash, data.data, (PRInt32)data.len),
	    SECSuccess);
	return nm_signature_verify(a,
	    who((struct bench *)(uintptr_t)b, name)->cert, d,
	    (struct nm_bytes){ hash, nm_digest_size(d) }, data, value);
}

/* Right as it is; wrong with other data, another key, any byte changed, and
 * any other length. */
static void
check_all(struct bench *b, const char *name, const char *other,
    const struct nm_signature_algorithm *a, enum nm_digest d,
    struct nm_bytes data, struct nm_buffer *value)
{
	const nm_reasons mismatch = REASON(SIGNATURE_MISMATCH);
	struct nm_bytes shorter = BYTES(*value);

	assert_int_equal(check(b, name, a, d, data, BYTES(*value)), 0);
	assert_int_equal(
	    check(b, name, a, d, LITERAL("other data"), BYTES(*value)),
	    mismatch);
	assert_int_equal(check(b, other, a, d, data, BYTES(*value)), mismatch);
	for (size_t at = 0; at < value->len; at += 7) {
		value->data[at] ^= 0x10;
		assert_int_equal(
		    check(b, name, a, d, data, BYTES(*value)), mismatch);
		value->data[at] ^= 0x10;
	}
	shorter.len--;
	assert_int_equal(check(b, name, a, d, data, shorter), mismatch);
	shorter.len = 0;
	assert_int_equal(check(b, name, a, d, data, shorter), mismatch);
	nm_buffer_byte(value, 0);
	assert_int_equal(check(b, name, a, d, data, BYTES(*value)), mismatch);
	value->len--;
}

static void
rsa_of_openssl(void **state)
{
	static const struct nm_signature_algorithm a = {
		.type = NM_SIGNATURE_RSA_PKCS1
	};
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed by openssl");
	struct nm_buffer value = NM_BUFFER_INIT;

	/* MD5, too: what was altered is told from what was not */
	for (unsigned d = NM_DIGEST_MD5; d < NM_DIGEST_COUNT; d++) {
		openssl_signs(b, "rsa", names[d], "", data, &value);
		check_all(
		    b, "rsa", "p256", &a, (enum nm_digest)d, data, &value);
	}
	/* a digest is not another of the same length */
	openssl_signs(b, "rsa", "sha3-256", "", data, &value);
	assert_int_equal(
	    check(b, "rsa", &a, NM_DIGEST_SHA256, data, BYTES(value)),
	    REASON(SIGNATURE_MISMATCH));
	nm_buffer_reset(&value);
}

/* PKCS #1 block type 1 around `info`, as long as the modulus. */
static void
openssl_pads(const struct bench *b, struct nm_bytes info, struct nm_buffer *out)
{
	save_file(b, "info", info);
	nm_buffer_clear(out);
	assert_int_equal(run(b,
			     "openssl pkeyutl -sign -inkey rsa.key -in info "
			     "-out padded"),
	    0);
	load_file(b, "padded", out);
}

/* One DigestInfo is right, the one with NULL (RFC 8017 9.2, note 1); anything
 * else inside could be room for a forger. */
static void
rsa_digest_info(void **state)
{
	static const enum nm_digest digests[] = { NM_DIGEST_MD5,
		NM_DIGEST_SHA256 };
	static const struct nm_signature_algorithm a = {
		.type = NM_SIGNATURE_RSA_PKCS1
	};
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed");
	struct nm_buffer info = NM_BUFFER_INIT, value = NM_BUFFER_INIT;
	uint8_t hash[NM_DIGEST_MAX_SIZE];

	for (size_t i = 0; i < 2; i++) {
		enum nm_digest d = digests[i];

		assert_int_equal(PK11_HashBuf(nm_digest_tag(d), hash, data.data,
				     (PRInt32)data.len),
		    SECSuccess);
		for (unsigned form = 0; form < 4; form++) {
			size_t mark;

			nm_buffer_clear(&info);
			mark = nm_der_begin(&info, 0x30);
			nm_digest_put(&info, d, form == 1);
			nm_der_put(&info, 0x04, hash, nm_digest_size(d));
			if (form == 3) /* garbage inside */
				nm_der_put(&info, 0x05, NULL, 0);
			nm_der_end(&info, mark);
			if (form == 2) /* and behind */
				nm_buffer_byte(&info, 0);
			openssl_pads(b, BYTES(info), &value);
			assert_int_equal(
			    check(b, "rsa", &a, d, data, BYTES(value)),
			    form == 1 ? 0 : REASON(SIGNATURE_MISMATCH));
		}
		/* the digest alone */
		openssl_pads(
		    b, (struct nm_bytes){ hash, nm_digest_size(d) }, &value);
		assert_int_equal(check(b, "rsa", &a, d, data, BYTES(value)),
		    REASON(SIGNATURE_MISMATCH));
	}
	nm_buffer_reset(&info);
	nm_buffer_reset(&value);
}

static void
pss_of_openssl(void **state)
{
	static const struct {
		enum nm_digest digest, mgf;
		unsigned salt;
	} cases[] = {
		{ NM_DIGEST_SHA1, NM_DIGEST_SHA1, 20 },
		{ NM_DIGEST_SHA256, NM_DIGEST_SHA256, 32 },
		{ NM_DIGEST_SHA256, NM_DIGEST_SHA1, 20 },
		{ NM_DIGEST_SHA384, NM_DIGEST_SHA512, 0 },
		{ NM_DIGEST_SHA512, NM_DIGEST_SHA512, 190 },
		{ NM_DIGEST_SHA224, NM_DIGEST_SHA224, 28 },
	};
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed by openssl");
	struct nm_buffer value = NM_BUFFER_INIT;
	char options[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_signature_algorithm a = {
			.type = NM_SIGNATURE_RSA_PSS,
			.digest = cases[i].digest,
			.mgf = cases[i].mgf,
			.salt = cases[i].salt,
		};

		(void)snprintf(options, sizeof(options),
		    "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:%u "
		    "-sigopt rsa_mgf1_md:%s",
		    cases[i].salt, names[cases[i].mgf]);
		openssl_signs(b, "rsa", names[a.digest], options, data, &value);
		check_all(b, "rsa", "p256", &a, a.digest, data, &value);
		a.salt++;
		assert_int_equal(
		    check(b, "rsa", &a, a.digest, data, BYTES(value)),
		    REASON(SIGNATURE_MISMATCH));
		a.salt = UINT64_MAX;
		assert_int_equal(
		    check(b, "rsa", &a, a.digest, data, BYTES(value)),
		    REASON(SIGNATURE_MISMATCH));
		a.salt = cases[i].salt;
		a.mgf = a.mgf == NM_DIGEST_SHA512 ? NM_DIGEST_SHA256
						  : NM_DIGEST_SHA512;
		assert_int_equal(
		    check(b, "rsa", &a, a.digest, data, BYTES(value)),
		    REASON(SIGNATURE_MISMATCH));
	}
	nm_buffer_reset(&value);
}

/* The certificate's own parameters bind its signatures (RFC 4055 3.3). */
static void
pss_certificate(void **state)
{
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed by openssl");
	struct nm_buffer value = NM_BUFFER_INIT, made = NM_BUFFER_INIT;
	struct nm_signature_algorithm a = {
		.type = NM_SIGNATURE_RSA_PSS,
		.digest = NM_DIGEST_SHA384,
		.mgf = NM_DIGEST_SHA384,
		.salt = 48,
	};
	struct nm_sign_as as = sign_as(b, "pss", NM_DIGEST_SHA384);
	static const struct {
		struct nm_signature_algorithm a;
		bool permitted;
	} others[] = {
		{ { NM_SIGNATURE_RSA_PSS, NM_DIGEST_SHA256, false,
		      NM_DIGEST_SHA384, 48 },
		    false },
		{ { NM_SIGNATURE_RSA_PSS, NM_DIGEST_SHA384, false,
		      NM_DIGEST_SHA256, 48 },
		    false },
		{ { NM_SIGNATURE_RSA_PSS, NM_DIGEST_SHA384, false,
		      NM_DIGEST_SHA384, 47 },
		    false },
		{ { NM_SIGNATURE_RSA_PSS, NM_DIGEST_SHA384, false,
		      NM_DIGEST_SHA384, 49 },
		    true },
	};

	openssl_signs(b, "pss", "sha384",
	    "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48", data,
	    &value);
	check_all(b, "pss", "p256", &a, a.digest, data, &value);
	/* its key is not for the other padding */
	a.type = NM_SIGNATURE_RSA_PKCS1;
	assert_int_equal(check(b, "pss", &a, a.digest, data, BYTES(value)),
	    REASON(SIGNATURE_MISMATCH));
	/* another digest, another mask, a shorter salt, by the same key as a
	 * plain one; a longer salt is not forbidden */
	assert_int_equal(
	    run(b, "openssl rsa -inform DER -in inner -out plain.key"), 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char options[160];

		a = others[i].a;
		(void)snprintf(options, sizeof(options),
		    "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:%u "
		    "-sigopt rsa_mgf1_md:%s",
		    (unsigned)a.salt, names[a.mgf]);
		openssl_signs(
		    b, "plain", names[a.digest], options, data, &value);
		assert_int_equal(
		    check(b, "pss", &a, a.digest, data, BYTES(value)),
		    others[i].permitted ? 0 : REASON(SIGNATURE_MISMATCH));
	}
	/* the digest is the certificate's, whichever was asked for */
	as.digest = NM_DIGEST_SHA256;
	assert_int_equal(nm_signature_of(&as), NM_SIGNATURE_RSA_PSS);
	assert_int_equal(nm_sign_digest(&as), NM_DIGEST_SHA384);
	assert_int_equal(nm_signature_sign(&as, data, &made, &b->fault), NM_OK);
	a.digest = a.mgf = NM_DIGEST_SHA384;
	a.salt = 48;
	/* tag and length of three bytes more before the value */
	assert_int_equal(check(b, "pss", &a, a.digest, data,
			     (struct nm_bytes){ made.data + 4, 256 }),
	    0);
	/* a mask by another digest is not made */
	nm_buffer_clear(&made);
	as = sign_as(b, "pss2", NM_DIGEST_SHA384);
	assert_int_equal(nm_signature_sign(&as, data, &made, &b->fault),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(made.len, 0);
	nm_buffer_reset(&made);
	nm_buffer_reset(&value);
}

static void
ecdsa_of_openssl(void **state)
{
	static const struct nm_signature_algorithm a = {
		.type = NM_SIGNATURE_ECDSA
	};
	static const char *const curves[] = { "p256", "p384", "p521" };
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed by openssl"), half;
	struct nm_buffer value = NM_BUFFER_INIT;
	struct nm_bytes cursor;
	struct nm_tlv t;
	uint8_t raw[64];

	/* digests longer and shorter than the order, which is what RFC 5753
	 * leaves to the signer */
	for (unsigned c = 0; c < 3; c++) {
		for (unsigned d = NM_DIGEST_SHA1; d < NM_DIGEST_COUNT; d++) {
			openssl_signs(b, curves[c], names[d], "", data, &value);
			check_all(b, curves[c], curves[(c + 1) % 3], &a,
			    (enum nm_digest)d, data, &value);
		}
	}
	/* r and s without their SEQUENCE are no Ecdsa-Sig-Value */
	openssl_signs(b, "p256", "sha256", "", data, &value);
	cursor = BYTES(value);
	assert_true(nm_der_next(&cursor, &t));
	memset(raw, 0, sizeof(raw));
	cursor = t.value;
	for (unsigned i = 0; i < 2; i++) {
		assert_true(nm_der_take(&cursor, 0x02, &t));
		half = t.value;
		if (half.len == 33)
			half = (struct nm_bytes){ half.data + 1, 32 };
		memcpy(raw + 32 * i + 32 - half.len, half.data, half.len);
	}
	assert_int_equal(check(b, "p256", &a, NM_DIGEST_SHA256, data,
			     (struct nm_bytes){ raw, sizeof(raw) }),
	    REASON(SIGNATURE_MISMATCH));
	/* r = s = 0, which a careless verifier takes (CVE-2022-21449) */
	assert_int_equal(check(b, "p256", &a, NM_DIGEST_SHA256, data,
			     LITERAL("\x30\x06\x02\x01\x00\x02\x01\x00")),
	    REASON(SIGNATURE_MISMATCH));
	nm_buffer_reset(&value);
}

/* An MD5 of something else than RSA exists nowhere. */
static void
unsupported(void **state)
{
	struct bench *b = *state;
	struct nm_signature_algorithm a = { .type = NM_SIGNATURE_NONE };
	struct nm_bytes data = LITERAL("data"), value = LITERAL("value");

	assert_true(check(b, "rsa", &a, NM_DIGEST_SHA256, data, value) != 0);
	a.type = NM_SIGNATURE_ED25519;
	/* not such a key */
	assert_int_equal(check(b, "rsa", &a, NM_DIGEST_SHA512, data, value),
	    REASON(SIGNATURE_MISMATCH));
	a.type = NM_SIGNATURE_DSA;
	assert_int_equal(check(b, "rsa", &a, NM_DIGEST_SHA256, data, value),
	    REASON(SIGNATURE_MISMATCH));
	a.type = NM_SIGNATURE_ECDSA;
	assert_int_equal(check(b, "rsa", &a, NM_DIGEST_SHA256, data, value),
	    REASON(SIGNATURE_MISMATCH));
}

/* What we make, openssl takes. */
static void
ours(void **state)
{
	static const struct {
		const char *name;
		bool pss;
		enum nm_signature type;
		const char *options;
	} cases[] = {
		{ "rsa", false, NM_SIGNATURE_RSA_PKCS1, "" },
		{ "rsa", true, NM_SIGNATURE_RSA_PSS,
		    "-sigopt rsa_padding_mode:pss -sigopt "
		    "rsa_pss_saltlen:-1" },
		{ "p256", false, NM_SIGNATURE_ECDSA, "" },
		{ "p384", false, NM_SIGNATURE_ECDSA, "" },
		{ "p521", false, NM_SIGNATURE_ECDSA, "" },
	};
	struct bench *b = *state;
	struct nm_bytes data = LITERAL("signed by us"), cursor;
	struct nm_buffer value = NM_BUFFER_INIT;
	struct nm_tlv t;

	save_file(b, "data", data);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned d = NM_DIGEST_SHA224; d < NM_DIGEST_COUNT; d++) {
			struct nm_sign_as as =
			    sign_as(b, cases[i].name, (enum nm_digest)d);

			as.pss = cases[i].pss;
			assert_int_equal(nm_signature_of(&as), cases[i].type);
			assert_int_equal(nm_sign_digest(&as), d);
			nm_buffer_clear(&value);
			assert_int_equal(
			    nm_signature_sign(&as, data, &value, &b->fault),
			    NM_OK);
			cursor = BYTES(value);
			assert_true(nm_der_take(&cursor, 0x04, &t));
			assert_int_equal(cursor.len, 0);
			save_file(b, "value", t.value);
			assert_int_equal(
			    run(b,
				"openssl x509 -in %s.pem -pubkey -noout >pub "
				"&& openssl dgst -%s %s -verify pub "
				"-signature value data >out",
				cases[i].name, names[d], cases[i].options),
			    0);
		}
	}
	nm_buffer_reset(&value);
}

/* A certificate says what its key is for; the key must be such a one. */
static void
keys_and_certificates(void **state)
{
	struct bench *b = *state;
	struct nm_sign_as as = sign_as(b, "rsa", NM_DIGEST_SHA256);
	struct nm_buffer value = NM_BUFFER_INIT;

	as.cert = who(b, "p256")->cert;
	assert_int_equal(nm_signature_of(&as), NM_SIGNATURE_NONE);
	assert_int_equal(
	    nm_signature_sign(&as, LITERAL("data"), &value, &b->fault),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	as = sign_as(b, "p256", NM_DIGEST_SHA256);
	as.cert = who(b, "pss")->cert;
	assert_int_equal(nm_signature_of(&as), NM_SIGNATURE_NONE);
	as.cert = who(b, "rsa")->cert;
	assert_int_equal(nm_signature_of(&as), NM_SIGNATURE_NONE);
	assert_true(nm_signature_at_hand(NM_SIGNATURE_ECDSA));
	nm_buffer_reset(&value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rsa_of_openssl),
		cmocka_unit_test(rsa_digest_info),
		cmocka_unit_test(pss_of_openssl),
		cmocka_unit_test(pss_certificate),
		cmocka_unit_test(ecdsa_of_openssl),
		cmocka_unit_test(unsupported),
		cmocka_unit_test(ours),
		cmocka_unit_test(keys_and_certificates),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
