/* SPDX-License-Identifier: MPL-2.0 */
#include "manifest_seen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "caller.h"
#include "manifest_text.h"
#include "program.h"
#include "schema.h"
#include "text_file.h"

#define ORIGIN(id) "chrome-extension://" id "/"

static bool
lets_us(
    struct json_object *manifest, const struct host_browser *browser, bool owa)
{
	struct json_object *origins = host_member(manifest, "allowed_origins");

	if (owa)
		return host_list_has(origins, ORIGIN(HOST_OWA_ID)) &&
		    host_list_has(origins, ORIGIN(HOST_OWA_EDGE_ID));
	if (browser->family == HOST_FAMILY_CHROMIUM)
		return host_list_has(origins, ORIGIN(HOST_CHROMIUM_ID));
	return host_list_has(host_member(manifest, "allowed_extensions"),
	    strcmp(browser->option, "--thunderbird") == 0 ? HOST_THUNDERBIRD_ID
							  : HOST_FIREFOX_ID);
}

static enum host_seen
look_at_program(const char *path, const char *program)
{
	if (host_program_same(path, program))
		return HOST_SEEN_THIS;
	if (!host_manifest_names_us(path))
		return HOST_SEEN_OTHER;
	if (access(path, F_OK) != 0)
		return HOST_SEEN_GONE;
	return access(path, X_OK) == 0 ? HOST_SEEN_COPY
				       : HOST_SEEN_NOT_EXECUTABLE;
}

static enum host_seen
look_at(const char *text, size_t len, const struct host_browser *browser,
    bool owa, const char *program, char **named)
{
	struct json_object *root = host_manifest_parse(text, len);
	enum host_seen what = HOST_SEEN_BROKEN;
	const char *name, *path, *type;

	if (root != NULL && (name = host_string(root, "name")) != NULL &&
	    (path = host_string(root, "path")) != NULL &&
	    (type = host_string(root, "type")) != NULL &&
	    strcmp(name, owa ? HOST_MANIFEST_OWA : HOST_MANIFEST_NAME) == 0 &&
	    strcmp(type, "stdio") == 0 && path[0] == '/') {
		*named = strdup(path);
		what = look_at_program(path, program);
		if (what != HOST_SEEN_OTHER && what != HOST_SEEN_GONE &&
		    !lets_us(root, browser, owa))
			what = HOST_SEEN_CALLERS;
	}
	json_object_put(root);
	return what;
}

bool
host_manifest_see(const struct host_browser *browser, bool everyone, bool owa,
    const char *program, struct host_manifest_seen *out)
{
	size_t above, len;
	char *folder = host_browser_folder(browser, everyone, &above), *text;
	struct stat st;

	*out = (struct host_manifest_seen){ .what = HOST_SEEN_NOTHING };
	if (folder == NULL ||
	    asprintf(&out->file, "%s/%s", folder,
		owa ? HOST_MANIFEST_FILE(HOST_MANIFEST_OWA)
		    : HOST_MANIFEST_FILE(HOST_MANIFEST_NAME)) < 0)
		out->file = NULL;
	free(folder);
	if (out->file == NULL)
		return false;
	if (lstat(out->file, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			out->what = HOST_SEEN_UNREADABLE;
		return true;
	}
	out->link = S_ISLNK(st.st_mode);
	if ((text = host_text_file(out->file, HOST_MANIFEST_MAX, &len)) != NULL)
		out->what =
		    look_at(text, len, browser, owa, program, &out->program);
	else
		out->what = errno == EACCES || errno == EPERM
		    ? HOST_SEEN_UNREADABLE
		    : HOST_SEEN_BROKEN;
	free(text);
	return true;
}

void
host_manifest_seen_clear(struct host_manifest_seen *s)
{
	free(s->file);
	free(s->program);
	*s = (struct host_manifest_seen){ .what = HOST_SEEN_NOTHING };
}

/* Chromium's family takes the first that is there, whatever it is; Mozilla's
 * go on from what they can make nothing of. */
bool
host_manifest_decides(
    const struct host_browser *browser, const struct host_manifest_seen *s)
{
	return browser->family == HOST_FAMILY_CHROMIUM
	    ? s->what != HOST_SEEN_NOTHING
	    : s->what > HOST_SEEN_CALLERS;
}
