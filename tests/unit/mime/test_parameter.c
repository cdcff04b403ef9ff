/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

/* The value as "type name=value ..." */
static void
check(const char *text, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_value v;

	assert_int_equal(nm_value_parse(text, &v), NM_OK);
	nm_buffer_string(&b, v.type);
	for (size_t i = 0; i < v.count; i++)
		nm_buffer_format(
		    &b, "|%s=%s", v.parameters[i].name, v.parameters[i].value);
	nm_buffer_byte(&b, 0);
	assert_string_equal((char *)b.data, expected);
	nm_buffer_reset(&b);
	nm_value_clear(&v);
	assert_null(v.type);
}

static void
values(void **state)
{
	(void)state;
	check("text/plain", "text/plain");
	check("Text/HTML; Charset=UTF-8", "text/html|charset=UTF-8");
	check(" (c) text (d) / (e) plain (f) ; (g) a (h) = (i) b (j)",
	    "text/plain|a=b");
	check("attachment; filename=\"a \\\"b\\\\;c.txt\"",
	    "attachment|filename=a \"b\\;c.txt");
	check("multipart/mixed; boundary=----=_Part_1; x=y",
	    "multipart/mixed|boundary=----=_Part_1|x=y");
	check("a/b;;; x=1;", "a/b|x=1");
	check("a/b; x=1; X=2", "a/b|x=1");
	check("a/b; x", "a/b");
	check("a/b; =1; y=2", "a/b|y=2");
	check("a/b; x=\"", "a/b|x=");
	check("a/b; x=\"open; y=2", "a/b|x=open; y=2");
	check("a/b; x=1 junk \"; z=3\"; y=2", "a/b|x=1|y=2");
	/* a semicolon that was forgotten */
	check("a/b charset=x; y=1", "a/b|charset=x|y=1");
	check("a/b\tboundary = \"x\" micalg=sha-256 (c) z=1",
	    "a/b|boundary=x|micalg=sha-256|z=1");
	check("a/b; n=my file=x.txt", "a/b|n=my|file=x.txt");
	check("a/b; n=my own file=x.txt; y=2", "a/b|n=my|y=2");
	check("a/b; x=\"1\"y=2; z=3", "a/b|x=1|z=3");
	check("a/b/c x=1; y=2", "|y=2");
	check("a/b (unclosed; y=1", "a/b");
	check("a/b; x=\xc3\xa4; y=\xe4", "a/b|x=\xc3\xa4|y=\xef\xbf\xbd");
	/* no types */
	check("", "");
	check("; x=1", "|x=1");
	check("a/; x=1", "|x=1");
	check("/b; x=1", "|x=1");
	check("a/b/c; x=1", "|x=1");
	check("\"a/b\"; x=1", "|x=1");
}

static void
rfc2231(void **state)
{
	(void)state;
	/* RFC 2231 sections 3 and 4 */
	check("message/external-body; access-type=URL; URL*0=\"ftp://\"; "
	      "URL*1=\"cs.utk.edu/x\"",
	    "message/external-body|access-type=URL|url=ftp://cs.utk.edu/x");
	check("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A",
	    "application/x-stuff|title=This is **");
	check("a/b; t*0*=iso-8859-1'en'%E4%20; t*1*=%f6; t*2=\"%41!\"",
	    "a/b|t=\xc3\xa4 \xc3\xb6%41!");
	check("a/b; t*1=b; t*0=a; t*3=d", "a/b|t=ab");
	check("a/b; t*1=b", "a/b");
	check("a/b; t*0=a; t*0=z; t*01=q", "a/b|t=a");
	/* the extended form is the one that is meant */
	check("a/b; f=plain; f*=utf-8''%c3%a4", "a/b|f=\xc3\xa4");
	check("a/b; t*=nothing%20here", "a/b|t=nothing here");
	check("a/b; t*=utf-8''a%00b%zz%4",
	    "a/b|t=a\xef\xbf\xbd"
	    "b%zz%4");
	check("a/b; *=x; t**=y; t*x=z", "a/b");
	check("a/b; t*=; u*0*=\"\"; v*0*=x; v*1*=", "a/b|t=|u=|v=x");
}

static void
many(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_value v;
	char *text;

	(void)state;
	nm_buffer_string(&b, "a/b");
	for (int i = 0; i < 100000; i++)
		nm_buffer_format(&b, ";x*%d=y", i % 9000);
	text = nm_buffer_take_string(&b);
	assert_int_equal(nm_value_parse(text, &v), NM_OK);
	assert_string_equal(v.type, ""); /* and so is used for nothing */
	nm_value_clear(&v);
	free(text);
}

static void
check_back(const char *value, const char *expected)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_value v;
	char *text;

	nm_buffer_string(&b, "a/b");
	nm_parameter_write(&b, "name", value);
	text = nm_buffer_take_string(&b);
	assert_non_null(text);
	if (expected != NULL)
		assert_string_equal(text + 3, expected);
	for (const char *p = text; *p != '\0'; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	assert_int_equal(nm_value_parse(text, &v), NM_OK);
	assert_string_equal(nm_value_parameter(&v, "NAME"), value);
	nm_value_clear(&v);
	free(text);
}

static void
writing(void **state)
{
	char value[3000];

	(void)state;
	check_back("token", "; name=token");
	check_back("", "; name=\"\"");
	check_back("a b", "; name=\"a b\"");
	check_back("a\"\\", "; name=\"a\\\"\\\\\"");
	check_back("=_x?", "; name=\"=_x?\"");
	check_back("\xc3\xa4 b'", "; name*=utf-8''%C3%A4%20b%27");
	check_back("a\r\nb", "; name*=utf-8''a%0D%0Ab");
	for (size_t i = 0; i + 3 < sizeof(value); i += 3)
		memcpy(value + i, "\xe2\x82\xac", 3);
	value[sizeof(value) - 3] = '\0';
	check_back(value, NULL);
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	check_back(value, NULL);
}

static void
of_header(void **state)
{
	static const struct {
		const char *header;
		const char *type;
		enum nm_coding coding;
	} cases[] = {
		{ "", "text/plain", NM_CODING_7BIT },
		{ "Content-Type: a/B\nContent-Type: c/d\n"
		  "Content-Transfer-Encoding: BASE64\n",
		    "a/b", NM_CODING_BASE64 },
		{ "Content-Type: text\nContent-Transfer-Encoding: 8bit (c)\n",
		    "", NM_CODING_8BIT },
		{ "Content-Type:\n"
		  "Content-Transfer-Encoding: (c) quoted-printable\n",
		    "", NM_CODING_QUOTED_PRINTABLE },
		{ "Content-Transfer-Encoding: binary;\n", "text/plain",
		    NM_CODING_BINARY },
		{ "Content-Transfer-Encoding: base 64\n", "text/plain",
		    NM_CODING_UNKNOWN },
		{ "Content-Transfer-Encoding: x-uuencode\n", "text/plain",
		    NM_CODING_UNKNOWN },
		{ "Content-Transfer-Encoding:\n", "text/plain",
		    NM_CODING_7BIT },
		{ "Content-Transfer-Encoding: 8-Bit\n", "text/plain",
		    NM_CODING_8BIT },
		{ "Content-Transfer-Encoding: (c) 7-bit;\n", "text/plain",
		    NM_CODING_7BIT },
		{ "Content-Transfer-Encoding: =\n", "text/plain",
		    NM_CODING_UNKNOWN },
	};
	struct nm_header *h;
	struct nm_value v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    nm_header_parse((const uint8_t *)cases[i].header,
			strlen(cases[i].header), &h, NULL),
		    NM_OK);
		assert_int_equal(nm_header_content_type(h, &v), NM_OK);
		assert_string_equal(v.type, cases[i].type);
		assert_int_equal(nm_header_coding(h), cases[i].coding);
		nm_value_clear(&v);
		nm_header_free(&h);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(rfc2231),
		cmocka_unit_test(many),
		cmocka_unit_test(writing),
		cmocka_unit_test(of_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
