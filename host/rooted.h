/* SPDX-License-Identifier: MPL-2.0 */
/* Files that root alone can change. */
#ifndef HOST_ROOTED_H
#define HOST_ROOTED_H

#include <stdbool.h>

/*
 * The real path of a file or folder that root owns and nobody else may write
 * (a list of access rights shows in the group's), as are all folders above it;
 * malloc'd. NULL: it is not so, or there is none.
 */
char *host_rooted(const char *path);

#endif
