/* SPDX-License-Identifier: MPL-2.0 */
/* ContentInfo: what is one of ours, what is another, what is none. */
#include "encryption.h"

#define SIGNED "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define NOBODY                                                                 \
	"\x30\x14\x02\x01\x01\x31\x00\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d" \
	"\x01\x07\x01\x31\x00"

static enum nm_error
read_all(struct bench *b, struct nm_bytes message)
{
	/* in writes of one byte and in one */
	enum nm_error by_bytes;

	b->chunk = 1;
	by_bytes = decrypt(b, message);
	b->chunk = 1 << 20;
	assert_int_equal(decrypt(b, message), by_bytes);
	return by_bytes;
}

static void
one_of_ours(void **state)
{
	struct bench *b = *state;
	struct nm_bytes message =
	    LITERAL("\x30\x23" SIGNED "\xa0\x16" NOBODY "\xff\xff rubbish");

	message.len = 2 + 0x23;
	assert_int_equal(read_all(b, message), NM_OK);
	assert_int_equal(b->layer.type, NM_LAYER_SIGNED);
	assert_int_equal(b->begun, 1);
	assert_int_equal(b->ended, 1);
	/* what follows is none of it */
	message.len += 5;
	assert_int_equal(read_all(b, message), NM_OK);
	message.len = 2 + 0x23 - 1;
	assert_int_equal(read_all(b, message), NM_ERR_MALFORMED_MESSAGE);
}

static void
another_type(void **state)
{
	/* data, digestedData, encryptedData (RFC 5652), receipt, TSTInfo */
	static const struct nm_bytes types[] = {
		STATIC("\x30\x10\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
		       "\xa0\x03\x04\x01x"),
		STATIC("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x05"
		       "\xa0\x00"),
		STATIC("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"
		       "\xa0\x00"),
		STATIC("\x30\x0f\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10"
		       "\x01\x01\xa0\x00"),
		STATIC("\x30\x0f\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10"
		       "\x01\x04\xa0\x00"),
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_int_equal(read_all(b, types[i]), NM_ERR_NOT_SMIME);
		assert_int_equal(b->begun, 0);
	}
}

static void
none(void **state)
{
	static const struct {
		struct nm_bytes in;
		enum nm_error error;
	} cases[] = {
		{ STATIC(""), NM_ERR_NOT_SMIME },
		{ STATIC("\x04\x00"), NM_ERR_NOT_SMIME },
		{ STATIC("\x30\x00"), NM_ERR_NOT_SMIME },
		{ STATIC("\x30\x02\x05\x00"), NM_ERR_NOT_SMIME },
		{ STATIC("\x30\x02\xa0\x00"), NM_ERR_NOT_SMIME },
		{ STATIC("\x30\x02\x06\x00"), NM_ERR_NOT_SMIME },
		/* a type, and then not what belongs to it */
		{ STATIC("\x30\x0b" SIGNED), NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x0d" SIGNED "\xa0\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x0f" SIGNED "\xa0\x02\x05\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x0d" SIGNED "\xa1\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x0d" SIGNED "\x30\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x0f" SIGNED "\xa0\x02\x30\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x16" SIGNED SIGNED), NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x25" SIGNED "\xa0\x16" NOBODY "\x05\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x25" SIGNED "\xa0\x18" NOBODY "\x30\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
		{ STATIC("\x30\x25" SIGNED "\xa0\x16" NOBODY "\xa0\x00"),
		    NM_ERR_MALFORMED_MESSAGE },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (read_all(b, cases[i].in) != cases[i].error)
			fail_msg("case %zu: %s", i, b->fault.text);
		assert_int_equal(b->ended, 0);
	}
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(nm_layer_type_name(NM_LAYER_SIGNED), "signed");
	assert_string_equal(
	    nm_layer_type_name(NM_LAYER_ENVELOPED), "enveloped");
	assert_string_equal(
	    nm_layer_type_name(NM_LAYER_AUTH_ENVELOPED), "auth-enveloped");
	assert_string_equal(
	    nm_layer_type_name(NM_LAYER_COMPRESSED), "compressed");
}

/* What the handler says ends it, and is not said again by others. */
static enum nm_error
refuses(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	(void)layer;
	(void)next;
	return nm_fail(arg, NM_ERR_TOO_LARGE, "Enough");
}

static void
handler_fails(void **state)
{
	static const struct nm_cms_handler handler = { refuses, NULL };
	struct nm_bytes message = LITERAL("\x30\x23" SIGNED "\xa0\x16" NOBODY);
	struct nm_fault fault = { 0 };
	struct nm_stage *reader;

	(void)state;
	reader = nm_cms_reader_new(&handler, &fault, NULL, &fault);
	assert_int_equal(nm_stage_write(reader, message.data, message.len),
	    NM_ERR_TOO_LARGE);
	assert_int_equal(
	    nm_stage_write(reader, message.data, 1), NM_ERR_TOO_LARGE);
	assert_int_equal(nm_stage_finish(reader), NM_ERR_TOO_LARGE);
	assert_string_equal(fault.text, "Enough");
	nm_stage_free(&reader);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_ours),
		cmocka_unit_test(another_type),
		cmocka_unit_test(none),
		cmocka_unit_test(names),
		cmocka_unit_test(handler_fails),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
