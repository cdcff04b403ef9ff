/* SPDX-License-Identifier: MPL-2.0 */
/* Feeds a stage in one piece, byte by byte and in random pieces: how bytes
 * come must never change what is made of them. */
#ifndef NM_TEST_FEED_H
#define NM_TEST_FEED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <nssmime/mime.h>

enum {
	FEED_WHOLE,
	FEED_BYTES,
	FEED_RANDOM,
	FEED_WAYS = FEED_RANDOM + 12
};

static inline uint32_t
feed_next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Writes all of it in the given way, without finish. Each piece is a block of
 * its own so that a sanitizer sees what is read beyond it. */
static inline enum nm_error
feed_write(struct nm_stage *s, const void *data, size_t len, int way)
{
	uint32_t seed = (uint32_t)way;
	const uint8_t *p = data;
	enum nm_error err;
	uint8_t *piece;
	size_t n;

	for (; len != 0; p += n, len -= n) {
		n = len;
		if (way == FEED_BYTES)
			n = 1;
		else if (way >= FEED_RANDOM)
			n = 1 + feed_next(&seed) % (way % 2 == 0 ? 7 : 90);
		if (n > len)
			n = len;
		piece = malloc(n);
		assert_non_null(piece);
		memcpy(piece, p, n);
		err = nm_stage_write(s, piece, n);
		free(piece);
		if (err != NM_OK)
			return err;
	}
	return NM_OK;
}

static inline enum nm_error
feed_all(struct nm_stage *s, const void *data, size_t len, int way)
{
	enum nm_error err = feed_write(s, data, len, way);

	return err != NM_OK ? err : nm_stage_finish(s);
}

/* What a stage that has a `next` makes of the input; the same in all ways. */
static inline void
feed_through(struct nm_stage *(*make)(struct nm_stage *), const void *data,
    size_t len, struct nm_buffer *out)
{
	struct nm_buffer other = NM_BUFFER_INIT;
	struct nm_stage *end, *s;

	for (int way = 0; way < FEED_WAYS; way++) {
		end = nm_collector_new(way == 0 ? out : &other, SIZE_MAX);
		s = make(end);
		assert_non_null(s);
		assert_int_equal(feed_all(s, data, len, way), NM_OK);
		nm_stage_free(&s);
		nm_stage_free(&end);
		if (way != 0) {
			assert_int_equal(other.len, out->len);
			if (out->len != 0)
				assert_memory_equal(
				    other.data, out->data, out->len);
		}
		nm_buffer_reset(&other);
	}
}

static inline void
assert_bytes(const struct nm_buffer *b, const void *data, size_t len)
{
	assert_int_equal(b->len, len);
	if (len != 0)
		assert_memory_equal(b->data, data, len);
}

static inline void
check_through(struct nm_stage *(*make)(struct nm_stage *), const char *in,
    const char *expected)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	feed_through(make, in, strlen(in), &out);
	nm_buffer_byte(&out, 0);
	assert_string_equal((char *)out.data, expected);
	nm_buffer_reset(&out);
}

/* Random bytes with many of `often` among them. */
static inline void
random_text(
    struct nm_buffer *out, size_t len, const char *often, uint32_t *seed)
{
	size_t n = strlen(often);

	for (size_t i = 0; i < len; i++) {
		if (feed_next(seed) % 3 != 0)
			nm_buffer_byte(
			    out, (uint8_t)often[feed_next(seed) % n]);
		else
			nm_buffer_byte(out, (uint8_t)feed_next(seed));
	}
}

#endif
