/* SPDX-License-Identifier: MPL-2.0 */
#include "json_read.h"

#include <string.h>

#include <nssmime/mime.h>

void
host_read_failed(struct host_read *r, enum nm_error error)
{
	if (r->error == NM_OK)
		r->error = error;
}

void
host_read_wrong(struct host_read *r, const char *member)
{
	if (r->error == NM_OK)
		r->member = member;
	host_read_failed(r, NM_ERR_PARSE);
}

/* The member, of that type; NULL (and noted): it is not. */
static struct json_object *
take(struct host_read *r, struct json_object *object, const char *name,
    enum json_type type)
{
	struct json_object *value = NULL;

	if (json_object_is_type(object, json_type_object) &&
	    json_object_object_get_ex(object, name, &value) &&
	    json_object_is_type(value, type))
		return value;
	host_read_wrong(r, name);
	return NULL;
}

struct json_object *
host_read_object(
    struct host_read *r, struct json_object *object, const char *name)
{
	return take(r, object, name, json_type_object);
}

struct json_object *
host_read_array(struct host_read *r, struct json_object *object,
    const char *name, size_t most, size_t *count)
{
	struct json_object *array = take(r, object, name, json_type_array);

	*count = array != NULL ? json_object_array_length(array) : 0;
	if (*count > most) {
		host_read_wrong(r, name);
		*count = 0;
	}
	return array;
}

const char *
host_read_string(
    struct host_read *r, struct json_object *object, const char *name)
{
	struct json_object *value = take(r, object, name, json_type_string);
	const char *text = value != NULL ? json_object_get_string(value) : "";

	if (value != NULL &&
	    strlen(text) != (size_t)json_object_get_string_len(value))
		host_read_wrong(r, name);
	return text;
}

const char *
host_read_string_or_null(
    struct host_read *r, struct json_object *object, const char *name)
{
	struct json_object *value = NULL;

	if (json_object_object_get_ex(object, name, &value) && value == NULL)
		return NULL;
	return host_read_string(r, object, name);
}

bool
host_read_bool(
    struct host_read *r, struct json_object *object, const char *name)
{
	struct json_object *value = take(r, object, name, json_type_boolean);

	return value != NULL && json_object_get_boolean(value) != 0;
}

/* -1 where it is none. */
static int64_t
integer(struct json_object *value, size_t most)
{
	int64_t n = json_object_get_int64(value);

	return json_object_is_type(value, json_type_int) && n >= 0 &&
		(uint64_t)n <= most
	    ? n
	    : -1;
}

size_t
host_read_size(struct host_read *r, struct json_object *object,
    const char *name, size_t most)
{
	struct json_object *value = take(r, object, name, json_type_int);
	int64_t n = value != NULL ? integer(value, most) : 0;

	if (n >= 0)
		return (size_t)n;
	host_read_wrong(r, name);
	return 0;
}

int64_t
host_read_time(
    struct host_read *r, struct json_object *object, const char *name)
{
	struct nm_date date = { 0, 0 };
	const char *text = host_read_string(r, object, name);

	if (r->error == NM_OK && !nm_date_parse_rfc3339(text, &date))
		host_read_wrong(r, name);
	return date.seconds;
}

unsigned
host_read_choice(struct host_read *r, struct json_object *object,
    const char *name, const char *const *names)
{
	const char *text = host_read_string(r, object, name);

	for (unsigned i = 0; names[i] != NULL; i++) {
		if (strcmp(text, names[i]) == 0)
			return i;
	}
	host_read_wrong(r, name);
	return 0;
}

void
host_read_base64(struct host_read *r, struct json_object *value,
    const char *name, struct nm_buffer *out)
{
	size_t room, len = 0;
	uint8_t *to;

	if (!json_object_is_type(value, json_type_string)) {
		host_read_wrong(r, name);
		return;
	}
	room = (size_t)json_object_get_string_len(value);
	if (room == 0)
		return;
	if ((to = nm_buffer_extend(out, room)) == NULL) {
		host_read_failed(r, NM_ERR_INTERNAL);
		return;
	}
	if (!nm_base64_decode(json_object_get_string(value), room, to, &len))
		host_read_wrong(r, name);
	out->len -= room - len;
}

nm_reasons
host_read_reasons(struct host_read *r, struct json_object *object,
    const char *name, bool hard)
{
	nm_reasons reasons = 0;
	struct json_object *list;
	size_t count;

	list = host_read_array(r, object, name, NM_REASON_COUNT, &count);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		const char *text = json_object_get_string(item);
		unsigned at = 0;

		while (at < NM_REASON_COUNT &&
		    (text == NULL ||
			strcmp(text, nm_reason_name((enum nm_reason)at)) != 0))
			at++;
		if (at == NM_REASON_COUNT) {
			host_read_wrong(r, name);
			return reasons;
		}
		if (at == NM_REASON_REVOCATION_UNKNOWN && hard)
			at = NM_REASON_REVOCATION_REQUIRED;
		reasons |= NM_REASON_BIT(at);
	}
	return reasons;
}
