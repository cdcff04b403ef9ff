/* SPDX-License-Identifier: MPL-2.0 */
#include "origins.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

bool
host_origins_add(struct host_origins *o, char *name, bool signs)
{
	struct host_origin *grown;

	grown = reallocarray(o->items, o->count + 1, sizeof(*grown));
	if (grown == NULL) {
		free(name);
		return false;
	}
	grown[o->count++] = (struct host_origin){ name, signs };
	o->items = grown;
	return true;
}

void
host_origins_clear(struct host_origins *o)
{
	while (o->count > 0)
		free(o->items[--o->count].name);
	free(o->items);
	o->items = NULL;
}

/* It may do what any of its entries says. */
static bool
look_up(const struct host_origins *o, const char *canonical,
    struct host_permission *permission)
{
	bool found = false;

	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->items[i].name, canonical) != 0)
			continue;
		found = true;
		permission->signs |= o->items[i].signs;
	}
	return found;
}

struct host_permission
host_permission_of(const struct host_settings *settings, const char *canonical)
{
	struct host_permission permission = { false, false, false };

	permission.by_admin =
	    look_up(&settings->admin_origins, canonical, &permission);
	permission.allowed = permission.by_admin;
	if (settings->user_origins &&
	    look_up(&settings->origins, canonical, &permission))
		permission.allowed = true;
	return permission;
}

bool
host_origins_have(
    const struct host_origins *o, size_t count, const char *canonical)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(o->items[i].name, canonical) == 0)
			return true;
	}
	return false;
}
