/* SPDX-License-Identifier: MPL-2.0 */
/* A new file in the place of an old one: never half of it, whatever happens. */
#ifndef HOST_NEW_FILE_H
#define HOST_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

/* In the open folder `folder`; `mode` is what the umask leaves of it. False:
 * errno says why, and the old file is as it was. */
bool host_new_file(int folder, const char *name, const char *text, mode_t mode);

#endif
