/* SPDX-License-Identifier: MPL-2.0 */
#include "origins.h"

#include <stdlib.h>
#include <string.h>

#include "settings.h"

static struct host_origin *
find(const struct host_origins *o, const char *canonical)
{
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->items[i].name, canonical) == 0)
			return &o->items[i];
	}
	return NULL;
}

const struct host_origin *
host_origins_find(const struct host_origins *o, const char *canonical)
{
	return find(o, canonical);
}

bool
host_origins_add(struct host_origins *o, char *name, bool signs)
{
	struct host_origin *known = find(o, name), *grown;

	if (known != NULL) {
		known->signs |= signs;
		free(name);
		return true;
	}
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

struct host_permission
host_permission_of(const struct host_settings *settings, const char *canonical)
{
	const struct host_origin *admin =
				     find(&settings->admin_origins, canonical),
				 *user = settings->user_origins
	    ? find(&settings->origins, canonical)
	    : NULL;

	return (struct host_permission){
		.allowed = admin != NULL || user != NULL,
		.signs = (admin != NULL && admin->signs) ||
		    (user != NULL && user->signs),
		.by_admin = admin != NULL,
	};
}
