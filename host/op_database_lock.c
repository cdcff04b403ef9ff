/* SPDX-License-Identifier: MPL-2.0 */
/* database.lock */
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = NULL },
};

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)params;
	nm_tokens_lock(host_call_database(call));
	*result = json_object_new_object();
	return *result != NULL ? NM_OK
			       : nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
				     "There is not enough memory");
}

const struct host_operation host_op_database_lock = {
	"database.lock",
	handle,
	params_schema,
	HOST_DATABASE,
	"Locks the database and every token: passwords are asked for again",
};
