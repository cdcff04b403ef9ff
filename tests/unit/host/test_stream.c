/* SPDX-License-Identifier: MPL-2.0 */
#include "wire.h"

#include <stdio.h>

#include "../../../host/bounds.h"

static void
ids(void **state)
{
	struct host_ids ids = { NULL, 0, 0 };
	static const uint64_t order[] = { 5, 1, 3, 2, 9, 4, 7, 8, 6, 10 };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_true(host_ids_claim(&ids, order[i]));
		for (size_t j = 0; j <= i; j++)
			assert_false(host_ids_claim(&ids, order[j]));
	}
	/* all of them in one range */
	assert_int_equal(ids.count, 1);
	assert_int_equal(ids.ranges[0].first, 1);
	assert_int_equal(ids.ranges[0].last, 10);
	assert_true(host_ids_claim(&ids, (uint64_t)HOST_MAX_INTEGER));
	assert_int_equal(ids.count, 2);
	host_ids_clear(&ids);
	assert_int_equal(ids.count, 0);
	assert_true(host_ids_claim(&ids, 5));
	host_ids_clear(&ids);
	/* as many gaps as no client has */
	for (uint64_t i = 0; i < 16384; i++)
		assert_true(host_ids_claim(&ids, 2 * i + 1));
	assert_false(host_ids_claim(&ids, 100000));
	assert_true(host_ids_claim(&ids, 2));
	host_ids_clear(&ids);
}

/* Takes over what the request names; the frames it answers are left. */
static struct host_call *
accept_call(
    struct wire *w, const char *id, const char *params, enum nm_error expected)
{
	struct host_call *call = wire_call(w, id);
	struct nm_fault fault = { NM_OK, "" };

	call->params = json_tokener_parse(params);
	assert_non_null(call->params);
	assert_int_equal(
	    host_streams_accept(call, call->params, &fault), expected);
	assert_int_equal(fault.code, expected);
	return call;
}

#define IN_STREAM "{\"content\":{\"stream\":1}}"
#define CREDIT(stream, bytes)                                                  \
	"{\"jsonrpc\":\"2.0\",\"method\":\"stream.credit\",\"params\":{"       \
	"\"stream\":" #stream ",\"bytes\":" #bytes "}}"

static struct host_chunk *
chunk_of(size_t len)
{
	struct host_chunk *c = calloc(1, sizeof(*c) + len);

	assert_non_null(c);
	c->len = len;
	return c;
}

static void
accepting(void **state)
{
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = accept_call(&w, "1", IN_STREAM, NM_OK);
	assert_next(&w, CREDIT(1, 4194304));
	assert_true(host_stream_wanted(&w.e, 1));
	assert_false(host_stream_wanted(&w.e, 2));
	wire_done(&w, call);
	/* used before, however it ended; one for two things; both or none */
	call = accept_call(&w, "2", IN_STREAM, NM_ERR_INVALID_PARAMS);
	wire_done(&w, call);
	call = accept_call(&w, "3",
	    "{\"content\":{\"stream\":3},\"output\":{\"stream\":3}}",
	    NM_ERR_INVALID_PARAMS);
	wire_done(&w, call);
	call =
	    accept_call(&w, "4", "{\"content\":{\"stream\":4,\"data\":\"\"}}",
		NM_ERR_INVALID_PARAMS);
	wire_done(&w, call);
	call = accept_call(&w, "5", "{\"content\":{}}", NM_ERR_INVALID_PARAMS);
	wire_done(&w, call);
	assert_next(&w, NULL);
	/* outputs: as much credit as it says, or the default */
	call = accept_call(&w, "6",
	    "{\"output\":{\"stream\":5},\"copyStreams\":{"
	    "\"a\":{\"stream\":6,\"credit\":0},"
	    "\"b\":{\"stream\":7,\"credit\":9}}}",
	    NM_OK);
	for (struct host_outlet *o = call->outlets; o != NULL; o = o->next)
		assert_int_equal(o->credit,
		    o->id == 5	     ? HOST_CREDIT
			: o->id == 6 ? 0
				     : 9);
	wire_done(&w, call);
	wire_close(&w);
}

static void
bytes_come_in(void **state)
{
	struct host_chunk *chunk;
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = accept_call(&w, "1", IN_STREAM, NM_OK);
	assert_next(&w, CREDIT(1, 4194304));
	host_stream_data(&w.e, 1, chunk_of(1024 * 1024));
	host_stream_data(&w.e, 1, chunk_of(0));
	host_stream_data(&w.e, 1, chunk_of(5));
	assert_int_equal(call->input.credit, 3 * 1024 * 1024 - 5);
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_int_equal(chunk->len, 1024 * 1024);
	/* new credit in large pieces, not for each frame */
	host_input_done(call, chunk);
	assert_next(&w, CREDIT(1, 1048576));
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_int_equal(chunk->len, 5);
	host_input_done(call, chunk);
	assert_next(&w, NULL);
	host_stream_end(&w.e, 1);
	assert_int_equal(host_input_take(call, &chunk), NM_OK);
	assert_null(chunk);
	assert_false(call->over);
	wire_done(&w, call);
	/* frames for a stream that is over are ignored */
	host_stream_data(&w.e, 1, chunk_of(1));
	host_stream_end(&w.e, 1);
	host_stream_abort(&w.e, 1);
	host_stream_credit(&w.e, 1, 1);
	host_stream_refused(&w.e, 99, "");
	host_stream_refused(&w.e, 0, "");
	assert_next(&w, NULL);
	wire_close(&w);
}

/* What ends an operation, and with which error. */
static void
violations(void **state)
{
	struct host_chunk *chunk;
	struct host_call *call;
	char params[64];
	struct wire w;

	(void)state;
	wire_open(&w);
	for (uint64_t i = 1; i <= 6; i++) {
		(void)snprintf(params, sizeof(params),
		    "{\"content\":{\"stream\":%u}}", (unsigned)i);
		call = accept_call(&w, "1", params, NM_OK);
		free(wire_next(&w));
		switch (i) {
		case 1: /* more than there was credit for */
			host_stream_data(&w.e, i, chunk_of(HOST_CREDIT + 1));
			break;
		case 2: /* after the end */
			host_stream_end(&w.e, i);
			host_stream_data(&w.e, i, chunk_of(1));
			break;
		case 3:
			host_stream_end(&w.e, i);
			host_stream_end(&w.e, i);
			break;
		case 4:
			host_stream_refused(&w.e, i, "It is not base64");
			break;
		case 5: /* the wrong way */
			host_stream_credit(&w.e, i, 1);
			break;
		case 6:
			host_stream_abort(&w.e, i);
			break;
		default:
			break;
		}
		assert_true(call->over);
		assert_error(&w, "1", i == 6 ? "cancelled" : "invalid-request");
		assert_int_equal(
		    host_input_take(call, &chunk), NM_ERR_CANCELLED);
		assert_null(chunk);
		/* once */
		host_stream_data(&w.e, i, chunk_of(1));
		assert_next(&w, NULL);
		wire_done(&w, call);
	}
	call = accept_call(&w, "1", "{\"output\":{\"stream\":20}}", NM_OK);
	host_stream_data(&w.e, 20, chunk_of(1));
	assert_error(&w, "1", "invalid-request");
	wire_done(&w, call);
	call = accept_call(&w, "1", "{\"output\":{\"stream\":21}}", NM_OK);
	host_stream_abort(&w.e, 21);
	assert_error(&w, "1", "cancelled");
	wire_done(&w, call);
	wire_close(&w);
}

/* What has been committed is not taken back. */
static void
committed(void **state)
{
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	call = accept_call(&w, "1", IN_STREAM, NM_OK);
	free(wire_next(&w));
	call->committed = true;
	host_stream_abort(&w.e, 1);
	assert_false(call->over);
	assert_next(&w, NULL);
	wire_done(&w, call);
	wire_close(&w);
}

static void
output_credit(void **state)
{
	struct host_call *call;
	struct wire w;
	size_t got = 0;

	(void)state;
	wire_open(&w);
	call = accept_call(
	    &w, "1", "{\"output\":{\"stream\":1,\"credit\":10}}", NM_OK);
	assert_int_equal(
	    host_outlet_reserve(call, call->outlets, 4, &got), NM_OK);
	assert_int_equal(got, 4);
	assert_int_equal(
	    host_outlet_reserve(call, call->outlets, 100, &got), NM_OK);
	assert_int_equal(got, 6);
	/* it cannot grow without end */
	host_stream_credit(&w.e, 1, (uint64_t)HOST_MAX_INTEGER);
	host_stream_credit(&w.e, 1, (uint64_t)HOST_MAX_INTEGER);
	assert_int_equal(call->outlets->credit, HOST_MAX_INTEGER);
	call->over = true;
	assert_int_equal(host_outlet_reserve(call, call->outlets, 1, &got),
	    NM_ERR_CANCELLED);
	wire_done(&w, call);
	wire_close(&w);
}

/* A client that is silent where it could go on is given up. */
static void
silence(void **state)
{
	int64_t now = host_now();
	const int64_t limit = (int64_t)HOST_STREAM_SECONDS * 1000;
	struct host_call *call;
	struct wire w;

	(void)state;
	wire_open(&w);
	assert_int_equal(host_streams_expire(&w.e, now), INT64_MAX);
	call = accept_call(&w, "1", IN_STREAM, NM_OK);
	free(wire_next(&w));
	call->input.heard = now;
	assert_int_equal(host_streams_expire(&w.e, now), now + limit);
	assert_int_equal(
	    host_streams_expire(&w.e, now + limit - 1), now + limit);
	assert_false(call->over);
	/* not while it waits for credit itself */
	call->input.credit = 0;
	assert_int_equal(host_streams_expire(&w.e, now + 2 * limit), INT64_MAX);
	assert_false(call->over);
	call->input.credit = 1;
	assert_int_equal(host_streams_expire(&w.e, now + limit), INT64_MAX);
	assert_true(call->over);
	assert_error(&w, "1", "cancelled");
	wire_done(&w, call);
	/* an output that waits for credit */
	call = accept_call(
	    &w, "2", "{\"output\":{\"stream\":2,\"credit\":0}}", NM_OK);
	assert_int_equal(host_streams_expire(&w.e, now + limit), INT64_MAX);
	call->outlets->waiting = now;
	assert_int_equal(host_streams_expire(&w.e, now), now + limit);
	assert_int_equal(host_streams_expire(&w.e, now + limit), INT64_MAX);
	assert_error(&w, "2", "cancelled");
	wire_done(&w, call);
	wire_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids),
		cmocka_unit_test(accepting),
		cmocka_unit_test(bytes_come_in),
		cmocka_unit_test(violations),
		cmocka_unit_test(committed),
		cmocka_unit_test(output_credit),
		cmocka_unit_test(silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
