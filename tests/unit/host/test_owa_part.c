/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/owa/request.h"

static struct host_slice
slice(enum host_slice_kind kind, const char *text)
{
	return (struct host_slice){ kind, text, strlen(text) };
}

static struct host_owa_key
key(const char *port, const char *id)
{
	return (struct host_owa_key){ slice(HOST_SLICE_NUMBER, port),
		slice(HOST_SLICE_NUMBER, id) };
}

/* Ten minutes without a sign of life, and it is gone with all that it held. */
static void
expired(void **state)
{
	struct host_owa o = { .first = NULL };
	struct host_owa_key a = key("1", "1"), b = key("1", "2");
	struct host_owa_part part = { .has_start = true,
		.text = slice(HOST_SLICE_STRING, "secret") };
	uint64_t ticket, replaced;
	struct host_owa_ack ack;

	(void)state;
	(void)host_owa_take_part(&o, &a, &part, 0, &ack, &ticket, &replaced);
	(void)host_owa_take_part(
	    &o, &b, &part, 300000, &ack, &ticket, &replaced);
	assert_int_equal(o.count, 2);
	assert_int_equal(o.held, 12);
	assert_int_equal(host_owa_expire(&o, 599999), 600000);
	assert_int_equal(o.count, 2);
	assert_int_equal(host_owa_expire(&o, 600000), 900000);
	assert_int_equal(o.count, 1);
	assert_null(host_owa_find(&o, &a));
	assert_non_null(host_owa_find(&o, &b));
	assert_int_equal(o.held, 6);
	/* what is worked on is not let go */
	part.start = 6;
	part.last = true;
	assert_int_equal(
	    host_owa_take_part(&o, &b, &part, 400000, &ack, &ticket, &replaced),
	    HOST_OWA_START);
	assert_int_equal(host_owa_expire(&o, 9000000), INT64_MAX);
	assert_int_equal(o.count, 1);
	host_owa_clear(&o);
	assert_int_equal(o.held, 0);
	assert_int_equal(o.count, 0);
}

/* What is held is what is counted, also of half a character at the end. */
static void
half_a_character(void **state)
{
	struct host_owa o = { .first = NULL };
	struct host_owa_key k = key("1", "1");
	struct host_owa_part part = { .has_start = true,
		.last = true,
		.text = slice(HOST_SLICE_STRING, "x\\ud83d") };
	uint64_t ticket, replaced;
	struct host_owa_ack ack;

	(void)state;
	assert_int_equal(
	    host_owa_take_part(&o, &k, &part, 0, &ack, &ticket, &replaced),
	    HOST_OWA_START);
	assert_int_equal(o.held, 4);
	assert_int_equal(ack.next, 2);
	host_owa_clear(&o);
	assert_int_equal(o.held, 0);
}

/* All of them together are bounded, whatever each one is. */
static void
held_by_all(void **state)
{
	struct host_owa o = { .first = NULL };
	size_t piece = (size_t)32 * 1024 * 1024;
	struct host_owa_part part = { .has_start = true,
		.text = { .kind = HOST_SLICE_STRING } };
	struct host_owa_request *r;
	uint64_t ticket, replaced;
	struct host_owa_ack ack;
	char *text = malloc(piece), id[8];

	(void)state;
	assert_non_null(text);
	memset(text, 'x', piece);
	part.text.text = text;
	part.text.len = piece;
	for (int i = 0; i < 7; i++) {
		struct host_owa_key k;

		(void)snprintf(id, sizeof(id), "%d", i);
		k = key("1", id);
		assert_int_equal(host_owa_take_part(&o, &k, &part, 0, &ack,
				     &ticket, &replaced),
		    HOST_OWA_GO_ON);
		assert_int_equal(ack.next, piece);
		r = host_owa_find(&o, &k);
		assert_non_null(r);
		assert_int_equal(
		    r->broken, i < 6 ? HOST_OWA_NO_ERROR : HOST_OWA_TOO_LARGE);
		assert_true(o.held <= HOST_OWA_MAX_HELD);
	}
	host_owa_clear(&o);
	free(text);
}

/* A result that would be too much becomes an error, and what is lent counts. */
static void
a_large_result(void **state)
{
	struct host_owa o = { .first = NULL };
	struct nm_buffer result = NM_BUFFER_INIT, text;
	struct host_owa_key k = key("1", "1");
	struct host_owa_request *r = host_owa_add(&o, &k, 0);
	struct host_owa_cut cut;
	char *port;

	(void)state;
	assert_non_null(r);
	nm_buffer_string(&r->text, "abc");
	host_owa_account(&o, 0, 3);
	assert_true(host_owa_lend(&o, r->ticket, &text, &port));
	assert_string_equal(port, "1");
	free(port);
	assert_int_equal(o.held, 3);
	nm_buffer_reset(&text);
	host_owa_account(&o, 0, HOST_OWA_MAX_HELD - 3);
	nm_buffer_string(&result, "0123456789");
	host_owa_finish(&o, r, &result);
	assert_null(result.data);
	host_owa_cut_part(r, 1000, &cut);
	assert_true(cut.last);
	assert_memory_equal(cut.text, "{\"Data\":null,\"ErrorCode\":52}", 28);
	assert_true(host_owa_fetched(r));
	host_owa_account(&o, HOST_OWA_MAX_HELD - 3, 0);
	host_owa_clear(&o);
	assert_int_equal(o.held, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(expired),
		cmocka_unit_test(half_a_character),
		cmocka_unit_test(held_by_all),
		cmocka_unit_test(a_large_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
