/* SPDX-License-Identifier: MPL-2.0 */
/* What message.read and message.protect have in common in their params. */
#ifndef HOST_MESSAGE_PARAMS_H
#define HOST_MESSAGE_PARAMS_H

#include <nssmime/message.h>

#include "operation.h"

/* `kind` and `context` stand in `content`, or beside it: both are taken, and
 * both at once only when they say the same. */
enum nm_error host_content_kind(struct json_object *params,
    enum nm_content_kind *out, struct nm_fault *fault);
struct json_object *host_content_context(struct json_object *params);

extern const struct host_schema host_context_schema[];
extern const char *const host_kind_values[];

/* RFC 3339, or as a mail's Date field has it. */
bool host_time_member(
    struct json_object *object, const char *name, int64_t *out);

#endif
