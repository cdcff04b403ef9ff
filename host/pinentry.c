/* SPDX-License-Identifier: MPL-2.0 */
#include "pinentry.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <assuan.h>
#include <gpg-error.h>

#include <nssmime/buffer.h>

#include "program.h"

/* An Assuan line has at most 1,000 bytes with its end. */
#define ARGUMENT_MAX 960
#define PASSWORD_MAX 4096
#define REPEATS	     3

/* Where a command's data line goes, and what its status lines said. */
struct answer {
	struct nm_buffer data;
	bool repeated;
};

static void
in_child(void *arg, int reserved)
{
	sigset_t none;

	(void)arg;
	(void)reserved;
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static gpg_error_t
take_data(void *arg, const void *data, size_t len)
{
	struct answer *a = arg;

	if (len > PASSWORD_MAX || a->data.len > PASSWORD_MAX - len)
		return gpg_error(GPG_ERR_TOO_LARGE);
	nm_buffer_append(&a->data, data, len);
	return 0;
}

static gpg_error_t
take_status(void *arg, const char *line)
{
	struct answer *a = arg;

	if (strncmp(line, "PIN_REPEATED", strlen("PIN_REPEATED")) == 0)
		a->repeated = true;
	return 0;
}

/* `command argument`, the argument escaped as Assuan wants it. */
static gpg_error_t
tell(assuan_context_t ctx, const char *command, const char *argument)
{
	struct nm_buffer line = NM_BUFFER_INIT;
	gpg_error_t err;
	char *string;
	size_t start;

	nm_buffer_format(&line, "%s ", command);
	start = line.len;
	for (; *argument != '\0' && line.len - start < ARGUMENT_MAX;
	     argument++) {
		if (*argument == '%' || *argument == '\n' || *argument == '\r')
			nm_buffer_format(
			    &line, "%%%02X", (unsigned char)*argument);
		else
			nm_buffer_byte(&line, (uint8_t)*argument);
	}
	/* cut off between characters, if at all */
	while (*argument != '\0' && line.len > start &&
	    ((unsigned char)*argument & 0xc0) == 0x80) {
		argument--;
		line.len--;
	}
	if ((string = nm_buffer_take_string(&line)) == NULL)
		return gpg_error(GPG_ERR_ENOMEM);
	err = assuan_transact(ctx, string, NULL, NULL, NULL, NULL, NULL, NULL);
	free(string);
	return err;
}

static void
tell_option(assuan_context_t ctx, const char *name, const char *value)
{
	char *option = NULL;

	if (value == NULL || *value == '\0' ||
	    asprintf(&option, "%s=%s", name, value) < 0)
		return;
	/* those that a pinentry does not know do no harm */
	(void)tell(ctx, "OPTION", option);
	free(option);
}

static const char *
locale_for(const char *category)
{
	const char *value = getenv("LC_ALL");

	if (value == NULL || *value == '\0')
		value = getenv(category);
	if (value == NULL || *value == '\0')
		value = getenv("LANG");
	return value;
}

static void
tell_options(assuan_context_t ctx)
{
	(void)assuan_transact(
	    ctx, "OPTION no-grab", NULL, NULL, NULL, NULL, NULL, NULL);
	tell_option(ctx, "ttyname", getenv("GPG_TTY"));
	tell_option(ctx, "ttytype", getenv("TERM"));
	tell_option(ctx, "display", getenv("DISPLAY"));
	tell_option(ctx, "lc-ctype", locale_for("LC_CTYPE"));
	tell_option(ctx, "lc-messages", locale_for("LC_MESSAGES"));
}

static enum nm_error
meaning(gpg_error_t err)
{
	switch (gpg_err_code(err)) {
	case GPG_ERR_NO_ERROR:
		return NM_OK;
	case GPG_ERR_CANCELED:
	case GPG_ERR_FULLY_CANCELED:
	case GPG_ERR_NOT_CONFIRMED:
	case GPG_ERR_TIMEOUT:
		return NM_ERR_USER_DECLINED;
	default:
		return NM_ERR_PROMPT_UNAVAILABLE;
	}
}

static enum nm_error
get_pin(assuan_context_t ctx, char **password, bool *repeated)
{
	struct answer a = { NM_BUFFER_INIT, false };
	enum nm_error err;

	err = meaning(assuan_transact(
	    ctx, "GETPIN", take_data, &a, NULL, NULL, take_status, &a));
	*repeated = a.repeated;
	/* a NUL inside makes it no password */
	if (err == NM_OK &&
	    (*password = nm_buffer_take_string(&a.data)) == NULL)
		err = NM_ERR_PROMPT_UNAVAILABLE;
	nm_buffer_reset(&a.data);
	return err;
}

/* A pinentry that cannot ask twice in one window shows a second one. */
static enum nm_error
get_new_pin(assuan_context_t ctx, char **password)
{
	enum nm_error err = NM_OK;
	char *second = NULL;
	bool repeated, same;

	for (unsigned i = 0; i < REPEATS; i++) {
		(void)tell(ctx, "SETPROMPT", "New password:");
		(void)tell(
		    ctx, "SETREPEATERROR", "The passwords are not equal");
		(void)tell(ctx, "SETREPEAT", "Once more:");
		if ((err = get_pin(ctx, password, &repeated)) != NM_OK ||
		    repeated)
			return err;
		(void)tell(ctx, "SETPROMPT", "Once more:");
		err = get_pin(ctx, &second, &repeated);
		same = err == NM_OK && strcmp(*password, second) == 0;
		nm_secret_free(&second);
		if (same)
			return NM_OK;
		nm_secret_free(password);
		if (err != NM_OK)
			return err;
		(void)tell(ctx, "SETERROR", "The passwords are not equal");
	}
	return NM_ERR_USER_DECLINED;
}

static void
set_buttons(assuan_context_t ctx, const char *yes, const char *no)
{
	(void)tell(ctx, "SETOK", yes);
	(void)tell(ctx, "SETCANCEL", no);
}

static enum nm_error
converse(assuan_context_t ctx, enum host_asking asking, unsigned again,
    const char *text, char **password)
{
	enum nm_error err;
	bool repeated;

	tell_options(ctx);
	if ((err = meaning(tell(ctx, "SETTITLE", "nssmime"))) != NM_OK ||
	    (err = meaning(tell(ctx, "SETDESC", text))) != NM_OK)
		return err;
	if (again != 0)
		(void)tell(ctx, "SETERROR",
		    "That was not the right password. Please try again.");
	switch (asking) {
	case HOST_ASK_PASSWORD:
		(void)tell(ctx, "SETPROMPT", "Password:");
		return get_pin(ctx, password, &repeated);
	case HOST_ASK_NEW_PASSWORD:
		return get_new_pin(ctx, password);
	case HOST_ASK_ALLOW:
		set_buttons(ctx, "Allow", "Do not allow");
		break;
	case HOST_ASK_ALWAYS:
		set_buttons(ctx, "Sign without asking", "Ask me each time");
		break;
	case HOST_ASK_SIGN:
		set_buttons(ctx, "Sign", "Do not sign");
		break;
	case HOST_ASK_CONFIRM:
	case HOST_ASK_SAVE:
		break;
	}
	return meaning(assuan_transact(
	    ctx, "CONFIRM", NULL, NULL, NULL, NULL, NULL, NULL));
}

/* Starts it; *ctx is NULL, or for assuan_release(). */
static enum nm_error
start(const char *program, assuan_context_t *ctx)
{
	const char *argv[2] = { "pinentry", NULL };
	char *path;
	gpg_error_t err;

	*ctx = NULL;
	path = host_program_find(program != NULL ? program : HOST_PINENTRY);
	if (path == NULL)
		return NM_ERR_PROMPT_UNAVAILABLE;
	assuan_set_gpg_err_source(GPG_ERR_SOURCE_USER_1);
	if ((err = assuan_new(ctx)) == 0) {
		assuan_begin_confidential(*ctx);
		err = assuan_pipe_connect(
		    *ctx, path, argv, NULL, in_child, NULL, 0);
	}
	free(path);
	return err == 0 ? NM_OK : NM_ERR_PROMPT_UNAVAILABLE;
}

enum nm_error
host_pinentry_ask(const char *program, enum host_asking asking, unsigned again,
    const char *text, char **password)
{
	assuan_context_t ctx;
	enum nm_error err;

	*password = NULL;
	err = start(program, &ctx);
	if (err == NM_OK)
		err = converse(ctx, asking, again, text, password);
	if (err != NM_OK)
		nm_secret_free(password);
	if (ctx != NULL)
		assuan_release(ctx);
	return err;
}

enum nm_error
host_pinentry_flavor(const char *program, char **flavor)
{
	struct answer a = { NM_BUFFER_INIT, false };
	assuan_context_t ctx;
	enum nm_error err;

	*flavor = NULL;
	err = start(program, &ctx);
	if (err == NM_OK) {
		tell_options(ctx);
		/* one that does not know the question is a pinentry as well */
		(void)assuan_transact(ctx, "GETINFO flavor", take_data, &a,
		    NULL, NULL, NULL, NULL);
		*flavor = nm_buffer_take_string(&a.data);
	}
	nm_buffer_reset(&a.data);
	if (ctx != NULL)
		assuan_release(ctx);
	return err;
}
