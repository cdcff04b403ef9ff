/* SPDX-License-Identifier: MPL-2.0 */
#include "commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "browsers.h"
#include "command_check_evidence.h"
#include "doctor.h"
#include "install.h"
#include "nss_folder.h"
#include "operations.h"
#include "schema_json.h"
#include "status.h"

static int
version(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return puts("nssmime-host " NSSMIME_VERSION) >= 0 && fflush(stdout) == 0
	    ? 0
	    : 1;
}

static int
methods(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; host_operations[i] != NULL; i++)
		(void)printf("%-24s %s\n", host_operations[i]->name,
		    host_operations[i]->help);
	return fflush(stdout) == 0 ? 0 : 1;
}

static int
schemas(int argc, char **argv)
{
	struct json_object *all = host_schemas_json();
	const char *text = NULL;
	bool good;

	(void)argc;
	(void)argv;
	if (all != NULL)
		text = json_object_to_json_string_ext(
		    all, JSON_C_TO_STRING_PRETTY);
	good = text != NULL && puts(text) >= 0 && fflush(stdout) == 0;
	json_object_put(all);
	return good ? 0 : 1;
}

static int
try_nss(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return host_try_nss();
}

static int help(int argc, char **argv);

static const struct command {
	const char *word;
	const char *arguments; /* NULL: it takes none */
	const char *help;      /* NULL: it is not for people */
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "help", NULL, "this text", help },
	{ "version", NULL, "the program's version", version },
	{ "methods", NULL, "what a mail program or browser may ask for",
	    methods },
	{ "schemas", NULL, "the same with its parameters, as JSON", schemas },
	{ HOST_INSTALL, "PROGRAM... [--owa] [--system] [--replace]",
	    "lets programs find this one, for you or for everyone",
	    host_install },
	{ HOST_UNINSTALL, "PROGRAM... [--owa] [--system]", "takes that back",
	    host_uninstall },
	{ HOST_STATUS, "", "what is installed where", host_status },
	{ HOST_DOCTOR, "[--json] [--owa [ADDRESS]]",
	    "whether all is as it has to be, and what mends the rest",
	    host_doctor },
	{ HOST_CHECK_EVIDENCE, "[--json] [--content MAIL] FILE",
	    "whether a record of evidence holds, and what of it",
	    host_command_check_evidence },
	{ "--help", NULL, NULL, help },
	{ "-h", NULL, NULL, help },
	{ "--version", NULL, NULL, version },
	{ HOST_TRY_NSS, NULL, NULL, try_nss },
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
print_call(FILE *out, const char *before, const struct command *c)
{
	const char *arguments = c->arguments != NULL ? c->arguments : "";

	(void)fprintf(out, "%-6s nssmime-host %s%s%s\n", before, c->word,
	    *arguments != '\0' ? " " : "", arguments);
}

static int
help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (size_t i = 0; i < COMMANDS && commands[i].help != NULL; i++)
		print_call(stdout, i == 0 ? "usage:" : "", &commands[i]);
	(void)puts("\nS/MIME with your own certificates, for mail programs and "
		   "browsers, which\n"
		   "start this program themselves and speak to it on its "
		   "standard input and\n"
		   "output (native messaging).\n");
	for (size_t i = 0; i < COMMANDS && commands[i].help != NULL; i++)
		(void)printf(
		    "  %-15s %s\n", commands[i].word, commands[i].help);
	(void)fputs("\nA PROGRAM is", stdout);
	for (size_t i = 0; i < HOST_BROWSERS; i++)
		(void)printf(
		    "%s %s", i == 0 ? "" : ",", host_browsers[i].option);
	return puts(".\nWith --owa it is about Microsoft's extension for "
		    "Outlook on the web.") >= 0 &&
		fflush(stdout) == 0
	    ? 0
	    : 1;
}

int
host_command_usage(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].word, word) == 0)
			print_call(stderr, "usage:", &commands[i]);
	}
	return 2;
}

int
host_command(int argc, char **argv)
{
	for (size_t i = 0; argc >= 2 && i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].word) == 0 &&
		    (argc == 2 || commands[i].arguments != NULL))
			return commands[i].run(argc - 2, argv + 2);
	}
	(void)fputs(
	    "nssmime-host: unknown command; see nssmime-host help\n", stderr);
	return 2;
}
