/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static void
check_form(const char *address, const char *expected)
{
	char *form = nm_address_normalise(address);

	if (expected == NULL)
		assert_null(form);
	else
		assert_string_equal(form, expected);
	free(form);
}

static void
normal_form(void **state)
{
	(void)state;
	check_form("Joe@X.ORG", "joe@x.org");
	check_form("joe@B\xc3\xbc"
		   "cher.example",
	    "joe@xn--bcher-kva.example");
	check_form("joe@XN--bcher-kva.example", "joe@xn--bcher-kva.example");
	check_form("joe@B\xc3\x9c"
		   "CHER.example",
	    "joe@xn--bcher-kva.example");
	/* not transitional: sharp s is a letter of its own */
	check_form("a@fa\xc3\x9f.de", "a@xn--fa-hia.de");
	check_form("\"Joe\"@x.org", "joe@x.org");
	check_form("\"a b\"@X.org", "\"a b\"@x.org");
	check_form("\"a@b\"@x.org", "\"a@b\"@x.org");
	check_form("J\xc3\xb6@x.org", "j\xc3\xb6@x.org");
	check_form("joe@a\xef\xbc\xa0"
		   "b",
	    "joe@a\xef\xbc\xa0"
	    "b");
	check_form("", NULL);
	check_form("joe", NULL);
	check_form("@x.org", NULL);
	check_form("joe@", NULL);
	check_form("a@b@c", NULL);
	check_form("a b@c", NULL);
	check_form("a@b c", NULL);
	check_form("good@x.org, evil@y.org", NULL);
	check_form("\"\"@x.org", "\"\"@x.org");
	check_form("\"a\nb\"@x.org", NULL);
	assert_true(nm_address_equal("A@b\xc3\xbc.de", "a@xn--b-eha.de"));
	assert_false(nm_address_equal("a@b", "a@c"));
	assert_false(nm_address_equal("", ""));
	assert_false(nm_address_equal("a", "a"));
}

static void
check_found(const char *text, const char *expected)
{
	char *found;

	if (expected == NULL) {
		assert_false(nm_text_contains_address(text, &found));
		assert_null(found);
		return;
	}
	assert_true(nm_text_contains_address(text, &found));
	assert_string_equal(found, expected);
	free(found);
}

static void
in_texts(void **state)
{
	(void)state;
	check_found("", NULL);
	check_found("Joe Smith", NULL);
	check_found("@joe", NULL);
	check_found("joe @ work", NULL);
	check_found("joe@", NULL);
	check_found("joe@x..org", NULL);
	check_found("joe@x.org", "joe@x.org");
	check_found("Joe <joe@x.org>", "joe@x.org");
	check_found("'joe@x.org'", "joe@x.org");
	check_found("joe@x.org.", "joe@x.org");
	check_found("joe @ x.org", "joe@x.org");
	check_found("a@ b, joe@x.org", "joe@x.org");
	check_found("joe@x.org JOE@X.ORG", "joe@x.org");
	/* its own address first does not hide the other */
	check_found("evil@y.org (ceo@bank.com)", "evil@y.org, ceo@bank.com");
	/* look-alikes and characters that are not seen */
	check_found("ceo\xef\xbc\xa0"
		    "bank.com",
	    "ceo@bank.com");
	check_found("ceo\xef\xb9\xab"
		    "bank\xe3\x80\x82"
		    "com",
	    "ceo@bank.com");
	check_found("ceo@bank\xd9\xa0"
		    "com",
	    "ceo@bank.com");
	check_found("ceo@bank\xf0\x90\xa9\x90"
		    "com",
	    "ceo@bank.com");
	check_found("c\xe2\x80\x8b"
		    "eo@ba\xc2\xadnk.com",
	    "ceo@bank.com");
	check_found("\xe2\x80\x9c"
		    "ceo@bank.com\xe2\x80\x9d",
	    "ceo@bank.com");
	check_found("j\xc3\xb6@x\xc3\xb6.de", "j\xc3\xb6@x\xc3\xb6.de");
	check_found("\"a b\"@x.org", "\"@x.org");
	check_found("\xff"
		    "a\xff@x.org",
	    "a@x.org");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_form),
		cmocka_unit_test(in_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
