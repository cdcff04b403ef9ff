/* SPDX-License-Identifier: MPL-2.0 */
/* Whether the program can give up what it does not need, tried in a process of
 * its own. */
#include "doctor.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/restrict.h"
#include "doctor_aside.h"

#define SECONDS 10

static void
look(struct host_doctor *d)
{
	struct host_findings *f = &d->findings;
	static const int families[] = { AF_INET, AF_INET6 };
	struct host_landlock l;

	if (host_landlock_begin(&l, HOST_FS_CHANGE)) {
		(void)close(l.ruleset);
		host_finding_ok(f, "landlock",
		    "Landlock (version %ld) keeps the program from files that "
		    "it does not need",
		    l.version);
	} else {
		host_finding_note(f, "landlock",
		    "The kernel has no Landlock, or has it turned off: the "
		    "program works, but could write where the user can");
		host_finding_remedy(f, "cat", "/sys/kernel/security/lsm", NULL);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	    host_seccomp_bind(
		families, sizeof(families) / sizeof(families[0]))) {
		host_finding_ok(f, "seccomp",
		    "seccomp keeps the program that has the keys from the "
		    "network, and from starting others");
	} else {
		host_finding_note(f, "seccomp",
		    "The kernel has no seccomp filters: the program works, but "
		    "the system does not keep it from the network");
		host_finding_remedy(
		    f, "grep", "Seccomp", "/proc/self/status", NULL);
	}
}

static void
run(struct host_doctor *d, const void *arg)
{
	(void)arg;
	look(d);
}

void
host_doctor_protection(struct host_doctor *d)
{
	if (host_doctor_aside(d, SECONDS, run, NULL) != HOST_ASIDE_DONE) {
		host_finding_problem(&d->findings, "fails",
		    "The program does not survive giving up what it does not "
		    "need");
		host_finding_remedy(&d->findings, "uname", "-a", NULL);
	}
}
