/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whether Microsoft's extension for Outlook on the web finds this program in
 * each browser that it exists for.
 */
#include "doctor.h"

#include <string.h>

#include "browser_here.h"
#include "browser_policy.h"
#include "manifest_seen.h"
#include "manifest_text.h"

enum whose {
	USERS,
	EVERYONES,
	BOTH
};

/* One browser, and what it sees. */
struct view {
	const struct host_browser *browser;
	struct host_manifest_seen seen[BOTH];
	struct host_browser_policy policy;
	struct host_browser_here here;
};

static const char *
words(enum host_seen what)
{
	switch (what) {
	case HOST_SEEN_UNREADABLE:
		return "cannot be read";
	case HOST_SEEN_BROKEN:
		return "is none that a browser makes anything of";
	case HOST_SEEN_CALLERS:
		return "does not name both of Microsoft's extensions";
	case HOST_SEEN_OTHER:
		return "is for another program";
	case HOST_SEEN_GONE:
		return "names a program that is not there any more";
	case HOST_SEEN_NOT_EXECUTABLE:
		return "names a program that is not executable";
	case HOST_SEEN_COPY:
		return "is for another copy of this program";
	case HOST_SEEN_NOTHING:
	case HOST_SEEN_THIS:
		break;
	}
	return "is in order";
}

static void
install(struct host_doctor *d, const struct view *v, bool everyone)
{
	if (everyone)
		host_finding_root_remedy(&d->findings, d->command, "install",
		    "--owa", v->browser->option, "--system", "--replace", NULL);
	else
		host_finding_remedy(&d->findings, d->command, "install",
		    "--owa", v->browser->option, "--replace", NULL);
}

static void
tell_manifest(struct host_doctor *d, const struct view *v)
{
	bool for_all = v->policy.no_user_hosts != NULL;
	enum whose whose = for_all || v->seen[USERS].what == HOST_SEEN_NOTHING
	    ? EVERYONES
	    : USERS;
	const struct host_manifest_seen *s = &v->seen[whose];
	struct host_findings *f = &d->findings;

	if (s->what == HOST_SEEN_THIS) {
		host_finding_ok(f, "found",
		    "Microsoft's extension in %s starts this program by %s",
		    v->browser->name, s->file);
	} else if (s->what != HOST_SEEN_NOTHING) {
		host_finding_problem(f, "manifest",
		    "Microsoft's extension in %s does not start this program: "
		    "%s %s",
		    v->browser->name, s->file, words(s->what));
		install(d, v, whose == EVERYONES);
	} else if (for_all && v->seen[USERS].what == HOST_SEEN_THIS) {
		host_finding_problem(f, "user-hosts",
		    "%s (NativeMessagingUserLevelHosts) has %s start only what "
		    "is installed for everyone, and %s is yours alone",
		    v->policy.no_user_hosts, v->browser->name,
		    v->seen[USERS].file);
		install(d, v, true);
	} else if (v->here.plain) {
		host_finding_note(f, "none",
		    "%s is here, and Microsoft's extension would not find this "
		    "program in it",
		    v->browser->name);
		install(d, v, for_all);
	}
}

static void
tell_policy(struct host_doctor *d, const struct view *v)
{
	struct host_findings *f = &d->findings;

	if (v->policy.no_host != NULL) {
		host_finding_problem(f, "host",
		    "%s (NativeMessagingBlocklist) forbids %s to start this "
		    "program: \"" HOST_MANIFEST_OWA
		    "\" has to stand in NativeMessagingAllowlist",
		    v->policy.no_host, v->browser->name);
		host_finding_edit_remedy(f, v->policy.no_host, true);
	}
	if (v->policy.no_extension != NULL) {
		host_finding_problem(f, "extension",
		    "%s forbids %s to have Microsoft's extension for Outlook "
		    "on the web: its identifier has to be allowed there",
		    v->policy.no_extension, v->browser->name);
		host_finding_edit_remedy(f, v->policy.no_extension, true);
	}
}

static void
check_browser(struct host_doctor *d, const struct host_browser *browser)
{
	struct view v = { .browser = browser };
	bool good;

	d->findings.about = browser->option + 2;
	host_browser_look(browser, &v.here);
	good = host_browser_policy_find(browser, true, &v.policy);
	for (int i = 0; i < BOTH; i++)
		good = host_manifest_see(browser, i == EVERYONES, true,
			   d->program, &v.seen[i]) &&
		    good;
	if (good) {
		tell_manifest(d, &v);
		tell_policy(d, &v);
	} else {
		d->findings.failed = true;
	}
	for (int i = 0; i < BOTH; i++)
		host_manifest_seen_clear(&v.seen[i]);
	host_browser_policy_clear(&v.policy);
}

void
host_doctor_owa(struct host_doctor *d)
{
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		if (host_browsers[i].family == HOST_FAMILY_CHROMIUM)
			check_browser(d, &host_browsers[i]);
	}
	d->findings.about = NULL;
}
