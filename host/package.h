/* SPDX-License-Identifier: MPL-2.0 */
/* What a distribution's packages bring, as a remedy. */
#ifndef HOST_PACKAGE_H
#define HOST_PACKAGE_H

#include "finding.h"

enum host_package {
	HOST_PACKAGE_NSSMIME,
	HOST_PACKAGE_THUNDERBIRD,
	HOST_PACKAGE_FIREFOX,
	HOST_PACKAGE_CHROMIUM,
	HOST_PACKAGE_PINENTRY, /* one with windows */
	HOST_PACKAGE_OPENSC
};

/* The command that installs it on this system mends what was found last. */
void host_package_remedy(struct host_findings *f, enum host_package what);

#endif
