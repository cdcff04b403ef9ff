/* SPDX-License-Identifier: MPL-2.0 */
/* operation.cancel: ends another request, which answers `cancelled`. */
#include "call.h"
#include "operations.h"

static const struct host_schema schema[] = {
	{ .name = "id", .type = HOST_ID, .required = true },
	{ .name = NULL },
};

static enum nm_error
cancel(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct host_engine *e = call->engine;
	struct host_call *other;
	const char *id;
	bool cancelled = false;

	id = json_object_to_json_string_ext(host_member(params, "id"),
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	(void)pthread_mutex_lock(&e->lock);
	other = id != NULL ? host_call_find(e, id) : NULL;
	if (other != NULL)
		cancelled = host_call_end(other, NM_ERR_CANCELLED, NULL);
	(void)pthread_mutex_unlock(&e->lock);
	if ((*result = json_object_new_object()) == NULL ||
	    json_object_object_add(
		*result, "cancelled", json_object_new_boolean(cancelled)) != 0)
		return nm_fail(
		    host_call_fault(call), NM_ERR_INTERNAL, "Out of memory");
	return NM_OK;
}

const struct host_operation host_op_operation_cancel = {
	.name = "operation.cancel",
	.handler = cancel,
	.params = schema,
	.flags = HOST_AT_ONCE,
	.help = "Cancels a request that has not committed anything yet.",
};
