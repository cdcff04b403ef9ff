/* SPDX-License-Identifier: MPL-2.0 */
/* SET OF in the order of DER (X.690 11.6). */
#include "encryption.h"

#include "cms/set.h"

static void
assert_sorted(struct nm_bytes in, bool once, struct nm_bytes expected)
{
	struct nm_buffer elements = NM_BUFFER_INIT, out = NM_BUFFER_INIT;

	nm_buffer_append(&elements, in.data, in.len);
	nm_set_put(&out, 0x31, &elements, once);
	assert_false(nm_buffer_failed(&out));
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.data, expected.data, expected.len);
	nm_buffer_reset(&elements);
	nm_buffer_reset(&out);
}

static void
order(void **state)
{
	(void)state;
	assert_sorted(LITERAL(""), false, LITERAL("\x31\x00"));
	assert_sorted(
	    LITERAL("\x02\x01\x05"), false, LITERAL("\x31\x03\x02\x01\x05"));
	/* by octets, so that a length counts before a value, a tag before
	 * both, and 0x80 after 0x7f */
	assert_sorted(LITERAL("\x04\x01\x01\x02\x02\x00\x80\x02\x01\xff\x02\x01"
			      "\x7f\x02\x01\x80"),
	    false,
	    LITERAL("\x31\x10\x02\x01\x7f\x02\x01\x80\x02\x01\xff\x02\x02\x00"
		    "\x80\x04\x01\x01"));
	/* one that another begins with; only with long lengths there is such */
	assert_sorted(LITERAL("\x30\x02\x05\x00\x30\x00"), false,
	    LITERAL("\x31\x06\x30\x00\x30\x02\x05\x00"));
}

static void
repeated(void **state)
{
	static const struct nm_bytes in = STATIC(
	    "\x02\x01\x02\x02\x01\x01\x02\x01\x02\x02\x01\x01\x02\x01\x02");

	(void)state;
	assert_sorted(in, true, LITERAL("\x31\x06\x02\x01\x01\x02\x01\x02"));
	assert_sorted(in, false,
	    LITERAL("\x31\x0f\x02\x01\x01\x02\x01\x01\x02\x01\x02\x02\x01\x02"
		    "\x02\x01\x02"));
}

static void
failures(void **state)
{
	struct nm_buffer elements = NM_BUFFER_INIT, out = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_append(&elements, "\x02\x01\x02\x02\x05", 5);
	nm_set_put(&out, 0x31, &elements, false);
	assert_true(nm_buffer_failed(&out));
	nm_buffer_reset(&out);
	nm_buffer_reset(&elements);
	elements.failed = true;
	nm_set_put(&out, 0x31, &elements, false);
	assert_true(nm_buffer_failed(&out));
	nm_buffer_reset(&out);
	nm_buffer_reset(&elements);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(repeated),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
