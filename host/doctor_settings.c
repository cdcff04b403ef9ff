/* SPDX-License-Identifier: MPL-2.0 */
#include "doctor.h"

#include <unistd.h>

#define FILES	HOST_POLICY_FOLDER " " HOST_POLICY_PATH
#define OWN	"chown root:root " FILES
#define PROTECT "chmod go-w " FILES

static void
check_file(struct host_doctor *d, const char *id, const char *path,
    const struct nm_fault *fault, bool root)
{
	if (fault->code != NM_OK) {
		host_finding_problem(&d->findings, id,
		    "%s: nothing is done before that is put right",
		    fault->text);
		host_finding_edit_remedy(&d->findings, path, root);
	} else if (access(path, F_OK) == 0) {
		host_finding_ok(&d->findings, id, "%s is in order", path);
	} else {
		host_finding_ok(&d->findings, id,
		    "There is no %s, and none is needed", path);
	}
}

void
host_doctor_settings(struct host_doctor *d)
{
	check_file(d, "user", d->settings.config_path, &d->user_fault, false);
	if (!host_settings_policy_ignored()) {
		check_file(
		    d, "policy", HOST_POLICY_PATH, &d->admin_fault, true);
		return;
	}
	host_finding_problem(&d->findings, "policy",
	    "%s counts for nothing, since root alone may own and change it and "
	    "its folder",
	    HOST_POLICY_PATH);
	host_finding_remedy_line(&d->findings,
	    geteuid() != 0 ? "sudo " OWN " && sudo " PROTECT
			   : OWN " && " PROTECT);
}
