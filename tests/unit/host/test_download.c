/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include <sys/stat.h>

#include "../../../host/download.h"

/* The folder, after the home folder. */
static void
check_folder(const char *user_dirs, const char *expected)
{
	char *folder;

	assert_int_equal(
	    pki_run(&home, "mkdir -p .config Downloads 'Meine \"Sachen\"' far"),
	    0);
	if (user_dirs != NULL)
		pki_write(&home, ".config/user-dirs.dirs", user_dirs,
		    strlen(user_dirs));
	else
		assert_int_equal(
		    pki_run(&home, "rm -f .config/user-dirs.dirs"), 0);
	folder = host_download_folder();
	assert_non_null(folder);
	assert_memory_equal(folder, home.dir, strlen(home.dir));
	assert_string_equal(folder + strlen(home.dir), expected);
	free(folder);
}

static void
the_folder(void **state)
{
	char line[200];

	(void)state;
	check_folder(NULL, "/Downloads");
	check_folder("# c\nXDG_DESKTOP_DIR=\"$HOME/far\"\n", "/Downloads");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME/far\"\n", "/far");
	check_folder("  XDG_DOWNLOAD_DIR=\"$HOME/far\"", "/far");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME/Meine \\\"Sachen\\\"\"\n",
	    "/Meine \"Sachen\"");
	/* the last one counts, and only one that is there */
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME/gone\"\n"
		     "XDG_DOWNLOAD_DIR=\"$HOME/far\"\n",
	    "/far");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME/gone\"\n", "/Downloads");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME\"\n", "");
	(void)snprintf(
	    line, sizeof(line), "XDG_DOWNLOAD_DIR=\"%s/far\"\n", home.dir);
	check_folder(line, "/far");
	/* what is not understood */
	check_folder("XDG_DOWNLOAD_DIR=$HOME/far\n", "/Downloads");
	check_folder("XDG_DOWNLOAD_DIR=\"far\"\n", "/Downloads");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOMEfar\"\n", "/Downloads");
	check_folder("XDG_DOWNLOAD_DIR=\"$HOME/far\n", "/Downloads");
	assert_int_equal(pki_run(&home, "rmdir Downloads"), 0);
	assert_int_equal(pki_run(&home, "rm .config/user-dirs.dirs"), 0);
	assert_int_equal(pki_run(&home, "touch Downloads"), 0);
	{
		char *folder = host_download_folder();

		assert_string_equal(folder, home.dir);
		free(folder);
	}
	assert_int_equal(pki_run(&home, "rm Downloads"), 0);
}

static void
names(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "alice.p12", "alice.p12" },
		{ "", "certificate" },
		{ "...", "certificate" },
		{ " . .hidden", "hidden" },
		{ "../../etc/passwd", "_.._etc_passwd" },
		{ "/etc/passwd", "_etc_passwd" },
		{ "a\\b:c*d?e\"f<g>h|i", "a_b_c_d_e_f_g_h_i" },
		{ "a\nb\x1b", "a b " },
		{ "J\xc3\xb6.p12", "J\xc3\xb6.p12" },
		{ "\xff.p12", "\xef\xbf\xbd.p12" },
		/* characters that turn what follows */
		{ "a\xe2\x80\xae"
		  "21p.exe",
		    "a21p.exe" },
	};
	char *name, longer[400];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		name = host_download_name(cases[i].in);
		assert_string_equal(name, cases[i].out);
		free(name);
	}
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	name = host_download_name(longer);
	assert_true(strlen(name) < 150);
	free(name);
}

static void
check_write(const char *name, const char *data, const char *expected)
{
	struct nm_bytes bytes = { (const uint8_t *)data, strlen(data) };
	struct nm_buffer found = NM_BUFFER_INIT;
	char *saved = NULL, path[256];
	struct stat st;

	assert_int_equal(
	    host_download_write(home.dir, name, bytes, &saved), NM_OK);
	assert_string_equal(saved, expected);
	pki_read(&home, saved, &found);
	assert_int_equal(found.len, bytes.len);
	assert_memory_equal(found.data, data, bytes.len);
	assert_int_equal(stat(pki_path(&home, saved, path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	nm_buffer_reset(&found);
	free(saved);
}

/* What is there is never touched. */
static void
writing(void **state)
{
	struct nm_buffer found = NM_BUFFER_INIT;

	(void)state;
	check_write("a.p12", "one", "a.p12");
	check_write("a.p12", "two", "a-2.p12");
	check_write("a.p12", "three", "a-3.p12");
	check_write("noext", "x", "noext");
	check_write("noext", "x", "noext-2");
	check_write("a.b.p12", "x", "a.b.p12");
	check_write("a.b.p12", "x", "a.b-2.p12");
	/* nor is what a link points to */
	pki_write(&home, "target", "old", 3);
	assert_int_equal(
	    pki_run(&home, "ln -s target link.p12; ln -s nowhere dang.p12"), 0);
	check_write("link.p12", "new", "link-2.p12");
	check_write("dang.p12", "new", "dang-2.p12");
	pki_read(&home, "target", &found);
	assert_memory_equal(found.data, "old", 3);
	nm_buffer_reset(&found);
	assert_int_equal(pki_run(&home, "test ! -e nowhere"), 0);
}

static void
failures(void **state)
{
	struct nm_bytes bytes = { (const uint8_t *)"x", 1 };
	char path[256], *saved = path;

	(void)state;
	assert_int_equal(host_download_write(
			     pki_path(&home, "gone", path), "a", bytes, &saved),
	    NM_ERR_STORAGE_FAILED);
	assert_null(saved);
	/* a file in the folder's place */
	pki_write(&home, "file", "x", 1);
	assert_int_equal(host_download_write(
			     pki_path(&home, "file", path), "a", bytes, &saved),
	    NM_ERR_STORAGE_FAILED);
	assert_null(saved);
	/* a folder where nobody can write */
	assert_int_equal(host_download_write("/proc/self", "a", bytes, &saved),
	    NM_ERR_STORAGE_FAILED);
	assert_null(saved);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_folder),
		cmocka_unit_test(names),
		cmocka_unit_test(writing),
		cmocka_unit_test(failures),
	};

	return cmocka_run_group_tests(tests, home_setup, home_teardown);
}
