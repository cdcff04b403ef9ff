/* SPDX-License-Identifier: MPL-2.0 */
#include "json_out.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "run.h"
#include "text.h"

#define PIECE  ((size_t)4096)
#define ESCAPE 6u /* \uXXXX */

static uint8_t *
put_unit(uint8_t *at, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";

	*at++ = '\\';
	*at++ = 'u';
	for (int i = 0; i < 4; i++)
		*at++ = (uint8_t)digits[unit >> (12 - 4 * i) & 0xf];
	return at;
}

static uint8_t *
put_escaped(uint8_t *at, uint32_t c)
{
	static const char codes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = c != 0 && c < 0x80 ? strchr(codes, (int)c) : NULL;

	if (found != NULL) {
		*at++ = '\\';
		*at++ = (uint8_t)letters[found - codes];
		return at;
	}
	if (c < 0x10000)
		return put_unit(at, c);
	at = put_unit(at, 0xd800 + ((c - 0x10000) >> 10));
	return put_unit(at, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* From `from` to `stop`, or past that to the end of a character; *to: behind
 * what was written. */
static const char *
escape_piece(const char *from, const char *stop, const char *end, uint8_t **to)
{
	const char *run;
	uint32_t c;
	size_t n;

	while (from < stop) {
		run = host_run_plain(from, stop);
		memcpy(*to, from, (size_t)(run - from));
		*to += run - from;
		/* like the two at the end of a line */
		for (from = run; from < stop && !host_run_is_plain(*from);
		     from += n) {
			n = host_utf8_next(
			    (const uint8_t *)from, (size_t)(end - from), &c);
			if (n == 0) {
				c = 0xfffd;
				n = 1;
			}
			*to = put_escaped(*to, c);
		}
	}
	return from;
}

void
host_out_escape(struct nm_buffer *out, const void *text, size_t len)
{
	const char *at = text, *end = at + len;
	size_t piece, room;
	uint8_t *start, *to;

	/* straight into the buffer, with room for the worst of a piece: each
	 * byte an escape, and the last of them a pair */
	while (at < end) {
		piece = (size_t)(end - at) < PIECE ? (size_t)(end - at) : PIECE;
		room = ESCAPE * (piece + 1);
		if ((start = to = nm_buffer_extend(out, room)) == NULL)
			return;
		at = escape_piece(at, at + piece, end, &to);
		out->len -= room - (size_t)(to - start);
	}
}

void
host_out_string(struct nm_buffer *out, const char *text)
{
	if (text == NULL) {
		nm_buffer_string(out, "null");
		return;
	}
	nm_buffer_byte(out, '"');
	host_out_escape(out, text, strlen(text));
	nm_buffer_byte(out, '"');
}

void
host_out_name(struct nm_buffer *out, const char *name)
{
	if (out->len != 0 && out->data[out->len - 1] != '{')
		nm_buffer_byte(out, ',');
	host_out_string(out, name);
	nm_buffer_byte(out, ':');
}

void
host_out_member(struct nm_buffer *out, const char *name, const char *text)
{
	host_out_name(out, name);
	host_out_string(out, text);
}

void
host_out_null(struct nm_buffer *out, const char *name)
{
	host_out_member(out, name, NULL);
}

void
host_out_bool(struct nm_buffer *out, const char *name, bool value)
{
	host_out_name(out, name);
	nm_buffer_string(out, value ? "true" : "false");
}

void
host_out_int(struct nm_buffer *out, const char *name, int64_t value)
{
	host_out_name(out, name);
	nm_buffer_format(out, "%lld", (long long)value);
}

void
host_out_base64(struct nm_buffer *out, const char *name, struct nm_bytes bytes)
{
	uint8_t *at;

	host_out_name(out, name);
	nm_buffer_byte(out, '"');
	at = nm_buffer_extend(out, nm_base64_encoded_size(bytes.len));
	if (at != NULL && bytes.len != 0)
		nm_base64_encode(bytes.data, bytes.len, (char *)at);
	nm_buffer_byte(out, '"');
}

/* ---- as a stage -------------------------------------------------- */

struct escaping {
	struct nm_stage stage;
	struct nm_buffer *out;
	size_t most;
};

static enum nm_error
escaping_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct escaping *e = (struct escaping *)s;

	host_out_escape(e->out, data, len);
	if (e->out->len > e->most)
		return NM_ERR_TOO_LARGE;
	return nm_buffer_failed(e->out) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
escaping_finish(struct nm_stage *s)
{
	(void)s;
	return NM_OK;
}

static void
escaping_free(struct nm_stage *s)
{
	free(s);
}

struct nm_stage *
host_out_stage_new(struct nm_buffer *out, size_t most)
{
	static const struct nm_stage_ops ops = { escaping_write,
		escaping_finish, escaping_free };
	struct escaping *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->stage.ops = &ops;
	e->out = out;
	e->most = most;
	return &e->stage;
}
