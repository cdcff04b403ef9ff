/* SPDX-License-Identifier: MPL-2.0 */
#include "ber.h"

#include <string.h>

struct head {
	uint8_t tag;
	bool indefinite;
	size_t len;
	const uint8_t *raw;
	size_t raw_len;
};

static bool normalise(
    struct nm_bytes *in, unsigned depth, struct nm_buffer *out);

static bool
take_head(struct nm_bytes *in, struct head *h)
{
	size_t octets;

	if (in->len < 2 || (in->data[0] & 0x1f) == 0x1f)
		return false;
	h->tag = in->data[0];
	h->raw = in->data;
	h->raw_len = 2;
	h->len = in->data[1];
	h->indefinite = h->len == 0x80;
	if (h->len > 0x80) {
		octets = h->len & 0x7f;
		if (octets == 0x7f || octets > in->len - 2)
			return false;
		h->len = 0;
		for (size_t i = 0; i < octets; i++) {
			if (h->len > SIZE_MAX >> 8)
				return false;
			h->len = h->len << 8 | in->data[2 + i];
		}
		h->raw_len += octets;
	}
	in->data += h->raw_len;
	in->len -= h->raw_len;
	if (h->indefinite) {
		h->len = 0;
		return (h->tag & 0x20) != 0;
	}
	return h->len <= in->len && h->tag != 0;
}

static bool
end_of_contents(struct nm_bytes *in)
{
	if (in->len < 2 || in->data[0] != 0 || in->data[1] != 0)
		return false;
	in->data += 2;
	in->len -= 2;
	return true;
}

/* The children: those of `in` itself, or of the next h->len bytes of it. */
static struct nm_bytes
children(struct nm_bytes *in, const struct head *h)
{
	struct nm_bytes inner = *in;

	if (!h->indefinite) {
		inner.len = h->len;
		in->data += h->len;
		in->len -= h->len;
	}
	return inner;
}

/* A universal type that is constructed only by segmentation (X.690 8.6.4,
 * 8.7.3, 8.23): not EXTERNAL, EMBEDDED PDV, SEQUENCE, SET, CHARACTER STRING. */
static bool
is_string(uint8_t tag)
{
	const uint32_t strings = 1u << 3 | 1u << 4 | 1u << 7 | 1u << 12 |
	    0x7fu << 18 | 1u << 25 | 1u << 26 | 1u << 27 | 1u << 28 | 1u << 30;

	return (tag & 0xe0) == 0x20 && (strings >> (tag & 0x1f) & 1) != 0;
}

/*
 * Appends the contents of the segments of a string of type `tag`. A BIT
 * STRING has its count of unused bits first, at `bits`: only its last segment
 * may have any (X.690 8.6.4.1).
 */
static bool
join(struct nm_bytes *in, const struct head *h, unsigned depth, uint8_t tag,
    size_t bits, struct nm_buffer *out)
{
	struct nm_bytes inner;
	struct head s;

	if (depth >= NM_MAX_BER_DEPTH)
		return false;
	inner = children(in, h);
	while (h->indefinite ? !end_of_contents(&inner) : inner.len != 0) {
		if (!take_head(&inner, &s))
			return false;
		if (s.tag == (tag | 0x20) || s.tag == 0x24) {
			if (!join(&inner, &s, depth + 1, tag, bits, out))
				return false;
			continue;
		}
		if (s.tag != tag && (s.tag != 0x04 || tag == 0x03))
			return false;
		if (tag == 0x03) {
			if (s.len == 0 || nm_buffer_failed(out) ||
			    out->data[bits] != 0)
				return false;
			out->data[bits] = inner.data[0];
			nm_buffer_append(out, inner.data + 1, s.len - 1);
		} else {
			nm_buffer_append(out, inner.data, s.len);
		}
		inner.data += s.len;
		inner.len -= s.len;
	}
	if (h->indefinite)
		*in = inner;
	return true;
}

static bool
string(struct nm_bytes *in, const struct head *h, unsigned depth,
    struct nm_buffer *out)
{
	uint8_t tag = h->tag & 0xdf;
	size_t mark = nm_der_begin(out, tag);

	if (tag == 0x03)
		nm_buffer_byte(out, 0);
	if (!join(in, h, depth, tag, mark, out))
		return false;
	nm_der_end(out, mark);
	return true;
}

static bool
constructed(struct nm_bytes *in, const struct head *h, unsigned depth,
    struct nm_buffer *out)
{
	struct nm_bytes inner = children(in, h);
	size_t start = out->len, mark;

	/* Written as it came, so that nothing moves if nothing changes. */
	nm_buffer_append(out, h->raw, h->raw_len);
	mark = out->len;
	while (h->indefinite ? !end_of_contents(&inner) : inner.len != 0) {
		if (!normalise(&inner, depth + 1, out))
			return false;
	}
	if (h->indefinite) {
		*in = inner;
	} else if (out->len - mark == h->len) {
		return true;
	} else if (!nm_buffer_failed(out)) {
		/* the header that came no longer fits: drop its octets */
		memmove(
		    out->data + start + 2, out->data + mark, out->len - mark);
		out->len -= mark - (start + 2);
		mark = start + 2;
	}
	nm_der_end(out, mark);
	return true;
}

static bool
normalise(struct nm_bytes *in, unsigned depth, struct nm_buffer *out)
{
	struct head h;

	if (depth >= NM_MAX_BER_DEPTH || !take_head(in, &h))
		return false;
	if (is_string(h.tag))
		return string(in, &h, depth, out);
	if ((h.tag & 0x20) != 0)
		return constructed(in, &h, depth, out);
	nm_buffer_append(out, h.raw, h.raw_len + h.len);
	in->data += h.len;
	in->len -= h.len;
	return true;
}

bool
nm_ber_normalise(struct nm_bytes ber, struct nm_buffer *out)
{
	return normalise(&ber, 0, out) && ber.len == 0 &&
	    !nm_buffer_failed(out);
}
