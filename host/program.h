/* SPDX-License-Identifier: MPL-2.0 */
/* Where this program is. */
#ifndef HOST_PROGRAM_H
#define HOST_PROGRAM_H

#include <stdbool.h>

/* The path that it was started from, in UTF-8, as JSON holds nothing else;
 * malloc'd; NULL: errno says why. */
char *host_program_path(void);
/* The file of that name beside it; malloc'd; NULL: errno says why. */
char *host_program_beside(const char *name);
/* A program by the path, or by PATH if the name has no folder, but never in the
 * current one; malloc'd; NULL: there is none. */
char *host_program_find(const char *name);
/* Whether both paths lead to one file. */
bool host_program_same(const char *a, const char *b);
/* The word that starts it in a shell: its name, where PATH finds this very one
 * by it, else its path. malloc'd; NULL: memory. */
char *host_program_word(const char *path);

#endif
