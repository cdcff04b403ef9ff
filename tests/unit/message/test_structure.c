/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/structure.h"

/* What a walk met, as text: "2.1 multipart/signed s;" and so on. */
struct seen {
	struct nm_buffer embedded;
	struct nm_buffer wanted;
	struct nm_buffer leaves;
};

static enum nm_error
embedded(void *arg, const char *part, const char *type,
    enum nm_smime_type smime, bool says_signed)
{
	struct seen *s = arg;

	(void)smime;
	nm_buffer_format(&s->embedded, "%s %s %s;", part, type,
	    says_signed ? "signed" : "other");
	return NM_OK;
}

static enum nm_error
wanted(void *arg, struct nm_stage **into)
{
	struct seen *s = arg;

	*into = nm_collector_new(&s->wanted, 1 << 20);
	return *into == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
leaf(void *arg, const char *part, bool root, const struct nm_value *type)
{
	struct seen *s = arg;

	nm_buffer_format(
	    &s->leaves, "%s%s %s;", part, root ? " root" : "", type->type);
	return NM_OK;
}

static enum nm_error
walk(const char *entity, const char *part, struct seen *seen)
{
	static const struct nm_structure_handler handler = { embedded, wanted,
		leaf };
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *s = nm_structure_new(part, &handler, seen, &fault);
	enum nm_error error = NM_OK;

	assert_non_null(s);
	memset(seen, 0, sizeof(*seen));
	for (size_t i = 0; error == NM_OK && entity[i] != '\0'; i++)
		error = nm_stage_write(s, entity + i, 1);
	if (error == NM_OK)
		error = nm_stage_finish(s);
	nm_stage_free(&s);
	return error;
}

static void
expect(const char *entity, const char *what)
{
	struct seen seen;

	assert_int_equal(walk(entity, NULL, &seen), NM_OK);
	nm_buffer_byte(&seen.embedded, 0);
	assert_string_equal((const char *)seen.embedded.data, what);
	nm_buffer_reset(&seen.embedded);
	nm_buffer_reset(&seen.wanted);
	nm_buffer_reset(&seen.leaves);
}

static void
expect_leaves(const char *entity, const char *what)
{
	struct seen seen;

	assert_int_equal(walk(entity, NULL, &seen), NM_OK);
	nm_buffer_byte(&seen.leaves, 0);
	assert_string_equal((const char *)seen.leaves.data, what);
	nm_buffer_reset(&seen.embedded);
	nm_buffer_reset(&seen.wanted);
	nm_buffer_reset(&seen.leaves);
}

#define MIXED "Content-Type: multipart/mixed; boundary=x\r\n\r\n"
#define SIGNED                                                                 \
	"Content-Type: multipart/signed; boundary=y;\r\n"                      \
	" protocol=\"application/pkcs7-signature\"\r\n\r\n"                    \
	"--y\r\n\r\nsigned\r\n--y\r\n"                                         \
	"Content-Type: application/pkcs7-signature\r\n\r\nAA==\r\n--y--\r\n"

static void
plain_text_embeds_nothing(void **state)
{
	(void)state;
	expect("Subject: x\r\n\r\nhello\r\n", "");
	expect(MIXED "--x\r\n\r\na\r\n--x\r\n\r\nb\r\n--x--\r\n", "");
	expect("", "");
}

static void
smime_among_other_parts_is_found(void **state)
{
	(void)state;
	expect(MIXED "--x\r\n\r\ntext\r\n--x\r\n" SIGNED "\r\n--x--\r\n",
	    "2 multipart/signed signed;");
	expect(MIXED "--x\r\nContent-Type: multipart/alternative; "
		     "boundary=z\r\n\r\n--z\r\n\r\na\r\n--z\r\n"
		     "Content-Type: application/pkcs7-mime\r\n\r\nAA==\r\n"
		     "--z--\r\n\r\n--x--\r\n",
	    "1.2 application/pkcs7-mime other;");
	expect(MIXED "--x\r\nContent-Type: application/octet-stream; "
		     "name=SMIME.P7M\r\n\r\nAA==\r\n--x--\r\n",
	    "1 application/octet-stream other;");
}

static void
pgp_is_not_ours(void **state)
{
	(void)state;
	expect(MIXED "--x\r\nContent-Type: multipart/signed; boundary=y;"
		     " protocol=\"application/pgp-signature\"\r\n\r\n"
		     "--y\r\n\r\na\r\n--y--\r\n--x--\r\n",
	    "");
}

static void
smime_in_a_forwarded_message_is_found(void **state)
{
	(void)state;
	expect(MIXED "--x\r\nContent-Type: message/rfc822\r\n\r\n"
		     "From: a@example.org\r\n" SIGNED "\r\n--x--\r\n",
	    "1 multipart/signed signed;");
}

/* base64 or quoted-printable around a message: RFC 6532 3.5 permits it for
 * message/global, and it is met around message/rfc822 as well. */
static void
smime_in_an_encoded_message_is_found(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct seen seen;

	(void)state;
	expect(MIXED "--x\r\nContent-Type: message/rfc822\r\n"
		     "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
		     "From: a@example.org\r\nContent-Type: application/=\r\n"
		     "pkcs7-mime; smime-type=3Dsigned-data\r\n\r\nAA=3D=3D\r\n"
		     "--x--\r\n",
	    "1 application/pkcs7-mime signed;");
	/* "Content-Type: application/pkcs7-mime\r\n\r\nAA==\r\n" */
	expect(MIXED "--x\r\nContent-Type: message/global\r\n"
		     "Content-Transfer-Encoding: base64\r\n\r\n"
		     "Q29udGVudC1UeXBlOiBhcHBsaWNhdGlvbi9wa2NzNy1taW1l"
		     "DQoNCkFBPT0NCg==\r\n--x--\r\n",
	    "1 application/pkcs7-mime other;");
	/* as long as no header may be */
	nm_buffer_string(&b,
	    MIXED "--x\r\nContent-Type: message/rfc822\r\n"
		  "Content-Transfer-Encoding: base64\r\n\r\n"
		  "Q29udGVudC1UeXBlOiBhcHBsaWNhdGlvbi9wa2NzNy1taW1l"
		  "DQoNCkFB\r\n");
	while (b.len < NM_MAX_HEADER_BLOCK + 1000)
		nm_buffer_string(&b,
		    "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB"
		    "QUFBQUFB\r\n");
	nm_buffer_string(&b, "--x--\r\n");
	nm_buffer_byte(&b, 0);
	assert_int_equal(walk((const char *)b.data, NULL, &seen), NM_OK);
	assert_int_not_equal(seen.embedded.len, 0);
	nm_buffer_reset(&seen.embedded);
	nm_buffer_reset(&seen.leaves);
	nm_buffer_reset(&b);
}

/* Not those of S/MIME parts, nor those of a message in the message. */
static void
leaves_are_told(void **state)
{
	(void)state;
	expect_leaves("\r\nhello\r\n", "1 root text/plain;");
	expect_leaves(MIXED "--x\r\nContent-Type: multipart/alternative; "
			    "boundary=z\r\n\r\n--z\r\n\r\na\r\n--z\r\n"
			    "Content-Type: text/html\r\n\r\nb\r\n--z--\r\n\r\n"
			    "--x\r\n" SIGNED
			    "\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
			    "Content-Type: multipart/mixed; boundary=y\r\n\r\n"
			    "--y\r\n\r\nc\r\n--y--\r\n\r\n"
			    "--x\r\nContent-Type: image/png\r\n\r\n--x--\r\n",
	    "1.1 text/plain;1.2 text/html;4 image/png;");
}

static void
smime_in_a_digest_is_found(void **state)
{
	(void)state;
	/* its parts are messages without saying so */
	expect("Content-Type: multipart/digest; boundary=x\r\n\r\n"
	       "--x\r\n\r\nFrom: a@example.org\r\n" SIGNED "\r\n--x--\r\n",
	    "1 multipart/signed signed;");
	expect("Content-Type: multipart/digest; boundary=x\r\n\r\n"
	       "--x\r\nContent-Type: text/plain\r\n\r\n"
	       "From: a@example.org\r\n" SIGNED "\r\n--x--\r\n",
	    "");
}

static void
the_wanted_part_is_given_whole(void **state)
{
	struct seen seen;
	const char *entity = MIXED "--x\r\n\r\na\r\n--x\r\n"
				   "Content-Type: text/html\r\n\r\n<b>\r\n"
				   "--x--\r\n";

	(void)state;
	assert_int_equal(walk(entity, "2", &seen), NM_OK);
	nm_buffer_byte(&seen.wanted, 0);
	assert_string_equal((const char *)seen.wanted.data,
	    "Content-Type: text/html\r\n\r\n<b>");
	nm_buffer_reset(&seen.wanted);
	nm_buffer_reset(&seen.embedded);
	nm_buffer_reset(&seen.leaves);
	assert_int_equal(walk(entity, "3", &seen), NM_OK);
	assert_int_equal(seen.wanted.len, 0);
	nm_buffer_reset(&seen.leaves);
}

static void
a_body_that_cannot_be_divided_is_no_error(void **state)
{
	char entity[600] = "Content-Type: multipart/mixed; boundary=\"";

	(void)state;
	memset(entity + strlen(entity), 'b', 400);
	(void)strcat(entity, "\"\r\n\r\ntext\r\n");
	expect(entity, "");
}

static void
too_deep_is_refused(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct seen seen;

	(void)state;
	for (unsigned i = 0; i < NM_MAX_NESTING + 2; i++)
		nm_buffer_format(&b,
		    "Content-Type: multipart/mixed; boundary=b%u\r\n\r\n"
		    "--b%u\r\n",
		    i, i);
	nm_buffer_byte(&b, 0);
	assert_int_equal(
	    walk((const char *)b.data, NULL, &seen), NM_ERR_MALFORMED_MESSAGE);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_embeds_nothing),
		cmocka_unit_test(smime_among_other_parts_is_found),
		cmocka_unit_test(pgp_is_not_ours),
		cmocka_unit_test(smime_in_a_forwarded_message_is_found),
		cmocka_unit_test(smime_in_an_encoded_message_is_found),
		cmocka_unit_test(leaves_are_told),
		cmocka_unit_test(smime_in_a_digest_is_found),
		cmocka_unit_test(the_wanted_part_is_given_whole),
		cmocka_unit_test(a_body_that_cannot_be_divided_is_no_error),
		cmocka_unit_test(too_deep_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
