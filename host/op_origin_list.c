/* SPDX-License-Identifier: MPL-2.0 */
/* origin.list: the administrator's first, then what the user allowed. */
#include "json_build.h"
#include "operation.h"
#include "origin_json.h"
#include "settings.h"

static const struct host_schema params_schema[] = { { .name = NULL } };

/* Each of a list once: the user's where the administrator's does not have it.
 */
static bool
add_list(struct json_object *array, const struct host_settings *settings,
    const struct host_origins *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->items[i].name;
		struct host_permission permission;

		if (host_origins_have(list, i, name))
			continue;
		permission = host_permission_of(settings, name);
		if (permission.allowed &&
		    permission.by_admin == (list == &settings->admin_origins) &&
		    !host_array_add(array, host_origin_json(name, &permission)))
			return false;
	}
	return true;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct json_object *array = NULL;
	struct host_settings now;
	struct host_build b;
	enum nm_error error;

	(void)params;
	if ((error = host_settings_load(&now, fault)) != NM_OK)
		goto out;
	array = json_object_new_array();
	if (array == NULL || !add_list(array, &now, &now.admin_origins) ||
	    !add_list(array, &now, &now.origins)) {
		json_object_put(array);
		array = NULL;
	}
	host_build_begin(&b);
	host_build_add(&b, "origins", array);
	host_build_bool(&b, "further", now.user_origins);
	error = host_build_end(&b, result, fault);
out:
	host_settings_clear(&now);
	return error;
}

const struct host_operation host_op_origin_list = {
	"origin.list",
	handle,
	params_schema,
	HOST_WEBMAIL,
	"Lists the websites that S/MIME is used on",
};
