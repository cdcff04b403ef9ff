/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Reading a JSON object that is to be of a certain form, with a sticky
 * failure: after a member was not what it must be, whoever reads checks once at
 * the end. What is read then is empty.
 */
#ifndef HOST_JSON_READ_H
#define HOST_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>
#include <nssmime/reason.h>

struct host_read {
	enum nm_error error; /* NM_ERR_PARSE, NM_ERR_INTERNAL */
	const char *member;  /* the first that is wrong */
};

/* Notes that a member is wrong, or that there is no memory. */
void host_read_wrong(struct host_read *r, const char *member);
void host_read_failed(struct host_read *r, enum nm_error error);

struct json_object *host_read_object(
    struct host_read *r, struct json_object *object, const char *name);
/* *count: how many, at most `most`. */
struct json_object *host_read_array(struct host_read *r,
    struct json_object *object, const char *name, size_t most, size_t *count);
/* Never NULL. */
const char *host_read_string(
    struct host_read *r, struct json_object *object, const char *name);
/* NULL: null. */
const char *host_read_string_or_null(
    struct host_read *r, struct json_object *object, const char *name);
bool host_read_bool(
    struct host_read *r, struct json_object *object, const char *name);
/* From 0 to most. */
size_t host_read_size(struct host_read *r, struct json_object *object,
    const char *name, size_t most);
int64_t host_read_time(
    struct host_read *r, struct json_object *object, const char *name);
/* One of the names; their number ends with NULL. 0 where it is none. */
unsigned host_read_choice(struct host_read *r, struct json_object *object,
    const char *name, const char *const *names);
/* A value that is base64 itself. */
void host_read_base64(struct host_read *r, struct json_object *value,
    const char *name, struct nm_buffer *out);
/* "revocation-unknown" is the one of the two that has no weight, unless
 * `hard`. */
nm_reasons host_read_reasons(struct host_read *r, struct json_object *object,
    const char *name, bool hard);

#endif
