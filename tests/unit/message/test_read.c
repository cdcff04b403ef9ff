/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

#define BY_ALICE "-sign -signer alice.crt -inkey alice.key "

static const char part[] = "Content-Type: text/plain\r\n\r\nHello\r\n";

/* A mail with a signed part as its second among three. */
static void
make_mixed(struct nm_buffer *out)
{
	mail_by_openssl(out,
	    "From: alice@example.org\r\n"
	    "Content-Type: multipart/mixed; boundary=out\r\n\r\n"
	    "--out\r\nContent-Type: text/plain\r\n\r\none\r\n--out\r\n",
	    part, BY_ALICE);
	nm_buffer_string(out,
	    "\r\n--out\r\n"
	    "Content-Type: multipart/mixed; boundary=in\r\n\r\n"
	    "--in\r\n\r\nthree one\r\n"
	    "--in\r\nContent-Type: message/rfc822\r\n\r\n"
	    "From: bob@example.org\r\n"
	    "Content-Type: multipart/mixed; boundary=deep\r\n\r\n"
	    "--deep\r\n\r\ndeep\r\n--deep--\r\n"
	    "--in--\r\n--out--\r\n");
}

static enum nm_error
read_part(const struct nm_buffer *mail, const char *number, struct mail *m)
{
	struct nm_read_options o = mail_reads();

	o.part = number;
	return mail_read_as(&o, mail->data, mail->len, m);
}

static void
a_part_on_its_own(void **state)
{
	static const struct {
		const char *number, *output;
	} cases[] = {
		{ "1", "Content-Type: text/plain\r\n\r\none" },
		{ "3.1", "\r\nthree one" },
		{ "3.2.1", "\r\ndeep" },
	};
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	make_mixed(&mail);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (read_part(&mail, cases[i].number, &m) != NM_OK)
			fail_msg("%s", m.fault.text);
		assert_int_equal(m.result->layer_count, 0);
		assert_int_equal(m.result->signature, NM_STATUS_NONE);
		assert_output(&m, cases[i].output);
		mail_clear(&m);
	}
	nm_buffer_reset(&mail);
}

/* It is peeled, and says nothing of the mail's From. */
static void
a_signed_part(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	make_mixed(&mail);
	assert_int_equal(read_part(&mail, "2", &m), NM_OK);
	assert_int_equal(m.result->layer_count, 1);
	assert_string_equal(m.result->layers[0].part, "1");
	assert_int_equal(
	    m.result->layers[0].signers[0].status, NM_STATUS_VALID);
	assert_int_equal(m.result->signature, NM_STATUS_PARTIAL);
	assert_reasons(m.result->reasons, NM_REASON_BIT(NM_REASON_NOT_COVERED));
	assert_output(&m, part);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* The parts of what is inside of a signature around them all. */
static void
a_part_under_a_signature(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	mail_by_openssl(&mail, "From: alice@example.org\r\n",
	    "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
	    "--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n",
	    BY_ALICE);
	assert_int_equal(read_part(&mail, "2", &m), NM_OK);
	assert_int_equal(m.result->layer_count, 0);
	assert_int_equal(m.result->signature, NM_STATUS_NONE);
	assert_output(&m, "\r\ntwo");
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

static void
no_such_part(void **state)
{
	static const char *const numbers[] = { "4", "2.9", "3.2.2", "0", "",
		"1.", "x", "3.2.1.1.1.1.1.1" };
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	make_mixed(&mail);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(
		    read_part(&mail, numbers[i], &m), NM_ERR_INVALID_PARAMS);
		assert_non_null(strstr(m.fault.text, "part"));
		mail_clear(&m);
	}
	nm_buffer_reset(&mail);
}

/* Who a bare CMS or entity is from is the caller's to say. */
static void
the_context(void **state)
{
	static const struct {
		const char *from;
		enum nm_status status;
		nm_reasons reasons;
	} cases[] = {
		{ "alice@example.org", NM_STATUS_VALID, 0 },
		{ "Alice <ALICE@example.org>", NM_STATUS_VALID, 0 },
		{ NULL, NM_STATUS_UNKNOWN, NM_REASON_BIT(NM_REASON_NO_FROM) },
		{ "bob@example.org", NM_STATUS_INVALID,
		    NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH) },
		{ "alice@example.org, bob@example.org", NM_STATUS_UNKNOWN,
		    NM_REASON_BIT(NM_REASON_SEVERAL_FROM) },
	};
	struct nm_buffer der = NM_BUFFER_INIT, pem = NM_BUFFER_INIT;
	struct nm_buffer entity = NM_BUFFER_INIT;
	struct nm_read_options o = mail_reads();
	struct mail m;

	(void)state;
	mail_by_openssl(&der, "", part, BY_ALICE "-nodetach -outform DER");
	mail_by_openssl(&pem, "", part, BY_ALICE "-nodetach -outform PEM");
	mail_by_openssl(
	    &entity, "From: mallory@example.org\r\n", part, BY_ALICE);
	for (size_t i = 0; i < 3 * sizeof(cases) / sizeof(cases[0]); i++) {
		const struct nm_buffer *in = i % 3 == 0 ? &der
		    : i % 3 == 1			? &pem
							: &entity;

		o.kind = i % 3 == 2 ? NM_CONTENT_ENTITY : NM_CONTENT_CMS;
		o.context_from = cases[i / 3].from;
		if (mail_read_as(&o, in->data, in->len, &m) != NM_OK)
			fail_msg("%s", m.fault.text);
		assert_int_equal(m.result->signature, cases[i / 3].status);
		assert_reasons(m.result->reasons, cases[i / 3].reasons);
		assert_output(&m, part);
		mail_clear(&m);
	}
	nm_buffer_reset(&der);
	nm_buffer_reset(&pem);
	nm_buffer_reset(&entity);
}

static void
no_cms(void **state)
{
	struct nm_read_options o = mail_reads();
	struct mail m;

	(void)state;
	o.kind = NM_CONTENT_CMS;
	assert_int_equal(
	    mail_read_as(&o, "From: a@b\r\n\r\n", 13, &m), NM_ERR_NOT_SMIME);
	mail_clear(&m);
	assert_int_equal(mail_read_as(&o, "", 0, &m), NM_ERR_NOT_SMIME);
	mail_clear(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_on_its_own),
		cmocka_unit_test(a_signed_part),
		cmocka_unit_test(a_part_under_a_signature),
		cmocka_unit_test(no_such_part),
		cmocka_unit_test(the_context),
		cmocka_unit_test(no_cms),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
