/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include <nss.h>

#include <nssmime/database.h>

static struct nm_candidates
find(enum nm_database_kind caller, const char *configured)
{
	struct nm_candidates c;
	struct nm_fault fault = { 0 };

	assert_int_equal(
	    nm_candidates_find(caller, configured, &c, &fault), NM_OK);
	/* by files alone: NSS is only needed for the ids */
	assert_false(NSS_IsInitialized());
	assert_null(c.items[0].id);
	assert_int_equal(nm_candidates_identify(&c, &fault), NM_OK);
	return c;
}

static void
nothing_but_own(void **state)
{
	struct nm_candidates c = find(NM_DATABASE_THUNDERBIRD, NULL);
	char path[256];

	(void)state;
	assert_int_equal(c.count, 1);
	assert_int_equal(c.items[0].kind, NM_DATABASE_OWN);
	assert_false(c.items[0].exists);
	assert_int_equal(c.items[0].problem, NM_CANDIDATE_USABLE);
	assert_int_equal(strlen(c.items[0].id), 16);
	assert_string_equal(
	    c.items[0].path, pki_path(&home, ".local/share/nssmime", path));
	nm_candidates_clear(&c);
	assert_int_equal(c.count, 0);
	assert_false(NSS_IsInitialized());
}

static void
make_profiles(void)
{
	assert_int_equal(
	    pki_run(&home,
		"mkdir -p .thunderbird/a.default .thunderbird/b.release "
		".mozilla/firefox/f .pki/nssdb elsewhere/c; "
		"touch .thunderbird/b.release/cert9.db .pki/nssdb/cert9.db "
		".mozilla/firefox/f/cert8.db elsewhere/c/cert9.db\n"
		"printf '%%s\\n' '[General]' 'Version=2' "
		"'[Profile0]' 'Name=default' 'IsRelative=1' 'Path=a.default' "
		"'Default=1' '[Profile1]' 'Name=release' 'IsRelative=1' "
		"'Path=b.release' '[Profile2]' 'Name=gone' 'Path=gone' "
		"'[Profile3]' 'Name=far' 'IsRelative=0' "
		"\"Path=$PWD/elsewhere/c\" > .thunderbird/profiles.ini\n"
		"printf '%%s\\r\\n' '[FDC34C9F024745EB]' 'Default=b.release' "
		"'Locked=1' > .thunderbird/installs.ini\n"
		"printf '%%s\\n' '[Profile0]' 'Name=only' 'Path=f' "
		"> .mozilla/firefox/profiles.ini"),
	    0);
}

static void
order_and_labels(void **state)
{
	struct nm_candidates c, d;

	(void)state;
	make_profiles();
	c = find(NM_DATABASE_THUNDERBIRD, NULL);
	assert_int_equal(c.count, 6);
	/* the installation's default wins over Default=1 */
	assert_string_equal(c.items[0].label, "Thunderbird, profile release");
	assert_true(c.items[0].is_default);
	assert_true(c.items[0].exists);
	assert_string_equal(c.items[1].label, "Thunderbird, profile default");
	assert_false(c.items[1].is_default);
	assert_false(c.items[1].exists);
	assert_string_equal(c.items[2].label, "Thunderbird, profile far");
	assert_true(c.items[2].exists);
	assert_int_equal(c.items[3].kind, NM_DATABASE_FIREFOX);
	assert_true(c.items[3].is_default);
	assert_false(c.items[3].exists);
	assert_int_equal(c.items[3].problem, NM_CANDIDATE_OLD_FORM);
	assert_int_equal(c.items[4].kind, NM_DATABASE_SHARED);
	assert_int_equal(c.items[5].kind, NM_DATABASE_OWN);

	d = find(NM_DATABASE_SHARED, NULL);
	assert_int_equal(d.count, 6);
	assert_int_equal(d.items[0].kind, NM_DATABASE_SHARED);
	assert_string_equal(d.items[0].id, c.items[4].id);
	assert_string_not_equal(d.items[0].id, d.items[1].id);
	assert_int_equal(d.items[1].kind, NM_DATABASE_THUNDERBIRD);
	nm_candidates_clear(&c);
	nm_candidates_clear(&d);
	d = find(NM_DATABASE_FIREFOX, NULL);
	assert_int_equal(d.items[0].kind, NM_DATABASE_FIREFOX);
	nm_candidates_clear(&d);
}

static void
configured_comes_first(void **state)
{
	struct nm_candidates c;
	struct nm_fault fault = { 0 };
	char name[256];

	(void)state;
	make_profiles();
	snprintf(name, sizeof(name), "sql:%s/.pki/nssdb", home.dir);
	c = find(NM_DATABASE_FIREFOX, name);
	/* and is not listed twice */
	assert_int_equal(c.count, 6);
	assert_int_equal(c.items[0].kind, NM_DATABASE_CONFIGURED);
	assert_true(c.items[0].exists);
	/* whose it is, not that somebody chose it */
	assert_string_equal(c.items[0].label, "Shared database");
	nm_candidates_clear(&c);
	snprintf(name, sizeof(name), "sql:%s/elsewhere", home.dir);
	c = find(NM_DATABASE_FIREFOX, name);
	assert_string_equal(c.items[0].label, "Database of the settings");
	nm_candidates_clear(&c);
	assert_int_equal(
	    nm_candidates_find(NM_DATABASE_FIREFOX, "sql:relative", &c, &fault),
	    NM_ERR_CONFIGURATION_INVALID);
	assert_int_equal(fault.code, NM_ERR_CONFIGURATION_INVALID);
	assert_int_equal(c.count, 0);
}

static void
other_folders(void **state)
{
	struct nm_candidates c;
	char path[256];

	(void)state;
	setenv("XDG_CONFIG_HOME", pki_path(&home, "cfg", path), 1);
	setenv("XDG_DATA_HOME", "relative is ignored", 1);
	assert_int_equal(
	    pki_run(&home,
		"mkdir -p cfg/mozilla/firefox/x .local/share/pki/nssdb "
		"snap/thunderbird/common/.thunderbird/y; "
		"printf '[Profile0]\\nPath=x\\n' "
		"> cfg/mozilla/firefox/profiles.ini; "
		"printf '[Profile0]\\nName=s\\nPath=y\\n' "
		"> snap/thunderbird/common/.thunderbird/profiles.ini"),
	    0);
	c = find(NM_DATABASE_THUNDERBIRD, NULL);
	assert_int_equal(c.count, 4);
	assert_string_equal(c.items[0].label, "Thunderbird (snap), profile s");
	assert_string_equal(c.items[1].label, "Firefox, profile x");
	assert_int_equal(c.items[2].kind, NM_DATABASE_SHARED);
	nm_candidates_clear(&c);
}

static void
hostile_profiles(void **state)
{
	struct nm_candidates c;

	(void)state;
	assert_int_equal(
	    pki_run(&home,
		"mkdir -p .thunderbird/p; { printf 'Path=x\\n=\\n[\\n[]\\n"
		"[Profile0\\n[Profile1]\\nPath\\n[Profile2]\\nPath=p\\nPath="
		"p\\n';"
		" for i in $(seq 5000); do echo \"[Profile$i]\"; "
		"echo Path=p; done; } > .thunderbird/profiles.ini; "
		"head -c 3000000 /dev/zero > .thunderbird/installs.ini"),
	    0);
	c = find(NM_DATABASE_THUNDERBIRD, NULL);
	assert_int_equal(c.count, 2);
	assert_int_equal(c.items[0].kind, NM_DATABASE_THUNDERBIRD);
	nm_candidates_clear(&c);
	unsetenv("HOME");
	assert_int_equal(
	    nm_candidates_find(NM_DATABASE_FIREFOX, NULL, &c, NULL),
	    NM_ERR_DATABASE_UNAVAILABLE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(nothing_but_own),
		T(order_and_labels),
		T(configured_comes_first),
		T(other_folders),
		T(hostile_profiles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
