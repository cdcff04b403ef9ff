/* SPDX-License-Identifier: MPL-2.0 */
/*
 * nssmime-host doctor: looks at all that has to be right for the program to
 * work, and says in words what is not. It opens nothing for writing and asks
 * for no password.
 */
#ifndef HOST_DOCTOR_H
#define HOST_DOCTOR_H

#include "finding.h"
#include "settings.h"

#define HOST_DOCTOR "doctor"

/* The arguments after the command's word. The exit status: 0, or 1 where there
 * is a problem. */
int host_doctor(int argc, char **argv);

/* What the checks go by, and where they put what they find. */
struct host_doctor {
	struct host_findings findings;
	char *program;		       /* the path of this one, */
	char *command;		       /* and the word to call it by */
	struct host_settings settings; /* as far as they can be read, */
	/* and what is wrong with each of their files */
	struct nm_fault user_fault, admin_fault;
	const char *mailbox; /* in Outlook on the web; or NULL */
};

/* ---- the checks, one file each ------------------------------------------ */

void host_doctor_versions(struct host_doctor *d);
void host_doctor_settings(struct host_doctor *d);
void host_doctor_browsers(struct host_doctor *d);
void host_doctor_policies(struct host_doctor *d);
void host_doctor_sandboxes(struct host_doctor *d);
void host_doctor_pinentry(struct host_doctor *d);
void host_doctor_protection(struct host_doctor *d);
/* The user's own, and of a database those in its folder. */
void host_doctor_files(struct host_doctor *d);
void host_doctor_database_files(struct host_doctor *d, const char *folder);
void host_doctor_owa(struct host_doctor *d);
void host_doctor_mailbox(struct host_doctor *d);
/* With certificates and tokens. */
void host_doctor_database(struct host_doctor *d);

/* Cuts the path to the nearest above it that is there, or to itself. */
void host_doctor_existing(char *path);

#endif
