/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Building a JSON object with a sticky failure: after an allocation fails
 * every later step does nothing, so that a writer checks once at its end.
 */
#ifndef HOST_JSON_BUILD_H
#define HOST_JSON_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>

struct host_build {
	struct json_object *object;
	bool failed;
};

void host_build_begin(struct host_build *b);
/* Takes `value` over in every case; NULL is a failed allocation. */
void host_build_add(
    struct host_build *b, const char *name, struct json_object *value);
void host_build_null(struct host_build *b, const char *name);
void host_build_string(
    struct host_build *b, const char *name, const char *string);
/* Text from outside: what is not UTF-8 becomes U+FFFD, and what goes past
 * `max` bytes is cut off between characters. NULL gives null. */
void host_build_text(
    struct host_build *b, const char *name, const char *text, size_t max);
void host_build_bool(struct host_build *b, const char *name, bool value);
void host_build_int(struct host_build *b, const char *name, int64_t value);
/* Seconds since 1970 as RFC 3339 in UTC. */
void host_build_time(struct host_build *b, const char *name, int64_t seconds);
void host_build_base64(
    struct host_build *b, const char *name, struct nm_bytes bytes);
/* *out owns the object, or the failure is told in `fault`. */
enum nm_error host_build_end(
    struct host_build *b, struct json_object **out, struct nm_fault *fault);
/* Drops what was built. */
void host_build_drop(struct host_build *b);

/* The same for an array: takes `value` over; false: memory. */
bool host_array_add(struct json_object *array, struct json_object *value);
struct json_object *host_text_json(const char *text, size_t max);
/* The way back: a member that the schema knows as HOST_BASE64. */
enum nm_error host_base64_member(struct json_object *object, const char *name,
    struct nm_buffer *out, struct nm_fault *fault);
/* Bytes that it takes in a frame. */
size_t host_json_size(struct json_object *value);

#endif
