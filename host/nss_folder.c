/* SPDX-License-Identifier: MPL-2.0 */
#include "nss_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nss.h>
#include <pk11pub.h>

#include <nssmime/database.h>

#include "rooted.h"

#define VARIABLE "LD_LIBRARY_PATH="
/* Of an attempt; it takes some hundredths. */
#define TRY_SECONDS 10

/* Distributions' packages, Mozilla's, and where its archives are unpacked. */
static const char *const folders[] = {
	"/usr/lib/thunderbird",
	"/usr/lib64/thunderbird",
	"/opt/thunderbird",
	"/usr/lib/firefox-esr",
	"/usr/lib/firefox",
	"/usr/lib64/firefox",
	"/opt/firefox",
};
/* libsoftokn3 is what checks passwords; all are of one version. */
static const char *const needed[] = {
	"libnss3.so",
	"libnssutil3.so",
	"libsmime3.so",
	"libsoftokn3.so",
	"libfreeblpriv3.so",
};
#define NEEDED (sizeof(needed) / sizeof(needed[0]))

int
host_try_nss(void)
{
	PK11SlotInfo *slot = NULL;
	CK_INFO info = { .libraryVersion = { 0, 0 } };
	int status = 1;

	/* whatever an NSS that does not work may do */
	(void)alarm(TRY_SECONDS);
	if (!nm_nss_knows_passwords() || NSS_NoDB_Init(NULL) != SECSuccess)
		return 1;
	if ((slot = PK11_GetInternalSlot()) != NULL &&
	    PK11_GetModInfo(PK11_GetModule(slot), &info) == SECSuccess &&
	    info.libraryVersion.major == NM_NSS_PASSWORDS_MAJOR &&
	    info.libraryVersion.minor >= NM_NSS_PASSWORDS_MINOR)
		status = 0;
	if (slot != NULL)
		PK11_FreeSlot(slot);
	(void)NSS_Shutdown();
	return status;
}

static bool
is_library(const char *name)
{
	return strncmp(name, "lib", 3) == 0 && strstr(name, ".so") != NULL;
}

static bool
library_is_rooted(const char *folder, const char *name)
{
	char *path = NULL, *real;
	struct stat st;
	bool good;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		return false;
	real = host_rooted(path);
	good = real != NULL && stat(real, &st) == 0 && S_ISREG(st.st_mode);
	free(real);
	free(path);
	return good;
}

/* Any library there might be loaded, so all are looked at. */
static bool
libraries_are_rooted(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool good = dir != NULL;
	size_t found = 0;

	while (good && (entry = readdir(dir)) != NULL) {
		if (!is_library(entry->d_name))
			continue;
		good = library_is_rooted(folder, entry->d_name);
		for (size_t i = 0; i < NEEDED; i++)
			found += strcmp(entry->d_name, needed[i]) == 0 ? 1 : 0;
	}
	if (dir != NULL)
		(void)closedir(dir);
	return good && found == NEEDED;
}

char **
host_nss_folder_environment(const char *folder)
{
	const char *before = getenv("LD_LIBRARY_PATH");
	char **out, *first = NULL;
	size_t count = 0, n = 0;

	while (environ[count] != NULL)
		count++;
	if (asprintf(&first, VARIABLE "%s%s%s", folder,
		before != NULL ? ":" : "", before != NULL ? before : "") < 0)
		return NULL;
	if ((out = calloc(count + 2, sizeof(*out))) == NULL) {
		free(first);
		return NULL;
	}
	out[n++] = first;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], VARIABLE, strlen(VARIABLE)) != 0)
			out[n++] = environ[i];
	}
	return out;
}

void
host_nss_folder_environment_free(char ***environment)
{
	if (*environment != NULL)
		free((*environment)[0]);
	free(*environment);
	*environment = NULL;
}

void
host_nss_folder_forget(void)
{
	const char *path = getenv("LD_LIBRARY_PATH"), *rest;
	char *kept;

	if (path == NULL)
		return;
	rest = strchr(path, ':');
	if (rest == NULL) {
		(void)unsetenv("LD_LIBRARY_PATH");
	} else if ((kept = strdup(rest + 1)) != NULL) {
		(void)setenv("LD_LIBRARY_PATH", kept, 1);
		free(kept);
	}
}

/* In a process of its own: what cannot be loaded ends a program. */
static bool
works(const char *folder)
{
	char name[] = "nssmime-host", word[] = HOST_TRY_NSS;
	char *argv[] = { name, word, NULL };
	char **environment = host_nss_folder_environment(folder);
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	if (environment == NULL || posix_spawn_file_actions_init(&actions) != 0)
		goto out;
	/* neither frames nor the loader's complaints are for it */
	if (posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0) == 0 &&
	    posix_spawn_file_actions_adddup2(
		&actions, STDIN_FILENO, STDOUT_FILENO) == 0 &&
	    posix_spawn_file_actions_adddup2(
		&actions, STDIN_FILENO, STDERR_FILENO) == 0 &&
	    posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv,
		environment) == 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	(void)posix_spawn_file_actions_destroy(&actions);
out:
	host_nss_folder_environment_free(&environment);
	return status == 0;
}

char *
host_nss_folder_find(void)
{
	char *real;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		if ((real = host_rooted(folders[i])) == NULL)
			continue;
		/* what would divide, or be replaced in, a list of folders */
		if (strpbrk(real, ":;$") == NULL &&
		    libraries_are_rooted(real) && works(real))
			return real;
		free(real);
	}
	return NULL;
}
