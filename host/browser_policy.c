/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Chromium's family reads every file of a folder, of which the last in the
 * order of the names wins. Mozilla's read one file, the system's before the
 * one beside the program.
 */
#include "browser_policy.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "caller.h"
#include "json.h"
#include "manifest_text.h"
#include "schema.h"
#include "text_file.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define NAMES	 5

static const struct place {
	const char *option;
	const char *extension;
	/* folders of Chromium's family, files of Mozilla's */
	const char *paths[NAMES];
} places[] = {
	{ "--chrome", HOST_CHROMIUM_ID,
	    { "/etc/opt/chrome/policies/managed" } },
	{ "--chromium", HOST_CHROMIUM_ID,
	    { "/etc/chromium/policies/managed" } },
	{ "--edge", HOST_CHROMIUM_ID, { "/etc/opt/edge/policies/managed" } },
	{ "--brave", HOST_CHROMIUM_ID, { "/etc/brave/policies/managed" } },
	{ "--firefox", HOST_FIREFOX_ID,
	    { "/etc/firefox/policies/policies.json",
		"/usr/lib/firefox-esr/distribution/policies.json",
		"/usr/lib/firefox/distribution/policies.json",
		"/usr/lib64/firefox/distribution/policies.json",
		"/opt/firefox/distribution/policies.json" } },
	{ "--thunderbird", HOST_THUNDERBIRD_ID,
	    { "/etc/thunderbird/policies/policies.json",
		"/usr/lib/thunderbird/distribution/policies.json",
		"/usr/lib64/thunderbird/distribution/policies.json",
		"/opt/thunderbird/distribution/policies.json" } },
};

enum member {
	USER_HOSTS,
	HOST_BLOCKED,
	HOST_ALLOWED,
	EXTENSION_BLOCKED,
	EXTENSION_ALLOWED,
	EXTENSION_FORCED,
	EXTENSION_SETTINGS,
	MEMBERS
};

static const char *const names[MEMBERS] = {
	[USER_HOSTS] = "NativeMessagingUserLevelHosts",
	[HOST_BLOCKED] = "NativeMessagingBlocklist",
	[HOST_ALLOWED] = "NativeMessagingAllowlist",
	[EXTENSION_BLOCKED] = "ExtensionInstallBlocklist",
	[EXTENSION_ALLOWED] = "ExtensionInstallAllowlist",
	[EXTENSION_FORCED] = "ExtensionInstallForcelist",
	[EXTENSION_SETTINGS] = "ExtensionSettings",
};

/* What counts of each, and the file that it comes from. */
struct policies {
	struct json_object *values[MEMBERS];
	char *files[MEMBERS];
	bool failed;
};

static void
policies_clear(struct policies *p)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		json_object_put(p->values[i]);
		free(p->files[i]);
	}
}

/* Takes what is of interest; false: it is no file of policies. */
static bool
take_file(struct policies *p, const char *path, const char *inside)
{
	struct json_object *root = NULL, *object;
	size_t len;
	char *text = host_text_file(path, FILE_MAX, &len);
	bool good;

	good = text != NULL &&
	    host_json_parse(text, len, &root, NULL) == NM_OK &&
	    json_object_is_type(root, json_type_object);
	object = good && inside != NULL ? host_member(root, inside) : root;
	good = good && json_object_is_type(object, json_type_object);
	for (size_t i = 0; good && i < MEMBERS; i++) {
		struct json_object *value = host_member(object, names[i]);

		if (value == NULL)
			continue;
		json_object_put(p->values[i]);
		free(p->files[i]);
		p->values[i] = json_object_get(value);
		if ((p->files[i] = strdup(path)) == NULL)
			p->failed = true;
	}
	json_object_put(root);
	free(text);
	return good;
}

static int
is_json(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end != NULL && strcmp(end, ".json") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
take_folder(struct policies *p, const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_json, by_name);
	char *path;

	for (int i = 0; i < count; i++) {
		if (asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0) {
			p->failed = true;
		} else {
			(void)take_file(p, path, NULL);
			free(path);
		}
		free(entries[i]);
	}
	free(entries);
}

/* ---- what they come to --------------------------------------------------- */

/* By ExtensionSettings: "allowed", "blocked", ...; NULL: it says nothing. */
static const char *
mode_of(const struct policies *p, const char *extension)
{
	return host_string(
	    host_member(p->values[EXTENSION_SETTINGS], extension),
	    "installation_mode");
}

/* Its entries may have an address behind the id: "id;https://..." */
static bool
is_forced(struct json_object *list, const char *extension)
{
	size_t len = strlen(extension);

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *one =
		    json_object_get_string(json_object_array_get_idx(list, i));

		if (one != NULL && strncmp(one, extension, len) == 0 &&
		    (one[len] == '\0' || one[len] == ';'))
			return true;
	}
	return false;
}

static const char *
extension_file(const struct policies *p, const char *extension)
{
	const char *own = mode_of(p, extension), *all = mode_of(p, "*");

	if (own != NULL)
		return strcmp(own, "blocked") == 0
		    ? p->files[EXTENSION_SETTINGS]
		    : NULL;
	if (host_list_has(p->values[EXTENSION_ALLOWED], extension) ||
	    is_forced(p->values[EXTENSION_FORCED], extension))
		return NULL;
	if (all != NULL && strcmp(all, "blocked") == 0)
		return p->files[EXTENSION_SETTINGS];
	if (host_list_has(p->values[EXTENSION_BLOCKED], "*") ||
	    host_list_has(p->values[EXTENSION_BLOCKED], extension))
		return p->files[EXTENSION_BLOCKED];
	return NULL;
}

static const char *
host_file(const struct policies *p, const char *host)
{
	return !host_list_has(p->values[HOST_ALLOWED], host) &&
		(host_list_has(p->values[HOST_BLOCKED], "*") ||
		    host_list_has(p->values[HOST_BLOCKED], host))
	    ? p->files[HOST_BLOCKED]
	    : NULL;
}

static const char *
user_hosts_file(const struct policies *p)
{
	return json_object_is_type(p->values[USER_HOSTS], json_type_boolean) &&
		!json_object_get_boolean(p->values[USER_HOSTS])
	    ? p->files[USER_HOSTS]
	    : NULL;
}

/* False: memory. */
static bool
copy(char **to, const char *from)
{
	if (from != NULL)
		*to = strdup(from);
	return from == NULL || *to != NULL;
}

bool
host_browser_policy_find(const struct host_browser *browser, bool owa,
    struct host_browser_policy *out)
{
	struct policies p = { .failed = false };
	const struct place *place = places;
	const char *extension;
	bool good;

	*out = (struct host_browser_policy){ .no_host = NULL };
	while (strcmp(place->option, browser->option) != 0) {
		/* where Vivaldi's and LibreWolf's are is not known */
		if (++place == places + sizeof(places) / sizeof(places[0]))
			return true;
	}
	for (size_t i = 0; i < NAMES && place->paths[i] != NULL; i++) {
		if (browser->family == HOST_FAMILY_CHROMIUM)
			take_folder(&p, place->paths[i]);
		else if (take_file(&p, place->paths[i], "policies"))
			break;
	}
	extension = extension_file(&p, owa ? HOST_OWA_ID : place->extension);
	/* one of Microsoft's two is enough */
	if (owa && extension != NULL)
		extension = extension_file(&p, HOST_OWA_EDGE_ID);
	good = !p.failed && copy(&out->no_extension, extension) &&
	    (browser->family != HOST_FAMILY_CHROMIUM ||
		(copy(&out->no_host,
		     host_file(
			 &p, owa ? HOST_MANIFEST_OWA : HOST_MANIFEST_NAME)) &&
		    copy(&out->no_user_hosts, user_hosts_file(&p))));
	policies_clear(&p);
	return good;
}

void
host_browser_policy_clear(struct host_browser_policy *p)
{
	free(p->no_user_hosts);
	free(p->no_host);
	free(p->no_extension);
	*p = (struct host_browser_policy){ .no_host = NULL };
}
