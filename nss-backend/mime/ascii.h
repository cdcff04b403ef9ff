/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Character classes and small text helpers of the mime floor. The C library's
 * own depend on the locale; mail does not.
 */
#ifndef NM_MIME_ASCII_H
#define NM_MIME_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t
nm_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static inline bool
nm_is_wsp(uint8_t c)
{
	return c == ' ' || c == '\t';
}

static inline bool
nm_is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static inline bool
nm_is_alpha(uint8_t c)
{
	return nm_lower(c) >= 'a' && nm_lower(c) <= 'z';
}

static inline bool
nm_is_control(uint8_t c)
{
	return c < ' ' || c == 0x7f;
}

/* A visible ASCII character, no space. */
static inline bool
nm_is_graph(uint8_t c)
{
	return c > ' ' && c < 0x7f;
}

/* RFC 5322 section 3.2.3; what is not ASCII is for the caller to judge. */
static inline bool
nm_is_atext(uint8_t c)
{
	return nm_is_graph(c) && strchr("()<>[]:;@\\,.\"", c) == NULL;
}

/* RFC 2045 section 5.1. */
static inline bool
nm_is_token(uint8_t c)
{
	return nm_is_graph(c) && strchr("()<>@,;:\\\"/[]?=", c) == NULL;
}

static inline size_t
nm_token_length(const char *p)
{
	size_t len = 0;

	while (nm_is_token((uint8_t)p[len]))
		len++;
	return len;
}

/* The value of a hexadecimal digit, or -1. */
static inline int
nm_hex(uint8_t c)
{
	if (nm_is_digit(c))
		return c - '0';
	c = nm_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Whether `len` bytes are the word `word`, case ignored. */
static inline bool
nm_is_word(const void *data, size_t len, const char *word)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\0' ||
		    nm_lower(bytes[i]) != nm_lower((uint8_t)word[i]))
			return false;
	}
	return word[len] == '\0';
}

/* The length of the well-formed UTF-8 sequence (RFC 3629) at `p`, 0: none. */
static inline size_t
nm_utf8_length(const uint8_t *p, size_t len)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t need;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		need = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		need = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		need = 4;
	else
		return 0;
	if (len < need)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return need;
}

#define NM_REPLACEMENT	   "\xef\xbf\xbd" /* U+FFFD in UTF-8 */
#define NM_BYTE_ORDER_MARK "\xef\xbb\xbf" /* U+FEFF */

/*
 * Past white space and comments (RFC 5322 section 3.2.2), nested ones too. An
 * unclosed comment goes on to the end.
 */
static inline const char *
nm_skip_cfws(const char *p)
{
	size_t depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '(') {
			depth++;
		} else if (depth == 0) {
			if (!nm_is_wsp((uint8_t)*p))
				break;
		} else if (*p == ')') {
			depth--;
		} else if (*p == '\\' && p[1] != '\0') {
			p++;
		}
	}
	return p;
}

#endif
