/* SPDX-License-Identifier: MPL-2.0 */
/* What an administrator's policies forbid a browser or mail program of what
 * this one needs. */
#ifndef HOST_BROWSER_POLICY_H
#define HOST_BROWSER_POLICY_H

#include <stdbool.h>

#include "browsers.h"

/* Each the path of the file that says so; NULL: none does. */
struct host_browser_policy {
	char *no_user_hosts; /* hosts of the user's own count for nothing */
	char *no_host;	     /* this host may not be started */
	char *no_extension;  /* our extension may not be installed */
};

/* Of Outlook on the web's host and extensions, where `owa`. False: memory. */
bool host_browser_policy_find(const struct host_browser *browser, bool owa,
    struct host_browser_policy *out);
void host_browser_policy_clear(struct host_browser_policy *p);

#endif
