/* SPDX-License-Identifier: MPL-2.0 */
#include "slice.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "bounds.h"
#include "run.h"

/* ---- finding the ends of values ---------------------------------- */

struct parser {
	const char *at, *end;
	size_t count; /* values so far */
	bool good;    /* all of it has been parsed before */
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
		if (isxdigit((unsigned char)p->at[i]) == 0)
			return false;
	}
	p->at += 5;
	return true;
}

/* Up to the quote that ends a string which is known to end: a mail of megabytes
 * may be in it, and is gone past more than once. */
static const char *
end_of_good(const char *start, const char *end)
{
	const char *at = start, *before;

	for (;; at++) {
		at = memchr(at, '"', (size_t)(end - at));
		if (at == NULL)
			return end;
		for (before = at; before > start && before[-1] == '\\';)
			before--;
		/* an even number of backslashes escapes itself */
		if ((at - before) % 2 == 0)
			return at;
	}
}

/* After the first quote. */
static bool
string(struct parser *p, struct host_slice *out)
{
	const char *start = p->at;

	if (p->good)
		p->at = end_of_good(p->at, p->end);
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
	struct parser p = { text, text + len, 0, false };

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
	struct parser p = { s->at, s->end, 0, true };
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
