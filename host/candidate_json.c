/* SPDX-License-Identifier: MPL-2.0 */
#include "candidate_json.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

#define MAX_LABEL 256

enum nm_error
host_candidates(struct host_call *call, struct nm_candidates *out)
{
	struct nm_fault *fault = host_call_fault(call);
	enum nm_error err;

	err = nm_candidates_find(host_call_caller_kind(call),
	    host_call_settings(call)->database, out, fault);
	if (err == NM_OK && (err = nm_candidates_identify(out, fault)) != NM_OK)
		nm_candidates_clear(out);
	return err;
}

const struct nm_candidate *
host_candidate_at(const struct nm_candidates *all, const char *folder)
{
	const struct nm_candidate *found = NULL;
	char *real = realpath(folder, NULL);

	for (size_t i = 0; found == NULL && i < all->count; i++) {
		if (strcmp(all->items[i].path, real != NULL ? real : folder) ==
		    0)
			found = &all->items[i];
	}
	free(real);
	return found;
}

void
host_candidate_add(struct host_build *b, const struct nm_candidate *c)
{
	host_build_string(b, "id", c->id);
	host_build_text(b, "label", c->label, MAX_LABEL);
	host_build_string(b, "kind", nm_database_kind_name(c->kind));
}

static bool
has_newer_password(const struct nm_candidate *c)
{
	struct nm_peek peek = { false, false };

	return c->exists && nm_database_peek(c->path, &peek, NULL) == NM_OK &&
	    peek.password_unsupported;
}

void
host_candidate_problem_add(
    struct host_build *b, struct host_call *call, const struct nm_candidate *c)
{
	enum nm_candidate_problem problem = c->problem;

	/* a newer NSS is used as soon as such a database is */
	if (problem == NM_CANDIDATE_USABLE && !host_call_newer_nss(call) &&
	    has_newer_password(c))
		problem = NM_CANDIDATE_PASSWORD_FORMAT;
	if (problem == NM_CANDIDATE_USABLE)
		return;
	host_build_string(b, "problem", nm_candidate_problem_text(problem));
	host_build_string(b, "problemCode", nm_candidate_problem_code(problem));
}
