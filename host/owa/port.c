/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "request.h"

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static struct host_owa_port *
find(struct host_owa *o, const char *port)
{
	for (size_t i = 0; i < HOST_OWA_MAX_PORTS; i++) {
		if (o->ports[i].used != 0 && same(o->ports[i].port, port))
			return &o->ports[i];
	}
	return NULL;
}

const struct host_owa_policy *
host_owa_port_policy(struct host_owa *o, const char *port)
{
	struct host_owa_port *p = find(o, port);

	if (p == NULL)
		return NULL;
	p->used = ++o->uses;
	return &p->policy;
}

static void
forget(struct host_owa_port *p)
{
	free(p->port);
	host_owa_policy_clear(&p->policy);
	memset(p, 0, sizeof(*p));
}

void
host_owa_port_settle(
    struct host_owa *o, const char *port, struct host_owa_policy *policy)
{
	struct host_owa_port *p = find(o, port);

	/* the one that was not used for longest */
	for (size_t i = 0; p == NULL && i < HOST_OWA_MAX_PORTS; i++) {
		if (o->ports[i].used == 0)
			p = &o->ports[i];
	}
	if (p == NULL) {
		p = &o->ports[0];
		for (size_t i = 1; i < HOST_OWA_MAX_PORTS; i++) {
			if (o->ports[i].used < p->used)
				p = &o->ports[i];
		}
	}
	forget(p);
	if (port != NULL && (p->port = strdup(port)) == NULL)
		return;
	p->used = ++o->uses;
	p->policy = *policy;
	host_owa_policy_init(policy);
}

void
host_owa_ports_clear(struct host_owa *o)
{
	for (size_t i = 0; i < HOST_OWA_MAX_PORTS; i++)
		forget(&o->ports[i]);
}
