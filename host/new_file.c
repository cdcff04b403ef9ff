/* SPDX-License-Identifier: MPL-2.0 */
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool
write_all(int folder, const char *name, const char *text, mode_t mode)
{
	size_t len = strlen(text), at = 0;
	ssize_t n = 0;
	bool good;
	int fd;

	/* what an end in the middle may have left */
	(void)unlinkat(folder, name, 0);
	fd = openat(folder, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return false;
	while (at < len && (n >= 0 || errno == EINTR)) {
		n = write(fd, text + at, len - at);
		at += n > 0 ? (size_t)n : 0;
	}
	good = at == len && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

bool
host_new_file(int folder, const char *name, const char *text, mode_t mode)
{
	char *temporary = NULL;
	bool good;
	int error;

	if (asprintf(&temporary, ".%s.new", name) < 0) {
		errno = ENOMEM;
		return false;
	}
	good = write_all(folder, temporary, text, mode) &&
	    renameat(folder, temporary, folder, name) == 0;
	error = errno;
	if (good)
		(void)fsync(folder);
	else
		(void)unlinkat(folder, temporary, 0);
	free(temporary);
	errno = error;
	return good;
}
