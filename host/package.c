/* SPDX-License-Identifier: MPL-2.0 */
#include "package.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum manager {
	APT,
	DNF,
	ZYPPER,
	PACMAN,
	MANAGERS
};

static const struct {
	const char *path, *name;
	const char *install, *again; /* for what is there already */
} managers[MANAGERS] = {
	[APT] = { "/usr/bin/apt-get", "apt-get", "install",
	    "install --reinstall" },
	[DNF] = { "/usr/bin/dnf", "dnf", "install", "reinstall" },
	[ZYPPER] = { "/usr/bin/zypper", "zypper", "install",
	    "install --force" },
	[PACMAN] = { "/usr/bin/pacman", "pacman", "-S", "-S" },
};

static const char *const names[][MANAGERS] = {
	[HOST_PACKAGE_NSSMIME] = { "nssmime", "nssmime", "nssmime", "nssmime" },
	[HOST_PACKAGE_THUNDERBIRD] = { "thunderbird", "thunderbird",
	    "MozillaThunderbird", "thunderbird" },
	[HOST_PACKAGE_FIREFOX] = { "firefox-esr", "firefox", "MozillaFirefox",
	    "firefox" },
	[HOST_PACKAGE_CHROMIUM] = { "chromium", "chromium", "chromium",
	    "chromium" },
	[HOST_PACKAGE_PINENTRY] = { "pinentry-gnome3", "pinentry-gnome3",
	    "pinentry-gnome3", "pinentry" },
	[HOST_PACKAGE_OPENSC] = { "opensc-pkcs11", "opensc", "opensc",
	    "opensc" },
};

void
host_package_remedy(struct host_findings *f, enum host_package what)
{
	enum manager m = APT;
	char *line = NULL;

	while (m < MANAGERS && access(managers[m].path, X_OK) != 0)
		m++;
	if (m == MANAGERS) {
		/* PackageKit's, which sits on any */
		host_finding_remedy(
		    f, "pkcon", "install", names[what][APT], NULL);
		return;
	}
	if (asprintf(&line, "%s%s %s %s", geteuid() != 0 ? "sudo " : "",
		managers[m].name,
		what == HOST_PACKAGE_NSSMIME ? managers[m].again
					     : managers[m].install,
		names[what][m]) < 0) {
		f->failed = true;
		return;
	}
	host_finding_remedy_line(f, line);
	free(line);
}
