/* SPDX-License-Identifier: MPL-2.0 */
#include "json_build.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "bounds.h"
#include "text.h"

/* As much as fits in `max` bytes without cutting a character (RFC 3629): a
 * continuation byte must not be the first one left out. */
static size_t
cut(const struct nm_buffer *utf8, size_t max)
{
	if (utf8->len <= max)
		return utf8->len;
	while (max > 0 && (utf8->data[max] & 0xc0) == 0x80)
		max--;
	return max;
}

struct json_object *
host_text_json(const char *text, size_t max)
{
	struct nm_buffer utf8 = NM_BUFFER_INIT;
	struct json_object *value = NULL;
	size_t len;

	host_utf8_repair(&utf8, (const uint8_t *)text, strlen(text));
	len = cut(&utf8, max);
	if (!nm_buffer_failed(&utf8) && len <= INT32_MAX)
		value = json_object_new_string_len(
		    len > 0 ? (const char *)utf8.data : "", (int)len);
	nm_buffer_reset(&utf8);
	return value;
}

size_t
host_json_size(struct json_object *value)
{
	size_t len = 0;

	(void)json_object_to_json_string_length(
	    value, JSON_C_TO_STRING_PLAIN, &len);
	return len;
}

void
host_build_begin(struct host_build *b)
{
	b->object = json_object_new_object();
	b->failed = b->object == NULL;
}

void
host_build_add(
    struct host_build *b, const char *name, struct json_object *value)
{
	if (b->failed || value == NULL ||
	    json_object_object_add(b->object, name, value) != 0) {
		json_object_put(value);
		b->failed = true;
	}
}

void
host_build_null(struct host_build *b, const char *name)
{
	/* json-c has no object for null: NULL is one here. */
	if (!b->failed && json_object_object_add(b->object, name, NULL) != 0)
		b->failed = true;
}

void
host_build_string(struct host_build *b, const char *name, const char *string)
{
	host_build_add(b, name, json_object_new_string(string));
}

void
host_build_text(
    struct host_build *b, const char *name, const char *text, size_t max)
{
	if (text == NULL)
		host_build_null(b, name);
	else
		host_build_add(b, name, host_text_json(text, max));
}

void
host_build_bool(struct host_build *b, const char *name, bool value)
{
	host_build_add(b, name, json_object_new_boolean(value));
}

void
host_build_int(struct host_build *b, const char *name, int64_t value)
{
	host_build_add(b, name, json_object_new_int64(value));
}

void
host_build_time(struct host_build *b, const char *name, int64_t seconds)
{
	const struct nm_date date = { seconds, 0 };
	char text[64];

	nm_date_format(&date, text, sizeof(text));
	host_build_string(b, name, text);
}

void
host_build_base64(struct host_build *b, const char *name, struct nm_bytes bytes)
{
	size_t size = nm_base64_encoded_size(bytes.len);
	char *text;

	if (size >= INT32_MAX || (text = malloc(size + 1)) == NULL) {
		b->failed = true;
		return;
	}
	nm_base64_encode(bytes.data, bytes.len, text);
	host_build_add(b, name, json_object_new_string_len(text, (int)size));
	free(text);
}

enum nm_error
host_build_end(
    struct host_build *b, struct json_object **out, struct nm_fault *fault)
{
	*out = NULL;
	if (b->failed) {
		host_build_drop(b);
		return nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	}
	*out = b->object;
	b->object = NULL;
	return NM_OK;
}

void
host_build_drop(struct host_build *b)
{
	json_object_put(b->object);
	b->object = NULL;
	b->failed = true;
}

bool
host_array_add(struct json_object *array, struct json_object *value)
{
	if (array == NULL || value == NULL ||
	    json_object_array_add(array, value) != 0) {
		json_object_put(value);
		return false;
	}
	return true;
}

enum nm_error
host_base64_member(struct json_object *object, const char *name,
    struct nm_buffer *out, struct nm_fault *fault)
{
	struct json_object *value = NULL;
	size_t room, len = 0;
	uint8_t *to;

	(void)json_object_object_get_ex(object, name, &value);
	room = (size_t)json_object_get_string_len(value);
	if (room == 0)
		return NM_OK;
	to = nm_buffer_extend(out, room);
	if (to == NULL)
		return nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	if (!nm_base64_decode(json_object_get_string(value), room, to, &len)) {
		nm_buffer_reset(out);
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"%s\" must be strict base64", name);
	}
	out->len -= room - len;
	/* the schema counts in whole groups of base64 */
	if (len > HOST_MAX_INLINE) {
		nm_buffer_reset(out);
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The member \"%s\" is larger than %u bytes", name,
		    HOST_MAX_INLINE);
	}
	return NM_OK;
}
