/* SPDX-License-Identifier: MPL-2.0 */
/* EnvelopedData and AuthEnvelopedData, made of parts by hand. */
#include "encryption.h"

#include <pkcs11n.h>

#include "cms/ber.h"
#include "cms/recipient.h"
#include "cms/signed.h"

#define TEXT LITERAL("Content-Type: text/plain\r\n\r\nsecret")

#define CONTENT_TYPE                                                           \
	"\x30\x18\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03\x31\x0b\x06\x09" \
	"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define OTHER "\x30\x08\x06\x01\x2a\x31\x03\x02\x01\x07"

static const uint8_t id_data[] = { NM_OID_PKCS7(1) };

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "p256", EC_P256);
	*state = b;
	return 0;
}

/* The parts of one, each an element or several, in their order. */
struct envelope {
	bool authenticated;
	struct nm_buffer version, originator, recipients, type, algorithm,
	    content, attributes, mac, last;
};

static void
envelope_reset(struct envelope *e)
{
	struct nm_buffer *all[] = { &e->version, &e->originator, &e->recipients,
		&e->type, &e->algorithm, &e->content, &e->attributes, &e->mac,
		&e->last };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		nm_buffer_reset(all[i]);
}

/* `attributes`: contents of authAttrs as they are sent; `aad`: what is
 * authenticated. */
static void
make(struct envelope *e, struct bench *b, enum nm_cipher cipher,
    struct nm_bytes attributes, struct nm_bytes aad)
{
	struct nm_encrypt_to to = { .cert = who(b, "p256")->cert };
	PK11SymKey *cek = nm_cipher_generate(cipher);
	struct nm_content_algorithm a;
	struct nm_buffer encrypted = NM_BUFFER_INIT;
	bool version2;
	size_t mark;

	memset(e, 0, sizeof(*e));
	assert_non_null(cek);
	e->authenticated = nm_cipher_is_aead(cipher);
	assert_int_equal(
	    nm_content_algorithm_make(cipher, false, &a, &b->fault), NM_OK);
	nm_der_put_uint(&e->version, 0);
	mark = nm_der_begin(&e->recipients, 0x31);
	assert_int_equal(nm_recipient_write(&to, cipher, cek, &e->recipients,
			     &version2, &b->fault),
	    NM_OK);
	nm_der_end(&e->recipients, mark);
	nm_der_put(&e->type, 0x06, id_data, sizeof(id_data));
	nm_content_algorithm_write(&a, &e->algorithm);
	if (e->authenticated) {
		uint8_t out[200];
		unsigned n = 0;
		CK_NSS_GCM_PARAMS params = { a.iv, a.iv_len, NULL, aad.len,
			8 * NM_GCM_TAG };
		SECItem item = { siBuffer, (unsigned char *)&params,
			sizeof(params) };

		params.pAAD = (unsigned char *)(uintptr_t)aad.data;
		assert_int_equal(
		    PK11_Encrypt(cek, CKM_AES_GCM, &item, out, &n, sizeof(out),
			TEXT.data, (unsigned)TEXT.len),
		    SECSuccess);
		nm_buffer_append(&encrypted, out, n - NM_GCM_TAG);
		nm_der_put(&e->mac, 0x04, out + n - NM_GCM_TAG, NM_GCM_TAG);
	} else {
		struct nm_stage *sink = nm_collector_new(&encrypted, 1000);
		struct nm_stage *stage =
		    nm_cbc_encrypter_new(cek, &a, sink, &b->fault);

		assert_int_equal(feed(stage, TEXT, 7), NM_OK);
		nm_stage_free(&stage);
		nm_stage_free(&sink);
	}
	nm_der_put(&e->content, 0x80, encrypted.data, encrypted.len);
	if (attributes.len != 0)
		nm_der_put(
		    &e->attributes, 0xa1, attributes.data, attributes.len);
	nm_buffer_reset(&encrypted);
	nm_content_algorithm_clear(&a);
	PK11_FreeSymKey(cek);
}

static void
append(struct nm_buffer *out, const struct nm_buffer *part)
{
	nm_buffer_append(out, part->data, part->len);
}

static enum nm_error
read_it(struct bench *b, const struct envelope *e)
{
	static const uint8_t enveloped[] = { NM_OID_PKCS7(3) };
	static const uint8_t authenticated[] = { NM_OID_SMIME(1, 23) };
	struct nm_buffer out = NM_BUFFER_INIT;
	size_t info, explicit, data, content;
	enum nm_error err;

	info = nm_der_begin(&out, 0x30);
	if (e->authenticated)
		nm_der_put(&out, 0x06, authenticated, sizeof(authenticated));
	else
		nm_der_put(&out, 0x06, enveloped, sizeof(enveloped));
	explicit = nm_der_begin(&out, 0xa0);
	data = nm_der_begin(&out, 0x30);
	append(&out, &e->version);
	append(&out, &e->originator);
	append(&out, &e->recipients);
	content = nm_der_begin(&out, 0x30);
	append(&out, &e->type);
	append(&out, &e->algorithm);
	append(&out, &e->content);
	nm_der_end(&out, content);
	append(&out, &e->attributes);
	append(&out, &e->mac);
	append(&out, &e->last);
	nm_der_end(&out, data);
	nm_der_end(&out, explicit);
	nm_der_end(&out, info);
	b->chunk = 13;
	err = decrypt(b, BYTES(out));
	b->chunk = 1000;
	nm_buffer_reset(&out);
	return err;
}

static const struct nm_bytes nothing = { NULL, 0 };

static void
optional_fields(void **state)
{
	struct bench *b = *state;
	struct envelope e;

	make(&e, b, NM_CIPHER_AES128_CBC, nothing, nothing);
	assert_int_equal(read_it(b, &e), NM_OK);
	assert_true(nm_bytes_equal(BYTES(b->plain), TEXT));
	/* originatorInfo, unprotectedAttrs, any version */
	nm_buffer_append(&e.originator, "\xa0\x02\xa0\x00", 4);
	nm_buffer_append(&e.last, "\xa1\x02\x30\x00", 4);
	for (unsigned version = 0; version < 6; version++) {
		nm_buffer_clear(&e.version);
		nm_der_put_uint(&e.version, version);
		assert_int_equal(read_it(b, &e), NM_OK);
	}
	/* unauthAttrs, and a content in pieces */
	envelope_reset(&e);
	make(&e, b, NM_CIPHER_AES256_GCM, nothing, nothing);
	nm_buffer_append(&e.originator, "\xa0\x00", 2);
	nm_buffer_append(&e.last, "\xa2\x02\x30\x00", 4);
	assert_int_equal(read_it(b, &e), NM_OK);
	assert_true(nm_bytes_equal(BYTES(b->plain), TEXT));
	assert_int_equal(b->layer.type, NM_LAYER_AUTH_ENVELOPED);
	envelope_reset(&e);
}

/* Each of the fields missing, twice, or followed by what is no such field. */
static void
misplaced_fields(void **state)
{
	static const enum nm_cipher ciphers[] = { NM_CIPHER_AES128_CBC,
		NM_CIPHER_AES128_GCM };
	struct bench *b = *state;
	struct envelope e;

	for (size_t c = 0; c < 2; c++) {
		struct nm_buffer *parts[] = { &e.version, &e.recipients,
			&e.type, &e.algorithm, &e.content, &e.mac };
		size_t count = c == 0 ? 5 : 6;

		make(&e, b, ciphers[c], nothing, nothing);
		for (size_t i = 0; i < count; i++) {
			size_t len = parts[i]->len;
			enum nm_error err;

			parts[i]->len = 0;
			if (read_it(b, &e) == NM_OK)
				fail_msg("%zu missing", i);
			assert_int_equal(b->ended, 0);
			assert_true(b->fault.text[0] != '\0');
			parts[i]->len = len;
			assert_non_null(nm_buffer_extend(parts[i], len));
			memcpy(parts[i]->data + len, parts[i]->data, len);
			err = read_it(b, &e);
			if (err != NM_ERR_MALFORMED_MESSAGE)
				fail_msg("%zu twice: %d", i, err);
			parts[i]->len = len;
			nm_buffer_append(parts[i], "\x05\x00", 2);
			err = read_it(b, &e);
			if (err != NM_ERR_MALFORMED_MESSAGE)
				fail_msg("%zu and NULL: %d", i, err);
			parts[i]->len = len;
		}
		assert_int_equal(read_it(b, &e), NM_OK);
		envelope_reset(&e);
	}
}

/* What is authenticated is the DER of a SET OF (RFC 5083 2.2). */
static void
authenticated_attributes(void **state)
{
	static const struct {
		struct nm_bytes sent, aad;
		enum nm_error error;
	} cases[] = {
		{ STATIC(CONTENT_TYPE "\x01"),
		    STATIC("\x31\x1a" CONTENT_TYPE "\x01"), NM_OK },
		/* in another order, with a long length */
		{ STATIC(CONTENT_TYPE "\x01" OTHER),
		    STATIC("\x31\x24" OTHER CONTENT_TYPE "\x01"), NM_OK },
		{ STATIC("\x30\x81\x09\x06\x01\x2a\x31\x81\x03\x02\x01\x07"),
		    STATIC("\x31\x0a" OTHER), NM_OK },
		/* with the tag that they are sent with */
		{ STATIC(OTHER), STATIC("\xa1\x0a" OTHER),
		    NM_ERR_INTEGRITY_FAILURE },
		{ STATIC(OTHER), STATIC(""), NM_ERR_INTEGRITY_FAILURE },
		{ STATIC(""), STATIC("\x31\x00"), NM_ERR_INTEGRITY_FAILURE },
		/* id-signedData, for a content that is id-data (2.1) */
		{ STATIC(CONTENT_TYPE "\x02"),
		    STATIC("\x31\x1a" CONTENT_TYPE "\x02"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x00"), STATIC("\x31\x02\x30\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
	};
	struct bench *b = *state;
	struct envelope e;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make(&e, b, NM_CIPHER_AES128_GCM, cases[i].sent, cases[i].aad);
		if (read_it(b, &e) != cases[i].error)
			fail_msg("case %zu: %s", i, b->fault.text);
		assert_int_equal(b->begun, cases[i].error == NM_OK);
		envelope_reset(&e);
	}
}

/* Encryption without its authentication is not read: messages are turned into
 * such ones to attack them (RFC 9709 1). */
static void
cipher_and_type(void **state)
{
	struct bench *b = *state;
	struct envelope e;

	make(&e, b, NM_CIPHER_AES128_GCM, nothing, nothing);
	e.authenticated = false;
	nm_buffer_clear(&e.mac);
	assert_int_equal(read_it(b, &e), NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_int_equal(b->key_calls, 0);
	envelope_reset(&e);
	make(&e, b, NM_CIPHER_AES128_CBC, nothing, nothing);
	e.authenticated = true;
	nm_buffer_append(&e.mac, "\x04\x00", 2);
	assert_int_equal(read_it(b, &e), NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_int_equal(b->key_calls, 0);
	envelope_reset(&e);
}

/* Before a key is asked for it is known that it would be of use. */
static void
keys(void **state)
{
	struct bench *b = *state;
	struct envelope e;

	make(&e, b, NM_CIPHER_AES128_CBC, nothing, nothing);
	b->strangers = true;
	assert_int_equal(read_it(b, &e), NM_ERR_NO_PRIVATE_KEY);
	b->strangers = false;
	b->key_error = NM_ERR_USER_DECLINED;
	assert_int_equal(read_it(b, &e), NM_ERR_USER_DECLINED);
	assert_string_equal(b->fault.text, "The key source said no");
	assert_int_equal(b->begun, 0);
	b->key_error = NM_OK;
	/* RC2, which nobody is to read any more */
	nm_buffer_clear(&e.algorithm);
	nm_buffer_append(&e.algorithm,
	    "\x30\x0a\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02", 12);
	assert_int_equal(read_it(b, &e), NM_ERR_UNSUPPORTED_ALGORITHM);
	assert_non_null(strstr(b->fault.text, "1.2.840.113549.3.2"));
	assert_int_equal(b->key_calls, 0);
	envelope_reset(&e);
	/* no recipients at all */
	make(&e, b, NM_CIPHER_AES128_CBC, nothing, nothing);
	nm_buffer_clear(&e.recipients);
	nm_buffer_append(&e.recipients, "\x31\x00", 2);
	assert_int_equal(read_it(b, &e), NM_ERR_MALFORMED_MESSAGE);
	envelope_reset(&e);
}

/* Nothing of an altered message is seen, and all failures look alike. */
static void
altered(void **state)
{
	struct bench *b = *state;
	struct nm_fault first;
	struct envelope e;

	make(&e, b, NM_CIPHER_AES128_GCM, nothing, nothing);
	e.mac.data[7] ^= 1;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	first = b->fault;
	e.mac.data[7] ^= 1;
	e.content.data[7] ^= 1;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_string_equal(b->fault.text, first.text);
	e.content.data[7] ^= 1;
	e.algorithm.data[20] ^= 1; /* of the nonce */
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_string_equal(b->fault.text, first.text);
	e.algorithm.data[20] ^= 1;
	/* a shorter tag than the parameters say, and a longer one */
	e.mac.data[1]--;
	e.mac.len--;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_string_equal(b->fault.text, first.text);
	nm_buffer_append(&e.mac, "\0\0", 2);
	e.mac.data[1] = 17;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_int_equal(b->begun, 0);
	envelope_reset(&e);
	make(&e, b, NM_CIPHER_AES256_CBC, nothing, nothing);
	/* less than a block */
	e.content.data[1] = 5;
	e.content.len = 7;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_string_equal(b->fault.text, first.text);
	e.content.data[1] = 0;
	e.content.len = 2;
	assert_int_equal(read_it(b, &e), NM_ERR_INTEGRITY_FAILURE);
	assert_string_equal(b->fault.text, first.text);
	envelope_reset(&e);
}

/* All that a key or a tag is computed from is DER, whatever came. */
static void
every_shape(void **state)
{
	static const enum nm_cipher ciphers[] = { NM_CIPHER_AES256_CBC,
		NM_CIPHER_AES128_GCM };
	struct bench *b = *state;
	struct nm_encrypt_to to[2] = { { .cert = who(b, "p256")->cert },
		{ .cert = who(b, "rsa")->cert, .oaep = true } };
	struct nm_buffer message = NM_BUFFER_INIT, loose = NM_BUFFER_INIT;
	struct nm_buffer der = NM_BUFFER_INIT;

	for (unsigned i = 0; i < 16; i++) {
		to[0].ukm = i % 4 >= 2;
		assert_int_equal(encrypt(b, &to[i % 2], 1, ciphers[i / 4 % 2],
				     i >= 8, TEXT, &message),
		    NM_OK);
		nm_buffer_clear(&der);
		assert_true(nm_ber_normalise(BYTES(message), &der));
		for (unsigned strings = 0; strings < 2; strings++) {
			nm_buffer_clear(&loose);
			loosen(BYTES(der), strings != 0, &loose);
			assert_decrypts(b, BYTES(loose), TEXT);
		}
	}
	nm_buffer_reset(&message);
	nm_buffer_reset(&loose);
	nm_buffer_reset(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_fields),
		cmocka_unit_test(misplaced_fields),
		cmocka_unit_test(authenticated_attributes),
		cmocka_unit_test(cipher_and_type),
		cmocka_unit_test(keys),
		cmocka_unit_test(altered),
		cmocka_unit_test(every_shape),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
