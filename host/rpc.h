/* SPDX-License-Identifier: MPL-2.0 */
/* JSON-RPC 2.0, as far as the contract has it: what comes in. */
#ifndef HOST_RPC_H
#define HOST_RPC_H

#include <stddef.h>

struct host_engine;

/* Deals with one frame's JSON (a NUL follows it). Lock not held. */
void host_rpc_take(struct host_engine *e, const char *text, size_t len);
/* How a frame begins that is too large to be taken. */
void host_rpc_skipped(struct host_engine *e, const char *text, size_t len);

#endif
