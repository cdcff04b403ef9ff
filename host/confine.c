/* SPDX-License-Identifier: MPL-2.0 */
#include "confine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "platform/restrict.h"

static void
allow_below(const struct host_landlock *l, const char *folder, const char *name)
{
	char *path = NULL;

	if (folder == NULL || folder[0] != '/' ||
	    asprintf(&path, "%s%s", folder, name) < 0)
		return;
	host_landlock_allow(l, path, HOST_FS_KEEP);
	free(path);
}

/* SoftHSM keeps its tokens in files and locks them even to read: where its
 * configuration (softhsm2.conf(5)) says. */
static void
allow_softhsm(const struct host_landlock *l, const char *conf)
{
	char line[4096], *at, *end;
	FILE *file;

	if (conf == NULL || (file = fopen(conf, "re")) == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		at = line + strspn(line, " \t");
		if (strncmp(at, "directories.tokendir", 20) != 0)
			continue;
		at += 20;
		at += strspn(at, " \t=");
		end = at + strcspn(at, "\r\n");
		while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*end = '\0';
		host_landlock_allow(l, at, HOST_FS_KEEP);
	}
	(void)fclose(file);
}

static void
allow_tokens(const struct host_landlock *l)
{
	const char *home = getenv("HOME"), *conf = getenv("SOFTHSM2_CONF");
	char *path = NULL;

	if (conf != NULL) {
		allow_softhsm(l, conf);
		return;
	}
	if (home != NULL &&
	    asprintf(&path, "%s/.config/softhsm2/softhsm2.conf", home) >= 0) {
		allow_softhsm(l, path);
		free(path);
	}
	allow_softhsm(l, "/etc/softhsm/softhsm2.conf");
	allow_softhsm(l, "/etc/softhsm2.conf");
}

/* Reading stays free: NSS and the modules of tokens read where they like. The
 * settings are the broker's to write: they name programs. */
static void
allow_writing(const struct host_landlock *l, const char *folder)
{
	const char *cache = getenv("XDG_CACHE_HOME");

	host_landlock_allow(l, folder, HOST_FS_KEEP);
	if (cache != NULL && cache[0] == '/')
		host_landlock_allow(l, cache, HOST_FS_KEEP);
	else
		allow_below(l, getenv("HOME"), "/.cache");
	/* large ciphertexts, and SQLite's own temporary files */
	host_landlock_allow(l, "/var/tmp", HOST_FS_KEEP);
	host_landlock_allow(l, getenv("SQLITE_TMPDIR"), HOST_FS_KEEP);
	host_landlock_allow(l, getenv("TMPDIR"), HOST_FS_KEEP);
	/* readers of cards; the devices' own permissions decide */
	host_landlock_allow(l, "/dev", HOST_FS_WRITE_FILE);
	host_landlock_allow(l, "/dev/shm",
	    HOST_FS_WRITE_FILE | HOST_FS_MAKE_REG | HOST_FS_REMOVE_FILE);
	allow_tokens(l);
}

/* The last one is left where there may be cards: their readers are behind a
 * socket of pcscd's. Behind others are programs that start programs. */
static const int families[] = { AF_INET, AF_INET6, AF_PACKET, AF_VSOCK,
	AF_UNIX };
#define FAMILIES (sizeof(families) / sizeof(families[0]))

void
host_confine(struct host_confinement *c, const struct nm_database *db,
    enum host_log_level log)
{
	size_t count = nm_database_has_modules(db) ? FAMILIES - 1 : FAMILIES;
	struct host_landlock l;

	c->done = true;
	c->ruleset = -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		host_log(log, HOST_LOG_WARNING, "not confined");
		return;
	}
	host_log(log, HOST_LOG_INFO, "seccomp: %s",
	    host_seccomp_bind(families, count) ? "yes" : "not available");
	if (host_landlock_begin(&l, HOST_FS_CHANGE)) {
		allow_writing(&l, nm_database_folder(db));
		c->ruleset = l.ruleset;
		host_log(log, HOST_LOG_INFO, "Landlock: yes, version %ld",
		    l.version);
	} else {
		host_log(log, HOST_LOG_INFO, "Landlock: not available");
	}
	/* newer kernels bind all threads at once */
	if (c->ruleset >= 0 && host_landlock_bind(c->ruleset, true)) {
		(void)close(c->ruleset);
		c->ruleset = -1;
	}
}

void
host_confine_thread(const struct host_confinement *c, bool *mine)
{
	if (*mine || !c->done)
		return;
	*mine = true;
	if (c->ruleset < 0)
		return;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)host_landlock_bind(c->ruleset, false);
}
