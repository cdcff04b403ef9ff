/* SPDX-License-Identifier: MPL-2.0 */
#include "encryption.h"
#include "token.h"

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "other", "-algorithm RSA -pkeyopt rsa_keygen_bits:1024");
	*state = b;
	return 0;
}

static const enum nm_cipher ciphers[] = { NM_CIPHER_AES128_CBC,
	NM_CIPHER_AES192_CBC, NM_CIPHER_AES256_CBC, NM_CIPHER_AES128_GCM,
	NM_CIPHER_AES192_GCM, NM_CIPHER_AES256_GCM };
static const char *const openssl_ciphers[] = { "aes-128-cbc", "aes-192-cbc",
	"aes-256-cbc", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm" };
static const enum nm_digest digests[] = { NM_DIGEST_SHA1, NM_DIGEST_SHA224,
	NM_DIGEST_SHA256, NM_DIGEST_SHA384, NM_DIGEST_SHA512 };

static void
test_ours(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 70001);

	for (size_t c = 0; c < 6; c++) {
		for (size_t d = 0; d < 6; d++) {
			struct nm_encrypt_to to = {
				.cert = who(b, "rsa")->cert,
				.oaep = d < 5,
				.oaep_digest = d < 5 ? digests[d] : 0,
				.by_key_id = c == 1,
			};

			assert_int_equal(encrypt(b, &to, 1, ciphers[c], false,
					     plain, &message),
			    NM_OK);
			assert_decrypts(b, nm_buffer_bytes(&message), plain);
			assert_int_equal(b->layer.cipher, ciphers[c]);
			assert_int_equal(b->layer.key_management,
			    d < 5 ? NM_KEY_RSA_OAEP : NM_KEY_RSA_PKCS1);
			assert_ptr_equal(
			    b->layer.decrypted_with, who(b, "rsa")->cert);
			assert_int_equal(b->layer.recipients, 1);
			assert_openssl_decrypts(b, "rsa", &message, plain);
		}
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

static void
test_openssl(void **state)
{
	static const char *const options[] = { "",
		"-keyopt rsa_padding_mode:oaep",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha224",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha384",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha512",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 "
		"-keyopt rsa_mgf1_md:sha1",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_mgf1_md:sha512",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha384 "
		"-keyopt rsa_mgf1_md:sha256 -keyopt rsa_oaep_label:48656c6c6f",
		"-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_label:00" };
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 5000);

	save_file(b, "plain", plain);
	for (size_t c = 0; c < 6; c++) {
		for (size_t o = 0; o < sizeof(options) / sizeof(*options);
		     o++) {
			assert_int_equal(
			    run(b,
				"openssl cms -encrypt -binary -%s "
				"%s -in plain -outform DER -out m "
				"-recip rsa.pem %s",
				openssl_ciphers[c],
				o % 2 ? "-stream" : "-keyid", options[o]),
			    0);
			nm_buffer_clear(&message);
			load_file(b, "m", &message);
			assert_decrypts(b, nm_buffer_bytes(&message), plain);
		}
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

/* The RSA value in the message, which is the first 256-byte OCTET STRING. */
static uint8_t *
encrypted_key(struct nm_buffer *message)
{
	return message->data + place(message, "\x04\x82\x01\x00", 4) + 4;
}

/*
 * Encrypts, puts another RSA value in place, and decrypts. With a wrong key
 * the last block of CBC is random, so in one of 256 messages it ends as a
 * padding does and the garbage passes (RFC 5652 6.3 has nothing else to tell
 * by); then another message is tried. GCM never lets one pass.
 */
static void
assert_rejected(struct bench *b, const struct nm_encrypt_to *to,
    enum nm_cipher cipher, struct nm_bytes plain, const uint8_t *other,
    size_t altered)
{
	struct nm_buffer message = NM_BUFFER_INIT;
	enum nm_error err = NM_OK;

	for (unsigned i = 0; err == NM_OK && i < 8; i++) {
		assert_int_equal(
		    encrypt(b, to, 1, cipher, false, plain, &message), NM_OK);
		if (other != NULL)
			memcpy(encrypted_key(&message), other, 256);
		else
			encrypted_key(&message)[altered] ^= 1;
		err = decrypt(b, nm_buffer_bytes(&message));
		if (err == NM_OK) {
			assert_false(nm_cipher_is_aead(cipher));
			assert_false(
			    nm_bytes_equal(nm_buffer_bytes(&b->plain), plain));
		}
	}
	assert_int_equal(err, NM_ERR_INTEGRITY_FAILURE);
	nm_buffer_reset(&message);
}

/* Everything that can be wrong with RSA v1.5 ends as bad content does. */
static void
test_implicit_rejection(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_buffer shorter = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 100000);
	struct nm_encrypt_to to = { .cert = who(b, "rsa")->cert };
	char reference[256];
	unsigned streamed = 0;

	for (unsigned c = 0; c < 2; c++) {
		enum nm_cipher cipher =
		    c == 0 ? NM_CIPHER_AES256_CBC : NM_CIPHER_AES256_GCM;

		/* a content that was altered: the reference */
		assert_int_equal(
		    encrypt(b, &to, 1, cipher, false, plain, &message), NM_OK);
		/* of CBC the byte that changes the padding, before a block and
		 * five ends of contents; of GCM one of the tag */
		message.data[message.len - (c == 0 ? 27 : 7)] ^= 1;
		assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
		    NM_ERR_INTEGRITY_FAILURE);
		(void)snprintf(
		    reference, sizeof(reference), "%s", b->fault.text);
		/* bad padding in RSA */
		for (unsigned i = 0; i < 8; i++) {
			assert_rejected(b, &to, cipher, plain, NULL, 31 * i);
			assert_string_equal(b->fault.text, reference);
			assert_int_equal(b->key_calls, 1);
			/* and as far as it went there was a content */
			assert_int_equal(b->begun, c == 0);
			streamed += b->plain.len != 0;
		}
		/* a key of the wrong length, properly padded */
		assert_int_equal(
		    encrypt(b, &to, 1,
			c == 0 ? NM_CIPHER_AES128_CBC : NM_CIPHER_AES128_GCM,
			false, plain, &shorter),
		    NM_OK);
		assert_rejected(
		    b, &to, cipher, plain, encrypted_key(&shorter), 0);
		assert_string_equal(b->fault.text, reference);
	}
	assert_int_equal(streamed, 8);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
	nm_buffer_reset(&shorter);
}

static void
test_order(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 1000);
	CERTCertificate *rsa = who(b, "rsa")->cert;
	struct nm_encrypt_to two[] = { { .cert = rsa },
		{ .cert = rsa, .oaep = true } };
	struct nm_encrypt_to same[] = { { .cert = rsa }, { .cert = rsa } };
	struct nm_encrypt_to oaeps[] = { { .cert = rsa, .oaep = true },
		{ .cert = rsa, .oaep = true } };

	/* OAEP before v1.5 */
	assert_int_equal(
	    encrypt(b, two, 2, NM_CIPHER_AES128_GCM, false, plain, &message),
	    NM_OK);
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	assert_int_equal(b->layer.key_management, NM_KEY_RSA_OAEP);
	assert_int_equal(b->key_calls, 1);
	/* only one v1.5, though the second would fit */
	assert_int_equal(
	    encrypt(b, same, 2, NM_CIPHER_AES128_GCM, false, plain, &message),
	    NM_OK);
	encrypted_key(&message)[100] ^= 1;
	assert_int_equal(
	    decrypt(b, nm_buffer_bytes(&message)), NM_ERR_INTEGRITY_FAILURE);
	assert_int_equal(b->key_calls, 1);
	/* but the next OAEP, when the first fails */
	assert_int_equal(
	    encrypt(b, oaeps, 2, NM_CIPHER_AES128_GCM, false, plain, &message),
	    NM_OK);
	encrypted_key(&message)[100] ^= 1;
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	assert_int_equal(b->key_calls, 2);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

static void
test_token(void **state)
{
	struct bench *b = *state;
	struct token t;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 3000);
	struct who *w;

	if (!token_new(&t, b))
		return;
	w = token_who(&t, b, "rsa");
	for (unsigned i = 0; i < 6; i++) {
		/* SoftHSM knows OAEP with SHA-1 only */
		struct nm_encrypt_to to = { .cert = w->cert,
			.oaep = i % 2 == 1,
			.oaep_digest = NM_DIGEST_SHA1 };

		assert_int_equal(
		    encrypt(b, &to, 1, ciphers[i], false, plain, &message),
		    NM_OK);
		assert_decrypts(b, nm_buffer_bytes(&message), plain);
		assert_rejected(b, &to, ciphers[i], plain, NULL, 77);
	}
	token_free(&t, b);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_openssl),
		cmocka_unit_test(test_implicit_rejection),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_token),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
