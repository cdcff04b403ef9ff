/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the extension sends, as names, kinds and lengths: so that somebody with
 * a server at hand can tell what is not known of it yet, without giving
 * anything away. Values are never written, but for the names of types.
 */
#ifndef HOST_OWA_TRACE_H
#define HOST_OWA_TRACE_H

#include "slice.h"

struct host_owa_trace;

/* The file of the trace, for the caller to free; NULL: nowhere to put it. */
char *host_owa_trace_path(void);
/* A new trace, empty. NULL: it cannot be written. */
struct host_owa_trace *host_owa_trace_open(void);
void host_owa_trace_close(struct host_owa_trace **t);
/* Does nothing where `t` is NULL. `what`: our own word for it. Strings that
 * are JSON objects or arrays themselves are gone into. */
void host_owa_trace_write(
    struct host_owa_trace *t, const char *what, struct host_slice value);

#endif
