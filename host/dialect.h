/* SPDX-License-Identifier: MPL-2.0 */
/*
 * How the frames of a client are understood, and how a call that one of them
 * began is answered: JSON-RPC (rpc.c), or what the extension for Outlook on
 * the web speaks (owa/dialect.c).
 */
#ifndef HOST_DIALECT_H
#define HOST_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/error.h>

struct host_call;
struct host_engine;
struct host_frame;

struct host_dialect {
	size_t max_frame; /* a longer one is skipped */
	/* What the dialect keeps for a connection; NULL: nothing. False:
	 * memory. */
	bool (*open)(struct host_engine *e);
	void (*close)(struct host_engine *e);

	/* In the event loop, lock not held. `text` lives for the call. */
	void (*take)(struct host_engine *e, const char *text, size_t len);
	/* A frame past the limit begins; then: how it begins. */
	void (*too_large)(struct host_engine *e);
	void (*skipped)(struct host_engine *e, const char *text, size_t len);
	/* Lets go of what nobody has asked for in a long time; returns when to
	 * look again, or INT64_MAX. NULL: there is nothing of the kind. Lock
	 * held. */
	int64_t (*expire)(struct host_engine *e, int64_t now);

	/*
	 * The frames that answer a call, linked by `next`; NULL: memory, or
	 * nobody waits any more. `result` is its result, or NULL and `error`
	 * its failure; `text` (may be NULL) says more, and `data` has members
	 * beside the error's kind. The lock may be held or not.
	 */
	struct host_frame *(*reply)(struct host_call *call, enum nm_error error,
	    const char *text, struct json_object *data,
	    struct json_object *result);
};

extern const struct host_dialect host_rpc_dialect;
extern const struct host_dialect host_owa_dialect;

#endif
