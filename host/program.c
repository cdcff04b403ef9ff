/* SPDX-License-Identifier: MPL-2.0 */
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

char *
host_program_path(void)
{
	char *path = realpath("/proc/self/exe", NULL);

	if (path != NULL &&
	    host_utf8_valid((const uint8_t *)path, strlen(path)) !=
		strlen(path)) {
		free(path);
		errno = EILSEQ;
		return NULL;
	}
	return path;
}

char *
host_program_beside(const char *name)
{
	char self[PATH_MAX], *slash, *path = NULL;
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (len <= 0)
		return NULL;
	self[len] = '\0';
	if ((slash = strrchr(self, '/')) == NULL)
		return NULL;
	*slash = '\0';
	return asprintf(&path, "%s/%s", self, name) < 0 ? NULL : path;
}

static bool
usable(const char *path)
{
	return access(path, X_OK) == 0;
}

char *
host_program_find(const char *name)
{
	const char *path = getenv("PATH"), *end;
	char *full = NULL;
	size_t len;

	if (strchr(name, '/') != NULL)
		return usable(name) ? strdup(name) : NULL;
	if (path == NULL || *path == '\0')
		path = "/usr/local/bin:/usr/bin:/bin";
	for (;; path = end + 1) {
		end = strchrnul(path, ':');
		len = (size_t)(end - path);
		/* never the current folder */
		if (len != 0 && path[0] == '/') {
			if (asprintf(&full, "%.*s/%s", (int)len, path, name) <
			    0)
				return NULL;
			if (usable(full))
				return full;
			free(full);
			full = NULL;
		}
		if (*end == '\0')
			return NULL;
	}
}

bool
host_program_same(const char *a, const char *b)
{
	struct stat first, second;

	return stat(a, &first) == 0 && stat(b, &second) == 0 &&
	    first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

char *
host_program_word(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	char *found = host_program_find(name), *word;

	word = strdup(
	    found != NULL && host_program_same(found, path) ? name : path);
	free(found);
	return word;
}
