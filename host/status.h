/* SPDX-License-Identifier: MPL-2.0 */
/* nssmime-host status: what is installed where, in short. */
#ifndef HOST_STATUS_H
#define HOST_STATUS_H

#define HOST_STATUS "status"

/* The arguments after the command's word; the result is an exit status. */
int host_status(int argc, char **argv);

#endif
