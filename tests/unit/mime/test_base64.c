/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
wire(void **state)
{
	/* RFC 4648 section 10 */
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" },
		{ "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" } };
	uint8_t back[16];
	char text[16];
	size_t len, n;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		len = strlen(pairs[i][0]);
		memset(text, 0, sizeof(text));
		nm_base64_encode((const uint8_t *)pairs[i][0], len, text);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(nm_base64_encoded_size(len), strlen(text));
		assert_true(nm_base64_decode(text, strlen(text), back, &n));
		assert_int_equal(n, len);
		assert_memory_equal(back, pairs[i][0], len);
	}
}

static void
strict(void **state)
{
	static const char *const bad[] = { "Z", "Zg",
		"Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n",
		"Zm 9", "Zm9-", "=Zg=", "Zm9vZg=v", "Zm9v====" };
	uint8_t out[64];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(nm_base64_decode(bad[i], strlen(bad[i]), out, &n));
}

static void
every_byte(void **state)
{
	uint8_t bytes[771], back[774];
	char text[1028];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	for (size_t len = 760; len <= sizeof(bytes); len++) {
		nm_base64_encode(bytes, len, text);
		assert_true(nm_base64_decode(
		    text, nm_base64_encoded_size(len), back, &n));
		assert_int_equal(n, len);
		assert_memory_equal(back, bytes, len);
	}
}

static void
tolerant_decoder(void **state)
{
	(void)state;
	check_through(nm_base64_decoder_new, "", "");
	check_through(nm_base64_decoder_new, "Zm9v\r\nYmFy\r\n", "foobar");
	check_through(nm_base64_decoder_new, "Z m\t9\nv", "foo");
	check_through(nm_base64_decoder_new, "Zm9vYg", "foob");
	check_through(nm_base64_decoder_new, "Zm9vYmE", "fooba");
	check_through(nm_base64_decoder_new, "Zm9vY", "foo");
	check_through(nm_base64_decoder_new, "Zg==Zm8=\nZm9v", "ffofoo");
	check_through(nm_base64_decoder_new, "==Zg=====Zg==", "ff");
	check_through(nm_base64_decoder_new, "Z!m-9_v\x80", "foo");
}

static void
stages_there_and_back(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, text = NM_BUFFER_INIT;
	struct nm_buffer out = NM_BUFFER_INIT;
	const uint8_t *p, *end, *lf;
	uint32_t seed = 3;

	(void)state;
	for (size_t len = 0; len < 130; len++) {
		random_text(&in, len == 129 ? 100000 : len, "abc", &seed);
		feed_through(nm_base64_encoder_new, in.data, in.len, &text);
		p = text.data;
		end = text.len == 0 ? p : p + text.len;
		for (; p < end; p = lf + 1) {
			lf = memchr(p, '\n', (size_t)(end - p));
			assert_non_null(lf);
			assert_int_equal(lf[-1], '\r');
			assert_true(lf - p == 77 ||
			    (lf + 1 == end && lf - p < 77 && lf - p > 1));
		}
		feed_through(nm_base64_decoder_new, text.data, text.len, &out);
		assert_bytes(&out, in.data, in.len);
		nm_buffer_reset(&in);
		nm_buffer_reset(&text);
		nm_buffer_reset(&out);
	}
}

/* Noise of every kind: only that ways of feeding agree. */
static void
noise(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	uint32_t seed = 11;

	(void)state;
	for (int round = 0; round < 200; round++) {
		random_text(&in, 300, "AAbbCCddEEff==\r\n0189+/", &seed);
		feed_through(nm_base64_decoder_new, in.data, in.len, &out);
		nm_buffer_reset(&in);
		nm_buffer_reset(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wire),
		cmocka_unit_test(strict),
		cmocka_unit_test(every_byte),
		cmocka_unit_test(tolerant_decoder),
		cmocka_unit_test(stages_there_and_back),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
