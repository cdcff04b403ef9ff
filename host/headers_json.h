/* SPDX-License-Identifier: MPL-2.0 */
/* The header fields of a message that was read, as JSON. */
#ifndef HOST_HEADERS_JSON_H
#define HOST_HEADERS_JSON_H

#include <json-c/json.h>

#include <nssmime/message.h>

/* What may be shown. NULL: memory. */
struct json_object *host_headers_json(const struct nm_read_result *result);
/* The parts that show it once more. */
struct json_object *host_legacy_json(const struct nm_read_result *result);

#endif
