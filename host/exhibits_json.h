/* SPDX-License-Identifier: MPL-2.0 */
/* Certificates and revocation material of a record of evidence, as JSON. */
#ifndef HOST_EXHIBITS_JSON_H
#define HOST_EXHIBITS_JSON_H

#include <nssmime/evidence.h>

#include "json_build.h"
#include "json_read.h"

/* Adds the members `certificates`, `revocation` and `statements`. */
void host_exhibits_build(struct host_build *b, const struct nm_exhibits *x);
void host_exhibits_read(
    struct host_read *r, struct json_object *object, struct nm_exhibits *out);

/* A chain: places in `certificates`. NULL: memory. */
struct json_object *host_exhibit_chain_json(const struct nm_exhibit_chain *c);
void host_exhibit_chain_read(struct host_read *r, struct json_object *object,
    const char *name, const struct nm_exhibits *x,
    struct nm_exhibit_chain *out);

#endif
