/* SPDX-License-Identifier: MPL-2.0 */
/* CompressedData (RFC 3274), read. */
#include <stdlib.h>

#include <zlib.h>

#include "cipher.h"
#include "content.h"
#include "signed.h"

#define CHUNK ((size_t)64 * 1024)
/* The ratio binds from here on: a short text may shrink to nearly nothing. */
#define FREE ((uint64_t)1024 * 1024)

enum field {
	NOTHING,
	VERSION,
	ALGORITHM,
	CONTENT
};

struct content {
	struct nm_content base;
	struct nm_cms_layer layer;
	struct nm_stage *next;
	enum field field;
	bool typed;
	bool begun;
	z_stream zlib;
	bool ready; /* zlib is */
	bool over;  /* the compressed stream is */
	uint64_t in, out;
	uint8_t chunk[CHUNK];
};

static enum nm_error
malformed(struct content *c, const char *why)
{
	return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
	    "The CompressedData %s", why);
}

static enum nm_error
begin(struct nm_content *base, unsigned depth, uint8_t tag,
    enum nm_ber_action *action)
{
	struct content *c = (struct content *)base;

	*action = NM_BER_CAPTURE;
	if (depth == 1 && tag == 0x02 && c->field == NOTHING) {
		c->field = VERSION;
		return NM_OK;
	}
	if (depth == 1 && tag == 0x30 && c->field == VERSION) {
		c->field = ALGORITHM;
		return NM_OK;
	}
	if (depth == 1 && tag == 0x30 && c->field == ALGORITHM) {
		c->field = CONTENT;
		*action = NM_BER_DESCEND;
		return NM_OK;
	}
	if (depth == 2 && tag == 0x06 && !c->typed) {
		c->typed = true;
		return NM_OK;
	}
	if (depth == 2 && tag == 0xa0 && c->typed) {
		*action = NM_BER_DESCEND;
		return NM_OK;
	}
	if (depth == 3 && (tag == 0x04 || tag == 0x24) && !c->begun) {
		c->begun = true;
		*action = NM_BER_STREAM;
		return base->env.handler->begin(
		    base->env.arg, &c->layer, &c->next);
	}
	return malformed(c, "is not as RFC 3274 has it");
}

static enum nm_error
element(struct nm_content *base, unsigned depth, const struct nm_tlv *tlv)
{
	static const uint8_t zlib[] = { NM_OID_SMIME(3, 8) };
	struct content *c = (struct content *)base;
	struct nm_bytes value = tlv->value;
	struct nm_tlv oid;
	char text[96];

	if (depth != 1 || c->field != ALGORITHM)
		return NM_OK;
	if (!nm_der_take(&value, 0x06, &oid))
		return malformed(c, "has a malformed algorithm");
	if (nm_bytes_equal(oid.value, (struct nm_bytes){ zlib, sizeof(zlib) }))
		return NM_OK;
	nm_oid_text(oid.value, text, sizeof(text));
	return nm_fail(base->env.fault, NM_ERR_UNSUPPORTED_ALGORITHM,
	    "The content is compressed by an algorithm that is not supported "
	    "(%s)",
	    text);
}

static enum nm_error
inflated(struct content *c, size_t len)
{
	c->out += len;
	if (c->out > NM_MAX_DECOMPRESSED)
		return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
		    "The compressed content is longer than %u bytes",
		    NM_MAX_DECOMPRESSED);
	if (c->out > FREE && c->out / NM_MAX_RATIO > c->in)
		return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
		    "The content is more than %d times as long as it was "
		    "compressed",
		    NM_MAX_RATIO);
	if (c->next == NULL)
		return NM_OK;
	return nm_stage_write(c->next, c->chunk, len);
}

/* `len` is at most what zlib takes at once. */
static enum nm_error
inflate_all(struct content *c, const uint8_t *bytes, size_t len)
{
	enum nm_error e;
	int rv;

	c->zlib.next_in = (Bytef *)(uintptr_t)bytes;
	c->zlib.avail_in = (uInt)len;
	do {
		uInt before = c->zlib.avail_in;

		c->zlib.next_out = c->chunk;
		c->zlib.avail_out = CHUNK;
		rv = inflate(&c->zlib, Z_NO_FLUSH);
		c->in += before - c->zlib.avail_in;
		if (rv != Z_OK && rv != Z_STREAM_END && rv != Z_BUF_ERROR)
			return malformed(c, "cannot be decompressed");
		if ((e = inflated(c, CHUNK - c->zlib.avail_out)) != NM_OK)
			return e;
		if (rv == Z_STREAM_END) {
			c->over = true;
			if (c->zlib.avail_in != 0)
				return malformed(c, "goes on after its end");
			return NM_OK;
		}
	} while (c->zlib.avail_in != 0 || c->zlib.avail_out == 0);
	return NM_OK;
}

static enum nm_error
data(struct nm_content *base, const uint8_t *bytes, size_t len)
{
	struct content *c = (struct content *)base;
	enum nm_error e = NM_OK;

	if (!c->ready) {
		if (inflateInit(&c->zlib) != Z_OK)
			return NM_ERR_INTERNAL;
		c->ready = true;
	}
	while (e == NM_OK && len != 0) {
		size_t n = len < CHUNK ? len : CHUNK;

		if (c->over)
			return malformed(c, "goes on after its end");
		e = inflate_all(c, bytes, n);
		bytes += n;
		len -= n;
	}
	return e;
}

static enum nm_error
end(struct nm_content *base, unsigned depth, uint8_t tag)
{
	(void)base;
	(void)depth;
	(void)tag;
	return NM_OK;
}

static enum nm_error
finish(struct nm_content *base)
{
	struct content *c = (struct content *)base;
	enum nm_error e;

	if (!c->begun)
		return malformed(c, "has no content");
	if (!c->over)
		return malformed(c, "is truncated");
	if (c->next != NULL && (e = nm_stage_finish(c->next)) != NM_OK)
		return e;
	return base->env.handler->end(base->env.arg, &c->layer);
}

static void
content_free(struct nm_content *base)
{
	struct content *c = (struct content *)base;

	nm_stage_free(&c->next);
	if (c->ready)
		(void)inflateEnd(&c->zlib);
	nm_wipe(c->chunk, sizeof(c->chunk));
	free(c);
}

struct nm_content *
nm_compressed_content_new(const struct nm_content_env *env)
{
	static const struct nm_content_ops ops = { begin, element, data, end,
		finish, content_free };
	struct content *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->base.ops = &ops;
	c->base.env = *env;
	c->layer.type = NM_LAYER_COMPRESSED;
	return &c->base;
}
