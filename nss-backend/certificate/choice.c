/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

struct looked_at {
	CERTCertificate *cert; /* lent */
	int64_t from;
	nm_reasons reasons;
	bool usable;
};

/* Newest first among the usable, then the least bad, then the newest. */
static int
better(const void *a, const void *b)
{
	const struct looked_at *x = a, *y = b;
	enum nm_status p = nm_reasons_status(x->reasons);
	enum nm_status q = nm_reasons_status(y->reasons);

	if (x->usable != y->usable)
		return x->usable ? -1 : 1;
	if (!x->usable && p != q)
		return p < q ? -1 : 1;
	return x->from > y->from ? -1 : x->from < y->from;
}

static enum nm_error
look(struct nm_index *ix, struct nm_database *db, const char *address,
    const struct nm_path_question *question, bool own, struct looked_at **out,
    size_t *count)
{
	CERTCertificate **found;
	nm_reasons reasons;
	struct looked_at *l;
	enum nm_error error;
	size_t n;
	int64_t until;

	*out = NULL;
	*count = 0;
	if ((error = nm_index_by_address(ix, address, &found, &n)) != NM_OK)
		return error;
	if (n == 0)
		return NM_ERR_CERTIFICATE_NOT_FOUND;
	if ((*out = calloc(n, sizeof(**out))) == NULL) {
		free(found);
		return NM_ERR_INTERNAL;
	}
	for (size_t i = 0; i < n; i++) {
		if (own && !nm_index_own(ix, found[i]))
			continue;
		error = nm_path_reasons(db, found[i], question, &reasons);
		if (error != NM_OK)
			break;
		l = &(*out)[(*count)++];
		l->cert = found[i];
		l->reasons = reasons;
		l->usable = nm_reasons_status(reasons) == NM_STATUS_VALID;
		(void)nm_certificate_validity(found[i], &l->from, &until);
	}
	free(found);
	if (error == NM_OK && *count == 0)
		error = NM_ERR_CERTIFICATE_NOT_FOUND;
	if (error != NM_OK) {
		free(*out);
		*out = NULL;
		return error;
	}
	qsort(*out, *count, sizeof(**out), better);
	return NM_OK;
}

/* Those that are as good as the first. */
static enum nm_error
set_candidates(const struct looked_at *l, size_t count, struct nm_choice *out)
{
	size_t n = 1;

	while (n < count && l[n].usable && l[n].from == l[0].from)
		n++;
	if (n == 1)
		return NM_OK;
	out->candidates = calloc(n, sizeof(CERTCertificate *));
	if (out->candidates == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < n; i++)
		out->candidates[i] = l[i].cert;
	out->candidate_count = n;
	return NM_ERR_CERTIFICATE_AMBIGUOUS;
}

static enum nm_error
choose(struct nm_index *ix, struct nm_database *db, const char *address,
    const struct nm_path_question *question, bool own, struct nm_choice *out)
{
	struct looked_at *l;
	enum nm_error error;
	size_t count;

	memset(out, 0, sizeof(*out));
	error = look(ix, db, address, question, own, &l, &count);
	if (error != NM_OK)
		return error;
	out->reasons = l[0].reasons;
	if (!l[0].usable)
		error = NM_ERR_CERTIFICATE_UNUSABLE;
	else if (question->purpose == NM_PURPOSE_SIGN)
		error = set_candidates(l, count, out);
	if (error == NM_OK)
		out->cert = CERT_DupCertificate(l[0].cert);
	free(l);
	return error;
}

enum nm_error
nm_choose_signer(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_choice *out)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = now };

	return choose(ix, db, address, &question, true, out);
}

enum nm_error
nm_choose_recipient(struct nm_index *ix, struct nm_database *db,
    const char *address, int64_t now, struct nm_evidence *evidence,
    struct nm_choice *out)
{
	struct nm_path_question question = {
		.purpose = NM_PURPOSE_ENCRYPT, .when = now, .evidence = evidence
	};

	return choose(ix, db, address, &question, false, out);
}

enum nm_error
nm_choose_self(struct nm_index *ix, struct nm_database *db, const char *address,
    int64_t now, struct nm_choice *out)
{
	struct nm_path_question question = { .purpose = NM_PURPOSE_ENCRYPT,
		.when = now };

	return choose(ix, db, address, &question, true, out);
}

void
nm_choice_clear(struct nm_choice *c)
{
	if (c->cert != NULL)
		CERT_DestroyCertificate(c->cert);
	free(c->candidates);
	memset(c, 0, sizeof(*c));
}
