/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/stage.h>

static void
a_collector_is_bounded(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_stage *s = nm_collector_new(&b, 5);

	(void)state;
	assert_non_null(s);
	assert_int_equal(nm_stage_write(s, "abc", 3), NM_OK);
	assert_int_equal(nm_stage_write(s, "de", 2), NM_OK);
	assert_int_equal(nm_stage_write(s, "", 0), NM_OK);
	assert_int_equal(nm_stage_write(s, "f", 1), NM_ERR_TOO_LARGE);
	/* what was there before stays */
	assert_int_equal(b.len, 5);
	assert_memory_equal(b.data, "abcde", 5);
	nm_stage_free(&s);
	assert_null(s);
	nm_buffer_reset(&b);

	s = nm_collector_new(&b, 0);
	assert_int_equal(nm_stage_write(s, "", 0), NM_OK);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_ERR_TOO_LARGE);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	/* the limit may be past what the buffer holds already */
	nm_buffer_string(&b, "already");
	s = nm_collector_new(&b, 3);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_ERR_TOO_LARGE);
	nm_stage_free(&s);
	nm_buffer_reset(&b);
}

static void
a_collector_needs_memory(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_stage *s = nm_collector_new(&b, SIZE_MAX);

	(void)state;
	b.failed = true;
	assert_int_equal(nm_stage_write(s, "x", 1), NM_ERR_INTERNAL);
	nm_stage_free(&s);
	nm_buffer_reset(&b);
}

static void
discarding(void **state)
{
	struct nm_stage *s = nm_discard_new();

	(void)state;
	assert_non_null(s);
	assert_int_equal(nm_stage_write(s, "abc", 3), NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	assert_null(s);
	nm_stage_free(&s);
}

/* A stage that no empty write may reach: they say nothing. */
static enum nm_error
count_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	(void)s;
	(void)data;
	assert_true(len != 0);
	return NM_ERR_CANCELLED;
}

static enum nm_error
count_finish(struct nm_stage *s)
{
	(void)s;
	return NM_ERR_BUSY;
}

static void
count_free(struct nm_stage *s)
{
	(void)s;
}

static void
calls_go_through(void **state)
{
	static const struct nm_stage_ops ops = { count_write, count_finish,
		count_free };
	struct nm_stage stage = { &ops }, *s = &stage;

	(void)state;
	assert_int_equal(nm_stage_write(s, NULL, 0), NM_OK);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_ERR_CANCELLED);
	assert_int_equal(nm_stage_finish(s), NM_ERR_BUSY);
	nm_stage_free(&s);
	assert_null(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_collector_is_bounded),
		cmocka_unit_test(a_collector_needs_memory),
		cmocka_unit_test(discarding),
		cmocka_unit_test(calls_go_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
