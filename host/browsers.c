/* SPDX-License-Identifier: MPL-2.0 */
#include "browsers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/buffer.h>

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
	const char *config = getenv("XDG_CONFIG_HOME");
	size_t len = strlen(host_browsers_config);

	/* Chromium's family goes by it; a relative one is to be ignored */
	if (!everyone && len != 0 && config != NULL && config[0] == '/' &&
	    strncmp(user, host_browsers_config, len) == 0)
		return join(config, user + len, above);
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
