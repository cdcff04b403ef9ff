/* SPDX-License-Identifier: MPL-2.0 */
/* nssmime-host check-evidence, for people. */
#ifndef HOST_COMMAND_CHECK_EVIDENCE_H
#define HOST_COMMAND_CHECK_EVIDENCE_H

#define HOST_CHECK_EVIDENCE "check-evidence"

/* The arguments after the command's word. The exit status: 0 it holds, 1 it
 * does not, 2 it cannot be read. */
int host_command_check_evidence(int argc, char **argv);

#endif
