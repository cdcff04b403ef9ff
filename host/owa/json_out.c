/* SPDX-License-Identifier: MPL-2.0 */
#include "json_out.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "text.h"

static bool
is_plain(uint8_t c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static void
put_unit(struct nm_buffer *out, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *at = nm_buffer_extend(out, 6);

	if (at == NULL)
		return;
	at[0] = '\\';
	at[1] = 'u';
	for (int i = 0; i < 4; i++)
		at[2 + i] = (uint8_t)digits[unit >> (12 - 4 * i) & 0xf];
}

static void
put_escaped(struct nm_buffer *out, uint32_t c)
{
	static const char codes[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = c != 0 && c < 0x80 ? strchr(codes, (int)c) : NULL;

	if (found != NULL) {
		nm_buffer_byte(out, '\\');
		nm_buffer_byte(out, (uint8_t)letters[found - codes]);
	} else if (c >= 0x10000) {
		put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else {
		put_unit(out, c);
	}
}

void
host_out_escape(struct nm_buffer *out, const void *text, size_t len)
{
	const uint8_t *at = text, *end = at + len;
	const uint8_t *start;
	uint32_t c;
	size_t n;

	while (at < end) {
		for (start = at; at < end && is_plain(*at); at++)
			;
		nm_buffer_append(out, start, (size_t)(at - start));
		if (at == end)
			return;
		if ((n = host_utf8_next(at, (size_t)(end - at), &c)) == 0) {
			c = 0xfffd;
			n = 1;
		}
		put_escaped(out, c);
		at += n;
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

/* ---- as a stage ---------------------------------------------------------- */

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
