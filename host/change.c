/* SPDX-License-Identifier: MPL-2.0 */
#include "change.h"

#include <stdlib.h>
#include <string.h>

#include "origin.h"
#include "window.h"

/* ---- the database ------------------------------------------------------ */

/* The user, unlike the client, is told the folder. */
static enum nm_error
ask_to_use(const struct host_helper *h, const struct nm_candidate *c)
{
	struct host_window w = { .what = "Use this certificate database from "
					 "now on?",
		.by = h->caller->name };
	struct nm_buffer text = NM_BUFFER_INIT;
	enum nm_error err = NM_ERR_INTERNAL;
	char *detail;

	nm_buffer_format(&text, "%s, in %s", c->label, c->path);
	detail = nm_buffer_take_string(&text);
	w.detail = detail;
	if (detail != NULL)
		err = host_window_confirm(
		    h->settings->pinentry, HOST_ASK_CONFIRM, &w);
	free(detail);
	return err;
}

enum nm_error
host_change_use(
    const struct host_helper *h, const char *folder, struct nm_fault *fault)
{
	const struct nm_candidate *found = NULL;
	struct nm_candidates all = { NULL, 0 };
	struct host_settings now;
	enum nm_error err;

	if ((err = host_settings_load(&now, fault)) == NM_OK)
		err = now.admin_database
		    ? nm_fail(fault, NM_ERR_POLICY_FORBIDS,
			  "The administrator has chosen the database, by "
			  "\"database\" of policy.json")
		    : nm_candidates_find(
			  h->caller->kind, now.database, &all, fault);
	for (size_t i = 0; err == NM_OK && i < all.count; i++) {
		if (all.items[i].problem == NM_CANDIDATE_USABLE &&
		    strcmp(all.items[i].path, folder) == 0)
			found = &all.items[i];
	}
	if (err == NM_OK)
		err = found != NULL
		    ? ask_to_use(h, found)
		    : nm_fail(fault, NM_ERR_DATABASE_UNAVAILABLE,
			  "The database is none that may be used");
	if (err == NM_OK)
		err = host_settings_choose_database(&now, found->path, fault);
	nm_candidates_clear(&all);
	host_settings_clear(&now);
	return err;
}

/* ---- origins ----------------------------------------------------------- */

static enum nm_error
check_origin(const char *origin, struct nm_fault *fault)
{
	char *canonical = host_origin_canonical(origin);
	bool same = canonical != NULL && strcmp(canonical, origin) == 0;

	free(canonical);
	return same ? NM_OK
		    : nm_fail(fault, NM_ERR_INVALID_PARAMS,
			  "The website's name is not an origin in its "
			  "canonical form");
}

static enum nm_error
ask_for(const struct host_helper *h, const char *origin,
    enum host_asking asking, const char *what)
{
	struct host_window w = {
		.what = what, .by = h->caller->name, .origin = origin
	};

	return host_window_confirm(h->settings->pinentry, asking, &w);
}

/* Only what is not allowed yet. Two windows, since what is the third button of
 * one is not there in every pinentry, or looks as if the window had been
 * closed. */
static enum nm_error
ask_to_allow(const struct host_helper *h, const char *origin,
    struct host_permission *permission)
{
	enum nm_error err = NM_OK;

	if (!permission->allowed)
		err = ask_for(h, origin, HOST_ASK_ALLOW,
		    "Read and write protected mail (S/MIME) on this website? "
		    "Encrypted mail is then opened for you; the website does "
		    "not see what is inside.");
	if (err != NM_OK)
		return err;
	permission->allowed = true;
	if (permission->signs)
		return NM_OK;
	err = ask_for(h, origin, HOST_ASK_ALWAYS,
	    "May mail be signed in your name on this website without asking "
	    "you each time? You can take this back in the settings.");
	permission->signs = err == NM_OK;
	/* no is an answer, and the one where the window is closed */
	return err == NM_ERR_USER_DECLINED ? NM_OK : err;
}

enum nm_error
host_change_allow(
    const struct host_helper *h, const char *origin, struct nm_fault *fault)
{
	struct host_permission before, after;
	struct host_settings now;
	enum nm_error err;

	if ((err = check_origin(origin, fault)) != NM_OK)
		return err;
	if ((err = host_settings_load(&now, fault)) == NM_OK &&
	    !now.user_origins)
		err = NM_ERR_POLICY_FORBIDS;
	if (err == NM_OK) {
		before = after = host_permission_of(&now, origin);
		err = ask_to_allow(h, origin, &after);
		if (err == NM_OK &&
		    (!before.allowed || before.signs != after.signs))
			err = host_settings_keep_origin(
			    &now, origin, after.signs, fault);
	}
	host_settings_clear(&now);
	return err;
}

enum nm_error
host_change_forget(const char *origin, struct nm_fault *fault)
{
	struct host_settings now;
	enum nm_error err;
	bool dropped;

	if ((err = check_origin(origin, fault)) != NM_OK)
		return err;
	if ((err = host_settings_load(&now, fault)) == NM_OK)
		err = host_settings_drop_origin(&now, origin, &dropped, fault);
	host_settings_clear(&now);
	return err;
}
