/* SPDX-License-Identifier: MPL-2.0 */
/*
 * database.use: asks the user, records the choice in the settings, answers,
 * and ends the connection: NSS opens one main database in a process.
 */
#include <stdlib.h>
#include <string.h>

#include "candidate_json.h"
#include "operation.h"
#include "settings.h"

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

/* The user, unlike the client, is told the folder. */
static enum nm_error
ask(struct host_call *call, const struct nm_candidate *c)
{
	const struct nm_asker *asker = host_call_asker(call);
	struct nm_buffer text = NM_BUFFER_INIT;
	struct nm_question q = { 0 };
	enum nm_error error;
	char *detail;

	if (asker == NULL)
		return nm_fail(host_call_fault(call), NM_ERR_PASSWORD_REQUIRED,
		    "Changing the database needs the user's consent");
	nm_buffer_format(&text, "%s, in %s", c->label, c->path);
	detail = nm_buffer_take_string(&text);
	if (detail == NULL)
		return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
		    "There is not enough memory");
	q.what = "Use this certificate database from now on?";
	q.detail = detail;
	error = asker->confirm(asker->arg, &q);
	free(detail);
	return error == NM_OK
	    ? NM_OK
	    : nm_fail(host_call_fault(call), error, "%s", nm_error_text(error));
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
		error = ask(call, c);
	if (error == NM_OK && !host_call_commit(call))
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	if (error == NM_OK)
		error = host_settings_choose_database(
		    host_call_settings(call), c->path, fault);
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
