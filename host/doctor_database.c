/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Which database each program is served from, and what is in it. Each one is
 * opened in a process of its own: NSS has one at a time, and loads whatever
 * modules the database names.
 */
#include "doctor_database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor_aside.h"
#include "nss_folder.h"
#include "package.h"
#include "session.h"

#define SECONDS 60 /* a token may be slow to say who it is */

static const struct program {
	const char *name;
	enum nm_database_kind kind;
} programs[] = {
	{ "Thunderbird", NM_DATABASE_THUNDERBIRD },
	{ "Firefox", NM_DATABASE_FIREFOX },
	{ "Chromium's family", NM_DATABASE_SHARED },
};
#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

/* A database, and who is served from it. */
struct served {
	struct host_choice choice;
	struct nm_buffer names;
	unsigned count;
};

char *
host_doctor_sql(struct nm_database *db)
{
	char *sql = NULL;

	return asprintf(&sql, "sql:%s", nm_database_folder(db)) < 0 ? NULL
								    : sql;
}

/* ---- one database -------------------------------------------------------- */

static void
check_form(struct host_doctor *d, const char *folder)
{
	char *newer;

	if ((newer = host_nss_folder_find()) != NULL) {
		host_finding_ok(&d->findings, "password",
		    "The password of %s takes a newer NSS than the system's: "
		    "that in %s is used",
		    folder, newer);
		free(newer);
		return;
	}
	host_finding_problem(&d->findings, "password",
	    "The password of %s was set by NSS " NM_NSS_PASSWORDS
	    " or newer, which the system's NSS cannot check: its keys cannot "
	    "be used",
	    folder);
	host_package_remedy(&d->findings, HOST_PACKAGE_THUNDERBIRD);
}

static void
check_password(struct host_doctor *d, struct nm_database *db)
{
	const char *folder = nm_database_folder(db);
	struct nm_token_info *tokens = NULL;
	struct nm_peek peek = { false, false };
	size_t count = 0;
	char *sql;

	if (nm_database_peek(folder, &peek, NULL) == NM_OK &&
	    peek.password_unsupported) {
		check_form(d, folder);
		return;
	}
	if (nm_tokens_list(db, &tokens, &count) == NM_OK && count != 0 &&
	    tokens[0].needs_password) {
		host_finding_ok(&d->findings, "password",
		    "A password protects the keys in %s", folder);
	} else if (peek.has_key && (sql = host_doctor_sql(db)) != NULL) {
		host_finding_note(&d->findings, "password",
		    "No password protects the keys in %s: whoever can read its "
		    "files can use them",
		    folder);
		host_finding_remedy(
		    &d->findings, "certutil", "-W", "-d", sql, NULL);
		free(sql);
	}
	free(tokens);
}

static void
look_into(struct host_doctor *d, const void *arg)
{
	const struct served *s = arg;
	struct nm_fault fault = { .code = NM_OK };
	struct nm_database *db = NULL;

	if (nm_database_open_to_read(
		s->choice.folder, s->choice.kind, &db, &fault) != NM_OK) {
		host_finding_problem(&d->findings, "open", "%s: %s",
		    s->choice.folder, fault.text);
		host_finding_remedy(
		    &d->findings, "ls", "-la", s->choice.folder, NULL);
		return;
	}
	check_password(d, db);
	d->findings.check = "certificates";
	host_doctor_certificates(d, db);
	d->findings.check = "tokens";
	host_doctor_tokens(d, db);
	nm_database_close(&db);
}

static bool
is_there(const struct host_choice *choice)
{
	struct nm_buffer path = NM_BUFFER_INIT;
	char *file;
	bool there;

	nm_buffer_format(&path, "%s/cert9.db", choice->folder);
	file = nm_buffer_take_string(&path);
	there = file == NULL || access(file, F_OK) == 0;
	free(file);
	return there;
}

static void
check_one(struct host_doctor *d, struct served *s)
{
	char *names = nm_buffer_take_string(&s->names), *sql = NULL;
	const char *folder = s->choice.folder;
	bool all = s->count == PROGRAMS;

	if (names == NULL || asprintf(&sql, "sql:%s", folder) < 0) {
		d->findings.failed = true;
		goto out;
	}
	if (!is_there(&s->choice) && s->choice.create) {
		host_finding_ok(&d->findings, "used",
		    "There is no database for %s yet: one is made in %s when "
		    "it is first needed",
		    all ? "any program" : names, folder);
		goto out;
	}
	host_finding_ok(&d->findings, "used", "%s use%s the database in %s",
	    all ? "All programs" : names, s->count == 1 ? "s" : "", folder);
	host_doctor_database_files(d, folder);
	switch (host_doctor_aside(d, SECONDS, look_into, s)) {
	case HOST_ASIDE_DONE:
		goto out;
	case HOST_ASIDE_HUNG:
		host_finding_problem(&d->findings, "open",
		    "%s, or a token that it names, did not answer within %d "
		    "seconds",
		    folder, SECONDS);
		break;
	case HOST_ASIDE_FELL:
		host_finding_problem(&d->findings, "open",
		    "%s, or a module that it names, ends the program that "
		    "opens it",
		    folder);
	}
	host_finding_remedy(
	    &d->findings, "modutil", "-rawlist", "-dbdir", sql, NULL);
out:
	free(sql);
	free(names);
}

/* ---- which ones ---------------------------------------------------------- */

static void
add_name(struct served *s, const char *name)
{
	nm_buffer_format(
	    &s->names, "%s%s", s->count++ == 0 ? "" : " and ", name);
}

static void
choose(struct host_doctor *d, const struct program *program, struct served *all,
    size_t *count)
{
	const struct host_caller caller = { .name = "", .kind = program->kind };
	struct nm_fault fault = { .code = NM_OK };
	struct host_choice choice;

	if (host_session_choose(&caller, &d->settings, &choice, &fault) !=
	    NM_OK) {
		host_finding_problem(
		    &d->findings, "used", "%s: %s", program->name, fault.text);
		host_finding_edit_remedy(
		    &d->findings, d->settings.config_path, false);
		return;
	}
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(all[i].choice.folder, choice.folder) == 0) {
			add_name(&all[i], program->name);
			free(choice.folder);
			return;
		}
	}
	all[*count] =
	    (struct served){ .choice = choice, .names = NM_BUFFER_INIT };
	add_name(&all[(*count)++], program->name);
}

/* Those that lie there and cannot be used: whoever misses certificates may
 * have them in one. */
static void
check_others(struct host_doctor *d)
{
	struct nm_candidates all = { NULL, 0 };

	if (nm_candidates_find(NM_DATABASE_THUNDERBIRD, d->settings.database,
		&all, NULL) != NM_OK)
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct nm_candidate *c = &all.items[i];

		/* what the settings name was opened above */
		if (c->problem == NM_CANDIDATE_USABLE ||
		    c->problem == NM_CANDIDATE_NO_DATABASE)
			continue;
		host_finding_note(&d->findings, "unusable", "%s (%s): %s",
		    c->label, c->path, nm_candidate_problem_text(c->problem));
		if (c->problem == NM_CANDIDATE_OLD_FORM) {
			char *sql = NULL;

			/* what an older program exports from it */
			if (asprintf(&sql, "sql:%s", c->path) < 0)
				d->findings.failed = true;
			else
				host_finding_remedy(&d->findings, "pk12util",
				    "-d", sql, "-i", "certificate.p12", NULL);
			free(sql);
		} else {
			host_finding_remedy(
			    &d->findings, "ls", "-la", c->path, NULL);
		}
	}
	nm_candidates_clear(&all);
}

void
host_doctor_database(struct host_doctor *d)
{
	struct served all[PROGRAMS];
	size_t count = 0;

	for (size_t i = 0; i < PROGRAMS; i++)
		choose(d, &programs[i], all, &count);
	for (size_t i = 0; i < count; i++) {
		d->findings.about = all[i].choice.folder;
		check_one(d, &all[i]);
		free(all[i].choice.folder);
	}
	d->findings.about = NULL;
	check_others(d);
}
