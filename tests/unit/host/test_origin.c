/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "origin.h"

static void
test_canonical(void **state)
{
	static const struct {
		const char *text, *canonical;
	} good[] = {
		{ "https://mail.example", "https://mail.example" },
		{ "HTTPS://Mail.Example:443", "https://mail.example" },
		{ "https://mail.example:8443", "https://mail.example:8443" },
		{ "https://b\xc3\xbc"
		  "cher.example",
		    "https://xn--bcher-kva.example" },
		{ "https://xn--bcher-kva.example",
		    "https://xn--bcher-kva.example" },
		{ "http://localhost:8080", "http://localhost:8080" },
		{ "http://a.localhost", "http://a.localhost" },
		{ "http://127.0.0.1:80", "http://127.0.0.1" },
		{ "http://[::1]:5000", "http://[::1]:5000" },
		{ "https://[2001:DB8::0:1]", "https://[2001:db8::1]" },
	};
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		got = host_origin_canonical(good[i].text);
		if (got == NULL)
			fail_msg("refused: %s", good[i].text);
		assert_string_equal(got, good[i].canonical);
		free(got);
	}
}

static void
test_refused(void **state)
{
	static const char *const bad[] = { "", "https://", "https:///",
		"mail.example", "https://mail.example/", "https://a?b",
		"https://a#b", "https://u@a.example", "https://a b",
		"https://a\\b", "https://%61.example", "https://a..b",
		"https://.a", "https://a:", "https://a:0", "https://a:65536",
		"https://a:1:2", "https://a:-1", "https://[::1",
		"https://[::1]x", "https://[1.2.3.4]", "https://a\n",
		"ftp://a.example", "wss://a.example", "javascript://a",
		"chrome-extension://a", "null", "http://mail.example",
		"http://localhost.example", "http://127.0.0.1.example",
		"http://1270.0.0.1", "http://[::2]", "https://*.example" };
	char *got, text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if ((got = host_origin_canonical(bad[i])) != NULL)
			fail_msg("%s: %s", bad[i], got);
	}
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://", 8);
	text[256] = '\0';
	assert_null(host_origin_canonical(text));
	text[399] = '\0';
	assert_null(host_origin_canonical(text));
}

static void
test_insecure(void **state)
{
	static const char *const insecure[] = { "http://mail.example",
		"HTTP://Mail.Example:8080", "http://192.0.2.1",
		"http://localhost.example", "http://[::2]" };
	static const char *const others[] = { "", "http://", "http:", "null",
		"https://mail.example", "http://localhost", "http://127.0.0.1",
		"http://[::1]:5000", "http://mail.example/", "http://a b",
		"ftp://a.example", "https://mail.example/" };
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(insecure) / sizeof(insecure[0]); i++) {
		if (!host_origin_is_insecure(insecure[i]))
			fail_msg("%s", insecure[i]);
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (host_origin_is_insecure(others[i]))
			fail_msg("%s", others[i]);
	}
	memset(text, 'a', sizeof(text));
	memcpy(text, "http://", 7);
	text[399] = '\0';
	assert_false(host_origin_is_insecure(text));
}

static bool
caller(struct host_caller *out, const char *first, const char *second)
{
	char program[] = "host";
	char *argv[] = { program, strdup(first),
		second != NULL ? strdup(second) : NULL, NULL };
	bool is;

	is = host_caller_parse(second != NULL ? 3 : 2, argv, out);
	free(argv[1]);
	free(argv[2]);
	return is;
}

static void
test_caller(void **state)
{
	struct host_settings s = { .caller_count = 0 };
	char other[] = "other@example";
	char *callers[] = { other };
	struct host_caller c;

	(void)state;
	assert_true(caller(&c, "/m.json", HOST_THUNDERBIRD_ID));
	assert_true(host_caller_allowed(&c, &s));
	assert_false(c.webmail);
	assert_int_equal(c.kind, NM_DATABASE_THUNDERBIRD);
	assert_true(caller(&c, "/m.json", HOST_FIREFOX_ID));
	assert_true(host_caller_allowed(&c, &s));
	assert_true(c.webmail);
	assert_true(
	    caller(&c, "chrome-extension://" HOST_CHROMIUM_ID "/", NULL));
	assert_true(host_caller_allowed(&c, &s));
	assert_int_equal(c.kind, NM_DATABASE_SHARED);
	assert_true(c.webmail);
	/* each in its own family only */
	assert_true(caller(&c, "/m.json", HOST_CHROMIUM_ID));
	assert_false(host_caller_allowed(&c, &s));
	assert_true(
	    caller(&c, "chrome-extension://" HOST_FIREFOX_ID "/", NULL));
	assert_false(host_caller_allowed(&c, &s));
	assert_true(caller(&c, "chrome-extension://" HOST_CHROMIUM_ID, NULL));
	assert_false(host_caller_allowed(&c, &s));
	assert_true(caller(&c, "/m.json", other));
	assert_false(host_caller_allowed(&c, &s));
	s.callers = callers;
	s.caller_count = 1;
	assert_true(host_caller_allowed(&c, &s));
	assert_false(caller(&c, "install", NULL));
	assert_false(caller(&c, "install", HOST_FIREFOX_ID));
	assert_false(caller(&c, "/m.json", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_insecure),
		cmocka_unit_test(test_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
