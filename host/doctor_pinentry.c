/* SPDX-License-Identifier: MPL-2.0 */
/* Whether passwords can be asked for: in a window, since a program that a
 * browser starts has no terminal. */
#include "doctor.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "doctor_aside.h"
#include "package.h"
#include "pinentry.h"
#include "program.h"

#define SECONDS 20

static bool
is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && *value != '\0';
}

/* "curses", and what falls back on that: "gnome3:curses". */
static bool
takes_terminal(const char *flavor)
{
	const char *last = strrchr(flavor, ':');

	last = last != NULL ? last + 1 : flavor;
	return strcmp(last, "tty") == 0 || strcmp(last, "curses") == 0;
}

static void
judge(struct host_doctor *d, const char *path, const char *flavor)
{
	struct host_findings *f = &d->findings;
	bool display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");

	if (!takes_terminal(flavor)) {
		host_finding_ok(f, "answers",
		    "%s answers, and asks in windows%s%s", path,
		    *flavor != '\0' ? " of " : "", flavor);
		if (display)
			return;
	} else if (display) {
		host_finding_problem(f, "terminal",
		    "%s asks in a terminal (%s), and what a browser starts has "
		    "none: nobody can be asked for a password",
		    path, flavor);
		host_package_remedy(f, HOST_PACKAGE_PINENTRY);
		return;
	} else if (strchr(flavor, ':') == NULL) {
		host_finding_note(f, "terminal",
		    "%s asks in a terminal (%s), and what a browser starts has "
		    "none: another one is needed where there is a screen",
		    path, flavor);
		host_package_remedy(f, HOST_PACKAGE_PINENTRY);
		return;
	}
	host_finding_note(f, "display",
	    "There is no screen here, so that %s cannot show its windows; "
	    "within a desktop there is one",
	    path);
	host_finding_remedy_line(f, "loginctl list-sessions");
}

static void
start(struct host_doctor *d, const void *arg)
{
	const char *path = arg;
	char *flavor = NULL;

	if (host_pinentry_flavor(path, &flavor) != NM_OK) {
		host_finding_problem(&d->findings, "silent",
		    "%s does not speak as a pinentry does: nobody can be asked "
		    "for a password",
		    path);
		host_package_remedy(&d->findings, HOST_PACKAGE_PINENTRY);
	} else if (flavor == NULL) {
		d->findings.failed = true;
	} else {
		judge(d, path, flavor);
	}
	free(flavor);
}

void
host_doctor_pinentry(struct host_doctor *d)
{
	const char *set = d->settings.pinentry;
	char *path = host_program_find(set != NULL ? set : HOST_PINENTRY);

	if (path == NULL && set != NULL) {
		host_finding_problem(&d->findings, "missing",
		    "The settings name the pinentry %s, which is not there: "
		    "nobody can be asked for a password",
		    set);
		host_finding_edit_remedy(
		    &d->findings, d->settings.config_path, false);
	} else if (path == NULL) {
		host_finding_problem(&d->findings, "missing",
		    "There is no pinentry: nobody can be asked for a password");
		host_package_remedy(&d->findings, HOST_PACKAGE_PINENTRY);
	} else if (host_doctor_aside(d, SECONDS, start, path) !=
	    HOST_ASIDE_DONE) {
		host_finding_problem(&d->findings, "silent",
		    "%s gave no answer within %d seconds: nobody can be asked "
		    "for a password",
		    path, SECONDS);
		host_package_remedy(&d->findings, HOST_PACKAGE_PINENTRY);
	}
	free(path);
}
