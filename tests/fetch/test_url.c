/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "common/question.h"
#include "fetch/url.h"

static const char *
checked(const char *url, const struct host_network *networks, size_t count)
{
	static char kept[HOST_MAX_URL + 1];
	char *clean;

	if (!fetch_url_check(url, networks, count, &clean)) {
		assert_null(clean);
		return NULL;
	}
	(void)strcpy(kept, clean);
	free(clean);
	return kept;
}

static void
test_good(void **state)
{
	static const char *const good[][2] = {
		{ "http://example.org/a", "http://example.org/a" },
		{ "HTTPS://example.org/a", "https://example.org/a" },
		{ "http://example.org", "http://example.org/" },
		{ "http://example.org:8080/a?b=c",
		    "http://example.org:8080/a?b=c" },
		{ "http://example.org/a#fragment", "http://example.org/a" },
		{ "http://8.8.8.8/", "http://8.8.8.8/" },
		{ "http://[2606:4700::1111]/", "http://[2606:4700::1111]/" },
		/* names are judged when they are connected to */
		{ "http://localhost/", "http://localhost/" },
		{ "http://127.0.0.1.example.org/",
		    "http://127.0.0.1.example.org/" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *clean = checked(good[i][0], NULL, 0);

		if (clean == NULL || strcmp(clean, good[i][1]) != 0)
			fail_msg("%s became %s", good[i][0],
			    clean != NULL ? clean : "nothing");
	}
}

static void
test_bad(void **state)
{
	static const char *const bad[] = { "", "x", "example.org",
		"//example.org/", "ftp://example.org/", "file:///etc/passwd",
		"ldap://example.org/", "ldaps://example.org/cn=x?crl",
		"http://", "http://user@example.org/",
		"http://user:word@example.org/", "http://:@example.org/",
		"http://exa mple.org/", "http://example.org/\x7f",
		"http://example.org/\n", "http://ex\xc3\xa4mple.org/",
		"http://[fe80::1%25lo]/", "http://127.0.0.1/",
		"http://127.0.0.1./", "http://127.1/", "http://0x7f000001/",
		"http://2130706433/", "http://017700000001/",
		"http://0177.0.0.1/", "http://0/", "http://%31%32%37.1/",
		"http://10.0.0.1/", "http://0xa.1/", "http://192.168.257/",
		"http://169.254.169.254/", "http://[::1]/", "http://[::]/",
		"http://[::ffff:127.0.0.1]/", "http://[::ffff:8.8.8.8]/",
		"http://[::8.8.8.8]/", "http://[64:ff9b::10.0.0.1]/",
		"http://[2002:7f00:1::]/", "http://[fe80::1]/",
		"http://[fd00::1]/", "http://[ff02::1]/" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (checked(bad[i], NULL, 0) != NULL)
			fail_msg("%s may be asked", bad[i]);
	}
}

static void
test_length(void **state)
{
	char url[HOST_MAX_URL + 2];

	(void)state;
	memset(url, 'x', sizeof(url));
	memcpy(url, "http://example.org/", 19);
	url[HOST_MAX_URL + 1] = '\0';
	assert_null(checked(url, NULL, 0));
	url[HOST_MAX_URL] = '\0';
	assert_non_null(checked(url, NULL, 0));
}

static void
test_granted(void **state)
{
	struct host_network network;

	(void)state;
	assert_true(host_network_parse("10.0.0.0/8", &network));
	assert_non_null(checked("http://10.1.2.3/", &network, 1));
	assert_non_null(checked("http://0x0a010203/", &network, 1));
	assert_null(checked("http://127.0.0.1/", &network, 1));
	assert_null(checked("http://user@10.1.2.3/", &network, 1));
}

static void
check_get(const char *url, const char *request, const char *wanted)
{
	char *got = fetch_url_ocsp(url,
	    (struct nm_bytes){ (const uint8_t *)request, strlen(request) });

	assert_non_null(got);
	assert_string_equal(got, wanted);
	free(got);
}

static void
test_get(void **state)
{
	(void)state;
	check_get("http://a/", "abc", "http://a/YWJj");
	check_get("http://a/b", "abcd", "http://a/b/YWJjZA%3D%3D");
	check_get("http://a/b/", "\xff\xef\xbe\xfb",
	    "http://a/b/%2F%2B%2B%2B%2Bw%3D%3D");
}

/* RFC 5019 section 5: 255 bytes, escapes counted. */
static void
test_get_length(void **state)
{
	uint8_t request[300];
	size_t longest = 0;
	char *got;

	(void)state;
	memset(request, 'a', sizeof(request));
	for (size_t len = 1; len <= sizeof(request); len++) {
		got = fetch_url_ocsp(
		    "http://a/", (struct nm_bytes){ request, len });
		if (got != NULL) {
			assert_true(strlen(got) <= 255);
			longest = len;
		}
		free(got);
	}
	/* 246 bytes are left: 61 groups of four */
	assert_int_equal(longest, 183);
	assert_null(
	    fetch_url_ocsp("http://a/?b", (struct nm_bytes){ request, 3 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_granted),
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_get_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
