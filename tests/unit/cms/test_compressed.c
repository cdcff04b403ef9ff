/* SPDX-License-Identifier: MPL-2.0 */
/* CompressedData (RFC 3274), with zlib as the peer. */
#include "encryption.h"

#include <zlib.h>

#define TEXT	LITERAL("Content-Type: text/plain\r\n\r\ncompressed\r\n")
#define VERSION "\x02\x01\x00"
#define ZLIB	"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x03\x08"
#define DATA	"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"

static void
deflated(struct nm_bytes in, struct nm_buffer *out)
{
	uLongf len = compressBound(in.len);

	nm_buffer_clear(out);
	assert_non_null(nm_buffer_extend(out, len));
	assert_int_equal(compress2(out->data, &len, in.data, in.len, 9), Z_OK);
	out->len = len;
}

/* `before`: version and algorithm; `string`: the tag of the content. */
static void
wrap(struct nm_bytes before, uint8_t string, struct nm_bytes content,
    struct nm_buffer *out)
{
	static const uint8_t oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x09, 0x10, 0x01, 0x09 };
	size_t info, explicit, data, encapsulated, eight;

	nm_buffer_clear(out);
	info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid, sizeof(oid));
	explicit = nm_der_begin(out, 0xa0);
	data = nm_der_begin(out, 0x30);
	nm_buffer_append(out, before.data, before.len);
	encapsulated = nm_der_begin(out, 0x30);
	nm_buffer_append(out, DATA, sizeof(DATA) - 1);
	eight = nm_der_begin(out, 0xa0);
	nm_der_put(out, string, content.data, content.len);
	nm_der_end(out, eight);
	nm_der_end(out, encapsulated);
	nm_der_end(out, data);
	nm_der_end(out, explicit);
	nm_der_end(out, info);
}

static enum nm_error
expand(struct bench *b, struct nm_bytes before, struct nm_bytes content)
{
	struct nm_buffer message = NM_BUFFER_INIT;
	enum nm_error err;

	wrap(before, 0x04, content, &message);
	err = decrypt(b, BYTES(message));
	nm_buffer_reset(&message);
	return err;
}

#define USUAL LITERAL(VERSION "\x30\x0d" ZLIB)

static void
texts(void **state)
{
	static const size_t lengths[] = { 0, 1, 100, 65535, 65536, 65537,
		1000000 };
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, packed = NM_BUFFER_INIT;
	struct nm_bytes plain;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		plain = pattern(&data, lengths[i]);
		deflated(plain, &packed);
		b->chunk = i % 2 == 0 ? 1 << 20 : 999;
		assert_int_equal(expand(b, USUAL, BYTES(packed)), NM_OK);
		assert_true(nm_bytes_equal(BYTES(b->plain), plain));
		assert_int_equal(b->layer.type, NM_LAYER_COMPRESSED);
		assert_int_equal(b->ended, 1);
	}
	/* the algorithm with NULL, and another version */
	deflated(TEXT, &packed);
	assert_int_equal(
	    expand(b, LITERAL("\x02\x01\x05\x30\x0f" ZLIB "\x05\x00"),
		BYTES(packed)),
	    NM_OK);
	assert_true(nm_bytes_equal(BYTES(b->plain), TEXT));
	b->chunk = 1000;
	nm_buffer_reset(&data);
	nm_buffer_reset(&packed);
}

/* A constructed content, of which some pieces are empty. */
static void
pieces(void **state)
{
	struct bench *b = *state;
	struct nm_buffer packed = NM_BUFFER_INIT, split = NM_BUFFER_INIT;
	struct nm_buffer message = NM_BUFFER_INIT;

	deflated(TEXT, &packed);
	for (size_t i = 0; i < packed.len; i++) {
		nm_der_put(&split, 0x04, packed.data + i, 1);
		nm_der_put(&split, 0x04, NULL, 0);
	}
	wrap(USUAL, 0x24, BYTES(split), &message);
	assert_decrypts(b, BYTES(message), TEXT);
	nm_buffer_reset(&packed);
	nm_buffer_reset(&split);
	nm_buffer_reset(&message);
}

static void
damaged(void **state)
{
	struct bench *b = *state;
	struct nm_buffer data = NM_BUFFER_INIT, packed = NM_BUFFER_INIT;
	struct nm_bytes part;

	deflated(pattern(&data, 300), &packed);
	part = BYTES(packed);
	for (part.len = 0; part.len < packed.len; part.len++) {
		assert_int_equal(
		    expand(b, USUAL, part), NM_ERR_MALFORMED_MESSAGE);
		assert_int_equal(b->ended, 0);
	}
	/* its checksum is part of it (RFC 1950) */
	packed.data[packed.len - 1] ^= 1;
	assert_int_equal(
	    expand(b, USUAL, BYTES(packed)), NM_ERR_MALFORMED_MESSAGE);
	packed.data[packed.len - 1] ^= 1;
	packed.data[0] ^= 1;
	assert_int_equal(
	    expand(b, USUAL, BYTES(packed)), NM_ERR_MALFORMED_MESSAGE);
	packed.data[0] ^= 1;
	nm_buffer_byte(&packed, 0);
	assert_int_equal(
	    expand(b, USUAL, BYTES(packed)), NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(b->fault.text, "after its end"));
	packed.len--;
	/* all of it in the write before */
	b->chunk = 1 << 20;
	assert_int_equal(expand(b, USUAL, BYTES(packed)), NM_OK);
	b->chunk = 1000;
	nm_buffer_reset(&data);
	nm_buffer_reset(&packed);
}

static void
structure(void **state)
{
	static const struct {
		struct nm_bytes before;
		enum nm_error error;
	} cases[] = {
		{ STATIC(""), NM_ERR_MALFORMED_MESSAGE },
		/* the content's type in the algorithm's place */
		{ STATIC(VERSION), NM_ERR_UNSUPPORTED_ALGORITHM },
		{ STATIC("\x30\x0d" ZLIB), NM_ERR_MALFORMED_MESSAGE },
		{ STATIC(VERSION VERSION "\x30\x0d" ZLIB),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC(VERSION "\x30\x00"), NM_ERR_MALFORMED_MESSAGE },
		{ STATIC(VERSION "\x30\x0d" ZLIB "\x04\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC(VERSION "\x30\x04\x06\x02\x2a\x03"),
		    NM_ERR_UNSUPPORTED_ALGORITHM },
	};
	static const uint8_t no_content[] = { 0x30, 0x80, 0x06, 0x0b, 0x2a,
		0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09,
		0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x00, 0x30, 0x0d, 0x06,
		0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10,
		0x03, 0x08, 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
		0xf7, 0x0d, 0x01, 0x07, 0x01, 0, 0, 0, 0, 0, 0 };
	struct bench *b = *state;
	struct nm_buffer packed = NM_BUFFER_INIT, message = NM_BUFFER_INIT;

	deflated(TEXT, &packed);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (expand(b, cases[i].before, BYTES(packed)) != cases[i].error)
			fail_msg("case %zu: %s", i, b->fault.text);
		assert_int_equal(b->begun, 0);
	}
	assert_non_null(strstr(b->fault.text, "(1.2.3)")); /* of the last */
	wrap(USUAL, 0x0c, BYTES(packed), &message);
	assert_int_equal(decrypt(b, BYTES(message)), NM_ERR_MALFORMED_MESSAGE);
	assert_int_equal(
	    decrypt(b, (struct nm_bytes){ no_content, sizeof(no_content) }),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(b->fault.text, "no content"));
	nm_buffer_reset(&packed);
	nm_buffer_reset(&message);
}

/* A hundredfold is enough for every honest text. */
static void
ratio(void **state)
{
	struct bench *b = *state;
	struct nm_buffer zeros = NM_BUFFER_INIT, packed = NM_BUFFER_INIT;

	/* a short text may shrink as it likes */
	assert_non_null(nm_buffer_extend(&zeros, 1 << 20));
	memset(zeros.data, 0, zeros.len);
	deflated(BYTES(zeros), &packed);
	assert_true(packed.len * NM_MAX_RATIO < zeros.len);
	assert_int_equal(expand(b, USUAL, BYTES(packed)), NM_OK);
	assert_int_equal(b->plain.len, 1 << 20);
	assert_non_null(nm_buffer_extend(&zeros, 10 << 20));
	memset(zeros.data, 0, zeros.len);
	deflated(BYTES(zeros), &packed);
	assert_int_equal(
	    expand(b, USUAL, BYTES(packed)), NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(b->fault.text, "100 times"));
	/* stopped early, not when all of it was there */
	assert_true(b->plain.len < 2 << 20);
	nm_buffer_reset(&zeros);
	nm_buffer_reset(&packed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(pieces),
		cmocka_unit_test(damaged),
		cmocka_unit_test(structure),
		cmocka_unit_test(ratio),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
