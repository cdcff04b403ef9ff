/* SPDX-License-Identifier: MPL-2.0 */
/* ContentEncryptionAlgorithmIdentifier, and the key that RFC 9709 derives. */
#include "encryption.h"

#include "cms/cipher.h"

#define AES(n) "\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01" n
#define HKDF   "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x1f"
#define IV                                                                     \
	"\x04\x10"                                                             \
	"0123456789abcdef"
#define NONCE                                                                  \
	"\x04\x0c"                                                             \
	"0123456789ab"

static enum nm_error
parse(struct nm_bytes der, struct nm_content_algorithm *a)
{
	struct nm_fault fault = { 0 };
	enum nm_error err;

	nm_content_algorithm_clear(a);
	err = nm_content_algorithm_parse(der, a, &fault);
	assert_int_equal(err == NM_OK, fault.text[0] == '\0');
	return err;
}

static void
read_ones(void **state)
{
	struct nm_content_algorithm a = { 0 };

	(void)state;
	assert_int_equal(parse(LITERAL("\x30\x1d" AES("\x02") IV), &a), NM_OK);
	assert_int_equal(a.cipher, NM_CIPHER_AES128_CBC);
	assert_int_equal(a.iv_len, 16);
	assert_memory_equal(a.iv, "0123456789abcdef", 16);
	assert_false(a.hkdf);
	assert_int_equal(parse(LITERAL("\x30\x14\x06\x08\x2a\x86\x48\x86\xf7"
				       "\x0d\x03\x07\x04\x08"
				       "01234567"),
			     &a),
	    NM_OK);
	assert_int_equal(a.cipher, NM_CIPHER_3DES_CBC);
	assert_int_equal(a.iv_len, 8);
	/* RFC 5084 3.2: 12 where no length is said */
	assert_int_equal(
	    parse(LITERAL("\x30\x1b" AES("\x2e") "\x30\x0e" NONCE), &a), NM_OK);
	assert_int_equal(a.cipher, NM_CIPHER_AES256_GCM);
	assert_int_equal(a.icv_len, 12);
	for (char icv = 12; icv <= 16; icv++) {
		char der[] = "\x30\x1e" AES("\x06") "\x30\x11" NONCE "\x02\x01";
		struct nm_buffer b = NM_BUFFER_INIT;

		nm_buffer_append(&b, der, sizeof(der) - 1);
		nm_buffer_byte(&b, (uint8_t)icv);
		assert_int_equal(parse(BYTES(b), &a), NM_OK);
		assert_int_equal(a.icv_len, icv);
		nm_buffer_reset(&b);
	}
	/* other nonces than of 12 bytes */
	assert_int_equal(
	    parse(LITERAL("\x30\x10" AES("\x06") "\x30\x03\x04\x01x"), &a),
	    NM_OK);
	assert_int_equal(a.iv_len, 1);
	nm_content_algorithm_clear(&a);
}

static void
refused(void **state)
{
	static const struct nm_bytes malformed[] = {
		STATIC(""),
		STATIC("\x30\x00"),
		STATIC("\x05\x00"),
		STATIC("\x30\x02\x06\x00"),
		STATIC("\x30\x0b" AES("\x02")),
		STATIC("\x30\x0d" AES("\x02") "\x05\x00"),
		STATIC("\x30\x1c" AES("\x02") "\x04\x0f"
					      "0123456789abcde"),
		STATIC("\x30\x1e" AES("\x02") "\x04\x11"
					      "0123456789abcdefg"),
		STATIC("\x30\x1f" AES("\x02") IV "\x05\x00"),
		STATIC("\x30\x0d" AES("\x06") "\x30\x00"),
		STATIC("\x30\x0f" AES("\x06") "\x30\x02\x04\x00"),
		STATIC("\x30\x19" AES("\x06") NONCE),
		STATIC("\x30\x20" AES("\x06") "\x30\x13" NONCE
					      "\x02\x01\x10\x05\x00"),
		/* a tag of 11 bytes, of 17, of 2^64, of less than nothing */
		STATIC("\x30\x1e" AES("\x06") "\x30\x11" NONCE "\x02\x01\x0b"),
		STATIC("\x30\x1e" AES("\x06") "\x30\x11" NONCE "\x02\x01\x11"),
		STATIC("\x30\x1e" AES("\x06") "\x30\x11" NONCE "\x02\x01\x00"),
		STATIC("\x30\x1e" AES("\x06") "\x30\x11" NONCE "\x02\x01\x8c"),
		STATIC("\x30\x26" AES(
		    "\x06") "\x30\x19" NONCE
			    "\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x0c"),
		STATIC("\x30\x0d" HKDF),
		STATIC("\x30\x0f" HKDF "\x05\x00"),
		STATIC("\x30\x0f" HKDF "\x30\x00"),
	};
	static const struct {
		struct nm_bytes der;
		const char *oid;
	} unsupported[] = {
		{ STATIC("\x30\x0d\x06\x05\x2b\x0e\x03\x02\x07\x04\x04"
			 "0123"),
		    "1.3.14.3.2.7" }, /* DES */
		{ STATIC("\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02"),
		    "1.2.840.113549.3.2" },
		/* derived from what is derived */
		{ STATIC("\x30\x1c" HKDF "\x30\x0d" HKDF),
		    "1.2.840.113549.1.9.16.3.31" },
	};
	struct nm_content_algorithm a = { 0 };
	struct nm_fault fault = { 0 };
	uint8_t nonce[100] = { 0x30, 98, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65,
		0x03, 0x04, 0x01, 0x06, 0x30, 85, 0x04, 83 };

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		if (parse(malformed[i], &a) != NM_ERR_MALFORMED_MESSAGE)
			fail_msg("malformed[%zu] is taken", i);
	}
	for (size_t i = 0; i < 3; i++) {
		memset(&fault, 0, sizeof(fault));
		nm_content_algorithm_clear(&a);
		assert_int_equal(
		    nm_content_algorithm_parse(unsupported[i].der, &a, &fault),
		    NM_ERR_UNSUPPORTED_ALGORITHM);
		assert_non_null(strstr(fault.text, unsupported[i].oid));
	}
	assert_int_equal(parse((struct nm_bytes){ nonce, sizeof(nonce) }, &a),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	nm_content_algorithm_clear(&a);
}

static void
written(void **state)
{
	struct nm_content_algorithm a, back = { 0 };
	struct nm_buffer der = NM_BUFFER_INIT;
	struct nm_fault fault = { 0 };

	(void)state;
	for (unsigned c = NM_CIPHER_AES128_CBC; c < NM_CIPHER_COUNT; c++) {
		for (unsigned hkdf = 0; hkdf < 2; hkdf++) {
			uint8_t first[16];

			nm_buffer_clear(&der);
			assert_int_equal(
			    nm_content_algorithm_make(
				(enum nm_cipher)c, hkdf != 0, &a, &fault),
			    NM_OK);
			nm_content_algorithm_write(&a, &der);
			assert_int_equal(parse(BYTES(der), &back), NM_OK);
			assert_int_equal(back.cipher, c);
			assert_int_equal(back.hkdf, hkdf);
			assert_int_equal(back.iv_len,
			    nm_cipher_is_aead((enum nm_cipher)c) ? 12 : 16);
			assert_memory_equal(back.iv, a.iv, a.iv_len);
			assert_int_equal(back.icv_len, a.icv_len);
			assert_true(
			    nm_bytes_equal(BYTES(a.inner), BYTES(back.inner)));
			/* never the same twice */
			memcpy(first, a.iv, a.iv_len);
			nm_content_algorithm_clear(&a);
			assert_int_equal(
			    nm_content_algorithm_make(
				(enum nm_cipher)c, hkdf != 0, &a, &fault),
			    NM_OK);
			assert_memory_not_equal(first, a.iv, a.iv_len);
			nm_content_algorithm_clear(&a);
		}
	}
	assert_int_equal(
	    nm_content_algorithm_make(NM_CIPHER_3DES_CBC, false, &a, &fault),
	    NM_ERR_UNSUPPORTED_ALGORITHM);
	nm_content_algorithm_clear(&a);
	nm_content_algorithm_clear(&back);
	nm_buffer_reset(&der);
}

static void
names(void **state)
{
	char text[96], small[8];
	uint8_t longest[65];

	(void)state;
	nm_oid_text(
	    LITERAL("\x2a\x86\x48\x86\xf7\x0d\x03\x02"), text, sizeof(text));
	assert_string_equal(text, "1.2.840.113549.3.2");
	nm_oid_text(
	    LITERAL("\x2a\x86\x48\x86\xf7\x0d\x03\x02"), small, sizeof(small));
	assert_string_equal(small, "1.2.840");
	memset(longest, 0xff, sizeof(longest));
	nm_oid_text(
	    (struct nm_bytes){ longest, sizeof(longest) }, text, sizeof(text));
	assert_string_equal(text, "unknown");
}

/* RFC 9709, appendices A.1 and A.2. */
static void
derived(void **state)
{
	static const struct {
		enum nm_cipher cipher;
		struct nm_bytes algorithm, key;
	} answers[] = {
		{ NM_CIPHER_AES128_GCM,
		    STATIC("\x30\x1b" AES("\x06") "\x30\x0e\x04\x0c\x5c\x79"
						  "\x05\x8b\xa2\xf4\x34\x47"
						  "\x63\x9d\x29\xe2"),
		    STATIC("\x21\x24\xff\xb2\x9f\xac\x4e\x0f\xbb\xc7\xd5\xd8"
			   "\x74\x92\xbf\xf3") },
		{ NM_CIPHER_AES128_CBC,
		    STATIC("\x30\x1d" AES("\x02") "\x04\x10\x65\x1f\x72\x2f"
						  "\xfd\x51\x2c\x52\xfe\x07"
						  "\x2e\x50\x7d\x72\xb3\x77"),
		    STATIC("\x9c\xd1\x02\xc5\x2f\x1e\x19\xec\xe8\x72\x9b\x35"
			   "\xbf\xec\xeb\x50") },
	};
	struct nm_bytes cek = LITERAL("\xc7\x02\xe7\xd0\xa9\xe0\x64\xb0\x9b"
				      "\xa5\x52\x45\xfb\x73\x3c\xf3");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		PK11SymKey *key =
		    nm_cipher_import(answers[i].cipher, cek.data, cek.len);
		PK11SymKey *got = nm_derive_content_key(
		    key, answers[i].cipher, CKA_DECRYPT, answers[i].algorithm);
		const SECItem *raw;

		assert_non_null(got);
		assert_int_equal(PK11_ExtractKeyValue(got), SECSuccess);
		raw = PK11_GetKeyData(got);
		assert_true(nm_bytes_equal(
		    answers[i].key, (struct nm_bytes){ raw->data, raw->len }));
		PK11_FreeSymKey(got);
		PK11_FreeSymKey(key);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_ones),
		cmocka_unit_test(refused),
		cmocka_unit_test(written),
		cmocka_unit_test(names),
		cmocka_unit_test(derived),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
