/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a request's params may hold. Unknown members are refused by name, at
 * every level; so is a member of the wrong type, and a missing one that is
 * required. A schema is a table ended by a NULL name.
 */
#ifndef HOST_SCHEMA_H
#define HOST_SCHEMA_H

#include <stdbool.h>

#include <json-c/json.h>

#include <nssmime/error.h>

enum host_type {
	HOST_STRING,
	HOST_BOOLEAN,
	HOST_POSITIVE, /* integer 1 .. 2^53-1 */
	HOST_SIZE,     /* integer 0 .. 2^53-1 */
	HOST_OBJECT,   /* members: `of` */
	HOST_STRINGS,  /* array of strings */
	HOST_OBJECTS,  /* array of objects: `of` */
	HOST_MIXED,    /* array of strings and objects: `of` */
	HOST_MAP,      /* object with free names, each an object: `of` */
	HOST_BASE64,   /* string, strict base64, at most 512 KiB decoded */
	HOST_TIME,     /* string, RFC 3339 */
	HOST_ID	       /* a request's id: string or number */
};

struct host_schema {
	const char *name;
	enum host_type type;
	bool required;
	const struct host_schema *of;
	const char *const *values; /* HOST_STRING: what it may be, or NULL */
};

/* Members every method takes: origin, prompt, progress. */
extern const struct host_schema host_common_schema[];
/* {data} or {stream, size?}, with kind and context for messages. */
extern const struct host_schema host_content_schema[];
extern const struct host_schema host_output_schema[];

/* `params` may be NULL (no params). */
enum nm_error host_schema_check(const struct host_schema *schema,
    struct json_object *params, struct nm_fault *fault);

/* Convenience: NULL / false / fallback when the member is absent. */
const char *host_string(struct json_object *object, const char *name);
bool host_boolean(struct json_object *object, const char *name, bool fallback);
struct json_object *host_member(struct json_object *object, const char *name);

#endif
