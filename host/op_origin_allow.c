/* SPDX-License-Identifier: MPL-2.0 */
/*
 * origin.allow: the user is asked whether mail is read for a website, then
 * whether it is signed without asking each time. The broker asks, and keeps
 * the answers.
 */
#include "operation.h"
#include "origin_json.h"
#include "settings.h"

static const struct host_schema params_schema[] = {
	{ .name = "origin", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};

static enum nm_error
allow(struct host_call *call, const struct host_settings *now,
    const struct host_permission *permission)
{
	if (permission->allowed && (permission->signs || !now->user_origins))
		return NM_OK; /* there is nothing to ask */
	return now->user_origins
	    ? host_call_allow_origin(call)
	    : nm_fail(host_call_fault(call), NM_ERR_POLICY_FORBIDS,
		  "Only the administrator can set S/MIME up for further "
		  "websites, by the list \"origins\" of policy.json");
}

static enum nm_error
load(struct host_call *call, struct host_settings *now,
    struct host_permission *permission)
{
	enum nm_error error = host_settings_load(now, host_call_fault(call));

	if (error == NM_OK)
		*permission = host_permission_of(now, host_call_origin(call));
	return error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct host_permission permission;
	struct host_settings now;
	enum nm_error error;

	(void)params;
	if ((error = load(call, &now, &permission)) == NM_OK)
		error = allow(call, &now, &permission);
	host_settings_clear(&now);
	if (error != NM_OK)
		return error;
	/* as it was kept */
	if ((error = load(call, &now, &permission)) == NM_OK &&
	    (*result = host_origin_json(host_call_origin(call), &permission)) ==
		NULL)
		error = nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	host_settings_clear(&now);
	return error;
}

const struct host_operation host_op_origin_allow = {
	"origin.allow",
	handle,
	params_schema,
	HOST_WEBMAIL | HOST_ANY_ORIGIN,
	"Uses S/MIME on a website, after asking the user",
};
