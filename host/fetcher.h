/* SPDX-License-Identifier: MPL-2.0 */
/* Becoming nssmime-fetch, the program that asks servers. */
#ifndef HOST_FETCHER_H
#define HOST_FETCHER_H

#include "settings.h"

#define HOST_FETCH_PROGRAM "nssmime-fetch"

/* In a process of its own: `end`, the socket to the engine, becomes its
 * standard input. Does not return. */
_Noreturn void host_fetcher_become(
    const struct host_settings *settings, int end);

#endif
