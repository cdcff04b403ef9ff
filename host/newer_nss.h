/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Starting the engine with a newer NSS than the system's, where the password
 * of the database takes that.
 */
#ifndef HOST_NEWER_NSS_H
#define HOST_NEWER_NSS_H

#include <stdbool.h>

#include "caller.h"
#include "settings.h"

/* The word that such an engine is started with by itself. */
#define HOST_ENGINE_AGAIN "engine-again"

/*
 * In the engine, before NSS starts: becomes this program anew, with a newer
 * NSS, if the database of this caller needs one and there is one. Returns
 * whether an engine for another database could: only here that can be found
 * out, since a confined engine starts nothing. `argv` is what the program was
 * started with.
 */
bool host_newer_nss_become(char *const *argv, int channel,
    const struct host_caller *caller, const struct host_settings *settings);
/*
 * In what it has become: the channel, and where the arguments begin that the
 * program was started with, for host_caller_parse(). False: this was started
 * by something else, or the broker is gone.
 */
bool host_newer_nss_resume(int argc, char **argv, int *channel, int *skip);

#endif
