/* SPDX-License-Identifier: MPL-2.0 */
/*
 * CompressedData (RFC 3274), read:
 *   SEQUENCE { version, compressionAlgorithm,
 *              encapContentInfo { OID, [0] { OCTET STRING } } }
 */
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "content.h"
#include "signed.h"

#define CHUNK (64u * 1024u)
/* What a small content may unfold to whatever its ratio: zlib's own limit of
 * about 1000:1 is reached by harmless ones. */
#define FREE_SIZE (1024u * 1024u)

enum field { NOTHING, VERSION, ALGORITHM, CONTENT };

struct content {
	struct nm_content base;
	struct nm_cms_layer layer;
	struct nm_stage *next;
	enum field field;
	bool type_seen;
	bool inflating;
	bool ended; /* the zlib stream is over */
	z_stream zlib;
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
	if (depth == 2 && tag == 0x06 && !c->type_seen)
		return NM_OK;
	if (depth == 2 && tag == 0xa0 && c->type_seen) {
		*action = NM_BER_DESCEND;
		return NM_OK;
	}
	if (depth == 3 && (tag == 0x04 || tag == 0x24) && !c->inflating) {
		*action = NM_BER_STREAM;
		if (inflateInit(&c->zlib) != Z_OK)
			return NM_ERR_INTERNAL;
		c->inflating = true;
		return base->env.handler->begin(base->env.arg, &c->layer,
		    &c->next);
	}
	return malformed(c, "has a field out of place");
}

static enum nm_error
element(struct nm_content *base, unsigned depth, const struct nm_tlv *tlv)
{
	/* id-alg-zlibCompress (RFC 3274 2) */
	static const uint8_t zlib[] = { NM_OID_SMIME(3, 8) };
	struct content *c = (struct content *)base;
	struct nm_bytes at = tlv->value;
	struct nm_tlv oid;

	if (depth == 2) {
		c->type_seen = true;
		return NM_OK;
	}
	if (c->field != ALGORITHM)
		return NM_OK;
	if (!nm_der_take(&at, 0x06, &oid))
		return malformed(c, "has a malformed compressionAlgorithm");
	if (!nm_bytes_equal(oid.value,
		(struct nm_bytes) { zlib, sizeof(zlib) }))
		return nm_fail(base->env.fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The content is compressed by an algorithm other than "
		    "zlib");
	return NM_OK;
}

static enum nm_error
pass_on(struct content *c, size_t len)
{
	c->out += len;
	if (c->out > NM_MAX_DECOMPRESSED)
		return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
		    "The content decompresses to more than %u bytes",
		    NM_MAX_DECOMPRESSED);
	if (c->out > FREE_SIZE && c->out / NM_MAX_RATIO > c->in)
		return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
		    "The content decompresses to more than %u times its size",
		    NM_MAX_RATIO);
	return c->next == NULL ? NM_OK
			       : nm_stage_write(c->next, c->chunk, len);
}

static enum nm_error
data(struct nm_content *base, const uint8_t *bytes, size_t len)
{
	struct content *c = (struct content *)base;
	enum nm_error e;
	int z;

	c->in += len;
	while (len != 0 && !c->ended) {
		uInt n = len < CHUNK ? (uInt)len : (uInt)CHUNK;

		/* zlib does not write to its input */
		c->zlib.next_in = (Bytef *)(uintptr_t)bytes;
		c->zlib.avail_in = n;
		do {
			c->zlib.next_out = c->chunk;
			c->zlib.avail_out = CHUNK;
			z = inflate(&c->zlib, Z_NO_FLUSH);
			if (z == Z_MEM_ERROR)
				return NM_ERR_INTERNAL;
			if (z != Z_OK && z != Z_STREAM_END && z != Z_BUF_ERROR)
				return malformed(c, "is no zlib stream");
			e = pass_on(c, CHUNK - c->zlib.avail_out);
			if (e != NM_OK)
				return e;
			c->ended = z == Z_STREAM_END;
		} while (!c->ended && c->zlib.avail_out == 0);
		bytes += n;
		len -= n;
	}
	return NM_OK;
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

	if (!c->inflating)
		return malformed(c, "has no content");
	if (!c->ended)
		return malformed(c, "is truncated");
	if (c->next != NULL && (e = nm_stage_finish(c->next)) != NM_OK)
		return e;
	return base->env.handler->end(base->env.arg, &c->layer);
}

static void
content_free(struct nm_content *base)
{
	struct content *c = (struct content *)base;

	if (c->inflating)
		(void)inflateEnd(&c->zlib);
	nm_stage_free(&c->next);
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
