/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the engine gives up once its database is open: new privileges, other
 * programs, the network, other processes, and writing but where it must
 * (Linux: no-new-privs, seccomp, Landlock; as far as the kernel has them).
 */
#ifndef HOST_CONFINE_H
#define HOST_CONFINE_H

#include <stdbool.h>

#include <nssmime/database.h>

#include "log.h"

struct host_confinement {
	bool done;
	int ruleset; /* Landlock's, for each thread that is there; -1: none */
};

#define HOST_CONFINEMENT_INIT                                                  \
	{                                                                      \
		false, -1                                                      \
	}

/* Confines the process as far as it goes at once, and prepares the rest. */
void host_confine(struct host_confinement *c, const struct nm_database *db,
    enum host_log_level log);
/* Landlock binds the calling thread and those it starts: to be called by each
 * thread that was there before. `mine`: whether it was done in it. */
void host_confine_thread(const struct host_confinement *c, bool *mine);

#endif
