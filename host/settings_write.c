/* SPDX-License-Identifier: MPL-2.0 */
/* Writing the one setting that a method may change: the database. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>

#include "json.h"
#include "new_file.h"
#include "settings.h"
#include "text.h"

#define FILE_MAX 65536
#define NEW_NAME ".config.json.new"
#define PRINT	 (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

static enum nm_error
failed(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_STORAGE_FAILED,
	    "config.json cannot be written: %s", strerror(errno));
}

/* The settings as they are now, not as they were at the start: other members
 * may have been edited since. */
static enum nm_error
read_current(
    const char *path, struct json_object **root, struct nm_fault *fault)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	enum nm_error err = NM_OK;
	uint8_t piece[4096];
	ssize_t n;
	int fd;

	*root = NULL;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0) {
		if (errno != ENOENT)
			return failed(fault);
		*root = json_object_new_object();
		return *root != NULL ? NM_OK : NM_ERR_INTERNAL;
	}
	while ((n = read(fd, piece, sizeof(piece))) > 0 && text.len < FILE_MAX)
		nm_buffer_append(&text, piece, (size_t)n);
	(void)close(fd);
	nm_buffer_byte(&text, 0);
	if (n != 0 || nm_buffer_failed(&text) ||
	    host_json_parse(
		(const char *)text.data, text.len - 1, root, NULL) != NM_OK ||
	    !json_object_is_type(*root, json_type_object)) {
		json_object_put(*root);
		*root = NULL;
		err = nm_fail(fault, NM_ERR_CONFIGURATION_INVALID,
		    "config.json is not a JSON object");
	}
	nm_buffer_reset(&text);
	return err;
}

void
host_settings_make_folder(const struct host_settings *s)
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

static enum nm_error
replace(const char *path, const char *text, struct nm_fault *fault)
{
	const char *name = strrchr(path, '/') + 1;
	char *folder_path = strndup(path, (size_t)(name - path));
	enum nm_error err = NM_OK;
	int folder = -1;

	if (folder_path == NULL)
		return NM_ERR_INTERNAL;
	folder = open(folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || !host_new_file(folder, name, text, 0600))
		err = failed(fault);
	if (folder >= 0)
		(void)close(folder);
	free(folder_path);
	return err;
}

enum nm_error
host_settings_choose_database(
    const struct host_settings *s, const char *folder, struct nm_fault *fault)
{
	struct json_object *root = NULL, *value = NULL;
	enum nm_error err;
	const char *text;
	char *database = NULL;

	/* a file that is not UTF-8 could not be read any more */
	if (host_utf8_valid((const uint8_t *)folder, strlen(folder)) !=
	    strlen(folder))
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The folder's name is not UTF-8");
	if ((err = read_current(s->config_path, &root, fault)) != NM_OK)
		goto out;
	err = NM_ERR_INTERNAL;
	if (asprintf(&database, "sql:%s", folder) < 0) {
		database = NULL;
		goto out;
	}
	if ((value = json_object_new_string(database)) == NULL ||
	    json_object_object_add(root, "database", value) != 0) {
		json_object_put(value);
		goto out;
	}
	host_settings_make_folder(s);
	if ((text = json_object_to_json_string_ext(root, PRINT)) != NULL)
		err = replace(s->config_path, text, fault);
out:
	free(database);
	json_object_put(root);
	return err;
}
