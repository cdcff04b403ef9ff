/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/buffer.h>

static void
grows_and_keeps_what_was_there(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		nm_buffer_byte(&b, (uint8_t)i);
	assert_false(nm_buffer_failed(&b));
	assert_int_equal(b.len, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(b.data[i], (uint8_t)i);
	nm_buffer_reset(&b);
	assert_null(b.data);
}

static void
formats(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	char *text;

	(void)state;
	nm_buffer_string(&b, "x");
	nm_buffer_format(&b, "%d-%s", 42, "y");
	text = nm_buffer_take_string(&b);
	assert_string_equal(text, "x42-y");
	free(text);
}

static void
a_string_with_a_nul_is_none(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_append(&b, "a\0b", 3);
	assert_null(nm_buffer_take_string(&b));
	assert_null(b.data);
}

static void
an_impossible_size_fails_and_sticks(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_byte(&b, 1);
	assert_null(nm_buffer_extend(&b, SIZE_MAX - 1));
	assert_true(nm_buffer_failed(&b));
	nm_buffer_byte(&b, 2);
	assert_int_equal(b.len, 1);
	nm_buffer_reset(&b);
	assert_false(nm_buffer_failed(&b));
}

static void
consumes_from_the_front_and_wipes(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_string(&b, "secret");
	nm_buffer_consume(&b, 2);
	assert_int_equal(b.len, 4);
	assert_memory_equal(b.data, "cret", 4);
	assert_memory_equal(b.data + 4, "\0\0", 2);
	nm_buffer_clear(&b);
	assert_memory_equal(b.data, "\0\0\0\0", 4);
	nm_buffer_consume(&b, 10);
	assert_int_equal(b.len, 0);
	nm_buffer_reset(&b);
}

static void
compares_bytes(void **state)
{
	struct nm_bytes a = { (const uint8_t *)"ab", 2 };
	struct nm_bytes b = { (const uint8_t *)"ac", 2 };
	struct nm_bytes none = { NULL, 0 };

	(void)state;
	assert_true(nm_bytes_equal(a, a));
	assert_false(nm_bytes_equal(a, b));
	assert_false(nm_bytes_equal(a, none));
	assert_true(nm_bytes_equal(none, none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_and_keeps_what_was_there),
		cmocka_unit_test(formats),
		cmocka_unit_test(a_string_with_a_nul_is_none),
		cmocka_unit_test(an_impossible_size_fails_and_sticks),
		cmocka_unit_test(consumes_from_the_front_and_wipes),
		cmocka_unit_test(compares_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
