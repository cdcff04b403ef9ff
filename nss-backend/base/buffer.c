/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/buffer.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
nm_wipe(void *data, size_t len)
{
	if (data != NULL && len != 0)
		explicit_bzero(data, len);
}

void
nm_secret_free(char **secret)
{
	if (*secret == NULL)
		return;
	nm_wipe(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

/* Grown by hand, not by realloc, so that no copy is left behind unwiped. */
static bool
reserve(struct nm_buffer *b, size_t len)
{
	size_t room;
	uint8_t *data;

	if (b->failed)
		return false;
	if (b->room - b->len >= len)
		return true;
	if (len > SIZE_MAX / 2 || b->len > SIZE_MAX / 2 - len) {
		b->failed = true;
		return false;
	}
	room = b->room < 64 ? 64 : b->room;
	while (room < b->len + len)
		room *= 2;
	if ((data = malloc(room)) == NULL) {
		b->failed = true;
		return false;
	}
	if (b->len != 0)
		memcpy(data, b->data, b->len);
	nm_wipe(b->data, b->len);
	free(b->data);
	b->data = data;
	b->room = room;
	return true;
}

uint8_t *
nm_buffer_extend(struct nm_buffer *b, size_t len)
{
	uint8_t *at;

	if (!reserve(b, len))
		return NULL;
	at = b->data + b->len;
	b->len += len;
	return at;
}

void
nm_buffer_append(struct nm_buffer *b, const void *data, size_t len)
{
	uint8_t *at;

	if (len == 0)
		return;
	if ((at = nm_buffer_extend(b, len)) != NULL)
		memcpy(at, data, len);
}

void
nm_buffer_byte(struct nm_buffer *b, uint8_t byte)
{
	nm_buffer_append(b, &byte, 1);
}

void
nm_buffer_string(struct nm_buffer *b, const char *string)
{
	nm_buffer_append(b, string, strlen(string));
}

void
nm_buffer_format(struct nm_buffer *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	/* one more byte for the NUL that vsnprintf insists on */
	if (len < 0 || !reserve(b, (size_t)len + 1)) {
		b->failed = true;
		return;
	}
	va_start(args, format);
	(void)vsnprintf(
	    (char *)b->data + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

void
nm_buffer_consume(struct nm_buffer *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	b->len -= len;
	if (b->len != 0)
		memmove(b->data, b->data + len, b->len);
	nm_wipe(b->data == NULL ? NULL : b->data + b->len, len);
}

void
nm_buffer_clear(struct nm_buffer *b)
{
	nm_wipe(b->data, b->len);
	b->len = 0;
}

void
nm_buffer_reset(struct nm_buffer *b)
{
	nm_wipe(b->data, b->len);
	free(b->data);
	*b = (struct nm_buffer)NM_BUFFER_INIT;
}

bool
nm_buffer_failed(const struct nm_buffer *b)
{
	return b->failed;
}

struct nm_bytes
nm_buffer_bytes(const struct nm_buffer *b)
{
	return (struct nm_bytes){ b->data, b->len };
}

char *
nm_buffer_take_string(struct nm_buffer *b)
{
	char *string = NULL;

	nm_buffer_byte(b, 0);
	if (!b->failed && memchr(b->data, 0, b->len) == b->data + b->len - 1) {
		string = (char *)b->data;
		*b = (struct nm_buffer)NM_BUFFER_INIT;
	} else {
		nm_buffer_reset(b);
	}
	return string;
}

bool
nm_bytes_equal(struct nm_bytes a, struct nm_bytes b)
{
	return a.len == b.len &&
	    (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
