/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/header_field.h"

static struct nm_header *
parse(const char *text)
{
	struct nm_header *h;

	assert_int_equal(
	    nm_header_parse((const uint8_t *)text, strlen(text), &h, NULL),
	    NM_OK);
	return h;
}

static void
assert_names(struct nm_names *names, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	for (size_t i = 0; i < names->count; i++)
		nm_buffer_format(
		    &b, "%s%s", i == 0 ? "" : " ", names->items[i]);
	nm_buffer_byte(&b, 0);
	assert_string_equal((const char *)b.data, expected);
	nm_buffer_reset(&b);
	nm_names_clear(names);
}

static void
compare(const char *inside, const char *outside, enum nm_outside rule,
    bool whole, const char *differing, const char *confidential,
    const char *removed)
{
	struct nm_names d = { NULL, 0 }, c = { NULL, 0 }, r = { NULL, 0 };
	const struct nm_header_difference out = { &d, &c, &r };
	struct nm_header *in = parse(inside), *at = NULL;

	if (outside != NULL)
		at = parse(outside);
	assert_int_equal(nm_header_compare(in, at, rule, whole, &out), NM_OK);
	assert_names(&d, differing);
	assert_names(&c, confidential);
	assert_names(&r, removed);
	nm_header_free(&in);
	nm_header_free(&at);
}

static void
fields_say_the_same(void **state)
{
	static const struct {
		const char *a, *b;
		bool zone, same;
	} cases[] = {
		{ "Subject: a b", "subject:  a\r\n\t b ", false, true },
		{ "Subject: a b", "Subject: a", false, false },
		{ "Subject: a", "Subject: a b", false, false },
		{ "Subject: a", "Subject: A", false, false },
		{ "Subject: =?utf-8?Q?=C3=A4?=",
		    "Subject: =?iso-8859-1?B?5A==?=", false, true },
		{ "Subject:", "Subject: ", false, true },
		{ "From: A <a@b.example>", "From: \"A\" <A@B.example>", false,
		    true },
		{ "From: A <a@b.example>", "From: B <a@b.example>", false,
		    false },
		{ "To: a@b.example, c@d.example",
		    "To: c@d.example, a@b.example", false, false },
		{ "To: a@b.example", "To: a@b.example, c@d.example", false,
		    false },
		{ "To: nobody:;", "To: undisclosed:;", false, true },
		{ "Cc: <<", "Cc: <", false, false },
		{ "Date: Thu, 1 Jan 1970 00:00:00 +0000",
		    "Date: Thu, 01 Jan 1970 02:00:00 +0200", false, true },
		{ "Date: Thu, 1 Jan 1970 00:00:00 +0000",
		    "Date: Thu, 01 Jan 1970 02:00:00 +0200", true, false },
		{ "Date: Thu, 1 Jan 1970 00:00:00 +0000",
		    "Date: Thu, 1 Jan 1970 00:00:01 +0000", false, false },
		{ "Date: x", "Date: x", true, true },
		{ "Date: x", "Date: Thu, 1 Jan 1970 00:00:01 +0000", false,
		    false },
	};
	bool same;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_header *a = parse(cases[i].a), *b = parse(cases[i].b);

		same = !cases[i].same;
		assert_int_equal(nm_field_compare(nm_header_at(a, 0),
				     nm_header_at(b, 0), cases[i].zone, &same),
		    NM_OK);
		if (same != cases[i].same)
			fail_msg("%s / %s", cases[i].a, cases[i].b);
		nm_header_free(&a);
		nm_header_free(&b);
	}
}

static void
the_same_outside(void **state)
{
	static const char inside[] = "From: a@b.example\r\nTo: c@d.example\r\n"
				     "Subject: s\r\nX: 1\r\nX: 2\r\n"
				     "Bcc: e@f.example\r\nMIME-Version: 1.0\r\n"
				     "Content-Type: text/plain\r\n";

	(void)state;
	compare(inside, inside, NM_OUTSIDE_SAME, true, "", "", "");
	compare(inside, NULL, NM_OUTSIDE_SAME, true, "", "", "");
	/* what servers add, and in what order it is not of it */
	compare(inside,
	    "Received: x\r\nX: 0\r\nX: 1\r\nX: 3\r\nX: 2\r\nDate: d\r\n"
	    "Message-ID: <m>\r\nsubject: s\r\nTo: C@D.example\r\n"
	    "List-Id: l\r\nFrom: <a@b.example>\r\n",
	    NM_OUTSIDE_SAME, true, "", "", "");
	compare(inside, "X: 2\r\nX: 1\r\nFrom: a@b.example\r\nSubject: t\r\n",
	    NM_OUTSIDE_SAME, true, "to subject x", "", "");
	/* a second one, and ones that were not there */
	compare(inside,
	    "From: a@b.example\r\nTo: c@d.example\r\nSubject: s\r\n"
	    "Subject: s\r\nX: 1\r\nX: 2\r\nCC: x\r\nreply-to: y\r\n"
	    "Sender: z\r\n",
	    NM_OUTSIDE_SAME, true, "subject cc reply-to sender", "", "");
	/* ... which a draft need not have had */
	compare("Subject: s\r\n", "Subject: s\r\nCc: x\r\nFrom: y\r\n",
	    NM_OUTSIDE_SAME, false, "", "", "");
}

static void
as_it_was_listed(void **state)
{
	static const char inside[] =
	    "From: A <a@b.example>\r\nSubject: s\r\nKeywords: k\r\n"
	    "X: 1\r\nX: 2\r\nDate: Thu, 1 Jan 1970 02:00:00 +0200\r\n"
	    "HP-Outer: From: A\r\n <a@b.example>\r\nhp-outer: subject: "
	    "[...]\r\n"
	    "HP-Outer: Date:Thu, 1 Jan 1970 00:00:00 +0000\r\n"
	    "HP-Outer: X: 2\r\nHP-Outer: nonsense\r\n"
	    "HP-Outer: Content-Type: x/y\r\nHP-Outer: HP-Outer: To: x\r\n";

	(void)state;
	compare(inside,
	    "From: A <a@b.example>\r\nSubject: [...]\r\nX: 2\r\n"
	    "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n",
	    NM_OUTSIDE_LISTED, true, "", "subject keywords x date", "keywords");
	compare(inside, "Subject: s\r\nKeywords: k\r\n", NM_OUTSIDE_LISTED,
	    true, "from subject date x keywords", "subject keywords x date",
	    "keywords");
	compare(inside, NULL, NM_OUTSIDE_LISTED, true, "",
	    "subject keywords x date", "keywords");
	/* nothing is listed: nothing was outside */
	compare("Subject: s\r\n", "Subject: s\r\nReceived: x\r\n",
	    NM_OUTSIDE_LISTED, true, "subject", "subject", "subject");
}

static void
whatever_is_outside(void **state)
{
	(void)state;
	compare("Subject: s\r\nTo: a@b.example\r\nComments: c\r\n",
	    "Subject: ...\r\nTo: a@b.example\r\nCc: x\r\n", NM_OUTSIDE_UNKNOWN,
	    true, "", "subject comments", "comments");
	compare("Subject: s\r\n", NULL, NM_OUTSIDE_UNKNOWN, true, "", "", "");
}

static void
names_are_told_once(void **state)
{
	struct nm_names names = { NULL, 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    nm_names_add(&names,
			(struct nm_bytes){ (const uint8_t *)"X-Ab", 4 }),
		    NM_OK);
	assert_int_equal(nm_names_add(&names,
			     (struct nm_bytes){ (const uint8_t *)"x-a", 3 }),
	    NM_OK);
	assert_names(&names, "x-ab x-a");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_say_the_same),
		cmocka_unit_test(the_same_outside),
		cmocka_unit_test(as_it_was_listed),
		cmocka_unit_test(whatever_is_outside),
		cmocka_unit_test(names_are_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
