/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../../../host/caller.h"

static bool
parse(const char *one, const char *two, struct host_caller *out)
{
	char program[] = "nssmime-host", first[300] = "", second[300] = "";
	char *argv[] = { program, first, second, NULL };
	int argc = 1;

	if (one != NULL) {
		(void)strncpy(first, one, sizeof(first) - 1);
		argc++;
	}
	if (two != NULL) {
		(void)strncpy(second, two, sizeof(second) - 1);
		argc++;
	}
	return host_caller_parse(argc, argv, out);
}

static bool
allowed(const char *one, const char *two, const char *more)
{
	struct host_settings settings;
	struct host_caller caller;
	char name[64] = "", *callers[] = { name };

	memset(&settings, 0, sizeof(settings));
	if (more != NULL) {
		(void)strncpy(name, more, sizeof(name) - 1);
		settings.callers = callers;
		settings.caller_count = 1;
	}
	assert_true(parse(one, two, &caller));
	return host_caller_allowed(&caller, &settings);
}

#define CHROMIUM "chrome-extension://" HOST_CHROMIUM_ID "/"
#define MANIFEST "/usr/lib/mozilla/native-messaging-hosts/nssmime.json"

static void
who_it_is(void **state)
{
	struct host_caller c;

	(void)state;
	assert_true(parse(CHROMIUM, NULL, &c));
	assert_string_equal(c.id, HOST_CHROMIUM_ID);
	assert_int_equal(c.kind, NM_DATABASE_SHARED);
	assert_true(c.webmail);
	/* what follows is not looked at */
	assert_true(parse(CHROMIUM, "--parent-window=1", &c));
	assert_string_equal(c.id, HOST_CHROMIUM_ID);
	assert_true(parse(MANIFEST, HOST_THUNDERBIRD_ID, &c));
	assert_int_equal(c.kind, NM_DATABASE_THUNDERBIRD);
	assert_false(c.webmail);
	assert_string_equal(c.name, "Thunderbird");
	assert_true(parse(MANIFEST, HOST_REDUCED_ID, &c));
	assert_string_equal(c.id, "thunderbird-reduced@nssmime");
	assert_int_equal(c.kind, NM_DATABASE_THUNDERBIRD);
	assert_false(c.webmail);
	assert_string_equal(c.name, "Thunderbird");
	assert_true(parse(MANIFEST, HOST_FIREFOX_ID, &c));
	assert_int_equal(c.kind, NM_DATABASE_FIREFOX);
	assert_true(c.webmail);
	assert_false(c.owa);
	/* Microsoft's cannot say for whom they ask */
	for (int i = 0; i < 2; i++) {
		assert_true(
		    parse(i == 0 ? "chrome-extension://" HOST_OWA_ID "/"
				 : "chrome-extension://" HOST_OWA_EDGE_ID "/",
			NULL, &c));
		assert_int_equal(c.kind, NM_DATABASE_SHARED);
		assert_true(c.owa);
		assert_false(c.webmail);
		assert_string_equal(c.name, "Outlook on the web");
	}
	/* and are none of Mozilla's */
	assert_true(parse(MANIFEST, HOST_OWA_ID, &c));
	assert_false(c.owa);
	/* another one must say for whom it asks */
	assert_true(parse(MANIFEST, "other@example.org", &c));
	assert_string_equal(c.id, "other@example.org");
	assert_true(c.webmail);
}

static void
no_browser(void **state)
{
	struct host_caller c;

	(void)state;
	assert_false(parse(NULL, NULL, &c));
	assert_false(parse("install", NULL, &c));
	assert_false(parse("doctor", "x", &c));
	assert_false(parse(MANIFEST, NULL, &c));
	assert_false(parse("relative.json", HOST_FIREFOX_ID, &c));
	assert_false(parse("", HOST_FIREFOX_ID, &c));
	assert_false(parse("https://example.org/", NULL, &c));
	assert_false(parse("Chrome-Extension://x/", NULL, &c));
}

static void
who_is_allowed(void **state)
{
	(void)state;
	assert_true(allowed(CHROMIUM, NULL, NULL));
	assert_true(allowed(MANIFEST, HOST_THUNDERBIRD_ID, NULL));
	assert_true(allowed(MANIFEST, HOST_REDUCED_ID, NULL));
	assert_true(allowed(MANIFEST, HOST_FIREFOX_ID, NULL));
	assert_false(allowed(MANIFEST, "other@example.org", NULL));
	assert_true(
	    allowed(MANIFEST, "other@example.org", "other@example.org"));
	assert_false(allowed(MANIFEST, "other@example.org", "another@x"));
	assert_true(allowed("chrome-extension://" HOST_OWA_ID "/", NULL, NULL));
	assert_false(allowed(MANIFEST, HOST_OWA_ID, NULL));
	/* an id of one family is none of the other's */
	assert_false(allowed(MANIFEST, HOST_CHROMIUM_ID, NULL));
	assert_false(
	    allowed("chrome-extension://" HOST_THUNDERBIRD_ID "/", NULL, NULL));
}

/* What is no id is nobody's, whatever a list says. */
static void
odd_ids(void **state)
{
	static const char *const odd[] = { "chrome-extension://",
		"chrome-extension:///", "chrome-extension://" HOST_CHROMIUM_ID,
		"chrome-extension://" HOST_CHROMIUM_ID "/x/",
		"chrome-extension://" HOST_CHROMIUM_ID "//",
		"chrome-extension://a b/", "chrome-extension://a\xc3\xa4/" };
	char id[HOST_CALLER_ID_ROOM + 1];
	struct host_caller c;

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		assert_true(parse(odd[i], NULL, &c));
		assert_string_equal(c.id, "");
		assert_false(allowed(odd[i], NULL, ""));
	}
	memset(id, 'x', sizeof(id));
	id[HOST_CALLER_ID_ROOM] = '\0';
	assert_true(parse(MANIFEST, id, &c));
	assert_string_equal(c.id, "");
	id[HOST_CALLER_ID_ROOM - 1] = '\0';
	assert_true(parse(MANIFEST, id, &c));
	assert_string_equal(c.id, id);
	assert_true(parse(MANIFEST, "", &c));
	assert_string_equal(c.id, "");
	assert_false(allowed(MANIFEST, "", ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_it_is),
		cmocka_unit_test(no_browser),
		cmocka_unit_test(who_is_allowed),
		cmocka_unit_test(odd_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
