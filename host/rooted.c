/* SPDX-License-Identifier: MPL-2.0 */
#include "rooted.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool
is_roots(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_uid == 0 &&
	    (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

char *
host_rooted(const char *path)
{
	char *real = realpath(path, NULL), *at = real;
	bool good = real != NULL && is_roots("/");

	/* from the top, so that what was found good stays so */
	while (good && at != NULL) {
		if ((at = strchr(at + 1, '/')) != NULL)
			*at = '\0';
		good = is_roots(real);
		if (at != NULL)
			*at = '/';
	}
	if (!good) {
		free(real);
		return NULL;
	}
	return real;
}
