/* SPDX-License-Identifier: MPL-2.0 */
/* The result of message.read as the wire has it. */
#ifndef HOST_READ_JSON_H
#define HOST_READ_JSON_H

#include <json-c/json.h>

#include <nssmime/message.h>

#include "json_build.h"

/* Adds summary, layers, headers, embedded, certificates and table. */
void host_read_build(struct host_build *b, const struct nm_read_result *result);

#endif
