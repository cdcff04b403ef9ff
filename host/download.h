/* SPDX-License-Identifier: MPL-2.0 */
/* Writing an exported file into the user's download folder. */
#ifndef HOST_DOWNLOAD_H
#define HOST_DOWNLOAD_H

#include <nssmime/buffer.h>
#include <nssmime/error.h>

/* XDG_DOWNLOAD_DIR of user-dirs.dirs, else ~/Downloads, else the home
 * folder. Caller frees; NULL: none of them is there. */
char *host_download_folder(void);
/* A proposed name made fit for a file: no folder, no leading dot, no control
 * characters; never empty. Caller frees; NULL: memory. */
char *host_download_name(const char *proposal);
/*
 * Writes a new file, readable by the user alone; one that is there is never
 * touched: a number is put into the name. *saved is the name taken.
 */
enum nm_error host_download_write(
    const char *folder, const char *name, struct nm_bytes data, char **saved);

#endif
