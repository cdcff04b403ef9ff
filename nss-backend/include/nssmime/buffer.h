/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A growing byte buffer with a sticky failure: after an allocation fails
 * every later append does nothing and nm_buffer_failed() is true, so that a
 * writer checks once at its end. Bytes are wiped when they are let go.
 */
#ifndef NSSMIME_BUFFER_H
#define NSSMIME_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nm_buffer {
	uint8_t *data;
	size_t len;
	size_t room;
	bool failed;
};

#define NM_BUFFER_INIT                                                         \
	{                                                                      \
		NULL, 0, 0, false                                              \
	}

/* Lent bytes: never owned, never freed. */
struct nm_bytes {
	const uint8_t *data;
	size_t len;
};

void nm_buffer_append(struct nm_buffer *b, const void *data, size_t len);
void nm_buffer_byte(struct nm_buffer *b, uint8_t byte);
void nm_buffer_string(struct nm_buffer *b, const char *string);
void nm_buffer_format(struct nm_buffer *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Room for `len` more bytes, uninitialised, counted in; NULL: failed. */
uint8_t *nm_buffer_extend(struct nm_buffer *b, size_t len);
/* Drops `len` bytes at the front. */
void nm_buffer_consume(struct nm_buffer *b, size_t len);
/* Empties it, wipes what was in it and keeps the room. */
void nm_buffer_clear(struct nm_buffer *b);
/* Frees it, wiped; may be used again as after NM_BUFFER_INIT. */
void nm_buffer_reset(struct nm_buffer *b);
bool nm_buffer_failed(const struct nm_buffer *b);
struct nm_bytes nm_buffer_bytes(const struct nm_buffer *b);
/* The contents as a NUL-terminated string that the caller frees; the buffer
 * is reset. NULL: failed, or a NUL byte inside. */
char *nm_buffer_take_string(struct nm_buffer *b);

bool nm_bytes_equal(struct nm_bytes a, struct nm_bytes b);

/* Wipes `len` bytes in a way that is not optimised away. */
void nm_wipe(void *data, size_t len);
/* Wipes and frees a NUL-terminated secret; sets *secret to NULL. */
void nm_secret_free(char **secret);

#endif
