/* SPDX-License-Identifier: MPL-2.0 */
#include "settings.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nssmime/limits.h>

#include "json.h"
#include "settings_member.h"
#include "text_file.h"

static enum nm_error
unreadable(const struct host_settings_reading *r)
{
	if (errno == ENOMEM)
		return host_settings_out_of_memory(r);
	return errno == EFBIG
	    ? nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		  "%s is larger than %u bytes", r->file, HOST_SETTINGS_SIZE)
	    : nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		  "%s cannot be read: %s", r->file, strerror(errno));
}

static enum nm_error
parse_file(
    const struct host_settings_reading *r, int fd, struct json_object **root)
{
	enum nm_error err = NM_OK;
	size_t len;
	char *text = host_text_of(fd, HOST_SETTINGS_SIZE, &len);

	if (text == NULL)
		return unreadable(r);
	if (host_json_parse(text, len, root, NULL) != NM_OK ||
	    !json_object_is_type(*root, json_type_object))
		err = nm_fail(r->fault, NM_ERR_CONFIGURATION_INVALID,
		    "%s is not a JSON object", r->file);
	free(text);
	return err;
}

static enum nm_error
take_file(const struct host_settings_reading *r, int fd)
{
	struct json_object_iterator at, end;
	struct json_object *root = NULL;
	enum nm_error err;

	if ((err = parse_file(r, fd, &root)) == NM_OK) {
		at = json_object_iter_begin(root);
		end = json_object_iter_end(root);
		for (; err == NM_OK && !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at))
			err = host_settings_member(r,
			    json_object_iter_peek_name(&at),
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
	    stat(HOST_POLICY_FOLDER, &folder) == 0 && folder.st_uid == 0 &&
	    (folder.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static enum nm_error
load(const struct host_settings_reading *r, const char *path)
{
	enum nm_error err = NM_OK;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? NM_OK
							   : unreadable(r);
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
		return asprintf(&path, "%s/nssmime/" HOST_CONFIG_NAME, config) <
			0
		    ? NULL
		    : path;
	home = getenv("HOME");
	if (home == NULL || home[0] != '/') {
		user = getpwuid(geteuid());
		home = user != NULL ? user->pw_dir : "/";
	}
	return asprintf(&path, "%s/.config/nssmime/" HOST_CONFIG_NAME, home) < 0
	    ? NULL
	    : path;
}

void
host_settings_load_both(
    struct host_settings *out, struct nm_fault *user, struct nm_fault *admin)
{
	struct host_settings_reading users = {
		.out = out, .file = HOST_CONFIG_NAME, .fault = user
	};
	struct host_settings_reading admins = { .out = out,
		.file = HOST_POLICY_NAME,
		.admin = true,
		.fault = admin };

	*user = *admin = (struct nm_fault){ .code = NM_OK };
	*out = (struct host_settings){
		.lock_minutes = 15,
		.max_decompressed = NM_MAX_DECOMPRESSED,
		.user_origins = true,
	};
	host_owa_policy_init(&out->owa.policy);
	if ((out->config_path = user_path()) == NULL) {
		(void)host_settings_out_of_memory(&users);
		return;
	}
	/* the administrator's comes second: it wins. It is read also where the
	 * user's is wrong, since it says who may call */
	(void)load(&users, out->config_path);
	(void)load(&admins, HOST_POLICY_PATH);
}

enum nm_error
host_settings_load(struct host_settings *out, struct nm_fault *fault)
{
	struct nm_fault user, admin;

	host_settings_load_both(out, &user, &admin);
	if (user.code == NM_OK)
		user = admin;
	return user.code == NM_OK ? NM_OK
				  : nm_fail(fault, user.code, "%s", user.text);
}

bool
host_settings_policy_ignored(void)
{
	int fd = open(HOST_POLICY_PATH, O_PATH | O_CLOEXEC);
	bool ignored = fd >= 0 && !is_trusted(fd);

	if (fd >= 0)
		(void)close(fd);
	return ignored;
}

static void
free_list(char **list, size_t count)
{
	while (count > 0)
		free(list[--count]);
	free(list);
}

void
host_settings_clear(struct host_settings *s)
{
	free(s->database);
	free(s->pinentry);
	free(s->log_level);
	host_origins_clear(&s->origins);
	host_origins_clear(&s->admin_origins);
	free_list(s->callers, s->caller_count);
	free_list(s->fetch_networks, s->fetch_network_count);
	free(s->fetch_proxy);
	free(s->timestamp_authority);
	host_owa_policy_clear(&s->owa.policy);
	free_list(s->owa.domains, s->owa.domain_count);
	free(s->config_path);
	*s = (struct host_settings){ .database = NULL };
}
