/* SPDX-License-Identifier: MPL-2.0 */
/* JSON text that came from elsewhere, bounded before json-c sees it. */
#ifndef HOST_JSON_H
#define HOST_JSON_H

#include <stddef.h>

#include <json-c/json.h>

#include <nssmime/error.h>

/*
 * Parses one JSON text (RFC 8259): UTF-8, at most 32 deep, at most
 * HOST_MAX_VALUES values, nothing after it. NM_ERR_PARSE or
 * NM_ERR_TOO_LARGE.
 */
enum nm_error host_json_parse(const char *text, size_t len,
    struct json_object **out, struct nm_fault *fault);

#endif
