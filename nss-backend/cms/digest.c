/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/algorithm.h>
#include <nssmime/cms.h>

#include <stdlib.h>
#include <string.h>

#include <secerr.h>
#include <secport.h>

/* Large writes go to several digests in slices that stay in the cache. */
#define SLICE ((size_t)64 * 1024)
#define HEAD  48
/* Whoever computes a digest of a small content, that of a mail of a person,
 * spends most of the time on beginning and ending: only those that somebody
 * asks for are computed, once the content is whole. */
#define SMALL ((size_t)64 * 1024)

struct small {
	struct nm_buffer content;
	uint8_t values[NM_DIGEST_COUNT][NM_DIGEST_MAX_SIZE];
	bool done[NM_DIGEST_COUNT];
};

struct nm_digests {
	unsigned set;
	struct small *small; /* NULL: it was too large, and there are: */
	PK11Context *contexts[NM_DIGEST_COUNT];
	uint8_t values[NM_DIGEST_COUNT][NM_DIGEST_MAX_SIZE];
	bool done[NM_DIGEST_COUNT];
	bool failed;
	bool finished;
	bool of_attributes; /* known, without the bytes */
	/* the first bytes, and how many there were in all */
	uint8_t head[HEAD];
	uint64_t total;
};

static void
stop(struct nm_digests *ds, unsigned i)
{
	if (ds->contexts[i] == NULL)
		return;
	PK11_DestroyContext(ds->contexts[i], PR_TRUE);
	ds->contexts[i] = NULL;
}

static void
small_free(struct small **s)
{
	if (*s == NULL)
		return;
	nm_buffer_reset(&(*s)->content);
	free(*s);
	*s = NULL;
}

struct nm_digests *
nm_digests_new(unsigned set)
{
	struct nm_digests *ds = calloc(1, sizeof(*ds));

	if (ds == NULL)
		return NULL;
	ds->set = set;
	if ((ds->small = calloc(1, sizeof(*ds->small))) == NULL)
		nm_digests_free(&ds);
	return ds;
}

void
nm_digests_free(struct nm_digests **ds)
{
	if (*ds == NULL)
		return;
	small_free(&(*ds)->small);
	for (unsigned i = 0; i < NM_DIGEST_COUNT; i++)
		stop(*ds, i);
	free(*ds);
	*ds = NULL;
}

struct nm_digests *
nm_digests_known(
    const struct nm_bytes values[NM_DIGEST_COUNT], bool of_attributes)
{
	struct nm_digests *ds = calloc(1, sizeof(*ds));

	if (ds == NULL)
		return NULL;
	ds->finished = true;
	ds->of_attributes = of_attributes;
	for (unsigned i = NM_DIGEST_NONE + 1; i < NM_DIGEST_COUNT; i++) {
		if (values[i].len != nm_digest_size((enum nm_digest)i))
			continue;
		memcpy(ds->values[i], values[i].data, values[i].len);
		ds->done[i] = true;
	}
	return ds;
}

static void
keep_head(struct nm_digests *ds, const uint8_t *data, size_t len)
{
	if (ds->total < HEAD) {
		size_t have = (size_t)ds->total;
		size_t n = len < HEAD - have ? len : HEAD - have;

		memcpy(ds->head + have, data, n);
	}
	ds->total += len;
}

static bool
digest(struct nm_digests *ds, const uint8_t *data, size_t len)
{
	while (len != 0) {
		size_t n = len < SLICE ? len : SLICE;

		for (unsigned i = 0; i < NM_DIGEST_COUNT; i++) {
			if (ds->contexts[i] != NULL &&
			    PK11_DigestOp(ds->contexts[i], data, (unsigned)n) !=
				SECSuccess)
				return false;
		}
		data += n;
		len -= n;
	}
	return true;
}

/* One that NSS does not have (MD5 in its FIPS mode) is left out: it has no
 * value in the end, which tells whoever needs it. */
static bool
start(struct nm_digests *ds, enum nm_digest d)
{
	ds->contexts[d] = PK11_CreateDigestContext(nm_digest_tag(d));
	if (ds->contexts[d] != NULL &&
	    PK11_DigestBegin(ds->contexts[d]) == SECSuccess)
		return true;
	stop(ds, d);
	return PORT_GetError() != SEC_ERROR_NO_MEMORY;
}

/* The content is not small: all are computed as it comes. */
static bool
grow(struct nm_digests *ds)
{
	bool ok = true;

	for (unsigned i = NM_DIGEST_NONE + 1; ok && i < NM_DIGEST_COUNT; i++) {
		if ((ds->set & NM_DIGEST_BIT(i)) != 0)
			ok = start(ds, (enum nm_digest)i);
	}
	ok = ok && digest(ds, ds->small->content.data, ds->small->content.len);
	small_free(&ds->small);
	return ok;
}

static bool
take(struct nm_digests *ds, const uint8_t *data, size_t len)
{
	if (ds->small != NULL && len <= SMALL - ds->small->content.len) {
		nm_buffer_append(&ds->small->content, data, len);
		return !nm_buffer_failed(&ds->small->content);
	}
	return (ds->small == NULL || grow(ds)) && digest(ds, data, len);
}

enum nm_error
nm_digests_update(struct nm_digests *ds, const uint8_t *data, size_t len)
{
	if (ds->failed || ds->finished)
		return NM_ERR_INTERNAL;
	if (len == 0)
		return NM_OK;
	keep_head(ds, data, len);
	ds->failed = !take(ds, data, len);
	return ds->failed ? NM_ERR_INTERNAL : NM_OK;
}

void
nm_digests_keep(struct nm_digests *ds, unsigned set)
{
	ds->set &= set;
	for (unsigned i = 0; i < NM_DIGEST_COUNT; i++) {
		if ((set & NM_DIGEST_BIT(i)) == 0)
			stop(ds, i);
	}
}

enum nm_error
nm_digests_finish(struct nm_digests *ds)
{
	if (ds->failed)
		return NM_ERR_INTERNAL;
	ds->finished = true;
	for (unsigned i = 0; i < NM_DIGEST_COUNT; i++) {
		unsigned len = 0;

		if (ds->contexts[i] == NULL)
			continue;
		if (PK11_DigestFinal(ds->contexts[i], ds->values[i], &len,
			NM_DIGEST_MAX_SIZE) != SECSuccess ||
		    len != nm_digest_size((enum nm_digest)i)) {
			ds->failed = true;
			return NM_ERR_INTERNAL;
		}
		ds->done[i] = true;
		stop(ds, i);
	}
	return NM_OK;
}

/* Of a small content; computed when it is asked for first. */
static struct nm_bytes
small_value(struct small *s, enum nm_digest d)
{
	const uint8_t *data = s->content.data;

	if (!s->done[d])
		s->done[d] = PK11_HashBuf(nm_digest_tag(d), s->values[d], data,
				 (PRInt32)s->content.len) == SECSuccess;
	if (!s->done[d])
		return (struct nm_bytes){ NULL, 0 };
	return (struct nm_bytes){ s->values[d], nm_digest_size(d) };
}

struct nm_bytes
nm_digests_value(const struct nm_digests *ds, enum nm_digest d)
{
	if ((unsigned)d < NM_DIGEST_COUNT && ds->small != NULL &&
	    ds->finished && (ds->set & NM_DIGEST_BIT(d)) != 0)
		return small_value(ds->small, d);
	if ((unsigned)d >= NM_DIGEST_COUNT || !ds->done[d])
		return (struct nm_bytes){ NULL, 0 };
	return (struct nm_bytes){ ds->values[d], nm_digest_size(d) };
}

/*
 * SET OF { SEQUENCE { OBJECT IDENTIFIER, ...: the lengths are read by hand,
 * for only the first bytes are at hand. No text begins like this.
 */
bool
nm_digests_of_attributes(const struct nm_digests *ds)
{
	size_t have = ds->total < HEAD ? (size_t)ds->total : HEAD;
	uint64_t len, left;
	size_t at = 0;

	if (ds->of_attributes)
		return true;
	for (unsigned level = 0; level < 2; level++) {
		size_t octets;

		if (have - at < 2 || ds->head[at] != (level == 0 ? 0x31 : 0x30))
			return false;
		len = ds->head[at + 1];
		at += 2;
		octets = len < 0x80 ? 0 : (size_t)(len & 0x7f);
		if (octets > 8 || have - at < octets)
			return false;
		if (len >= 0x80)
			len = 0;
		for (; octets != 0; octets--)
			len = len << 8 | ds->head[at++];
		left = ds->total - at;
		if (level == 0 ? len != left : len > left)
			return false;
	}
	return at < have && ds->head[at] == 0x06;
}
