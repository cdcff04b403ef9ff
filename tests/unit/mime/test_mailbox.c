/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

/* Mailboxes as "{name|address}", with "!" in front if malformed. */
static void
check(const char *value, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_mailboxes m;

	assert_int_equal(nm_mailboxes_parse(value, &m), NM_OK);
	if (m.malformed)
		nm_buffer_byte(&b, '!');
	for (size_t i = 0; i < m.count; i++)
		nm_buffer_format(
		    &b, "{%s|%s}", m.items[i].name, m.items[i].address);
	nm_buffer_byte(&b, 0);
	assert_string_equal((char *)b.data, expected);
	nm_buffer_reset(&b);
	nm_mailboxes_clear(&m);
	assert_int_equal(m.count, 0);
}

static void
mailboxes(void **state)
{
	(void)state;
	check("", "");
	check("joe@x.org", "{|joe@x.org}");
	check("<joe@x.org>", "{|joe@x.org}");
	check("Joe Q. Smith <joe@x.org>", "{Joe Q. Smith|joe@x.org}");
	check("\"Smith, Joe\" <joe@x.org>", "{Smith, Joe|joe@x.org}");
	check("Joe<joe@x.org>", "{Joe|joe@x.org}");
	check("a@b, C <c@d>", "{|a@b}{C|c@d}");
	check("a@b,,c@d,", "{|a@b}{|c@d}");
	check("joe @ x . org", "{|joe@x.org}");
	check("joe@[127.0.0.1]", "{|joe@[127.0.0.1]}");
	check("joe..x.@docomo.ne.jp", "{|joe..x.@docomo.ne.jp}");
	check("J\xc3\xb6 <j\xc3\xb6@x\xc3\xb6.org>",
	    "{J\xc3\xb6|j\xc3\xb6@x\xc3\xb6.org}");
	check("Joe [Sales] <joe@x.org>", "{Joe [Sales]|joe@x.org}");
}

static void
quoted_local_parts(void **state)
{
	(void)state;
	check("\"joe\"@x.org", "{|joe@x.org}");
	check("\"a b\"@x.org", "{|\"a b\"@x.org}");
	check("\"a\\\"\\\\b\"@x.org", "{|\"a\\\"\\\\b\"@x.org}");
	check("\"good@x.org\"@evil.org", "{|\"good@x.org\"@evil.org}");
	check("good.\"x\".y@z", "{|good.x.y@z}");
	check("\"a\"b@x.org", "!{ab@x.org|}");
	check("\"\"@x.org", "!{@x.org|}");
	check("\"a\tb\"@x.org", "!{a b@x.org|}");
}

static void
comments(void **state)
{
	(void)state;
	check("joe@x.org (Joe Smith)", "{Joe Smith|joe@x.org}");
	check("joe@x.org (ceo@bank.com)", "{ceo@bank.com|joe@x.org}");
	check("A1 (The Enforcer) Gore <a@b>", "{A1 Gore (The Enforcer)|a@b}");
	check("joe@x.org (a (b) \\) c) (d)", "{a (b) ) c d|joe@x.org}");
	/* RFC 5322 appendices A.5 and A.6.3 */
	check("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
	    "{Pete (A nice ) chap his account his host)|pete@silly.test}");
	check("A Group(Some people):Chris Jones <c@(Chris's host.)"
	      "public.example>, joe@example.org, John <jdoe@one.test> "
	      "(my dear friend); (the end of the group)",
	    "{Chris Jones (Chris's host.)|c@public.example}"
	    "{|joe@example.org}{John (my dear friend)|jdoe@one.test}");
	check("(Empty list)(start)Hidden recipients  :"
	      "(nobody(that I know))  ;",
	    "");
	check("Joe Q. Public <john.q.public@example.com>, (note) "
	      "\"Mary\" <mary@x.test>",
	    "{Joe Q. Public|john.q.public@example.com}"
	    "{Mary (note)|mary@x.test}");
	check("(ceo@bank.com), evil@x.org", "!{|evil@x.org}");
	check("joe@x.org (open", "!{open|joe@x.org}");
	check("(open joe@x.org", "!");
}

static void
groups(void **state)
{
	(void)state;
	check("undisclosed-recipients:;", "");
	check("G: a@b, C <c@d>; , e@f", "{|a@b}{C|c@d}{|e@f}");
	check("G: a@b", "!{|a@b}");
	check("G: H: a@b;", "!{|a@b}");
	check("a@b;", "!{|a@b}");
	check("ceo@bank.com: evil@x;", "!{|evil@x}");
	check("\"ceo@bank.com\": evil@x;", "!{|evil@x}");
	check("=?utf-8?Q?ceo=40bank.com?=: evil@x;", "!{|evil@x}");
	check(": a@b;", "!{|a@b}");
}

static void
encoded_words(void **state)
{
	(void)state;
	check("=?utf-8?Q?J=C3=B6?= =?utf-8?Q?rg?= <j@x>", "{J\xc3\xb6rg|j@x}");
	check(
	    "=?utf-8?B?w7Y=?= (=?utf-8?Q?x=2C?=) <j@x>", "{\xc3\xb6 (x,)|j@x}");
	/* what an encoded-word hides is never structure */
	check("=?utf-8?Q?good=40x.org=2C_=3Ca=40b=3E?= <evil@y>",
	    "{good@x.org, <a@b>|evil@y}");
	check(
	    "=?utf-8?Q?(ceo=40bank.com)?= <evil@y>", "{(ceo@bank.com)|evil@y}");
	check(
	    "\"=?utf-8?Q?ceo=40bank.com?=\" <evil@y>", "{ceo@bank.com|evil@y}");
	check("=?utf-8?Q?b(c?=@d", "!{b(c@d|}");
	check("=?utf-8?Q?a@b,_?= <evil@y>", "!{a@b, |evil@y}");
	check("=?utf-8?Q?Doe,_Joe?= <a@b>", "!{Doe, Joe|a@b}");
}

static void
ambiguous(void **state)
{
	(void)state;
	check("Smith, Joe <joe@x.org>", "!{Smith|}{Joe|joe@x.org}");
	check("good@x.org <evil@y.org>", "!{good@x.org|evil@y.org}");
	check("a@b.org <A@b.org>", "{a@b.org|A@b.org}");
	check("'a@b.org' <a@b.org>", "{'a@b.org'|a@b.org}");
	check("<a@b> <c@d>", "!{|a@b}{|c@d}");
	check("<a@b> c@d", "!{|a@b}{|c@d}");
	check("Joe <a@b> x", "!{Joe|a@b}{x|}");
	check("Joe <joe@x.org", "!{Joe|joe@x.org}");
	check("joe@x.org>", "!{joe@x.org>|}");
	check("Joe joe@x.org", "!{Joe joe@x.org|}");
	check("joe@x org", "!{joe@x org|}");
	check("a@b@c", "!{a@b@c|}");
	check("a@b c@d", "!{a@b c@d|}");
	check("<a@b, c@d>", "!{|}");
	check("<<a@b>>", "!{|}{>|}");
	check("<>", "!{|}");
	check("Joe", "!{Joe|}");
	check("Joe <>", "!{Joe|}");
	check("\"Joe <joe@x.org>", "!{Joe <joe@x.org>|}");
	check("joe@\"x.org\"", "!{joe@x.org|}");
	check("joe@x..org", "!{joe@x..org|}");
	check("joe@x.org.", "!{joe@x.org.|}");
	check("joe@[a@b]", "!{joe@[a@b]|}");
	check("joe@", "!{joe@|}");
	check("@x.org", "!{@x.org|}");
	check("Joe\\ <a@b>", "!{Joe\\|a@b}");
	check("[a@b] <c@d>", "!{[a@b]|c@d}");
	check("a@b;c@d", "!{|a@b}{|c@d}");
	/* a route says nothing that is still true */
	check("<@a.com,@b.com:joe@x.org>", "!{|joe@x.org}");
	check("<@a.com:@b:joe@x.org>", "!{|}");
	/* not UTF-8, and control characters */
	check("J\xfc <j@x>", "{J\xef\xbf\xbd|j@x}");
	check("<j\xfc@x>", "!{|}");
	check("J\x01 <j@x>", "!{J|j@x}");
	check("<j\x01@x>", "!{|j@x}");
	check("\"j\x01\"@x", "!{j @x|}");
}

static void
hostile_sizes(void **state)
{
	static const char *const pieces[] = { "(", "\"", "<", "=?a?q?", "a@",
		"a,", ":", "[", "\\(", "=?", "<a@b>", "@a,", "a b@c " };
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_mailboxes m;
	char *value;

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		while (b.len < 1000000)
			nm_buffer_string(&b, pieces[i]);
		value = nm_buffer_take_string(&b);
		assert_int_equal(nm_mailboxes_parse(value, &m), NM_OK);
		nm_mailboxes_clear(&m);
		free(value);
	}
}

/* A list is cut off where no mail would go on, and says so. */
static void
bounds(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_mailboxes m;

	(void)state;
	for (int i = 0; i < 10000; i++)
		nm_buffer_format(&b, "a%d@x.org,", i);
	nm_buffer_byte(&b, '\0');
	assert_int_equal(nm_mailboxes_parse((char *)b.data, &m), NM_OK);
	assert_int_equal(m.count, 10000);
	assert_false(m.malformed);
	assert_string_equal(m.items[9999].address, "a9999@x.org");
	nm_mailboxes_clear(&m);
	b.len--;
	nm_buffer_append(&b, "more@x.org", sizeof("more@x.org"));
	assert_int_equal(nm_mailboxes_parse((char *)b.data, &m), NM_OK);
	assert_int_equal(m.count, 10000);
	assert_true(m.malformed);
	nm_mailboxes_clear(&m);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailboxes),
		cmocka_unit_test(quoted_local_parts),
		cmocka_unit_test(comments),
		cmocka_unit_test(groups),
		cmocka_unit_test(encoded_words),
		cmocka_unit_test(ambiguous),
		cmocka_unit_test(hostile_sizes),
		cmocka_unit_test(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
