/* SPDX-License-Identifier: MPL-2.0 */
#include "text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#define REPLACEMENT    "\xef\xbf\xbd"
#define ELLIPSIS       "\xe2\x80\xa6"
#define NAME_MAX_BYTES 255

size_t
host_utf8_next(const uint8_t *data, size_t len, uint32_t *c)
{
	size_t size;
	uint32_t least;

	if (len == 0)
		return 0;
	if (data[0] < 0x80) {
		*c = data[0];
		return 1;
	}
	if ((data[0] & 0xe0) == 0xc0) {
		size = 2;
		least = 0x80;
		*c = data[0] & 0x1f;
	} else if ((data[0] & 0xf0) == 0xe0) {
		size = 3;
		least = 0x800;
		*c = data[0] & 0x0f;
	} else if ((data[0] & 0xf8) == 0xf0) {
		size = 4;
		least = 0x10000;
		*c = data[0] & 0x07;
	} else {
		return 0;
	}
	if (len < size)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (data[i] & 0x3f);
	}
	if (*c < least || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return size;
}

size_t
host_utf8_valid(const uint8_t *data, size_t len)
{
	uint64_t word;
	uint32_t c;
	size_t at = 0, size;

	while (at < len) {
		/* eight ASCII characters at a time: most text is */
		if (len - at >= sizeof(word)) {
			memcpy(&word, data + at, sizeof(word));
			if ((word & UINT64_C(0x8080808080808080)) == 0) {
				at += sizeof(word);
				continue;
			}
		}
		if ((size = host_utf8_next(data + at, len - at, &c)) == 0)
			break;
		at += size;
	}
	return at;
}

void
host_utf8_repair(struct nm_buffer *out, const uint8_t *data, size_t len)
{
	size_t good;

	while (len != 0) {
		good = host_utf8_valid(data, len);
		nm_buffer_append(out, data, good);
		data += good;
		len -= good;
		if (len != 0) {
			nm_buffer_string(out, REPLACEMENT);
			data++;
			len--;
		}
	}
}

/* Marks and overrides of direction (Unicode TR 9), what has no width, line
 * and paragraph separators, variation selectors' supplement and tags. */
static bool
is_hidden(uint32_t c)
{
	return c == 0x00ad || c == 0x034f || c == 0x061c ||
	    (c >= 0x115f && c <= 0x1160) || (c >= 0x17b4 && c <= 0x17b5) ||
	    (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
	    c == 0xffa0 || (c >= 0xfff0 && c <= 0xfffb) ||
	    (c >= 0xe0000 && c <= 0xe0fff);
}

void
host_text_clean(struct nm_buffer *out, const char *text, size_t most)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t len = strlen(text), size, used = 0;
	uint32_t c;
	struct nm_bytes piece;

	while (len != 0) {
		size = host_utf8_next(at, len, &c);
		piece = (struct nm_bytes){ at, size };
		if (size == 0) {
			piece = (struct nm_bytes){ (const uint8_t *)REPLACEMENT,
				3 };
			size = 1;
		} else if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) {
			piece = (struct nm_bytes){ (const uint8_t *)" ", 1 };
		} else if (is_hidden(c)) {
			piece.len = 0;
		}
		if (used + piece.len > most) {
			nm_buffer_string(out, ELLIPSIS);
			return;
		}
		nm_buffer_append(out, piece.data, piece.len);
		used += piece.len;
		at += size;
		len -= size;
	}
}

static bool
is_name_byte(uint8_t c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
}

static bool
has_a_label(const char *name)
{
	return strncasecmp(name, "xn--", 4) == 0 ||
	    strcasestr(name, ".xn--") != NULL;
}

/* The other form of a host name; caller frees; NULL: it has none. */
static char *
other_form(const uint8_t *data, size_t len, bool after_at)
{
	char name[NAME_MAX_BYTES + 1], *other = NULL;
	bool ascii = true;
	int rc;

	if (len > NAME_MAX_BYTES)
		return NULL;
	memcpy(name, data, len);
	name[len] = '\0';
	for (size_t i = 0; i < len; i++)
		ascii = ascii && data[i] < 0x80;
	if (ascii && has_a_label(name))
		rc = idn2_to_unicode_8z8z(name, &other, IDN2_NONTRANSITIONAL);
	else if (!ascii && after_at)
		rc = idn2_to_ascii_8z(name, &other, IDN2_NONTRANSITIONAL);
	else
		return NULL;
	if (rc != IDN2_OK || strcmp(name, other) == 0) {
		free(other);
		return NULL;
	}
	return other;
}

void
host_text_show(struct nm_buffer *out, const char *text, size_t most)
{
	struct nm_buffer whole = NM_BUFFER_INIT;
	const uint8_t *at = (const uint8_t *)text;
	size_t len = strlen(text), run;
	bool after_at = false;
	char *other, *string;

	while (len != 0) {
		for (run = 0; run < len && is_name_byte(at[run]); run++)
			;
		if (run == 0) {
			after_at = *at == '@' || *at == '/';
			nm_buffer_byte(&whole, *at);
			run = 1;
		} else {
			nm_buffer_append(&whole, at, run);
			if ((other = other_form(at, run, after_at)) != NULL) {
				nm_buffer_format(&whole, " (%s)", other);
				free(other);
			}
		}
		at += run;
		len -= run;
	}
	if ((string = nm_buffer_take_string(&whole)) != NULL)
		host_text_clean(out, string, most);
	free(string);
}
