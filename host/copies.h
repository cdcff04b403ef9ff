/* SPDX-License-Identifier: MPL-2.0 */
/* The copies that message.protect makes, one for each Bcc recipient. */
#ifndef HOST_COPIES_H
#define HOST_COPIES_H

#include <json-c/json.h>

#include <nssmime/stage.h>

#include "operation.h"

struct host_copy {
	char *address;
	struct json_object *stream; /* of those that there are, or NULL */
	struct nm_stage *output;
};

struct host_copies {
	struct host_call *call;
	struct json_object *streams; /* `copyStreams`, or NULL */
	struct host_copy *items;
	size_t count;
};

/* As nm_protect_outputs has it: `copies` is a struct host_copies. */
enum nm_error host_copies_add(
    void *copies, const char *address, struct nm_stage **out);
/* Whoever names a stream for a copy that there is not is mistaken about who
 * gets one. */
enum nm_error host_copies_check(
    const struct host_copies *c, struct nm_fault *fault);
/* Of each {address, content: {data}} or {address, stream}. */
struct json_object *host_copies_json(const struct host_copies *c);
void host_copies_clear(struct host_copies *c);

#endif
