/* SPDX-License-Identifier: MPL-2.0 */
#include "../mime/feed.h"

#include "message/pem.h"

/* Owns its next stage, which feed_through() frees by itself. */
static void
check(const void *in, size_t len, const void *expected, size_t expected_len)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct nm_stage *s;

	for (int way = 0; way < FEED_WAYS; way++) {
		s = nm_pem_new(nm_collector_new(&out, SIZE_MAX));
		assert_non_null(s);
		assert_int_equal(feed_all(s, in, len, way), NM_OK);
		nm_stage_free(&s);
		assert_bytes(&out, expected, expected_len);
		nm_buffer_reset(&out);
	}
}

static void
check_text(const char *in, const char *expected)
{
	check(in, strlen(in), expected, strlen(expected));
}

static void
encoded(void **state)
{
	(void)state;
	check_text(
	    "-----BEGIN CMS-----\nYWJj\nZGVm\n-----END CMS-----\n", "abcdef");
	check_text(
	    "-----BEGIN PKCS7-----\r\nYWJj\r\n-----END PKCS7-----\r\n", "abc");
	/* nothing after the end counts */
	check_text("-----BEGIN CMS-----\nYWJj\n-----END CMS-----\nZGVm\n"
		   "-----BEGIN CMS-----\nZGVm\n-----END CMS-----\n",
	    "abc");
	check_text("-----BEGIN CMS-----\nYWI=\n-----END CMS-----", "ab");
	/* cut off */
	check_text("-----BEGIN CMS-----\nYWJj", "abc");
	check_text("-----BEGIN CMS-----", "");
	check_text("\r\n\n-----BEGIN CMS-----\nYWI=\n-----END CMS-----", "ab");
	/* without the lines around it: that of a SEQUENCE */
	check("MAMCAQA=\n", 9, "\x30\x03\x02\x01\x00", 5);
	check("\nMAMC\nAQA=", 10, "\x30\x03\x02\x01\x00", 5);
	check("MAMC\n-----END CMS-----\nAQA=", 28, "\x30\x03\x02", 3);
	/* a dash inside a line is no end of it */
	check_text("-----BEGIN CMS-----\nYW-Jj\n-----END CMS-----\n", "abc");
}

static void
binary(void **state)
{
	static const uint8_t der[] = { 0x30, 0x80, 0x06, 0, 0, 0, '\n', '-' };

	(void)state;
	check(der, sizeof(der), der, sizeof(der));
	check_text("", "");
	check_text("-----BEGIN", "-----BEGIN");
	check_text("-----BEGUN X\nYWJj\n", "-----BEGUN X\nYWJj\n");
	check_text("YWJj\n", "YWJj\n");
	check_text("-", "-");
	check_text("\r\n\n", "");
}

static enum nm_error
refuse(struct nm_stage *s, const uint8_t *data, size_t len)
{
	(void)s;
	(void)data;
	(void)len;
	return NM_ERR_CANCELLED;
}

static enum nm_error
finish(struct nm_stage *s)
{
	(void)s;
	return NM_OK;
}

static void
forget(struct nm_stage *s)
{
	free(s);
}

static void
failures(void **state)
{
	static const struct nm_stage_ops ops = { refuse, finish, forget };
	static const char *const texts[] = { "-----BEGIN CMS-----\nYWJj\n",
		"binary", "-----BEG" };
	struct nm_stage *next, *s;

	(void)state;
	assert_null(nm_pem_new(NULL));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		next = calloc(1, sizeof(*next));
		assert_non_null(next);
		next->ops = &ops;
		s = nm_pem_new(next);
		assert_int_equal(feed_all(s, texts[i], strlen(texts[i]), 0),
		    NM_ERR_CANCELLED);
		nm_stage_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(encoded),
		cmocka_unit_test(binary),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
