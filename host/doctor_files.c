/* SPDX-License-Identifier: MPL-2.0 */
/* Who may read and change the user's files. */
#include "doctor.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)
#define OTHERS_ENTER (S_IXGRP | S_IXOTH)
#define OTHERS_READ  (S_IRGRP | S_IROTH)

/* Distributions give each user a group of the same name that nobody else is in,
 * and have files written for it, too. */
static bool
is_private_group(gid_t group)
{
	const struct passwd *user = getpwuid(geteuid());
	const struct group *found = getgrgid(group);
	bool alone;

	alone = user != NULL && found != NULL &&
	    strcmp(user->pw_name, found->gr_name) == 0;
	for (char **member = alone ? found->gr_mem : NULL;
	     alone && *member != NULL; member++)
		alone = strcmp(*member, user->pw_name) == 0;
	return alone;
}

/* Whether anybody but the user has one of these rights. */
static bool
have_others(const struct stat *st, mode_t rights)
{
	if ((st->st_mode & rights & S_IRWXG) != 0 &&
	    !is_private_group(st->st_gid))
		return true;
	return (st->st_mode & rights & S_IRWXO) != 0;
}

/* Root may as well own it: then somebody has arranged it so. */
static bool
is_owned(const struct stat *st)
{
	return st->st_uid == geteuid() || st->st_uid == 0;
}

/* Whoever else changes it decides what this program does. True: told. */
static bool
tell_changeable(struct host_doctor *d, const char *path)
{
	struct host_findings *f = &d->findings;
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	if (!is_owned(&st)) {
		host_finding_problem(
		    f, "owner", "%s belongs to another user", path);
		host_finding_root_remedy(f, "chown", "--reference",
		    getenv("HOME") != NULL ? getenv("HOME") : "/root", path,
		    NULL);
		return true;
	}
	if (have_others(&st, OTHERS_WRITE)) {
		host_finding_problem(
		    f, "changeable", "Other users may change %s", path);
		host_finding_mode_remedy(f, "go-w", path);
		return true;
	}
	return false;
}

static char *
join(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* ---- the settings -------------------------------------------------------- */

void
host_doctor_existing(char *path)
{
	char *slash;

	while (access(path, F_OK) != 0 &&
	    (slash = strrchr(path, '/')) != NULL && slash != path)
		*slash = '\0';
}

void
host_doctor_files(struct host_doctor *d)
{
	char *folder = strdup(d->settings.config_path);
	bool told = tell_changeable(d, d->settings.config_path);

	if (folder == NULL) {
		d->findings.failed = true;
		return;
	}
	*strrchr(folder, '/') = '\0';
	told = tell_changeable(d, folder) || told;
	host_doctor_existing(folder);
	if (access(folder, W_OK) != 0) {
		host_finding_problem(&d->findings, "read-only",
		    "%s cannot be written to (%s): settings cannot be kept, "
		    "and programs find nssmime-host only if it is installed "
		    "for everyone",
		    folder, strerror(errno));
		if (errno == EROFS)
			host_finding_remedy(
			    &d->findings, "findmnt", "-T", folder, NULL);
		else
			host_finding_remedy(
			    &d->findings, "ls", "-lad", folder, NULL);
	} else if (!told) {
		host_finding_ok(&d->findings, "settings",
		    "Nobody else may change the settings, and they can be "
		    "kept in %s",
		    folder);
	}
	free(folder);
}

/* ---- a database ---------------------------------------------------------- */

static const char *const names[] = { "key4.db", "cert9.db", "pkcs11.txt" };

/* The keys may be encrypted, and then others could try passwords. */
static bool
tell_readable(struct host_doctor *d, const char *folder)
{
	char *path = join(folder, names[0]);
	struct stat of_folder, of_file;
	bool readable = path != NULL && stat(folder, &of_folder) == 0 &&
	    stat(path, &of_file) == 0 &&
	    have_others(&of_folder, OTHERS_ENTER) &&
	    have_others(&of_file, OTHERS_READ);

	if (path == NULL)
		d->findings.failed = true;
	if (readable) {
		host_finding_problem(&d->findings, "readable",
		    "Other users may read %s, which has the private keys",
		    path);
		host_finding_mode_remedy(&d->findings, "go=", path);
	}
	free(path);
	return readable;
}

void
host_doctor_database_files(struct host_doctor *d, const char *folder)
{
	bool told = tell_changeable(d, folder);
	char *path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((path = join(folder, names[i])) == NULL)
			d->findings.failed = true;
		else
			told = tell_changeable(d, path) || told;
		free(path);
	}
	told = tell_readable(d, folder) || told;
	if (access(folder, W_OK) != 0) {
		host_finding_note(&d->findings, "read-only",
		    "%s cannot be written to (%s): certificates cannot be "
		    "imported or deleted",
		    folder, strerror(errno));
		host_finding_remedy(&d->findings, "ls", "-la", folder, NULL);
	} else if (!told) {
		host_finding_ok(&d->findings, "files",
		    "Nobody else may read or change the files in %s", folder);
	}
}
