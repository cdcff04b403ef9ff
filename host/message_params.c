/* SPDX-License-Identifier: MPL-2.0 */
#include "message_params.h"

#include <string.h>

const char *const host_kind_values[] = { "message", "entity", "cms", NULL };

const struct host_schema host_context_schema[] = {
	{ .name = "from", .type = HOST_STRING },
	{ .name = "date", .type = HOST_STRING },
	{ .name = NULL },
};

enum nm_error
host_content_kind(struct json_object *params, enum nm_content_kind *out,
    struct nm_fault *fault)
{
	const char *beside = host_string(params, "kind");
	const char *inside =
	    host_string(host_member(params, "content"), "kind");
	const char *kind = beside != NULL ? beside : inside;

	if (beside != NULL && inside != NULL && strcmp(beside, inside) != 0)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The members \"kind\" and \"content.kind\" differ");
	*out = NM_CONTENT_MESSAGE;
	if (kind != NULL && strcmp(kind, "entity") == 0)
		*out = NM_CONTENT_ENTITY;
	else if (kind != NULL && strcmp(kind, "cms") == 0)
		*out = NM_CONTENT_CMS;
	return NM_OK;
}

struct json_object *
host_content_context(struct json_object *params)
{
	struct json_object *context = host_member(params, "context");

	return context != NULL
	    ? context
	    : host_member(host_member(params, "content"), "context");
}

bool
host_time_member(struct json_object *object, const char *name, int64_t *out)
{
	const char *text = host_string(object, name);
	struct nm_date date;

	if (text == NULL ||
	    (!nm_date_parse_rfc3339(text, &date) &&
		!nm_date_parse_mail(text, &date)))
		return false;
	*out = date.seconds;
	return true;
}
