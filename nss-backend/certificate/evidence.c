/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/revocation.h"

#include <stdlib.h>
#include <string.h>

#include <pk11pub.h>

#define MAX_ALONG     400u
#define MAX_QUESTIONS 64u
/* OCSP, then the list, then another place of each: nobody waits for more. */
#define MAX_ROUNDS 4u

/* CRLReason (RFC 5280 5.3.1) */
#define AFFILIATION_CHANGED    3u
#define SUPERSEDED	       4u
#define CESSATION_OF_OPERATION 5u
#define CERTIFICATE_HOLD       6u

struct along {
	enum nm_fetch_kind kind;
	struct nm_bytes der;
};

struct question {
	enum nm_fetch_kind kind;
	char about[NM_FINGERPRINT_SIZE]; /* the certificate */
	char *url;
	struct nm_buffer request;
	uint8_t nonce[NM_NONCE_SIZE];
	const struct nm_fetch *fetch; /* in a batch; NULL: not asked yet */
	bool kept;
};

/* What was asked for at once. It stays where it is: the fetcher knows an
 * answer by its place. */
struct batch {
	struct nm_fetch fetches[NM_MAX_FETCHES];
	size_t count;
};

struct nm_evidence {
	struct nm_revocation_policy policy;
	struct nm_database *db;
	int64_t now;
	struct along *along;
	size_t along_count;
	struct question *questions[MAX_QUESTIONS];
	size_t question_count;
	struct batch *batches[MAX_ROUNDS];
	size_t batch_count;
	bool spoke; /* something was said of some certificate */
};

enum nm_error
nm_evidence_new(const struct nm_revocation_policy *policy,
    struct nm_database *db, int64_t now, struct nm_evidence **out)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return NM_ERR_INTERNAL;
	(*out)->policy = *policy;
	(*out)->db = db;
	(*out)->now = now;
	return NM_OK;
}

static void
question_free(struct question *q)
{
	free(q->url);
	nm_buffer_reset(&q->request);
	free(q);
}

void
nm_evidence_free(struct nm_evidence **out)
{
	struct nm_evidence *e = *out;

	if (e == NULL)
		return;
	for (size_t i = 0; i < e->question_count; i++)
		question_free(e->questions[i]);
	for (size_t i = 0; i < e->batch_count; i++) {
		for (size_t f = 0; f < e->batches[i]->count; f++)
			nm_buffer_reset(&e->batches[i]->fetches[f].answer);
		free(e->batches[i]);
	}
	free(e->along);
	free(e);
	*out = NULL;
}

enum nm_revocation_mode
nm_evidence_mode(const struct nm_evidence *e)
{
	return e->policy.mode;
}

enum nm_error
nm_evidence_add(
    struct nm_evidence *e, enum nm_fetch_kind kind, struct nm_bytes der)
{
	struct along *along;

	for (size_t i = 0; i < e->along_count; i++) {
		if (e->along[i].der.data == der.data)
			return NM_OK; /* from the round before */
	}
	if (e->along_count == MAX_ALONG)
		return NM_OK;
	along = reallocarray(e->along, e->along_count + 1, sizeof(*along));
	if (along == NULL)
		return NM_ERR_INTERNAL;
	e->along = along;
	along[e->along_count++] = (struct along){ kind, der };
	return NM_OK;
}

/* ---- questions ---------------------------------------------------------- */

static struct question *
find(struct nm_evidence *e, enum nm_fetch_kind kind, const char *about,
    const char *url)
{
	for (size_t i = 0; i < e->question_count; i++) {
		struct question *q = e->questions[i];

		if (q->kind == kind && strcmp(q->about, about) == 0 &&
		    strcmp(q->url, url) == 0)
			return q;
	}
	return NULL;
}

/* `issuer`: of an OCSP question. What cannot be asked stays unanswered. */
static void
ask(struct nm_evidence *e, enum nm_fetch_kind kind, const CERTCertificate *cert,
    const CERTCertificate *issuer, const char *about, const char *url)
{
	struct question *q;
	bool ok;

	if (e->policy.fetcher == NULL || e->question_count == MAX_QUESTIONS ||
	    (q = calloc(1, sizeof(*q))) == NULL)
		return;
	memcpy(q->about, about, sizeof(q->about));
	q->kind = kind;
	ok = (q->url = strdup(url)) != NULL;
	if (ok && kind == NM_FETCH_OCSP) {
		if (e->policy.nonce)
			ok = PK11_GenerateRandom(q->nonce, NM_NONCE_SIZE) ==
			    SECSuccess;
		ok = ok &&
		    nm_ocsp_request(cert, issuer,
			e->policy.nonce ? q->nonce : NULL,
			&q->request) == NM_OK;
	}
	if (!ok) {
		question_free(q);
		return;
	}
	e->questions[e->question_count++] = q;
}

enum nm_error
nm_evidence_fetch(struct nm_evidence *e, bool *more)
{
	const struct nm_fetcher *fetcher = e->policy.fetcher;
	struct batch *b;
	enum nm_error error;

	*more = false;
	if (e->batch_count == MAX_ROUNDS)
		return NM_OK;
	if ((b = calloc(1, sizeof(*b))) == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < e->question_count && b->count < NM_MAX_FETCHES;
	     i++) {
		struct question *q = e->questions[i];

		if (q->fetch != NULL)
			continue;
		b->fetches[b->count] = (struct nm_fetch){ .kind = q->kind,
			.url = q->url,
			.request = nm_buffer_bytes(&q->request) };
		q->fetch = &b->fetches[b->count++];
	}
	if (b->count == 0) {
		free(b);
		return NM_OK;
	}
	e->batches[e->batch_count++] = b;
	error = fetcher->get(fetcher->arg, b->fetches, b->count);
	*more = error == NM_OK;
	return error;
}

/* ---- answers ------------------------------------------------------------- */

/* Whether a statement holds: now, or when the message was received. Who sent
 * it might choose an old one, but not the time of receipt. */
static bool
is_fresh(
    const struct nm_evidence *e, const struct nm_statement *s, int64_t received)
{
	int64_t now = e->now;

	if (s->from <= now + NM_CLOCK_SKEW && s->until >= now - NM_CLOCK_SKEW)
		return true;
	return received != NM_NOT_RECEIVED && s->from <= received &&
	    s->until >= received;
}

/* What happened to the holder later takes nothing from what was signed
 * before; any other reason may have been so for longer than is known. */
static bool
was_good(const struct nm_statement *s, int64_t received)
{
	return received != NM_NOT_RECEIVED && s->revoked_at > received &&
	    (s->reason == AFFILIATION_CHANGED || s->reason == SUPERSEDED ||
		s->reason == CESSATION_OF_OPERATION);
}

static enum nm_revocation
weigh(struct nm_evidence *e, const struct nm_statement *s, int64_t received)
{
	e->spoke = true;
	switch (s->status) {
	case NM_REVOCATION_GOOD:
		return is_fresh(e, s, received) ? NM_REVOCATION_GOOD
						: NM_REVOCATION_UNKNOWN;
	case NM_REVOCATION_REVOKED:
		/* an old list is enough: nobody is taken off but from hold */
		if (s->from > e->now + NM_CLOCK_SKEW ||
		    (s->reason == CERTIFICATE_HOLD &&
			!is_fresh(e, s, received)))
			return NM_REVOCATION_UNKNOWN;
		return was_good(s, received) ? NM_REVOCATION_GOOD
					     : NM_REVOCATION_REVOKED;
	case NM_REVOCATION_NOT_CHECKED:
	case NM_REVOCATION_UNKNOWN:
		break;
	}
	return NM_REVOCATION_UNKNOWN;
}

static bool
read_one(enum nm_fetch_kind kind, struct nm_bytes der, CERTCertificate *cert,
    CERTCertificate *issuer, const uint8_t *nonce, struct nm_statement *out)
{
	return kind == NM_FETCH_OCSP
	    ? nm_ocsp_read(der, cert, issuer, nonce, out)
	    : nm_crl_read(der, cert, issuer, out);
}

/* The worse of two that are known. */
static enum nm_revocation
both(enum nm_revocation a, enum nm_revocation b)
{
	if (a == NM_REVOCATION_REVOKED || b == NM_REVOCATION_REVOKED)
		return NM_REVOCATION_REVOKED;
	return a == NM_REVOCATION_GOOD ? a : b;
}

struct stored {
	struct nm_evidence *evidence;
	CERTCertificate *cert, *issuer;
	int64_t received;
	enum nm_revocation found;
};

static bool
each_stored(void *arg, const struct nm_bytes *values)
{
	struct stored *s = arg;
	struct nm_statement statement;

	if (nm_crl_read(values[0], s->cert, s->issuer, &statement))
		s->found =
		    both(s->found, weigh(s->evidence, &statement, s->received));
	return true;
}

static enum nm_revocation
at_hand(struct nm_evidence *e, CERTCertificate *cert, CERTCertificate *issuer,
    int64_t received)
{
	struct stored stored = { e, cert, issuer, received,
		NM_REVOCATION_UNKNOWN };
	struct nm_statement s;

	for (size_t i = 0; i < e->along_count; i++) {
		if (read_one(e->along[i].kind, e->along[i].der, cert, issuer,
			NULL, &s))
			stored.found =
			    both(stored.found, weigh(e, &s, received));
	}
	nm_crl_each_stored(cert, each_stored, &stored);
	return stored.found;
}

/* The first place that gives a good answer counts; *waiting: one has not been
 * asked yet. */
static enum nm_revocation
from_server(struct nm_evidence *e, enum nm_fetch_kind kind,
    const struct nm_strings *urls, CERTCertificate *cert,
    CERTCertificate *issuer, int64_t received, bool *waiting)
{
	char about[NM_FINGERPRINT_SIZE];
	enum nm_revocation found;
	struct nm_statement s;
	struct question *q;

	nm_certificate_fingerprint(cert, about);
	for (size_t i = 0; i < urls->count; i++) {
		q = find(e, kind, about, urls->items[i]);
		if (q == NULL)
			ask(e, kind, cert, issuer, about, urls->items[i]);
		if (q == NULL || q->fetch == NULL) {
			*waiting = true;
			break;
		}
		if (!q->fetch->answered ||
		    !read_one(kind, nm_buffer_bytes(&q->fetch->answer), cert,
			issuer, e->policy.nonce ? q->nonce : NULL, &s))
			continue;
		found = weigh(e, &s, received);
		if (found == NM_REVOCATION_UNKNOWN)
			continue;
		if (!q->kept && s.until > e->now)
			e->policy.fetcher->keep(
			    e->policy.fetcher->arg, q->fetch, s.until);
		q->kept = true;
		return found;
	}
	return NM_REVOCATION_UNKNOWN;
}

enum nm_revocation
nm_evidence_status(struct nm_evidence *e, CERTCertificate *cert,
    CERTCertificate *issuer, int64_t received)
{
	enum nm_revocation found = at_hand(e, cert, issuer, received);
	struct nm_strings ocsp, crl;
	bool waiting = false;

	if (found != NM_REVOCATION_UNKNOWN)
		return found;
	if (e->policy.mode == NM_REVOCATION_OFF)
		return NM_REVOCATION_NOT_CHECKED;
	(void)nm_certificate_locations(cert, NM_LOCATION_OCSP, &ocsp);
	(void)nm_certificate_locations(cert, NM_LOCATION_CRL, &crl);
	if (ocsp.count + crl.count == 0) {
		/* Nobody says anything of it: where certainty is wanted, that
		 * is not enough. */
		if (e->policy.mode == NM_REVOCATION_SOFT)
			found = NM_REVOCATION_NOT_CHECKED;
	} else {
		found = from_server(
		    e, NM_FETCH_OCSP, &ocsp, cert, issuer, received, &waiting);
		if (found == NM_REVOCATION_UNKNOWN && !waiting)
			found = from_server(e, NM_FETCH_CRL, &crl, cert, issuer,
			    received, &waiting);
	}
	nm_strings_clear(&ocsp);
	nm_strings_clear(&crl);
	return found;
}

bool
nm_evidence_passing(const struct nm_evidence *e, int64_t received)
{
	for (size_t i = 0; i < e->question_count; i++) {
		if (e->questions[i]->fetch == NULL)
			return true;
	}
	return e->spoke && received != NM_NOT_RECEIVED;
}

/* ---- issuers -------------------------------------------------------- */

void
nm_evidence_want_issuer(struct nm_evidence *e, const CERTCertificate *cert)
{
	char about[NM_FINGERPRINT_SIZE];
	struct nm_strings urls;

	if (e->policy.mode == NM_REVOCATION_OFF || e->policy.fetcher == NULL ||
	    !nm_certificate_locations(cert, NM_LOCATION_ISSUER, &urls))
		return;
	nm_certificate_fingerprint(cert, about);
	for (size_t i = 0; i < urls.count; i++) {
		if (find(e, NM_FETCH_ISSUER, about, urls.items[i]) == NULL &&
		    nm_location_is_known(e->db, urls.items[i]))
			ask(e, NM_FETCH_ISSUER, cert, NULL, about,
			    urls.items[i]);
	}
	nm_strings_clear(&urls);
}

bool
nm_evidence_issuers(
    const struct nm_evidence *e, CERTCertificate ***out, size_t *count)
{
	CERTCertificate **certs;
	struct nm_bag bag;

	*out = NULL;
	*count = 0;
	for (size_t i = 0; i < e->question_count; i++) {
		const struct nm_fetch *f = e->questions[i]->fetch;

		if (f == NULL || f->kind != NM_FETCH_ISSUER || !f->answered ||
		    nm_bag_parse(f->answer.data, f->answer.len, NM_FORM_AUTO,
			&bag, NULL) != NM_OK)
			continue;
		certs = reallocarray(
		    *out, *count + bag.count, sizeof(CERTCertificate *));
		if (certs == NULL) {
			nm_bag_clear(&bag);
			return false;
		}
		*out = certs;
		for (size_t c = 0; c < bag.count; c++)
			certs[(*count)++] = CERT_DupCertificate(bag.certs[c]);
		nm_bag_clear(&bag);
	}
	return true;
}
