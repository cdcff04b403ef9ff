/* SPDX-License-Identifier: MPL-2.0 */
/* profiles.ini and installs.ini of Mozilla's products. */
#ifndef NSSMIME_DATABASE_INI_H
#define NSSMIME_DATABASE_INI_H

#include <stdbool.h>
#include <stddef.h>

struct nm_profile {
	char *name;
	char *path; /* absolute */
	bool is_default;
};

struct nm_profiles {
	struct nm_profile *items;
	size_t count;
};

/* Reads <root>/profiles.ini and <root>/installs.ini. None there: no
 * profiles. False: memory. */
bool nm_profiles_read(const char *root, struct nm_profiles *out);
void nm_profiles_clear(struct nm_profiles *p);

#endif
