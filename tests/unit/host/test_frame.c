/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounds.h"
#include "frame.h"

#define LIMIT 1000

struct wire {
	int fds[2];
	struct host_reader reader;
};

static int
setup(void **state)
{
	struct wire *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(pipe(w->fds), 0);
	host_reader_init(&w->reader, LIMIT);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct wire *w = *state;

	host_reader_clear(&w->reader);
	(void)close(w->fds[0]);
	if (w->fds[1] >= 0)
		(void)close(w->fds[1]);
	free(w);
	return 0;
}

static void
put(const struct wire *w, const void *data, size_t len)
{
	assert_int_equal(write(w->fds[1], data, len), (ssize_t)len);
}

static void
put_head(const struct wire *w, uint32_t len)
{
	put(w, &len, sizeof(len));
}

static enum host_reading
next(struct wire *w)
{
	enum host_reading r;

	do {
		r = host_reader_read(&w->reader, w->fds[0]);
	} while (r == HOST_READ_MORE);
	return r;
}

static void
test_frames_in_a_row(void **state)
{
	struct wire *w = *state;

	put_head(w, 3);
	put(w, "abc", 3);
	put_head(w, 0);
	put_head(w, 1);
	put(w, "d", 1);
	assert_int_equal(next(w), HOST_READ_FRAME);
	assert_int_equal(w->reader.size, 3);
	assert_string_equal(w->reader.body, "abc");
	host_reader_next(&w->reader);
	/* nothing of it stays in memory */
	assert_memory_equal(w->reader.body, "\0\0\0", 3);
	assert_int_equal(next(w), HOST_READ_FRAME);
	assert_int_equal(w->reader.size, 0);
	assert_string_equal(w->reader.body, "");
	host_reader_next(&w->reader);
	assert_int_equal(next(w), HOST_READ_FRAME);
	assert_string_equal(w->reader.body, "d");
}

static void
test_every_cut(void **state)
{
	struct wire *w = *state;
	const char frame[] = "\3\0\0\0abc";

	for (size_t i = 0; i < 7; i++) {
		put(w, frame + i, 1);
		assert_int_equal(host_reader_read(&w->reader, w->fds[0]),
		    i == 6 ? HOST_READ_FRAME : HOST_READ_MORE);
	}
	assert_string_equal(w->reader.body, "abc");
}

static void
test_largest(void **state)
{
	struct wire *w = *state;
	char text[LIMIT];

	memset(text, 'x', sizeof(text));
	put_head(w, LIMIT);
	put(w, text, sizeof(text));
	assert_int_equal(next(w), HOST_READ_FRAME);
	assert_int_equal(w->reader.size, LIMIT);
}

static void
test_too_large_is_skipped(void **state)
{
	struct wire *w = *state;
	char text[LIMIT + 1];

	memset(text, '{', sizeof(text));
	put_head(w, LIMIT + 1);
	assert_int_equal(next(w), HOST_READ_TOO_LARGE);
	assert_null(w->reader.body);
	text[0] = 'a';
	text[HOST_GLIMPSE - 1] = 'z';
	put(w, text, 100);
	assert_int_equal(
	    host_reader_read(&w->reader, w->fds[0]), HOST_READ_MORE);
	put(w, text + 100, sizeof(text) - 100);
	assert_int_equal(next(w), HOST_READ_GLIMPSE);
	assert_int_equal(w->reader.glimpse_len, HOST_GLIMPSE);
	assert_memory_equal(w->reader.glimpse, text, HOST_GLIMPSE);
	assert_int_equal(w->reader.glimpse[HOST_GLIMPSE], 0);
	put_head(w, 2);
	put(w, "ok", 2);
	assert_int_equal(next(w), HOST_READ_FRAME);
	assert_string_equal(w->reader.body, "ok");
}

static void
test_end(void **state)
{
	struct wire *w = *state;

	put_head(w, 5);
	put(w, "ab", 2);
	(void)close(w->fds[1]);
	w->fds[1] = -1;
	assert_int_equal(next(w), HOST_READ_END);
}

static void
test_queue(void **state)
{
	struct wire *w = *state;
	struct host_queue q = { NULL, NULL, 0 };
	struct host_frame *f;
	uint32_t len;
	char back[16];

	host_queue_put(&q, host_frame_of("one", 3));
	host_queue_put(&q, host_frame_of("three", 5));
	assert_int_equal(q.bytes, 8);
	f = host_queue_take(&q);
	assert_int_equal(host_frame_send(f, w->fds[1]), 1);
	free(f);
	assert_int_equal(q.bytes, 5);
	assert_int_equal(read(w->fds[0], back, sizeof(back)), 7);
	memcpy(&len, back, sizeof(len));
	assert_int_equal(len, 3);
	assert_memory_equal(back + 4, "one", 3);
	host_queue_clear(&q);
	assert_null(q.first);
	assert_null(host_queue_take(&q));
}

static void
test_sent_in_pieces(void **state)
{
	struct wire *w = *state;
	struct host_frame *f = host_frame_new(HOST_MAX_FRAME_OUT);
	size_t got = 0;
	char back[65536];
	ssize_t n;

	assert_non_null(f);
	assert_null(host_frame_new(HOST_MAX_FRAME_OUT + 1));
	memset(host_frame_body(f), 'x', HOST_MAX_FRAME_OUT);
	f->len = HOST_MAX_FRAME_OUT;
	assert_int_equal(fcntl(w->fds[1], F_SETFL, O_NONBLOCK), 0);
	while (host_frame_send(f, w->fds[1]) == 0) {
		n = read(w->fds[0], back, sizeof(back));
		assert_true(n > 0);
		got += (size_t)n;
	}
	(void)close(w->fds[1]);
	w->fds[1] = -1;
	while ((n = read(w->fds[0], back, sizeof(back))) > 0)
		got += (size_t)n;
	assert_int_equal(got, HOST_MAX_FRAME_OUT + 4);
	free(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_frames_in_a_row, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_every_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_largest, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_too_large_is_skipped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_queue, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_sent_in_pieces, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
