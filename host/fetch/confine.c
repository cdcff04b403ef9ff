/* SPDX-License-Identifier: MPL-2.0 */
#include "confine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/restrict.h"

/* A number past the last family that the kernel knows. */
#define FAMILIES 64

/* The name service's configuration, modules and state, the system's
 * certificates, wherever the system keeps its libraries. */
static const char *const folders[] = { "/etc", "/usr", "/lib", "/lib64", "/run",
	"/var/lib", "/nix/store", "/gnu/store", "/proc/self" };
static const char *const files[] = { "/dev/null", "/dev/random",
	"/dev/urandom" };

/* It may lie elsewhere, and be replaced there while this runs. */
static void
allow_resolver(const struct host_landlock *l)
{
	char *path = realpath("/etc/resolv.conf", NULL), *slash;

	if (path != NULL && (slash = strrchr(path, '/')) > path) {
		*slash = '\0';
		host_landlock_allow(l, path, HOST_FS_READ);
	}
	free(path);
}

static void
confine_files(const char *cache, const char *authorities)
{
	struct host_landlock l;

	if (!host_landlock_begin(&l, HOST_FS_CHANGE | HOST_FS_READ))
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		host_landlock_allow(&l, folders[i], HOST_FS_READ);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		host_landlock_allow(
		    &l, files[i], HOST_FS_READ | HOST_FS_WRITE_FILE);
	allow_resolver(&l);
	host_landlock_allow(&l, authorities, HOST_FS_READ);
	host_landlock_allow(&l, cache, HOST_FS_READ | HOST_FS_KEEP);
	(void)host_landlock_bind(l.ruleset, false);
	(void)close(l.ruleset);
}

/* The Internet, and what the resolver asks the kernel about it by. Local
 * sockets would lead to the session's other programs: the name service does
 * without its daemons. */
static void
confine_calls(void)
{
	int families[FAMILIES];
	size_t count = 0;

	for (int i = 0; i < FAMILIES; i++) {
		if (i != AF_INET && i != AF_INET6 && i != AF_NETLINK)
			families[count++] = i;
	}
	(void)host_seccomp_bind(families, count);
}

void
fetch_confine(const char *cache, const char *authorities)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return;
	confine_files(cache, authorities);
	confine_calls();
}
