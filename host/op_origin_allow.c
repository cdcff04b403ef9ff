/* SPDX-License-Identifier: MPL-2.0 */
/*
 * origin.allow: asks the user whether mail is read for a website, then whether
 * it is signed without asking each time. Two windows, since what is the third
 * button of one is not there in every pinentry, or looks as if the window had
 * been closed.
 */
#include "consent.h"
#include "operation.h"
#include "origin_json.h"
#include "settings.h"

static const struct host_schema params_schema[] = {
	{ .name = "origin", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};

/* Only what is not allowed yet. */
static enum nm_error
ask(struct host_call *call, struct host_permission *permission)
{
	enum nm_error error;

	if (!permission->allowed &&
	    (error = host_consent_to_read(call)) != NM_OK)
		return error;
	permission->allowed = true;
	return permission->signs
	    ? NM_OK
	    : host_consent_to_sign(call, &permission->signs);
}

static enum nm_error
allow(struct host_call *call, const struct host_settings *now,
    struct host_permission *permission)
{
	struct nm_fault *fault = host_call_fault(call);
	struct host_permission before = *permission;
	enum nm_error error;

	if (!now->user_origins)
		return before.allowed
		    ? NM_OK
		    : nm_fail(fault, NM_ERR_POLICY_FORBIDS,
			  "Only the administrator can set S/MIME up for "
			  "further websites, by the list \"origins\" of "
			  "policy.json");
	if ((error = ask(call, permission)) != NM_OK)
		return error;
	if (before.allowed && before.signs == permission->signs)
		return NM_OK;
	if (!host_call_commit(call))
		return nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	return host_settings_keep_origin(
	    now, host_call_origin(call), permission->signs, fault);
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	const char *origin = host_call_origin(call);
	struct host_permission permission;
	struct host_settings now;
	enum nm_error error;

	(void)params;
	if ((error = host_settings_load(&now, fault)) != NM_OK)
		goto out;
	permission = host_permission_of(&now, origin);
	if ((error = allow(call, &now, &permission)) == NM_OK &&
	    (*result = host_origin_json(origin, &permission)) == NULL)
		error = nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
out:
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
