/* SPDX-License-Identifier: MPL-2.0 */
/* The web origins that may have something done for them, and what. */
#ifndef HOST_ORIGINS_H
#define HOST_ORIGINS_H

#include <stdbool.h>
#include <stddef.h>

struct host_settings;

struct host_origin {
	char *name; /* canonical */
	bool signs; /* mail is signed for it without asking each time */
};

/* One party's list: the user's, or the administrator's. An origin may be there
 * more than once. */
struct host_origins {
	struct host_origin *items;
	size_t count;
};

/* Takes `name` over in every case. False: memory. */
bool host_origins_add(struct host_origins *o, char *name, bool signs);
/* Whether it is among the first `count`. */
bool host_origins_have(
    const struct host_origins *o, size_t count, const char *canonical);
void host_origins_clear(struct host_origins *o);

/* What one origin may do, by both lists. */
struct host_permission {
	bool allowed;
	bool signs;
	bool by_admin; /* the administrator lists it */
};

struct host_permission host_permission_of(
    const struct host_settings *settings, const char *canonical);

#endif
