/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finding.h"
#include "schema.h"

static const char *
of(const struct host_findings *f, size_t i, const char *member)
{
	return host_string(json_object_array_get_idx(f->all, i), member);
}

static void
test_findings(void **state)
{
	struct host_findings f;

	(void)state;
	host_findings_begin(&f);
	f.check = "here";
	host_finding_ok(&f, "one", "%s is %u", "all", 1u);
	host_finding_note(&f, "two", "a\x1b[2Jb\xff");
	host_finding_remedy(&f, "chmod", "go-w", "/a b", NULL);
	host_finding_problem(&f, "three", "no");
	host_finding_root_remedy(&f, "rm", "--", "it's", NULL);
	assert_false(f.failed);
	assert_int_equal(json_object_array_length(f.all), 3);
	assert_string_equal(of(&f, 0, "check"), "here");
	assert_string_equal(of(&f, 0, "id"), "one");
	assert_string_equal(of(&f, 0, "level"), "ok");
	assert_string_equal(of(&f, 0, "sentence"), "all is 1");
	assert_null(of(&f, 0, "remedy"));
	assert_string_equal(of(&f, 1, "level"), "note");
	assert_string_equal(of(&f, 1, "sentence"), "a [2Jb\xef\xbf\xbd");
	assert_string_equal(of(&f, 1, "remedy"), "chmod go-w '/a b'");
	assert_string_equal(of(&f, 2, "level"), "problem");
	assert_string_equal(of(&f, 2, "remedy"),
	    geteuid() == 0 ? "rm -- 'it'\\''s'" : "sudo rm -- 'it'\\''s'");
	for (int level = HOST_FINDING_OK; level <= HOST_FINDING_PROBLEM;
	     level++)
		assert_int_equal(
		    host_findings_count(&f, (enum host_finding_level)level), 1);
	host_findings_clear(&f);
}

static void
test_shell_word(void **state)
{
	static const struct {
		const char *word, *wanted;
	} words[] = {
		{ "", "''" },
		{ "/usr/lib/x-1.2_3", "/usr/lib/x-1.2_3" },
		{ "~", "'~'" },
		{ "a;b", "'a;b'" },
		{ "$(x)", "'$(x)'" },
		{ "caf\xc3\xa9", "'caf\xc3\xa9'" },
		{ "a'b", "'a'\\''b'" },
		{ "a\nb", "$'a\\012b'" },
		{ "\x1b[2J'\\", "$'\\033[2J\\047\\134'" },
		{ "\xff", "$'\\377'" },
	};
	char *got;

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		got = host_shell_word(words[i].word);
		assert_string_equal(got, words[i].wanted);
		free(got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_shell_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
