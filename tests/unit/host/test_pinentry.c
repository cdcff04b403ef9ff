/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include <sys/stat.h>

#include "../../../host/pinentry.h"

static struct pki dir;
static char program[512];

static int
setup(void **state)
{
	char path[256];

	(void)state;
	pki_temporary(&dir);
	(void)snprintf(
	    program, sizeof(program), "%s/pinentry.py", NSSMIME_SUPPORT);
	setenv("NSSMIME_TEST_PINENTRY", pki_path(&dir, "answers", path), 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&dir);
	return 0;
}

static enum nm_error
ask(enum host_asking asking, unsigned again, const char *text,
    const char *answers, char **password)
{
	assert_int_equal(pki_run(&dir, "rm -f answers.log answers.*"), 0);
	pki_write(&dir, "answers", answers, strlen(answers));
	return host_pinentry_ask(program, asking, again, text, password);
}

/* What the window was told, each of these somewhere. */
static void
assert_told(const char *const *words)
{
	struct nm_buffer log = NM_BUFFER_INIT;

	pki_read(&dir, "answers.log", &log);
	nm_buffer_byte(&log, 0);
	for (; *words != NULL; words++) {
		if (strstr((char *)log.data, *words) == NULL)
			fail_msg("%s not in %s", *words, (char *)log.data);
	}
	nm_buffer_reset(&log);
}

static void
passwords(void **state)
{
	static const char *const words[] = { "GETPIN", "title=nssmime",
		"50% of all", NULL };
	char *password = NULL;

	(void)state;
	assert_int_equal(ask(HOST_ASK_PASSWORD, 0, "50% of all\n\nBy: x",
			     "pin pass % w\xc3\xb6rd\n", &password),
	    NM_OK);
	assert_string_equal(password, "pass % w\xc3\xb6rd");
	nm_secret_free(&password);
	assert_told(words);
	/* an empty one is one */
	assert_int_equal(
	    ask(HOST_ASK_PASSWORD, 0, "x", "pin \n", &password), NM_OK);
	assert_string_equal(password, "");
	nm_secret_free(&password);
}

static void
again(void **state)
{
	static const char *const words[] = { "not the right password", NULL };
	char *password = NULL;

	(void)state;
	assert_int_equal(
	    ask(HOST_ASK_PASSWORD, 1, "x", "pin y\n", &password), NM_OK);
	nm_secret_free(&password);
	assert_told(words);
}

static void
declined(void **state)
{
	char *password = NULL;

	(void)state;
	assert_int_equal(ask(HOST_ASK_PASSWORD, 0, "x", "cancel\n", &password),
	    NM_ERR_USER_DECLINED);
	assert_null(password);
	assert_int_equal(ask(HOST_ASK_CONFIRM, 0, "x", "cancel\n", &password),
	    NM_ERR_USER_DECLINED);
	assert_int_equal(ask(HOST_ASK_CONFIRM, 0, "x", "decline\n", &password),
	    NM_ERR_USER_DECLINED);
	assert_int_equal(
	    ask(HOST_ASK_CONFIRM, 0, "x", "confirm\n", &password), NM_OK);
	assert_null(password);
}

/* What the buttons of a consent say; a confirmation has pinentry's own. */
static void
buttons(void **state)
{
	static const struct {
		enum host_asking asking;
		const char *words[3];
	} cases[] = {
		{ HOST_ASK_ALLOW, { "ok=Allow cancel=Do not allow", NULL } },
		{ HOST_ASK_ALWAYS,
		    { "ok=Sign without asking cancel=Ask me each time",
			NULL } },
		{ HOST_ASK_SIGN, { "ok=Sign cancel=Do not sign", NULL } },
		{ HOST_ASK_CONFIRM,
		    { "CONFIRM title=nssmime desc=x\n", NULL } },
	};
	char *password = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    ask(cases[i].asking, 0, "x", "confirm\n", &password),
		    NM_OK);
		assert_null(password);
		assert_told(cases[i].words);
		assert_int_equal(
		    ask(cases[i].asking, 0, "x", "decline\n", &password),
		    NM_ERR_USER_DECLINED);
	}
}

static void
new_passwords(void **state)
{
	char *password = NULL;

	(void)state;
	assert_int_equal(ask(HOST_ASK_NEW_PASSWORD, 0, "x",
			     "pin new one\npin new one\n", &password),
	    NM_OK);
	assert_string_equal(password, "new one");
	nm_secret_free(&password);
	assert_int_equal(
	    ask(HOST_ASK_NEW_PASSWORD, 0, "x", "cancel\n", &password),
	    NM_ERR_USER_DECLINED);
	assert_null(password);
}

/* A pinentry that cannot ask twice in one window shows a second one. */
static void
asked_twice(void **state)
{
	static const char script[] =
	    "#!/bin/sh\ncd \"${0%/*}\" || exit\necho OK\n"
	    "while read -r command rest; do\n"
	    "\tif [ \"$command\" = GETPIN ]; then\n"
	    "\t\techo \"D $(head -n 1 pins)\"; sed -i 1d pins\n"
	    "\tfi\n\techo OK\ndone\n";
	static const struct {
		const char *pins;
		enum nm_error err;
		const char *password;
	} cases[] = {
		{ "a\na\n", NM_OK, "a" },
		{ "a\nb\nc\nc\n", NM_OK, "c" },
		{ "a\nb\nc\nd\ne\nf\ng\ng\n", NM_ERR_USER_DECLINED, NULL },
	};
	char path[256], *password = NULL;

	(void)state;
	pki_write(&dir, "simple", script, strlen(script));
	assert_int_equal(chmod(pki_path(&dir, "simple", path), 0700), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pki_write(&dir, "pins", cases[i].pins, strlen(cases[i].pins));
		assert_int_equal(host_pinentry_ask(path, HOST_ASK_NEW_PASSWORD,
				     0, "x", &password),
		    cases[i].err);
		if (cases[i].password == NULL)
			assert_null(password);
		else
			assert_string_equal(password, cases[i].password);
		nm_secret_free(&password);
	}
}

/* A line of Assuan has 1,000 bytes: what is longer is cut between characters,
 * and nothing in it ends the line. */
static void
long_texts(void **state)
{
	struct nm_buffer text = NM_BUFFER_INIT, log = NM_BUFFER_INIT;
	char *password = NULL;

	(void)state;
	for (int i = 0; i < 1000; i++)
		nm_buffer_string(&text, "\xc3\xa4");
	nm_buffer_byte(&text, 0);
	assert_int_equal(
	    ask(HOST_ASK_CONFIRM, 0, (char *)text.data, "confirm\n", &password),
	    NM_OK);
	pki_read(&dir, "answers.log", &log);
	nm_buffer_byte(&log, 0);
	assert_non_null(strstr((char *)log.data, "\xc3\xa4\n"));
	assert_null(strstr((char *)log.data, "\xc3\n"));
	nm_buffer_reset(&log);
	assert_int_equal(ask(HOST_ASK_CONFIRM, 0, "a\nBYE\r\n%0ABYE",
			     "confirm\n", &password),
	    NM_OK);
	nm_buffer_reset(&text);
}

static void
no_program(void **state)
{
	char path[256], *password = NULL;

	(void)state;
	assert_int_equal(host_pinentry_ask(pki_path(&dir, "gone", path),
			     HOST_ASK_CONFIRM, 0, "x", &password),
	    NM_ERR_PROMPT_UNAVAILABLE);
	/* one that is no pinentry */
	assert_int_equal(
	    host_pinentry_ask("/bin/true", HOST_ASK_CONFIRM, 0, "x", &password),
	    NM_ERR_PROMPT_UNAVAILABLE);
	/* by PATH, where an empty place is not the current folder */
	assert_int_equal(pki_run(&dir, "ln -s /bin/true pinentry-of-test"), 0);
	{
		char *old = strdup(getenv("PATH"));

		assert_int_equal(chdir(dir.dir), 0);
		setenv("PATH", ":.:relative", 1);
		assert_int_equal(host_pinentry_ask("pinentry-of-test",
				     HOST_ASK_CONFIRM, 0, "x", &password),
		    NM_ERR_PROMPT_UNAVAILABLE);
		setenv("PATH", old, 1);
		assert_int_equal(chdir("/"), 0);
		free(old);
	}
	assert_null(password);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords),
		cmocka_unit_test(again),
		cmocka_unit_test(declined),
		cmocka_unit_test(buttons),
		cmocka_unit_test(new_passwords),
		cmocka_unit_test(asked_twice),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(no_program),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
