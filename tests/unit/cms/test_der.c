/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nss.h>

#include <nssmime/cms.h>

#define BYTES(...)                                                             \
	(struct nm_bytes)                                                      \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}

static int
start(void **state)
{
	(void)state;
	return NSS_NoDB_Init(NULL) == SECSuccess ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	return NSS_Shutdown() == SECSuccess ? 0 : -1;
}

static void
reads_elements(void **state)
{
	struct nm_bytes in = BYTES(
	    0x30, 0x03, 0x02, 0x01, 0x05, 0x04, 0x81, 0x01, 0xaa, 0x05, 0x00);
	struct nm_tlv t, inner;

	(void)state;
	assert_true(nm_der_next(&in, &t));
	assert_int_equal(t.tag, 0x30);
	assert_int_equal(t.value.len, 3);
	assert_int_equal(t.raw.len, 5);
	assert_true(nm_der_next(&t.value, &inner));
	assert_int_equal(inner.tag, 0x02);
	assert_false(nm_der_next(&t.value, &inner));
	assert_false(nm_der_take(&in, 0x30, &t));
	assert_int_equal(in.len, 6);
	assert_true(nm_der_take(&in, 0x04, &t));
	assert_int_equal(t.value.len, 1);
	assert_int_equal(t.raw.len, 4);
	assert_true(nm_der_take(&in, 0x05, &t));
	assert_int_equal(t.value.len, 0);
	assert_false(nm_der_next(&in, &t));
}

static void
refuses_malformed_elements(void **state)
{
	const struct nm_bytes bad[] = {
		BYTES(0x30),
		BYTES(0x30, 0x01),
		BYTES(0x30, 0x80, 0x00, 0x00),
		BYTES(0x1f, 0x01, 0x00),
		BYTES(0x04, 0x82, 0x01),
		BYTES(0x04, 0x81),
		BYTES(0x04, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0x00),
		BYTES(0x04, 0x89, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		BYTES(0x04, 0xff, 0x00),
	};
	struct nm_tlv t;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct nm_bytes in = bad[i];

		assert_false(nm_der_next(&in, &t));
		assert_ptr_equal(in.data, bad[i].data);
	}
}

static void
reads_unsigned(void **state)
{
	uint64_t n = 0;

	(void)state;
	assert_true(nm_der_uint(BYTES(0), &n));
	assert_true(n == 0);
	assert_true(nm_der_uint(
	    BYTES(0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), &n));
	assert_true(n == UINT64_MAX);
	assert_false(nm_der_uint(BYTES(0x80), &n));
	assert_false(nm_der_uint((struct nm_bytes){ NULL, 0 }, &n));
	assert_false(nm_der_uint(BYTES(0x01, 0, 0, 0, 0, 0, 0, 0, 0), &n));
}

static void
writes_what_it_reads(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 255, 256, 65535, 65536,
		70000 };
	static uint8_t data[70000];
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_bytes in;
	struct nm_tlv outer, t;

	(void)state;
	memset(data, 0x5a, sizeof(data));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t outside, inside;
		uint64_t n;

		nm_buffer_clear(&b);
		outside = nm_der_begin(&b, 0x30);
		nm_der_put_uint(&b, 128);
		inside = nm_der_begin(&b, 0x31);
		nm_der_put(&b, 0x04, data, sizes[i]);
		nm_der_end(&b, inside);
		nm_der_put_oid(&b, SEC_OID_SHA1);
		nm_der_end(&b, outside);
		assert_false(nm_buffer_failed(&b));

		in = nm_buffer_bytes(&b);
		assert_true(nm_der_take(&in, 0x30, &outer));
		assert_int_equal(in.len, 0);
		assert_true(nm_der_take(&outer.value, 0x02, &t));
		assert_int_equal(t.value.len, 2);
		assert_true(nm_der_uint(t.value, &n));
		assert_int_equal(n, 128);
		assert_true(nm_der_take(&outer.value, 0x31, &t));
		assert_true(nm_der_take(&t.value, 0x04, &t));
		assert_int_equal(t.value.len, sizes[i]);
		assert_true(
		    sizes[i] == 0 || memcmp(t.value.data, data, sizes[i]) == 0);
		assert_true(nm_der_take(&outer.value, 0x06, &t));
		assert_int_equal(nm_digest_by_oid(t.value), NM_DIGEST_SHA1);
		assert_int_equal(outer.value.len, 0);
	}
	nm_buffer_reset(&b);
}

static void
writes_minimal_lengths(void **state)
{
	static const uint8_t zero[] = { 0x02, 0x01, 0x00 };
	static const uint8_t big[] = { 0x02, 0x09, 0x00, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff };
	static uint8_t data[200];
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	nm_der_put_uint(&b, 0);
	assert_int_equal(b.len, sizeof(zero));
	assert_memory_equal(b.data, zero, sizeof(zero));
	nm_buffer_clear(&b);
	nm_der_put_uint(&b, UINT64_MAX);
	assert_int_equal(b.len, sizeof(big));
	assert_memory_equal(b.data, big, sizeof(big));
	nm_buffer_clear(&b);
	nm_der_put(&b, 0x04, data, sizeof(data));
	assert_int_equal(b.len, 3 + sizeof(data));
	assert_int_equal(b.data[1], 0x81);
	assert_int_equal(b.data[2], 200);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_elements),
		cmocka_unit_test(refuses_malformed_elements),
		cmocka_unit_test(reads_unsigned),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(writes_minimal_lengths),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
