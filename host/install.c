/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Browsers and mail programs look for native-messaging hosts in one folder for
 * each user and one for all. A file of the host's name in it says where the
 * program is, and which extensions may start it.
 */
#include "install.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "browsers.h"
#include "manifest_file.h"
#include "manifest_text.h"
#include "new_file.h"
#include "program.h"
#include "text.h"

struct request {
	bool chosen[HOST_BROWSERS];
	bool system;
	bool replace;
	bool owa; /* for Outlook on the web's extension, not for ours */
};

static const char *
file_name(const struct request *request)
{
	return request->owa ? HOST_MANIFEST_FILE(HOST_MANIFEST_OWA)
			    : HOST_MANIFEST_FILE(HOST_MANIFEST_NAME);
}

static int
usage(const char *word, bool install)
{
	(void)fprintf(stderr, "usage: nssmime-host %s", word);
	for (size_t i = 0; i < HOST_BROWSERS; i++)
		(void)fprintf(stderr, "%s%s", i == 0 ? " " : "|",
		    host_browsers[i].option);
	(void)fprintf(stderr, " ... [--system]%s [--owa]\n",
	    install ? " [--replace]" : "");
	return 2;
}

static const char *
remedy(const struct request *request, int error)
{
	if (request->system && (error == EACCES || error == EPERM))
		return ": for everyone, only root can do it";
	if (request->system && error == EROFS)
		return ": without --system it is done for you alone";
	if (error == EACCES || error == EPERM || error == EROFS)
		return ": with --system root can do it for everyone";
	return "";
}

static bool
failed(const char *what, const struct request *request)
{
	int error = errno;

	(void)fprintf(stderr, "nssmime-host: %s: %s%s\n", what, strerror(error),
	    remedy(request, error));
	return false;
}

static bool
choose(struct request *request, const char *option)
{
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		if (strcmp(host_browsers[i].option, option) == 0) {
			request->chosen[i] = true;
			return true;
		}
	}
	return false;
}

/* The folder with a browser's settings, in which the one for hosts is. */
static bool
is_here(const struct host_browser *browser)
{
	size_t above;
	char *path = host_browser_folder(browser, false, &above), *slash;
	bool here = false;
	struct stat st;

	if (path != NULL && (slash = strrchr(path, '/')) != NULL) {
		*slash = '\0';
		here = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
	}
	free(path);
	return here;
}

/* Where no browser is named, all that have been used here; for everyone, and to
 * take it back, all that there are. */
static bool
choose_for_owa(struct request *request, bool install)
{
	bool any = false;

	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		request->chosen[i] =
		    host_browsers[i].family == HOST_FAMILY_CHROMIUM &&
		    (request->system || !install || is_here(&host_browsers[i]));
		any |= request->chosen[i];
	}
	return any;
}

/* Microsoft has its extension for these alone. */
static bool
is_chromium_alone(const struct request *request)
{
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		if (!request->chosen[i] ||
		    host_browsers[i].family == HOST_FAMILY_CHROMIUM)
			continue;
		(void)fprintf(stderr,
		    "nssmime-host: there is no extension for Outlook on the "
		    "web for %s\n",
		    host_browsers[i].name);
		return false;
	}
	return true;
}

static bool
parse(int argc, char **argv, bool install, struct request *out)
{
	struct nm_buffer shown = NM_BUFFER_INIT;
	bool any = false;

	*out = (struct request){ .system = false };
	for (int i = 0; i < argc; i++) {
		if (choose(out, argv[i])) {
			any = true;
		} else if (strcmp(argv[i], "--system") == 0) {
			out->system = true;
		} else if (strcmp(argv[i], "--owa") == 0) {
			out->owa = true;
		} else if (install && strcmp(argv[i], "--replace") == 0) {
			out->replace = true;
		} else {
			host_text_clean(&shown, argv[i], PATH_MAX);
			nm_buffer_byte(&shown, 0);
			(void)fprintf(stderr,
			    "nssmime-host: unknown option %s\n",
			    (const char *)shown.data);
			nm_buffer_reset(&shown);
			return false;
		}
	}
	if (!any && out->owa)
		any = choose_for_owa(out, install);
	if (!any)
		(void)fputs(
		    "nssmime-host: name at least one program\n", stderr);
	return any && (!out->owa || is_chromium_alone(out));
}

/* Makes what is missing of the path below its first `above` bytes. */
static bool
make_folders(char *path, size_t above, mode_t mode)
{
	char *end = path + above;
	bool made = true;

	while (made && end != NULL) {
		if ((end = strchr(end + 1, '/')) != NULL)
			*end = '\0';
		made = mkdir(path, mode) == 0 || errno == EEXIST;
		if (end != NULL)
			*end = '/';
	}
	return made;
}

/* A user's own folder is for that one alone, as browsers make theirs. */
static int
open_folder(const struct request *request, const struct host_browser *browser,
    bool make, char **path)
{
	size_t above;

	*path = host_browser_folder(browser, request->system, &above);
	if (*path == NULL ||
	    (make &&
		!make_folders(*path, above, request->system ? 0755 : 0700)))
		return -1;
	return open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* What names a program of ours that is not there any more makes way: whoever
 * installs has moved it. */
static bool
write_manifest(const struct request *request, int folder, const char *path,
    const char *text, const char *program)
{
	char *what = NULL;
	bool good = false;

	switch (
	    host_manifest_owner(folder, file_name(request), program, &what)) {
	case HOST_MANIFEST_FOREIGN:
		if (!request->replace) {
			(void)fprintf(stderr,
			    "nssmime-host: %s/%s is %s: nothing was changed; "
			    "--replace writes it anew\n",
			    path, file_name(request), what);
			break;
		}
		/* FALLTHROUGH */
	case HOST_MANIFEST_NOBODY:
	case HOST_MANIFEST_OURS:
		good = host_new_file(folder, file_name(request), text, 0644);
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
remove_manifest(const struct request *request, int folder, const char *path,
    const char *who)
{
	char *what = NULL;
	bool good = true;

	switch (host_manifest_owner(folder, file_name(request), NULL, &what)) {
	case HOST_MANIFEST_NOBODY:
		(void)printf("There is no %s/%s\n", path, file_name(request));
		break;
	case HOST_MANIFEST_OURS:
		good = unlinkat(folder, file_name(request), 0) == 0;
		if (good)
			(void)printf("Removed %s/%s, by which %s found "
				     "nssmime-host\n",
			    path, file_name(request),
			    who != NULL ? who : "programs");
		else
			(void)failed(path, request);
		break;
	case HOST_MANIFEST_FOREIGN:
		(void)fprintf(stderr,
		    "nssmime-host: %s/%s is %s, and was left as it is\n", path,
		    file_name(request), what);
		good = false;
		break;
	default:
		(void)failed(path, request);
		good = false;
	}
	free(what);
	return good;
}

/* ---- one browser ------------------------------------------------------- */

static bool
install(const struct request *request, const struct host_browser *browser,
    const char *program)
{
	char *path = NULL, *text, *who;
	unsigned count;
	bool good = false;
	int folder = -1;

	text = request->owa ? host_manifest_owa_text(program)
			    : host_manifest_text(browser->family, program);
	who = host_browser_sharers(browser, request->system, &count);
	if (text == NULL || who == NULL) {
		errno = ENOMEM;
		(void)failed("the manifest", request);
	} else if ((folder = open_folder(request, browser, true, &path)) < 0) {
		(void)failed(path != NULL ? path : "the home folder", request);
	} else if (write_manifest(request, folder, path, text, program)) {
		(void)printf("%s%s find%s %s by %s/%s\n", who,
		    request->owa ? ", for Outlook on the web," : "",
		    count == 1 ? "s" : "", program, path, file_name(request));
		good = true;
	}
	if (folder >= 0)
		(void)close(folder);
	free(path);
	free(text);
	free(who);
	return good;
}

static bool
uninstall(const struct request *request, const struct host_browser *browser)
{
	char *path = NULL, *who;
	unsigned count;
	bool good = true;
	int folder;

	who = host_browser_sharers(browser, request->system, &count);
	folder = open_folder(request, browser, false, &path);
	if (folder >= 0) {
		good = remove_manifest(request, folder, path, who);
		(void)close(folder);
	} else if (path != NULL && errno == ENOENT) {
		(void)printf("There is no %s/%s\n", path, file_name(request));
	} else {
		good = failed(path != NULL ? path : "the home folder", request);
	}
	free(path);
	free(who);
	return good;
}

/* ---- the commands ------------------------------------------------------ */

/* Whether one before it, which was asked for, has the same folder. */
static bool
is_done(const struct request *request, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (request->chosen[i] &&
		    host_browser_shares(&host_browsers[i],
			&host_browsers[index], request->system))
			return true;
	}
	return false;
}

/* What cannot be done for one is no reason to leave out the next. */
static int
for_each(const struct request *request, const char *program)
{
	bool good = true;

	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		if (!request->chosen[i] || is_done(request, i))
			continue;
		good &= program != NULL
		    ? install(request, &host_browsers[i], program)
		    : uninstall(request, &host_browsers[i]);
	}
	return good && fflush(stdout) == 0 ? 0 : 1;
}

int
host_install(int argc, char **argv)
{
	struct request request;
	char *program;
	int status;

	if (!parse(argc, argv, true, &request))
		return usage(HOST_INSTALL, true);
	/* what is for everyone can be read by everyone */
	(void)umask(022);
	if ((program = host_program_path()) == NULL) {
		(void)failed("this program's own path", &request);
		return 1;
	}
	status = for_each(&request, program);
	free(program);
	return status;
}

int
host_uninstall(int argc, char **argv)
{
	struct request request;

	return parse(argc, argv, false, &request)
	    ? for_each(&request, NULL)
	    : usage(HOST_UNINSTALL, false);
}
