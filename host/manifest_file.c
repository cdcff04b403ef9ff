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

#include <json-c/json.h>

#include "json.h"
#include "text.h"

#define PROGRAM	 "nssmime-host"
#define FILE_MAX 65536

static bool
describe(char **what, const char *words, const char *path)
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
	return good;
}

/* The length, FILE_MAX + 1 for more than that, or -1. */
static ssize_t
read_text(int fd, char text[FILE_MAX + 1])
{
	size_t len = 0;
	ssize_t n;

	do {
		n = read(fd, text + len, FILE_MAX + 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -1 : (ssize_t)len;
}

/* The member of that name if it is a string. */
static const char *
member(struct json_object *manifest, const char *name)
{
	struct json_object *value = NULL;

	if (!json_object_object_get_ex(manifest, name, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
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
owner_of_text(const char *text, size_t len, const char *file, char **what)
{
	enum host_manifest_owner owner = HOST_MANIFEST_FOREIGN;
	const char *name, *program, *base;
	struct json_object *root = NULL;
	bool good = true;

	if (len > FILE_MAX ||
	    host_json_parse(text, len, &root, NULL) != NM_OK ||
	    !json_object_is_type(root, json_type_object) ||
	    (program = member(root, "path")) == NULL) {
		good = describe(
		    what, "no manifest of a native-messaging host", "");
		goto out;
	}
	name = member(root, "name");
	base = strrchr(program, '/');
	base = base != NULL ? base + 1 : program;
	if (name != NULL && is_file_of(file, name) &&
	    strcmp(base, PROGRAM) == 0)
		owner = HOST_MANIFEST_OURS;
	else
		good = describe(what, "for another program, ", program);
out:
	json_object_put(root);
	return good ? owner : 0;
}

static enum host_manifest_owner
owner_of_link(int folder, const char *name, char **what)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(folder, name, target, sizeof(target) - 1);

	if (len < 0)
		return 0;
	target[len] = '\0';
	return describe(what, "a link to ", target) ? HOST_MANIFEST_FOREIGN : 0;
}

enum host_manifest_owner
host_manifest_owner(int folder, const char *name, char **what)
{
	enum host_manifest_owner owner = 0;
	char *text = NULL;
	struct stat st;
	ssize_t len;
	int fd;

	*what = NULL;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? HOST_MANIFEST_NOBODY : 0;
	if (S_ISLNK(st.st_mode))
		return owner_of_link(folder, name, what);
	if (!S_ISREG(st.st_mode))
		return describe(what, "no file", "") ? HOST_MANIFEST_FOREIGN
						     : 0;
	fd = openat(
	    folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0 && (text = malloc(FILE_MAX + 1)) != NULL &&
	    (len = read_text(fd, text)) >= 0)
		owner = owner_of_text(text, (size_t)len, name, what);
	if (fd >= 0)
		(void)close(fd);
	free(text);
	return owner;
}
