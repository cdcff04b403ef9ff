/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static const char fields[] = "From: alice@example.org\r\n"
			     "To: bob@example.org\r\n";
static const char part[] = "Content-Type: text/plain\r\n\r\nHello\r\n";

/* A mail signed by alice, whose parts are divided by "--b". */
static void
make(struct nm_buffer *out)
{
	struct nm_protect_options o = mail_protects();
	struct nm_buffer text = NM_BUFFER_INIT;
	char boundary[128];
	const char *at;
	struct sent s;
	size_t len;

	o.sign = true;
	nm_buffer_format(&text, "%s%s", fields, part);
	nm_buffer_byte(&text, 0);
	mail_protected(&o, (char *)text.data, &s);
	nm_buffer_append(out, s.output.data, s.output.len);
	at = memmem(out->data, out->len, "boundary=\"", 10);
	assert_non_null(at);
	len = strcspn(at + 10, "\"");
	(void)snprintf(boundary, sizeof(boundary), "%.*s", (int)len, at + 10);
	while (occurrences(out, boundary) != 0)
		replace(out, boundary, "b");
	sent_clear(&s);
	nm_buffer_reset(&text);
}

/* What reading finds: the layer's and its signer's reasons, all of them. */
static void
check(const struct nm_buffer *mail, nm_reasons expected, const char *output)
{
	const struct nm_read_layer *layer;
	nm_reasons found;
	struct mail m;

	mail_read(mail, &m);
	assert_int_equal(m.result->layer_count, 1);
	layer = &m.result->layers[0];
	assert_int_equal(layer->type, NM_LAYER_SIGNED);
	assert_int_equal(layer->form, NM_LAYER_MULTIPART_SIGNED);
	assert_string_equal(layer->part, "1");
	found = layer->reasons;
	for (size_t i = 0; i < layer->signer_count; i++)
		found |= layer->signers[i].reasons;
	assert_reasons(found, expected);
	assert_int_equal(m.result->signature, nm_reasons_status(expected));
	assert_output(&m, output);
	mail_clear(&m);
}

/* The mail with one thing changed. */
static void
check_changed(
    const char *what, const char *with, nm_reasons expected, const char *output)
{
	struct nm_buffer mail = NM_BUFFER_INIT;

	make(&mail);
	replace(&mail, what, with);
	check(&mail, expected, output);
	nm_buffer_reset(&mail);
}

static void
as_it_was_sent(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;

	(void)state;
	make(&mail);
	check(&mail, 0, part);
	/* bare line feeds, as a file has them (RFC 8551 section 3.1.1) */
	drop_returns(&mail);
	check(&mail, 0, part);
	nm_buffer_reset(&mail);
}

static void
what_transport_does(void **state)
{
	(void)state;
	/* white space after delimiters (RFC 2046 section 5.1.1) */
	check_changed("\r\n--b\r\nContent-Type: application",
	    "\r\n--b \t\r\nContent-Type: application", 0, part);
	check_changed("--b--\r\n", "--b--  \r\n", 0, part);
	check_changed("--b--\r\n", "--b--", 0, part);
	check_changed("--b--\r\n", "", 0, part);
	/* preamble and epilogue are nobody's */
	check_changed("This is a cryptographically signed message in MIME "
		      "format.\r\n",
	    "", 0, part);
	check_changed(
	    "--b--\r\n", "--b--\r\nlist footer\r\n--b\r\n\r\n", 0, part);
	/* header fields written anew */
	check_changed("micalg=sha-256;\r\n boundary=\"b\"",
	    "boundary=b;\r\n\tmicalg=SHA256", 0, part);
	check_changed("; micalg=sha-256;", ";", 0, part);
	check_changed("micalg=sha-256", "micalg=md5", 0, part);
	check_changed("micalg=sha-256", "micalg=\"sha1, unknown\"", 0, part);
	check_changed("protocol=\"application/pkcs7-signature\"",
	    "protocol=\"application/x-pkcs7-signature\"", 0, part);
}

static void
content_altered(void **state)
{
	const nm_reasons altered = NM_REASON_BIT(NM_REASON_CONTENT_ALTERED);

	(void)state;
	check_changed("Hello", "Hallo", altered,
	    "Content-Type: text/plain\r\n\r\nHallo\r\n");
	check_changed("Content-Type: text/plain", "content-Type: text/plain",
	    altered, "content-Type: text/plain\r\n\r\nHello\r\n");
	/* an empty line more, and a line end less */
	check_changed("Hello\r\n", "Hello\r\n\r\n", altered,
	    "Content-Type: text/plain\r\n\r\nHello\r\n\r\n");
	check_changed("Hello\r\n\r\n--b", "Hello\r\n--b", altered,
	    "Content-Type: text/plain\r\n\r\nHello");
	check_changed("Hello\r\n", "Hello \r\n", altered,
	    "Content-Type: text/plain\r\n\r\nHello \r\n");
}

/* Exactly two parts (RFC 1847 section 2.1). */
static void
parts_too_many_or_too_few(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	uint8_t *at;

	(void)state;
	check_changed("--b--", "--b\r\n\r\nunsigned\r\n--b--",
	    NM_REASON_BIT(NM_REASON_MALFORMED), part);
	check_changed("--b\r\nContent-Type: text/plain",
	    "--b\r\n\r\nunsigned\r\n--b\r\nContent-Type: text/plain",
	    NM_REASON_BIT(NM_REASON_MALFORMED), "\r\nunsigned");
	make(&mail);
	at = memmem(mail.data, mail.len, "\r\n--b\r\nContent-Type: app", 23);
	assert_non_null(at);
	mail.len = (size_t)(at - mail.data);
	nm_buffer_string(&mail, "\r\n--b--\r\n");
	check(&mail,
	    NM_REASON_BIT(NM_REASON_MALFORMED) |
		NM_REASON_BIT(NM_REASON_NO_SIGNER),
	    part);
	nm_buffer_reset(&mail);
	nm_buffer_format(&mail,
	    "%sContent-Type: multipart/signed; boundary=b;\r\n"
	    " protocol=\"application/pkcs7-signature\"\r\n\r\nnothing\r\n",
	    fields);
	check(&mail,
	    NM_REASON_BIT(NM_REASON_MALFORMED) |
		NM_REASON_BIT(NM_REASON_NO_SIGNER),
	    "");
	nm_buffer_reset(&mail);
}

/* The signature sits where it must, whatever its part's header says; what
 * cannot be read there makes the signature bad, not the mail unreadable. */
static void
the_signature_part(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	uint8_t *at, *end;

	(void)state;
	check_changed("Content-Type: application/pkcs7-signature; "
		      "name=\"smime.p7s\"",
	    "Content-Type: application/octet-stream; name=x", 0, part);
	check_changed("Content-Transfer-Encoding: base64\r\n",
	    "Content-Transfer-Encoding: x-unknown\r\n",
	    NM_REASON_BIT(NM_REASON_MALFORMED), part);
	/* of base64 that no field tells of, OpenSSL reads more than MIME says
	 */
	check_changed("Content-Transfer-Encoding: base64\r\n", "", 0, part);
	make(&mail);
	at = memmem(mail.data, mail.len, "Signature\r\n\r\n", 13);
	end = memmem(mail.data, mail.len, "\r\n--b--", 7);
	assert_non_null(at);
	assert_non_null(end);
	/* white space and foreign bytes in base64 */
	replace(&mail, "Signature\r\n\r\n", "Signature\r\n\r\n \t\r\n!");
	check(&mail, 0, part);
	/* cut off */
	end = memmem(mail.data, mail.len, "\r\n--b--", 7);
	assert_non_null(end);
	memmove(end - 300, end, (size_t)(mail.data + mail.len - end));
	mail.len -= 300;
	check(&mail, NM_REASON_BIT(NM_REASON_MALFORMED), part);
	nm_buffer_reset(&mail);
	make(&mail);
	at = memmem(mail.data, mail.len, "Signature\r\n\r\n", 13);
	end = memmem(mail.data, mail.len, "\r\n--b--", 7);
	assert_non_null(at);
	assert_non_null(end);
	memmove(at + 13, end, (size_t)(mail.data + mail.len - end));
	mail.len -= (size_t)(end - (at + 13));
	check(&mail, NM_REASON_BIT(NM_REASON_MALFORMED), part);
	nm_buffer_reset(&mail);
}

/* A part inside whose boundary begins as the outer one does. */
static void
boundaries_inside(void **state)
{
	static const char inner[] =
	    "Content-Type: multipart/mixed; boundary=\"LONGLONGLONG\"\r\n\r\n"
	    "--LONGLONGLONG\r\n\r\none\r\n--LONGLONGLONG--\r\n";
	struct nm_buffer mail = NM_BUFFER_INIT, text = NM_BUFFER_INIT;
	struct nm_protect_options o = mail_protects();
	char boundary[64];
	const char *at;
	struct sent s;

	(void)state;
	o.sign = true;
	nm_buffer_format(&text, "%s%s", fields, inner);
	nm_buffer_byte(&text, 0);
	mail_protected(&o, (char *)text.data, &s);
	nm_buffer_append(&mail, s.output.data, s.output.len);
	at = memmem(mail.data, mail.len, "boundary=\"=_", 12);
	assert_non_null(at);
	(void)snprintf(boundary, sizeof(boundary), "%.*s",
	    (int)strcspn(at + 10, "\""), at + 10);
	/* the outer one becomes a beginning of the inner one */
	while (occurrences(&mail, boundary) != 0)
		replace(&mail, boundary, "LONGLONG");
	check(&mail, 0, inner);
	nm_buffer_reset(&mail);
	nm_buffer_reset(&text);
	sent_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_was_sent),
		cmocka_unit_test(what_transport_does),
		cmocka_unit_test(content_altered),
		cmocka_unit_test(parts_too_many_or_too_few),
		cmocka_unit_test(the_signature_part),
		cmocka_unit_test(boundaries_inside),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
