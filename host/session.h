/* SPDX-License-Identifier: MPL-2.0 */
/* The engine's one database, opened when an operation first needs it. */
#ifndef HOST_SESSION_H
#define HOST_SESSION_H

#include <nssmime/certificate.h>
#include <nssmime/database.h>

#include "caller.h"
#include "log.h"
#include "settings.h"

struct host_session {
	struct nm_database *database;
	struct nm_index *index;
};

struct host_choice {
	char *folder; /* malloc'd */
	enum nm_database_kind kind;
	bool create; /* it may be made anew */
};

/* Which one that is; without NSS. */
enum nm_error host_session_choose(const struct host_caller *caller,
    const struct host_settings *settings, struct host_choice *out,
    struct nm_fault *fault);
/* Opens it if it is not. Needs the baton; does not give it away. */
enum nm_error host_session_open(struct host_session *s,
    const struct host_caller *caller, const struct host_settings *settings,
    enum host_log_level log, struct nm_fault *fault);
void host_session_close(struct host_session *s);

#endif
