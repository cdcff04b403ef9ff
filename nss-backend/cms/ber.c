/* SPDX-License-Identifier: MPL-2.0 */
#include "ber.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MAX 128 /* identifier, length's first, 126 further octets */
/* Segments shorter than this are gathered before they are handed on: others
 * send content in pieces of a line each. */
#define SHORT_SEGMENT 2048
#define GATHER	      8192

/* An element whose children are reported, or a streamed constructed string. */
struct frame {
	uint64_t limit; /* where it, or what it is in, ends at the latest */
	uint8_t tag;
	bool indefinite;
	bool stream;
};

enum leaf {
	LEAF_SKIP,
	LEAF_CAPTURE,
	LEAF_DATA
};

struct nm_ber {
	const struct nm_ber_handler *handler;
	void *arg;
	struct nm_fault *fault;
	size_t capture_limit;
	size_t capture_left;
	enum nm_error failed; /* sticky */

	struct frame frames[NM_MAX_BER_DEPTH];
	unsigned depth;	 /* of frames */
	unsigned opaque; /* indefinite elements open in one skipped or
			    captured */
	bool whole; /* the leaf, or opaque element, is one itself, and not a
		       child or segment of one */
	uint64_t at;
	bool begun;
	bool done;

	enum leaf leaf;
	uint64_t left; /* bytes of the leaf */

	uint8_t header[HEADER_MAX];
	size_t header_len;

	struct nm_buffer capture;
	struct nm_buffer normal;
	uint8_t gathered[GATHER];
	size_t gathered_len;
};

struct nm_ber *
nm_ber_new(const struct nm_ber_handler *handler, void *arg,
    size_t capture_limit, struct nm_fault *fault)
{
	struct nm_ber *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->handler = handler;
	b->arg = arg;
	b->fault = fault;
	b->capture_limit = capture_limit;
	b->capture_left = capture_limit;
	return b;
}

void
nm_ber_free(struct nm_ber **b)
{
	if (*b == NULL)
		return;
	nm_buffer_reset(&(*b)->capture);
	nm_buffer_reset(&(*b)->normal);
	nm_wipe((*b)->gathered, sizeof((*b)->gathered));
	free(*b);
	*b = NULL;
}

bool
nm_ber_done(const struct nm_ber *b)
{
	return b->done;
}

static enum nm_error
malformed(struct nm_ber *b, const char *why)
{
	return nm_fail(
	    b->fault, NM_ERR_MALFORMED_MESSAGE, "The CMS structure %s", why);
}

static enum nm_error
too_deep(struct nm_ber *b)
{
	return nm_fail(b->fault, NM_ERR_MALFORMED_MESSAGE,
	    "The CMS structure is nested more than %d deep", NM_MAX_BER_DEPTH);
}

static uint64_t
limit(const struct nm_ber *b)
{
	return b->depth == 0 ? UINT64_MAX : b->frames[b->depth - 1].limit;
}

/* ---- what an element holds ------------------------------------------ */

static enum nm_error
keep(struct nm_ber *b, const uint8_t *data, size_t len)
{
	if (len > b->capture_left)
		return nm_fail(b->fault, NM_ERR_MALFORMED_MESSAGE,
		    "The CMS structure has more than %zu bytes beside its "
		    "content",
		    b->capture_limit);
	b->capture_left -= len;
	nm_buffer_append(&b->capture, data, len);
	return nm_buffer_failed(&b->capture) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
hand_on(struct nm_ber *b)
{
	size_t len = b->gathered_len;

	b->gathered_len = 0;
	return len == 0 ? NM_OK : b->handler->data(b->arg, b->gathered, len);
}

static enum nm_error
data(struct nm_ber *b, const uint8_t *p, size_t len)
{
	enum nm_error e;

	if (b->gathered_len + len > GATHER || len >= SHORT_SEGMENT) {
		if ((e = hand_on(b)) != NM_OK)
			return e;
	}
	if (len >= SHORT_SEGMENT)
		return b->handler->data(b->arg, p, len);
	memcpy(b->gathered + b->gathered_len, p, len);
	b->gathered_len += len;
	return NM_OK;
}

static enum nm_error
captured(struct nm_ber *b)
{
	struct nm_bytes cursor = nm_buffer_bytes(&b->capture);
	struct nm_tlv tlv;
	enum nm_error e;

	if ((cursor.data[0] & 0x20) != 0) {
		if (!nm_ber_normalise(cursor, &b->normal))
			return nm_buffer_failed(&b->normal)
			    ? nm_fail(
				  b->fault, NM_ERR_INTERNAL, "Out of memory")
			    : malformed(b, "is malformed inside");
		cursor = nm_buffer_bytes(&b->normal);
	}
	if (!nm_der_next(&cursor, &tlv))
		return malformed(b, "is malformed inside");
	e = b->handler->element(b->arg, b->depth, &tlv);
	nm_buffer_clear(&b->capture);
	nm_buffer_clear(&b->normal);
	return e;
}

/* The skipped, captured or streamed element itself is over. */
static enum nm_error
whole_ended(struct nm_ber *b)
{
	enum nm_error e;

	b->whole = false;
	switch (b->leaf) {
	case LEAF_SKIP:
		return NM_OK;
	case LEAF_CAPTURE:
		return captured(b);
	case LEAF_DATA:
		break;
	}
	if ((e = hand_on(b)) != NM_OK)
		return e;
	return b->handler->end(b->arg, b->depth, b->header[0]);
}

/* ---- frames --------------------------------------------------------- */

static enum nm_error
push(struct nm_ber *b, uint8_t tag, bool indefinite, uint64_t len, bool stream)
{
	struct frame *f;

	if (b->depth == NM_MAX_BER_DEPTH)
		return too_deep(b);
	f = &b->frames[b->depth];
	f->limit = indefinite ? limit(b) : b->at + len;
	f->tag = tag;
	f->indefinite = indefinite;
	f->stream = stream;
	b->depth++;
	return NM_OK;
}

static enum nm_error
pop(struct nm_ber *b)
{
	struct frame *f = &b->frames[--b->depth];
	enum nm_error e;

	if (f->stream) {
		/* a segment's end is nothing to tell */
		if (b->depth != 0 && b->frames[b->depth - 1].stream)
			return NM_OK;
		if ((e = hand_on(b)) != NM_OK)
			return e;
	}
	return b->handler->end(b->arg, b->depth, f->tag);
}

/* Ends all that ends at this byte. */
static enum nm_error
settle(struct nm_ber *b)
{
	enum nm_error e;

	if (b->left != 0 || b->opaque != 0)
		return NM_OK;
	if (b->whole && (e = whole_ended(b)) != NM_OK)
		return e;
	while (b->depth != 0 && !b->frames[b->depth - 1].indefinite &&
	    b->frames[b->depth - 1].limit == b->at) {
		if ((e = pop(b)) != NM_OK)
			return e;
	}
	b->done = b->begun && b->depth == 0;
	return NM_OK;
}

/* ---- headers -------------------------------------------------------- */

static enum nm_error
end_of_contents(struct nm_ber *b)
{
	enum nm_error e;

	if (b->opaque != 0) {
		if (b->leaf == LEAF_CAPTURE &&
		    (e = keep(b, b->header, b->header_len)) != NM_OK)
			return e;
		b->opaque--;
		return settle(b);
	}
	if (b->depth == 0 || !b->frames[b->depth - 1].indefinite)
		return malformed(b, "has an end-of-contents out of place");
	if ((e = pop(b)) != NM_OK)
		return e;
	return settle(b);
}

static enum nm_error
opaque_element(struct nm_ber *b, bool indefinite, uint64_t len)
{
	enum nm_error e;

	if (b->leaf == LEAF_CAPTURE) {
		if ((e = keep(b, b->header, b->header_len)) != NM_OK)
			return e;
	}
	if (indefinite) {
		if (b->depth + b->opaque >= NM_MAX_BER_DEPTH)
			return too_deep(b);
		b->opaque++;
	} else {
		b->left = len;
	}
	return settle(b);
}

static enum nm_error
begin_stream(struct nm_ber *b, uint8_t tag, bool indefinite, uint64_t len)
{
	enum nm_error e;

	if (tag != 0x04 && tag != 0x24 && (tag & 0xc0) != 0x80)
		return malformed(b,
		    "has something else in an OCTET STRING's "
		    "place");
	if ((tag & 0x20) != 0) {
		if ((e = push(b, tag, indefinite, len, true)) != NM_OK)
			return e;
		return settle(b);
	}
	b->leaf = LEAF_DATA;
	b->whole = true;
	b->left = len;
	return settle(b);
}

static enum nm_error
segment(struct nm_ber *b, uint8_t tag, bool indefinite, uint64_t len)
{
	enum nm_error e;

	if (tag == 0x24) {
		if ((e = push(b, tag, indefinite, len, true)) != NM_OK)
			return e;
		return settle(b);
	}
	if (tag != 0x04)
		return malformed(b,
		    "has something else among the segments of "
		    "an OCTET STRING");
	b->leaf = LEAF_DATA;
	b->left = len;
	return settle(b);
}

static enum nm_error
element(struct nm_ber *b, uint8_t tag, bool indefinite, uint64_t len)
{
	enum nm_ber_action action = NM_BER_SKIP;
	enum nm_error e;

	b->begun = true;
	e = b->handler->begin(b->arg, b->depth, tag, &action);
	if (e != NM_OK)
		return e;
	switch (action) {
	case NM_BER_DESCEND:
		if ((tag & 0x20) == 0)
			return malformed(b,
			    "has a primitive element where "
			    "there is to be a constructed one");
		if ((e = push(b, tag, indefinite, len, false)) != NM_OK)
			return e;
		return settle(b);
	case NM_BER_STREAM:
		return begin_stream(b, tag, indefinite, len);
	case NM_BER_CAPTURE:
	case NM_BER_SKIP:
		break;
	}
	b->leaf = action == NM_BER_CAPTURE ? LEAF_CAPTURE : LEAF_SKIP;
	b->whole = true;
	return opaque_element(b, indefinite, len);
}

static enum nm_error
header(struct nm_ber *b, bool indefinite, uint64_t len)
{
	uint8_t tag = b->header[0];

	if (indefinite && (tag & 0x20) == 0)
		return malformed(b,
		    "has a primitive element of indefinite "
		    "length");
	if (tag == 0) {
		if (b->header_len != 2 || b->header[1] != 0)
			return malformed(b, "has a malformed end-of-contents");
		return end_of_contents(b);
	}
	if (!indefinite && len > limit(b) - b->at)
		return malformed(b, "has an element longer than what it is in");
	if (b->opaque != 0)
		return opaque_element(b, indefinite, len);
	if (b->depth != 0 && b->frames[b->depth - 1].stream)
		return segment(b, tag, indefinite, len);
	return element(b, tag, indefinite, len);
}

static enum nm_error
header_byte(struct nm_ber *b, uint8_t byte)
{
	uint64_t len = 0;
	enum nm_error e;
	size_t octets;

	if (b->at == limit(b))
		return malformed(b, "ends inside an element");
	b->at++;
	b->header[b->header_len++] = byte;
	if (b->header_len == 1) {
		if ((byte & 0x1f) == 0x1f)
			return malformed(b, "has a tag number above 30");
		return NM_OK;
	}
	if ((b->header[1] & 0x80) == 0) {
		len = b->header[1];
	} else {
		octets = b->header[1] & 0x7f;
		if (octets == 0x7f)
			return malformed(b, "has a reserved length");
		if (b->header_len < 2 + octets)
			return NM_OK;
		for (size_t i = 0; i < octets; i++) {
			if (len > INT64_MAX >> 8)
				return malformed(b,
				    "has an element of absurd "
				    "length");
			len = len << 8 | b->header[2 + i];
		}
	}
	if (len > INT64_MAX - b->at)
		return malformed(b, "has an element of absurd length");
	e = header(b, b->header[1] == 0x80, len);
	b->header_len = 0;
	return e;
}

static enum nm_error
leaf(struct nm_ber *b, const uint8_t *p, size_t len)
{
	enum nm_error e = NM_OK;

	switch (b->leaf) {
	case LEAF_SKIP:
		break;
	case LEAF_CAPTURE:
		e = keep(b, p, len);
		break;
	case LEAF_DATA:
		e = data(b, p, len);
		break;
	}
	if (e != NM_OK)
		return e;
	b->at += len;
	b->left -= len;
	return b->left == 0 ? settle(b) : NM_OK;
}

enum nm_error
nm_ber_write(struct nm_ber *b, const uint8_t *p, size_t len)
{
	while (b->failed == NM_OK && len != 0 && !b->done) {
		size_t n = 1;

		if (b->left == 0) {
			b->failed = header_byte(b, *p);
		} else {
			n = len < b->left ? len : (size_t)b->left;
			b->failed = leaf(b, p, n);
		}
		p += n;
		len -= n;
	}
	return b->failed;
}

enum nm_error
nm_ber_finish(struct nm_ber *b)
{
	if (b->failed != NM_OK || b->done)
		return b->failed;
	if (b->at == 0)
		return nm_fail(
		    b->fault, NM_ERR_NOT_SMIME, "The CMS structure is empty");
	return malformed(b, "is truncated");
}
