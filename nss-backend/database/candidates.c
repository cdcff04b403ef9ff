/* SPDX-License-Identifier: MPL-2.0 */
#include "database/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hasht.h>
#include <nss.h>

#include "database/ini.h"

const char *
nm_database_kind_name(enum nm_database_kind kind)
{
	switch (kind) {
	case NM_DATABASE_THUNDERBIRD:
		return "thunderbird";
	case NM_DATABASE_FIREFOX:
		return "firefox";
	case NM_DATABASE_SHARED:
		return "shared";
	case NM_DATABASE_CONFIGURED:
		return "configured";
	case NM_DATABASE_OWN:
		break;
	}
	return "own";
}

enum base {
	HOME,
	CONFIG,
	DATA
}; /* what a path is relative to */

/* Where each product keeps profiles.ini, or a database itself. */
static const struct place {
	enum nm_database_kind kind;
	enum base base;
	const char *path;
	const char *label;
} places[] = {
	{ NM_DATABASE_THUNDERBIRD, HOME, ".thunderbird", "Thunderbird" },
	{ NM_DATABASE_THUNDERBIRD, CONFIG, "thunderbird", "Thunderbird" },
	{ NM_DATABASE_THUNDERBIRD, CONFIG, "mozilla/thunderbird",
	    "Thunderbird" },
	{ NM_DATABASE_THUNDERBIRD, HOME, "snap/thunderbird/common/.thunderbird",
	    "Thunderbird (snap)" },
	{ NM_DATABASE_THUNDERBIRD, HOME,
	    ".var/app/org.mozilla.Thunderbird/.thunderbird",
	    "Thunderbird (Flatpak)" },
	{ NM_DATABASE_THUNDERBIRD, HOME,
	    ".var/app/org.mozilla.thunderbird/.thunderbird",
	    "Thunderbird (Flatpak)" },
	{ NM_DATABASE_FIREFOX, HOME, ".mozilla/firefox", "Firefox" },
	{ NM_DATABASE_FIREFOX, CONFIG, "mozilla/firefox", "Firefox" },
	{ NM_DATABASE_FIREFOX, HOME, "snap/firefox/common/.mozilla/firefox",
	    "Firefox (snap)" },
	{ NM_DATABASE_FIREFOX, HOME,
	    ".var/app/org.mozilla.firefox/.mozilla/firefox",
	    "Firefox (Flatpak)" },
	{ NM_DATABASE_FIREFOX, HOME,
	    ".var/app/org.mozilla.firefox/config/mozilla/firefox",
	    "Firefox (Flatpak)" },
	{ NM_DATABASE_SHARED, HOME, ".pki/nssdb", "Shared database" },
	{ NM_DATABASE_SHARED, DATA, "pki/nssdb", "Shared database" },
	{ NM_DATABASE_SHARED, HOME, "snap/chromium/current/.pki/nssdb",
	    "Chromium (snap)" },
	{ NM_DATABASE_SHARED, HOME, ".var/app/org.chromium.Chromium/.pki/nssdb",
	    "Chromium (Flatpak)" },
	{ NM_DATABASE_SHARED, HOME, ".var/app/com.google.Chrome/.pki/nssdb",
	    "Chrome (Flatpak)" },
	{ NM_DATABASE_OWN, DATA, "nssmime", "nssmime's own database" },
};

#define CONFIGURED_LABEL "Database of the settings"

struct search {
	struct nm_candidates *out;
	char *bases[3];
};

static bool
file_exists(const char *folder, const char *name, bool *readable)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct stat st;
	bool there = false;
	char *path;

	*readable = false;
	nm_buffer_format(&b, "%s/%s", folder, name);
	if ((path = nm_buffer_take_string(&b)) == NULL)
		return false;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
		there = true;
		*readable = access(path, R_OK) == 0;
	}
	free(path);
	return there;
}

static const struct {
	const char *code;
	const char *text;
} problems[] = {
	[NM_CANDIDATE_FOLDER_UNREADABLE] = { "folder-unreadable",
	    "The folder cannot be read" },
	[NM_CANDIDATE_NO_FOLDER] = { "no-folder", "It is not a folder" },
	[NM_CANDIDATE_NO_DATABASE] = { "no-database",
	    "There is no certificate database in the folder" },
	[NM_CANDIDATE_OLD_FORM] = { "old-form",
	    "The database has the old form (cert8.db) that this version of "
	    "NSS does not read" },
	[NM_CANDIDATE_UNREADABLE] = { "unreadable",
	    "The database cannot be read" },
	[NM_CANDIDATE_PASSWORD_FORMAT] = { "password-format",
	    "The password of its keys was set by NSS " NM_NSS_PASSWORDS
	    " or newer, and there is only an older one here" },
};

const char *
nm_candidate_problem_text(enum nm_candidate_problem problem)
{
	return problems[problem].text;
}

const char *
nm_candidate_problem_code(enum nm_candidate_problem problem)
{
	return problems[problem].code;
}

static enum nm_candidate_problem
find_problem(const char *folder, bool *exists)
{
	struct stat st;
	bool readable, key_readable;

	*exists = false;
	if (stat(folder, &st) != 0) {
		return errno == ENOENT || errno == ENOTDIR
		    ? NM_CANDIDATE_USABLE
		    : NM_CANDIDATE_FOLDER_UNREADABLE;
	}
	if (!S_ISDIR(st.st_mode))
		return NM_CANDIDATE_NO_FOLDER;
	if (access(folder, R_OK | X_OK) != 0)
		return NM_CANDIDATE_FOLDER_UNREADABLE;
	*exists = file_exists(folder, "cert9.db", &readable);
	if (!*exists) {
		return file_exists(folder, "cert8.db", &readable)
		    ? NM_CANDIDATE_OLD_FORM
		    : NM_CANDIDATE_USABLE;
	}
	if (!readable ||
	    (file_exists(folder, "key4.db", &key_readable) && !key_readable))
		return NM_CANDIDATE_UNREADABLE;
	return NM_CANDIDATE_USABLE;
}

static char *
make_label(const char *label, const char *profile)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	if (profile != NULL)
		nm_buffer_format(&b, "%s, profile %s", label, profile);
	else
		nm_buffer_string(&b, label);
	return nm_buffer_take_string(&b);
}

/* The settings name a folder: whose it is, the place where it is found says.
 * A folder that two places name keeps the first one's label. In our own a
 * database is made. */
static bool
name_configured(struct nm_candidate *known, enum nm_database_kind kind,
    const char *label, const char *profile)
{
	char *better;

	if (kind == NM_DATABASE_OWN &&
	    known->problem == NM_CANDIDATE_NO_DATABASE)
		known->problem = NM_CANDIDATE_USABLE;
	if (known->kind != NM_DATABASE_CONFIGURED ||
	    strcmp(known->label, CONFIGURED_LABEL) != 0)
		return true;
	if ((better = make_label(label, profile)) == NULL)
		return false;
	free(known->label);
	known->label = better;
	return true;
}

/* `must_exist`: a folder that is not there is not listed. */
static bool
add(struct search *s, enum nm_database_kind kind, const char *folder,
    const char *label, const char *profile, bool is_default, bool must_exist)
{
	struct nm_candidate c = { .kind = kind, .is_default = is_default };
	struct nm_candidate *items;

	if ((c.path = realpath(folder, NULL)) == NULL) {
		if (must_exist)
			return true;
		if ((c.path = strdup(folder)) == NULL)
			return false;
	}
	for (size_t i = 0; i < s->out->count; i++) {
		if (strcmp(s->out->items[i].path, c.path) == 0) {
			free(c.path);
			return name_configured(
			    &s->out->items[i], kind, label, profile);
		}
	}
	c.problem = find_problem(c.path, &c.exists);
	if (kind == NM_DATABASE_CONFIGURED && !c.exists &&
	    c.problem == NM_CANDIDATE_USABLE)
		c.problem = NM_CANDIDATE_NO_DATABASE;
	c.label = make_label(label, profile);
	items = realloc(s->out->items, (s->out->count + 1) * sizeof(*items));
	if (items != NULL)
		s->out->items = items;
	if (items == NULL || c.label == NULL) {
		free(c.path);
		free(c.label);
		return false;
	}
	s->out->items[s->out->count++] = c;
	return true;
}

/* The product's default profiles first: one that starts by itself is more
 * likely the user's than one beside it. */
static bool
add_profiles(struct search *s, const struct place *place, const char *root,
    bool defaults)
{
	struct nm_profiles profiles;
	bool ok = true;

	if (!nm_profiles_read(root, &profiles))
		return false;
	for (size_t i = 0; i < profiles.count && ok; i++) {
		if (profiles.items[i].is_default == defaults) {
			ok = add(s, place->kind, profiles.items[i].path,
			    place->label, profiles.items[i].name, defaults,
			    true);
		}
	}
	nm_profiles_clear(&profiles);
	return ok;
}

static char *
place_path(const struct search *s, const struct place *place)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	nm_buffer_format(&b, "%s/%s", s->bases[place->base], place->path);
	return nm_buffer_take_string(&b);
}

static bool
add_kind(struct search *s, enum nm_database_kind kind)
{
	bool profiles =
	    kind == NM_DATABASE_THUNDERBIRD || kind == NM_DATABASE_FIREFOX;
	bool ok = true;
	char *path;

	for (int pass = 0; pass < (profiles ? 2 : 1); pass++) {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]);
		     i++) {
			if (places[i].kind != kind)
				continue;
			if ((path = place_path(s, &places[i])) == NULL)
				return false;
			if (profiles) {
				ok = add_profiles(
				    s, &places[i], path, pass == 0);
			} else {
				ok = add(s, kind, path, places[i].label, NULL,
				    false, kind != NM_DATABASE_OWN);
			}
			free(path);
			if (!ok)
				return false;
		}
	}
	return true;
}

static char *
base_folder(const char *variable, const char *home, const char *otherwise)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	const char *value = getenv(variable);

	/* XDG Base Directory Specification: a relative one is ignored */
	if (value != NULL && value[0] == '/')
		nm_buffer_string(&b, value);
	else
		nm_buffer_format(&b, "%s/%s", home, otherwise);
	return nm_buffer_take_string(&b);
}

enum nm_error
nm_candidates_find(enum nm_database_kind caller, const char *configured,
    struct nm_candidates *out, struct nm_fault *fault)
{
	static const enum nm_database_kind order[] = { NM_DATABASE_THUNDERBIRD,
		NM_DATABASE_FIREFOX, NM_DATABASE_SHARED, NM_DATABASE_OWN };
	struct search s = { out, { NULL, NULL, NULL } };
	const char *home = getenv("HOME");
	enum nm_error error = NM_ERR_INTERNAL;
	char *folder;

	*out = (struct nm_candidates){ NULL, 0 };
	if (home == NULL || home[0] != '/') {
		return nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "The environment names no home folder");
	}
	s.bases[HOME] = strdup(home);
	s.bases[CONFIG] = base_folder("XDG_CONFIG_HOME", home, ".config");
	s.bases[DATA] = base_folder("XDG_DATA_HOME", home, ".local/share");
	if (s.bases[HOME] == NULL || s.bases[CONFIG] == NULL ||
	    s.bases[DATA] == NULL)
		goto out;
	if (configured != NULL) {
		if ((folder = nm_folder_parse(configured)) == NULL) {
			error = nm_fail(fault, NM_ERR_CONFIGURATION_INVALID,
			    "The setting \"database\" is not sql: and an "
			    "absolute folder");
			goto out;
		}
		if (!add(&s, NM_DATABASE_CONFIGURED, folder, CONFIGURED_LABEL,
			NULL, false, false)) {
			free(folder);
			goto out;
		}
		free(folder);
	}
	if ((caller == NM_DATABASE_THUNDERBIRD ||
		caller == NM_DATABASE_FIREFOX ||
		caller == NM_DATABASE_SHARED) &&
	    !add_kind(&s, caller))
		goto out;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (!add_kind(&s, order[i]))
			goto out;
	}
	error = NM_OK;
out:
	for (size_t i = 0; i < 3; i++)
		free(s.bases[i]);
	if (error != NM_OK) {
		nm_candidates_clear(out);
		return nm_fail(
		    fault, error, "The certificate databases cannot be listed");
	}
	return NM_OK;
}

/* NSS does the digest: an instance without any database lends it when the
 * user's is not open. */
enum nm_error
nm_candidates_identify(struct nm_candidates *c, struct nm_fault *fault)
{
	NSSInitContext *context = NULL;
	uint8_t hash[SHA256_LENGTH];
	struct nm_buffer b = NM_BUFFER_INIT;
	bool ok = true;

	if (!NSS_IsInitialized()) {
		context = NSS_InitContext("", "", "", "", NULL,
		    NSS_INIT_READONLY | NSS_INIT_NOCERTDB | NSS_INIT_NOMODDB |
			NSS_INIT_FORCEOPEN | NSS_INIT_NOROOTINIT);
		ok = context != NULL;
	}
	for (size_t i = 0; i < c->count && ok; i++) {
		if (PK11_HashBuf(SEC_OID_SHA256, hash,
			(const unsigned char *)c->items[i].path,
			(PRInt32)strlen(c->items[i].path)) != SECSuccess) {
			ok = false;
			break;
		}
		for (size_t j = 0; j < 8; j++)
			nm_buffer_format(&b, "%02x", hash[j]);
		c->items[i].id = nm_buffer_take_string(&b);
		ok = c->items[i].id != NULL;
	}
	if (context != NULL)
		NSS_ShutdownContext(context);
	return ok ? NM_OK
		  : nm_fail(fault, NM_ERR_INTERNAL,
			"The certificate databases cannot be told apart");
}

void
nm_candidates_clear(struct nm_candidates *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->items[i].id);
		free(c->items[i].label);
		free(c->items[i].path);
	}
	free(c->items);
	*c = (struct nm_candidates){ NULL, 0 };
}
