/* SPDX-License-Identifier: MPL-2.0 */
/* The version of another copy of this program. */
#ifndef HOST_PROGRAM_VERSION_H
#define HOST_PROGRAM_VERSION_H

/* What the copy says of itself, malloc'd. NULL: it says nothing in time, or
 * others than root and the user may change it, so that it is not started. */
char *host_program_version(const char *path);

#endif
