/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whoever else puts a host of one of our names where browsers look meant
 * something by it, and a link there is how some systems manage their files:
 * what is not ours is not touched unasked.
 */
#include "manifest_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manifest_text.h"
#include "program.h"
#include "schema.h"
#include "text.h"
#include "text_file.h"

#define NOT_ONE "no manifest of a native-messaging host"

static enum host_manifest_owner
foreign(char **what, const char *words, const char *path)
{
	struct nm_buffer clean = NM_BUFFER_INIT;
	bool good;

	host_text_clean(&clean, path, PATH_MAX);
	nm_buffer_byte(&clean, 0);
	good = !nm_buffer_failed(&clean) &&
	    asprintf(what, "%s%s", words, (const char *)clean.data) >= 0;
	nm_buffer_reset(&clean);
	if (!good)
		*what = NULL;
	return good ? HOST_MANIFEST_FOREIGN : 0;
}

/* "nssmime" and "nssmime.json". */
static bool
is_file_of(const char *file, const char *host)
{
	size_t len = strlen(host);

	return strncmp(file, host, len) == 0 &&
	    strcmp(file + len, ".json") == 0;
}

static enum host_manifest_owner
owner_of_text(const char *text, size_t len, const char *file,
    const char *own_program, char **what)
{
	struct json_object *root = host_manifest_parse(text, len);
	enum host_manifest_owner owner = HOST_MANIFEST_OURS;
	const char *name, *program;

	if (root == NULL)
		return foreign(what, NOT_ONE, "");
	name = host_string(root, "name");
	program = host_string(root, "path");
	if (name == NULL || !is_file_of(file, name) ||
	    !host_manifest_names_us(program))
		owner = foreign(what, "for another program, ", program);
	else if (own_program != NULL && program[0] == '/' &&
	    access(program, X_OK) == 0 &&
	    !host_program_same(program, own_program))
		owner = foreign(
		    what, "for another copy of this program, ", program);
	json_object_put(root);
	return owner;
}

static enum host_manifest_owner
owner_of_link(int folder, const char *name, char **what)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(folder, name, target, sizeof(target) - 1);

	if (len < 0)
		return 0;
	target[len] = '\0';
	return foreign(what, "a link to ", target);
}

enum host_manifest_owner
host_manifest_owner(
    int folder, const char *name, const char *program, char **what)
{
	enum host_manifest_owner owner = 0;
	struct stat st;
	char *text;
	size_t len;
	int fd;

	*what = NULL;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? HOST_MANIFEST_NOBODY : 0;
	if (S_ISLNK(st.st_mode))
		return owner_of_link(folder, name, what);
	if (!S_ISREG(st.st_mode))
		return foreign(what, "no file", "");
	fd = openat(
	    folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return 0;
	if ((text = host_text_of(fd, HOST_MANIFEST_MAX, &len)) != NULL)
		owner = owner_of_text(text, len, name, program, what);
	else if (errno == EFBIG)
		owner = foreign(what, NOT_ONE, "");
	(void)close(fd);
	free(text);
	return owner;
}
