/* SPDX-License-Identifier: MPL-2.0 */
/* Whether a browser or mail program is on this computer, and how it got
 * there. */
#ifndef HOST_BROWSER_HERE_H
#define HOST_BROWSER_HERE_H

#include <stdbool.h>

#include "browsers.h"

struct host_browser_here {
	bool plain;	     /* a program like others, which sees all files */
	const char *snap;    /* the name of its Snap, and */
	const char *flatpak; /* the id of its Flatpak, if there is one */
};

void host_browser_look(
    const struct host_browser *browser, struct host_browser_here *out);

#endif
