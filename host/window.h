/* SPDX-License-Identifier: MPL-2.0 */
/* What a window of the pinentry says: first, in fixed words, what is asked and
 * by whom; then for what, which others may have written. */
#ifndef HOST_WINDOW_H
#define HOST_WINDOW_H

#include "channel.h"

struct host_window {
	const char *what;   /* the fixed words */
	const char *by;	    /* the program that asks */
	const char *origin; /* the website that it asks for; NULL: none */
	const char *detail; /* what it is about; NULL or "": nothing */
	const char *lines;  /* the same, cleaned already; NULL: none */
};

/* malloc'd; NULL: memory. */
char *host_window_text(const struct host_window *w);
/* Shows a window that is answered by yes or no, and waits. `program`: the
 * pinentry. */
enum nm_error host_window_confirm(
    const char *program, enum host_asking asking, const struct host_window *w);

#endif
