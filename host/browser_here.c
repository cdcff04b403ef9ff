/* SPDX-License-Identifier: MPL-2.0 */
#include "browser_here.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

#define NAMES 3

static const struct place {
	const char *option;
	const char *programs[NAMES];
	const char *snap;
	const char *flatpaks[NAMES];
} places[] = {
	{ "--chrome", { "google-chrome", "google-chrome-stable" }, NULL,
	    { "com.google.Chrome" } },
	{ "--chromium", { "chromium", "chromium-browser" }, "chromium",
	    { "org.chromium.Chromium" } },
	{ "--edge", { "microsoft-edge", "microsoft-edge-stable" }, NULL,
	    { "com.microsoft.Edge" } },
	{ "--brave", { "brave-browser", "brave" }, "brave",
	    { "com.brave.Browser" } },
	{ "--vivaldi", { "vivaldi", "vivaldi-stable" }, NULL,
	    { "com.vivaldi.Vivaldi" } },
	{ "--firefox", { "firefox", "firefox-esr" }, "firefox",
	    { "org.mozilla.firefox" } },
	{ "--librewolf", { "librewolf" }, NULL,
	    { "io.gitlab.librewolf-community" } },
	{ "--thunderbird", { "thunderbird" }, "thunderbird",
	    { "org.mozilla.Thunderbird", "org.mozilla.thunderbird" } },
};

static const char *const snap_folders[] = { "/snap/bin",
	"/var/lib/snapd/snap/bin" };

static bool
is_in(const char *folder, const char *below, const char *name)
{
	char *path = NULL;
	bool there;

	if (folder == NULL || folder[0] != '/' ||
	    asprintf(&path, "%s%s/%s", folder, below, name) < 0)
		return false;
	there = access(path, F_OK) == 0;
	free(path);
	return there;
}

static bool
has_snap(const char *name)
{
	for (size_t i = 0; i < sizeof(snap_folders) / sizeof(snap_folders[0]);
	     i++) {
		if (is_in(snap_folders[i], "", name))
			return true;
	}
	return false;
}

/* For everyone, or for the user. */
static bool
has_flatpak(const char *id)
{
	const char *data = getenv("XDG_DATA_HOME");

	return is_in("/var/lib/flatpak", "/app", id) ||
	    (data != NULL && data[0] == '/'
		    ? is_in(data, "/flatpak/app", id)
		    : is_in(getenv("HOME"), "/.local/share/flatpak/app", id));
}

/* Distributions have a Snap's command under the plain name as well, as a link
 * or as a script of some lines. */
static bool
leads_to_snap(const char *path)
{
	char *real = realpath(path, NULL), text[4096];
	ssize_t len = -1;
	bool leads;
	int fd;

	if (real == NULL)
		return false;
	leads = strncmp(real, "/snap/", 6) == 0 ||
	    strncmp(real, "/var/lib/snapd/", 15) == 0 ||
	    strcmp(real, "/usr/bin/snap") == 0;
	if (!leads && (fd = open(real, O_RDONLY | O_CLOEXEC)) >= 0) {
		len = read(fd, text, sizeof(text));
		(void)close(fd);
	}
	free(real);
	return leads ||
	    (len > 2 && memcmp(text, "#!", 2) == 0 &&
		memmem(text, (size_t)len, "/snap/bin/", 10) != NULL);
}

static bool
is_plain(const struct place *place)
{
	bool plain = false;
	char *path;

	for (size_t i = 0; !plain && i < NAMES && place->programs[i] != NULL;
	     i++) {
		path = host_program_find(place->programs[i]);
		plain = path != NULL && !leads_to_snap(path);
		free(path);
	}
	return plain;
}

void
host_browser_look(
    const struct host_browser *browser, struct host_browser_here *out)
{
	const struct place *place = places;

	*out = (struct host_browser_here){ .plain = false };
	while (strcmp(place->option, browser->option) != 0) {
		if (++place == places + sizeof(places) / sizeof(places[0]))
			return;
	}
	out->plain = is_plain(place);
	if (place->snap != NULL && has_snap(place->snap))
		out->snap = place->snap;
	for (size_t i = 0; i < NAMES && place->flatpaks[i] != NULL; i++) {
		if (has_flatpak(place->flatpaks[i]))
			out->flatpak = place->flatpaks[i];
	}
}
