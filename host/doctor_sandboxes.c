/* SPDX-License-Identifier: MPL-2.0 */
/* Browsers that see a part of the computer alone. */
#include "doctor.h"

#include <string.h>

#include "browser_here.h"
#include "package.h"

/* The one that works for whoever has the same program as a package. */
static enum host_package
instead_of(const struct host_browser *browser)
{
	if (browser->family == HOST_FAMILY_CHROMIUM)
		return HOST_PACKAGE_CHROMIUM;
	return strcmp(browser->option, "--thunderbird") == 0
	    ? HOST_PACKAGE_THUNDERBIRD
	    : HOST_PACKAGE_FIREFOX;
}

static void
check_browser(struct host_doctor *d, const struct host_browser *browser,
    const struct host_browser_here *here)
{
	struct host_findings *f = &d->findings;

	f->about = browser->option + 2;
	if (here->snap != NULL && browser->family == HOST_FAMILY_MOZILLA) {
		host_finding_note(f, "snap",
		    "%s is a Snap (%s): where the system lets Snaps start "
		    "other programs, it asks once whether it may; else it "
		    "takes "
		    "one that is no Snap",
		    browser->name, here->snap);
		host_package_remedy(f, instead_of(browser));
	} else if (here->snap != NULL) {
		host_finding_note(f, "snap",
		    "%s is a Snap (%s), which cannot start nssmime-host: it "
		    "takes one that is no Snap",
		    browser->name, here->snap);
		host_package_remedy(f, instead_of(browser));
	}
	if (here->flatpak != NULL) {
		host_finding_note(f, "flatpak",
		    "%s is a Flatpak (%s), which cannot start nssmime-host "
		    "on most systems: it takes one that is no Flatpak",
		    browser->name, here->flatpak);
		host_package_remedy(f, instead_of(browser));
	}
}

void
host_doctor_sandboxes(struct host_doctor *d)
{
	struct host_browser_here here;

	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		host_browser_look(&host_browsers[i], &here);
		/* whoever has the other as well knows why */
		if (!here.plain)
			check_browser(d, &host_browsers[i], &here);
	}
}
