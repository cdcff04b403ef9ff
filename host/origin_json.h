/* SPDX-License-Identifier: MPL-2.0 */
/* Origins as the wire has them (PROTOCOL.md, "Origins"). */
#ifndef HOST_ORIGIN_JSON_H
#define HOST_ORIGIN_JSON_H

#include <json-c/json.h>

#include "origins.h"

/* A new reference; NULL: memory. */
struct json_object *host_origin_json(
    const char *origin, const struct host_permission *permission);

#endif
