/* SPDX-License-Identifier: MPL-2.0 */
#include "scan.h"

#include <string.h>

#include "bounds.h"

/* A cursor over the frame; `text` is followed by a NUL. */
struct scan {
	const char *at, *end;
};

struct word {
	const char *data;
	size_t len;
};

static void
skip_space(struct scan *s)
{
	while (
	    *s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n')
		s->at++;
}

static bool
take(struct scan *s, char c)
{
	skip_space(s);
	if (*s->at != c)
		return false;
	s->at++;
	return true;
}

/* A string's inside up to the next quote: whoever uses it finds an escape in
 * it unequal to every word and foreign to base64. */
static bool
take_string(struct scan *s, struct word *out)
{
	const char *quote;

	if (!take(s, '"'))
		return false;
	quote = memchr(s->at, '"', (size_t)(s->end - s->at));
	if (quote == NULL)
		return false;
	*out = (struct word){ s->at, (size_t)(quote - s->at) };
	s->at = quote + 1;
	return true;
}

static bool
is(struct word w, const char *name)
{
	return w.len == strlen(name) && memcmp(w.data, name, w.len) == 0;
}

static bool
take_positive(struct scan *s, uint64_t *out)
{
	uint64_t n = 0;

	skip_space(s);
	if (*s->at < '1' || *s->at > '9')
		return false;
	for (; *s->at >= '0' && *s->at <= '9'; s->at++) {
		n = n * 10 + (uint64_t)(*s->at - '0');
		if (n > (uint64_t)HOST_MAX_INTEGER)
			return false;
	}
	*out = n;
	return true;
}

static bool
take_params(struct scan *s, uint64_t *stream, struct word *data)
{
	struct word name;

	if (!take(s, '{'))
		return false;
	do {
		if (!take_string(s, &name) || !take(s, ':'))
			return false;
		if (is(name, "stream") && *stream == 0) {
			if (!take_positive(s, stream))
				return false;
		} else if (is(name, "data") && data->data == NULL) {
			if (!take_string(s, data))
				return false;
		} else {
			return false;
		}
	} while (take(s, ','));
	return take(s, '}') && *stream != 0 && data->data != NULL;
}

/* What was seen of a notification. */
struct seen {
	bool version, method, params;
	uint64_t stream;
	struct word data;
};

static bool
take_members(struct scan *s, struct seen *seen)
{
	struct word name, value;

	if (!take(s, '{'))
		return false;
	do {
		if (!take_string(s, &name) || !take(s, ':'))
			return false;
		if (is(name, "jsonrpc") && !seen->version) {
			if (!take_string(s, &value) || !is(value, "2.0"))
				return false;
			seen->version = true;
		} else if (is(name, "method") && !seen->method) {
			if (!take_string(s, &value) ||
			    !is(value, "stream.data"))
				return false;
			seen->method = true;
		} else if (is(name, "params") && !seen->params) {
			if (!take_params(s, &seen->stream, &seen->data))
				return false;
			seen->params = true;
		} else {
			return false;
		}
	} while (take(s, ','));
	if (!take(s, '}') || !seen->version || !seen->method || !seen->params)
		return false;
	skip_space(s);
	return s->at == s->end;
}

bool
host_scan_data(const char *text, size_t len, uint64_t *stream,
    const char **data, size_t *data_len)
{
	struct scan s = { text, text + len };
	struct seen seen = { .stream = 0 };
	bool whole = take_members(&s, &seen);

	*stream = seen.method ? seen.stream : 0;
	*data = seen.data.data;
	*data_len = seen.data.len;
	return whole;
}
