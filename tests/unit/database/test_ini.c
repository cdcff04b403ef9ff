/* SPDX-License-Identifier: MPL-2.0 */
#include "pki.h"

#include "database/ini.h"

static struct pki home;

static int
setup(void **state)
{
	(void)state;
	pki_temporary(&home);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	pki_remove(&home);
	return 0;
}

/* The profiles as "name=path" after the root, "*" for the one that starts. */
static void
check(const char *profiles, const char *installs, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	size_t root = strlen(home.dir);
	struct nm_profiles p;

	assert_int_equal(pki_run(&home, "rm -f profiles.ini installs.ini"), 0);
	if (profiles != NULL)
		pki_write(&home, "profiles.ini", profiles, strlen(profiles));
	if (installs != NULL)
		pki_write(&home, "installs.ini", installs, strlen(installs));
	assert_true(nm_profiles_read(home.dir, &p));
	for (size_t i = 0; i < p.count; i++) {
		const char *path = p.items[i].path;

		if (strncmp(path, home.dir, root) == 0)
			path += root;
		nm_buffer_format(&b, "%s%s=%s ",
		    p.items[i].is_default ? "*" : "", p.items[i].name, path);
	}
	nm_buffer_byte(&b, 0);
	assert_string_equal((char *)b.data, expected);
	nm_buffer_reset(&b);
	nm_profiles_clear(&p);
	assert_int_equal(p.count, 0);
}

static void
nothing_there(void **state)
{
	(void)state;
	check(NULL, NULL, "");
	check("", "", "");
	check("[General]\nStartWithLastProfile=1\n", NULL, "");
	check("Name=x\nPath=y\n[Profile0]\nName=no path\n", NULL, "");
}

static void
profiles(void **state)
{
	(void)state;
	/* the only one starts, whatever is written */
	check("[Profile0]\nName=a\nPath=x/y\n", NULL, "*a=/x/y ");
	check("[Profile0]\nName=a\nIsRelative=1\nPath=x\n"
	      "[Profile1]\r\nName=b\r\nPath=y\r\nDefault=1\r\n",
	    NULL, "a=/x *b=/y ");
	/* absolute, also where it says otherwise */
	check("[Profile0]\nName=a\nIsRelative=0\nPath=/far/x\n"
	      "[Profile1]\nName=b\nPath=/far/y\n",
	    NULL, "a=/far/x b=/far/y ");
	/* without a name it goes by its path */
	check("[Profile0]\nPath=x\n", NULL, "*x=/x ");
	/* case, comments, order, what comes twice and what is unknown */
	check("; comment\n[profile7]\npath=old\n# more\nPATH=x\nName=a=b\n"
	      "Avatar=3\nno equals\n[broken\n[Other]\nPath=z\n",
	    NULL, "*a=b=/x ");
}

/* The installation's choice outweighs Default=1 of a profile. */
static void
installations(void **state)
{
	static const char two[] = "[Profile0]\nName=a\nPath=x\nDefault=1\n"
				  "[Profile1]\nName=b\nPath=y\n";
	char both[300];

	(void)state;
	check(two, NULL, "*a=/x b=/y ");
	check(two, "[4F96D1932A9F858E]\nDefault=y\nLocked=1\n", "a=/x *b=/y ");
	(void)snprintf(both, sizeof(both),
	    "[Install4F96D1932A9F858E]\nDefault=y\n%s", two);
	check(both, NULL, "a=/x *b=/y ");
	/* two installations, each with its own */
	check(two, "[A]\nDefault=x\n[B]\nDefault=y\n", "*a=/x *b=/y ");
	/* one that names none of them */
	check(two, "[A]\nDefault=gone\n", "a=/x b=/y ");
	check(two, "[A]\nLocked=1\n", "*a=/x b=/y ");
}

static void
hostile_files(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_profiles p;

	(void)state;
	/* a NUL byte: none of ours */
	pki_write(&home, "profiles.ini", "[Profile0]\nName=a\0\nPath=x\n", 26);
	assert_true(nm_profiles_read(home.dir, &p));
	assert_int_equal(p.count, 0);
	nm_profiles_clear(&p);
	/* more than anyone has */
	for (int i = 0; i < 5000; i++)
		nm_buffer_format(
		    &b, "[Profile%d]\nName=%d\nPath=%d\n", i, i, i);
	pki_write(&home, "profiles.ini", b.data, b.len);
	assert_true(nm_profiles_read(home.dir, &p));
	assert_int_equal(p.count, 256);
	assert_string_equal(p.items[255].name, "255");
	nm_profiles_clear(&p);
	nm_buffer_reset(&b);
	/* a line of 2 MiB */
	nm_buffer_string(&b, "[Profile0]\nPath=x\nName=");
	for (int i = 0; i < 2 * 1024 * 1024; i++)
		nm_buffer_byte(&b, 'n');
	pki_write(&home, "profiles.ini", b.data, b.len);
	assert_true(nm_profiles_read(home.dir, &p));
	assert_int_equal(p.count, 1);
	assert_true(strlen(p.items[0].name) <= 1024 * 1024);
	nm_profiles_clear(&p);
	nm_buffer_reset(&b);
	/* a folder in its place */
	assert_int_equal(
	    pki_run(&home, "rm profiles.ini && mkdir profiles.ini"), 0);
	assert_true(nm_profiles_read(home.dir, &p));
	assert_int_equal(p.count, 0);
	nm_profiles_clear(&p);
	assert_int_equal(pki_run(&home, "rmdir profiles.ini"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_there),
		cmocka_unit_test(profiles),
		cmocka_unit_test(installations),
		cmocka_unit_test(hostile_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
