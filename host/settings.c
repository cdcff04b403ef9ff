/* SPDX-License-Identifier: MPL-2.0 */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include <nssmime/buffer.h>
#include <nssmime/limits.h>

#include "json.h"
#include "bounds.h"
#include "origin.h"
#include "schema.h"

#define FILE_MAX    65536
#define LIST_MAX    1000
#define MINUTES_MAX 10080 /* a week */
#define USER_FILE   "config.json"
#define ADMIN_FILE  "policy.json"
#define POLICY_PATH NSSMIME_SYSCONFDIR "/nssmime/" ADMIN_FILE

/* Reading a file, one member after the other. */
struct reading {
	struct host_settings *out;
	const char *file; /* its name, for what is said about it */
	bool admin;
	struct nm_fault *fault;
};

static enum nm_error
wrong(const struct reading *r, const char *member, const char *wanted)
{
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "In %s the member \"%.64s\" must be %s", r->file, member, wanted);
}

static enum nm_error
out_of_memory(const struct reading *r)
{
	return nm_fail(r->fault, NM_ERR_INTERNAL, "Out of memory");
}

/* A string without NUL inside; NULL: it is none. */
static const char *
plain(struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	return strlen(text) == (size_t)json_object_get_string_len(value) ? text
									 : NULL;
}

static enum nm_error
set_string(const struct reading *r, char **to, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return out_of_memory(r);
	free(*to);
	*to = copy;
	return NM_OK;
}

static enum nm_error
read_database(const struct reading *r, struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL || strncmp(text, "sql:/", 5) != 0)
		return wrong(r, "database", "\"sql:\" and an absolute path");
	return set_string(r, &r->out->database, text);
}

static enum nm_error
read_pinentry(const struct reading *r, struct json_object *value)
{
	const char *text = plain(value);

	/* an absolute path, or a name to be found by PATH */
	if (text == NULL || *text == '\0' ||
	    (*text != '/' && strchr(text, '/') != NULL))
		return wrong(r, "pinentry", "a program");
	return set_string(r, &r->out->pinentry, text);
}

static enum nm_error
read_lock_minutes(const struct reading *r, struct json_object *value)
{
	int64_t n = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || n < 0 ||
	    n > MINUTES_MAX)
		return wrong(r, "lockMinutes", "a number from 0 to 10080");
	r->out->lock_minutes = (unsigned)n;
	return NM_OK;
}

static enum nm_error
read_log(const struct reading *r, struct json_object *value)
{
	const char *text = plain(value);

	if (text == NULL ||
	    (strcmp(text, "error") != 0 && strcmp(text, "warning") != 0 &&
		strcmp(text, "info") != 0 && strcmp(text, "debug") != 0))
		return wrong(r, "log",
		    "one of \"error\", \"warning\", \"info\" and \"debug\"");
	return set_string(r, &r->out->log_level, text);
}

static enum nm_error
read_max_decompressed(const struct reading *r, struct json_object *value)
{
	int64_t n = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || n < 1 ||
	    n > HOST_MAX_INTEGER)
		return wrong(r, "maxDecompressed", "a number of bytes");
	r->out->max_decompressed = (unsigned long long)n;
	return NM_OK;
}

static enum nm_error
read_choice(const struct reading *r, struct json_object *value,
    const char *member, const char *no, const char *yes, bool *to)
{
	const char *text = plain(value);
	char wanted[64];

	if (text != NULL && strcmp(text, no) == 0) {
		*to = false;
	} else if (text != NULL && strcmp(text, yes) == 0) {
		*to = true;
	} else {
		(void)snprintf(
		    wanted, sizeof(wanted), "\"%s\" or \"%s\"", no, yes);
		return wrong(r, member, wanted);
	}
	return NM_OK;
}

static enum nm_error
read_signature_scheme(const struct reading *r, struct json_object *value)
{
	return read_choice(
	    r, value, "signatureScheme", "pkcs1", "pss", &r->out->pss);
}

static enum nm_error
read_key_management(const struct reading *r, struct json_object *value)
{
	return read_choice(
	    r, value, "keyManagement", "rsa-pkcs1", "rsa-oaep", &r->out->oaep);
}

/* Takes `text` over. */
static enum nm_error
push(const struct reading *r, char ***list, size_t *count, char *text)
{
	char **grown;

	grown = realloc(*list, (*count + 1) * sizeof(**list));
	if (grown == NULL) {
		free(text);
		return out_of_memory(r);
	}
	grown[(*count)++] = text;
	*list = grown;
	return NM_OK;
}

static enum nm_error
read_origins(const struct reading *r, struct json_object *value)
{
	enum nm_error err = NM_OK;
	const char *text;
	char *origin;
	size_t i, n;

	if (!json_object_is_type(value, json_type_array) ||
	    (n = json_object_array_length(value)) > LIST_MAX)
		return wrong(r, "origins", "an array of origins");
	for (i = 0; err == NM_OK && i < n; i++) {
		text = plain(json_object_array_get_idx(value, i));
		origin = text != NULL ? host_origin_canonical(text) : NULL;
		if (origin == NULL)
			return wrong(r, "origins", "an array of origins");
		err = push(r, &r->out->origins, &r->out->origin_count, origin);
	}
	return err;
}

static enum nm_error
read_callers(const struct reading *r, struct json_object *value)
{
	enum nm_error err = NM_OK;
	const char *text;
	char *caller;
	size_t i, n;

	if (!json_object_is_type(value, json_type_array) ||
	    (n = json_object_array_length(value)) > LIST_MAX)
		return wrong(r, "callers", "an array of extension ids");
	for (i = 0; err == NM_OK && i < n; i++) {
		text = plain(json_object_array_get_idx(value, i));
		if (text == NULL || *text == '\0')
			return wrong(r, "callers", "an array of extension ids");
		if ((caller = strdup(text)) == NULL)
			return out_of_memory(r);
		err = push(r, &r->out->callers, &r->out->caller_count, caller);
	}
	return err;
}

static const struct {
	const char *name;
	enum nm_error (*read)(const struct reading *, struct json_object *);
	bool admin_only;
} members[] = {
	{ "database", read_database, false },
	{ "pinentry", read_pinentry, false },
	{ "lockMinutes", read_lock_minutes, false },
	{ "log", read_log, false },
	{ "origins", read_origins, false },
	{ "maxDecompressed", read_max_decompressed, false },
	{ "signatureScheme", read_signature_scheme, false },
	{ "keyManagement", read_key_management, false },
	{ "callers", read_callers, true },
};

static enum nm_error
read_member(
    const struct reading *r, const char *name, struct json_object *value)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i].name, name) == 0 &&
		    (r->admin || !members[i].admin_only))
			return members[i].read(r, value);
	}
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "%s has an unknown member \"%.64s\"", r->file, name);
}

/* ---- files ---------------------------------------------------------- */

/* *text stays NULL where there is no such file. */
static enum nm_error
read_file(const struct reading *r, int fd, char **text, size_t *len)
{
	ssize_t n;

	if ((*text = malloc(FILE_MAX + 1)) == NULL)
		return out_of_memory(r);
	for (*len = 0; *len <= FILE_MAX; *len += (size_t)n) {
		n = read(fd, *text + *len, FILE_MAX + 1 - *len);
		if (n < 0)
			return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
			    "%s cannot be read: %s", r->file, strerror(errno));
		if (n == 0) {
			(*text)[*len] = '\0';
			return NM_OK;
		}
	}
	return nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
	    "%s is larger than %d bytes", r->file, FILE_MAX);
}

static enum nm_error
parse_file(const struct reading *r, int fd, struct json_object **root)
{
	struct nm_fault why = { .code = NM_OK };
	enum nm_error err;
	char *text = NULL;
	size_t len = 0;

	if ((err = read_file(r, fd, &text, &len)) == NM_OK &&
	    (host_json_parse(text, len, root, &why) != NM_OK ||
		!json_object_is_type(*root, json_type_object)))
		err = nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		    "%s is not a JSON object", r->file);
	free(text);
	return err;
}

static enum nm_error
take_file(const struct reading *r, int fd)
{
	struct json_object_iterator at, end;
	struct json_object *root = NULL;
	enum nm_error err;

	if ((err = parse_file(r, fd, &root)) == NM_OK) {
		at = json_object_iter_begin(root);
		end = json_object_iter_end(root);
		for (; err == NM_OK && !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at))
			err = read_member(r, json_object_iter_peek_name(&at),
			    json_object_iter_peek_value(&at));
	}
	json_object_put(root);
	return err;
}

/* Only what root has written counts, in a folder of root's. */
static bool
is_trusted(int fd)
{
	struct stat st, folder;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == 0 &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0 &&
	    stat(NSSMIME_SYSCONFDIR "/nssmime", &folder) == 0 &&
	    folder.st_uid == 0 && (folder.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static enum nm_error
load(const struct reading *r, const char *path)
{
	enum nm_error err = NM_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR
		    ? NM_OK
		    : nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
			  "%s cannot be read: %s", r->file, strerror(errno));
	if (!r->admin || is_trusted(fd))
		err = take_file(r, fd);
	(void)close(fd);
	return err;
}

static char *
user_path(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home;
	const struct passwd *user;
	char *path = NULL;

	/* a relative one is to be ignored (XDG base directories) */
	if (config != NULL && config[0] == '/')
		return asprintf(&path, "%s/nssmime/" USER_FILE, config) < 0
		    ? NULL
		    : path;
	home = getenv("HOME");
	if (home == NULL || home[0] != '/') {
		user = getpwuid(geteuid());
		home = user != NULL ? user->pw_dir : "/";
	}
	return asprintf(&path, "%s/.config/nssmime/" USER_FILE, home) < 0
	    ? NULL
	    : path;
}

enum nm_error
host_settings_load(struct host_settings *out, struct nm_fault *fault)
{
	struct reading user = { out, USER_FILE, false, fault },
		       admin = { out, ADMIN_FILE, true, fault };
	enum nm_error err, err2;

	*out = (struct host_settings){
		.lock_minutes = 15,
		.max_decompressed = NM_MAX_DECOMPRESSED,
	};
	if ((out->config_path = user_path()) == NULL)
		return out_of_memory(&user);
	/* the administrator's comes second: it wins. It is read also where the
	 * user's is wrong, since it says who may call */
	err = load(&user, out->config_path);
	err2 = load(&admin, POLICY_PATH);
	return err != NM_OK ? err : err2;
}

void
host_settings_clear(struct host_settings *s)
{
	free(s->database);
	free(s->pinentry);
	free(s->log_level);
	for (size_t i = 0; i < s->origin_count; i++)
		free(s->origins[i]);
	free(s->origins);
	for (size_t i = 0; i < s->caller_count; i++)
		free(s->callers[i]);
	free(s->callers);
	free(s->config_path);
	*s = (struct host_settings){ .database = NULL };
}
