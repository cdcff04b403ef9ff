/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The one form that a JSON value has by the JSON Canonicalization Scheme (RFC
 * 8785), so that it can be digested whatever white space and order of members
 * its text came with. Of numbers, only integers are written.
 */
#ifndef HOST_CANONICAL_JSON_H
#define HOST_CANONICAL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/stage.h>

#define HOST_HASH 32 /* SHA-256 */

/* Does not finish the stage. NM_ERR_INVALID_PARAMS: there is no such form. */
enum nm_error host_canonical_write(
    struct json_object *value, struct nm_stage *next);
/* SHA-256 over it. */
enum nm_error host_canonical_hash(
    struct json_object *value, uint8_t out[HOST_HASH]);
/* Whether a text, which `value` was parsed from, has all its members there:
 * of two with one name, some readers take the first and others the last. */
bool host_canonical_once(
    const char *text, size_t len, struct json_object *value);

#endif
