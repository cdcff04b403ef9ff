/* SPDX-License-Identifier: MPL-2.0 */
/* The words that people may call the program with. */
#ifndef HOST_COMMANDS_H
#define HOST_COMMANDS_H

/* Does what the arguments say; the result is the exit status. */
int host_command(int argc, char **argv);
/* Tells how one of them is called; 2, the exit status for it. */
int host_command_usage(const char *word);

#endif
