/* SPDX-License-Identifier: MPL-2.0 */
#include "doctor.h"

#include "browser_here.h"
#include "browser_policy.h"

static void
check_browser(struct host_doctor *d, const struct host_browser *browser)
{
	struct host_findings *f = &d->findings;
	struct host_browser_policy policy;

	if (!host_browser_policy_find(browser, false, &policy))
		f->failed = true;
	f->about = browser->option + 2;
	if (policy.no_host != NULL) {
		host_finding_problem(f, "host",
		    "%s (NativeMessagingBlocklist) forbids %s to start "
		    "nssmime-host: \"nssmime\" has to stand in "
		    "NativeMessagingAllowlist",
		    policy.no_host, browser->name);
		host_finding_edit_remedy(f, policy.no_host, true);
	}
	if (policy.no_extension != NULL) {
		host_finding_problem(f, "extension",
		    "%s forbids %s to have nssmime's extension: its "
		    "identifier has to be allowed there",
		    policy.no_extension, browser->name);
		host_finding_edit_remedy(f, policy.no_extension, true);
	}
	if (policy.no_user_hosts != NULL) {
		host_finding_note(f, "user-hosts",
		    "%s (NativeMessagingUserLevelHosts) has %s start only what "
		    "is installed for everyone",
		    policy.no_user_hosts, browser->name);
		host_finding_root_remedy(f, d->command, "install",
		    browser->option, "--system", NULL);
	}
	host_browser_policy_clear(&policy);
}

void
host_doctor_policies(struct host_doctor *d)
{
	struct host_browser_here here;

	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		host_browser_look(&host_browsers[i], &here);
		if (here.plain)
			check_browser(d, &host_browsers[i]);
	}
}
