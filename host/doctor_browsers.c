/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whether each browser finds this program, by the files as it sees them: the
 * user's comes before everyone's, unless a policy says that it counts for
 * nothing.
 */
#include "doctor.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "browser_here.h"
#include "browser_policy.h"
#include "manifest_seen.h"
#include "program.h"
#include "program_version.h"

enum whose {
	USERS,
	EVERYONES,
	BOTH
};

/* One browser, what it sees, and which of both it goes by; BOTH: neither. */
struct view {
	const struct host_browser *browser;
	struct host_manifest_seen seen[BOTH];
	enum whose first;
	bool here;
	bool for_all; /* only those for everyone count */
};

/* ---- remedies ------------------------------------------------------------ */

static bool
is_another(const struct host_manifest_seen *s)
{
	return s->link || s->what == HOST_SEEN_OTHER ||
	    s->what == HOST_SEEN_BROKEN;
}

/* Whether installing would leave it as it is: it starts something. */
static bool
is_kept(const struct host_doctor *d, const struct host_manifest_seen *s)
{
	return is_another(s) ||
	    (s->program != NULL && access(s->program, X_OK) == 0 &&
		!host_program_same(s->program, d->program));
}

/* Installing in the place of `whose`. */
static void
install(struct host_doctor *d, const struct view *v, enum whose whose)
{
	const char *replace = is_kept(d, &v->seen[whose]) ? "--replace" : NULL;

	if (whose == EVERYONES)
		host_finding_root_remedy(&d->findings, d->command, "install",
		    v->browser->option, "--system", replace, NULL);
	else
		host_finding_remedy(&d->findings, d->command, "install",
		    v->browser->option, replace, NULL);
}

/* What is wrong makes way for what is right behind it, or is written anew. */
static void
mend(struct host_doctor *d, const struct view *v, enum whose whose)
{
	const struct host_manifest_seen *s = &v->seen[whose];

	if (whose == EVERYONES || v->seen[EVERYONES].what != HOST_SEEN_THIS)
		install(d, v, whose);
	else if (is_another(s))
		host_finding_remedy(&d->findings, "rm", s->file, NULL);
	else
		host_finding_remedy(&d->findings, d->command, "uninstall",
		    v->browser->option, NULL);
}

/* ---- findings ------------------------------------------------------------ */

static void
tell_copy(struct host_doctor *d, const struct view *v, enum whose whose)
{
	const struct host_manifest_seen *s = &v->seen[whose];
	const char *hides =
	    whose == USERS && v->seen[EVERYONES].what == HOST_SEEN_THIS
	    ? ", in spite of what is installed for everyone"
	    : "";
	char *version = host_program_version(s->program);

	if (version != NULL && strcmp(version, NSSMIME_VERSION) == 0)
		host_finding_note(&d->findings, "copy",
		    "%s starts another copy of this program, %s, by %s%s",
		    v->browser->name, s->program, s->file, hides);
	else
		host_finding_problem(&d->findings, "version",
		    "%s starts another version of this program, %s (%s; this "
		    "one is " NSSMIME_VERSION "), by %s%s",
		    v->browser->name, s->program,
		    version != NULL ? version : "it does not say which",
		    s->file, hides);
	mend(d, v, whose);
	free(version);
}

/* What stands in the way in `whose` folder. */
static void
tell_wrong(struct host_doctor *d, const struct view *v, enum whose whose)
{
	const struct host_manifest_seen *s = &v->seen[whose];
	struct host_findings *f = &d->findings;
	const char *name = v->browser->name;

	switch (s->what) {
	case HOST_SEEN_NOTHING:
	case HOST_SEEN_THIS:
	case HOST_SEEN_COPY:
		return;
	case HOST_SEEN_UNREADABLE:
		host_finding_problem(f, "unreadable",
		    "%s cannot read %s, and does not find this program", name,
		    s->file);
		host_finding_mode_remedy(f, "a+r", s->file);
		return;
	case HOST_SEEN_NOT_EXECUTABLE:
		host_finding_problem(f, "not-executable",
		    "%s cannot start %s, which %s names: it is not executable",
		    name, s->program, s->file);
		host_finding_mode_remedy(f, "a+rx", s->program);
		return;
	case HOST_SEEN_BROKEN:
		host_finding_problem(f, "broken",
		    "%s makes nothing of %s, and does not find this program by "
		    "it",
		    name, s->file);
		break;
	case HOST_SEEN_CALLERS:
		host_finding_problem(f, "callers",
		    "%s does not let nssmime's extension for %s start this "
		    "program: it is older, or was changed",
		    s->file, name);
		break;
	case HOST_SEEN_OTHER:
		host_finding_problem(f, "foreign",
		    "%s is for another program, %s, which %s starts instead of "
		    "this one",
		    s->file, s->program, name);
		break;
	case HOST_SEEN_GONE:
		host_finding_problem(f, "gone",
		    "%s names %s, which is not there any more: %s finds "
		    "nothing, as after half a removal",
		    s->file, s->program, name);
		break;
	}
	mend(d, v, whose);
}

/* Whether the file could be made, with the folders above it. */
static bool
can_be_made(const char *file)
{
	char *path = strdup(file);
	bool can = false;

	if (path != NULL) {
		host_doctor_existing(path);
		can = access(path, W_OK) == 0;
	}
	free(path);
	return can;
}

static void
tell_none(struct host_doctor *d, const struct view *v)
{
	if (v->for_all && v->seen[USERS].what == HOST_SEEN_THIS) {
		host_finding_problem(&d->findings, "user-hosts",
		    "%s does not find this program by %s: a policy has it look "
		    "only for what is installed for everyone",
		    v->browser->name, v->seen[USERS].file);
		install(d, v, EVERYONES);
	} else if (v->here) {
		host_finding_note(&d->findings, "none",
		    "%s is here, and does not find this program yet",
		    v->browser->name);
		install(d, v,
		    v->for_all || !can_be_made(v->seen[USERS].file) ? EVERYONES
								    : USERS);
	}
}

static void
tell(struct host_doctor *d, const struct view *v)
{
	unsigned before;

	if (v->first == USERS && v->seen[USERS].what == HOST_SEEN_THIS &&
	    v->seen[EVERYONES].what == HOST_SEEN_COPY) {
		host_finding_note(&d->findings, "hides",
		    "%s starts this program by %s, and not %s, which is "
		    "installed for everyone",
		    v->browser->name, v->seen[USERS].file,
		    v->seen[EVERYONES].program);
		host_finding_remedy(&d->findings, d->command, "uninstall",
		    v->browser->option, NULL);
	} else if (v->first != BOTH &&
	    v->seen[v->first].what == HOST_SEEN_THIS) {
		host_finding_ok(&d->findings, "found",
		    "%s starts this program by %s", v->browser->name,
		    v->seen[v->first].file);
	} else if (v->first != BOTH &&
	    v->seen[v->first].what == HOST_SEEN_COPY) {
		tell_copy(d, v, v->first);
	} else if (v->first != BOTH) {
		tell_wrong(d, v, v->first);
	} else {
		before =
		    host_findings_count(&d->findings, HOST_FINDING_PROBLEM);
		tell_wrong(d, v, USERS);
		tell_wrong(d, v, EVERYONES);
		if (host_findings_count(&d->findings, HOST_FINDING_PROBLEM) ==
		    before)
			tell_none(d, v);
	}
}

/* ---- what is seen -------------------------------------------------------- */

static bool
look(struct host_doctor *d, struct view *v)
{
	struct host_browser_policy policy;
	struct host_browser_here here;
	bool good;

	host_browser_look(v->browser, &here);
	v->here = here.plain;
	good = host_browser_policy_find(v->browser, false, &policy);
	v->for_all = policy.no_user_hosts != NULL;
	host_browser_policy_clear(&policy);
	for (int i = 0; i < BOTH; i++)
		good = host_manifest_see(v->browser, i == EVERYONES, false,
			   d->program, &v->seen[i]) &&
		    good;
	v->first = v->for_all ? EVERYONES : USERS;
	while (v->first != BOTH &&
	    !host_manifest_decides(v->browser, &v->seen[v->first]))
		v->first++;
	return good;
}

void
host_doctor_browsers(struct host_doctor *d)
{
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		struct view v = { .browser = &host_browsers[i] };

		d->findings.about = v.browser->option + 2;
		if (look(d, &v))
			tell(d, &v);
		else
			d->findings.failed = true;
		host_manifest_seen_clear(&v.seen[USERS]);
		host_manifest_seen_clear(&v.seen[EVERYONES]);
	}
}
