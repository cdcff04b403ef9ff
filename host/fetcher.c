/* SPDX-License-Identifier: MPL-2.0 */
#include "fetcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"

#define NAME HOST_FETCH_PROGRAM
/* The name, --cache, --proxy and their values, NULL. */
#define FIXED 6

/* NULL: none; nothing is kept then. */
static char *
cache_folder(void)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char *path = NULL;

	if (cache != NULL && cache[0] == '/')
		return strdup(cache);
	if (home == NULL || home[0] != '/' ||
	    asprintf(&path, "%s/.cache", home) < 0)
		return NULL;
	return path;
}

_Noreturn void
host_fetcher_become(const struct host_settings *s, int end)
{
	char name[] = NAME, cache[] = "--cache", network[] = "--network",
	     proxy[] = "--proxy";
	/* nothing of the user's surroundings: no proxies, no certificates, no
	 * libraries but the system's */
	char *none[] = { NULL };
	char **argv, *path = host_program_beside(NAME);
	size_t n = 0;

	argv = calloc(FIXED + 2 * s->fetch_network_count, sizeof(*argv));
	if (path == NULL || argv == NULL || dup2(end, STDIN_FILENO) < 0)
		_exit(1);
	argv[n++] = name;
	argv[n] = cache;
	if ((argv[n + 1] = cache_folder()) != NULL)
		n += 2;
	for (size_t i = 0; i < s->fetch_network_count; i++) {
		argv[n++] = network;
		argv[n++] = s->fetch_networks[i];
	}
	if (s->fetch_proxy != NULL) {
		argv[n++] = proxy;
		argv[n++] = s->fetch_proxy;
	}
	argv[n] = NULL;
	/* nor what the browser left open; kernels before 5.9 cannot */
	(void)close_range(STDERR_FILENO + 1, ~0u, 0);
	(void)execve(path, argv, none);
	_exit(127);
}
