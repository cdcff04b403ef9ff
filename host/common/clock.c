/* SPDX-License-Identifier: MPL-2.0 */
#include "clock.h"

#include <time.h>

int64_t
host_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
