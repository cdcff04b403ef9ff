/* SPDX-License-Identifier: MPL-2.0 */
#include "../mime/feed.h"

#include <nss.h>

#include "message/chain.h"

/* A stage that tells what happens to it. */
struct witness {
	struct nm_stage stage;
	struct nm_buffer *log;
	char name;
	enum nm_error err;
};

static enum nm_error
witness_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct witness *w = (struct witness *)s;

	nm_buffer_byte(w->log, (uint8_t)w->name);
	nm_buffer_append(w->log, data, len);
	nm_buffer_byte(w->log, ' ');
	return w->err;
}

static enum nm_error
witness_finish(struct nm_stage *s)
{
	struct witness *w = (struct witness *)s;

	nm_buffer_format(w->log, "%c. ", w->name);
	return w->err;
}

static void
witness_free(struct nm_stage *s)
{
	struct witness *w = (struct witness *)s;

	nm_buffer_format(w->log, "%c! ", w->name);
	free(w);
}

static struct nm_stage *
witness_new(struct nm_buffer *log, char name, enum nm_error err)
{
	static const struct nm_stage_ops ops = { witness_write, witness_finish,
		witness_free };
	struct witness *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	*w = (struct witness){ { &ops }, log, name, err };
	return &w->stage;
}

static void
assert_log(struct nm_buffer *log, const char *expected)
{
	assert_bytes(log, expected, strlen(expected));
	nm_buffer_reset(log);
}

static void
a_chain_owns_its_stages(void **state)
{
	struct nm_buffer log = NM_BUFFER_INIT;
	struct nm_stage *stages[NM_CHAIN_MAX + 1], *s;

	(void)state;
	stages[0] = witness_new(&log, 'a', NM_OK);
	stages[1] = witness_new(&log, 'b', NM_OK);
	s = nm_chain_new(stages, 2);
	assert_non_null(s);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	/* the first passes on by itself what it likes */
	assert_log(&log, "ax a. a! b! ");

	/* any that could not be made frees the others */
	stages[0] = NULL;
	stages[1] = witness_new(&log, 'b', NM_OK);
	stages[2] = witness_new(&log, 'c', NM_OK);
	assert_null(nm_chain_new(stages, 3));
	assert_log(&log, "b! c! ");
	for (size_t i = 0; i <= NM_CHAIN_MAX; i++)
		stages[i] = witness_new(&log, (char)('a' + (int)i), NM_OK);
	assert_null(nm_chain_new(stages, NM_CHAIN_MAX + 1));
	assert_log(&log, "a! b! c! d! e! ");
}

static void
a_tee_writes_to_all(void **state)
{
	struct nm_buffer log = NM_BUFFER_INIT;
	struct nm_stage *stages[3], *s;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		stages[i] = witness_new(&log, (char)('a' + (int)i),
		    i == 1 ? NM_ERR_CANCELLED : NM_OK);
	s = nm_tee_new(stages, 1);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	assert_log(&log, "ax a. ");
	/* the first failure ends it */
	s = nm_tee_new(stages, 3);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_ERR_CANCELLED);
	nm_stage_free(&s);
	assert_log(&log, "ax bx ");
	s = nm_tee_new(stages, 3);
	assert_int_equal(nm_stage_finish(s), NM_ERR_CANCELLED);
	nm_stage_free(&s);
	assert_log(&log, "a. b. ");
	for (size_t i = 0; i < 3; i++)
		nm_stage_free(&stages[i]);
	nm_buffer_reset(&log);
}

static void
a_borrower_does_not_finish(void **state)
{
	struct nm_buffer log = NM_BUFFER_INIT;
	struct nm_stage *next, *s;

	(void)state;
	next = witness_new(&log, 'a', NM_OK);
	s = nm_borrow_new(next);
	assert_int_equal(nm_stage_write(s, "x", 1), NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	assert_log(&log, "ax ");
	nm_stage_free(&next);
	nm_buffer_reset(&log);
}

static void
digests_on_the_way(void **state)
{
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf };
	struct nm_buffer log = NM_BUFFER_INIT;
	struct nm_digests *digests;
	struct nm_stage *next, *s;
	struct nm_bytes value;

	(void)state;
	assert_int_equal(NSS_NoDB_Init(NULL), SECSuccess);
	digests = nm_digests_new(NM_DIGEST_BIT(NM_DIGEST_SHA256));
	assert_non_null(digests);
	next = witness_new(&log, 'n', NM_OK);
	s = nm_digesting_new(digests, next);
	assert_int_equal(nm_stage_write(s, "ab", 2), NM_OK);
	assert_int_equal(nm_stage_write(s, "c", 1), NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	nm_stage_free(&s);
	assert_log(&log, "nab nc n. ");
	value = nm_digests_value(digests, NM_DIGEST_SHA256);
	assert_int_equal(value.len, 32);
	assert_memory_equal(value.data, abc, sizeof(abc));
	nm_stage_free(&next);
	nm_buffer_reset(&log);
	nm_digests_free(&digests);
	assert_int_equal(NSS_Shutdown(), SECSuccess);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_owns_its_stages),
		cmocka_unit_test(a_tee_writes_to_all),
		cmocka_unit_test(a_borrower_does_not_finish),
		cmocka_unit_test(digests_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
