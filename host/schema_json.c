/* SPDX-License-Identifier: MPL-2.0 */
#include "schema_json.h"

#include <stdio.h>

#include "json_build.h"
#include "operations.h"

#define NAME_MAX_LENGTH 64 /* no member's name is longer */

static struct json_object *
finish(struct host_build *b)
{
	struct json_object *object = NULL;

	return host_build_end(b, &object, NULL) == NM_OK ? object : NULL;
}

static struct json_object *
values_json(const char *const *values)
{
	struct json_object *array = json_object_new_array();

	for (; array != NULL && *values != NULL; values++) {
		if (!host_array_add(array, json_object_new_string(*values))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/* {"[]": {...}} and its like. */
static struct json_object *
several_json(const char *sign, const struct host_schema *of, bool or_string)
{
	struct host_build b;

	host_build_begin(&b);
	host_build_add(&b, sign, host_schema_json(of));
	if (or_string)
		host_build_string(&b, "or", "string");
	return finish(&b);
}

static struct json_object *
member_json(const struct host_schema *s)
{
	switch (s->type) {
	case HOST_STRING:
		return s->values != NULL ? values_json(s->values)
					 : json_object_new_string("string");
	case HOST_BOOLEAN:
		return json_object_new_string("boolean");
	case HOST_POSITIVE:
		return json_object_new_string("positive");
	case HOST_SIZE:
		return json_object_new_string("size");
	case HOST_OBJECT:
		return host_schema_json(s->of);
	case HOST_STRINGS:
		return json_object_new_string("string[]");
	case HOST_OBJECTS:
		return several_json("[]", s->of, false);
	case HOST_MIXED:
		return several_json("[]", s->of, true);
	case HOST_MAP:
		return several_json("{}", s->of, false);
	case HOST_BASE64:
		return json_object_new_string("base64");
	case HOST_TIME:
		return json_object_new_string("time");
	case HOST_ID:
		return json_object_new_string("id");
	}
	return NULL;
}

/* The depth is that of the tables, which are the program's own. */
struct json_object *
host_schema_json(const struct host_schema *schema)
{
	char name[NAME_MAX_LENGTH + 2];
	struct host_build b;

	host_build_begin(&b);
	for (; schema != NULL && schema->name != NULL; schema++) {
		(void)snprintf(name, sizeof(name), "%s%s", schema->name,
		    schema->required ? "" : "?");
		host_build_add(&b, name, member_json(schema));
	}
	return finish(&b);
}

struct json_object *
host_schemas_json(void)
{
	struct host_build all, methods;

	host_build_begin(&methods);
	for (size_t i = 0; host_operations[i] != NULL; i++)
		host_build_add(&methods, host_operations[i]->name,
		    host_schema_json(host_operations[i]->params));
	host_build_begin(&all);
	host_build_add(&all, "common", host_schema_json(host_common_schema));
	host_build_add(&all, "methods", finish(&methods));
	return finish(&all);
}
