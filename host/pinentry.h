/* SPDX-License-Identifier: MPL-2.0 */
/* A window of the user's pinentry, spoken to over Assuan. */
#ifndef HOST_PINENTRY_H
#define HOST_PINENTRY_H

#include <nssmime/error.h>

#include "channel.h"

/* The system's. */
#define HOST_PINENTRY "pinentry"

/*
 * Shows one window and waits for its answer. `program`: by the settings, or
 * NULL for the system's. `text` has been cleaned. *password: malloc'd, for
 * nm_secret_free(); NULL for a confirmation. NM_ERR_USER_DECLINED,
 * NM_ERR_PROMPT_UNAVAILABLE.
 */
enum nm_error host_pinentry_ask(const char *program, enum host_asking asking,
    unsigned again, const char *text, char **password);

/* How it asks, by its own word: "gnome3", "tty", "qt:curses"; it asks nothing
 * yet. malloc'd; NULL: memory. */
enum nm_error host_pinentry_flavor(const char *program, char **flavor);

#endif
