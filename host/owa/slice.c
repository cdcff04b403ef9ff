/* SPDX-License-Identifier: MPL-2.0 */
#include "slice.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "run.h"
#include "text.h"

#define REPLACEMENT 0xfffd

/* ---- finding the ends of values ---------------------------------- */

struct parser {
	const char *at, *end;
	size_t count; /* values so far */
};

static void
skip_blank(struct parser *p)
{
	while (p->at < p->end &&
	    (*p->at == ' ' || *p->at == '\t' || *p->at == '\r' ||
		*p->at == '\n'))
		p->at++;
}

static bool
take(struct parser *p, char c)
{
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
escape(struct parser *p)
{
	if (p->at == p->end)
		return false;
	if (*p->at != 'u')
		return *p->at != '\0' && strchr("\"\\/bfnrt", *p->at) != NULL &&
		    ++p->at != NULL;
	if (p->end - p->at < 5)
		return false;
	for (int i = 1; i < 5; i++) {
		if (hex(p->at[i]) < 0)
			return false;
	}
	p->at += 5;
	return true;
}

/* After the first quote. */
static bool
string(struct parser *p, struct host_slice *out)
{
	const char *start = p->at;

	for (;;) {
		p->at = host_run_string(p->at, p->end);
		if (p->at == p->end)
			return false;
		if (*p->at == '"') {
			*out = (struct host_slice){ HOST_SLICE_STRING, start,
				(size_t)(p->at - start) };
			p->at++;
			return true;
		}
		if (*p->at++ != '\\' || !escape(p))
			return false;
	}
}

static bool
digits(struct parser *p)
{
	const char *start = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at != start;
}

static bool
number(struct parser *p, struct host_slice *out)
{
	const char *start = p->at;

	(void)take(p, '-');
	if (!take(p, '0') && !digits(p))
		return false;
	if (take(p, '.') && !digits(p))
		return false;
	if (take(p, 'e') || take(p, 'E')) {
		if (!take(p, '-'))
			(void)take(p, '+');
		if (!digits(p))
			return false;
	}
	*out = (struct host_slice){ HOST_SLICE_NUMBER, start,
		(size_t)(p->at - start) };
	return true;
}

static bool
word(struct parser *p, struct host_slice *out)
{
	static const struct {
		const char *text;
		enum host_slice_kind kind;
	} words[] = { { "true", HOST_SLICE_TRUE },
		{ "false", HOST_SLICE_FALSE }, { "null", HOST_SLICE_NULL } };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i].text);

		if ((size_t)(p->end - p->at) >= len &&
		    memcmp(p->at, words[i].text, len) == 0) {
			*out = (struct host_slice){ words[i].kind, p->at, len };
			p->at += len;
			return true;
		}
	}
	return false;
}

static bool
scalar(struct parser *p, struct host_slice *out)
{
	if (take(p, '"'))
		return string(p, out);
	if (p->at < p->end &&
	    (*p->at == '-' || (*p->at >= '0' && *p->at <= '9')))
		return number(p, out);
	return word(p, out);
}

/* A container's next member or element up to its value; *done: its end was
 * there instead. */
static bool
before_value(struct parser *p, bool object, bool first, bool *done,
    struct host_slice *name)
{
	*done = false;
	*name = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	skip_blank(p);
	if (take(p, object ? '}' : ']')) {
		*done = true;
		return true;
	}
	if (!first) {
		if (!take(p, ','))
			return false;
		skip_blank(p);
	}
	if (!object)
		return true;
	if (!take(p, '"') || !string(p, name))
		return false;
	skip_blank(p);
	if (!take(p, ':'))
		return false;
	skip_blank(p);
	return true;
}

/* Without recursion: `open` says of each level whether it is an object. */
static bool
value(struct parser *p, struct host_slice *out)
{
	bool open[HOST_MAX_JSON_DEPTH], first = false, done;
	struct host_slice inner, name;
	const char *start = p->at;
	unsigned depth = 0;

	do {
		if (depth != 0) {
			if (!before_value(
				p, open[depth - 1], first, &done, &name))
				return false;
			first = false;
			if (done) {
				depth--;
				continue;
			}
		}
		if (++p->count > HOST_MAX_VALUES)
			return false;
		if (p->at < p->end && (*p->at == '{' || *p->at == '[')) {
			if (depth == HOST_MAX_JSON_DEPTH)
				return false;
			open[depth++] = *p->at++ == '{';
			first = true;
		} else if (!scalar(p, depth == 0 ? out : &inner)) {
			return false;
		}
	} while (depth != 0);
	if (*start == '{' || *start == '[')
		*out = (struct host_slice){ *start == '{' ? HOST_SLICE_OBJECT
							  : HOST_SLICE_ARRAY,
			start, (size_t)(p->at - start) };
	return true;
}

bool
host_slice_parse(const char *text, size_t len, struct host_slice *out)
{
	struct parser p = { text, text + len, 0 };

	*out = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	skip_blank(&p);
	if (p.at == p.end || !value(&p, out))
		return false;
	skip_blank(&p);
	return p.at == p.end;
}

/* ---- going through them ------------------------------------------ */

struct host_slices
host_slices_of(struct host_slice container)
{
	struct host_slices s = { NULL, NULL,
		container.kind == HOST_SLICE_OBJECT };

	if (container.kind == HOST_SLICE_OBJECT ||
	    container.kind == HOST_SLICE_ARRAY) {
		s.at = container.text;
		s.end = container.text + container.len;
	}
	return s;
}

bool
host_slices_next(
    struct host_slices *s, struct host_slice *name, struct host_slice *out)
{
	struct parser p = { s->at, s->end, 0 };
	bool first, done;

	if (s->at == s->end)
		return false;
	first = *p.at == '{' || *p.at == '[';
	/* what comes after a member is never an opening bracket */
	if (first)
		p.at++;
	if (!before_value(&p, s->object, first, &done, name) || done ||
	    !value(&p, out)) {
		s->at = s->end;
		return false;
	}
	s->at = p.at;
	return true;
}

void
host_slice_members(struct host_slice object, const char *const *names,
    struct host_slice *out, size_t count)
{
	struct host_slices all = host_slices_of(object);
	struct host_slice name, value;

	for (size_t i = 0; i < count; i++)
		out[i] = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	while (all.object && host_slices_next(&all, &name, &value)) {
		for (size_t i = 0; i < count; i++) {
			if (name.len == strlen(names[i]) &&
			    strncasecmp(name.text, names[i], name.len) == 0)
				out[i] = value;
		}
	}
}

struct host_slice
host_slice_member(struct host_slice object, const char *name)
{
	struct host_slice found;

	host_slice_members(object, &name, &found, 1);
	return found;
}

bool
host_slice_is(struct host_slice s, const char *text)
{
	return s.kind == HOST_SLICE_STRING && s.len == strlen(text) &&
	    memcmp(s.text, text, s.len) == 0;
}

bool
host_slice_number(struct host_slice s, uint64_t *out)
{
	*out = 0;
	if (s.kind != HOST_SLICE_NUMBER || s.len > 16)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.text[i] < '0' || s.text[i] > '9')
			return false;
		*out = *out * 10 + (uint64_t)(s.text[i] - '0');
	}
	return *out <= (uint64_t)HOST_MAX_INTEGER;
}

bool
host_slice_boolean(struct host_slice s, bool *out)
{
	static const struct {
		const char *text;
		bool value;
	} words[] = { { "true", true }, { "$true", true }, { "1", true },
		{ "false", false }, { "$false", false }, { "0", false } };

	*out = s.kind == HOST_SLICE_TRUE;
	if (s.kind == HOST_SLICE_TRUE || s.kind == HOST_SLICE_FALSE)
		return true;
	if (s.kind != HOST_SLICE_STRING && s.kind != HOST_SLICE_NUMBER)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (s.len == strlen(words[i].text) &&
		    strncasecmp(s.text, words[i].text, s.len) == 0) {
			*out = words[i].value;
			return true;
		}
	}
	return false;
}

/* ---- strings ----------------------------------------------------- */

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

/* A run without escapes: nearly always ASCII. */
static uint64_t
put_run(struct nm_buffer *out, const char *at, const char *end)
{
	uint64_t units = 0;
	const char *plain;
	uint32_t c;
	size_t n;

	while (at < end) {
		plain = at;
		at = host_run_ascii(at, end);
		nm_buffer_append(out, plain, (size_t)(at - plain));
		units += (uint64_t)(at - plain);
		if (at == end)
			break;
		n = host_utf8_next((const uint8_t *)at, (size_t)(end - at), &c);
		if (n == 0) {
			c = REPLACEMENT;
			n = 1;
		}
		put(out, c);
		units += c >= 0x10000 ? 2 : 1;
		at += n;
	}
	return units;
}

uint64_t
host_slice_decode(struct host_slice s, struct nm_buffer *out, uint16_t *high)
{
	const char *at = s.text, *end = s.text + s.len, *stop;
	uint16_t pending = high != NULL ? *high : 0;
	uint64_t units = 0;

	while (at < end) {
		if ((stop = memchr(at, '\\', (size_t)(end - at))) == NULL)
			stop = end;
		if (stop != at) {
			if (pending != 0)
				put(out, REPLACEMENT);
			pending = 0;
			units += put_run(out, at, stop);
			at = stop;
			continue;
		}
		at++;
		put_unit(out, escaped(&at), &pending);
		units++;
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
