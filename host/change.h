/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The changes of config.json that the engine may ask for, made outside of it:
 * the engine, which reads what others wrote, cannot write there itself. What
 * gives it more than it had is asked of the user first, in words that are put
 * together here from what is then written.
 */
#ifndef HOST_CHANGE_H
#define HOST_CHANGE_H

#include "helper.h"

/* The database in `folder`, one of those that may be used, from the next
 * connection on. */
enum nm_error host_change_use(
    const struct host_helper *h, const char *folder, struct nm_fault *fault);
/* An origin (canonical) may have mail read, and, by a second window, have it
 * signed without being asked. */
enum nm_error host_change_allow(
    const struct host_helper *h, const char *origin, struct nm_fault *fault);
/* It may no more; that takes no agreement. */
enum nm_error host_change_forget(const char *origin, struct nm_fault *fault);

#endif
