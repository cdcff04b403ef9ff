/* SPDX-License-Identifier: MPL-2.0 */
/* hello: who we are and what we take. */
#include <nss.h>

#include <nssmime/limits.h>

#include "bounds.h"
#include "operations.h"
#include "settings.h"

static const struct host_schema client_schema[] = {
	{ .name = "name", .type = HOST_STRING },
	{ .name = "version", .type = HOST_STRING },
	{ .name = NULL },
};

static const struct host_schema schema[] = {
	{ .name = "client", .type = HOST_OBJECT, .of = client_schema },
	{ .name = NULL },
};

static const struct {
	const char *name;
	int64_t value;
} limits[] = {
	{ "frameToHost", HOST_MAX_FRAME_IN },
	{ "frameToClient", HOST_MAX_FRAME_OUT },
	{ "frameValues", HOST_MAX_VALUES },
	{ "frameNesting", HOST_MAX_JSON_DEPTH },
	{ "inlineContent", HOST_MAX_INLINE },
	{ "streamData", HOST_MAX_DATA },
	{ "streamSeconds", HOST_STREAM_SECONDS },
	{ "operations", HOST_MAX_OPERATIONS },
	{ "origin", HOST_MAX_ORIGIN },
	{ "nesting", NM_MAX_NESTING },
	{ "headerBlock", NM_MAX_HEADER_BLOCK },
	{ "headerFields", NM_MAX_HEADER_FIELDS },
	{ "certificates", NM_MAX_CERTIFICATES },
	{ "signers", NM_MAX_SIGNERS },
	{ "recipients", NM_MAX_RECIPIENTS },
	{ "decompressionRatio", NM_MAX_RATIO },
	{ "rsaBits", NM_MAX_RSA_BITS },
};

static bool
add(struct json_object *object, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_add(object, name, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

static struct json_object *
list_limits(const struct host_settings *settings)
{
	struct json_object *object = json_object_new_object();
	bool good = object != NULL;

	for (size_t i = 0; good && i < sizeof(limits) / sizeof(limits[0]); i++)
		good = add(object, limits[i].name,
		    json_object_new_int64(limits[i].value));
	if (good &&
	    add(object, "decompressed",
		json_object_new_uint64(settings->max_decompressed)))
		return object;
	json_object_put(object);
	return NULL;
}

static struct json_object *
list_methods(void)
{
	struct json_object *array = json_object_new_array(), *name;

	for (size_t i = 0; array != NULL && host_operations[i] != NULL; i++) {
		name = json_object_new_string(host_operations[i]->name);
		if (name == NULL || json_object_array_add(array, name) != 0) {
			json_object_put(name);
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static enum nm_error
hello(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct json_object *object = json_object_new_object(),
			   *host = json_object_new_object(),
			   *nss = json_object_new_object();
	bool good = object != NULL && host != NULL && nss != NULL;

	(void)params;
	good = good &&
	    add(host, "name", json_object_new_string("nssmime-host")) &&
	    add(host, "version", json_object_new_string(NSSMIME_VERSION)) &&
	    add(nss, "version", json_object_new_string(NSS_GetVersion())) &&
	    add(object, "protocol", json_object_new_int(1)) &&
	    add(object, "host", json_object_get(host)) &&
	    add(object, "nss", json_object_get(nss)) &&
	    add(object, "limits", list_limits(host_call_settings(call))) &&
	    add(object, "methods", list_methods());
	json_object_put(host);
	json_object_put(nss);
	if (!good) {
		json_object_put(object);
		return nm_fail(
		    host_call_fault(call), NM_ERR_INTERNAL, "Out of memory");
	}
	*result = object;
	return NM_OK;
}

const struct host_operation host_op_hello = {
	.name = "hello",
	.handler = hello,
	.params = schema,
	.flags = HOST_AT_ONCE,
	.help = "Tells versions, bounds and methods.",
};
