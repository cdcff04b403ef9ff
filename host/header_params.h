/* SPDX-License-Identifier: MPL-2.0 */
/* How a request wants a message's header fields to be protected. */
#ifndef HOST_HEADER_PARAMS_H
#define HOST_HEADER_PARAMS_H

#include <json-c/json.h>

#include <nssmime/message.h>

/* "none", "baseline", "shy" */
extern const char *const host_policy_values[];

/* After `o` knows its kind and whether it encrypts. *names is what
 * o->confidential points to; the caller frees it. */
enum nm_error host_header_params(struct json_object *params,
    struct nm_protect_options *o, const char ***names, struct nm_fault *fault);

#endif
