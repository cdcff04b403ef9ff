/* SPDX-License-Identifier: MPL-2.0 */
#include "encryption.h"
#include "token.h"

#include "cms/recipient.h"

static const char *const curves[] = { "p256", "p384", "p521" };
static const enum nm_digest digests[] = { NM_DIGEST_SHA1, NM_DIGEST_SHA224,
	NM_DIGEST_SHA256, NM_DIGEST_SHA384, NM_DIGEST_SHA512 };
static const enum nm_cipher ciphers[] = { NM_CIPHER_AES128_CBC,
	NM_CIPHER_AES192_CBC, NM_CIPHER_AES256_CBC, NM_CIPHER_AES128_GCM,
	NM_CIPHER_AES192_GCM, NM_CIPHER_AES256_GCM };
static const char *const openssl_ciphers[] = { "aes-128-cbc", "aes-192-cbc",
	"aes-256-cbc", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm" };

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "p256", EC_P256);
	add_who(b, "p384", EC_P384);
	add_who(b, "p521", EC_P521);
	add_who(b, "second", EC_P256);
	*state = b;
	return 0;
}

static void
test_ours(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 1234);

	for (unsigned i = 0; i < 3 * 5 * 6 * 2; i++) {
		const char *name = curves[i % 3];
		struct nm_encrypt_to to = { .cert = who(b, name)->cert,
			.kdf = digests[i / 3 % 5],
			.ukm = i / 15 % 2 == 1,
			.by_key_id = i / 7 % 2 == 1 };
		enum nm_cipher cipher = ciphers[i / 30];

		assert_int_equal(
		    encrypt(b, &to, 1, cipher, false, plain, &message), NM_OK);
		assert_decrypts(b, nm_buffer_bytes(&message), plain);
		assert_int_equal(b->layer.key_management, NM_KEY_ECDH);
		assert_int_equal(b->layer.cipher, cipher);
		assert_openssl_decrypts(b, name, &message, plain);
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

static void
test_openssl(void **state)
{
	static const char *const mds[] = { "sha1", "sha224", "sha256", "sha384",
		"sha512" };
	static const char *const modes[] = { "",
		"-keyopt ecdh_cofactor_mode:1" };
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 999);

	save_file(b, "plain", plain);
	for (unsigned i = 0; i < 3 * 5 * 7 * 2; i++) {
		const char *cipher =
		    i / 30 < 6 ? openssl_ciphers[i / 30] : "des-ede3-cbc";

		/* the wrap follows the cipher: 3DES has its own */
		assert_int_equal(
		    run(b,
			"openssl cms -encrypt -binary -%s %s -in "
			"plain -outform DER -out m -recip %s.pem "
			"-keyopt ecdh_kdf_md:%s %s",
			cipher, i % 7 == 0 ? "-keyid" : "", curves[i % 3],
			mds[i / 3 % 5], modes[i / 15 % 2]),
		    0);
		nm_buffer_clear(&message);
		load_file(b, "m", &message);
		assert_decrypts(b, nm_buffer_bytes(&message), plain);
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

/* Each byte of the RecipientInfos, one by one: never a decryption. */
static void
test_altered(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 500);
	struct nm_encrypt_to to = { .cert = who(b, "p256")->cert, .ukm = true };
	size_t from, until;
	unsigned integrity = 0;
	enum nm_error err;

	assert_int_equal(
	    encrypt(b, &to, 1, NM_CIPHER_AES256_GCM, false, plain, &message),
	    NM_OK);
	/* the ephemeral point, the UKM, the algorithm */
	from = place(&message, "\x03\x42\x00\x04", 4) + 4;
	until = from + 64;
	for (size_t at = from; at < until; at++) {
		message.data[at] ^= 0x20;
		assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
		    NM_ERR_INTEGRITY_FAILURE);
		assert_int_equal(b->begun, 0);
		message.data[at] ^= 0x20;
	}
	/* everything before the content */
	until =
	    place(&message, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 11);
	for (size_t at = 0; at < until; at++) {
		message.data[at] ^= 0x01;
		err = decrypt(b, nm_buffer_bytes(&message));
		integrity += err == NM_ERR_INTEGRITY_FAILURE;
		/* the versions are not bound to anything */
		if (err == NM_OK)
			assert_true(message.data[at - 2] == 0x02 ||
			    message.data[at] == 0x02 ||
			    message.data[at] == 0x03);
		assert_int_equal(b->ended, err == NM_OK);
		message.data[at] ^= 0x01;
	}
	assert_true(integrity > 100);
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

static void
test_several(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 500);
	struct nm_encrypt_to to[4];

	for (unsigned i = 0; i < 4; i++)
		to[i] = (struct nm_encrypt_to){ .cert = b->who[i].cert };
	assert_int_equal(
	    encrypt(b, to, 4, NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_OK);
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	assert_int_equal(b->layer.recipients, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_openssl_decrypts(b, b->who[i].name, &message, plain);
	/* two whose first fails */
	to[0] = to[1] = (struct nm_encrypt_to){ .cert = b->who[3].cert };
	assert_int_equal(
	    encrypt(b, to, 2, NM_CIPHER_AES128_CBC, false, plain, &message),
	    NM_OK);
	message.data[place(&message, "\x03\x42\x00\x04", 4) + 9] ^= 1;
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	assert_int_equal(b->key_calls, 2);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

static struct nm_bytes
item(const SECItem *i)
{
	return (struct nm_bytes){ i->data, i->len };
}

/* One KARI with two RecipientEncryptedKeys, for which there is no writer: the
 * second key is ours, named by a rKeyId with date and other. */
static void
test_shared_agreement(void **state)
{
	static const uint8_t other[] = { 0x30, 0x06, 0x06, 0x04, 0x2a, 0x03,
		0x04, 0x05 };
	struct bench *b = *state;
	struct who *w = who(b, "p256");
	struct nm_encrypt_to to = { .cert = w->cert, .by_key_id = true };
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_buffer info = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 500), at;
	struct nm_tlv set, kari, part, keys, key, rid, id, wrapped;
	size_t where, mark, inner;

	assert_int_equal(
	    encrypt(b, &to, 1, NM_CIPHER_AES128_GCM, false, plain, &message),
	    NM_OK);
	where = place(&message, "\x02\x01\x00\x31", 4) + 3;
	at = (struct nm_bytes){ message.data + where, message.len - where };
	assert_true(nm_der_take(&at, 0x31, &set));
	assert_true(nm_der_take(&set.value, 0xa1, &kari));
	mark = nm_der_begin(&info, 0x31);
	{
		size_t outer = nm_der_begin(&info, 0xa1);

		for (unsigned i = 0; i < 3; i++) {
			assert_true(nm_der_next(&kari.value, &part));
			nm_buffer_append(&info, part.raw.data, part.raw.len);
		}
		assert_true(nm_der_take(&kari.value, 0x30, &keys));
		assert_true(nm_der_take(&keys.value, 0x30, &key));
		assert_true(nm_der_take(&key.value, 0xa0, &rid));
		assert_true(nm_der_take(&rid.value, 0x04, &id));
		assert_true(nm_der_take(&key.value, 0x04, &wrapped));
		assert_true(
		    nm_bytes_equal(id.value, item(&w->cert->subjectKeyID)));
		{
			size_t list = nm_der_begin(&info, 0x30);

			inner = nm_der_begin(&info, 0x30);
			{
				size_t r = nm_der_begin(&info, 0xa0);

				nm_der_put(&info, 0x04, "somebody else", 13);
				nm_der_end(&info, r);
			}
			nm_buffer_append(
			    &info, wrapped.raw.data, wrapped.raw.len);
			nm_der_end(&info, inner);
			inner = nm_der_begin(&info, 0x30);
			{
				size_t r = nm_der_begin(&info, 0xa0);

				nm_buffer_append(
				    &info, id.raw.data, id.raw.len);
				nm_der_put(&info, 0x18, "20260101000000Z", 15);
				nm_buffer_append(&info, other, sizeof(other));
				nm_der_end(&info, r);
			}
			nm_buffer_append(
			    &info, wrapped.raw.data, wrapped.raw.len);
			nm_der_end(&info, inner);
			nm_der_end(&info, list);
		}
		nm_der_end(&info, outer);
	}
	nm_der_end(&info, mark);
	nm_buffer_append(&out, message.data, where);
	nm_buffer_append(&out, info.data, info.len);
	nm_buffer_append(&out, at.data, at.len);
	assert_false(nm_buffer_failed(&out));
	assert_decrypts(b, nm_buffer_bytes(&out), plain);
	assert_int_equal(b->layer.recipients, 2);
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
	nm_buffer_reset(&info);
	nm_buffer_reset(&out);
}

/* Ours, but by what cannot be done: says so and names it. */
static void
test_unsupported(void **state)
{
	static const uint8_t std[] = { 0x2b, 0x81, 0x04, 0x01, 0x0b, 0x01 };
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 500);
	struct nm_encrypt_to to = { .cert = who(b, "p256")->cert };
	size_t at, point;

	assert_int_equal(
	    encrypt(b, &to, 1, NM_CIPHER_AES128_GCM, false, plain, &message),
	    NM_OK);
	at = place(&message, std, sizeof(std));
	message.data[at + 4] = 15; /* mqvSinglePass-sha256kdf */
	assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(b->fault.text, "1.3.132.1.15.1"));
	assert_int_equal(b->key_calls, 0);
	/* nobody's: it could be that of any key that NSS cannot hold */
	b->strangers = true;
	assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	message.data[at + 4] = 11;
	assert_int_equal(
	    decrypt(b, nm_buffer_bytes(&message)), NM_ERR_NO_PRIVATE_KEY);
	b->strangers = false;
	/* a compressed point */
	point = place(&message, "\x03\x42\x00\x04", 4) + 3;
	message.data[point] = 3;
	assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(b->fault.text, "1.2.840.10045.2.1"));
	message.data[point] = 4;
	message.data[at + 4] = 14; /* cofactorDH: the same on these curves */
	assert_decrypts(b, nm_buffer_bytes(&message), plain);
	message.data[at + 4] = 11;
	at = place(&message, "\x65\x03\x04\x01\x05", 5); /* aes128-wrap */
	message.data[at + 4] = 8;
	assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(b->fault.text, "2.16.840.1.101.3.4.1.8"));
	/* no key wrap is named at all */
	message.data[at - 6] = 0x04;
	assert_int_equal(decrypt(b, nm_buffer_bytes(&message)),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(b->fault.text, "(1.3.132.1.11.1)"));
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

/* X9.63 with SHA-256, computed by openssl kdf. */
static void
test_x963(void **state)
{
	struct bench *b = *state;
	struct nm_buffer expected = NM_BUFFER_INIT;
	uint8_t z[32], info[7] = { 1, 2, 3, 4, 5, 6, 7 }, out[72];

	for (unsigned i = 0; i < sizeof(z); i++)
		z[i] = (uint8_t)i;
	assert_true(nm_x963(NM_DIGEST_SHA256, (struct nm_bytes){ z, sizeof(z) },
	    (struct nm_bytes){ info, sizeof(info) }, out, sizeof(out)));
	assert_int_equal(run(b,
			     "openssl kdf -binary -keylen 72 -kdfopt "
			     "digest:SHA256 -kdfopt hexkey:000102030405060708"
			     "090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f "
			     "-kdfopt hexinfo:01020304050607 -out kdf X963KDF"),
	    0);
	load_file(b, "kdf", &expected);
	assert_int_equal(expected.len, sizeof(out));
	assert_memory_equal(expected.data, out, sizeof(out));
	nm_buffer_reset(&expected);
}

static void
test_token(void **state)
{
	struct bench *b = *state;
	struct token t;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 3000);
	struct who *w;

	for (unsigned c = 0; c < 3; c++) {
		if (!token_new(&t, b))
			break;
		w = token_who(&t, b, curves[c]);
		for (unsigned i = 0; i < 10; i++) {
			struct nm_encrypt_to to = { .cert = w->cert,
				.kdf = digests[i % 5],
				.ukm = i % 2 == 1 };

			assert_int_equal(encrypt(b, &to, 1, ciphers[i % 6],
					     false, plain, &message),
			    NM_OK);
			assert_decrypts(b, nm_buffer_bytes(&message), plain);
		}
		assert_int_equal(run(b,
				     "openssl cms -encrypt -binary -des3 -in "
				     "plain -outform DER -out m -recip %s.pem",
				     curves[c]),
		    0);
		nm_buffer_clear(&message);
		load_file(b, "m", &message);
		assert_int_equal(decrypt(b, nm_buffer_bytes(&message)), NM_OK);
		token_free(&t, b);
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_openssl),
		cmocka_unit_test(test_altered),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_shared_agreement),
		cmocka_unit_test(test_unsupported),
		cmocka_unit_test(test_x963),
		cmocka_unit_test(test_token),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
