/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The broker's helper: a process of its own for each window, so that the broker
 * never waits and no password is ever in it. It shows the window and does what
 * the user agreed to there.
 */
#ifndef HOST_HELPER_H
#define HOST_HELPER_H

#include "caller.h"
#include "channel.h"
#include "settings.h"

struct host_helper {
	int channel; /* to the engine */
	const struct host_caller *caller;
	const struct host_settings *settings; /* as they were at the start */
};

/* Does what the engine asked for, and answers it. `text` is the message's,
 * `file` what came after HOST_SAVE. */
void host_helper_run(const struct host_helper *h, const struct host_message *m,
    const char *text, struct nm_bytes file);

#endif
