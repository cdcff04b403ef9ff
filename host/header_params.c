/* SPDX-License-Identifier: MPL-2.0 */
#include "header_params.h"

#include <stdlib.h>
#include <string.h>

#include "schema.h"

#define NAMES_MAX 100

/* In the order of enum nm_header_policy. */
const char *const host_policy_values[] = { "none", "baseline", "shy", NULL };

/* A message that is encrypted hides its subject unless it is told not to (RFC
 * 9788 section 3.3); a signature alone changes no more than it must. */
static enum nm_header_policy
policy(struct json_object *params, const struct nm_protect_options *o)
{
	const char *said = host_string(params, "headerProtection");

	if (said == NULL)
		return o->encrypt && o->kind == NM_CONTENT_MESSAGE
		    ? NM_POLICY_BASELINE
		    : NM_POLICY_NO_PROTECTION;
	if (strcmp(said, host_policy_values[NM_POLICY_BASELINE]) == 0)
		return NM_POLICY_BASELINE;
	return strcmp(said, host_policy_values[NM_POLICY_SHY]) == 0
	    ? NM_POLICY_SHY
	    : NM_POLICY_NO_PROTECTION;
}

enum nm_error
host_header_params(struct json_object *params, struct nm_protect_options *o,
    const char ***names, struct nm_fault *fault)
{
	struct json_object *list = host_member(params, "confidential");
	size_t count = list == NULL ? 0 : json_object_array_length(list);

	o->policy = policy(params, o);
	o->legacy_display = host_boolean(params, "legacyDisplay", false);
	if (count == 0)
		return NM_OK;
	if (count > NAMES_MAX)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"confidential\" has more than %d names",
		    NAMES_MAX);
	/* What is to be hidden must not go out all the same. */
	if (!o->encrypt || o->policy == NM_POLICY_NO_PROTECTION)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"confidential\" needs encryption and header "
		    "protection");
	if ((*names = calloc(count, sizeof(const char *))) == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < count; i++)
		(*names)[i] =
		    json_object_get_string(json_object_array_get_idx(list, i));
	o->confidential = *names;
	o->confidential_count = count;
	return NM_OK;
}
