/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The broker: the process that the browser started. It has no database, no
 * keys and no parser of what comes from outside. For its child, the engine,
 * it shows windows and saves files, each in a process of its own, one at a
 * time, and starts nssmime-fetch.
 */
#ifndef HOST_BROKER_H
#define HOST_BROKER_H

#include <sys/types.h>

#include "caller.h"
#include "settings.h"

/* Returns the exit status when the engine has ended. SIGCHLD, SIGTERM, SIGINT
 * and SIGHUP are blocked. */
int host_broker_run(int channel, pid_t engine, const struct host_caller *caller,
    const struct host_settings *settings);

#endif
