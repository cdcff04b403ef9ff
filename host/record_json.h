/* SPDX-License-Identifier: MPL-2.0 */
/* The record of a message that was read, as JSON, and back. */
#ifndef HOST_RECORD_JSON_H
#define HOST_RECORD_JSON_H

#include <nssmime/evidence.h>

#include "json_read.h"

/* NULL: memory. */
struct json_object *host_record_json(
    const struct nm_record *record, const struct nm_read_result *result);
/* What is not checked again is not read. */
void host_record_read(
    struct host_read *r, struct json_object *object, struct nm_record *out);

#endif
