/* SPDX-License-Identifier: MPL-2.0 */
#include "status.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "manifest_seen.h"
#include "program.h"
#include "program_version.h"
#include "text.h"

/* What a path may hold is not for a terminal. */
static void
print(const char *words, const char *path)
{
	struct nm_buffer clean = NM_BUFFER_INIT;
	char *text;

	host_text_clean(&clean, path, PATH_MAX);
	text = nm_buffer_take_string(&clean);
	(void)printf("%s%s", words, text != NULL ? text : "");
	free(text);
}

static void
print_copy(const char *program)
{
	char *version = host_program_version(program);

	print(": another copy, ", program);
	print(", ", version != NULL ? version : "of an unknown version");
	free(version);
}

static void
print_seen(const struct host_manifest_seen *s)
{
	switch (s->what) {
	case HOST_SEEN_NOTHING:
		break;
	case HOST_SEEN_UNREADABLE:
		(void)fputs(": cannot be read", stdout);
		break;
	case HOST_SEEN_BROKEN:
		(void)fputs(": no browser makes anything of it", stdout);
		break;
	case HOST_SEEN_CALLERS:
		(void)fputs(
		    ": does not let all of nssmime's extensions", stdout);
		break;
	case HOST_SEEN_OTHER:
		print(": another program, ", s->program);
		break;
	case HOST_SEEN_GONE:
		print(": not there any more, ", s->program);
		break;
	case HOST_SEEN_NOT_EXECUTABLE:
		print(": not executable, ", s->program);
		break;
	case HOST_SEEN_COPY:
		print_copy(s->program);
		break;
	case HOST_SEEN_THIS:
		(void)fputs(": this program", stdout);
		break;
	}
	(void)putchar('\n');
}

/* Whether a browser before it has the same folder. */
static bool
is_told(size_t index, bool everyone)
{
	for (size_t i = 0; i < index; i++) {
		if (host_browser_shares(
			&host_browsers[i], &host_browsers[index], everyone))
			return true;
	}
	return false;
}

/* False: memory, or there is no home. */
static bool
print_browser(
    size_t index, bool everyone, bool owa, const char *program, bool *any)
{
	const struct host_browser *browser = &host_browsers[index];
	struct host_manifest_seen seen;
	unsigned count;
	char *who;
	bool good;

	if (is_told(index, everyone) ||
	    (owa && browser->family != HOST_FAMILY_CHROMIUM))
		return true;
	who = host_browser_sharers(browser, everyone, &count);
	good = host_manifest_see(browser, everyone, owa, program, &seen) &&
	    who != NULL;
	if (good && seen.what != HOST_SEEN_NOTHING) {
		(void)printf("%s%s, for %s, by ", who,
		    owa ? " and Outlook on the web" : "",
		    everyone ? "everyone" : "you");
		print("", seen.file);
		print_seen(&seen);
		*any = true;
	}
	host_manifest_seen_clear(&seen);
	free(who);
	return good;
}

int
host_status(int argc, char **argv)
{
	char *program;
	bool good = true, any = false;

	(void)argv;
	if (argc != 0)
		return host_command_usage(HOST_STATUS);
	if ((program = host_program_path()) == NULL) {
		(void)fputs("nssmime-host: this program's own path cannot be "
			    "told\n",
		    stderr);
		return 1;
	}
	print("nssmime-host " NSSMIME_VERSION " in ", program);
	(void)putchar('\n');
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		for (unsigned k = 0; k < 4; k++)
			good = print_browser(
				   i, k % 2 != 0, k >= 2, program, &any) &&
			    good;
	}
	if (good && !any)
		(void)puts("No program finds it yet: see nssmime-host help");
	if (!good)
		(void)fputs("nssmime-host: there is no home folder, or not "
			    "enough memory\n",
		    stderr);
	free(program);
	return good && fflush(stdout) == 0 ? 0 : 1;
}
