/* SPDX-License-Identifier: MPL-2.0 */
/* nssmime-host install and uninstall: telling programs where the host is. */
#ifndef HOST_INSTALL_H
#define HOST_INSTALL_H

#define HOST_INSTALL   "install"
#define HOST_UNINSTALL "uninstall"

/* What stands after the word on the command line; the result is an exit
 * status. */
int host_install(int argc, char **argv);
int host_uninstall(int argc, char **argv);

#endif
