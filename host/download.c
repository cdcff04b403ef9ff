/* SPDX-License-Identifier: MPL-2.0 */
#include "download.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

#define NAME_LENGTH 120
#define LINE_LENGTH 4096
#define ATTEMPTS    1000

static const char *
home_folder(void)
{
	const char *home = getenv("HOME");
	const struct passwd *user;

	if (home != NULL && home[0] == '/')
		return home;
	user = getpwuid(geteuid());
	return user != NULL ? user->pw_dir : NULL;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The value of `XDG_DOWNLOAD_DIR="..."`: "$HOME/..." or absolute, with shell
 * quoting by backslashes (xdg-user-dirs). */
static char *
parse_line(const char *line, const char *home)
{
	struct nm_buffer path = NM_BUFFER_INIT;

	line += strspn(line, " \t");
	if (strncmp(line, "XDG_DOWNLOAD_DIR=\"", 18) != 0)
		return NULL;
	line += 18;
	if (strncmp(line, "$HOME", 5) == 0 &&
	    (line[5] == '/' || line[5] == '"')) {
		nm_buffer_string(&path, home);
		line += 5;
	} else if (*line != '/') {
		return NULL;
	}
	for (; *line != '"'; line++) {
		if (*line == '\\' && line[1] != '\0')
			line++;
		if (*line == '\0' || *line == '\n') {
			nm_buffer_reset(&path);
			return NULL;
		}
		nm_buffer_byte(&path, (uint8_t)*line);
	}
	return nm_buffer_take_string(&path);
}

static char *
from_user_dirs(const char *home)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	char *path = NULL, *found = NULL, *next, line[LINE_LENGTH];
	FILE *file;

	if ((config != NULL && config[0] == '/'
		    ? asprintf(&path, "%s/user-dirs.dirs", config)
		    : asprintf(&path, "%s/.config/user-dirs.dirs", home)) < 0)
		return NULL;
	file = fopen(path, "re");
	free(path);
	if (file == NULL)
		return NULL;
	while (fgets(line, sizeof(line), file) != NULL) {
		if ((next = parse_line(line, home)) != NULL) {
			free(found);
			found = next; /* the last one counts, as in a shell */
		}
	}
	(void)fclose(file);
	return found;
}

char *
host_download_folder(void)
{
	const char *home = home_folder();
	char *path;

	if (home == NULL)
		return NULL;
	if ((path = from_user_dirs(home)) != NULL && is_folder(path))
		return path;
	free(path);
	if (asprintf(&path, "%s/Downloads", home) < 0)
		return NULL;
	if (is_folder(path))
		return path;
	free(path);
	return is_folder(home) ? strdup(home) : NULL;
}

char *
host_download_name(const char *proposal)
{
	struct nm_buffer clean = NM_BUFFER_INIT;
	char *name, *c;

	while (*proposal == '.' || *proposal == ' ')
		proposal++;
	host_text_clean(&clean, proposal, NAME_LENGTH);
	if ((name = nm_buffer_take_string(&clean)) == NULL)
		return NULL;
	/* also what other systems' file systems would stumble over */
	for (c = name; *c != '\0'; c++) {
		if (strchr("/\\:*?\"<>|", *c) != NULL)
			*c = '_';
	}
	if (*name == '\0') {
		free(name);
		return strdup("certificate");
	}
	return name;
}

/* "name.p12", "name-2.p12", ... */
static char *
numbered(const char *name, unsigned n)
{
	const char *dot = strrchr(name, '.');
	size_t stem =
	    dot != NULL && dot != name ? (size_t)(dot - name) : strlen(name);
	char *out = NULL;

	if (n == 1)
		return strdup(name);
	if (asprintf(&out, "%.*s-%u%s", (int)stem, name, n, name + stem) < 0)
		return NULL;
	return out;
}

static bool
write_all(int fd, struct nm_bytes data)
{
	size_t at = 0;
	ssize_t n;

	while (at < data.len) {
		n = write(fd, data.data + at, data.len - at);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			at += (size_t)n;
	}
	return fsync(fd) == 0;
}

enum nm_error
host_download_write(
    const char *folder, const char *name, struct nm_bytes data, char **saved)
{
	int dir, fd = -1;
	bool good;

	*saved = NULL;
	dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return NM_ERR_STORAGE_FAILED;
	for (unsigned n = 1; n <= ATTEMPTS && fd < 0; n++) {
		free(*saved);
		if ((*saved = numbered(name, n)) == NULL)
			break;
		fd = openat(dir, *saved,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	good = fd >= 0 && write_all(fd, data);
	if (fd >= 0 && close(fd) != 0)
		good = false;
	if (!good) {
		if (fd >= 0)
			(void)unlinkat(dir, *saved, 0);
		free(*saved);
		*saved = NULL;
	}
	(void)close(dir);
	return good ? NM_OK : NM_ERR_STORAGE_FAILED;
}
