/* SPDX-License-Identifier: MPL-2.0 */
/* The environment of a program that starts with other libraries; which folders
 * count is tested by tests/protocol/test_newer_nss.py. */
#include "home.h"

#include "../../../host/nss_folder.h"

#define NAME "LD_LIBRARY_PATH"

/* The values that the variable has in the environment, one a line. */
static void
values(char *const *environment, char out[256])
{
	out[0] = '\0';
	for (; *environment != NULL; environment++) {
		if (strncmp(*environment, NAME "=", sizeof(NAME)) == 0)
			(void)strcat(
			    strcat(out, *environment + sizeof(NAME)), "\n");
	}
}

static size_t
count(char *const *environment)
{
	size_t n = 0;

	while (environment[n] != NULL)
		n++;
	return n;
}

/* What the user has comes behind, and is all that stays in the end. */
static void
check(const char *before, const char *within)
{
	char **environment, text[256];
	size_t others;

	(void)unsetenv(NAME);
	others = count(environ);
	if (before != NULL)
		assert_int_equal(setenv(NAME, before, 1), 0);
	environment = host_nss_folder_environment("/usr/lib/x");
	assert_non_null(environment);
	values(environment, text);
	assert_string_equal(text, within);
	assert_int_equal(count(environment), others + 1);
	/* as in the program that was started with it */
	assert_int_equal(setenv(NAME, environment[0] + sizeof(NAME), 1), 0);
	host_nss_folder_environment_free(&environment);
	assert_null(environment);
	host_nss_folder_forget();
	if (before == NULL)
		assert_null(getenv(NAME));
	else
		assert_string_equal(getenv(NAME), before);
}

static void
added_and_taken_out(void **state)
{
	(void)state;
	check(NULL, "/usr/lib/x\n");
	check("", "/usr/lib/x:\n");
	check("/home/a/lib", "/usr/lib/x:/home/a/lib\n");
	check("/a:/b::/c", "/usr/lib/x:/a:/b::/c\n");
}

static void
nothing_to_take_out(void **state)
{
	(void)state;
	(void)unsetenv(NAME);
	host_nss_folder_forget();
	assert_null(getenv(NAME));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_and_taken_out),
		cmocka_unit_test(nothing_to_take_out),
	};

	return cmocka_run_group_tests(tests, home_setup, home_teardown);
}
