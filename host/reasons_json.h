/* SPDX-License-Identifier: MPL-2.0 */
/* A set of reasons as the wire has it: an array of names. */
#ifndef HOST_REASONS_JSON_H
#define HOST_REASONS_JSON_H

#include <stdbool.h>

#include <json-c/json.h>

#include <nssmime/reason.h>

/* In the order of enum nm_reason. A new reference; NULL: memory. */
struct json_object *host_reasons_json(nm_reasons reasons);

/* Whether a certificate with these reasons may be used: nothing in the set
 * has an effect beyond being told. */
bool host_reasons_usable(nm_reasons reasons);

#endif
