/* SPDX-License-Identifier: MPL-2.0 */
/* What message.protect is told: how to sign, for whom to encrypt. */
#ifndef HOST_PROTECT_PARAMS_H
#define HOST_PROTECT_PARAMS_H

#include <nssmime/message.h>

#include "operation.h"

extern const struct host_schema host_protect_schema[];

struct host_protect_params {
	struct nm_protect_options options;
	/* what those point to */
	struct nm_protect_recipient *recipients;
	const char **names;
};

/* `params` is lent for as long as *out is used, which is to be cleared in any
 * case. */
enum nm_error host_protect_params(struct host_call *call,
    struct json_object *params, struct host_protect_params *out);
void host_protect_params_clear(struct host_protect_params *p);

#endif
