/* SPDX-License-Identifier: MPL-2.0 */
/*
 * database.use: has the broker ask the user and record the choice in the
 * settings, answers, and ends the connection: NSS opens one main database in a
 * process.
 */
#include <string.h>

#include "candidate_json.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "id", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};

static const struct nm_candidate *
find(const struct nm_candidates *all, const char *id)
{
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->items[i].id, id) == 0)
			return &all->items[i];
	}
	return NULL;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	const struct nm_candidate *c;
	struct nm_candidates all;
	enum nm_error error;

	error = host_candidates(call, &all);
	if (error != NM_OK)
		return error;
	c = find(&all, host_string(params, "id"));
	if (c == NULL)
		error = nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "No database has this id");
	else if (c->problem != NM_CANDIDATE_USABLE)
		error = nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE, "%s",
		    nm_candidate_problem_text(c->problem));
	else
		error = host_call_use_database(call, c->path);
	nm_candidates_clear(&all);
	if (error != NM_OK)
		return error;
	*result = json_object_new_object();
	if (*result == NULL)
		return nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	host_call_end_connection(call);
	return NM_OK;
}

const struct host_operation host_op_database_use = {
	"database.use",
	handle,
	params_schema,
	0,
	"Uses another database from the next connection on, after asking the "
	"user",
};
