/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A newer NSS than the system's: the one that Thunderbird or Firefox brings.
 * Its libraries have the names and the interface of the system's.
 */
#ifndef HOST_NSS_FOLDER_H
#define HOST_NSS_FOLDER_H

/* The command by which this program, started with those libraries, tells by
 * its exit status whether they work and know the newer passwords. */
#define HOST_TRY_NSS "try-nss"
int host_try_nss(void);

/*
 * The folder of one that works, malloc'd; NULL: there is none. Nothing of the
 * user's decides: the folders are fixed, and count where root alone can change
 * them and the libraries in them.
 */
char *host_nss_folder_find(void);

/* The environment, but with the libraries of that folder first; malloc'd,
 * only the pointers and the first string are its own. */
char **host_nss_folder_environment(const char *folder);
void host_nss_folder_environment_free(char ***environment);
/* Takes the folder out again, once the libraries are loaded. */
void host_nss_folder_forget(void);

#endif
