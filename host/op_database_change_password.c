/* SPDX-License-Identifier: MPL-2.0 */
/* database.changePassword */
#include "commit_asker.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "token", .type = HOST_STRING },
	{ .name = NULL },
};

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_database *db = host_call_database(call);
	const char *token = host_string(params, "token");
	struct host_commit_asker last;
	const struct nm_asker *asker =
	    host_commit_asker(&last, call, HOST_LAST_NEW_PASSWORD);
	struct nm_fault *fault = host_call_fault(call);
	enum nm_error error;

	if (asker == NULL)
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "Changing a password needs the user");
	if (token == NULL && !nm_database_writable(db))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	error = nm_token_change_password(db, token, asker, fault);
	if (error != NM_OK)
		return error;
	*result = json_object_new_object();
	return *result != NULL
	    ? NM_OK
	    : nm_fail(fault, NM_ERR_INTERNAL, "There is not enough memory");
}

const struct host_operation host_op_database_change_password = {
	"database.changePassword",
	handle,
	params_schema,
	HOST_DATABASE | HOST_KEY,
	"Asks the user for a new password of the database or of a token",
};
