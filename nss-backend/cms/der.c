/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/cms.h>

#include <string.h>

#include <secoid.h>

/* Lengths need not be minimal: what was signed by others is read as it is. */
bool
nm_der_next(struct nm_bytes *cursor, struct nm_tlv *out)
{
	const uint8_t *p = cursor->data;
	size_t left = cursor->len, octets, len;
	struct nm_tlv t;

	if (left < 2 || (p[0] & 0x1f) == 0x1f)
		return false;
	len = p[1];
	left -= 2;
	p += 2;
	if (len >= 0x80) {
		octets = len & 0x7f;
		/* 0: indefinite; 127: reserved (X.690 8.1.3.5) */
		if (octets == 0 || octets == 127 || octets > left)
			return false;
		left -= octets;
		for (len = 0; octets != 0; octets--) {
			if (len > SIZE_MAX >> 8)
				return false;
			len = len << 8 | *p++;
		}
	}
	if (len > left)
		return false;
	t.tag = cursor->data[0];
	t.value = (struct nm_bytes){ p, len };
	t.raw.data = cursor->data;
	t.raw.len = (size_t)(p - cursor->data) + len;
	/* in this order: the cursor may be out->value */
	cursor->data += t.raw.len;
	cursor->len -= t.raw.len;
	*out = t;
	return true;
}

bool
nm_der_take(struct nm_bytes *cursor, uint8_t tag, struct nm_tlv *out)
{
	if (cursor->len == 0 || cursor->data[0] != tag)
		return false;
	return nm_der_next(cursor, out);
}

bool
nm_der_uint(struct nm_bytes value, uint64_t *out)
{
	uint64_t n = 0;

	if (value.len == 0 || (value.data[0] & 0x80) != 0)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (n > UINT64_MAX >> 8)
			return false;
		n = n << 8 | value.data[i];
	}
	*out = n;
	return true;
}

/* The octets of a length of 128 and more, without the first. */
static size_t
length_octets(size_t len, uint8_t octets[sizeof(size_t)])
{
	size_t count = 0;

	for (size_t rest = len; rest != 0; rest >>= 8)
		count++;
	for (size_t i = 0; i < count; i++)
		octets[i] = (uint8_t)(len >> (8 * (count - 1 - i)));
	return count;
}

static void
put_header(struct nm_buffer *out, uint8_t tag, size_t len)
{
	uint8_t octets[sizeof(size_t)];
	size_t count;

	nm_buffer_byte(out, tag);
	if (len < 0x80) {
		nm_buffer_byte(out, (uint8_t)len);
		return;
	}
	count = length_octets(len, octets);
	nm_buffer_byte(out, (uint8_t)(0x80 | count));
	nm_buffer_append(out, octets, count);
}

void
nm_der_put(struct nm_buffer *out, uint8_t tag, const void *data, size_t len)
{
	put_header(out, tag, len);
	nm_buffer_append(out, data, len);
}

void
nm_der_put_uint(struct nm_buffer *out, uint64_t value)
{
	uint8_t octets[9];
	size_t at = sizeof(octets);

	do {
		octets[--at] = (uint8_t)value;
		value >>= 8;
	} while (value != 0);
	if ((octets[at] & 0x80) != 0)
		octets[--at] = 0;
	nm_der_put(out, 0x02, octets + at, sizeof(octets) - at);
}

void
nm_der_put_oid(struct nm_buffer *out, SECOidTag tag)
{
	const SECOidData *oid = SECOID_FindOIDByTag(tag);

	if (oid == NULL)
		out->failed = true;
	else
		nm_der_put(out, 0x06, oid->oid.data, oid->oid.len);
}

size_t
nm_der_begin(struct nm_buffer *out, uint8_t tag)
{
	nm_buffer_byte(out, tag);
	nm_buffer_byte(out, 0);
	return out->len;
}

void
nm_der_end(struct nm_buffer *out, size_t mark)
{
	uint8_t octets[sizeof(size_t)];
	size_t len, count;

	if (nm_buffer_failed(out))
		return;
	len = out->len - mark;
	if (len < 0x80) {
		out->data[mark - 1] = (uint8_t)len;
		return;
	}
	count = length_octets(len, octets);
	if (nm_buffer_extend(out, count) == NULL)
		return;
	memmove(out->data + mark + count, out->data + mark, len);
	out->data[mark - 1] = (uint8_t)(0x80 | count);
	memcpy(out->data + mark, octets, count);
}

static bool
put_minimal(struct nm_buffer *out, struct nm_bytes elements, unsigned depth)
{
	struct nm_tlv t;

	while (elements.len != 0) {
		size_t mark;

		if (depth == NM_MAX_BER_DEPTH || !nm_der_next(&elements, &t))
			return false;
		if ((t.tag & 0x20) == 0) {
			nm_der_put(out, t.tag, t.value.data, t.value.len);
			continue;
		}
		mark = nm_der_begin(out, t.tag);
		if (!put_minimal(out, t.value, depth + 1))
			return false;
		nm_der_end(out, mark);
	}
	return true;
}

bool
nm_der_put_minimal(struct nm_buffer *out, struct nm_bytes elements)
{
	return put_minimal(out, elements, 0);
}
