/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A library that is in use cannot be exchanged, so the engine executes the
 * program once more. What it was given then stays as it is: its standard input
 * and output with the frames in them, the channel to the broker, and the signal
 * by which neither outlives the other. One that was executed again never is a
 * second time.
 *
 * Theirs comes with an SQLite of its own, but the linker finds that of this
 * program first: one for all, as the locks of a file are a process's.
 */
#include "newer_nss.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nssmime/database.h>

#include "log.h"
#include "nss_folder.h"
#include "session.h"

/* The name, the word and the descriptor stand before the arguments. */
#define BEFORE 3

static bool
needed(const struct host_caller *caller, const struct host_settings *settings)
{
	struct nm_peek peek = { false, false };
	struct host_choice choice;
	bool old;

	if (host_session_choose(caller, settings, &choice, NULL) != NM_OK)
		return false;
	old = nm_database_peek(choice.folder, &peek, NULL) == NM_OK &&
	    peek.password_unsupported;
	free(choice.folder);
	return old;
}

static void
become(char *const *argv, int channel, const char *folder)
{
	char name[] = "nssmime-host", word[] = HOST_ENGINE_AGAIN, fd[16];
	char **environment = host_nss_folder_environment(folder), **again;
	size_t count = 0;

	while (argv[count] != NULL)
		count++;
	again = calloc(count + BEFORE, sizeof(*again));
	(void)snprintf(fd, sizeof(fd), "%d", channel);
	if (again == NULL || environment == NULL || count == 0 ||
	    fcntl(channel, F_SETFD, 0) != 0)
		goto out;
	again[0] = name;
	again[1] = word;
	again[2] = fd;
	for (size_t i = 1; i < count; i++)
		again[BEFORE - 1 + i] = argv[i];
	(void)execve("/proc/self/exe", again, environment);
	(void)fcntl(channel, F_SETFD, FD_CLOEXEC);
out:
	free(again);
	host_nss_folder_environment_free(&environment);
}

bool
host_newer_nss_become(char *const *argv, int channel,
    const struct host_caller *caller, const struct host_settings *settings)
{
	enum host_log_level log = host_log_level(settings->log_level);
	bool waits = true;
	char *folder;

	if (nm_nss_knows_passwords() ||
	    !host_caller_allowed(caller, settings) ||
	    (folder = host_nss_folder_find()) == NULL)
		return false;
	if (needed(caller, settings)) {
		host_log(log, HOST_LOG_INFO, "NSS: of %s", folder);
		become(argv, channel, folder);
		host_log(log, HOST_LOG_ERROR, "NSS: that of %s cannot be used",
		    folder);
		waits = false;
	}
	free(folder);
	return waits;
}

/* ---- in what it has become ------------------------------------------- */

/* Whether another process runs this very program. */
static bool
is_this_program(pid_t pid)
{
	struct stat self, other;
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%ld/exe", (long)pid);
	return stat("/proc/self/exe", &self) == 0 && stat(path, &other) == 0 &&
	    self.st_dev == other.st_dev && self.st_ino == other.st_ino;
}

/* The channel was made by the broker, which is the parent and nssmime-host. */
static bool
is_from_broker(int channel)
{
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof(peer);

	return getsockopt(channel, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 &&
	    peer.pid > 0 && peer.pid == getppid() && is_this_program(peer.pid);
}

bool
host_newer_nss_resume(int argc, char **argv, int *channel, int *skip)
{
	char *end = NULL;
	long fd;

	if (argc <= BEFORE || strcmp(argv[1], HOST_ENGINE_AGAIN) != 0)
		return false;
	fd = strtol(argv[2], &end, 10);
	if (end == argv[2] || *end != '\0' || fd <= STDERR_FILENO ||
	    fd > 1000000 || fcntl((int)fd, F_SETFD, FD_CLOEXEC) != 0 ||
	    !is_from_broker((int)fd))
		return false;
	host_nss_folder_forget();
	*channel = (int)fd;
	*skip = BEFORE - 1;
	return true;
}
