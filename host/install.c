/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Mozilla's programs look for native-messaging hosts in one folder for each
 * user and one for all. A file of the host's name in it says where the program
 * is, and which add-ons may start it; Firefox and Thunderbird share it, so it
 * always names both.
 */
#include "install.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "mozilla_manifest.h"
#include "new_file.h"
#include "text.h"

#define NAME	"nssmime.json"
#define PLACE	"\"@NSSMIME_HOST_PROGRAM@\""
#define IN_HOME ".mozilla/native-messaging-hosts"
#define PRINT	JSON_C_TO_STRING_NOSLASHESCAPE

struct request {
	bool thunderbird;
	bool system;
};

static int
usage(const char *word)
{
	(void)fprintf(
	    stderr, "usage: nssmime-host %s --thunderbird [--system]\n", word);
	return 2;
}

static int
failed(const char *what)
{
	(void)fprintf(stderr, "nssmime-host: %s: %s\n", what, strerror(errno));
	return 1;
}

static bool
parse(int argc, char **argv, struct request *out)
{
	*out = (struct request){ false, false };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--thunderbird") == 0)
			out->thunderbird = true;
		else if (strcmp(argv[i], "--system") == 0)
			out->system = true;
		else
			return false;
	}
	return out->thunderbird;
}

/*
 * The folder for everyone, or the user's own, which is made one by one from
 * the home folder on: only what is missing, and nothing above it.
 */
static int
open_folder(bool everyone, bool make, char **path)
{
	const char *home = everyone ? "" : getenv("HOME");
	char *end;
	int fd;

	if (home == NULL || (!everyone && home[0] != '/')) {
		errno = ENOENT;
		return -1;
	}
	if (asprintf(path, "%s%s", home,
		everyone ? NSSMIME_MOZILLA_HOSTS : "/" IN_HOME) < 0) {
		*path = NULL;
		return -1;
	}
	for (end = *path + strlen(home) + 1; make && end != NULL; end++) {
		if ((end = strchr(end, '/')) != NULL)
			*end = '\0';
		if (mkdir(*path, 0755) != 0 && errno != EEXIST)
			make = false;
		if (end == NULL)
			break;
		*end = '/';
	}
	fd = open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

/* This program, by the path that it was started from. */
static char *
own_path(void)
{
	char *path = realpath("/proc/self/exe", NULL);

	/* JSON holds UTF-8 alone */
	if (path != NULL &&
	    host_utf8_valid((const uint8_t *)path, strlen(path)) !=
		strlen(path)) {
		free(path);
		errno = EILSEQ;
		return NULL;
	}
	return path;
}

static char *
manifest(const char *program)
{
	const char *text = NSSMIME_MOZILLA_MANIFEST;
	const char *place = strstr(text, PLACE);
	struct json_object *path = json_object_new_string(program);
	char *out = NULL;

	if (path != NULL && place != NULL &&
	    asprintf(&out, "%.*s%s%s", (int)(place - text), text,
		json_object_to_json_string_ext(path, PRINT),
		place + strlen(PLACE)) < 0)
		out = NULL;
	json_object_put(path);
	return out;
}

int
host_install(int argc, char **argv)
{
	char *path = NULL, *program = NULL, *text = NULL;
	struct request request;
	int folder = -1, status = 1;

	if (!parse(argc, argv, &request))
		return usage(HOST_INSTALL);
	/* what is for everyone can be read by everyone */
	(void)umask(022);
	if ((program = own_path()) == NULL) {
		(void)failed("this program's own path");
		goto out;
	}
	if ((text = manifest(program)) == NULL) {
		(void)failed("the manifest");
		goto out;
	}
	folder = open_folder(request.system, true, &path);
	if (folder < 0 || !host_new_file(folder, NAME, text, 0644)) {
		(void)failed(path != NULL ? path : "the home folder");
		goto out;
	}
	(void)printf(
	    "Thunderbird and Firefox find %s by %s/%s\n", program, path, NAME);
	status = 0;
out:
	if (folder >= 0)
		(void)close(folder);
	free(path);
	free(program);
	free(text);
	return status;
}

int
host_uninstall(int argc, char **argv)
{
	struct request request;
	char *path = NULL;
	int folder, status = 1;

	if (!parse(argc, argv, &request))
		return usage(HOST_UNINSTALL);
	folder = open_folder(request.system, false, &path);
	if (folder < 0 && errno != ENOENT) {
		(void)failed(path != NULL ? path : "the home folder");
		goto out;
	}
	if (folder >= 0 && unlinkat(folder, NAME, 0) == 0) {
		(void)printf("Removed %s/%s\n", path, NAME);
	} else if (folder < 0 || errno == ENOENT) {
		(void)printf("There is no %s/%s\n",
		    path != NULL ? path : "~/" IN_HOME, NAME);
	} else {
		(void)failed(path);
		goto out;
	}
	status = 0;
out:
	if (folder >= 0)
		(void)close(folder);
	free(path);
	return status;
}
