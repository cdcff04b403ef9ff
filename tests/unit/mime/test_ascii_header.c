/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

#include "mime/seven_bit.h"

/* `in` is a header block with its empty line, if it has one. */
static enum nm_error
write_header(const char *in, const char *coding, struct nm_buffer *out)
{
	struct nm_bytes raw = { (const uint8_t *)in, strlen(in) };
	struct nm_fault fault = { NM_OK, "" };
	struct nm_header *h;
	enum nm_error err;

	assert_int_equal(nm_header_parse(raw.data, raw.len, &h, &fault), NM_OK);
	err = nm_ascii_header_write(out, h, raw, coding, &fault);
	assert_int_equal(err, fault.code);
	nm_header_free(&h);
	return err;
}

static void
check(const char *in, const char *coding, const char *expected)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	assert_int_equal(write_header(in, coding, &out), NM_OK);
	assert_true(nm_is_clean(out.data, out.len));
	nm_buffer_byte(&out, 0);
	assert_string_equal((char *)out.data, expected);
	nm_buffer_reset(&out);
}

static void
check_refused(const char *in)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	assert_int_equal(
	    write_header(in, NULL, &out), NM_ERR_MALFORMED_MESSAGE);
	nm_buffer_reset(&out);
}

static void
clean_stays(void **state)
{
	static const char odd[] = "Subject :  x\r\n\ty\r\nno field\r\n\r\n";

	(void)state;
	check("", NULL, "");
	check("\r\n", NULL, "\r\n");
	check(odd, NULL, odd);
	check("A: b", NULL, "A: b");
}

static void
text(void **state)
{
	(void)state;
	check("Subject: \xc3\xa4\r\nX:  y\r\n\r\n", NULL,
	    "Subject: =?utf-8?B?w6Q=?=\r\nX:  y\r\n\r\n");
	/* what is encoded already is not encoded once more */
	check("Subject: =?iso-8859-1?Q?=F6?= \xc3\xa4\r\n", NULL,
	    "Subject: =?utf-8?B?w7Ygw6Q=?=\r\n");
	/* what is no UTF-8 is lost, not passed on */
	check("X: \xe4\r\n", NULL, "X: =?utf-8?B?77+9?=\r\n");
	/* only what is not clean is written anew; strays go then */
	check("From a@b Tue\r\nA:  b\r\nstray\r\nX: \xc3\xa4\r\n\r\n", NULL,
	    "A:  b\r\nX: =?utf-8?B?w6Q=?=\r\n\r\n");
}

static void
addresses(void **state)
{
	(void)state;
	check("To: J\xc3\xb6 <joe@x.org>, <b@x.org> (n), grp: c@x.org;\r\n",
	    NULL, "To: =?utf-8?B?SsO2?= <joe@x.org>, n <b@x.org>, c@x.org\r\n");
	check("Cc: joe@b\xc3\xbc"
	      "cher.example\r\n",
	    NULL, "Cc: joe@xn--bcher-kva.example\r\n");
	check("To: \xc3\xa4:;\r\n", NULL, "To: undisclosed-recipients:;\r\n");
	/* a local part has no other form (RFC 6532) */
	check_refused("To: j\xc3\xb6@x.org\r\n");
	check_refused("From: J\xc3\xb6 <joe@x.org> x\r\n");
}

static void
parameters(void **state)
{
	(void)state;
	check("Content-Type: text/PLAIN; Name=\"\xc3\xa4.txt\"; charset=x\r\n",
	    NULL,
	    "Content-Type: text/plain; name*=utf-8''%C3%A4.txt; charset=x\r\n");
	check("Content-Disposition: attachment; filename=\xe2\x82\xac\r\n",
	    NULL,
	    "Content-Disposition: attachment; "
	    "filename*=utf-8''%E2%82%AC\r\n");
}

static void
a_coding_replaces_the_old_one(void **state)
{
	(void)state;
	check("A: b\r\nContent-Transfer-Encoding: 8bit\r\nC: d\r\n"
	      "content-transfer-encoding: binary\r\n\r\n",
	    "base64",
	    "A: b\r\nC: d\r\nContent-Transfer-Encoding: base64\r\n\r\n");
	check("", "7bit", "Content-Transfer-Encoding: 7bit\r\n");
	/* the empty line, in whatever form it came */
	check("A: b\r\n\n", "7bit",
	    "A: b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
	check("A: b\r\n\r\r\n", "7bit",
	    "A: b\r\nContent-Transfer-Encoding: 7bit\r\n\r\n");
}

/* A CR alone ends a field, and comes out as a line end. */
static void
carriage_returns(void **state)
{
	(void)state;
	check(
	    "A: b\rC: d\r e\r\r\nF: g\r\n", NULL, "A: b\r\nC: d e\r\nF: g\r\n");
}

static void
long_lines(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT, out = NM_BUFFER_INIT;

	(void)state;
	/* folded where it has spaces */
	nm_buffer_string(&b, "X: ");
	for (int i = 0; i < 300; i++)
		nm_buffer_string(&b, "word ");
	nm_buffer_append(&b, "\r\n", 3);
	assert_int_equal(write_header((char *)b.data, NULL, &out), NM_OK);
	assert_true(nm_is_clean(out.data, out.len));
	nm_buffer_reset(&b);
	nm_buffer_reset(&out);
	/* and refused where it has none */
	nm_buffer_string(&b, "X: ");
	for (int i = 0; i < 1000; i++)
		nm_buffer_byte(&b, 'x');
	nm_buffer_append(&b, "\r\n", 3);
	check_refused((char *)b.data);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_stays),
		cmocka_unit_test(text),
		cmocka_unit_test(addresses),
		cmocka_unit_test(parameters),
		cmocka_unit_test(a_coding_replaces_the_old_one),
		cmocka_unit_test(carriage_returns),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
