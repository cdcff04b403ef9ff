/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Sorted tables of keys, each to the number of its certificate. NSS's own
 * search by address is linear and takes a second with 2,000 certificates
 * (findings); building these takes a fifth of one.
 *
 * Certificates are lent, so those of the generation before the present one
 * are kept: a change on disk in the middle of an operation does not pull them
 * away from under it.
 */
#include "certificate/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <secitem.h>
#include <secoid.h>

#include <nssmime/cms.h>
#include <nssmime/mime.h>

/* So many of one serial number are looked at when none of them has the issuer
 * in the same octets. */
#define MAX_COMPARED 32

struct entry {
	uint8_t *key; /* own */
	size_t len;
	size_t cert;
};

struct table {
	struct entry *items;
	size_t count, room;
};

struct generation {
	CERTCertificate **certs;
	size_t count, room;
	struct table addresses, fingerprints, serials, key_ids;
};

struct nm_index {
	struct nm_database *db;
	struct generation now, before;
	uint64_t epoch;
	bool built;
};

static void
table_clear(struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->items[i].key);
	free(t->items);
	*t = (struct table){ NULL, 0, 0 };
}

static void
generation_clear(struct generation *g)
{
	for (size_t i = 0; i < g->count; i++)
		CERT_DestroyCertificate(g->certs[i]);
	free(g->certs);
	table_clear(&g->addresses);
	table_clear(&g->fingerprints);
	table_clear(&g->serials);
	table_clear(&g->key_ids);
	memset(g, 0, sizeof(*g));
}

static bool
table_add(struct table *t, struct nm_bytes a, struct nm_bytes b, size_t cert)
{
	struct entry *items;
	size_t room = t->room == 0 ? 256 : t->room * 2;
	uint8_t *key;

	if (t->count == t->room) {
		items = reallocarray(t->items, room, sizeof(*items));
		if (items == NULL)
			return false;
		t->items = items;
		t->room = room;
	}
	if ((key = malloc(a.len + b.len + 1)) == NULL)
		return false;
	if (a.len != 0)
		memcpy(key, a.data, a.len);
	if (b.len != 0)
		memcpy(key + a.len, b.data, b.len);
	t->items[t->count++] = (struct entry){ key, a.len + b.len, cert };
	return true;
}

static int
compare(const struct entry *a, const struct entry *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int c = memcmp(a->key, b->key, len);

	return c != 0 ? c : a->len < b->len ? -1 : a->len > b->len;
}

static int
by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = compare(x, y);

	return c != 0 ? c : x->cert < y->cert ? -1 : x->cert > y->cert;
}

static void
table_sort(struct table *t)
{
	if (t->count > 1)
		qsort(t->items, t->count, sizeof(*t->items), by_key);
}

/* The first entry with the key; t->count: none. */
static size_t
table_find(const struct table *t, const uint8_t *key, size_t len)
{
	union {
		const uint8_t *in;
		uint8_t *out;
	} k = { .in = key };
	struct entry wanted = { k.out, len, 0 };
	size_t low = 0, high = t->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(&t->items[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < t->count && compare(&t->items[low], &wanted) == 0)
		return low;
	return t->count;
}

/* How many entries from that one on have the key. */
static size_t
table_run(const struct table *t, size_t first, const uint8_t *key, size_t len)
{
	size_t n = 0;

	while (first + n < t->count && t->items[first + n].len == len &&
	    memcmp(t->items[first + n].key, key, len) == 0)
		n++;
	return n;
}

static bool
add_addresses(struct generation *g, const CERTCertificate *cert, size_t n)
{
	struct nm_strings found;
	bool ok = true;
	char *form;

	if (!nm_certificate_addresses(cert, &found))
		return false;
	for (size_t i = 0; i < found.count && ok; i++) {
		errno = 0;
		if ((form = nm_address_normalise(found.items[i])) == NULL) {
			ok = errno != ENOMEM;
			continue;
		}
		ok = table_add(&g->addresses,
		    (struct nm_bytes){ (uint8_t *)form, strlen(form) },
		    (struct nm_bytes){ NULL, 0 }, n);
		free(form);
	}
	nm_strings_clear(&found);
	return ok;
}

/* The extension's value, else SHA-1 of the key's bits (RFC 5280 4.2.1.2,
 * method 1). */
static bool
add_key_id(struct generation *g, CERTCertificate *cert, size_t n)
{
	SECItem id = { siBuffer, NULL, 0 };
	SECItem bits = cert->subjectPublicKeyInfo.subjectPublicKey;
	uint8_t hash[20];
	bool ok = true;

	if (CERT_FindSubjectKeyIDExtension(cert, &id) == SECSuccess) {
		ok =
		    table_add(&g->key_ids, (struct nm_bytes){ id.data, id.len },
			(struct nm_bytes){ NULL, 0 }, n);
		SECITEM_FreeItem(&id, PR_FALSE);
		return ok;
	}
	DER_ConvertBitString(&bits);
	if (PK11_HashBuf(SEC_OID_SHA1, hash, bits.data, (PRInt32)bits.len) ==
	    SECSuccess) {
		ok = table_add(&g->key_ids,
		    (struct nm_bytes){ hash, sizeof(hash) },
		    (struct nm_bytes){ NULL, 0 }, n);
	}
	return ok;
}

static bool
add_certificate(struct generation *g, CERTCertificate *cert)
{
	char fingerprint[NM_FINGERPRINT_SIZE];
	CERTCertificate **certs;
	size_t n = g->count, room = g->room == 0 ? 256 : g->room * 2;

	if (n == g->room) {
		certs = reallocarray(g->certs, room, sizeof(CERTCertificate *));
		if (certs == NULL)
			return false;
		g->certs = certs;
		g->room = room;
	}
	nm_certificate_fingerprint(cert, fingerprint);
	if (!table_add(&g->fingerprints,
		(struct nm_bytes){
		    (uint8_t *)fingerprint, NM_FINGERPRINT_SIZE - 1 },
		(struct nm_bytes){ NULL, 0 }, n))
		return false;
	g->certs[g->count++] = CERT_DupCertificate(cert);
	return table_add(&g->serials,
		   nm_serial_trim((struct nm_bytes){
		       cert->serialNumber.data, cert->serialNumber.len }),
		   (struct nm_bytes){ NULL, 0 }, n) &&
	    add_key_id(g, cert, n) && add_addresses(g, cert, n);
}

/* A certificate on several tokens is one object of NSS's. The database's own
 * come first; `count` is where this token's begin. */
static bool
known(const struct generation *g, const CERTCertificate *cert, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (g->certs[i] == cert)
			return true;
	}
	return false;
}

static bool
add_slot(struct generation *g, PK11SlotInfo *slot, bool first)
{
	CERTCertList *list = PK11_ListCertsInSlot(slot);
	CERTCertListNode *node;
	size_t before = g->count;
	bool ok = true;

	if (list == NULL)
		return true;
	for (node = CERT_LIST_HEAD(list); !CERT_LIST_END(node, list) && ok;
	     node = CERT_LIST_NEXT(node)) {
		/* a root that the user also has: few are compared */
		if (!first && node->cert->slot != slot &&
		    known(g, node->cert, before))
			continue;
		ok = add_certificate(g, node->cert);
	}
	CERT_DestroyCertList(list);
	return ok;
}

static bool
build(struct generation *g)
{
	PK11SlotInfo *own = PK11_GetInternalKeySlot();
	PK11SlotListElement *e;
	PK11SlotList *slots;
	bool ok;

	memset(g, 0, sizeof(*g));
	if (own == NULL)
		return false;
	ok = add_slot(g, own, true);
	slots =
	    PK11_GetAllTokens(CKM_INVALID_MECHANISM, PR_FALSE, PR_FALSE, NULL);
	for (e = slots != NULL ? slots->head : NULL; e != NULL && ok;
	     e = e->next) {
		if (e->slot != own && !PK11_IsInternal(e->slot) &&
		    PK11_IsPresent(e->slot))
			ok = add_slot(g, e->slot, false);
	}
	if (slots != NULL)
		PK11_FreeSlotList(slots);
	PK11_FreeSlot(own);
	table_sort(&g->addresses);
	table_sort(&g->fingerprints);
	table_sort(&g->serials);
	table_sort(&g->key_ids);
	return ok;
}

static enum nm_error
refresh(struct nm_index *ix)
{
	uint64_t epoch = nm_database_epoch(ix->db);
	struct generation made;

	if (ix->built && ix->epoch == epoch)
		return NM_OK;
	if (!build(&made)) {
		generation_clear(&made);
		return NM_ERR_INTERNAL;
	}
	generation_clear(&ix->before);
	ix->before = ix->now;
	ix->now = made;
	ix->epoch = epoch;
	ix->built = true;
	return NM_OK;
}

enum nm_error
nm_index_new(
    struct nm_database *db, struct nm_index **out, struct nm_fault *fault)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "No memory is left");
	(*out)->db = db;
	return NM_OK;
}

void
nm_index_free(struct nm_index **ix)
{
	if (*ix == NULL)
		return;
	generation_clear(&(*ix)->now);
	generation_clear(&(*ix)->before);
	free(*ix);
	*ix = NULL;
}

enum nm_error
nm_index_by_address(struct nm_index *ix, const char *address,
    CERTCertificate ***out, size_t *count)
{
	const struct table *t = &ix->now.addresses;
	enum nm_error error;
	size_t first, n;
	char *form;

	*out = NULL;
	*count = 0;
	errno = 0;
	if ((form = nm_address_normalise(address)) == NULL)
		return errno == ENOMEM ? NM_ERR_INTERNAL : NM_OK;
	if ((error = refresh(ix)) != NM_OK) {
		free(form);
		return error;
	}
	first = table_find(t, (const uint8_t *)form, strlen(form));
	n = table_run(t, first, (const uint8_t *)form, strlen(form));
	free(form);
	if (n == 0)
		return NM_OK;
	if ((*out = calloc(n, sizeof(CERTCertificate *))) == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < n; i++) {
		/* two spellings of one address in one certificate */
		if (i > 0 &&
		    t->items[first + i].cert == t->items[first + i - 1].cert)
			continue;
		(*out)[(*count)++] = ix->now.certs[t->items[first + i].cert];
	}
	return NM_OK;
}

static CERTCertificate *
lookup(
    struct nm_index *ix, const struct table *t, const uint8_t *key, size_t len)
{
	size_t i;

	/* without memory for a new one the old one will do */
	if ((refresh(ix) != NM_OK && !ix->built) || len == 0)
		return NULL;
	i = table_find(t, key, len);
	return i < t->count ? ix->now.certs[t->items[i].cert] : NULL;
}

CERTCertificate *
nm_index_by_fingerprint(struct nm_index *ix, const char *fingerprint)
{
	return lookup(ix, &ix->now.fingerprints, (const uint8_t *)fingerprint,
	    strlen(fingerprint));
}

CERTCertificate *
nm_index_by_issuer_serial(
    struct nm_index *ix, struct nm_bytes issuer_der, struct nm_bytes serial)
{
	const struct nm_rid rid = { .issuer = issuer_der, .serial = serial };
	const struct table *t = &ix->now.serials;
	CERTCertificate *cert;
	size_t first, n;

	if ((refresh(ix) != NM_OK && !ix->built) || issuer_der.len == 0 ||
	    serial.len == 0)
		return NULL;
	serial = nm_serial_trim(serial);
	first = table_find(t, serial.data, serial.len);
	n = table_run(t, first, serial.data, serial.len);
	for (size_t i = first; i < first + n; i++) {
		cert = ix->now.certs[t->items[i].cert];
		if (nm_bytes_equal(issuer_der,
			(struct nm_bytes){
			    cert->derIssuer.data, cert->derIssuer.len }))
			return cert;
	}
	/* the sender may have written the name again, in other octets */
	if (n > MAX_COMPARED)
		n = MAX_COMPARED;
	for (size_t i = first; i < first + n; i++) {
		cert = ix->now.certs[t->items[i].cert];
		if (nm_rid_matches(&rid, cert))
			return cert;
	}
	return NULL;
}

CERTCertificate *
nm_index_by_key_id(struct nm_index *ix, struct nm_bytes key_id)
{
	return lookup(ix, &ix->now.key_ids, key_id.data, key_id.len);
}

size_t
nm_index_count(struct nm_index *ix)
{
	return refresh(ix) == NM_OK ? ix->now.count : 0;
}

CERTCertificate *
nm_index_at(struct nm_index *ix, size_t i)
{
	return i < ix->now.count ? ix->now.certs[i] : NULL;
}

bool
nm_index_own(struct nm_index *ix, CERTCertificate *cert)
{
	return nm_database_owns(ix->db, cert);
}
