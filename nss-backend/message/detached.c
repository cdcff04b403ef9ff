/* SPDX-License-Identifier: MPL-2.0 */
/* multipart/signed (RFC 1847, RFC 8551 section 3.5.3). */
#include <stdlib.h>
#include <string.h>

#include "pem.h"
#include "reading.h"
#include "smime_type.h"

/* Content up to this size is digested by every algorithm, since a micalg may
 * be wrong; beyond it only by what micalg names, SHA-256 and SHA-1. */
#define DIGEST_ALL_UP_TO (1024u * 1024u)

struct detached {
	struct nm_stage stage;
	struct nm_reading *reading;
	unsigned depth;
	size_t layer;
	struct nm_digests *digests;
	unsigned keep;
	uint64_t size;
	bool signature_seen;
	struct nm_stage *canonical; /* or NULL: not needed */
	struct nm_stage *multipart;
	struct nm_stage *body; /* the first part's reader */
};

/* The set of digests that a micalg names (RFC 8551 3.5.3.2). */
static unsigned
micalg_set(const char *micalg)
{
	unsigned set =
	    NM_DIGEST_BIT(NM_DIGEST_SHA256) | NM_DIGEST_BIT(NM_DIGEST_SHA1);
	char *copy, *rest, *name;

	if (micalg == NULL || (copy = strdup(micalg)) == NULL)
		return set;
	rest = copy;
	while ((name = strsep(&rest, ", \t")) != NULL) {
		enum nm_digest d = nm_digest_by_name(name);

		if (d != NM_DIGEST_NONE)
			set |= NM_DIGEST_BIT(d);
	}
	free(copy);
	return set;
}

/* ---- the first part ---- */

struct content {
	struct nm_stage stage;
	struct detached *detached;
};

static enum nm_error
content_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct detached *d = ((struct content *)s)->detached;
	enum nm_error error;

	if (d->size <= DIGEST_ALL_UP_TO && d->size + len > DIGEST_ALL_UP_TO)
		nm_digests_keep(d->digests, d->keep);
	d->size += len;
	if ((error = nm_digests_update(d->digests, data, len)) != NM_OK)
		return error;
	return nm_stage_write(d->body, data, len);
}

static enum nm_error
content_finish(struct nm_stage *s)
{
	struct detached *d = ((struct content *)s)->detached;
	enum nm_error error;

	if ((error = nm_digests_finish(d->digests)) != NM_OK)
		return error;
	return nm_stage_finish(d->body);
}

static void
content_free(struct nm_stage *s)
{
	struct content *c = (struct content *)s;

	nm_stage_free(&c->detached->body);
	free(c);
}

static struct nm_stage *
content_new(struct detached *d)
{
	static const struct nm_stage_ops ops = { content_write, content_finish,
		content_free };
	struct content *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	d->body = nm_body_new(d->reading, d->depth + 1, true);
	if (d->body == NULL) {
		free(c);
		return NULL;
	}
	c->stage.ops = &ops;
	c->detached = d;
	return &c->stage;
}

/* ---- the second part ---- */

static enum nm_error
signature_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	struct detached *d = arg;

	(void)keep;
	(void)raw;
	/* Whatever its type says: it sits where the signature must be. */
	d->signature_seen = true;
	*body = nm_pem_decoder_new(nm_header_coding(header),
	    nm_cms_body_new(d->reading, d->depth, d->digests, d->layer));
	return *body == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
multipart_part(void *arg, unsigned index, struct nm_stage **part)
{
	static const struct nm_entity_handler signature_handler = {
		signature_header, NULL
	};
	struct detached *d = arg;

	if (index == 1)
		*part = content_new(d);
	else if (index == 2)
		*part = nm_entity_new(&signature_handler, d, d->reading->fault);
	else
		*part = nm_discard_new();
	return *part == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
multipart_end(
    void *arg, unsigned parts, bool closed, bool preamble, bool epilogue)
{
	struct detached *d = arg;
	struct nm_read_layer *layer = &d->reading->result.layers[d->layer];

	(void)closed;
	(void)preamble;
	(void)epilogue;
	/* Exactly two (RFC 1847 2.1): a third would be shown by some readers
	 * and is signed by nobody. */
	if (parts != 2)
		layer->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (!d->signature_seen)
		layer->reasons |= NM_REASON_BIT(NM_REASON_NO_SIGNER);
	return NM_OK;
}

/* ---- the whole ---- */

static struct nm_stage *
first(struct detached *d)
{
	return d->canonical != NULL ? d->canonical : d->multipart;
}

static enum nm_error
detached_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(first((struct detached *)s), data, len);
}

static enum nm_error
detached_finish(struct nm_stage *s)
{
	return nm_stage_finish(first((struct detached *)s));
}

static void
detached_free(struct nm_stage *s)
{
	struct detached *d = (struct detached *)s;

	nm_stage_free(&d->canonical);
	nm_stage_free(&d->multipart);
	nm_stage_free(&d->body);
	nm_digests_free(&d->digests);
	free(d);
}

struct nm_stage *
nm_detached_new(struct nm_reading *r, unsigned depth,
    const struct nm_value *type, bool canonical)
{
	static const struct nm_stage_ops ops = { detached_write,
		detached_finish, detached_free };
	static const struct nm_multipart_handler handler = { multipart_part,
		multipart_end };
	struct detached *d = calloc(1, sizeof(*d));
	struct nm_stage *s;
	const char *micalg = nm_value_parameter(type, "micalg");

	if (d == NULL)
		return NULL;
	s = &d->stage;
	d->stage.ops = &ops;
	d->reading = r;
	d->depth = depth;
	d->keep = micalg_set(micalg);
	d->digests = nm_digests_new(NM_DIGEST_BIT(NM_DIGEST_MD5) |
	    NM_DIGEST_BIT(NM_DIGEST_SHA1) | NM_DIGEST_BIT(NM_DIGEST_SHA224) |
	    NM_DIGEST_BIT(NM_DIGEST_SHA256) | NM_DIGEST_BIT(NM_DIGEST_SHA384) |
	    NM_DIGEST_BIT(NM_DIGEST_SHA512));
	d->multipart = nm_multipart_new(
	    nm_value_parameter(type, "boundary"), &handler, d, r->fault);
	if (d->multipart != NULL && !canonical)
		d->canonical = nm_canonical_new(d->multipart);
	if (d->digests == NULL || d->multipart == NULL ||
	    (!canonical && d->canonical == NULL) ||
	    nm_reading_add_layer(r, NM_LAYER_SIGNED, NM_LAYER_MULTIPART_SIGNED,
		&d->layer) != NM_OK)
		nm_stage_free(&s);
	return s;
}
