/* SPDX-License-Identifier: MPL-2.0 */
#include "reasons_json.h"

struct json_object *
host_reasons_json(nm_reasons reasons)
{
	struct json_object *array = json_object_new_array();

	if (array == NULL)
		return NULL;
	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		struct json_object *name;

		if ((reasons & NM_REASON_BIT(i)) == 0)
			continue;
		name =
		    json_object_new_string(nm_reason_name((enum nm_reason)i));
		if (name == NULL || json_object_array_add(array, name) != 0) {
			json_object_put(name);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

bool
host_reasons_usable(nm_reasons reasons)
{
	return nm_reasons_status(reasons) == NM_STATUS_VALID;
}
