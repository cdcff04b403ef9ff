/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "json.h"
#include "manifest_text.h"
#include "schema.h"

/* A path that JSON has to escape, and one that reads like what is replaced. */
static void
both_families(void **state)
{
	static const char *const programs[] = { "/usr/lib/nssmime/nssmime-host",
		"/a \"b\" \\ \xc3\xbc/nssmime-host",
		"/@NSSMIME_CHROMIUM_ID@/nssmime-host" };
	static const struct {
		enum host_family family;
		const char *member, *first;
	} cases[] = {
		{ HOST_FAMILY_MOZILLA, "allowed_extensions",
		    HOST_THUNDERBIRD_ID },
		{ HOST_FAMILY_CHROMIUM, "allowed_origins",
		    "chrome-extension://" HOST_CHROMIUM_ID "/" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * 3; i++) {
		struct json_object *root = NULL, *list;
		char *text =
		    host_manifest_text(cases[i % 2].family, programs[i / 2]);

		assert_non_null(text);
		assert_int_equal(
		    host_json_parse(text, strlen(text), &root, NULL), NM_OK);
		assert_int_equal(json_object_object_length(root), 5);
		assert_string_equal(host_string(root, "name"), "nssmime");
		assert_string_equal(host_string(root, "type"), "stdio");
		assert_string_equal(host_string(root, "path"), programs[i / 2]);
		list = host_member(root, cases[i % 2].member);
		assert_non_null(list);
		assert_string_equal(
		    json_object_get_string(json_object_array_get_idx(list, 0)),
		    cases[i % 2].first);
		json_object_put(root);
		free(text);
	}
}

/* What others may have written there. */
static void
taken_apart(void **state)
{
	static const char *const none[] = { "", "[]", "{", "{}",
		"{\"path\": 1}", "\"path\"" };
	static const struct {
		const char *path;
		bool ours;
	} paths[] = {
		{ "/usr/lib/nssmime/nssmime-host", true },
		{ "nssmime-host", true },
		{ "/x/nssmime-host/", false },
		{ "/x/my-nssmime-host", false },
		{ "", false },
	};
	char *text = host_manifest_owa_text("/x");
	struct json_object *root;

	(void)state;
	assert_non_null(text);
	root = host_manifest_parse(text, strlen(text));
	assert_string_equal(host_string(root, "path"), "/x");
	json_object_put(root);
	free(text);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_null(host_manifest_parse(none[i], strlen(none[i])));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_int_equal(
		    host_manifest_names_us(paths[i].path), paths[i].ours);
}

/* Nothing about a browser is left out, and no two have one option. */
static void
every_browser(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOST_BROWSERS; i++) {
		const struct host_browser *b = &host_browsers[i];

		assert_int_equal(strncmp(b->option, "--", 2), 0);
		assert_true(*b->name != '\0');
		assert_true(b->everyone[0] == '/');
		assert_true(b->user[0] != '/');
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(
			    b->option, host_browsers[k].option);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_families),
		cmocka_unit_test(taken_apart),
		cmocka_unit_test(every_browser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
