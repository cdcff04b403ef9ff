/* SPDX-License-Identifier: MPL-2.0 */
/* JSON-RPC 2.0, as far as the contract has it: what goes out. */
#ifndef HOST_REPLY_H
#define HOST_REPLY_H

#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/error.h>

#include "frame.h"

/* Frames; NULL: memory. `id`: JSON text, NULL: null. A result too large for a
 * frame becomes an error. `data`: members beside `kind`, may be NULL. */
struct host_frame *host_reply_result(
    const char *id, struct json_object *result);
struct host_frame *host_reply_error(const char *id, enum nm_error error,
    const char *text, struct json_object *data);
struct host_frame *host_reply_credit(uint64_t stream, uint64_t bytes);
struct host_frame *host_reply_end(uint64_t stream);
struct host_frame *host_reply_progress(
    const char *id, uint64_t done, uint64_t total);

#endif
