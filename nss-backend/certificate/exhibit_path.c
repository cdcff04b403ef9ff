/* SPDX-License-Identifier: MPL-2.0 */
/* Checks a certificate, and keeps all that this took. */
#include "certificate/exhibit.h"

#include <stdlib.h>

#include "certificate/revocation.h"

#define MAX_NOTED 64u

/* What servers answered: it stays where it is while the evidence is there. */
struct notes {
	const struct nm_fetcher *fetcher;
	const struct nm_fetch *fetches[MAX_NOTED];
	size_t count;
};

static enum nm_error
noting_get(void *arg, struct nm_fetch *fetches, size_t count)
{
	struct notes *n = arg;
	enum nm_error error = n->fetcher->get(n->fetcher->arg, fetches, count);

	for (size_t i = 0; i < count && n->count < MAX_NOTED; i++)
		n->fetches[n->count++] = &fetches[i];
	return error;
}

static void
noting_keep(void *arg, const struct nm_fetch *fetch, int64_t until)
{
	const struct notes *n = arg;

	n->fetcher->keep(n->fetcher->arg, fetch, until);
}

/* ---- keeping ------------------------------------------------------------ */

struct keeping {
	struct nm_exhibits *exhibits;
	CERTCertificate *cert, *issuer;
	size_t place; /* of cert */
	enum nm_error error;
};

static void
add_saying(struct keeping *k, size_t material, const struct nm_statement *s)
{
	struct nm_exhibits *x = k->exhibits;
	struct nm_saying *more;

	for (size_t i = 0; i < x->saying_count; i++) {
		if (x->sayings[i].material == material &&
		    x->sayings[i].certificate == k->place)
			return;
	}
	more = reallocarray(x->sayings, x->saying_count + 1, sizeof(*more));
	if (more == NULL) {
		k->error = NM_ERR_INTERNAL;
		return;
	}
	x->sayings = more;
	more[x->saying_count++] = (struct nm_saying){ material, k->place,
		s->status, s->from, s->until, s->revoked_at, s->reason };
}

/* Keeps a list or a response, if it says something of the certificate. */
static void
keep_material(struct keeping *k, enum nm_fetch_kind kind, struct nm_bytes der)
{
	struct nm_statement s;
	size_t material;

	if (k->error != NM_OK ||
	    !(kind == NM_FETCH_OCSP
		    ? nm_ocsp_read(der, k->cert, k->issuer, NULL, &s)
		    : nm_crl_read(der, k->cert, k->issuer, &s)))
		return;
	k->error = nm_exhibits_add_material(k->exhibits, kind, der, &material);
	if (k->error == NM_OK)
		add_saying(k, material, &s);
}

static bool
keep_stored(void *arg, const struct nm_bytes *values)
{
	struct keeping *k = arg;

	keep_material(k, NM_FETCH_CRL, values[0]);
	return k->error == NM_OK;
}

static enum nm_error
keep_path(struct nm_exhibits *x, const struct nm_exhibit_case *which,
    const struct notes *notes, const struct nm_path *path,
    struct nm_exhibit_chain *chain)
{
	struct keeping k = { .exhibits = x };

	nm_exhibit_chain_clear(chain);
	chain->links = calloc(path->count + 1, sizeof(*chain->links));
	if (chain->links == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; k.error == NM_OK && i < path->count; i++) {
		const SECItem *der = &path->links[i].cert->derCert;

		k.cert = path->links[i].cert;
		k.error = nm_exhibits_add_certificate(
		    x, (struct nm_bytes){ der->data, der->len }, &k.place);
		chain->links[chain->count++] = k.place;
		if (i + 1 == path->count)
			break;
		k.issuer = path->links[i + 1].cert;
		for (size_t m = 0; m < which->material_count; m++)
			keep_material(&k, which->materials[m].kind,
			    nm_buffer_bytes(&which->materials[m].der));
		for (size_t f = 0; f < notes->count; f++) {
			if (notes->fetches[f]->answered &&
			    notes->fetches[f]->kind != NM_FETCH_ISSUER)
				keep_material(&k, notes->fetches[f]->kind,
				    nm_buffer_bytes(
					&notes->fetches[f]->answer));
		}
		nm_crl_each_stored(k.cert, keep_stored, &k);
	}
	return k.error;
}

/* ---- the check ---------------------------------------------------------- */

enum nm_error
nm_exhibits_collect(struct nm_exhibits *x, const struct nm_exhibit_case *which,
    struct nm_exhibit_chain *chain, struct nm_exhibit_finding *out)
{
	struct notes notes = { .fetcher = which->policy.fetcher };
	struct nm_fetcher noting = { &notes, noting_get, noting_keep };
	struct nm_exhibit_court court;
	struct nm_path path = { 0 };
	enum nm_error error;
	bool more = false;

	error = nm_exhibit_court_open(
	    &court, which, notes.fetcher != NULL ? &noting : NULL);
	do {
		if (error == NM_OK)
			error = nm_exhibit_court_try(&court, &path);
		if (error == NM_OK) {
			nm_exhibit_find(&path, out);
			error = keep_path(x, which, &notes, &path, chain);
		}
		nm_path_clear(&path);
		if (error == NM_OK)
			error = nm_evidence_fetch(court.evidence, &more);
	} while (error == NM_OK && more);
	nm_exhibit_court_close(&court);
	return error;
}
