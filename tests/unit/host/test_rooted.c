/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include "../../../host/rooted.h"

static bool
rooted(const char *path)
{
	char *real = host_rooted(path);
	bool good = real != NULL;

	free(real);
	return good;
}

static void
what_the_system_has(void **state)
{
	char *real;

	(void)state;
	assert_true(rooted("/"));
	assert_true(rooted("/usr/bin"));
	assert_true(rooted("/usr/bin/env"));
	/* the real path, by whatever name it was asked for */
	real = host_rooted("/usr/../usr/./bin//env");
	assert_non_null(real);
	assert_null(strstr(real, ".."));
	assert_null(strstr(real, "//"));
	free(real);
}

static void
what_others_may_change(void **state)
{
	char path[256];

	(void)state;
	assert_int_equal(
	    pki_run(&home, "touch file; ln -s /usr/bin/env link"), 0);
	/* below a folder that everyone may write, whoever owns the rest */
	assert_false(rooted("/tmp"));
	assert_false(rooted(pki_path(&home, "file", path)));
	/* a link is what it leads to: whoever leads it elsewhere can do so only
	 * to what is root's as well */
	assert_true(rooted(pki_path(&home, "link", path)));
	assert_false(rooted("/dev/null"));
}

static void
what_is_not_there(void **state)
{
	(void)state;
	assert_false(rooted("/usr/bin/no such program"));
	assert_false(rooted("/usr/bin/env/x"));
	assert_false(rooted(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_system_has),
		cmocka_unit_test(what_others_may_change),
		cmocka_unit_test(what_is_not_there),
	};

	return cmocka_run_group_tests(tests, home_setup, home_teardown);
}
