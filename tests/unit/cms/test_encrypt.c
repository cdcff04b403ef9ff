/* SPDX-License-Identifier: MPL-2.0 */
/* EnvelopedData and AuthEnvelopedData as they are written. */
#include "encryption.h"

#include "cms/cipher.h"

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "p256", EC_P256);
	add_who(b, "pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048");
	*state = b;
	return 0;
}

/* The children of the content: indefinite lengths on the way there. */
static struct nm_bytes
inside(const struct nm_buffer *message, struct nm_bytes type)
{
	struct nm_bytes at = BYTES(*message);

	assert_memory_equal(at.data, "\x30\x80", 2);
	assert_memory_equal(at.data + 2, type.data, type.len);
	assert_memory_equal(at.data + 2 + type.len, "\xa0\x80\x30\x80", 4);
	at.data += 6 + type.len;
	at.len -= 6 + type.len;
	return at;
}

#define ENVELOPED     "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
#define AUTHENTICATED "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
#define DATA	      "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

static void
structure(void **state)
{
	static const struct {
		const char *to;
		bool by_key_id;
		enum nm_cipher cipher;
		uint64_t version;
	} cases[] = {
		/* RFC 5652 6.1; RFC 5083 2.1: always 0 */
		{ "rsa", false, NM_CIPHER_AES128_CBC, 0 },
		{ "rsa", true, NM_CIPHER_AES128_CBC, 2 },
		{ "p256", false, NM_CIPHER_AES256_CBC, 2 },
		{ "rsa", false, NM_CIPHER_AES128_GCM, 0 },
		{ "p256", true, NM_CIPHER_AES256_GCM, 0 },
	};
	struct bench *b = *state;
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_bytes at, set, last;
	struct nm_tlv t;
	uint64_t version;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_encrypt_to to = { .cert = who(b, cases[i].to)->cert,
			.by_key_id = cases[i].by_key_id };
		bool aead = nm_cipher_is_aead(cases[i].cipher);

		assert_int_equal(encrypt(b, &to, 1, cases[i].cipher, false,
				     LITERAL("secret"), &message),
		    NM_OK);
		at = inside(&message,
		    aead ? LITERAL(AUTHENTICATED) : LITERAL(ENVELOPED));
		assert_true(nm_der_take(&at, 0x02, &t));
		assert_true(nm_der_uint(t.value, &version));
		assert_int_equal(version, cases[i].version);
		assert_true(nm_der_take(&at, 0x31, &t));
		set = t.value;
		assert_true(nm_der_next(&set, &t));
		assert_int_equal(set.len, 0);
		assert_int_equal(t.tag, cases[i].to[0] == 'r' ? 0x30 : 0xa1);
		assert_memory_equal(at.data, "\x30\x80" DATA, 13);
		at.data += 13;
		at.len -= 13;
		assert_true(nm_der_take(&at, 0x30, &t));
		assert_memory_equal(at.data, "\xa0\x80\x04", 3);
		/* the ends, and the tag between them */
		last = BYTES(message);
		last.data += last.len - 6;
		assert_memory_equal(last.data, "\0\0\0\0\0\0", 6);
		if (aead)
			assert_memory_equal(
			    last.data - 22, "\0\0\0\0\x04\x10", 6);
	}
	nm_buffer_reset(&message);
}

/* About the sizes at which a segment's length takes another octet. */
static void
lengths(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 111, 112, 127, 128, 239,
		240, 255, 256, 65519, 65520, 65535, 65536, 65537, 200000 };
	struct bench *b = *state;
	struct nm_encrypt_to to = { .cert = who(b, "p256")->cert };
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (unsigned gcm = 0; gcm < 2; gcm++) {
			plain = pattern(&data, sizes[i]);
			assert_int_equal(encrypt(b, &to, 1,
					     gcm != 0 ? NM_CIPHER_AES128_GCM
						      : NM_CIPHER_AES128_CBC,
					     false, plain, &message),
			    NM_OK);
			assert_decrypts(b, BYTES(message), plain);
			if (i % 3 == 0)
				assert_openssl_decrypts(
				    b, "p256", &message, plain);
		}
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

/* RFC 9709: the content key is not the one that was wrapped. */
static void
derived_key(void **state)
{
	struct bench *b = *state;
	struct nm_encrypt_to to = { .cert = who(b, "rsa")->cert };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_bytes plain = LITERAL("Content-Type: text/plain\r\n\r\nhi");
	size_t at;

	for (unsigned c = NM_CIPHER_AES128_CBC; c < NM_CIPHER_COUNT; c++) {
		bool aead = nm_cipher_is_aead((enum nm_cipher)c);

		assert_int_equal(encrypt(b, &to, 1, (enum nm_cipher)c, true,
				     plain, &message),
		    NM_OK);
		assert_decrypts(b, BYTES(message), plain);
		/* the algorithm is bound: what an attacker makes of it gives
		 * another key. Taken out, the derivation is missed. */
		at = place(&message,
		    "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1f", 13);
		message.data[at + 12] ^= 1;
		assert_int_equal(
		    decrypt(b, BYTES(message)), NM_ERR_UNSUPPORTED_ALGORITHM);
		message.data[at + 12] ^= 1;
		if (aead)
			continue;
		/* a bit of the IV, which CBC alone would not notice */
		at += 13 + 2 + 11 + 2 + 5;
		message.data[at] ^= 1;
		if (decrypt(b, BYTES(message)) == NM_OK)
			assert_false(nm_bytes_equal(
			    (struct nm_bytes){ b->plain.data + 16,
				b->plain.len > 16 ? b->plain.len - 16 : 0 },
			    (struct nm_bytes){
				plain.data + 16, plain.len - 16 }));
	}
	nm_buffer_reset(&message);
}

static void
several(void **state)
{
	struct bench *b = *state;
	struct nm_encrypt_to to[2] = { { .cert = who(b, "rsa")->cert },
		{ .cert = who(b, "p256")->cert } };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_bytes plain = LITERAL("secret");

	assert_int_equal(
	    encrypt(b, to, 2, NM_CIPHER_AES256_CBC, false, plain, &message),
	    NM_OK);
	assert_decrypts(b, BYTES(message), plain);
	assert_int_equal(b->layer.recipients, 2);
	assert_openssl_decrypts(b, "rsa", &message, plain);
	assert_openssl_decrypts(b, "p256", &message, plain);
	nm_buffer_reset(&message);
}

static void
refused(void **state)
{
	struct bench *b = *state;
	struct nm_encrypt_to to[2] = { { .cert = who(b, "rsa")->cert },
		{ .cert = who(b, "pss")->cert } };
	struct nm_buffer message = NM_BUFFER_INIT;
	struct nm_bytes plain = LITERAL("secret");

	/* one that cannot be encrypted to: nothing for nobody */
	assert_int_equal(
	    encrypt(b, to, 2, NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(message.len, 0);
	assert_int_equal(
	    encrypt(b, to, 0, NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_ERR_INTERNAL);
	assert_int_equal(encrypt(b, to, NM_MAX_RECIPIENTS + 1,
			     NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_ERR_TOO_LARGE);
	assert_int_equal(
	    encrypt(b, to, 1, NM_CIPHER_3DES_CBC, false, plain, &message),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	to[0].oaep = true;
	to[0].oaep_digest = NM_DIGEST_MD5;
	assert_int_equal(
	    encrypt(b, to, 1, NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	nm_buffer_reset(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure),
		cmocka_unit_test(lengths),
		cmocka_unit_test(derived_key),
		cmocka_unit_test(several),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
