/* SPDX-License-Identifier: MPL-2.0 */
/* Writing the settings that methods may change: the database and the origins
 * of the user. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>

#include "json.h"
#include "new_file.h"
#include "origin.h"
#include "schema.h"
#include "settings_member.h"
#include "text.h"
#include "text_file.h"

#define PRINT (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

static enum nm_error
failed(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_STORAGE_FAILED,
	    "config.json cannot be written: %s", strerror(errno));
}

static enum nm_error
out_of_memory(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
}

/* The settings as they are now, not as they were at the start: other members
 * may have been edited since. */
static enum nm_error
read_current(
    const char *path, struct json_object **root, struct nm_fault *fault)
{
	enum nm_error err = NM_OK;
	size_t len;
	char *text = host_text_file(path, HOST_SETTINGS_SIZE, &len);

	*root = NULL;
	if (text == NULL && errno != ENOENT)
		return failed(fault);
	if (text == NULL) {
		*root = json_object_new_object();
		return *root != NULL ? NM_OK : out_of_memory(fault);
	}
	if (host_json_parse(text, len, root, NULL) != NM_OK ||
	    !json_object_is_type(*root, json_type_object)) {
		json_object_put(*root);
		*root = NULL;
		err = nm_fail(fault, NM_ERR_CONFIGURATION_INVALID,
		    "config.json is not a JSON object");
	}
	free(text);
	return err;
}

/* And the one around it: a new account has no ~/.config. */
static void
make_folder(const struct host_settings *s)
{
	char *path = strdup(s->config_path), *end, *before;

	if (path == NULL)
		return;
	end = strrchr(path, '/');
	*end = '\0';
	if ((before = strrchr(path, '/')) != NULL && before != path) {
		*before = '\0';
		(void)mkdir(path, 0700);
		*before = '/';
	}
	(void)mkdir(path, 0700);
	free(path);
}

/* The folder of config.json, once no other program of ours changes that; it
 * is free again when it is closed. */
static int
open_folder(const struct host_settings *s)
{
	const char *name = strrchr(s->config_path, '/') + 1;
	char *path = strndup(s->config_path, (size_t)(name - s->config_path));
	int folder;

	if (path == NULL)
		return -1;
	make_folder(s);
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	while (folder >= 0 && flock(folder, LOCK_EX) != 0) {
		/* file systems without locks are no reason to refuse */
		if (errno != EINTR)
			break;
	}
	return folder;
}

/* A file that is larger than that could not be read any more. */
static enum nm_error
write_new(const struct host_settings *s, int folder, struct json_object *root,
    struct nm_fault *fault)
{
	const char *text = json_object_to_json_string_ext(root, PRINT);

	if (text == NULL)
		return out_of_memory(fault);
	if (strlen(text) > HOST_SETTINGS_SIZE)
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "config.json would be larger than %u bytes",
		    HOST_SETTINGS_SIZE);
	return host_new_file(
		   folder, strrchr(s->config_path, '/') + 1, text, 0600)
	    ? NM_OK
	    : failed(fault);
}

/* `apply` changes the object; *changed stays false where there is nothing to
 * write. */
static enum nm_error
change(const struct host_settings *s,
    enum nm_error (*apply)(struct json_object *root, const void *arg,
	bool *changed, struct nm_fault *fault),
    const void *arg, bool *changed, struct nm_fault *fault)
{
	struct json_object *root = NULL;
	enum nm_error err;
	int folder;

	*changed = false;
	if ((folder = open_folder(s)) < 0)
		return failed(fault);
	if ((err = read_current(s->config_path, &root, fault)) == NM_OK &&
	    (err = apply(root, arg, changed, fault)) == NM_OK && *changed)
		err = write_new(s, folder, root, fault);
	json_object_put(root);
	(void)close(folder);
	return err;
}

static bool
add_member(
    struct json_object *root, const char *name, struct json_object *value)
{
	if (value != NULL && json_object_object_add(root, name, value) == 0)
		return true;
	json_object_put(value);
	return false;
}

/* ---- the database ------------------------------------------------------ */

static enum nm_error
set_database(struct json_object *root, const void *arg, bool *changed,
    struct nm_fault *fault)
{
	char *database = NULL;

	if (asprintf(&database, "sql:%s", (const char *)arg) < 0)
		return out_of_memory(fault);
	*changed = add_member(
	    root, HOST_SETTING_DATABASE, json_object_new_string(database));
	free(database);
	return *changed ? NM_OK : out_of_memory(fault);
}

enum nm_error
host_settings_choose_database(
    const struct host_settings *s, const char *folder, struct nm_fault *fault)
{
	bool changed;

	/* a file that is not UTF-8 could not be read any more */
	if (host_utf8_valid((const uint8_t *)folder, strlen(folder)) !=
	    strlen(folder))
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The folder's name is not UTF-8");
	return change(s, set_database, folder, &changed, fault);
}

/* ---- origins ----------------------------------------------------------- */

struct kept {
	const char *origin;
	bool signs;
};

static bool
is_origin(struct json_object *value, const char *canonical)
{
	const char *text = json_object_get_string(value);
	char *form = text != NULL ? host_origin_canonical(text) : NULL;
	bool same = form != NULL && strcmp(form, canonical) == 0;

	free(form);
	return same;
}

/* Whatever spelling it stands there in, and however often. */
static enum nm_error
drop_from(struct json_object *root, const char *member, const char *origin,
    bool *dropped, struct nm_fault *fault)
{
	struct json_object *list = host_member(root, member);

	if (list == NULL)
		return NM_OK;
	if (!json_object_is_type(list, json_type_array))
		return nm_fail(fault, NM_ERR_CONFIGURATION_INVALID,
		    "In config.json the member \"%s\" must be an array of "
		    "origins",
		    member);
	for (size_t i = json_object_array_length(list); i-- > 0;) {
		if (!is_origin(json_object_array_get_idx(list, i), origin))
			continue;
		if (json_object_array_del_idx(list, i, 1) != 0)
			return out_of_memory(fault);
		*dropped = true;
	}
	return NM_OK;
}

static enum nm_error
drop_origin(struct json_object *root, const void *arg, bool *changed,
    struct nm_fault *fault)
{
	enum nm_error err;

	err = drop_from(root, HOST_SETTING_ORIGINS, arg, changed, fault);
	return err != NM_OK ? err
			    : drop_from(root, HOST_SETTING_SIGNING_ORIGINS, arg,
				  changed, fault);
}

static enum nm_error
add_origin(
    struct json_object *root, const struct kept *kept, struct nm_fault *fault)
{
	const char *member =
	    kept->signs ? HOST_SETTING_SIGNING_ORIGINS : HOST_SETTING_ORIGINS;
	struct json_object *list = host_member(root, member), *name;

	if (list == NULL) {
		list = json_object_new_array();
		if (!add_member(root, member, list))
			return out_of_memory(fault);
	}
	if (json_object_array_length(list) >= HOST_MAX_ORIGINS)
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "config.json has %u origins, and room for no more",
		    HOST_MAX_ORIGINS);
	name = json_object_new_string(kept->origin);
	if (name != NULL && json_object_array_add(list, name) == 0)
		return NM_OK;
	json_object_put(name);
	return out_of_memory(fault);
}

static enum nm_error
keep_origin(struct json_object *root, const void *arg, bool *changed,
    struct nm_fault *fault)
{
	const struct kept *kept = arg;
	enum nm_error err;

	if ((err = drop_origin(root, kept->origin, changed, fault)) != NM_OK)
		return err;
	*changed = true;
	return add_origin(root, kept, fault);
}

enum nm_error
host_settings_keep_origin(const struct host_settings *s, const char *origin,
    bool signs, struct nm_fault *fault)
{
	const struct kept kept = { origin, signs };
	bool changed;

	return change(s, keep_origin, &kept, &changed, fault);
}

enum nm_error
host_settings_drop_origin(const struct host_settings *s, const char *origin,
    bool *dropped, struct nm_fault *fault)
{
	return change(s, drop_origin, origin, dropped, fault);
}
