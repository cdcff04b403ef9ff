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

#include "manifest_file.h"
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
	bool replace;
};

static int
usage(const char *word, const char *more)
{
	(void)fprintf(stderr,
	    "usage: nssmime-host %s --thunderbird [--system]%s\n", word, more);
	return 2;
}

static const char *
remedy(const struct request *request, int error)
{
	if (request->system && (error == EACCES || error == EPERM))
		return ": for everyone, only root can do it";
	if (request->system && error == EROFS)
		return ": without --system it is done for you alone";
	return "";
}

static int
failed(const char *what, const struct request *request)
{
	int error = errno;

	(void)fprintf(stderr, "nssmime-host: %s: %s%s\n", what, strerror(error),
	    remedy(request, error));
	return 1;
}

static bool
parse(int argc, char **argv, bool install, struct request *out)
{
	*out = (struct request){ false, false, false };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--thunderbird") == 0)
			out->thunderbird = true;
		else if (strcmp(argv[i], "--system") == 0)
			out->system = true;
		else if (install && strcmp(argv[i], "--replace") == 0)
			out->replace = true;
		else
			return false;
	}
	return out->thunderbird;
}

/* Makes what is missing of the path below its first `above` bytes. */
static bool
make_folders(char *path, size_t above)
{
	char *end = path + above;
	bool made = true;

	while (made && end != NULL) {
		if ((end = strchr(end + 1, '/')) != NULL)
			*end = '\0';
		made = mkdir(path, 0755) == 0 || errno == EEXIST;
		if (end != NULL)
			*end = '/';
	}
	return made;
}

/* The folder for everyone, or the user's own; nothing above the home folder is
 * made. */
static int
open_folder(const struct request *request, bool make, char **path)
{
	const char *home = request->system ? "" : getenv("HOME");

	if (home == NULL || (!request->system && home[0] != '/')) {
		errno = ENOENT;
		return -1;
	}
	if (asprintf(path, "%s%s", home,
		request->system ? NSSMIME_MOZILLA_HOSTS : "/" IN_HOME) < 0) {
		*path = NULL;
		return -1;
	}
	if (make && !make_folders(*path, strlen(home)))
		return -1;
	return open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

/* A manifest for another program of ours makes way: whoever installs has moved
 * it. */
static bool
write_manifest(const struct request *request, int folder, const char *path,
    const char *text)
{
	char *what = NULL;
	bool good = false;

	switch (host_manifest_owner(folder, NAME, &what)) {
	case HOST_MANIFEST_FOREIGN:
		if (!request->replace) {
			(void)fprintf(stderr,
			    "nssmime-host: %s/%s is %s: nothing was changed; "
			    "--replace writes it anew\n",
			    path, NAME, what);
			break;
		}
		/* FALLTHROUGH */
	case HOST_MANIFEST_NOBODY:
	case HOST_MANIFEST_OURS:
		good = host_new_file(folder, NAME, text, 0644);
		if (!good)
			(void)failed(path, request);
		break;
	default:
		(void)failed(path, request);
	}
	free(what);
	return good;
}

static bool
remove_manifest(const struct request *request, int folder, const char *path)
{
	char *what = NULL;
	bool good = true;

	switch (host_manifest_owner(folder, NAME, &what)) {
	case HOST_MANIFEST_NOBODY:
		(void)printf("There is no %s/%s\n", path, NAME);
		break;
	case HOST_MANIFEST_OURS:
		good = unlinkat(folder, NAME, 0) == 0;
		if (good)
			(void)printf("Removed %s/%s\n", path, NAME);
		else
			(void)failed(path, request);
		break;
	case HOST_MANIFEST_FOREIGN:
		(void)fprintf(stderr,
		    "nssmime-host: %s/%s is %s, and was left as it is\n", path,
		    NAME, what);
		good = false;
		break;
	default:
		(void)failed(path, request);
		good = false;
	}
	free(what);
	return good;
}

int
host_install(int argc, char **argv)
{
	char *path = NULL, *program = NULL, *text = NULL;
	struct request request;
	int folder = -1, status = 1;

	if (!parse(argc, argv, true, &request))
		return usage(HOST_INSTALL, " [--replace]");
	/* what is for everyone can be read by everyone */
	(void)umask(022);
	if ((program = own_path()) == NULL) {
		(void)failed("this program's own path", &request);
		goto out;
	}
	if ((text = manifest(program)) == NULL) {
		(void)failed("the manifest", &request);
		goto out;
	}
	if ((folder = open_folder(&request, true, &path)) < 0) {
		(void)failed(path != NULL ? path : "the home folder", &request);
		goto out;
	}
	if (write_manifest(&request, folder, path, text)) {
		(void)printf("Thunderbird and Firefox find %s by %s/%s\n",
		    program, path, NAME);
		status = 0;
	}
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

	if (!parse(argc, argv, false, &request))
		return usage(HOST_UNINSTALL, "");
	folder = open_folder(&request, false, &path);
	if (folder >= 0) {
		status = remove_manifest(&request, folder, path) ? 0 : 1;
		(void)close(folder);
	} else if (errno == ENOENT) {
		(void)printf("There is no %s/%s\n",
		    path != NULL ? path : "~/" IN_HOME, NAME);
		status = 0;
	} else {
		(void)failed(path != NULL ? path : "the home folder", &request);
	}
	free(path);
	return status;
}
