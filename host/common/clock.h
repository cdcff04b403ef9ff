/* SPDX-License-Identifier: MPL-2.0 */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include <stdint.h>

/* Monotonic, in milliseconds. */
int64_t host_now(void);

#endif
