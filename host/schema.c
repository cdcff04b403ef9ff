/* SPDX-License-Identifier: MPL-2.0 */
#include "schema.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "bounds.h"

#define DEPTH_MAX 8 /* no schema is nested deeper */

static const char *const prompt_values[] = { "never", NULL };
static const char *const kind_values[] = { "message", "entity", "cms", NULL };

const struct host_schema host_common_schema[] = {
	{ .name = "origin", .type = HOST_STRING },
	{ .name = "prompt", .type = HOST_STRING, .values = prompt_values },
	{ .name = "progress", .type = HOST_BOOLEAN },
	{ .name = NULL },
};

static const struct host_schema context_schema[] = {
	{ .name = "from", .type = HOST_STRING },
	{ .name = "date", .type = HOST_STRING },
	{ .name = NULL },
};

const struct host_schema host_content_schema[] = {
	{ .name = "data", .type = HOST_BASE64 },
	{ .name = "stream", .type = HOST_POSITIVE },
	{ .name = "size", .type = HOST_SIZE },
	{ .name = "kind", .type = HOST_STRING, .values = kind_values },
	{ .name = "context", .type = HOST_OBJECT, .of = context_schema },
	{ .name = NULL },
};

const struct host_schema host_output_schema[] = {
	{ .name = "stream", .type = HOST_POSITIVE, .required = true },
	{ .name = "credit", .type = HOST_SIZE },
	{ .name = NULL },
};

/* Where in the params a value is, for the sentence that refuses it: a member's
 * name, or the place in an array in brackets. */
struct path {
	const struct path *up;
	const char *name;
};

static void
path_write(const struct path *p, char *out, size_t room)
{
	const char *names[DEPTH_MAX + 2];
	size_t count = 0, at = 0, len;

	for (; p != NULL && count < DEPTH_MAX + 2; p = p->up) {
		if (p->name != NULL)
			names[count++] = p->name;
	}
	while (count != 0) {
		len = strlen(names[--count]);
		if (len > room - at - 2)
			len = room - at - 2;
		memcpy(out + at, names[count], len);
		at += len;
		if (count != 0 && names[count - 1][0] != '[' && at < room - 2)
			out[at++] = '.';
	}
	out[at] = '\0';
}

static enum nm_error
refuse(const struct path *p, struct nm_fault *fault, const char *format)
{
	char name[96];

	path_write(p, name, sizeof(name));
	return nm_fail(fault, NM_ERR_INVALID_PARAMS, "%s \"%s\"", format, name);
}

static enum nm_error
wrong(const struct path *p, struct nm_fault *fault, const char *wanted)
{
	char name[96];

	path_write(p, name, sizeof(name));
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "The member \"%s\" must be %s", name, wanted);
}

/* Tells which there are. */
static enum nm_error
unknown_value(
    const char *const *values, const struct path *p, struct nm_fault *fault)
{
	char name[96], known[128] = "";
	size_t at = 0;

	path_write(p, name, sizeof(name));
	for (; *values != NULL && at < sizeof(known); values++)
		at += (size_t)snprintf(known + at, sizeof(known) - at, "%s%s",
		    at != 0 ? ", " : "", *values);
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "Unknown value of the member \"%s\": it can be %s", name, known);
}

/* A NUL inside would hide what follows it from everything written in C. */
static bool
is_string(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) &&
	    memchr(json_object_get_string(value), '\0',
		(size_t)json_object_get_string_len(value)) == NULL;
}

static enum nm_error
check_string(const struct host_schema *s, struct json_object *value,
    const struct path *p, struct nm_fault *fault)
{
	const char *const *v;

	if (!is_string(value))
		return wrong(p, fault, "a string");
	if (s->values == NULL)
		return NM_OK;
	for (v = s->values; *v != NULL; v++) {
		if (strcmp(*v, json_object_get_string(value)) == 0)
			return NM_OK;
	}
	return unknown_value(s->values, p, fault);
}

static enum nm_error
check_integer(struct json_object *value, int64_t least, const struct path *p,
    struct nm_fault *fault)
{
	int64_t n;

	if (!json_object_is_type(value, json_type_int))
		return wrong(p, fault, "an integer");
	n = json_object_get_int64(value);
	if (n < least || n > HOST_MAX_INTEGER)
		return wrong(p, fault,
		    least == 0 ? "an integer from 0 to 2^53-1"
			       : "an integer from 1 to 2^53-1");
	return NM_OK;
}

static enum nm_error
check_base64(
    struct json_object *value, const struct path *p, struct nm_fault *fault)
{
	uint8_t *scratch;
	size_t len, decoded;
	bool good;

	if (!json_object_is_type(value, json_type_string))
		return wrong(p, fault, "a base64 string");
	len = (size_t)json_object_get_string_len(value);
	if (len > nm_base64_encoded_size(HOST_MAX_INLINE))
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "Inline data is larger than 524288 bytes");
	if ((scratch = malloc(len / 4 * 3 + 1)) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	good = nm_base64_decode(
	    json_object_get_string(value), len, scratch, &decoded);
	nm_wipe(scratch, len / 4 * 3 + 1);
	free(scratch);
	return good ? NM_OK : wrong(p, fault, "strict base64");
}

static enum nm_error
check_id(
    struct json_object *value, const struct path *p, struct nm_fault *fault)
{
	if (json_object_is_type(value, json_type_string) ||
	    json_object_is_type(value, json_type_int) ||
	    (json_object_is_type(value, json_type_double) &&
		isfinite(json_object_get_double(value))))
		return NM_OK;
	return wrong(p, fault, "a string or a number");
}

static enum nm_error check_object(const struct host_schema *schema,
    const struct host_schema *more, struct json_object *object,
    const struct path *p, unsigned depth, struct nm_fault *fault);

static enum nm_error
check_array(const struct host_schema *s, struct json_object *value,
    const struct path *p, unsigned depth, struct nm_fault *fault)
{
	char place[24];
	struct path below = { p, place };
	struct json_object *item;
	enum nm_error err;
	size_t i, count;

	if (!json_object_is_type(value, json_type_array))
		return wrong(p, fault, "an array");
	count = json_object_array_length(value);
	for (i = 0; i < count; i++) {
		(void)snprintf(place, sizeof(place), "[%zu]", i);
		item = json_object_array_get_idx(value, i);
		if (s->type != HOST_OBJECTS && is_string(item))
			continue;
		if (s->type == HOST_STRINGS)
			return wrong(&below, fault, "a string");
		if (!json_object_is_type(item, json_type_object))
			return wrong(&below, fault,
			    s->type == HOST_MIXED ? "a string or an object"
						  : "an object");
		err = check_object(s->of, NULL, item, &below, depth, fault);
		if (err != NM_OK)
			return err;
	}
	return NM_OK;
}

static enum nm_error
check_map(const struct host_schema *s, struct json_object *value,
    const struct path *p, unsigned depth, struct nm_fault *fault)
{
	struct json_object_iterator at, end;
	struct json_object *item;
	struct path below = { p, NULL };
	enum nm_error err;

	if (!json_object_is_type(value, json_type_object))
		return wrong(p, fault, "an object");
	at = json_object_iter_begin(value);
	end = json_object_iter_end(value);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		below.name = json_object_iter_peek_name(&at);
		item = json_object_iter_peek_value(&at);
		if (!json_object_is_type(item, json_type_object))
			return wrong(&below, fault, "an object");
		err = check_object(s->of, NULL, item, &below, depth, fault);
		if (err != NM_OK)
			return err;
	}
	return NM_OK;
}

static enum nm_error
check_value(const struct host_schema *s, struct json_object *value,
    const struct path *p, unsigned depth, struct nm_fault *fault)
{
	struct nm_date date;

	switch (s->type) {
	case HOST_STRING:
		return check_string(s, value, p, fault);
	case HOST_BOOLEAN:
		if (!json_object_is_type(value, json_type_boolean))
			return wrong(p, fault, "true or false");
		return NM_OK;
	case HOST_POSITIVE:
		return check_integer(value, 1, p, fault);
	case HOST_SIZE:
		return check_integer(value, 0, p, fault);
	case HOST_OBJECT:
		if (!json_object_is_type(value, json_type_object))
			return wrong(p, fault, "an object");
		return check_object(s->of, NULL, value, p, depth, fault);
	case HOST_STRINGS:
	case HOST_OBJECTS:
	case HOST_MIXED:
		return check_array(s, value, p, depth, fault);
	case HOST_MAP:
		return check_map(s, value, p, depth, fault);
	case HOST_BASE64:
		return check_base64(value, p, fault);
	case HOST_TIME:
		if (!is_string(value) ||
		    !nm_date_parse_rfc3339(
			json_object_get_string(value), &date))
			return wrong(p, fault, "a time as in RFC 3339");
		return NM_OK;
	case HOST_ID:
		return check_id(value, p, fault);
	}
	return nm_fail(fault, NM_ERR_INTERNAL, "A schema has an unknown type");
}

static const struct host_schema *
find(const struct host_schema *schema, const char *name)
{
	for (; schema != NULL && schema->name != NULL; schema++) {
		if (strcmp(schema->name, name) == 0)
			return schema;
	}
	return NULL;
}

static enum nm_error
check_object(const struct host_schema *schema, const struct host_schema *more,
    struct json_object *object, const struct path *p, unsigned depth,
    struct nm_fault *fault)
{
	struct json_object_iterator at, end;
	const struct host_schema *s;
	struct path below = { p, NULL };
	enum nm_error err;

	if (depth > DEPTH_MAX)
		return nm_fail(fault, NM_ERR_INTERNAL, "A schema is too deep");
	at = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		below.name = json_object_iter_peek_name(&at);
		if ((s = find(schema, below.name)) == NULL &&
		    (s = find(more, below.name)) == NULL)
			return refuse(&below, fault, "Unknown member");
		err = check_value(s, json_object_iter_peek_value(&at), &below,
		    depth + 1, fault);
		if (err != NM_OK)
			return err;
	}
	for (s = schema; s != NULL && s->name != NULL; s++) {
		below.name = s->name;
		if (s->required &&
		    !json_object_object_get_ex(object, s->name, NULL))
			return refuse(&below, fault, "Missing member");
	}
	return NM_OK;
}

enum nm_error
host_schema_check(const struct host_schema *schema, struct json_object *params,
    struct nm_fault *fault)
{
	struct json_object *none = NULL;
	enum nm_error err;

	if (params == NULL &&
	    (params = none = json_object_new_object()) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	err = check_object(schema, host_common_schema, params, NULL, 0, fault);
	json_object_put(none);
	return err;
}

struct json_object *
host_member(struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (object == NULL || !json_object_is_type(object, json_type_object))
		return NULL;
	(void)json_object_object_get_ex(object, name, &value);
	return value;
}

const char *
host_string(struct json_object *object, const char *name)
{
	struct json_object *value = host_member(object, name);

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

bool
host_boolean(struct json_object *object, const char *name, bool fallback)
{
	struct json_object *value = host_member(object, name);

	if (!json_object_is_type(value, json_type_boolean))
		return fallback;
	return json_object_get_boolean(value) != 0;
}
