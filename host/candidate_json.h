/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The databases that may be used, as the wire has them: never with a path.
 */
#ifndef HOST_CANDIDATE_JSON_H
#define HOST_CANDIDATE_JSON_H

#include <json-c/json.h>

#include <nssmime/database.h>

#include "json_build.h"
#include "operation.h"

/* All of them, found anew. */
enum nm_error host_candidates(
    struct host_call *call, struct nm_candidates *out);
/* The one in `folder`; NULL: none. */
const struct nm_candidate *host_candidate_at(
    const struct nm_candidates *all, const char *folder);
/* Adds id, label and kind. */
void host_candidate_add(struct host_build *b, const struct nm_candidate *c);
/* Adds problem and problemCode, if there is one. */
void host_candidate_problem_add(
    struct host_build *b, struct host_call *call, const struct nm_candidate *c);

#endif
