/* SPDX-License-Identifier: MPL-2.0 */
#include "candidate_json.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

#define MAX_LABEL 256

enum nm_error
host_candidates(struct host_call *call, struct nm_candidates *out)
{
	return nm_candidates_find(host_call_caller_kind(call),
	    host_call_settings(call)->database, out, host_call_fault(call));
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
