/* SPDX-License-Identifier: MPL-2.0 */
/* Programs that start native-messaging hosts, and where each looks for the
 * files that name them. */
#ifndef HOST_BROWSERS_H
#define HOST_BROWSERS_H

#include <stdbool.h>
#include <stddef.h>

/* How a manifest says who may start the host. */
enum host_family {
	HOST_FAMILY_MOZILLA, /* allowed_extensions */
	HOST_FAMILY_CHROMIUM /* allowed_origins */
};

struct host_browser {
	const char *option; /* "--chrome" */
	const char *name;   /* "Google Chrome" */
	enum host_family family;
	const char *everyone; /* the folder for all users */
	const char *user;     /* below the user's home folder */
};

#define HOST_BROWSERS 8
extern const struct host_browser host_browsers[HOST_BROWSERS];
/* How a user's folder begins that XDG_CONFIG_HOME moves; "": none does. */
extern const char host_browsers_config[];

/* Its folder for everyone or for the user; *above: the length of what of it is
 * not ours to make. malloc'd; NULL: errno says why. */
char *host_browser_folder(
    const struct host_browser *browser, bool everyone, size_t *above);
/* Whether both look into the same one. */
bool host_browser_shares(
    const struct host_browser *a, const struct host_browser *b, bool everyone);
/* All who look into the same folder as this one: "Firefox and Thunderbird".
 * *count: how many those are. malloc'd; NULL: memory. */
char *host_browser_sharers(
    const struct host_browser *browser, bool everyone, unsigned *count);

#endif
