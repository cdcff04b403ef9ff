/* SPDX-License-Identifier: MPL-2.0 */
/* origin.forget: what the user allowed a website is taken back. */
#include "operation.h"
#include "settings.h"

static const struct host_schema params_schema[] = {
	{ .name = "origin", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};

static enum nm_error
forget(struct host_call *call, const struct host_settings *now)
{
	const char *origin = host_call_origin(call);

	if (host_permission_of(now, origin).by_admin &&
	    !host_origins_have(&now->origins, now->origins.count, origin))
		return nm_fail(host_call_fault(call), NM_ERR_POLICY_FORBIDS,
		    "The administrator allows this website, and nobody else "
		    "can take that back");
	return host_call_forget_origin(call);
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct host_settings now;
	enum nm_error error;

	(void)params;
	error = host_settings_load(&now, fault);
	if (error == NM_OK)
		error = forget(call, &now);
	if (error == NM_OK && (*result = json_object_new_object()) == NULL)
		error = nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	host_settings_clear(&now);
	return error;
}

const struct host_operation host_op_origin_forget = {
	"origin.forget",
	handle,
	params_schema,
	HOST_WEBMAIL | HOST_ANY_ORIGIN,
	"Takes back what the user allowed a website",
};
