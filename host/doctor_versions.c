/* SPDX-License-Identifier: MPL-2.0 */
/* The program itself, what belongs to it, and the libraries that it has. */
#include "doctor.h"

#include <stdlib.h>
#include <unistd.h>

#include <nss.h>

#include <nssmime/database.h>

#include "fetcher.h"
#include "nss_folder.h"
#include "package.h"
#include "program.h"

/* The program that asks servers, which is started only for those who want
 * that. */
static void
check_fetcher(struct host_doctor *d)
{
	char *path = host_program_beside(HOST_FETCH_PROGRAM);

	if (path == NULL) {
		d->findings.failed = true;
	} else if (access(path, X_OK) == 0) {
		host_finding_ok(&d->findings, "fetcher",
		    "%s is there to ask servers about certificates, where the "
		    "settings want it",
		    path);
	} else {
		host_finding_problem(&d->findings, "fetcher",
		    "%s, which asks servers about certificates, is missing: "
		    "the installation is incomplete",
		    path);
		host_package_remedy(&d->findings, HOST_PACKAGE_NSSMIME);
	}
	free(path);
}

/* Passwords that a newer Thunderbird set take an NSS that knows them. */
static void
check_nss(struct host_doctor *d)
{
	char *folder;

	if (nm_nss_knows_passwords()) {
		host_finding_ok(&d->findings, "nss",
		    "NSS %s is in use, which reads all databases",
		    NSS_GetVersion());
		return;
	}
	if ((folder = host_nss_folder_find()) != NULL) {
		host_finding_ok(&d->findings, "nss",
		    "NSS %s is in use, and for databases whose password takes "
		    "a newer one that in %s",
		    NSS_GetVersion(), folder);
		free(folder);
		return;
	}
	host_finding_note(&d->findings, "nss",
	    "NSS %s is in use; it cannot unlock databases whose password was "
	    "set by NSS " NM_NSS_PASSWORDS
	    " or newer, as in the latest Thunderbird and Firefox",
	    NSS_GetVersion());
	host_package_remedy(&d->findings, HOST_PACKAGE_THUNDERBIRD);
}

void
host_doctor_versions(struct host_doctor *d)
{
	host_finding_ok(&d->findings, "version",
	    "nssmime-host " NSSMIME_VERSION " runs as %s", d->program);
	check_nss(d);
	check_fetcher(d);
}
