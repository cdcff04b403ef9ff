/* SPDX-License-Identifier: MPL-2.0 */
/* The idle lock: tokens are logged out after a while without a key in use. */
#ifndef HOST_LOCK_H
#define HOST_LOCK_H

#include <stdint.h>

struct host_engine;

/* Lock held: locks if it is time; returns when to look again, or
 * INT64_MAX. */
int64_t host_lock_check(struct host_engine *e, int64_t now);

#endif
