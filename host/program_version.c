/* SPDX-License-Identifier: MPL-2.0 */
#include "program_version.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX	     "nssmime-host "
#define LINE_MAX_LEN 128
#define MILLISECONDS 10000

static bool
may_be_started(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == 0 || st.st_uid == geteuid()) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static pid_t
start(const char *path, int out)
{
	char name[] = "nssmime-host", word[] = "version";
	char *argv[] = { name, word, NULL };
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return -1;
	if (posix_spawn_file_actions_addopen(
		&actions, STDIN_FILENO, "/dev/null", O_RDWR, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(
		&actions, STDIN_FILENO, STDERR_FILENO) != 0 ||
	    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO) !=
		0 ||
	    posix_spawn(&pid, path, &actions, NULL, argv, environ) != 0)
		pid = -1;
	(void)posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* One line, without its end. */
static bool
read_line(int fd, char line[LINE_MAX_LEN])
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	ssize_t n = 1;
	char *end = NULL;

	while (end == NULL && n > 0 && len < LINE_MAX_LEN - 1 &&
	    poll(&ready, 1, MILLISECONDS) > 0) {
		n = read(fd, line + len, LINE_MAX_LEN - 1 - len);
		len += n > 0 ? (size_t)n : 0;
		line[len] = '\0';
		end = strchr(line, '\n');
	}
	if (end != NULL)
		*end = '\0';
	return end != NULL;
}

char *
host_program_version(const char *path)
{
	char line[LINE_MAX_LEN], *version = NULL;
	int ends[2];
	pid_t pid;

	if (!may_be_started(path) || pipe2(ends, O_CLOEXEC) != 0)
		return NULL;
	pid = start(path, ends[1]);
	(void)close(ends[1]);
	if (pid > 0) {
		if (read_line(ends[0], line) &&
		    strncmp(line, PREFIX, strlen(PREFIX)) == 0)
			version = strdup(line + strlen(PREFIX));
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	(void)close(ends[0]);
	return version;
}
