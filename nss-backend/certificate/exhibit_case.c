/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/exhibit.h"

#include <stdlib.h>
#include <string.h>

#include "certificate/revocation.h"

static bool
meet(struct nm_exhibit_court *c, struct nm_bytes der)
{
	CERTCertificate *cert = nm_certificate_decode_apart(der.data, der.len);

	if (cert != NULL)
		c->certs[c->count++] = cert;
	return cert != NULL;
}

enum nm_error
nm_exhibit_court_open(struct nm_exhibit_court *c,
    const struct nm_exhibit_case *which, const struct nm_fetcher *fetcher)
{
	struct nm_revocation_policy policy = which->policy;
	enum nm_error error = NM_ERR_INTERNAL;

	memset(c, 0, sizeof(*c));
	c->which = which;
	policy.fetcher = fetcher;
	c->certs = calloc(which->along_count + 1, sizeof(CERTCertificate *));
	if (c->certs == NULL || !meet(c, which->certificate))
		return error;
	for (size_t i = 0; i < which->along_count; i++)
		(void)meet(c, which->along[i]);
	error = nm_evidence_new(&policy, which->db, which->now, &c->evidence);
	for (size_t i = 0; error == NM_OK && i < which->material_count; i++)
		error = nm_evidence_add(c->evidence, which->materials[i].kind,
		    nm_buffer_bytes(&which->materials[i].der));
	return error;
}

void
nm_exhibit_court_close(struct nm_exhibit_court *c)
{
	nm_evidence_free(&c->evidence);
	for (size_t i = 0; i < c->count; i++)
		CERT_DestroyCertificate(c->certs[i]);
	free(c->certs);
	memset(c, 0, sizeof(*c));
}

static enum nm_error
check(const struct nm_exhibit_court *c, struct nm_path *path)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = c->which->when,
		.received = c->which->received,
		.along = c->certs,
		.along_count = c->count,
		.evidence = c->evidence };

	return nm_path_check(c->which->db, c->certs[0], &question, path);
}

/* What was said of e-mail is not what is asked of those that are for time
 * stamps. */
static void
judge_usages(struct nm_path *path)
{
	path->reasons = 0;
	for (size_t i = 0; i < path->count; i++) {
		struct nm_path_link *link = &path->links[i];

		if ((link->cert->nsCertType & EXT_KEY_USAGE_TIME_STAMP) != 0)
			link->reasons &=
			    ~NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED);
		if (i == 0 && !nm_certificate_stamps_time(link->cert))
			link->reasons |=
			    NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED);
		path->reasons |= link->reasons;
	}
}

enum nm_error
nm_exhibit_court_try(const struct nm_exhibit_court *c, struct nm_path *path)
{
	struct nm_permitted permitted;
	enum nm_error error;

	if ((error = check(c, path)) != NM_OK || !c->which->timestamping)
		return error;
	/* NSS gets to see the certificates of an authority only where they
	 * lead to one that a token holds (company.h). */
	if ((path->reasons & NM_EXHIBIT_UNTRUSTED) == 0) {
		nm_path_clear(path);
		if (!nm_permit_timestamps(
			&permitted, c->certs, c->count, false, true))
			return NM_ERR_INTERNAL;
		error = check(c, path);
		nm_permit_end(&permitted);
	}
	if (error == NM_OK)
		judge_usages(path);
	return error;
}

void
nm_exhibit_find(const struct nm_path *path, struct nm_exhibit_finding *out)
{
	out->reasons = path->reasons;
	out->revocation = path->revocation;
	out->anchored = (path->reasons & NM_EXHIBIT_UNTRUSTED) == 0;
}
