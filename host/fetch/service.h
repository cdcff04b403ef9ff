/* SPDX-License-Identifier: MPL-2.0 */
/* Questions of the engine, answered until its socket closes. */
#ifndef FETCH_SERVICE_H
#define FETCH_SERVICE_H

#include <stdbool.h>

#include "cache.h"
#include "transfer.h"

/* False: it could not begin. `cache` may be NULL. */
bool fetch_serve(
    int socket, struct fetch_rules *rules, struct fetch_cache *cache);

#endif
