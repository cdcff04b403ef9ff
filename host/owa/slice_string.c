/* SPDX-License-Identifier: MPL-2.0 */
/* What the text of a string stands for. */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "slice.h"
#include "text.h"

#define REPLACEMENT 0xfffd

/* Of a digit that is known to be one. */
static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void
put(struct nm_buffer *out, uint32_t c)
{
	uint8_t bytes[4];
	size_t n = 0;

	if (c < 0x80) {
		bytes[n++] = (uint8_t)c;
	} else if (c < 0x800) {
		bytes[n++] = (uint8_t)(0xc0 | c >> 6);
	} else if (c < 0x10000) {
		bytes[n++] = (uint8_t)(0xe0 | c >> 12);
		bytes[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	} else {
		bytes[n++] = (uint8_t)(0xf0 | c >> 18);
		bytes[n++] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
		bytes[n++] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		bytes[n++] = (uint8_t)(0x80 | (c & 0x3f));
	nm_buffer_append(out, bytes, n);
	nm_wipe(bytes, sizeof(bytes));
}

/* One unit of UTF-16 that was escaped. */
static void
put_unit(struct nm_buffer *out, uint16_t unit, uint16_t *high)
{
	if (unit >= 0xdc00 && unit <= 0xdfff && *high != 0) {
		put(out,
		    0x10000u + (((uint32_t)*high - 0xd800) << 10) +
			(unit - 0xdc00u));
		*high = 0;
		return;
	}
	if (*high != 0)
		put(out, REPLACEMENT);
	*high = 0;
	if (unit >= 0xd800 && unit <= 0xdbff)
		*high = unit;
	else
		put(out, unit >= 0xdc00 && unit <= 0xdfff ? REPLACEMENT : unit);
}

static uint16_t
escaped(const char **at)
{
	static const char codes[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *found;
	uint16_t unit = 0;

	if (**at != 'u') {
		found = strchr(codes, **at);
		unit = (uint8_t)(found != NULL ? values[found - codes] : **at);
		*at += 1;
		return unit;
	}
	for (int i = 1; i < 5; i++)
		unit = (uint16_t)(unit << 4 | hex((*at)[i]));
	*at += 5;
	return unit;
}

/* A character that is not ASCII, or a byte that is no UTF-8. */
static uint64_t
put_character(struct nm_buffer *out, const char **at, const char *end)
{
	uint32_t c;
	size_t n =
	    host_utf8_next((const uint8_t *)*at, (size_t)(end - *at), &c);

	if (n == 0) {
		c = REPLACEMENT;
		n = 1;
	}
	put(out, c);
	*at += n;
	return c >= 0x10000 ? 2 : 1;
}

uint64_t
host_slice_decode(struct host_slice s, struct nm_buffer *out, uint16_t *high)
{
	const char *at = s.text, *end = s.text + s.len, *run;
	uint16_t pending = high != NULL ? *high : 0;
	uint64_t units = 0;

	while (at < end) {
		if (*at == '\\') {
			at++;
			put_unit(out, escaped(&at), &pending);
			units++;
			continue;
		}
		if (pending != 0)
			put(out, REPLACEMENT);
		pending = 0;
		run = host_run_unescaped(at, end);
		if (run == at) {
			units += put_character(out, &at, end);
			continue;
		}
		nm_buffer_append(out, at, (size_t)(run - at));
		units += (uint64_t)(run - at);
		at = run;
	}
	if (high != NULL)
		*high = pending;
	else if (pending != 0)
		put(out, REPLACEMENT);
	return units;
}

static bool
is_continuation(char c)
{
	return ((uint8_t)c & 0xc0) == 0x80;
}

size_t
host_slice_cut(const char *text, size_t all, size_t len)
{
	size_t cut = len;

	if (len >= all)
		return all;
	while (cut > 0 && len - cut < 4 && is_continuation(text[cut]))
		cut--;
	/* no character is that long: they are no UTF-8, and all the same */
	if (is_continuation(text[cut]))
		cut = len;
	/* \uXXXX is the longest; a backslash that is escaped begins nothing */
	for (size_t back = 1; back < 6 && back <= cut; back++) {
		size_t from = cut - back, slashes = 0;

		if (text[from] != '\\')
			continue;
		while (slashes < from && text[from - slashes - 1] == '\\')
			slashes++;
		if (slashes % 2 == 0 && (text[from + 1] == 'u' || back < 2))
			return from;
	}
	return cut;
}

char *
host_slice_string(struct host_slice s, size_t most)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	if (s.kind != HOST_SLICE_STRING || s.len / 6 > most)
		return NULL;
	(void)host_slice_decode(s, &b, NULL);
	if (b.len > most) {
		nm_buffer_reset(&b);
		return NULL;
	}
	return nm_buffer_take_string(&b);
}
