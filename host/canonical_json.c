/* SPDX-License-Identifier: MPL-2.0 */
#include "canonical_json.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/algorithm.h>

#include "bounds.h"

#define PRINT (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static enum nm_error
put(struct nm_stage *next, const char *text)
{
	return nm_stage_write(next, text, strlen(text));
}

/* A string or an integer: json-c writes them as the RFC does (3.2.2.1,
 * 3.2.2.2), but for the slash, which it is told. */
static enum nm_error
put_scalar(struct json_object *value, struct nm_stage *next)
{
	const char *text;
	size_t len;

	text = json_object_to_json_string_length(value, PRINT, &len);
	return text == NULL ? NM_ERR_INTERNAL : nm_stage_write(next, text, len);
}

static enum nm_error
put_name(const char *name, struct nm_stage *next)
{
	struct json_object *text = json_object_new_string(name);
	enum nm_error error =
	    text == NULL ? NM_ERR_INTERNAL : put_scalar(text, next);

	json_object_put(text);
	return error == NM_OK ? put(next, ":") : error;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in order; malloc'd. The RFC orders by UTF-16 units (3.2.3), which
 * for names in ASCII is that of bytes; there are no others here. */
static enum nm_error
sort_names(struct json_object *object, const char ***out, size_t *count)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	size_t n = (size_t)json_object_object_length(object);
	const char **names = calloc(n + 1, sizeof(*names));

	*out = names;
	*count = 0;
	if (names == NULL)
		return NM_ERR_INTERNAL;
	for (; *count < n && !json_object_iter_equal(&at, &end);
	     json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		for (const char *p = name; *p != '\0'; p++) {
			if ((uint8_t)*p >= 0x80)
				return NM_ERR_INVALID_PARAMS;
		}
		names[(*count)++] = name;
	}
	qsort(names, *count, sizeof(*names), compare);
	return NM_OK;
}

static enum nm_error write_value(
    struct json_object *value, unsigned depth, struct nm_stage *next);

static enum nm_error
write_object(struct json_object *object, unsigned depth, struct nm_stage *next)
{
	const char **names;
	size_t count;
	enum nm_error error = sort_names(object, &names, &count);

	for (size_t i = 0; error == NM_OK && i < count; i++) {
		error = put(next, i == 0 ? "{" : ",");
		if (error == NM_OK)
			error = put_name(names[i], next);
		if (error == NM_OK)
			error = write_value(
			    json_object_object_get(object, names[i]), depth + 1,
			    next);
	}
	free(names);
	if (error != NM_OK)
		return error;
	return put(next, count == 0 ? "{}" : "}");
}

static enum nm_error
write_array(struct json_object *array, unsigned depth, struct nm_stage *next)
{
	size_t count = json_object_array_length(array);
	enum nm_error error = put(next, "[");

	for (size_t i = 0; error == NM_OK && i < count; i++) {
		if (i != 0)
			error = put(next, ",");
		if (error == NM_OK)
			error = write_value(json_object_array_get_idx(array, i),
			    depth + 1, next);
	}
	return error == NM_OK ? put(next, "]") : error;
}

static enum nm_error
write_value(struct json_object *value, unsigned depth, struct nm_stage *next)
{
	if (depth > HOST_MAX_JSON_DEPTH)
		return NM_ERR_INVALID_PARAMS;
	switch (json_object_get_type(value)) {
	case json_type_null:
		return put(next, "null");
	case json_type_boolean:
		return put(
		    next, json_object_get_boolean(value) ? "true" : "false");
	case json_type_int:
	case json_type_string:
		return put_scalar(value, next);
	case json_type_object:
		return write_object(value, depth, next);
	case json_type_array:
		return write_array(value, depth, next);
	case json_type_double:
		break;
	}
	return NM_ERR_INVALID_PARAMS;
}

enum nm_error
host_canonical_write(struct json_object *value, struct nm_stage *next)
{
	return write_value(value, 0, next);
}

/* ---- the digest --------------------------------------------------------- */

struct digester {
	struct nm_stage stage;
	struct nm_digests *digests;
};

static enum nm_error
digester_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_digests_update(((struct digester *)s)->digests, data, len);
}

static enum nm_error
digester_finish(struct nm_stage *s)
{
	return nm_digests_finish(((struct digester *)s)->digests);
}

enum nm_error
host_canonical_hash(struct json_object *value, uint8_t out[HOST_HASH])
{
	static const struct nm_stage_ops ops = { digester_write,
		digester_finish, NULL };
	struct digester d = { { &ops },
		nm_digests_new(NM_DIGEST_BIT(NM_DIGEST_SHA256)) };
	enum nm_error error = NM_ERR_INTERNAL;

	if (d.digests == NULL)
		return error;
	error = host_canonical_write(value, &d.stage);
	if (error == NM_OK)
		error = nm_stage_finish(&d.stage);
	if (error == NM_OK)
		memcpy(out, nm_digests_value(d.digests, NM_DIGEST_SHA256).data,
		    HOST_HASH);
	nm_digests_free(&d.digests);
	return error;
}

/* ---- members that are there twice --------------------------------------- */

static size_t
count_members(struct json_object *value, unsigned depth)
{
	struct json_object_iterator at, end;
	size_t count = 0;

	if (depth > HOST_MAX_JSON_DEPTH)
		return 0;
	if (json_object_is_type(value, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(value); i++)
			count += count_members(
			    json_object_array_get_idx(value, i), depth + 1);
	}
	if (!json_object_is_type(value, json_type_object))
		return count;
	at = json_object_iter_begin(value);
	end = json_object_iter_end(value);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at))
		count += 1 +
		    count_members(json_object_iter_peek_value(&at), depth + 1);
	return count;
}

bool
host_canonical_once(const char *text, size_t len, struct json_object *value)
{
	size_t colons = 0;
	bool string = false;

	/* outside of strings, a colon follows each name */
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"')
			string = !string;
		else if (string && text[i] == '\\')
			i++;
		else if (!string && text[i] == ':')
			colons++;
	}
	return colons == count_members(value, 0);
}
