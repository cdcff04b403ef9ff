/* SPDX-License-Identifier: MPL-2.0 */
#include "legacy_display.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "mime/ascii.h"

/* What comes before an empty line that is further down was no element. */
#define MAX_LINES (256u * 1024u)

static bool
is_utf8(const char *charset)
{
	return strcasecmp(charset, "utf-8") == 0 ||
	    strcasecmp(charset, "utf8") == 0;
}

bool
nm_charset_holds_ascii(const char *charset)
{
	static const char text[] = "Ab+<~1-/\n";
	char in[sizeof(text)], out[4 * sizeof(text)], *from = in, *to = out;
	size_t left = sizeof(text) - 1, room = sizeof(out), len;
	iconv_t cd;

	if (charset == NULL || is_utf8(charset))
		return true;
	/* One that is not known here may be anything. */
	if ((cd = iconv_open(charset, "UTF-8")) == (iconv_t)-1)
		return false;
	memcpy(in, text, sizeof(in));
	len = iconv(cd, &from, &left, &to, &room);
	(void)iconv_close(cd);
	return len == 0 && sizeof(out) - room == sizeof(text) - 1 &&
	    memcmp(out, text, sizeof(text) - 1) == 0;
}

/* Converts one character after the other, since one that is not in the
 * charset must not take others with it. */
static void
convert(iconv_t cd, struct nm_buffer *out, const char *utf8)
{
	size_t len = strlen(utf8), n, left, room;
	char one[4], bytes[32], *from, *to;

	while (len != 0) {
		n = nm_utf8_length((const uint8_t *)utf8, len);
		from = one;
		left = n == 0 ? 1 : n;
		memcpy(one, utf8, left);
		utf8 += left;
		len -= left;
		to = bytes;
		room = sizeof(bytes);
		if (n == 0 || iconv(cd, &from, &left, &to, &room) != 0) {
			nm_buffer_byte(out, '?');
			continue;
		}
		nm_buffer_append(out, bytes, sizeof(bytes) - room);
	}
	/* Back to ASCII, where shifts changed it (RFC 1468). */
	to = bytes;
	room = sizeof(bytes);
	if (iconv(cd, NULL, NULL, &to, &room) == 0)
		nm_buffer_append(out, bytes, sizeof(bytes) - room);
}

static char *
with_crlf(const char *lines)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	for (const char *p = lines; *p != '\0'; p++) {
		if (*p == '\n')
			nm_buffer_byte(&b, '\r');
		nm_buffer_byte(&b, (uint8_t)*p);
	}
	nm_buffer_string(&b, "\r\n");
	return nm_buffer_take_string(&b);
}

enum nm_error
nm_legacy_plain(const char *lines, const char *charset, struct nm_buffer *out)
{
	char *text = with_crlf(lines);
	enum nm_error error = NM_OK;
	iconv_t cd;

	if (text == NULL)
		return NM_ERR_INTERNAL;
	if (is_utf8(charset)) {
		nm_buffer_string(out, text);
	} else if ((cd = iconv_open(charset, "UTF-8")) != (iconv_t)-1) {
		convert(cd, out, text);
		(void)iconv_close(cd);
	} else {
		error = NM_ERR_INTERNAL;
	}
	free(text);
	return error == NM_OK && nm_buffer_failed(out) ? NM_ERR_INTERNAL
						       : error;
}

struct plain {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_buffer lines; /* until the empty one is found */
	size_t at;		/* where the last of them begins */
	bool done;
};

/* Past the first empty line; 0: there is none yet. */
static size_t
find_text(struct plain *p)
{
	const uint8_t *data = p->lines.data, *lf;
	size_t end;

	while (p->at < p->lines.len &&
	    (lf = memchr(data + p->at, '\n', p->lines.len - p->at)) != NULL) {
		end = (size_t)(lf - data);
		if (end == p->at || (end == p->at + 1 && data[p->at] == '\r'))
			return end + 1;
		p->at = end + 1;
	}
	return 0;
}

static enum nm_error
release(struct plain *p, size_t from)
{
	enum nm_error error = nm_buffer_failed(&p->lines)
	    ? NM_ERR_INTERNAL
	    : nm_stage_write(
		  p->next, p->lines.data + from, p->lines.len - from);

	p->done = true;
	nm_buffer_reset(&p->lines);
	return error;
}

static enum nm_error
plain_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct plain *p = (struct plain *)s;
	size_t text;

	if (p->done || len == 0)
		return nm_stage_write(p->next, data, len);
	nm_buffer_append(&p->lines, data, len);
	if (nm_buffer_failed(&p->lines))
		return NM_ERR_INTERNAL;
	if ((text = find_text(p)) == 0 && p->lines.len < MAX_LINES)
		return NM_OK;
	return release(p, text <= MAX_LINES ? text : 0);
}

static enum nm_error
plain_finish(struct nm_stage *s)
{
	struct plain *p = (struct plain *)s;
	enum nm_error error;

	if (!p->done && p->lines.len != 0 && (error = release(p, 0)) != NM_OK)
		return error;
	return nm_stage_finish(p->next);
}

static void
plain_free(struct nm_stage *s)
{
	nm_buffer_reset(&((struct plain *)s)->lines);
	free(s);
}

struct nm_stage *
nm_legacy_plain_omit_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { plain_write, plain_finish,
		plain_free };
	struct plain *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->stage.ops = &ops;
	p->next = next;
	return &p->stage;
}

/* The code point of a well-formed sequence. */
static unsigned
code_point(const uint8_t *p, size_t len)
{
	unsigned c = len == 1 ? p[0]
	    : len == 2	      ? p[0] & 0x1fu
	    : len == 3	      ? p[0] & 0x0fu
			      : p[0] & 0x07u;

	for (size_t i = 1; i < len; i++)
		c = c << 6 | (p[i] & 0x3fu);
	return c;
}

/* RFC 9788 section 10.3: whatever a field says is text. */
static void
escape(struct nm_buffer *out, const char *text, size_t len)
{
	static const struct {
		char c;
		const char *entity;
	} entities[] = { { '<', "&lt;" }, { '>', "&gt;" }, { '&', "&amp;" },
		{ '"', "&quot;" }, { '\'', "&apos;" } };
	const uint8_t *p = (const uint8_t *)text, *end = p + len;
	const char *entity;
	size_t n;

	for (; p < end; p += n) {
		n = nm_utf8_length(p, (size_t)(end - p));
		if (n == 0) {
			nm_buffer_byte(out, '?');
			n = 1;
			continue;
		}
		if (n > 1) {
			nm_buffer_format(out, "&#x%X;", code_point(p, n));
			continue;
		}
		entity = NULL;
		for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]);
		     i++) {
			if ((char)*p == entities[i].c)
				entity = entities[i].entity;
		}
		if (entity != NULL)
			nm_buffer_string(out, entity);
		else
			nm_buffer_byte(out, *p);
	}
}

void
nm_legacy_html(const char *lines, struct nm_buffer *out)
{
	size_t len;

	nm_buffer_string(out, "<div class=\"" NM_LEGACY_CLASS "\">\r\n<pre>");
	while (*lines != '\0') {
		len = strcspn(lines, "\n");
		escape(out, lines, len);
		lines += len;
		if (*lines == '\n' && *++lines != '\0')
			nm_buffer_string(out, "\r\n");
	}
	nm_buffer_string(out, "</pre></div>\r\n");
}
