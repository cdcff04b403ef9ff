/* SPDX-License-Identifier: MPL-2.0 */
#include "browsers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/buffer.h>

#ifdef __APPLE__
#define SUPPORT "Library/Application Support/"
#define HOSTS	"/NativeMessagingHosts"

const struct host_browser host_browsers[HOST_BROWSERS] = {
	{ "--chrome", "Google Chrome", HOST_FAMILY_CHROMIUM,
	    "/Library/Google/Chrome" HOSTS, SUPPORT "Google/Chrome" HOSTS },
	{ "--chromium", "Chromium", HOST_FAMILY_CHROMIUM,
	    "/" SUPPORT "Chromium" HOSTS, SUPPORT "Chromium" HOSTS },
	{ "--edge", "Microsoft Edge", HOST_FAMILY_CHROMIUM,
	    "/Library/Microsoft/Edge" HOSTS, SUPPORT "Microsoft Edge" HOSTS },
	/* takes those of Chrome */
	{ "--brave", "Brave", HOST_FAMILY_CHROMIUM,
	    "/Library/Google/Chrome" HOSTS, SUPPORT "Google/Chrome" HOSTS },
	{ "--vivaldi", "Vivaldi", HOST_FAMILY_CHROMIUM,
	    "/" SUPPORT "Vivaldi" HOSTS, SUPPORT "Vivaldi" HOSTS },
	{ "--firefox", "Firefox", HOST_FAMILY_MOZILLA,
	    "/" SUPPORT "Mozilla" HOSTS, SUPPORT "Mozilla" HOSTS },
	{ "--thunderbird", "Thunderbird", HOST_FAMILY_MOZILLA,
	    "/" SUPPORT "Mozilla" HOSTS, "Library/Mozilla" HOSTS },
};
#else
#define HOSTS  "/native-messaging-hosts"
#define CONFIG ".config/"
#define OWN    "/NativeMessagingHosts"

const struct host_browser host_browsers[HOST_BROWSERS] = {
	{ "--chrome", "Google Chrome", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/chrome" HOSTS, CONFIG "google-chrome" OWN },
	{ "--chromium", "Chromium", HOST_FAMILY_CHROMIUM, "/etc/chromium" HOSTS,
	    CONFIG "chromium" OWN },
	{ "--edge", "Microsoft Edge", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/edge" HOSTS, CONFIG "microsoft-edge" OWN },
	/* takes those of Chrome, but for its user's own */
	{ "--brave", "Brave", HOST_FAMILY_CHROMIUM, "/etc/opt/chrome" HOSTS,
	    CONFIG "BraveSoftware/Brave-Browser" OWN },
	{ "--vivaldi", "Vivaldi", HOST_FAMILY_CHROMIUM,
	    "/etc/opt/vivaldi" HOSTS, CONFIG "vivaldi" OWN },
	{ "--firefox", "Firefox", HOST_FAMILY_MOZILLA, NSSMIME_MOZILLA_HOSTS,
	    ".mozilla" HOSTS },
	{ "--thunderbird", "Thunderbird", HOST_FAMILY_MOZILLA,
	    NSSMIME_MOZILLA_HOSTS, ".mozilla" HOSTS },
};
#endif

static char *
join(const char *base, const char *below, size_t *above)
{
	char *path = NULL;

	if (base == NULL || base[0] != '/') {
		errno = ENOENT;
		return NULL;
	}
	*above = strlen(base);
	return asprintf(&path, "%s/%s", base, below) < 0 ? NULL : path;
}

char *
host_browser_folder(
    const struct host_browser *browser, bool everyone, size_t *above)
{
	const char *user = browser->user;
#ifndef __APPLE__
	const char *config = getenv("XDG_CONFIG_HOME");

	/* Chromium's family goes by it; a relative one is to be ignored */
	if (!everyone && config != NULL && config[0] == '/' &&
	    strncmp(user, CONFIG, strlen(CONFIG)) == 0)
		return join(config, user + strlen(CONFIG), above);
#endif
	if (!everyone)
		return join(getenv("HOME"), user, above);
	*above = 0;
	return strdup(browser->everyone);
}

bool
host_browser_shares(
    const struct host_browser *a, const struct host_browser *b, bool everyone)
{
	return everyone ? strcmp(a->everyone, b->everyone) == 0
			: strcmp(a->user, b->user) == 0;
}

char *
host_browser_sharers(
    const struct host_browser *browser, bool everyone, unsigned *count)
{
	struct nm_buffer names = NM_BUFFER_INIT;

	*count = 0;
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		if (host_browser_shares(&host_browsers[i], browser, everyone))
			nm_buffer_format(&names, "%s%s",
			    (*count)++ == 0 ? "" : " and ",
			    host_browsers[i].name);
	}
	return nm_buffer_take_string(&names);
}
