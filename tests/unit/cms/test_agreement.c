/* SPDX-License-Identifier: MPL-2.0 */
/* ECDH: which points are taken, and what becomes of the agreed secret. */
#include "encryption.h"

#include "cms/recipient.h"

static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };
static const uint8_t p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "p256", EC_P256);
	add_who(b, "rsa", RSA_2048);
	*state = b;
	return 0;
}

static void
sizes(void **state)
{
	(void)state;
	assert_int_equal(
	    nm_curve_point_size((struct nm_bytes){ p256, sizeof(p256) }), 65);
	assert_int_equal(
	    nm_curve_point_size((struct nm_bytes){ p384, sizeof(p384) }), 97);
	assert_int_equal(
	    nm_curve_point_size(LITERAL("\x06\x05\x2b\x81\x04\x00\x23")), 133);
	/* secp256k1, brainpoolP256r1, explicit, none */
	assert_int_equal(
	    nm_curve_point_size(LITERAL("\x06\x05\x2b\x81\x04\x00\x0a")), 0);
	assert_int_equal(nm_curve_point_size(LITERAL(
			     "\x06\x09\x2b\x24\x03\x03\x02\x08\x01\x01\x07")),
	    0);
	assert_int_equal(nm_curve_point_size(LITERAL("\x30\x00")), 0);
	assert_int_equal(nm_curve_point_size(LITERAL("")), 0);
	assert_int_equal(nm_wrap_key_size(NM_WRAP_AES128), 16);
	assert_int_equal(nm_wrap_key_size(NM_WRAP_AES192), 24);
	assert_int_equal(nm_wrap_key_size(NM_WRAP_AES256), 32);
	assert_int_equal(nm_wrap_key_size(NM_WRAP_3DES), 24);
}

/* A content key wrapped for p256, and what unwraps it. */
struct wrapped {
	struct nm_candidate c;
	SECKEYPrivateKey *key;
	struct nm_buffer bytes;
	uint8_t point[140];
	PK11SymKey *cek;
};

static void
wrap(struct wrapped *w, struct bench *b)
{
	struct who *to = who(b, "p256");
	SECKEYPublicKey *own = CERT_ExtractPublicKey(to->cert), *public = NULL;
	SECKEYPrivateKey *ephemeral;

	memset(w, 0, sizeof(*w));
	assert_non_null(own);
	ephemeral = SECKEY_CreateECPrivateKey(
	    &own->u.ec.DEREncodedParams, &public, NULL);
	assert_non_null(ephemeral);
	w->cek = nm_cipher_generate(NM_CIPHER_AES128_CBC);
	w->key = to->key;
	w->c.kind = NM_KEY_ECDH;
	w->c.cert = to->cert;
	w->c.agreement = (struct nm_agreement){
		.kdf = NM_DIGEST_SHA256,
		.wrap = NM_WRAP_AES128,
		.wrap_algorithm = LITERAL("\x30\x0b\x06\x09\x60\x86\x48\x01\x65"
					  "\x03\x04\x01\x05"),
	};
	assert_true(nm_agreement_wrap(
	    &w->c.agreement, ephemeral, own, w->cek, &w->bytes));
	w->c.encrypted_key = BYTES(w->bytes);
	assert_int_equal(w->bytes.len, 24); /* RFC 3394 */
	memcpy(w->point, public->u.ec.publicValue.data,
	    public->u.ec.publicValue.len);
	w->c.agreement.point =
	    (struct nm_bytes){ w->point, public->u.ec.publicValue.len };
	SECKEY_DestroyPrivateKey(ephemeral);
	SECKEY_DestroyPublicKey(public);
	SECKEY_DestroyPublicKey(own);
}

static void
wrapped_reset(struct wrapped *w)
{
	PK11_FreeSymKey(w->cek);
	nm_buffer_reset(&w->bytes);
}

static bool
unwraps(const struct wrapped *w)
{
	PK11SymKey *got =
	    nm_agreement_unwrap(&w->c, w->key, NM_CIPHER_AES128_CBC);
	bool same = false;

	if (got == NULL)
		return false;
	assert_int_equal(PK11_ExtractKeyValue(got), SECSuccess);
	assert_int_equal(PK11_ExtractKeyValue(w->cek), SECSuccess);
	same = SECITEM_ItemsAreEqual(
	    PK11_GetKeyData(got), PK11_GetKeyData(w->cek));
	PK11_FreeSymKey(got);
	return same;
}

static void
points(void **state)
{
	struct bench *b = *state;
	struct nm_agreement *a;
	struct wrapped w;
	size_t len;

	wrap(&w, b);
	a = &w.c.agreement;
	len = a->point.len;
	assert_true(unwraps(&w));
	/* our curve said, another said */
	a->curve = (struct nm_bytes){ p256, sizeof(p256) };
	assert_true(unwraps(&w));
	a->curve = (struct nm_bytes){ p384, sizeof(p384) };
	assert_false(unwraps(&w));
	a->curve.len = 0;
	/* hybrid forms, which must not be taken (RFC 5480 2.2) */
	w.point[0] = (uint8_t)(6 + (w.point[64] & 1));
	assert_false(unwraps(&w));
	w.point[0] = 2;
	assert_false(unwraps(&w));
	/* infinity; nothing; too short; too long */
	w.point[0] = 0;
	a->point.len = 1;
	assert_false(unwraps(&w));
	a->point.len = 0;
	assert_false(unwraps(&w));
	w.point[0] = 4;
	a->point.len = len - 1;
	assert_false(unwraps(&w));
	a->point.len = len + 1;
	assert_false(unwraps(&w));
	a->point.len = len;
	assert_true(unwraps(&w));
	/* not on the curve: what it gave would tell of the key */
	for (size_t at = 1; at < len; at += 9) {
		w.point[at] ^= 1;
		assert_false(unwraps(&w));
		w.point[at] ^= 1;
	}
	memset(w.point + 1, 0, len - 1);
	assert_false(unwraps(&w));
	memset(w.point + 1, 0xff, len - 1);
	assert_false(unwraps(&w));
	wrapped_reset(&w);
}

/* All that goes into ECC-CMS-SharedInfo (RFC 5753 7.2), and the wrap. */
static void
inputs(void **state)
{
	struct bench *b = *state;
	struct nm_agreement *a;
	struct wrapped w;

	wrap(&w, b);
	a = &w.c.agreement;
	for (unsigned d = NM_DIGEST_SHA1; d < NM_DIGEST_COUNT; d++) {
		a->kdf = (enum nm_digest)d;
		assert_int_equal(unwraps(&w), d == NM_DIGEST_SHA256);
	}
	a->kdf = NM_DIGEST_SHA256;
	/* material of no bytes is not the same as none */
	a->has_ukm = true;
	assert_false(unwraps(&w));
	a->has_ukm = false;
	/* the same algorithm with NULL: other bytes */
	a->wrap_algorithm = LITERAL("\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03"
				    "\x04\x01\x05\x05\x00");
	assert_false(unwraps(&w));
	a->wrap_algorithm =
	    LITERAL("\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x05");
	a->wrap = NM_WRAP_AES256;
	assert_false(unwraps(&w));
	a->wrap = NM_WRAP_3DES;
	assert_false(unwraps(&w));
	a->wrap = NM_WRAP_AES128;
	/* the wrapped key: any byte, any length */
	for (size_t at = 0; at < w.bytes.len; at++) {
		w.bytes.data[at] ^= 0x80;
		assert_false(unwraps(&w));
		w.bytes.data[at] ^= 0x80;
	}
	w.c.encrypted_key.len -= 8;
	assert_false(unwraps(&w));
	w.c.encrypted_key.len += 8;
	assert_true(unwraps(&w));
	/* a key that agrees on nothing */
	w.c.cert = who(b, "rsa")->cert;
	w.key = who(b, "rsa")->key;
	assert_false(unwraps(&w));
	wrapped_reset(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(points),
		cmocka_unit_test(inputs),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
