/* SPDX-License-Identifier: MPL-2.0 */
#include "feed.h"

static enum nm_error
feed_once(const void *in, size_t len, int way, struct nm_buffer *out)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *end = nm_collector_new(out, SIZE_MAX);
	struct nm_stage *s = nm_seven_bit_new(end, &fault);
	enum nm_error err;

	assert_non_null(s);
	err = feed_all(s, in, len, way);
	assert_int_equal(fault.code, err);
	nm_stage_free(&s);
	nm_stage_free(&end);
	return err;
}

static void
run(const void *in, size_t len, int way, enum nm_error expected,
    struct nm_buffer *out)
{
	assert_int_equal(feed_once(in, len, way, out), expected);
}

static void
check(const char *in, const char *expected)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	for (int way = 0; way < FEED_WAYS; way++) {
		run(in, strlen(in), way, NM_OK, &out);
		nm_buffer_byte(&out, 0);
		assert_string_equal((char *)out.data, expected);
		nm_buffer_reset(&out);
	}
}

static void
same(const char *in)
{
	check(in, in);
}

static void
refused(const char *in)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	run(in, strlen(in), 0, NM_ERR_MALFORMED_MESSAGE, &out);
	nm_buffer_reset(&out);
}

static void
clean(void **state)
{
	(void)state;
	same("");
	same("\r\n");
	same("A: b\r\n");
	same("A: b\r\n\r\nbody \r\n..\r\nFrom\r\n From x\r\n");
	same("A: b\n\nbody\nwith LF");
	same("Content-Type: application/pdf\r\n"
	     "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\nBB=\r\n");
	same("Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
	     "--b \t\r\nX: y\r\n\r\none\r\n--b\r\n\r\ntwo\r\n\r\n--bc\r\n"
	     "--b--  \r\nepilogue\r\n--b\r\n");
	same("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n");
	same("Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\nx\r\n");
	same("Content-Type: multipart/mixed\r\n\r\nno boundary\r\n");
	same("Content-Transfer-Encoding: x-own\r\n\r\nabc");
}

static void
signed_parts(void **state)
{
	(void)state;
	same("Content-Type: multipart/signed; boundary=b\r\n\r\n\xe4\r\n"
	     "--b\r\n\r\n\xc3\xa4 From \r\nFrom x\r\n--b--\r\n");
	same("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
	     "Content-Type: multipart/encrypted; boundary=b\r\n"
	     "Content-Transfer-Encoding: 8bit\r\n\r\n"
	     "--b\r\n\r\n\xc3\xa4\r\n--b--\r\n--a--\r\n");
	/* their own header is not signed */
	check("Subject: \xc3\xa4\r\n"
	      "Content-Type: multipart/signed; boundary=b\r\n\r\n\xe4",
	    "Subject: =?utf-8?B?w6Q=?=\r\n"
	    "Content-Type: multipart/signed; boundary=b\r\n\r\n\xe4");
}

static void
leaves(void **state)
{
	(void)state;
	check("Content-Type: text/plain; charset=utf-8\r\n"
	      "Content-Transfer-Encoding: 8bit\r\nX: y\r\n\r\n\xc3\xa4=\r\n",
	    "Content-Type: text/plain; charset=utf-8\r\nX: y\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "=C3=A4=3D\r\n");
	check("A: b\r\n\r\nFrom me\r\n>From you\r\n",
	    "A: b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "=46rom me\r\n=3EFrom you\r\n");
	check("\r\na\rb",
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "a=0Db");
	/* what is no text; its lines have their canonical ends */
	check("Content-Type: image/svg+xml\r\n\r\n\xc3\xa4\nb\r\n",
	    "Content-Type: image/svg+xml\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nw6QNCmINCg==\r\n");
	/* ... unless it has no lines */
	check("Content-Type: image/png\r\n"
	      "Content-Transfer-Encoding: binary\r\n\r\na\nb",
	    "Content-Type: image/png\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nYQpi\r\n");
	refused("Content-Transfer-Encoding: x-own\r\n\r\n\xe4");
}

static void
coded_leaves(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer expected = NM_BUFFER_INIT;

	(void)state;
	check("Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	      "a=C3=A4 \xc3\xa4=\r\nFrom x\r\n>From y\r\na\rb =\r\n",
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
	    "a=C3=A4 =C3=A4=\r\n=46rom x\r\n=3EFrom y\r\na=0Db =\r\n");
	check("Content-Transfer-Encoding: base64\r\n\r\n"
	      "AAAA\xe4\r\n>From x\r\nFrom BB\r\r\n",
	    "Content-Transfer-Encoding: base64\r\n\r\n"
	    "AAAA\r\nFromx\r\nFromBB\r\n");
	/* long lines are broken, escapes are not */
	nm_buffer_string(
	    &in, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
	nm_buffer_append(&expected, in.data, in.len);
	for (int i = 0; i < 996; i++) {
		nm_buffer_byte(&in, 'x');
		nm_buffer_byte(&expected, 'x');
	}
	nm_buffer_string(&in, "=3D-y");
	nm_buffer_string(&expected, "=\r\n=3D-y");
	for (int way = 0; way < FEED_WAYS; way++) {
		run(in.data, in.len, way, NM_OK, &out);
		assert_bytes(&out, expected.data, expected.len);
		nm_buffer_reset(&out);
	}
	nm_buffer_reset(&in);
	nm_buffer_reset(&expected);
}

static void
nested(void **state)
{
	(void)state;
	check("Content-Type: multipart/mixed; boundary=b\r\n"
	      "Content-Transfer-Encoding: 8bit\r\n\r\n\xe4pre\r\nFrom x\r\n"
	      "--b\r\nContent-Type: text/plain\r\n\r\n\xe4\r\n"
	      "--b\r\n\r\nclean\r\n"
	      "--b\r\nContent-Type: message/rfc822\r\n"
	      "Content-Transfer-Encoding: 8bit\r\n\r\n"
	      "Subject: \xc3\xb6\r\n\r\n\xc3\xb6"
	      "\r\n--b--\r\n\xe4",
	    "Content-Type: multipart/mixed; boundary=b\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n?pre\r\n?rom x\r\n"
	    "--b\r\nContent-Type: text/plain\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=E4\r\n"
	    "--b\r\n\r\nclean\r\n"
	    "--b\r\nContent-Type: message/rfc822\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "Subject: =?utf-8?B?w7Y=?=\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=B6"
	    "\r\n--b--\r\n?");
	/* parts of a digest are messages */
	check("Content-Type: multipart/digest; boundary=b\r\n\r\n"
	      "--b\r\n\r\nA: \xc3\xb6\r\n\r\nx\r\n--b--",
	    "Content-Type: multipart/digest; boundary=b\r\n\r\n"
	    "--b\r\n\r\nA: =?utf-8?B?w7Y=?=\r\n\r\nx\r\n--b--");
	refused("Content-Type: multipart/mixed; boundary=\"\xc3\xa4\"\r\n\r\n");
}

static void
header_fields(void **state)
{
	(void)state;
	check("From: J\xc3\xb6 <j@x.org>\r\n"
	      "To: a@b, \"D, \xc3\xa4\" <d@B\xc3\xbc"
	      "cher.de>\r\nSubject: a =?utf-8?Q?=C3=B6?= \xc3\xa4 b\r\n"
	      "X-Other:   kept  as it\t is \r\n"
	      "Content-Disposition: attachment; filename=\"\xc3\xa4.txt\"\r\n"
	      "\r\nx",
	    "From: =?utf-8?B?SsO2?= <j@x.org>\r\n"
	    "To: a@b, =?utf-8?B?RCwgw6Q=?= <d@xn--bcher-kva.de>\r\n"
	    "Subject: a =?utf-8?B?w7Ygw6Q=?= b\r\n"
	    "X-Other:   kept  as it\t is \r\n"
	    "Content-Disposition: attachment; filename*=utf-8''%C3%A4.txt\r\n"
	    "\r\nx");
	refused("To: j\xc3\xb6@x.org\r\n\r\nx");
	refused("To: \xc3\xa4 <a@b\r\n\r\nx");
}

static void
long_header_lines(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_string(&in, "References:");
	for (int i = 0; i < 100; i++)
		nm_buffer_string(&in, " <0123456789@example>");
	nm_buffer_string(&in, "\r\n\r\nx");
	run(in.data, in.len, 0, NM_OK, &out);
	for (size_t i = 0, column = 0; i < out.len; i++) {
		column = out.data[i] == '\n' ? 0 : column + 1;
		assert_true(column <= 79);
	}
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
}

/* A large leaf: what it means stays the same, and nothing is unclean. */
static void
large(void **state)
{
	static const char head[] = "Content-Type: text/plain\r\n\r\n";
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer back = NM_BUFFER_INIT;
	struct nm_stage *end, *decoder;
	const uint8_t *body;

	(void)state;
	nm_buffer_string(&in, head);
	while (in.len < 300000)
		nm_buffer_string(&in, "a line of it = \r\n");
	nm_buffer_string(&in, "\xe4\r\n");
	run(in.data, in.len, 5, NM_OK, &out);
	body = memmem(out.data, out.len, "\r\n\r\n", 4);
	assert_non_null(body);
	body += 4;
	assert_non_null(memmem(
	    out.data, (size_t)(body - out.data), "quoted-printable", 16));
	end = nm_collector_new(&back, SIZE_MAX);
	decoder = nm_quoted_printable_decoder_new(end);
	assert_int_equal(
	    feed_all(decoder, body, out.len - (size_t)(body - out.data), 0),
	    NM_OK);
	nm_stage_free(&decoder);
	nm_stage_free(&end);
	assert_bytes(&back, in.data + strlen(head), in.len - strlen(head));
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
	nm_buffer_reset(&back);
}

static void
depth(void **state)
{
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;

	(void)state;
	for (int i = 0; i < 100; i++) {
		nm_buffer_string(&in, "Content-Type: message/rfc822\r\n\r\n");
		if (i == NM_MAX_NESTING - 1) {
			run(in.data, in.len, 0, NM_OK, &out);
			assert_bytes(&out, in.data, in.len);
			nm_buffer_reset(&out);
		}
	}
	run(in.data, in.len, 0, NM_ERR_MALFORMED_MESSAGE, &out);
	nm_buffer_reset(&in);
	nm_buffer_reset(&out);
}

/* What comes out is clean, is the same however it was fed, and passes
 * unchanged a second time. */
static void
noise(void **state)
{
	static const char *const pieces[] = { "\r\n", "\n", "--b\r\n",
		"\r\n--b--\r\n",
		"Content-Type: multipart/mixed; boundary=b\r\n",
		"Content-Type: message/rfc822\r\n", "\r\n\r\n",
		"Content-Transfer-Encoding: quoted-printable\r\n",
		"Content-Transfer-Encoding: base64\r\n", "\xc3\xa4", "\xe4",
		"From x", ">From y\r\n", "=3D", "=", " text ", "\r",
		"Subject: \xc3\xb6\r\n", "Content-Type: image/png\r\n",
		"Content-Transfer-Encoding: binary\r\n" };
	struct nm_buffer in = NM_BUFFER_INIT, out = NM_BUFFER_INIT;
	struct nm_buffer again = NM_BUFFER_INIT;
	uint32_t seed = 23;
	enum nm_error err;
	int passed = 0;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		for (uint32_t i = feed_next(&seed) % 40; i != 0; i--)
			nm_buffer_string(&in,
			    pieces[feed_next(&seed) %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		err = feed_once(in.data, in.len, 0, &out);
		if (err != NM_OK) {
			/* an unknown coding, by chance */
			assert_int_equal(err, NM_ERR_MALFORMED_MESSAGE);
			nm_buffer_reset(&in);
			nm_buffer_reset(&out);
			continue;
		}
		passed++;
		for (size_t i = 0; i < out.len; i++)
			assert_true(out.data[i] < 0x80);
		for (int way = 1; way < 5; way++) {
			run(in.data, in.len, way, NM_OK, &again);
			assert_bytes(&again, out.data, out.len);
			nm_buffer_reset(&again);
		}
		run(out.data, out.len, 0, NM_OK, &again);
		assert_bytes(&again, out.data, out.len);
		nm_buffer_reset(&again);
		nm_buffer_reset(&in);
		nm_buffer_reset(&out);
	}
	assert_true(passed > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean),
		cmocka_unit_test(signed_parts),
		cmocka_unit_test(leaves),
		cmocka_unit_test(coded_leaves),
		cmocka_unit_test(nested),
		cmocka_unit_test(header_fields),
		cmocka_unit_test(long_header_lines),
		cmocka_unit_test(large),
		cmocka_unit_test(depth),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
