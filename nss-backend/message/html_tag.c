/* SPDX-License-Identifier: MPL-2.0 */
#include "html_tag.h"

#include <string.h>
#include <strings.h>

#include "mime/ascii.h"

const uint8_t *
nm_html_find(const uint8_t *p, const uint8_t *end, const char *text)
{
	return memmem(p, (size_t)(end - p), text, strlen(text));
}

const uint8_t *
nm_html_tag_end(const uint8_t *p, const uint8_t *end)
{
	uint8_t quote = 0, last = 0;

	for (; p < end; p++) {
		if (quote != 0) {
			if (*p == quote)
				quote = 0;
		} else if (*p == '>') {
			return p + 1;
		} else if ((*p == '"' || *p == '\'') && last == '=') {
			quote = *p;
		}
		if (*p > ' ')
			last = *p;
	}
	return NULL;
}

bool
nm_html_is_name(const uint8_t *p, size_t len, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (nm_is_word(p, len, *names))
			return true;
	}
	return false;
}

const uint8_t *
nm_html_text_end(
    const uint8_t *p, const uint8_t *end, const uint8_t *name, size_t len)
{
	while ((p = nm_html_find(p, end, "</")) != NULL) {
		p += 2;
		if ((size_t)(end - p) <= len)
			return NULL;
		if (strncasecmp((const char *)p, (const char *)name, len) ==
			0 &&
		    !nm_is_alpha(p[len]) && !nm_is_digit(p[len]))
			return nm_html_tag_end(p, end);
	}
	return NULL;
}

static bool
is_space(uint8_t c)
{
	return c <= ' ';
}

/* The value after "=", and where it ends. */
static const uint8_t *
attribute_value(
    const uint8_t *p, const uint8_t *end, const uint8_t **value, size_t *len)
{
	uint8_t quote;

	while (p < end && is_space(*p))
		p++;
	if (p < end && (*p == '"' || *p == '\'')) {
		quote = *p++;
		*value = p;
		while (p < end && *p != quote)
			p++;
		*len = (size_t)(p - *value);
		return p < end ? p + 1 : end;
	}
	*value = p;
	while (p < end && !is_space(*p))
		p++;
	*len = (size_t)(p - *value);
	return p;
}

/* Classes are told apart by their case (HTML 3.2.6). */
static bool
has_word(const uint8_t *p, size_t len, const char *word)
{
	size_t from = 0, at, want = strlen(word);

	while (from < len) {
		for (at = from; at < len && !is_space(p[at]);)
			at++;
		if (at - from == want && memcmp(p + from, word, want) == 0)
			return true;
		from = at + 1;
	}
	return false;
}

bool
nm_html_has_class(const uint8_t *p, const uint8_t *end, const char *class)
{
	const uint8_t *name, *value;
	size_t name_len, len;

	while (p < end) {
		while (p < end && (is_space(*p) || *p == '/'))
			p++;
		for (name = p; p<end && * p> ' ' && *p != '/' &&
		     (*p != '=' || p == name);)
			p++;
		name_len = (size_t)(p - name);
		while (p < end && is_space(*p))
			p++;
		if (p == end || *p != '=')
			continue;
		p = attribute_value(p + 1, end, &value, &len);
		/* the first of them counts */
		if (nm_is_word(name, name_len, "class"))
			return has_word(value, len, class);
	}
	return false;
}
