/* SPDX-License-Identifier: MPL-2.0 */
/* A signed layer of a record, as JSON, and back. */
#ifndef HOST_RECORD_LAYER_JSON_H
#define HOST_RECORD_LAYER_JSON_H

#include <nssmime/evidence.h>

#include "json_read.h"

/* NULL: memory. */
struct json_object *host_record_layer_json(
    const struct nm_record_layer *layer, const struct nm_read_layer *read);
/* `record`: its exhibits and its policy are there already. */
void host_record_layer_read(struct host_read *r, struct json_object *object,
    const struct nm_record *record, struct nm_record_layer *out);

/* The names of the two, in their order; NULL ends them. */
extern const char *const host_status_names[];
extern const char *const host_revocation_names[];

#endif
