/* SPDX-License-Identifier: MPL-2.0 */
#include "judgement.h"

#include <stdlib.h>

/* The longest that one counts: trust, lists and the database are looked at
 * each time, but servers are not asked, and other software may do what we do
 * not see. */
#define LASTS	      600
#define LASTS_UNKNOWN 60 /* a server that did not answer may do so soon */

/*
 * A path that was good stays so while none of its certificates begins or ends
 * (NSS does not look at the end of a root, and no more does this); whatever
 * was wrong, or holds for this check alone, is found out anew each time.
 */
static void
set_times(struct nm_judgement *j, const struct nm_path *path, int64_t now)
{
	j->from = INT64_MAX;
	j->until = INT64_MIN;
	j->stale = now +
	    (j->revocation == NM_REVOCATION_UNKNOWN ? LASTS_UNKNOWN : LASTS);
	if (nm_reasons_status(j->reasons) != NM_STATUS_VALID || path->passing)
		return;
	j->from = INT64_MIN;
	j->until = INT64_MAX;
	for (size_t i = 0; i < j->chain_count; i++) {
		const struct nm_certificate *c = &j->chain[i];

		if (c->not_before > j->from)
			j->from = c->not_before;
		if (c->not_after < j->until)
			j->until = c->not_after;
		/* from then on it has expired since */
		if (c->not_after > now && c->not_after < j->stale)
			j->stale = c->not_after;
	}
}

enum nm_error
nm_judgement_new(struct nm_database *db, const struct nm_path *path,
    int64_t now, struct nm_judgement **out)
{
	struct nm_judgement *j = calloc(1, sizeof(*j));
	enum nm_error error = NM_OK;

	*out = NULL;
	if (j == NULL)
		return NM_ERR_INTERNAL;
	j->holders = 1;
	j->reasons = path->reasons;
	j->revocation = path->revocation;
	j->chain = calloc(path->count + 1, sizeof(*j->chain));
	j->chain_reasons = calloc(path->count + 1, sizeof(*j->chain_reasons));
	if (j->chain == NULL || j->chain_reasons == NULL)
		error = NM_ERR_INTERNAL;
	for (size_t i = 0; error == NM_OK && i < path->count; i++) {
		error = nm_certificate_describe(
		    db, path->links[i].cert, &j->chain[i]);
		j->chain_reasons[i] = path->links[i].reasons;
		j->chain_count += error == NM_OK;
	}
	if (error != NM_OK) {
		nm_judgement_drop(&j);
		return error;
	}
	set_times(j, path, now);
	*out = j;
	return NM_OK;
}

struct nm_judgement *
nm_judgement_hold(struct nm_judgement *j)
{
	j->holders++;
	return j;
}

void
nm_judgement_drop(struct nm_judgement **out)
{
	struct nm_judgement *j = *out;

	*out = NULL;
	if (j == NULL || --j->holders != 0)
		return;
	for (size_t i = 0; i < j->chain_count; i++)
		nm_certificate_clear(&j->chain[i]);
	free(j->chain);
	free(j->chain_reasons);
	free(j);
}

bool
nm_judgement_holds(const struct nm_judgement *j, int64_t when, int64_t now)
{
	return when >= j->from && when <= j->until && now < j->stale &&
	    now >= j->stale - LASTS;
}
