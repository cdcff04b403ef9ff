/* SPDX-License-Identifier: MPL-2.0 */
#include "acquaintance.h"

#include <stdlib.h>
#include <string.h>

#include <hasht.h>

#define REMEMBERED 64u

struct memory {
	struct nm_acquaintance *items[REMEMBERED];
	unsigned long clock;
};

static void
acquaintance_free(struct nm_acquaintance *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->count; i++) {
		CERT_DestroyCertificate(a->certs[i]);
		nm_judgement_drop(&a->judgements[i]);
	}
	free(a->certs);
	free(a->known);
	free(a->judgements);
	free(a);
}

static void
memory_free(void *companion)
{
	struct memory *m = companion;

	for (size_t i = 0; i < REMEMBERED; i++)
		acquaintance_free(m->items[i]);
	free(m);
}

static struct memory *
memory_of(struct nm_database *db)
{
	struct memory *m = nm_database_companion(db, NM_COMPANION_ACQUAINTANCE);

	if (m == NULL && (m = calloc(1, sizeof(*m))) != NULL)
		nm_database_accompany(
		    db, NM_COMPANION_ACQUAINTANCE, m, memory_free);
	return m;
}

static bool
hash(PK11Context *context, const void *data, size_t len)
{
	return PK11_DigestOp(context, data, (unsigned)len) == SECSuccess;
}

static bool
hash_item(PK11Context *context, struct nm_bytes item)
{
	uint64_t len = item.len;

	return hash(context, &len, sizeof(len)) &&
	    hash(context, item.data, item.len);
}

/* NULL: there is no memory, or no SHA-256. */
static PK11Context *
hash_new(void)
{
	PK11Context *context = PK11_CreateDigestContext(SEC_OID_SHA256);

	if (context != NULL && PK11_DigestBegin(context) != SECSuccess) {
		PK11_DestroyContext(context, PR_TRUE);
		context = NULL;
	}
	return context;
}

/* The key of all that was hashed, if it was; frees what hash_new gave. */
static bool
hash_end(PK11Context *context, bool ok, uint8_t key[SHA256_LENGTH])
{
	unsigned len;

	if (context == NULL)
		return false;
	ok = ok &&
	    PK11_DigestFinal(context, key, &len, SHA256_LENGTH) == SECSuccess;
	PK11_DestroyContext(context, PR_TRUE);
	return ok;
}

/* All that a judgement depends on but its time and the database: what came
 * along, and how it is looked at. */
static bool
make_key(const struct nm_read_options *options, const struct nm_signed *data,
    uint8_t key[SHA256_LENGTH])
{
	const uint8_t how[] = { (uint8_t)options->revocation.mode,
		options->revocation.fetcher != NULL, options->has_at };
	PK11Context *context = hash_new();
	bool ok = context != NULL && hash(context, how, sizeof(how));

	for (size_t i = 0; ok && i < nm_signed_certificate_count(data); i++)
		ok = hash_item(context, nm_signed_certificate(data, i));
	for (size_t i = 0; ok && i < nm_signed_crl_count(data); i++)
		ok = hash_item(context, nm_signed_crl(data, i));
	return hash_end(context, ok, key);
}

static struct nm_acquaintance *
acquaintance_new(const struct nm_read_options *options,
    const struct nm_signed *data, const uint8_t *key, uint64_t epoch)
{
	struct nm_acquaintance *a = calloc(1, sizeof(*a));
	size_t count = nm_signed_certificate_count(data);
	char fingerprint[NM_FINGERPRINT_SIZE];

	if (a == NULL)
		return NULL;
	a->certs = calloc(count + 1, sizeof(*a->certs));
	a->known = calloc(count + 1, sizeof(*a->known));
	a->judgements = calloc(count + 1, sizeof(*a->judgements));
	if (a->certs == NULL || a->known == NULL || a->judgements == NULL) {
		acquaintance_free(a);
		return NULL;
	}
	memcpy(a->key, key, sizeof(a->key));
	a->epoch = epoch;
	for (size_t i = 0; i < count; i++) {
		struct nm_bytes der = nm_signed_certificate(data, i);
		CERTCertificate *cert =
		    nm_certificate_decode_apart(der.data, der.len);

		if (cert == NULL)
			continue;
		nm_certificate_fingerprint(cert, fingerprint);
		a->known[a->count] = nm_index_by_fingerprint(
					 options->index, fingerprint) != NULL;
		a->certs[a->count++] = cert;
	}
	return a;
}

enum nm_error
nm_acquaintance_find(const struct nm_read_options *options,
    const struct nm_signed *data, struct nm_acquaintance **out)
{
	struct memory *m = memory_of(options->db);
	uint64_t epoch = nm_database_epoch(options->db);
	uint8_t key[SHA256_LENGTH];
	struct nm_acquaintance **at;

	if (m == NULL || !make_key(options, data, key))
		return NM_ERR_INTERNAL;
	at = &m->items[0];
	for (size_t i = 0; i < REMEMBERED; i++) {
		struct nm_acquaintance *a = m->items[i];

		if (a != NULL && memcmp(a->key, key, sizeof(key)) == 0) {
			at = &m->items[i];
			break;
		}
		/* a free place, else the one that was longest not used */
		if (*at != NULL && (a == NULL || a->used < (*at)->used))
			at = &m->items[i];
	}
	if (*at == NULL || (*at)->epoch != epoch ||
	    memcmp((*at)->key, key, sizeof(key)) != 0) {
		acquaintance_free(*at);
		*at = acquaintance_new(options, data, key, epoch);
		if (*at == NULL)
			return NM_ERR_INTERNAL;
	}
	(*at)->used = ++m->clock;
	*out = *at;
	return NM_OK;
}

/* All that a check of a signature reads, but the certificates, by which the
 * set itself is found. */
static bool
hash_check(size_t at, const struct nm_signed *data, size_t i,
    const struct nm_digests *content, uint8_t key[SHA256_LENGTH])
{
	const struct nm_signer *signer = nm_signed_signer(data, i);
	const uint64_t how[] = { at, nm_signed_has_content(data),
		nm_signed_digest_set(data), nm_digests_of_attributes(content) };
	PK11Context *context = hash_new();
	bool ok = context != NULL && hash(context, how, sizeof(how)) &&
	    hash_item(context, nm_signed_content_type(data)) &&
	    hash_item(context, signer->der) &&
	    hash_item(context, nm_digests_value(content, signer->digest));

	return hash_end(context, ok, key);
}

static bool
is_remembered(const struct nm_acquaintance *a, const uint8_t *key)
{
	for (unsigned i = 0;
	     i < a->signature_count && i < NM_SIGNATURES_REMEMBERED; i++) {
		if (memcmp(a->signatures[i], key, SHA256_LENGTH) == 0)
			return true;
	}
	return false;
}

enum nm_error
nm_acquaintance_verify(struct nm_acquaintance *a, size_t at,
    const struct nm_signed *data, size_t signer,
    const struct nm_digests *content, nm_reasons *reasons)
{
	uint8_t key[SHA256_LENGTH];
	nm_reasons found = 0;
	bool hashed;
	enum nm_error error;

	hashed = content != NULL && hash_check(at, data, signer, content, key);
	if (hashed && is_remembered(a, key))
		return NM_OK;
	error = nm_signed_verify(data, signer, content, a->certs[at], &found);
	if (error == NM_OK && hashed && found == 0)
		memcpy(a->signatures[a->signature_count++ %
			   NM_SIGNATURES_REMEMBERED],
		    key, sizeof(key));
	*reasons |= found;
	return error;
}
