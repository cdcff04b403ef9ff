/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Distinguished names compared by RFC 5280 section 7.1: RDN by RDN, each a
 * set of attributes, their text without regard to case, to the kind of string
 * and to white space. Case is folded for the alphabets that have simple
 * pairs; other characters are compared as they are.
 */
#include "certificate/constraint.h"

#include <string.h>

#define MAX_ATTRIBUTES 32u /* of one RDN */
#define MAX_TEXT       1024u

#define TAG_UTF8      0x0c
#define TAG_NUMERIC   0x12
#define TAG_PRINTABLE 0x13
#define TAG_TELETEX   0x14
#define TAG_IA5	      0x16
#define TAG_VISIBLE   0x1a
#define TAG_UNIVERSAL 0x1c
#define TAG_BMP	      0x1e

/* Text as characters, folded. */
struct text {
	uint32_t c[MAX_TEXT];
	size_t len;
	bool space; /* one is owed */
	bool marks; /* which NFKC would join with what is before them */
};

static uint32_t
fold(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
	    (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 0x20;
	if (c >= 0x400 && c <= 0x40f)
		return c + 0x50;
	if (c >= 0x388 && c <= 0x38a)
		return c + 0x25;
	if (c == 0x38e || c == 0x38f)
		return c + 0x3f;
	if (c == 0x386)
		return 0x3ac;
	if (c == 0x38c)
		return 0x3cc;
	if (c == 0x3c2) /* final sigma */
		return 0x3c3;
	/* Latin Extended-A: pairs, but for two runs that begin at odd ones */
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return (c & 1) != 0 ? c + 1 : c;
	if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x138)
		return c | 1;
	return c;
}

/* What RFC 4518 section 2.2 maps to a space. */
static bool
is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0 ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	    c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

/* What it maps to nothing: controls, and what nobody sees. */
static bool
is_nothing(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x01, 0x08 },
		{ 0x0e, 0x1f },
		{ 0x7f, 0x84 },
		{ 0x86, 0x9f },
		{ 0xad, 0xad },
		{ 0x34f, 0x34f },
		{ 0x6dd, 0x6dd },
		{ 0x70f, 0x70f },
		{ 0x1806, 0x1806 },
		{ 0x180b, 0x180e },
		{ 0x200b, 0x200f },
		{ 0x202a, 0x202e },
		{ 0x2060, 0x2063 },
		{ 0x206a, 0x206f },
		{ 0xfe00, 0xfe0f },
		{ 0xfeff, 0xfeff },
		{ 0xfff9, 0xfffc },
		{ 0x1d173, 0x1d17a },
		{ 0xe0001, 0xe0001 },
		{ 0xe0020, 0xe007f },
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

/* Outer white space goes, inner is one space (RFC 4518 section 2.6.1). */
static bool
put(struct text *t, uint32_t c)
{
	if (is_nothing(c))
		return true;
	if (is_space(c)) {
		t->space = t->len != 0;
		return true;
	}
	/* the wide forms of ASCII, by NFKC (section 2.3) */
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xfee0;
	if (c == 0xdf || c == 0x1e9e) /* RFC 3454 B.2: sharp s */
		return put(t, 's') && put(t, 's');
	t->marks |= c >= 0x300 && c <= 0x36f;
	if (t->len + 2 > MAX_TEXT)
		return false;
	if (t->space)
		t->c[t->len++] = ' ';
	t->space = false;
	t->c[t->len++] = fold(c);
	return true;
}

/* The next character of UTF-8; 0: none (NUL is no text either). */
static uint32_t
next_utf8(struct nm_bytes *v)
{
	static const uint8_t lead[] = { 0xc0, 0xe0, 0xf0 };
	uint32_t c = v->data[0];
	size_t more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;

	if (v->len <= more || (c >= 0x80 && more == 0))
		return 0;
	if (more != 0)
		c -= lead[more - 1];
	for (size_t i = 1; i <= more; i++) {
		if ((v->data[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (v->data[i] & 0x3fu);
	}
	v->data += more + 1;
	v->len -= more + 1;
	return c;
}

static uint32_t
next_wide(struct nm_bytes *v, size_t width)
{
	uint32_t c = 0;

	if (v->len < width)
		return 0;
	for (size_t i = 0; i < width; i++)
		c = c << 8 | v->data[i];
	v->data += width;
	v->len -= width;
	return c;
}

static bool
is_string(uint8_t tag)
{
	return tag == TAG_UTF8 || tag == TAG_NUMERIC || tag == TAG_PRINTABLE ||
	    tag == TAG_TELETEX || tag == TAG_IA5 || tag == TAG_VISIBLE ||
	    tag == TAG_UNIVERSAL || tag == TAG_BMP;
}

static bool
decode(const struct nm_tlv *value, struct text *out)
{
	struct nm_bytes v = value->value;
	uint32_t c;

	out->len = 0;
	out->space = out->marks = false;
	while (v.len != 0) {
		if (value->tag == TAG_UTF8)
			c = next_utf8(&v);
		else
			c = next_wide(&v,
			    value->tag == TAG_BMP	      ? 2
				: value->tag == TAG_UNIVERSAL ? 4
							      : 1);
		if (c == 0 || !put(out, c))
			return false;
	}
	return true;
}

static enum nm_match
same_value(const struct nm_tlv *a, const struct nm_tlv *b)
{
	struct text x, y;

	if (nm_bytes_equal(a->raw, b->raw))
		return NM_MATCH_YES;
	if (!is_string(a->tag) || !is_string(b->tag))
		return NM_MATCH_NO;
	if (!decode(a, &x) || !decode(b, &y))
		return NM_MATCH_UNKNOWN;
	if (x.len == y.len && memcmp(x.c, y.c, x.len * sizeof(*x.c)) == 0)
		return NM_MATCH_YES;
	/* they may be the same, the one composed and the other not */
	return x.marks || y.marks ? NM_MATCH_UNKNOWN : NM_MATCH_NO;
}

struct attribute {
	struct nm_bytes type;
	struct nm_tlv value;
};

/* RelativeDistinguishedName ::= SET OF AttributeTypeAndValue */
static bool
read_rdn(struct nm_bytes set, struct attribute *out, size_t *count)
{
	struct nm_tlv pair, type;

	for (*count = 0; set.len != 0; (*count)++) {
		if (*count == MAX_ATTRIBUTES ||
		    !nm_der_take(&set, 0x30, &pair) ||
		    !nm_der_take(&pair.value, 0x06, &type) ||
		    !nm_der_next(&pair.value, &out[*count].value) ||
		    pair.value.len != 0)
			return false;
		out[*count].type = type.value;
	}
	return *count != 0;
}

static enum nm_match
same_rdn(struct nm_bytes a, struct nm_bytes b)
{
	struct attribute x[MAX_ATTRIBUTES], y[MAX_ATTRIBUTES];
	bool used[MAX_ATTRIBUTES] = { false };
	enum nm_match match, whole = NM_MATCH_YES;
	size_t n, m, j;

	if (!read_rdn(a, x, &n) || !read_rdn(b, y, &m))
		return NM_MATCH_UNKNOWN;
	if (n != m)
		return NM_MATCH_NO;
	for (size_t i = 0; i < n; i++) {
		match = NM_MATCH_NO;
		for (j = 0; j < m && match == NM_MATCH_NO; j++) {
			if (!used[j] && nm_bytes_equal(x[i].type, y[j].type))
				match = same_value(&x[i].value, &y[j].value);
		}
		if (match == NM_MATCH_NO)
			return match;
		used[j - 1] = true;
		if (match == NM_MATCH_UNKNOWN)
			whole = match;
	}
	return whole;
}

enum nm_match
nm_directory_inside(struct nm_bytes name, struct nm_bytes base)
{
	struct nm_tlv names, bases, a, b;
	enum nm_match match, whole = NM_MATCH_YES;

	if (!nm_der_take(&name, 0x30, &names) || name.len != 0 ||
	    !nm_der_take(&base, 0x30, &bases) || base.len != 0)
		return NM_MATCH_UNKNOWN;
	while (bases.value.len != 0) {
		if (names.value.len == 0)
			return NM_MATCH_NO;
		if (!nm_der_take(&bases.value, 0x31, &b) ||
		    !nm_der_take(&names.value, 0x31, &a))
			return NM_MATCH_UNKNOWN;
		match = same_rdn(a.value, b.value);
		if (match == NM_MATCH_NO)
			return match;
		if (match == NM_MATCH_UNKNOWN)
			whole = match;
	}
	return whole;
}
