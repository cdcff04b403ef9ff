/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The schemas of params as JSON, so that clients can compare their own with
 * them. A member is named as in the params, with "?" after it if it may be
 * absent; it stands for
 *
 *   "string", "boolean", "positive", "size", "base64", "time", "id", or
 *   "string[]"
 *   ["a", "b"]                  one of these strings
 *   {...}                       an object with these members
 *   {"[]": {...}}               a list of such objects
 *   {"[]": {...}, "or": "string"}  a list of such objects and of strings
 *   {"{}": {...}}               an object with free names for such objects
 */
#ifndef HOST_SCHEMA_JSON_H
#define HOST_SCHEMA_JSON_H

#include "schema.h"

/* The members of one schema; NULL: no memory. */
struct json_object *host_schema_json(const struct host_schema *schema);
/* {"common": members of all methods, "methods": {name: members}}; NULL: no
 * memory. */
struct json_object *host_schemas_json(void);

#endif
