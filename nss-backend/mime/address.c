/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <idn2.h>
#include <stdlib.h>

#include "mime/ascii.h"

/* ---- the form in which addresses are compared -------------------------- */

static void
put_lower(struct nm_buffer *out, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		nm_buffer_byte(out, nm_lower((uint8_t)p[i]));
}

/* A local part that needs no quotes is the same without them. */
static bool
put_local(struct nm_buffer *out, const char *p, size_t len)
{
	struct nm_buffer inner = NM_BUFFER_INIT;
	bool plain = len != 0, quoted;

	quoted = len >= 2 && p[0] == '"' && p[len - 1] == '"';
	for (size_t i = quoted ? 1 : 0; i < (quoted ? len - 1 : len); i++) {
		if (nm_is_control((uint8_t)p[i]))
			plain = quoted = false;
		if (quoted && p[i] == '\\' && i + 1 < len - 1)
			i++;
		nm_buffer_byte(&inner, nm_lower((uint8_t)p[i]));
	}
	for (size_t i = 0; i < inner.len; i++) {
		if (!nm_is_atext(inner.data[i]) && inner.data[i] < 0x80 &&
		    inner.data[i] != '.')
			plain = false;
	}
	if (plain && inner.len != 0)
		nm_buffer_append(out, inner.data, inner.len);
	else if (quoted)
		put_lower(out, p, len);
	if (nm_buffer_failed(&inner))
		out->failed = true;
	nm_buffer_reset(&inner);
	return plain || quoted;
}

static bool
is_host_name(const char *p)
{
	for (; *p != '\0'; p++) {
		if (!nm_is_alpha((uint8_t)*p) && !nm_is_digit((uint8_t)*p) &&
		    strchr("-._", *p) == NULL)
			return false;
	}
	return true;
}

static bool
put_domain(struct nm_buffer *out, const char *domain)
{
	bool ascii = true;
	char *looked_up = NULL;

	if (*domain == '\0')
		return false;
	for (const char *p = domain; *p != '\0'; p++) {
		if ((uint8_t)*p >= 0x80)
			ascii = false;
		else if (!nm_is_graph((uint8_t)*p))
			return false;
	}
	/* mapped as every registry's clients map (RFC 5895, UTS 46); what
	 * comes out may have no more in it than a host name */
	if (!ascii &&
	    idn2_to_ascii_8z(domain, &looked_up,
		IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK &&
	    is_host_name(looked_up))
		put_lower(out, looked_up, strlen(looked_up));
	else
		put_lower(out, domain, strlen(domain));
	idn2_free(looked_up);
	return true;
}

char *
nm_address_normalise(const char *address)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	/* a domain has no "@" (RFC 5321 section 4.1.2) */
	const char *at = strrchr(address, '@');
	bool good;

	good = at != NULL && put_local(&out, address, (size_t)(at - address));
	if (good) {
		nm_buffer_byte(&out, '@');
		good = put_domain(&out, at + 1);
	}
	if (good)
		return nm_buffer_take_string(&out);
	nm_buffer_reset(&out);
	return NULL;
}

/* "user@example.org": nothing that could be written in two ways but for
 * case. */
static bool
is_plain(const char *address)
{
	const char *at = strchr(address, '@');

	for (const char *p = address; *p != '\0'; p++) {
		if (p != at && *p != '.' && !nm_is_atext((uint8_t)*p))
			return false;
	}
	return at != NULL && at != address && at[1] != '\0';
}

bool
nm_address_equal(const char *a, const char *b)
{
	char *x, *y;
	bool equal;

	/* nearly all are: no memory is needed to say so */
	if (is_plain(a) && is_plain(b))
		return nm_is_word(a, strlen(a), b);
	x = nm_address_normalise(a);
	y = nm_address_normalise(b);
	equal = x != NULL && y != NULL && strcmp(x, y) == 0;
	free(x);
	free(y);
	return equal;
}

/* ---- addresses in a text ----------------------------------------------- */

static unsigned
code_point(const uint8_t *p, size_t len)
{
	unsigned code = len == 2 ? p[0] & 0x1fu
	    : len == 3		 ? p[0] & 0x0fu
	    : len == 4		 ? p[0] & 0x07u
				 : p[0];

	for (size_t i = 1; i < len; i++)
		code = code << 6 | (p[i] & 0x3fu);
	return code;
}

/* Characters that are not seen and only set two strings apart. */
static bool
is_invisible(unsigned c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f ||
	    c == 0x1160 || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 ||
	    c == 0x3164 || (c >= 0xe0000 && c <= 0xe0fff);
}

/* Full stops of other scripts and what else looks like one (Unicode Technical
 * Standard 39, confusables). */
static bool
is_like_dot(unsigned c)
{
	return c == 0x660 || c == 0x6d4 || c == 0x6f0 || c == 0x701 ||
	    c == 0x702 || c == 0x2024 || c == 0x3002 || c == 0xa4f8 ||
	    c == 0xa60e || c == 0xfe52 || c == 0xff61 || c == 0x10a50 ||
	    c == 0x1d16d;
}

/* What a reader sees: look-alikes of the ASCII that addresses are made of
 * become that, spaces and punctuation of other scripts a space. */
static void
put_seen(struct nm_buffer *out, const uint8_t *p, size_t len)
{
	unsigned c = code_point(p, len);

	if (is_invisible(c))
		return;
	if (c >= 0xff01 && c <= 0xff5e)
		nm_buffer_byte(out, (uint8_t)(c - 0xff01 + '!'));
	else if (c == 0xfe6b)
		nm_buffer_byte(out, '@');
	else if (is_like_dot(c))
		nm_buffer_byte(out, '.');
	else if (c == 0xa0 || (c >= 0x2000 && c <= 0x206f) ||
	    (c >= 0x3000 && c <= 0x303f))
		nm_buffer_byte(out, ' ');
	else
		nm_buffer_append(out, p, len);
}

static bool
is_domain_byte(uint8_t c)
{
	return nm_is_alpha(c) || nm_is_digit(c) || c == '-' || c == '_' ||
	    c >= 0x80;
}

/*
 * Reads the address around the "@" at `at`, white space beside it allowed for
 * (as the obsolete syntax does), with a domain of two labels or more. False:
 * there is none.
 */
static bool
read_around(const uint8_t *text, size_t len, size_t from, size_t at,
    struct nm_buffer *out)
{
	size_t local_end = at, local, domain = at + 1, end, dots = 0;

	while (local_end > from && nm_is_wsp(text[local_end - 1]))
		local_end--;
	local = local_end;
	if (local > from && text[local - 1] == '"') {
		/* a quoted local part: only that it is there counts */
		local--;
	} else {
		while (local > from &&
		    (nm_is_atext(text[local - 1]) || text[local - 1] >= 0x80 ||
			text[local - 1] == '.'))
			local--;
		while (local < local_end && strchr("'`", text[local]) != NULL)
			local++;
	}
	while (domain < len && nm_is_wsp(text[domain]))
		domain++;
	for (end = domain; end < len; end++) {
		if (is_domain_byte(text[end]))
			continue;
		if (text[end] != '.' || end == domain || end + 1 == len ||
		    !is_domain_byte(text[end + 1]))
			break;
		dots++;
	}
	if (local == local_end || dots == 0)
		return false;
	nm_buffer_append(out, text + local, local_end - local);
	nm_buffer_byte(out, '@');
	nm_buffer_append(out, text + domain, end - domain);
	return true;
}

bool
nm_text_contains_address(const char *utf8, char **found)
{
	struct nm_buffer seen = NM_BUFFER_INIT, one = NM_BUFFER_INIT;
	const uint8_t *p = (const uint8_t *)utf8;
	size_t len = strlen(utf8), n, from = 0;
	bool no_memory = false;
	char *first = NULL, *next;

	*found = NULL;
	for (; len != 0; p += n, len -= n) {
		if ((n = nm_utf8_length(p, len)) != 0)
			put_seen(&seen, p, n);
		else
			n = 1;
	}
	for (size_t at = 0; at < seen.len; at++) {
		if (seen.data[at] != '@')
			continue;
		if (!read_around(seen.data, seen.len, from, at, &one)) {
			from = at + 1;
			continue;
		}
		from = at + 1;
		next = nm_buffer_take_string(&one);
		if (next == NULL || first == NULL) {
			no_memory |= next == NULL;
			first = first == NULL ? next : first;
			continue;
		}
		if (!nm_address_equal(first, next)) {
			/* no one address: equal to none */
			nm_buffer_format(&one, "%s, %s", first, next);
			free(first);
			free(next);
			first = nm_buffer_take_string(&one);
			no_memory |= first == NULL;
			break;
		}
		free(next);
	}
	if (no_memory || nm_buffer_failed(&seen)) {
		free(first);
		first = NULL;
		no_memory = true;
	}
	nm_buffer_reset(&seen);
	nm_buffer_reset(&one);
	*found = first;
	return no_memory || first != NULL;
}
