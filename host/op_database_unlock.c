/* SPDX-License-Identifier: MPL-2.0 */
/* database.unlock: the password goes from the prompt to NSS, no method takes
 * one. */
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "token", .type = HOST_STRING },
	{ .name = NULL },
};

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	enum nm_error error;

	error = nm_token_unlock_named(host_call_database(call),
	    host_string(params, "token"), host_call_asker(call),
	    host_call_fault(call));
	if (error != NM_OK)
		return error;
	*result = json_object_new_object();
	return *result != NULL ? NM_OK
			       : nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
				     "There is not enough memory");
}

const struct host_operation host_op_database_unlock = {
	"database.unlock",
	handle,
	params_schema,
	HOST_DATABASE | HOST_KEY,
	"Asks the user for the password of the database or of a token",
};
