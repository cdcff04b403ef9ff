/* SPDX-License-Identifier: MPL-2.0 */
/* CBC as a stream, with NIST's answers. */
#include "encryption.h"

#include "cms/cipher.h"

/* NIST SP 800-38A F.2.1, F.2.3, F.2.5: one text and IV under three keys. */
static const uint8_t key128[] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2,
	0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
static const uint8_t key192[] = { 0x8e, 0x73, 0xb0, 0xf7, 0xda, 0x0e, 0x64,
	0x52, 0xc8, 0x10, 0xf3, 0x2b, 0x80, 0x90, 0x79, 0xe5, 0x62, 0xf8, 0xea,
	0xd2, 0x52, 0x2c, 0x6b, 0x7b };
static const uint8_t key256[] = { 0x60, 0x3d, 0xeb, 0x10, 0x15, 0xca, 0x71,
	0xbe, 0x2b, 0x73, 0xae, 0xf0, 0x85, 0x7d, 0x77, 0x81, 0x1f, 0x35, 0x2c,
	0x07, 0x3b, 0x61, 0x08, 0xd7, 0x2d, 0x98, 0x10, 0xa3, 0x09, 0x14, 0xdf,
	0xf4 };
static const uint8_t text[] = { 0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96,
	0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a, 0xae, 0x2d, 0x8a, 0x57,
	0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e,
	0x51 };
static const struct {
	enum nm_cipher cipher;
	struct nm_bytes key;
	uint8_t blocks[32];
} answers[] = {
	{ NM_CIPHER_AES128_CBC, { key128, sizeof(key128) },
	    { 0x76, 0x49, 0xab, 0xac, 0x81, 0x19, 0xb2, 0x46, 0xce, 0xe9, 0x8e,
		0x9b, 0x12, 0xe9, 0x19, 0x7d, 0x50, 0x86, 0xcb, 0x9b, 0x50,
		0x72, 0x19, 0xee, 0x95, 0xdb, 0x11, 0x3a, 0x91, 0x76, 0x78,
		0xb2 } },
	{ NM_CIPHER_AES192_CBC, { key192, sizeof(key192) },
	    { 0x4f, 0x02, 0x1d, 0xb2, 0x43, 0xbc, 0x63, 0x3d, 0x71, 0x78, 0x18,
		0x3a, 0x9f, 0xa0, 0x71, 0xe8, 0xb4, 0xd9, 0xad, 0xa9, 0xad,
		0x7d, 0xed, 0xf4, 0xe5, 0xe7, 0x38, 0x76, 0x3f, 0x69, 0x14,
		0x5a } },
	{ NM_CIPHER_AES256_CBC, { key256, sizeof(key256) },
	    { 0xf5, 0x8c, 0x4c, 0x04, 0xd6, 0xe5, 0xf1, 0xba, 0x77, 0x9e, 0xab,
		0xfb, 0x5f, 0x7b, 0xfb, 0xd6, 0x9c, 0xfc, 0x4e, 0x96, 0x7e,
		0xdb, 0x80, 0x8d, 0x67, 0x9f, 0x77, 0x7b, 0xc6, 0x70, 0x2c,
		0x7d } },
};

/* The IV of all of them: 0, 1, 2, ... */
static struct nm_content_algorithm
algorithm(enum nm_cipher cipher)
{
	struct nm_content_algorithm a = {
		.cipher = cipher,
		.iv_len = cipher == NM_CIPHER_3DES_CBC ? 8 : 16,
	};

	for (size_t i = 0; i < a.iv_len; i++)
		a.iv[i] = (uint8_t)i;
	return a;
}

typedef struct nm_stage *maker(PK11SymKey *key,
    const struct nm_content_algorithm *a, struct nm_stage *next,
    struct nm_fault *fault);

/* `size`: bytes a write. */
static enum nm_error
through(maker *new, enum nm_cipher cipher, PK11SymKey *key, struct nm_bytes in,
    size_t size, struct nm_buffer *out)
{
	struct nm_content_algorithm a = algorithm(cipher);
	struct nm_fault fault = { 0 };
	struct nm_stage *sink, *stage;
	enum nm_error err;

	nm_buffer_clear(out);
	sink = nm_collector_new(out, SIZE_MAX / 2);
	stage = new (key, &a, sink, &fault);
	assert_non_null(stage);
	err = feed(stage, in, size);
	nm_stage_free(&stage);
	nm_stage_free(&sink);
	if (err != NM_OK) {
		assert_int_equal(err, NM_ERR_INTEGRITY_FAILURE);
		assert_string_equal(fault.text,
		    "The encrypted content was altered, or its key does not "
		    "fit");
	}
	return err;
}

static void
known_answers(void **state)
{
	static const struct nm_bytes plain = { text, sizeof(text) };
	struct nm_buffer out = NM_BUFFER_INIT, back = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		PK11SymKey *key = nm_cipher_import(
		    answers[i].cipher, answers[i].key.data, answers[i].key.len);

		assert_non_null(key);
		for (size_t size = 1; size <= 33; size++) {
			assert_int_equal(
			    through(nm_cbc_encrypter_new, answers[i].cipher,
				key, plain, size, &out),
			    NM_OK);
			/* and a block of padding alone (RFC 5652 6.3) */
			assert_int_equal(out.len, 48);
			assert_memory_equal(out.data, answers[i].blocks, 32);
			assert_int_equal(
			    through(nm_cbc_decrypter_new, answers[i].cipher,
				key, BYTES(out), size, &back),
			    NM_OK);
			assert_true(nm_bytes_equal(BYTES(back), plain));
		}
		PK11_FreeSymKey(key);
	}
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
}

/* About the size of a segment and of a block, in writes of every size. */
static void
lengths(void **state)
{
	static const size_t sizes[] = { 1, 16, 1000, NM_SEGMENT - 1, NM_SEGMENT,
		NM_SEGMENT + 1, 1 << 20 };
	static const size_t about[] = { 0, 16, NM_SEGMENT - 16, NM_SEGMENT,
		2 * NM_SEGMENT };
	struct nm_buffer data = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer back = NM_BUFFER_INIT;
	PK11SymKey *key =
	    nm_cipher_import(NM_CIPHER_AES256_CBC, key256, sizeof(key256));

	(void)state;
	assert_non_null(key);
	for (size_t i = 0; i < 5 * 3; i++) {
		struct nm_bytes plain;

		if (about[i / 3] == 0 && i % 3 == 0)
			continue;
		plain = pattern(&data, about[i / 3] + i % 3 - 1);
		for (size_t s = i % 2; s < 7; s += 2) {
			assert_int_equal(
			    through(nm_cbc_encrypter_new, NM_CIPHER_AES256_CBC,
				key, plain, sizes[s], &out),
			    NM_OK);
			assert_int_equal(out.len, (plain.len / 16 + 1) * 16);
			assert_int_equal(
			    through(nm_cbc_decrypter_new, NM_CIPHER_AES256_CBC,
				key, BYTES(out), sizes[6 - s], &back),
			    NM_OK);
			assert_true(nm_bytes_equal(BYTES(back), plain));
		}
	}
	PK11_FreeSymKey(key);
	nm_buffer_reset(&data);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
}

/* Every last byte that a block can have, before right and wrong fillings. */
static void
padding(void **state)
{
	struct nm_buffer out = NM_BUFFER_INIT, back = NM_BUFFER_INIT;
	PK11SymKey *key =
	    nm_cipher_import(NM_CIPHER_AES128_CBC, key128, sizeof(key128));
	uint8_t plain[32];

	(void)state;
	for (unsigned last = 0; last < 256; last++) {
		for (unsigned wrong = 0; wrong <= 16; wrong++) {
			bool good = last >= 1 && last <= 16;

			memset(plain, 0xee, sizeof(plain));
			for (unsigned i = 0; i < (good ? last : 1); i++)
				plain[31 - i] = (uint8_t)last;
			/* one byte of the padding, or of what is before it */
			if (wrong != 0)
				plain[32 - wrong] ^= 0x55;
			if (wrong != 0 && wrong <= (good ? last : 1))
				good = false;
			if (wrong == 1)
				continue; /* another last byte */
			assert_int_equal(
			    through(nm_cbc_encrypter_new, NM_CIPHER_AES128_CBC,
				key, (struct nm_bytes){ plain, 32 }, 32, &out),
			    NM_OK);
			/* without the block that the encrypter added */
			out.len -= 16;
			assert_int_equal(
			    through(nm_cbc_decrypter_new, NM_CIPHER_AES128_CBC,
				key, BYTES(out), 5, &back),
			    good ? NM_OK : NM_ERR_INTEGRITY_FAILURE);
			if (good)
				assert_int_equal(back.len, 32 - last);
		}
	}
	PK11_FreeSymKey(key);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
}

static void
cut_off(void **state)
{
	struct nm_buffer data = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer back = NM_BUFFER_INIT;
	PK11SymKey *key =
	    nm_cipher_import(NM_CIPHER_AES128_CBC, key128, sizeof(key128));
	struct nm_bytes part;

	(void)state;
	assert_int_equal(through(nm_cbc_encrypter_new, NM_CIPHER_AES128_CBC,
			     key, pattern(&data, 70), 70, &out),
	    NM_OK);
	part = BYTES(out);
	for (part.len = 0; part.len < out.len; part.len++)
		assert_int_equal(through(nm_cbc_decrypter_new,
				     NM_CIPHER_AES128_CBC, key, part, 7, &back),
		    NM_ERR_INTEGRITY_FAILURE);
	PK11_FreeSymKey(key);
	nm_buffer_reset(&data);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
}

/* Read only, with openssl as the sender. */
static void
triple_des(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, message = NM_BUFFER_INIT;
	struct nm_bytes plain;

	add_who(b, "rsa", RSA_2048);
	for (size_t len = 0; len < 20; len++) {
		plain = pattern(&data, len);
		save_file(b, "plain", plain);
		assert_int_equal(run(b,
				     "openssl cms -encrypt -binary -des3 -in "
				     "plain -outform DER -out m rsa.pem"),
		    0);
		nm_buffer_clear(&message);
		load_file(b, "m", &message);
		assert_decrypts(b, BYTES(message), plain);
		assert_int_equal(b->layer.cipher, NM_CIPHER_3DES_CBC);
	}
	nm_buffer_reset(&data);
	nm_buffer_reset(&message);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(lengths),
		cmocka_unit_test(padding),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(triple_des),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
