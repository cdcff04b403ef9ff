/* SPDX-License-Identifier: MPL-2.0 */
/* The packets between the engine and nssmime-fetch, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/question.h"

struct pair {
	int ends[2];
	struct nm_buffer buffer;
};

static int
set_up(void **state)
{
	static struct pair p;

	memset(&p, 0, sizeof(p));
	*state = &p;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p.ends);
}

static int
tear_down(void **state)
{
	struct pair *p = *state;

	nm_buffer_reset(&p->buffer);
	(void)close(p->ends[0]);
	(void)close(p->ends[1]);
	return 0;
}

static struct nm_bytes
bytes_of(const char *text)
{
	return (struct nm_bytes){ (const uint8_t *)text, strlen(text) };
}

static struct host_question
question(void)
{
	return (struct host_question){ .type = HOST_QUESTION_ASK,
		.id = 7,
		.kind = NM_FETCH_OCSP,
		.url = bytes_of("http://a/"),
		.data = bytes_of("request") };
}

static void
test_there_and_back(void **state)
{
	struct pair *p = *state;
	struct host_question q = question(), got;

	q.until = INT64_MIN;
	assert_int_equal(host_question_send(p->ends[0], &q), HOST_SENT);
	assert_int_equal(
	    host_question_receive(p->ends[1], &p->buffer, &got), HOST_RECEIVED);
	assert_int_equal(got.type, HOST_QUESTION_ASK);
	assert_int_equal(got.id, 7);
	assert_int_equal(got.kind, NM_FETCH_OCSP);
	assert_true(got.until == INT64_MIN);
	assert_true(nm_bytes_equal(got.url, q.url));
	assert_true(nm_bytes_equal(got.data, q.data));
	assert_int_equal(
	    host_question_receive(p->ends[1], &p->buffer, &got), HOST_NOTHING);
	(void)shutdown(p->ends[0], SHUT_RDWR);
	assert_int_equal(
	    host_question_receive(p->ends[1], &p->buffer, &got), HOST_GONE);
}

/* A request goes with OCSP and time stamps, and with nothing else. */
static void
test_bounds(void **state)
{
	static char url[HOST_MAX_URL + 2], request[HOST_MAX_REQUEST + 2];
	struct host_question q = question();

	(void)state;
	memset(url, 'u', sizeof(url) - 1);
	memset(request, 'r', sizeof(request) - 1);
	assert_true(host_question_fits(&q));
	q.url = bytes_of(url);
	assert_false(host_question_fits(&q));
	q.url.len = HOST_MAX_URL;
	q.data = bytes_of(request);
	assert_false(host_question_fits(&q));
	q.data.len = HOST_MAX_REQUEST;
	assert_true(host_question_fits(&q));
	q.kind = NM_FETCH_CRL;
	assert_false(host_question_fits(&q));
	q.data.len = 0;
	assert_true(host_question_fits(&q));
	q.kind = NM_FETCH_OCSP;
	assert_false(host_question_fits(&q));
	q.kind = NM_FETCH_TIMESTAMP;
	assert_false(host_question_fits(&q));
	q.data.len = HOST_MAX_REQUEST;
	assert_true(host_question_fits(&q));
	q = question();
	q.url.len = 0;
	assert_false(host_question_fits(&q));
	q.url = (struct nm_bytes){ (const uint8_t *)"http://a\0b/", 11 };
	assert_false(host_question_fits(&q));
}

static void
test_unsent(void **state)
{
	struct pair *p = *state;
	struct host_question q = question();

	q.data.len = 0;
	assert_int_equal(host_question_send(p->ends[0], &q), HOST_UNSENT);
	q = question();
	(void)close(p->ends[1]);
	p->ends[1] = -1;
	assert_int_equal(host_question_send(p->ends[0], &q), HOST_UNSENT);
}

/* It never waits for room. */
static void
test_full(void **state)
{
	static const uint8_t data[HOST_ANSWER_DATA];
	struct pair *p = *state;
	struct host_question q = { .type = HOST_QUESTION_DATA,
		.data = { data, sizeof(data) } };
	enum host_sending sent = HOST_SENT;

	for (unsigned i = 0; sent == HOST_SENT && i < 100000; i++)
		sent = host_question_send(p->ends[0], &q);
	assert_int_equal(sent, HOST_FULL);
}

/* type, id, kind, end, until (two), length of the url (two), text */
struct garbage {
	const char *what;
	uint32_t words[8];
	size_t len;
};

static const struct garbage garbages[] = {
	{ "short", { HOST_QUESTION_END }, 31 },
	{ "no type", { 0 }, 32 },
	{ "type too large", { HOST_QUESTION_END + 1 }, 32 },
	{ "kind too large", { HOST_QUESTION_END, 0, NM_FETCH_KINDS }, 32 },
	{ "end too large", { HOST_QUESTION_END, 0, 0, HOST_END_COUNT }, 32 },
	{ "no url", { HOST_QUESTION_ASK, 0, NM_FETCH_CRL }, 32 },
	{ "url longer than the packet",
	    { HOST_QUESTION_ASK, 0, NM_FETCH_CRL, 0, 0, 0, 2, 0 }, 33 },
	{ "url longer than anything",
	    { HOST_QUESTION_ASK, 0, NM_FETCH_CRL, 0, 0, 0, ~0u, ~0u }, 33 },
	{ "request without OCSP",
	    { HOST_QUESTION_ASK, 0, NM_FETCH_CRL, 0, 0, 0, 1, 0 }, 34 },
	{ "OCSP without a request",
	    { HOST_QUESTION_ASK, 0, NM_FETCH_OCSP, 0, 0, 0, 1, 0 }, 33 },
	{ "NUL in the url",
	    { HOST_QUESTION_ASK, 0, NM_FETCH_CRL, 0, 0, 0, 3, 0 }, 35 },
	{ "too long", { HOST_QUESTION_DATA }, 32 + HOST_ANSWER_DATA + 1 },
};

static void
test_garbage(void **state)
{
	static uint8_t packet[32 + HOST_ANSWER_DATA + 1];
	struct pair *p = *state;
	struct host_question q;

	for (size_t i = 0; i < sizeof(garbages) / sizeof(garbages[0]); i++) {
		const struct garbage *g = &garbages[i];

		memset(packet, 'u', sizeof(packet));
		packet[33] = '\0';
		memcpy(packet, g->words, sizeof(g->words));
		assert_int_equal(
		    send(p->ends[0], packet, g->len, 0), (ssize_t)g->len);
		if (host_question_receive(p->ends[1], &p->buffer, &q) !=
		    HOST_GONE)
			fail_msg("%s was taken", g->what);
	}
}

static void
test_limits(void **state)
{
	(void)state;
	assert_int_equal(host_question_size(NM_FETCH_OCSP), 256 * 1024);
	assert_int_equal(host_question_size(NM_FETCH_ISSUER), 256 * 1024);
	assert_int_equal(host_question_size(NM_FETCH_TIMESTAMP), 256 * 1024);
	assert_int_equal(host_question_size(NM_FETCH_CRL), 16 * 1024 * 1024);
	assert_int_equal(host_question_time(NM_FETCH_OCSP), 15000);
	assert_int_equal(host_question_time(NM_FETCH_CRL), 30000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_there_and_back),
		TEST(test_bounds),
		TEST(test_unsent),
		TEST(test_full),
		TEST(test_garbage),
		TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
