/* SPDX-License-Identifier: MPL-2.0 */
#include "../mime/feed.h"

#include "message/legacy_display.h"

#define DIV                                                                    \
	"<div class=\"header-protection-legacy-display\">\r\n<pre>Subject: "   \
	"a&lt;b</pre></div>\r\n"

static struct nm_stage *
make_display(struct nm_stage *next)
{
	return nm_legacy_display_new("Subject: a<b\n", next, NULL);
}

static struct nm_stage *
make_html(struct nm_stage *next)
{
	static const struct nm_bytes element = { (const uint8_t *)"<X>", 3 };

	return nm_html_body_new(element, next);
}

static void
becomes(struct nm_stage *(*make)(struct nm_stage *), const char *in,
    const char *expected)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	feed_through(make, in, strlen(in), &out);
	nm_buffer_byte(&out, 0);
	assert_string_equal((const char *)out.data, expected);
	nm_buffer_reset(&out);
}

static void
html_begins_where_no_head_is(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "<X>" },
		{ " ", " <X>" },
		{ "text", "<X>text" },
		{ "<p>a", "<X><p>a" },
		{ "<body>a", "<body><X>a" },
		{ "<body/>a", "<body/><X>a" },
		{ "<BODY\n bgcolor='>'\tx=\">\" y=> >a",
		    "<BODY\n bgcolor='>'\tx=\">\" y=><X> >a" },
		{ "<body title='a>b", "<X><body title='a>b" },
		{ "<body title=it's>a", "<body title=it's><X>a" },
		{ "<bodyguard>", "<X><bodyguard>" },
		{ "\xef\xbb\xbf<html>a", "\xef\xbb\xbf<html><X>a" },
		{ "\xef\xbb", "<X>\xef\xbb" },
		{ "<!doctype html><html><head></head></html>",
		    "<!doctype html><html><head></head><X></html>" },
		{ "<?xml version='1.0'?><html><body>",
		    "<?xml version='1.0'?><html><body><X>" },
		{ "<!-- <body> --><!----><link><base><meta>a",
		    "<!-- <body> --><!----><link><base><meta><X>a" },
		{ "<!-- <body>", "<X><!-- <body>" },
		{ "<title><body></TITLE\n><body>",
		    "<title><body></TITLE\n><body><X>" },
		{ "<title></titles></tit</title>a",
		    "<title></titles></tit</title><X>a" },
		{ "<style></styl", "<X><style></styl" },
		{ "<script>'</scripty'</script><noscript>x</noscript>a",
		    "<script>'</scripty'</script><noscript>x</noscript><X>a" },
		{ "<", "<X><" },
		{ "<b", "<X><b" },
		{ "</", "<X></" },
		{ "< a>", "<X>< a>" },
		{ "</body>", "<X></body>" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		becomes(make_html, cases[i].in, cases[i].out);
}

/* It is not looked through for ever. */
static void
html_with_a_long_head(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_stage *end = nm_collector_new(&out, SIZE_MAX);
	struct nm_stage *s = make_html(end);

	(void)state;
	nm_buffer_string(&in, "<html><style>");
	while (in.len < 400000)
		nm_buffer_string(&in, "a { color: red }\r\n");
	nm_buffer_string(&in, "</style><body>");
	for (size_t at = 0; at < in.len; at += 1000)
		assert_int_equal(nm_stage_write(s, in.data + at,
				     in.len - at < 1000 ? in.len - at : 1000),
		    NM_OK);
	assert_int_equal(nm_stage_finish(s), NM_OK);
	assert_memory_equal(out.data, "<html><X><style>", 16);
	assert_int_equal(out.len, in.len + 3);
	assert_memory_equal(out.data + 9, in.data + 6, in.len - 6);
	nm_stage_free(&s);
	nm_stage_free(&end);
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
}

static void
texts_get_it(void **state)
{
	(void)state;
	becomes(make_display,
	    "Content-Type: text/plain\r\nX-Own: 1\r\n\r\ntext",
	    "X-Own: 1\r\nContent-Type: text/plain; hp-legacy-display=1\r\n\r\n"
	    "Subject: a<b\r\n\r\ntext");
	becomes(make_display, "Content-Type: text/html; hp=cipher\r\n\r\ntext",
	    "Content-Type: text/html; hp=cipher; "
	    "hp-legacy-display=1\r\n\r\n" DIV "text");
	/* also where there is no text */
	becomes(make_display, "Content-Type: text/plain\r\n",
	    "Content-Type: text/plain; hp-legacy-display=1\r\n\r\n"
	    "Subject: a<b\r\n\r\n");
	becomes(make_display, "",
	    "Content-Type: text/plain; hp-legacy-display=1\r\n\r\n"
	    "Subject: a<b\r\n\r\n");
}

static void
codings_are_kept(void **state)
{
	(void)state;
	becomes(make_display,
	    "Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n",
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Type: text/plain; hp-legacy-display=1\r\n\r\n"
	    "U3ViamVjdDogYTxiDQoNCmE=\r\n");
	becomes(make_display,
	    "Content-Type: text/html\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "<bo=\r\ndy =3D>=3D\nx",
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Type: text/html; hp-legacy-display=1\r\n\r\n"
	    "<body =3D><div class=3D\"header-protection-legacy-display\">\r\n"
	    "<pre>Subject: a&lt;b</pre></div>\r\n"
	    "=3D\r\nx");
}

static void
nothing_else_is_touched(void **state)
{
	static const char *const cases[] = {
		"Content-Type: text/plain\r\n"
		"Content-Disposition: attachment\r\n\r\na",
		"Content-Type: text/plain\r\n"
		"Content-Transfer-Encoding: x-own\r\n\r\na",
		"Content-Type: text/plain; charset=utf-16\r\n\r\na",
		"Content-Type: text/enriched\r\n\r\na",
		"Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\na",
		"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\na\r\n--x--",
		"Content-Type: multipart/signed; boundary=x\r\n\r\n"
		"--x\r\n\r\na\r\n--x--",
		"Content-Type: multipart/digest; boundary=x\r\n\r\n"
		"--x\r\n\r\na\r\n--x--",
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
		"--x\r\nContent-Type: image/png\r\n\r\n\r\n--x\r\n\r\na\r\n"
		"--x--\r\nepilogue",
		"Content-Type: x\r\n\r\na",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		becomes(make_display, cases[i], cases[i]);
}

static void
too_deep_is_refused(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_stage *end = nm_collector_new(&out, SIZE_MAX);
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *s = nm_legacy_display_new("", end, &fault);

	(void)state;
	for (unsigned i = 0; i < NM_MAX_NESTING + 2; i++)
		nm_buffer_format(&in,
		    "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n"
		    "--b%u\r\n",
		    i, i);
	assert_int_equal(
	    feed_all(s, in.data, in.len, FEED_WHOLE), NM_ERR_MALFORMED_MESSAGE);
	assert_int_equal(fault.code, NM_ERR_MALFORMED_MESSAGE);
	nm_stage_free(&s);
	nm_stage_free(&end);
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
}

static void
lines_in_a_charset(void **state)
{
	static const struct {
		const char *charset, *out;
	} cases[] = {
		{ "utf-8", "a: \xc3\xa4\xe2\x82\xac\xff\r\n\r\n" },
		{ "iso-8859-15", "a: \xe4\xa4?\r\n\r\n" },
		{ "us-ascii", "a: ???\r\n\r\n" },
	};
	struct nm_buffer out = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    nm_legacy_plain("a: \xc3\xa4\xe2\x82\xac\xff\n",
			cases[i].charset, &out),
		    NM_OK);
		nm_buffer_byte(&out, 0);
		assert_string_equal((const char *)out.data, cases[i].out);
		nm_buffer_reset(&out);
	}
	nm_legacy_html("a: \xf0\x9f\x98\x80\xff'\nb: &\n", &out);
	nm_buffer_byte(&out, 0);
	assert_string_equal((const char *)out.data,
	    "<div class=\"header-protection-legacy-display\">\r\n"
	    "<pre>a: &#x1F600;?&apos;\r\nb: &amp;</pre></div>\r\n");
	nm_buffer_reset(&out);
	assert_true(nm_charset_holds_ascii(NULL));
	assert_true(nm_charset_holds_ascii("ISO-2022-JP"));
	assert_false(nm_charset_holds_ascii("UTF-16LE"));
	assert_false(nm_charset_holds_ascii("utf-7"));
	assert_false(nm_charset_holds_ascii("x-none"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_begins_where_no_head_is),
		cmocka_unit_test(html_with_a_long_head),
		cmocka_unit_test(texts_get_it),
		cmocka_unit_test(codings_are_kept),
		cmocka_unit_test(nothing_else_is_touched),
		cmocka_unit_test(too_deep_is_refused),
		cmocka_unit_test(lines_in_a_charset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
