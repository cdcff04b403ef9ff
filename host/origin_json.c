/* SPDX-License-Identifier: MPL-2.0 */
#include "origin_json.h"

#include "json_build.h"

struct json_object *
host_origin_json(const char *origin, const struct host_permission *permission)
{
	struct json_object *out = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "origin", origin);
	host_build_string(&b, "sign", permission->signs ? "allowed" : "ask");
	host_build_string(
	    &b, "source", permission->by_admin ? "administrator" : "user");
	(void)host_build_end(&b, &out, NULL);
	return out;
}
