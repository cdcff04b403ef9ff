/* SPDX-License-Identifier: MPL-2.0 */
/* The file by which a browser finds a native-messaging host of our name. */
#ifndef HOST_MANIFEST_FILE_H
#define HOST_MANIFEST_FILE_H

#include <stdbool.h>

enum host_manifest_owner {
	HOST_MANIFEST_NOBODY = 1, /* there is none */
	HOST_MANIFEST_OURS,	  /* for this program, or where it once was */
	HOST_MANIFEST_FOREIGN,
};

/*
 * Whose the file is, in the open folder, to this program, whose path is given;
 * NULL: all copies are as good. What one is that is not ours, in words that
 * follow upon "is", goes to *what, which the caller frees. 0: it cannot be
 * told, and errno says why.
 */
enum host_manifest_owner host_manifest_owner(
    int folder, const char *name, const char *program, char **what);

#endif
