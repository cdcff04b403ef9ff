/* SPDX-License-Identifier: MPL-2.0 */
#include "doctor.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "json_build.h"
#include "schema.h"
#include "program.h"

/* Which checks are wanted. */
#define USUAL 1u
#define OWA   2u /* Outlook on the web */

static const struct check {
	const char *word;  /* in JSON */
	const char *title; /* over what it finds */
	unsigned group;
	void (*run)(struct host_doctor *d); /* NULL: another one's does */
} checks[] = {
	{ "program", "This program", USUAL, host_doctor_versions },
	{ "settings", "Settings", USUAL, host_doctor_settings },
	{ "files", "Files and folders", USUAL, host_doctor_files },
	{ "browsers", "Browsers and mail programs", USUAL,
	    host_doctor_browsers },
	{ "policies", "Policies of browsers", USUAL, host_doctor_policies },
	{ "sandboxes", "Snaps and Flatpaks", USUAL, host_doctor_sandboxes },
	{ "database", "Certificate databases", USUAL, host_doctor_database },
	{ "certificates", "Your certificates", USUAL, NULL },
	{ "tokens", "Cards and tokens", USUAL, NULL },
	{ "pinentry", "Asking for passwords", USUAL, host_doctor_pinentry },
	{ "protection", "Protection by the system", USUAL,
	    host_doctor_protection },
	{ "owa", "Outlook on the web", OWA, host_doctor_owa },
	{ "mailbox", "Your mailbox in Outlook on the web", OWA,
	    host_doctor_mailbox },
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

struct arguments {
	unsigned groups;
	bool json;
	const char *mailbox;
};

static bool
take_arguments(int argc, char **argv, struct arguments *out)
{
	*out = (struct arguments){ .groups = USUAL };
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0)
			out->json = true;
		else if (strcmp(argv[i], "--owa") == 0)
			out->groups |= OWA;
		else if ((out->groups & OWA) != 0 && out->mailbox == NULL &&
		    strchr(argv[i], '@') != NULL)
			out->mailbox = argv[i];
		else
			return false;
	}
	return true;
}

/* ---- printing ----------------------------------------------------------- */

/* What was found by one check, under its title. */
static void
print_check(const struct host_findings *f, const struct check *check)
{
	const char *remedy;
	bool titled = false;

	for (size_t i = 0; i < json_object_array_length(f->all); i++) {
		struct json_object *one = json_object_array_get_idx(f->all, i);

		if (strcmp(host_string(one, "check"), check->word) != 0)
			continue;
		if (!titled)
			(void)printf("%s\n", check->title);
		titled = true;
		(void)printf("  [%s] %s.\n", host_string(one, "level"),
		    host_string(one, "sentence"));
		if ((remedy = host_string(one, "remedy")) != NULL)
			(void)printf("    try: %s\n", remedy);
	}
	if (titled)
		(void)putchar('\n');
}

static bool
print_words(const struct host_findings *f)
{
	unsigned problems = host_findings_count(f, HOST_FINDING_PROBLEM);
	unsigned notes = host_findings_count(f, HOST_FINDING_NOTE);

	for (size_t i = 0; i < CHECKS; i++)
		print_check(f, &checks[i]);
	if (problems == 0 && notes == 0)
		(void)puts("All is well.");
	else
		(void)printf("%u problem%s, %u note%s.\n", problems,
		    problems == 1 ? "" : "s", notes, notes == 1 ? "" : "s");
	return ferror(stdout) == 0 && fflush(stdout) == 0;
}

static bool
print_json(const struct host_findings *f)
{
	struct json_object *out = NULL;
	struct host_build b;
	bool good;

	host_build_begin(&b);
	host_build_string(&b, "version", NSSMIME_VERSION);
	host_build_bool(
	    &b, "healthy", host_findings_count(f, HOST_FINDING_PROBLEM) == 0);
	host_build_add(&b, "findings", json_object_get(f->all));
	good = host_build_end(&b, &out, NULL) == NM_OK &&
	    puts(json_object_to_json_string_ext(out,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)) >=
		0 &&
	    fflush(stdout) == 0;
	json_object_put(out);
	return good;
}

/* ---- the command -------------------------------------------------------- */

/* Root's own eyes are no use in another's home, and what a database there has
 * loaded would run as root. */
static bool
is_own(struct host_doctor *d, const char *home)
{
	const struct passwd *owner;
	struct stat st;

	if (geteuid() != 0 || stat(home, &st) != 0 || st.st_uid == 0)
		return true;
	owner = getpwuid(st.st_uid);
	host_finding_problem(&d->findings, "root",
	    "Root looks at %s, which is another user's: only that one sees "
	    "what "
	    "is right there",
	    home);
	host_finding_remedy(&d->findings, "sudo", "-u",
	    owner != NULL ? owner->pw_name : "user", d->command, HOST_DOCTOR,
	    NULL);
	return false;
}

/* All that is the user's is found by it. */
static bool
has_home(struct host_doctor *d)
{
	const char *home = getenv("HOME");

	d->findings.check = "program";
	if (home != NULL && home[0] == '/')
		return is_own(d, home);
	host_finding_problem(&d->findings, "home",
	    "The environment names no home folder (HOME), by which all others "
	    "are found");
	host_finding_remedy_line(&d->findings, "export HOME=~");
	return false;
}

static void
check(struct host_doctor *d, unsigned groups)
{
	host_findings_begin(&d->findings);
	host_settings_load_both(&d->settings, &d->user_fault, &d->admin_fault);
	d->program = host_program_path();
	if (d->program != NULL)
		d->command = host_program_word(d->program);
	if (d->command == NULL || !has_home(d))
		return;
	for (size_t i = 0; i < CHECKS; i++) {
		d->findings.check = checks[i].word;
		d->findings.about = NULL;
		if ((checks[i].group & groups) != 0 && checks[i].run != NULL)
			checks[i].run(d);
	}
}

int
host_doctor(int argc, char **argv)
{
	struct host_doctor d = { .program = NULL };
	struct arguments a;
	int status = 2;

	if (!take_arguments(argc, argv, &a))
		return host_command_usage(HOST_DOCTOR);
	d.mailbox = a.mailbox;
	check(&d, a.groups);
	if (d.command == NULL || d.findings.failed)
		(void)fputs("nssmime-host: this program's own path cannot be "
			    "told, or there is not enough memory\n",
		    stderr);
	else if (a.json ? print_json(&d.findings) : print_words(&d.findings))
		status =
		    host_findings_count(&d.findings, HOST_FINDING_PROBLEM) == 0
		    ? 0
		    : 1;
	host_findings_clear(&d.findings);
	host_settings_clear(&d.settings);
	free(d.program);
	free(d.command);
	return status;
}
