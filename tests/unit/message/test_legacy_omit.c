/* SPDX-License-Identifier: MPL-2.0 */
/* Legacy Display elements are left out (RFC 9788 section 4.5.3). */
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
make_omit(struct nm_stage *next)
{
	return nm_legacy_omit_new(next, NULL);
}

static void
becomes(const char *in, const char *expected)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	feed_through(make_omit, in, strlen(in), &out);
	nm_buffer_byte(&out, 0);
	assert_string_equal((const char *)out.data, expected);
	nm_buffer_reset(&out);
}

#define PLAIN  "Content-Type: text/plain; hp-legacy-display=1\r\n\r\n"
#define PLAIN_ "Content-Type: text/plain\r\n\r\n"

static void
lines_are_left_out(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "Subject: a\r\n\r\ntext\r\n\r\nmore", "text\r\n\r\nmore" },
		{ "Subject: a\n\ntext", "text" },
		{ "Subject: a\r\n\ntext", "text" },
		{ "Subject: a\r\n b\r\nTo: c\r\n\r\n", "" },
		/* whatever they say (RFC 9788 section 4.5.3.2) */
		{ "lines\r\n\r\ntext", "text" },
		{ "\r\ntext", "text" },
		/* a line of spaces is not empty */
		{ "Subject: a\r\n \r\ntext\r\n\r\nmore", "more" },
		{ "Subject: a\r\n\rtext", "Subject: a\r\n\rtext" },
		/* nothing ends them: they are no element */
		{ "Subject: a\r\ntext", "Subject: a\r\ntext" },
		{ "Subject: a\r\n", "Subject: a\r\n" },
		{ "", "" },
	};
	char in[200], out[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(in, sizeof(in), PLAIN "%s", cases[i].in);
		(void)snprintf(out, sizeof(out), PLAIN_ "%s", cases[i].out);
		becomes(in, out);
	}
}

#define HTML  "Content-Type: text/html; hp-legacy-display=1\r\n\r\n"
#define HTML_ "Content-Type: text/html\r\n\r\n"
#define THE   "<div class=header-protection-legacy-display>"

static void
elements_are_left_out(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "<body>" DIV "<p>a", "<body>\r\n<p>a" },
		{ THE "x</div>a", "a" },
		{ "a" THE "x</div>b" THE "y</div>c", "abc" },
		{ THE "<div>x</div><b><DIV\n>y</dIv >z</b></Div >a", "a" },
		{ "<div>" THE "x</div>a</div>", "<div>a</div>" },
		{ "<dIV\tid=x CLASS='b header-protection-legacy-display\n c'>x"
		  "</div>a",
		    "a" },
		{ "<div/class = header-protection-legacy-display >x</div>a",
		    "a" },
		{ "<div title='>' class=\"header-protection-legacy-display\">x"
		  "</div>a",
		    "a" },
		/* none of them */
		{ "<div class=header-protection-legacy-display2>x</div>",
		    NULL },
		{ "<div class=Header-Protection-Legacy-Display>x</div>", NULL },
		{ "<div class>x</div><div>y</div><div =>z</div>", NULL },
		{ "<div class=a class=header-protection-legacy-display>x</div>",
		    NULL },
		{ "<div title='class=header-protection-legacy-display'>x</div>",
		    NULL },
		{ "<p class=header-protection-legacy-display>x</p>", NULL },
		{ "<divx class=header-protection-legacy-display>x</divx>",
		    NULL },
		{ "<!--" THE "x</div>-->a<!-->b", NULL },
		{ "<title>" THE "x</div></title><script>'" THE "</div>'"
		  "</script>a",
		    NULL },
		{ "a <1> b < c <> </ > </1> &lt;div>", NULL },
		/* and what stands in comments and texts ends none */
		{ THE "<!-- </div> --><style></div></style>x</div>a", "a" },
		{ "<!-->" THE "x</div>a", "<!-->a" },
		{ "<!doctype html '>'>" THE "x</div>a",
		    "<!doctype html '>'>a" },
		/* nothing ends it: it stays */
		{ THE "x<div></div>", NULL },
		{ THE "x</div", NULL },
		{ "<div class=header-protection-legacy-display", NULL },
		{ "a<", NULL },
		{ "", NULL },
	};
	char in[300], out[300];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(in, sizeof(in), HTML "%s", cases[i].in);
		(void)snprintf(out, sizeof(out), HTML_ "%s",
		    cases[i].out != NULL ? cases[i].out : cases[i].in);
		becomes(in, out);
	}
}

static void
out_of_codings(void **state)
{
	(void)state;
	becomes("Content-Transfer-Encoding: base64\r\n"
		"Content-Type: text/plain; hp-legacy-display=\"1\"\r\n\r\n"
		"U3ViamVjdDogYTxiDQoNCmE=\r\n",
	    "Content-Transfer-Encoding: base64\r\n" PLAIN_ "YQ==\r\n");
	becomes(
	    "Content-Transfer-Encoding: quoted-printable\r\n" HTML
	    "<body =3D><div class=3D\"header-protection-le=\r\ngacy-display\">"
	    "\r\n<pre>Subject: =3D</pre></d=69v>=3D=\r\n\r\nx =C3=A4",
	    "Content-Transfer-Encoding: quoted-printable\r\n" HTML_
	    "<body =3D>=3D\r\nx =C3=A4");
	/* lines as they are decoded */
	becomes("Content-Transfer-Encoding: quoted-printable\r\n" PLAIN
		"Subject: a=\r\n\r\n=0D=0Atext\r\n",
	    "Content-Transfer-Encoding: quoted-printable\r\n" PLAIN_
	    "text\r\n");
}

/* In any part, and what was put in comes out again. */
static void
in_any_part(void **state)
{
	static const char text[] =
	    "Subject: out\r\n"
	    "Content-Type: multipart/mixed; hp=cipher; boundary=m\r\n\r\n"
	    "preamble\r\n--m\r\n"
	    "Content-Type: multipart/alternative; boundary=a\r\n\r\n"
	    "--a\r\n" PLAIN_ "plain\r\n\r\nmore\r\n"
	    "--a\r\nX: y\r\n" HTML_ "<html><body>html<br>\r\n"
	    "--a--\r\n\r\n--m\r\n\r\nfile\r\n--m--\r\nepilogue\r\n";
	struct nm_buffer once = NM_BUFFER_INIT, back = NM_BUFFER_INIT;

	(void)state;
	feed_through(make_display, text, strlen(text), &once);
	feed_through(make_omit, once.data, once.len, &back);
	nm_buffer_byte(&back, 0);
	/* the line end behind the element is not in it */
	assert_string_equal((const char *)back.data,
	    "Subject: out\r\n"
	    "Content-Type: multipart/mixed; hp=cipher; boundary=m\r\n\r\n"
	    "preamble\r\n--m\r\n"
	    "Content-Type: multipart/alternative; boundary=a\r\n\r\n"
	    "--a\r\n" PLAIN_ "plain\r\n\r\nmore\r\n"
	    "--a\r\nX: y\r\n" HTML_ "<html><body>\r\nhtml<br>\r\n"
	    "--a--\r\n\r\n--m\r\n\r\nfile\r\n--m--\r\nepilogue\r\n");
	nm_buffer_reset(&once);
	nm_buffer_reset(&back);
	becomes("Content-Type: multipart/mixed; boundary=x\r\n\r\n"
		"--x\r\n\r\na\r\n\r\nb\r\n--x\r\n"
		"Content-Type: text/plain; charset=ISO-8859-1;\r\n"
		" hp-legacy-display=1; name=\"a b\"\r\n"
		"Content-Disposition: attachment\r\n\r\na: b\r\n\r\n\xe4\r\n"
		"--x--",
	    "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
	    "--x\r\n\r\na\r\n\r\nb\r\n--x\r\n"
	    "Content-Disposition: attachment\r\n"
	    "Content-Type: text/plain; charset=ISO-8859-1; name=\"a b\"\r\n"
	    "\r\n\xe4\r\n--x--");
}

static void
what_has_none_stays(void **state)
{
#define MARKED "; hp-legacy-display=1"
	static const char *const cases[] = {
		"Content-Type: text/plain\r\n\r\na: b\r\n\r\nc",
		"Content-Type: text/plain; hp-legacy-display=2\r\n\r\na\n\nb",
		"Content-Type: text/enriched" MARKED "\r\n\r\na\n\nb",
		"Content-Type: text/plain; charset=utf-16" MARKED
		"\r\n\r\na\n\nb",
		"Content-Type: text/plain" MARKED "\r\n"
		"Content-Transfer-Encoding: x-own\r\n\r\na\n\nb",
		"Content-Type: message/rfc822" MARKED
		"\r\n\r\nContent-Type: text/plain" MARKED "\r\n\r\na\n\nb",
		"Content-Type: multipart/signed; boundary=x\r\n\r\n--x\r\n"
		"Content-Type: text/plain" MARKED "\r\n\r\na\n\nb\r\n--x--",
		/* nobody can divide it */
		"Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--x\r\n"
		"Content-Type: text/plain" MARKED "\r\n\r\na\n\nb",
		"Content-Type: multipart/mixed\r\n\r\n--x\r\n"
		"Content-Type: text/plain" MARKED "\r\n\r\na\n\nb",
		"",
		"no header",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		becomes(cases[i], cases[i]);
}

/* `a` goes, or stays, whether it comes at once or not. */
static void
with_filler(const char *in, const char *out, size_t filler, const char *more)
{
	struct nm_buffer all = NM_BUFFER_INIT, expected = NM_BUFFER_INIT;
	struct nm_buffer got = NM_BUFFER_INIT;
	struct nm_stage *end, *s;

	nm_buffer_string(&all, in);
	for (size_t i = 0; i < filler; i++)
		nm_buffer_byte(&all, 'x');
	if (out == NULL) {
		nm_buffer_append(&expected, all.data, all.len);
		nm_buffer_string(&expected, more);
	} else {
		nm_buffer_string(&expected, out);
	}
	nm_buffer_string(&all, more);
	for (size_t size = 1000; size <= all.len + 1000; size += all.len) {
		end = nm_collector_new(&got, SIZE_MAX);
		s = strchr(in, '<') != NULL ? nm_html_omit_new(end)
					    : nm_legacy_plain_omit_new(end);
		for (size_t at = 0; at < all.len; at += size)
			assert_int_equal(
			    nm_stage_write(s, all.data + at,
				all.len - at < size ? all.len - at : size),
			    NM_OK);
		assert_int_equal(nm_stage_finish(s), NM_OK);
		assert_int_equal(got.len, expected.len);
		assert_memory_equal(got.data, expected.data, got.len);
		nm_stage_free(&s);
		nm_stage_free(&end);
		nm_buffer_reset(&got);
	}
	nm_buffer_reset(&all);
	nm_buffer_reset(&expected);
}

static void
within_bounds(void **state)
{
	size_t most = (size_t)256 * 1024;

	(void)state;
	with_filler("a: ", "b", most - 3 - 4, "\r\n\r\nb");
	with_filler("a: ", NULL, most - 3 - 3, "\r\n\r\nb");
	with_filler(THE, "b", most - strlen(THE) - 6, "</div>b");
	with_filler(THE, NULL, most - strlen(THE) - 5, "</div>b");
	/* what is long before, or behind it, is no matter */
	with_filler(THE "y</div><img>", "<img>", 0, "");
	with_filler("<script>", NULL, most, "</script>" THE "b</div>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_left_out),
		cmocka_unit_test(elements_are_left_out),
		cmocka_unit_test(out_of_codings),
		cmocka_unit_test(in_any_part),
		cmocka_unit_test(what_has_none_stays),
		cmocka_unit_test(within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
