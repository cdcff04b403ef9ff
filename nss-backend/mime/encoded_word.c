/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <iconv.h>
#include <stdlib.h>

#include "mime/ascii.h"

#define MAX_WORD     75 /* of an encoded-word (RFC 2047 section 2) */
#define MAX_CHARSET  40
#define MAX_UNBROKEN 900 /* a line has 998 bytes at most */

/* ---- charsets ---------------------------------------------------------- */

static void
put_code_point(struct nm_buffer *out, unsigned code)
{
	if (code < 0x80) {
		nm_buffer_byte(out, (uint8_t)code);
	} else if (code < 0x800) {
		nm_buffer_byte(out, (uint8_t)(0xc0 | code >> 6));
		nm_buffer_byte(out, (uint8_t)(0x80 | (code & 0x3f)));
	} else {
		nm_buffer_byte(out, (uint8_t)(0xe0 | code >> 12));
		nm_buffer_byte(out, (uint8_t)(0x80 | (code >> 6 & 0x3f)));
		nm_buffer_byte(out, (uint8_t)(0x80 | (code & 0x3f)));
	}
}

/* A string cannot hold NUL. */
static void
put_utf8(struct nm_buffer *out, const uint8_t *p, size_t len)
{
	size_t n;

	for (; len != 0; p += n, len -= n) {
		n = nm_utf8_length(p, len);
		if (n == 0 || *p == '\0') {
			nm_buffer_string(out, NM_REPLACEMENT);
			n = 1;
		} else {
			nm_buffer_append(out, p, n);
		}
	}
}

/* ISO-8859-1 is read as windows-1252, which is what its senders mean. Done
 * here because iconv's tables are modules that a confined process may not be
 * able to load. */
static void
put_western(struct nm_buffer *out, const uint8_t *p, size_t len)
{
	static const uint16_t high[32] = { 0x20ac, 0xfffd, 0x201a, 0x0192,
		0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
		0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c,
		0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a,
		0x0153, 0xfffd, 0x017e, 0x0178 };

	for (size_t i = 0; i < len; i++) {
		if (p[i] >= 0x80 && p[i] < 0xa0)
			put_code_point(out, high[p[i] - 0x80]);
		else
			put_code_point(out, p[i] == 0 ? 0xfffd : p[i]);
	}
}

/* False: there is no such conversion, and nothing was written. */
static bool
put_iconv(
    struct nm_buffer *out, const char *charset, const uint8_t *data, size_t len)
{
	struct nm_buffer input = NM_BUFFER_INIT, raw = NM_BUFFER_INIT;
	char chunk[1024], *from, *to;
	size_t from_len = len, to_len, result;
	iconv_t cd;

	if ((cd = iconv_open("UTF-8", charset)) == (iconv_t)-1)
		return false;
	nm_buffer_append(&input, data, len); /* iconv(3) is not const */
	from = (char *)input.data;
	while (!nm_buffer_failed(&input) && from_len != 0) {
		to = chunk;
		to_len = sizeof(chunk);
		result = iconv(cd, &from, &from_len, &to, &to_len);
		nm_buffer_append(&raw, chunk, sizeof(chunk) - to_len);
		/* no progress: what is there is not of the charset, or ends
		 * before its character does */
		if (result == (size_t)-1 && to_len == sizeof(chunk) &&
		    from_len != 0) {
			nm_buffer_string(&raw, NM_REPLACEMENT);
			from++;
			from_len--;
		}
	}
	(void)iconv_close(cd);
	put_utf8(out, raw.data, raw.len);
	if (nm_buffer_failed(&input) || nm_buffer_failed(&raw))
		out->failed = true;
	nm_buffer_reset(&input);
	nm_buffer_reset(&raw);
	return true;
}

/* A slash would be an option of iconv's, or a path of its modules. */
static bool
is_charset_name(const char *charset, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_alpha((uint8_t)charset[i]) &&
		    !nm_is_digit((uint8_t)charset[i]) &&
		    strchr("-_.:+()", charset[i]) == NULL)
			return false;
	}
	return len <= MAX_CHARSET;
}

static void
put_charset(
    struct nm_buffer *out, const char *charset, const uint8_t *data, size_t len)
{
	static const char *const utf8[] = { "utf-8", "utf8", "us-ascii",
		"ascii", "" };
	static const char *const western[] = { "iso-8859-1", "iso8859-1",
		"latin1", "windows-1252", "cp1252" };
	size_t n = strlen(charset);

	for (size_t i = 0; i < sizeof(utf8) / sizeof(utf8[0]); i++) {
		if (nm_is_word(charset, n, utf8[i])) {
			put_utf8(out, data, len);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(western) / sizeof(western[0]); i++) {
		if (nm_is_word(charset, n, western[i])) {
			put_western(out, data, len);
			return;
		}
	}
	if (!is_charset_name(charset, n) || !put_iconv(out, charset, data, len))
		put_utf8(out, data, len);
}

char *
nm_charset_to_utf8(const char *charset, const uint8_t *data, size_t len)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	put_charset(&out, charset, data, len);
	return nm_buffer_take_string(&out);
}

/* ---- decoding ---------------------------------------------------------- */

struct word {
	const char *charset; /* lent, without language (RFC 2231 section 5) */
	size_t charset_len;
	bool base64;
	const char *text;
	size_t text_len;
	const char *end;
};

/* Reads an encoded-word. White space in it is not allowed but sent. */
static bool
read_word(const char *p, struct word *w)
{
	const char *star;

	if (p[0] != '=' || p[1] != '?')
		return false;
	w->charset = p += 2;
	while (nm_is_token((uint8_t)*p))
		p++;
	w->charset_len = (size_t)(p - w->charset);
	if ((star = memchr(w->charset, '*', w->charset_len)) != NULL)
		w->charset_len = (size_t)(star - w->charset);
	if (*p != '?' || w->charset_len == 0 || w->charset_len > MAX_CHARSET)
		return false;
	if (strchr("BbQq", p[1]) == NULL || p[1] == '\0' || p[2] != '?')
		return false;
	w->base64 = p[1] == 'B' || p[1] == 'b';
	w->text = p += 3;
	while (*p != '\0' && *p != '?')
		p++;
	w->text_len = (size_t)(p - w->text);
	if (p[0] != '?' || p[1] != '=')
		return false;
	w->end = p + 2;
	return true;
}

static void
decode_q(const struct word *w, struct nm_buffer *out)
{
	const uint8_t *p = (const uint8_t *)w->text;
	size_t len = w->text_len;

	for (size_t i = 0; i < len; i++) {
		if (p[i] == '=' && len - i > 2 && nm_hex(p[i + 1]) >= 0 &&
		    nm_hex(p[i + 2]) >= 0) {
			nm_buffer_byte(out,
			    (uint8_t)(nm_hex(p[i + 1]) * 16 +
				nm_hex(p[i + 2])));
			i += 2;
		} else {
			nm_buffer_byte(out, p[i] == '_' ? ' ' : p[i]);
		}
	}
}

static void
decode_b(const struct word *w, struct nm_buffer *out)
{
	struct nm_stage *to = nm_collector_new(out, SIZE_MAX);
	struct nm_stage *decoder =
	    to == NULL ? NULL : nm_base64_decoder_new(to);

	if (decoder == NULL ||
	    nm_stage_write(decoder, w->text, w->text_len) != NM_OK ||
	    nm_stage_finish(decoder) != NM_OK)
		out->failed = true;
	nm_stage_free(&decoder);
	nm_stage_free(&to);
}

static bool
same_charset(const struct word *a, const struct word *b)
{
	if (a->charset_len != b->charset_len)
		return false;
	for (size_t i = 0; i < a->charset_len; i++) {
		if (nm_lower((uint8_t)a->charset[i]) !=
		    nm_lower((uint8_t)b->charset[i]))
			return false;
	}
	return true;
}

/*
 * Decodes encoded-words from `*p` on that stand next to each other; white
 * space between them is not shown (RFC 2047 section 6.2). Those of one charset
 * are converted together, as some senders cut characters in two.
 */
static bool
decode_words(const char **p, struct nm_buffer *out)
{
	struct nm_buffer bytes = NM_BUFFER_INIT;
	char charset[MAX_CHARSET + 1];
	struct word w, next;
	const char *at;
	bool more;

	if (!read_word(*p, &w))
		return false;
	do {
		if (w.base64)
			decode_b(&w, &bytes);
		else
			decode_q(&w, &bytes);
		*p = at = w.end;
		while (nm_is_wsp((uint8_t)*at))
			at++;
		more = read_word(at, &next);
		if (!more || !same_charset(&w, &next)) {
			memcpy(charset, w.charset, w.charset_len);
			charset[w.charset_len] = '\0';
			put_charset(out, charset, bytes.data, bytes.len);
			nm_buffer_clear(&bytes);
		}
		w = next;
	} while (more && !nm_buffer_failed(&bytes));
	if (nm_buffer_failed(&bytes))
		out->failed = true;
	nm_buffer_reset(&bytes);
	return true;
}

char *
nm_text_decode(const char *value)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	const char *start;

	while (*value != '\0') {
		if (decode_words(&value, &out))
			continue;
		start = value++;
		while (*value != '\0' && *value != '=')
			value++;
		put_utf8(&out, (const uint8_t *)start, (size_t)(value - start));
	}
	for (size_t i = 0; i < out.len; i++) {
		if (nm_is_control(out.data[i]))
			out.data[i] = ' ';
	}
	return nm_buffer_take_string(&out);
}

/* ---- encoding ---------------------------------------------------------- */

static bool
is_plain_q(uint8_t c)
{
	/* as a phrase needs it (RFC 2047 section 5, rule 3) */
	return nm_is_alpha(c) || nm_is_digit(c) ||
	    (c != '\0' && strchr("!*+-/", c) != NULL);
}

static size_t
q_length(uint8_t c)
{
	return is_plain_q(c) || c == ' ' ? 1 : 3;
}

static void
put_q(struct nm_buffer *out, uint8_t c)
{
	if (c == ' ')
		nm_buffer_byte(out, '_');
	else if (is_plain_q(c))
		nm_buffer_byte(out, c);
	else
		nm_buffer_format(out, "=%02X", (unsigned)c);
}

/* Writes one encoded-word of `len` bytes. */
static void
put_word(struct nm_buffer *out, const uint8_t *p, size_t len, bool base64)
{
	char text[MAX_WORD + 1];

	nm_buffer_string(out, base64 ? "=?utf-8?B?" : "=?utf-8?Q?");
	if (base64) {
		nm_base64_encode(p, len, text);
		nm_buffer_append(out, text, nm_base64_encoded_size(len));
	} else {
		for (size_t i = 0; i < len; i++)
			put_q(out, p[i]);
	}
	nm_buffer_string(out, "?=");
}

/* Encodes all of `len` bytes of UTF-8, whole characters in each word. */
static void
put_words(struct nm_buffer *out, const uint8_t *p, size_t len)
{
	const size_t room = MAX_WORD + 1 - sizeof("=?utf-8?Q?") - 2;
	size_t special = 0, n, used, cost, step;
	bool base64, first = true;

	for (size_t i = 0; i < len; i++)
		special += q_length(p[i]) == 3;
	base64 = special > len / 6; /* then it is the shorter one */
	for (; len != 0; p += n, len -= n, first = false) {
		for (n = used = 0; n < len; n += step, used += cost) {
			step = nm_utf8_length(p + n, len - n);
			cost = 0;
			for (size_t i = 0; i < step; i++)
				cost += q_length(p[n + i]);
			if (base64 ? nm_base64_encoded_size(n + step) > room
				   : used + cost > room)
				break;
		}
		if (!first)
			nm_buffer_byte(out, ' ');
		put_word(out, p, n, base64);
	}
}

/* Whether the word (without white space) at `p` cannot stand as it is. */
static bool
needs_encoding(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_graph(p[i]) ||
		    (p[i] == '=' && len - i > 1 && p[i + 1] == '?'))
			return true;
	}
	return len > MAX_UNBROKEN;
}

void
nm_text_encode(struct nm_buffer *out, const char *utf8)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	size_t first = SIZE_MAX, last = 0, start = 0, len = strlen(utf8);

	put_utf8(&text, (const uint8_t *)utf8, len);
	len = text.len;
	/* from the first word that needs it to the last: white space between
	 * encoded-words would be lost */
	for (size_t i = 0; len != 0 && i <= len; i++) {
		if (i < len && nm_is_control(text.data[i]))
			text.data[i] = ' ';
		if (i < len && text.data[i] != ' ')
			continue;
		if (needs_encoding(text.data + start, i - start)) {
			first = first == SIZE_MAX ? start : first;
			last = i;
		}
		start = i + 1;
	}
	if (first == SIZE_MAX) {
		nm_buffer_append(out, text.data, len);
	} else {
		nm_buffer_append(out, text.data, first);
		put_words(out, text.data + first, last - first);
		nm_buffer_append(out, text.data + last, len - last);
	}
	if (nm_buffer_failed(&text))
		out->failed = true;
	nm_buffer_reset(&text);
}

void
nm_phrase_write(struct nm_buffer *out, const char *utf8)
{
	const uint8_t *p = (const uint8_t *)utf8;
	struct nm_buffer text = NM_BUFFER_INIT;
	bool atoms = *p != '\0', ascii = strstr(utf8, "=?") == NULL;

	for (size_t i = 0; p[i] != '\0'; i++) {
		atoms = atoms && (nm_is_atext(p[i]) || p[i] == ' ');
		ascii = ascii && (nm_is_graph(p[i]) || p[i] == ' ');
	}
	if (!ascii || strlen(utf8) > MAX_UNBROKEN) {
		/* all of it: what stood beside encoded-words would need its
		 * own quotes */
		put_utf8(&text, p, strlen(utf8));
		put_words(out, text.data, text.len);
	} else if (atoms) {
		nm_buffer_string(out, utf8);
	} else {
		nm_buffer_byte(out, '"');
		for (; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				nm_buffer_byte(out, '\\');
			nm_buffer_byte(out, *p);
		}
		nm_buffer_byte(out, '"');
	}
	if (nm_buffer_failed(&text))
		out->failed = true;
	nm_buffer_reset(&text);
}
