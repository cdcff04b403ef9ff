/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nssmime/limits.h>

#include "../../../host/settings.h"

/* Settings of these words; NULL: no such file. */
static enum nm_error
load(const char *config, struct host_settings *s, struct nm_fault *fault)
{
	memset(fault, 0, sizeof(*fault));
	assert_int_equal(
	    pki_run(&home, "rm -rf .config; mkdir -p .config/nssmime"), 0);
	if (config != NULL)
		pki_write(&home, ".config/nssmime/config.json", config,
		    strlen(config));
	return host_settings_load(s, fault);
}

static void
without_a_file(void **state)
{
	struct host_settings s;
	struct nm_fault fault;
	char path[256];

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(load(i == 0 ? NULL : "{}", &s, &fault), NM_OK);
		assert_null(s.database);
		assert_null(s.pinentry);
		assert_null(s.log_level);
		assert_int_equal(s.lock_minutes, 15);
		assert_int_equal(s.origins.count, 0);
		assert_int_equal(s.admin_origins.count, 0);
		assert_true(s.user_origins);
		assert_int_equal(s.max_decompressed, NM_MAX_DECOMPRESSED);
		assert_false(s.pss);
		assert_false(s.oaep);
		/* nobody is asked about certificates unless it says so */
		assert_int_equal(s.revocation, HOST_REVOCATION_OFF);
		assert_string_equal(s.config_path,
		    pki_path(&home, ".config/nssmime/config.json", path));
		host_settings_clear(&s);
		assert_null(s.config_path);
	}
}

static void
every_member(void **state)
{
	struct host_settings s;
	struct nm_fault fault;

	(void)state;
	if (load("{\"database\":\"sql:/db\",\"pinentry\":\"pinentry-x\","
		 "\"lockMinutes\":0,\"log\":\"debug\","
		 "\"origins\":[\"https://EXAMPLE.org\",\"http://localhost\"],"
		 "\"signingOrigins\":[\"http://LOCALHOST\"],"
		 "\"maxDecompressed\":1,\"signatureScheme\":\"pss\","
		 "\"keyManagement\":\"rsa-oaep\",\"revocation\":\"hard\","
		 "\"ocspNonce\":true,"
		 "\"timestampAuthority\":\"https://tsa.example/\"}",
		&s, &fault) != NM_OK)
		fail_msg("%s", fault.text);
	assert_string_equal(s.database, "sql:/db");
	assert_string_equal(s.pinentry, "pinentry-x");
	assert_int_equal(s.lock_minutes, 0);
	assert_string_equal(s.log_level, "debug");
	assert_int_equal(s.origins.count, 3);
	assert_string_equal(s.origins.items[0].name, "https://example.org");
	assert_false(s.origins.items[0].signs);
	assert_false(s.origins.items[1].signs);
	assert_string_equal(s.origins.items[2].name, "http://localhost");
	assert_true(s.origins.items[2].signs);
	assert_int_equal(s.max_decompressed, 1);
	assert_true(s.pss);
	assert_true(s.oaep);
	assert_int_equal(s.revocation, HOST_REVOCATION_HARD);
	assert_true(s.ocsp_nonce);
	assert_string_equal(s.timestamp_authority, "https://tsa.example/");
	host_settings_clear(&s);
}

/* Never skipped silently: file and member are named. */
static void
what_is_wrong(void **state)
{
	static const struct {
		const char *config, *named;
	} cases[] = {
		{ "", "config.json" },
		{ "[]", "config.json" },
		{ "{", "config.json" },
		{ "{}x", "config.json" },
		{ "{\"surprise\":1}", "surprise" },
		{ "{\"database\":1}", "database" },
		{ "{\"database\":\"/db\"}", "database" },
		{ "{\"database\":\"sql:db\"}", "database" },
		{ "{\"database\":\"dbm:/db\"}", "database" },
		{ "{\"database\":\"sql:/d\\u0000b\"}", "database" },
		{ "{\"pinentry\":\"\"}", "pinentry" },
		{ "{\"pinentry\":\"./x\"}", "pinentry" },
		{ "{\"lockMinutes\":-1}", "lockMinutes" },
		{ "{\"lockMinutes\":10081}", "lockMinutes" },
		{ "{\"lockMinutes\":1.5}", "lockMinutes" },
		{ "{\"log\":\"loud\"}", "log" },
		{ "{\"origins\":\"https://x\"}", "origins" },
		{ "{\"origins\":[\"https://x/y\"]}", "origins" },
		{ "{\"origins\":[1]}", "origins" },
		{ "{\"origins\":[\"https://x\",\"y\"]}", "origins" },
		{ "{\"signingOrigins\":{}}", "signingOrigins" },
		{ "{\"signingOrigins\":[null]}", "signingOrigins" },
		{ "{\"maxDecompressed\":0}", "maxDecompressed" },
		{ "{\"signatureScheme\":\"PSS\"}", "signatureScheme" },
		{ "{\"keyManagement\":null}", "keyManagement" },
		{ "{\"revocation\":\"on\"}", "revocation" },
		{ "{\"ocspNonce\":1}", "ocspNonce" },
		{ "{\"owaTrace\":\"yes\"}", "owaTrace" },
		{ "{\"timestampAuthority\":\"\"}", "timestampAuthority" },
		{ "{\"timestampAuthority\":\"ftp://x/\"}",
		    "timestampAuthority" },
		{ "{\"timestampAuthority\":\"http:///x\"}",
		    "timestampAuthority" },
		{ "{\"timestampAuthority\":\"http://x/ y\"}",
		    "timestampAuthority" },
		{ "{\"timestampAuthority\":true}", "timestampAuthority" },
		/* the administrator's alone */
		{ "{\"callers\":[\"x@y\"]}", "callers" },
		{ "{\"owa\":{}}", "owa" },
		{ "{\"userOrigins\":true}", "userOrigins" },
		{ "{\"fetchNetworks\":[]}", "fetchNetworks" },
		{ "{\"fetchProxy\":\"http://x:1\"}", "fetchProxy" },
	};
	struct host_settings s;
	struct nm_fault fault;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(load(cases[i].config, &s, &fault),
		    NM_ERR_CONFIGURATION_INVALID);
		assert_int_equal(fault.code, NM_ERR_CONFIGURATION_INVALID);
		if (strstr(fault.text, "config.json") == NULL ||
		    strstr(fault.text, cases[i].named) == NULL)
			fail_msg("%s: %s", cases[i].config, fault.text);
		host_settings_clear(&s);
	}
}

static void
files_that_are_none(void **state)
{
	struct host_settings s;
	struct nm_fault fault;
	char *text = malloc(70000);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', 70000);
	text[69999] = '\0';
	assert_int_equal(load(text, &s, &fault), NM_ERR_CONFIGURATION_INVALID);
	assert_non_null(strstr(fault.text, "larger"));
	host_settings_clear(&s);
	free(text);
	assert_int_equal(pki_run(&home,
			     "rm .config/nssmime/config.json && "
			     "mkdir .config/nssmime/config.json"),
	    0);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(
	    host_settings_load(&s, &fault), NM_ERR_CONFIGURATION_INVALID);
	host_settings_clear(&s);
	/* one that would never end being read */
	assert_int_equal(pki_run(&home,
			     "rmdir .config/nssmime/config.json && "
			     "mkfifo .config/nssmime/config.json"),
	    0);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(
	    host_settings_load(&s, &fault), NM_ERR_CONFIGURATION_INVALID);
	host_settings_clear(&s);
}

static void
where_the_file_is(void **state)
{
	struct host_settings s;
	struct nm_fault fault = { NM_OK, "" };
	char path[256];

	(void)state;
	assert_int_equal(pki_run(&home,
			     "mkdir -p xdg/nssmime && "
			     "echo '{\"lockMinutes\":7}' > "
			     "xdg/nssmime/config.json"),
	    0);
	setenv("XDG_CONFIG_HOME", pki_path(&home, "xdg", path), 1);
	assert_int_equal(host_settings_load(&s, &fault), NM_OK);
	assert_int_equal(s.lock_minutes, 7);
	host_settings_clear(&s);
	/* a relative one is to be ignored */
	setenv("XDG_CONFIG_HOME", "xdg", 1);
	assert_int_equal(load("{\"lockMinutes\":8}", &s, &fault), NM_OK);
	assert_int_equal(s.lock_minutes, 8);
	host_settings_clear(&s);
	unsetenv("XDG_CONFIG_HOME");
}

/* The choice of a database is written, all else stays. */
static void
choosing_a_database(void **state)
{
	struct host_settings s, after;
	struct nm_fault fault;
	struct stat st;
	char path[256];

	(void)state;
	assert_int_equal(load("{\"lockMinutes\":9}", &s, &fault), NM_OK);
	/* edited meanwhile: that counts */
	assert_int_equal(pki_run(&home,
			     "echo '{\"lockMinutes\":10,\"log\":\"info\"}' > "
			     ".config/nssmime/config.json; "
			     "echo old > .config/nssmime/.config.json.new"),
	    0);
	assert_int_equal(
	    host_settings_choose_database(&s, "/a \"b\"/\xc3\xa4", &fault),
	    NM_OK);
	assert_int_equal(host_settings_load(&after, &fault), NM_OK);
	assert_string_equal(after.database, "sql:/a \"b\"/\xc3\xa4");
	assert_int_equal(after.lock_minutes, 10);
	assert_string_equal(after.log_level, "info");
	assert_int_equal(
	    stat(pki_path(&home, ".config/nssmime/config.json", path), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(
	    pki_run(&home, "test ! -e .config/nssmime/.config.json.new"), 0);
	host_settings_clear(&after);
	host_settings_clear(&s);
}

static void
choosing_for_the_first_time(void **state)
{
	struct host_settings s, after;
	struct nm_fault fault;

	(void)state;
	assert_int_equal(load(NULL, &s, &fault), NM_OK);
	/* a new account has no ~/.config */
	assert_int_equal(pki_run(&home, "rm -rf .config"), 0);
	if (host_settings_choose_database(&s, "/db", &fault) != NM_OK)
		fail_msg("%s", fault.text);
	assert_int_equal(host_settings_load(&after, &fault), NM_OK);
	assert_string_equal(after.database, "sql:/db");
	host_settings_clear(&after);
	host_settings_clear(&s);
}

static void
choosing_fails(void **state)
{
	struct nm_buffer found = NM_BUFFER_INIT;
	struct host_settings s;
	struct nm_fault fault;

	(void)state;
	assert_int_equal(load(NULL, &s, &fault), NM_OK);
	/* what could not be read any more is not written */
	assert_int_equal(host_settings_choose_database(&s, "/\xff", &fault),
	    NM_ERR_STORAGE_FAILED);
	assert_int_equal(
	    pki_run(&home, "test ! -e .config/nssmime/config.json"), 0);
	/* nor what somebody has begun to write */
	pki_write(&home, ".config/nssmime/config.json", "{\"log\":", 7);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(host_settings_choose_database(&s, "/db", &fault),
	    NM_ERR_CONFIGURATION_INVALID);
	pki_read(&home, ".config/nssmime/config.json", &found);
	assert_int_equal(found.len, 7);
	nm_buffer_reset(&found);
	/* a file in the folder's place */
	assert_int_equal(pki_run(&home, "rm -rf .config; echo > .config"), 0);
	memset(&fault, 0, sizeof(fault));
	assert_int_equal(host_settings_choose_database(&s, "/db", &fault),
	    NM_ERR_STORAGE_FAILED);
	assert_int_equal(pki_run(&home, "rm .config"), 0);
	host_settings_clear(&s);
}

/* ---- origins ------------------------------------------------------------ */

/* What the file says of an origin now. */
static struct host_permission
permission(const char *origin)
{
	struct host_permission permission;
	struct host_settings s;
	struct nm_fault fault;

	memset(&fault, 0, sizeof(fault));
	if (host_settings_load(&s, &fault) != NM_OK)
		fail_msg("%s", fault.text);
	permission = host_permission_of(&s, origin);
	host_settings_clear(&s);
	return permission;
}

static void
keeping_origins(void **state)
{
	struct host_settings s, after;
	struct nm_fault fault;

	(void)state;
	assert_int_equal(load("{\"lockMinutes\":9}", &s, &fault), NM_OK);
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://a.example", false, &fault),
	    NM_OK);
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://b.example", true, &fault),
	    NM_OK);
	assert_true(permission("https://a.example").allowed);
	assert_false(permission("https://a.example").signs);
	assert_true(permission("https://b.example").signs);
	/* the later word counts, and each is there once */
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://a.example", true, &fault),
	    NM_OK);
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://b.example", false, &fault),
	    NM_OK);
	assert_true(permission("https://a.example").signs);
	assert_true(permission("https://b.example").allowed);
	assert_false(permission("https://b.example").signs);
	assert_int_equal(host_settings_load(&after, &fault), NM_OK);
	assert_int_equal(after.origins.count, 2);
	assert_int_equal(after.lock_minutes, 9);
	host_settings_clear(&after);
	host_settings_clear(&s);
}

/* In whatever spelling somebody wrote it down, and however often. */
static void
dropping_origins(void **state)
{
	static const char config[] =
	    "{\"origins\":[\"HTTPS://A.example:443\",\"https://b.example\","
	    "\"https://a.EXAMPLE\"],\"signingOrigins\":[\"https://A.example\"],"
	    "\"log\":\"info\"}";
	struct host_settings s;
	struct nm_fault fault;
	bool dropped;

	(void)state;
	assert_int_equal(load(config, &s, &fault), NM_OK);
	assert_true(permission("https://a.example").signs);
	assert_int_equal(host_settings_drop_origin(
			     &s, "https://a.example", &dropped, &fault),
	    NM_OK);
	assert_true(dropped);
	assert_false(permission("https://a.example").allowed);
	assert_true(permission("https://b.example").allowed);
	assert_int_equal(host_settings_drop_origin(
			     &s, "https://a.example", &dropped, &fault),
	    NM_OK);
	assert_false(dropped);
	host_settings_clear(&s);
	/* where there is no file none is made */
	assert_int_equal(load(NULL, &s, &fault), NM_OK);
	assert_int_equal(host_settings_drop_origin(
			     &s, "https://a.example", &dropped, &fault),
	    NM_OK);
	assert_false(dropped);
	assert_int_equal(
	    pki_run(&home, "test ! -e .config/nssmime/config.json"), 0);
	host_settings_clear(&s);
}

/* Programs that write at once lose nothing of each other. */
static void
keeping_at_once(void **state)
{
	struct host_settings s, after;
	struct nm_fault fault;
	char origin[64];
	int status;

	(void)state;
	assert_int_equal(load(NULL, &s, &fault), NM_OK);
	for (int i = 0; i < 4; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		for (int k = 0; child == 0 && k < 25; k++) {
			(void)snprintf(origin, sizeof(origin),
			    "https://m%d.%d.example", i, k);
			if (host_settings_keep_origin(
				&s, origin, false, &fault) != NM_OK)
				_exit(1);
		}
		if (child == 0)
			_exit(0);
	}
	for (int i = 0; i < 4; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_int_equal(host_settings_load(&after, &fault), NM_OK);
	assert_int_equal(after.origins.count, 100);
	host_settings_clear(&after);
	host_settings_clear(&s);
}

/* A file that could not be read any more is not written. */
static void
too_many_origins(void **state)
{
	struct nm_buffer config = NM_BUFFER_INIT;
	struct host_settings s;
	struct nm_fault fault;

	(void)state;
	nm_buffer_string(&config, "{\"origins\":[");
	for (int i = 0; i < 1000; i++)
		nm_buffer_format(
		    &config, "%s\"https://m%d.example\"", i ? "," : "", i);
	nm_buffer_string(&config, "]}");
	nm_buffer_byte(&config, 0);
	assert_int_equal(load((char *)config.data, &s, &fault), NM_OK);
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://a.example", false, &fault),
	    NM_ERR_STORAGE_FAILED);
	assert_false(permission("https://a.example").allowed);
	/* one that is there may change */
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://m7.example", true, &fault),
	    NM_OK);
	assert_true(permission("https://m7.example").signs);
	host_settings_clear(&s);

	/* nor one that is too large: this is, with one more */
	nm_buffer_clear(&config);
	nm_buffer_string(&config, "{\"pinentry\":\"");
	while (config.len < 65500)
		nm_buffer_byte(&config, 'x');
	nm_buffer_string(&config, "\"}");
	nm_buffer_byte(&config, 0);
	assert_int_equal(load((char *)config.data, &s, &fault), NM_OK);
	assert_int_equal(
	    host_settings_keep_origin(&s, "https://a.example", false, &fault),
	    NM_ERR_STORAGE_FAILED);
	assert_false(permission("https://a.example").allowed);
	host_settings_clear(&s);
	nm_buffer_reset(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file),
		cmocka_unit_test(every_member),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(where_the_file_is),
		cmocka_unit_test(choosing_a_database),
		cmocka_unit_test(choosing_for_the_first_time),
		cmocka_unit_test(choosing_fails),
		cmocka_unit_test(keeping_origins),
		cmocka_unit_test(dropping_origins),
		cmocka_unit_test(keeping_at_once),
		cmocka_unit_test(too_many_origins),
	};

	return cmocka_run_group_tests(tests, home_setup, home_teardown);
}
