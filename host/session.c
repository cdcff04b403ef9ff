/* SPDX-License-Identifier: MPL-2.0 */
#include "session.h"

#include <stdlib.h>
#include <string.h>

static bool
has_key(const struct nm_candidate *c)
{
	struct nm_peek peek = { false, false };

	return c->exists && c->problem == NM_CANDIDATE_USABLE &&
	    nm_database_peek(c->path, &peek, NULL) == NM_OK && peek.has_key;
}

/* The caller's own: its default profile, or the first shared folder. */
static const struct nm_candidate *
own_of(const struct nm_candidates *all, enum nm_database_kind kind)
{
	const struct nm_candidate *first = NULL;

	for (size_t i = 0; i < all->count; i++) {
		const struct nm_candidate *c = &all->items[i];

		if (c->kind != kind || !c->exists ||
		    c->problem != NM_CANDIDATE_USABLE)
			continue;
		if (c->is_default)
			return c;
		if (first == NULL)
			first = c;
	}
	return first;
}

/* The default of the contract: the caller's own if it has a key, else the
 * first that has, else the caller's own, else a new one of ours. */
static const struct nm_candidate *
choose(const struct nm_candidates *all, enum nm_database_kind kind)
{
	const struct nm_candidate *own = own_of(all, kind);

	if (own != NULL && has_key(own))
		return own;
	for (size_t i = 0; i < all->count; i++) {
		if (has_key(&all->items[i]))
			return &all->items[i];
	}
	if (own != NULL)
		return own;
	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].kind == NM_DATABASE_OWN)
			return &all->items[i];
	}
	return NULL;
}

static const char *
folder_of(const char *setting)
{
	return strncmp(setting, "sql:", 4) == 0 ? setting + 4 : setting;
}

static enum nm_error
choose_default(const struct nm_candidates *all, enum nm_database_kind kind,
    struct host_choice *out, struct nm_fault *fault)
{
	const struct nm_candidate *chosen = choose(all, kind);

	if (chosen == NULL)
		return nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
		    "No certificate database was found");
	out->kind = chosen->kind;
	out->create = chosen->kind == NM_DATABASE_OWN;
	out->folder = strdup(chosen->path);
	return out->folder != NULL ? NM_OK : NM_ERR_INTERNAL;
}

/* A folder that the settings name must have a database in it, unless it is our
 * own: a mistyped path is not to become an empty one. */
static enum nm_error
choose_configured(const struct nm_candidates *all, const char *setting,
    struct host_choice *out)
{
	const char *folder = folder_of(setting);

	out->kind = NM_DATABASE_CONFIGURED;
	for (size_t i = 0; i < all->count; i++) {
		if (all->items[i].kind == NM_DATABASE_OWN &&
		    strcmp(all->items[i].path, folder) == 0)
			out->kind = NM_DATABASE_OWN;
	}
	out->create = out->kind == NM_DATABASE_OWN;
	out->folder = strdup(folder);
	return out->folder != NULL ? NM_OK : NM_ERR_INTERNAL;
}

enum nm_error
host_session_choose(const struct host_caller *caller,
    const struct host_settings *settings, struct host_choice *out,
    struct nm_fault *fault)
{
	struct nm_candidates all = { NULL, 0 };
	enum nm_error err;

	*out = (struct host_choice){ .folder = NULL };
	err = nm_candidates_find(caller->kind, NULL, &all, fault);
	if (err != NM_OK)
		return err;
	if (settings->database != NULL)
		err = choose_configured(&all, settings->database, out);
	else
		err = choose_default(&all, caller->kind, out, fault);
	nm_candidates_clear(&all);
	return err;
}

/* Whose setting it is that does not work is part of what is wrong. */
static enum nm_error
open_chosen(struct host_session *s, const struct host_choice *choice,
    const struct host_settings *settings, struct nm_fault *fault)
{
	struct nm_fault why = { .code = NM_OK };
	enum nm_error err;

	err = nm_database_open(
	    choice->folder, choice->kind, choice->create, &s->database, &why);
	if (err == NM_OK)
		return NM_OK;
	if (settings->database == NULL || why.code == NM_OK)
		return nm_fail(fault, err, "%s", why.text);
	return nm_fail(fault, err, "%s (\"database\" of %s)", why.text,
	    settings->admin_database ? HOST_POLICY_NAME : HOST_CONFIG_NAME);
}

enum nm_error
host_session_open(struct host_session *s, const struct host_caller *caller,
    const struct host_settings *settings, enum host_log_level log,
    struct nm_fault *fault)
{
	struct host_choice choice;
	enum nm_error err;

	if (s->database == NULL) {
		err = host_session_choose(caller, settings, &choice, fault);
		if (err == NM_OK)
			err = open_chosen(s, &choice, settings, fault);
		free(choice.folder);
		if (err != NM_OK) {
			host_log(log, HOST_LOG_ERROR,
			    "the database cannot be opened: %s",
			    fault != NULL && fault->code != NM_OK
				? fault->text
				: nm_error_text(err));
			return err;
		}
		host_log(log, HOST_LOG_INFO, "database: %s",
		    nm_database_folder(s->database));
	}
	if (s->index == NULL)
		return nm_index_new(s->database, &s->index, fault);
	return NM_OK;
}

void
host_session_close(struct host_session *s)
{
	nm_index_free(&s->index);
	nm_database_close(&s->database);
}
