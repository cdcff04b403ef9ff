/* SPDX-License-Identifier: MPL-2.0 */
/* What is protected reads back, whatever pieces it comes in. */
#include "mail.h"

#define SECRET	 "Handling the Jones contract"
#define BY_ALICE "-sign -signer alice.crt -inkey alice.key -nodetach"

static const char message[] =
    "From: Alice <alice@example.org>\r\n"
    "To: Bob <bob@example.org>\r\n"
    "Bcc: erin@example.org\r\n"
    "Subject: " SECRET "\r\n"
    "Keywords: k\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/alternative; boundary=b\r\n"
    "\r\n"
    "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n"
    "--b\r\nContent-Type: text/html\r\n\r\n<body>html\r\n--b--\r\n";

static void
assert_read_back(const struct nm_buffer *output, enum nm_header_policy policy,
    bool encrypted, bool legacy)
{
	struct mail m;

	mail_read(output, &m);
	assert_reasons(m.result->reasons, 0);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_int_equal(m.result->scheme, NM_SCHEME_RFC9788);
	assert_int_equal(m.result->cipher, encrypted);
	assert_string_equal(m.result->subject, SECRET);
	assert_int_equal(m.result->subject_source, NM_SOURCE_PROTECTED);
	assert_int_equal(m.result->from.count, 1);
	assert_string_equal(m.result->from.items[0].name, "Alice");
	assert_int_equal(m.result->from_source, NM_SOURCE_PROTECTED);
	assert_false(m.result->from_differs);
	assert_int_equal(m.result->differing.count, 0);
	assert_int_equal(m.result->confidential.count,
	    !encrypted			  ? 0
		: policy == NM_POLICY_SHY ? 4
					  : 2);
	assert_int_equal(m.result->removed.count, encrypted ? 1 : 0);
	assert_int_equal(m.result->legacy_count, legacy ? 2 : 0);
	assert_int_equal(occurrences(&m.output, "Bcc"), 0);
	assert_int_equal(
	    occurrences(&m.output, "Subject: " SECRET), legacy ? 3 : 1);
	mail_clear(&m);
}

static void
policies_read_back(void **state)
{
	static const enum nm_header_policy policies[] = { NM_POLICY_BASELINE,
		NM_POLICY_SHY };
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	o.sign = true;
	for (unsigned i = 0; i < 16; i++) {
		o.policy = policies[i & 1];
		o.encrypt = (i & 2) != 0;
		o.opaque = (i & 4) != 0;
		o.legacy_display = (i & 8) != 0;
		mail_protected(&o, message, &s);
		assert_int_equal(occurrences(&s.output, SECRET),
		    o.encrypt	   ? 0
			: o.opaque ? 1
				   : 2);
		assert_read_back(&s.output, o.policy, o.encrypt,
		    o.encrypt && o.legacy_display);
		if (o.encrypt)
			assert_read_back(
			    &s.copies[0], o.policy, true, o.legacy_display);
		sent_clear(&s);
	}
}

static void
entities_have_no_header(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct sent s;

	(void)state;
	o.kind = NM_CONTENT_ENTITY;
	o.sign = true;
	o.policy = NM_POLICY_BASELINE;
	assert_int_equal(
	    mail_protect(&o, "\r\nx\r\n", &s), NM_ERR_INVALID_PARAMS);
	sent_clear(&s);
}

static void
a_header_that_is_too_long_twice(void **state)
{
	struct nm_protect_options o = mail_protects();
	struct nm_buffer in = NM_BUFFER_INIT;
	struct sent s;

	(void)state;
	o.encrypt = true;
	o.policy = NM_POLICY_BASELINE;
	nm_buffer_string(
	    &in, "From: alice@example.org\r\nTo: bob@example.org\r\n");
	while (in.len < NM_MAX_HEADER_BLOCK / 2 + 1000)
		nm_buffer_format(&in, "X: %0900d\r\n", 0);
	nm_buffer_string(&in, "\r\nx\r\n");
	nm_buffer_byte(&in, 0);
	assert_int_equal(mail_protect(&o, (const char *)in.data, &s),
	    NM_ERR_MALFORMED_MESSAGE);
	assert_int_equal(s.output.len, 0);
	sent_clear(&s);
	o.policy = NM_POLICY_NO_PROTECTION;
	mail_protected(&o, (const char *)in.data, &s);
	sent_clear(&s);
	nm_buffer_reset(&in);
}

/* The three forms, each with a From of another, which does not count. */
static void
forms_that_are_read(void **state)
{
	static const struct {
		const char *content;
		enum nm_header_scheme scheme;
		const char *subject;
	} cases[] = {
		{ "Subject: in\r\nFrom: bob@example.org\r\n"
		  "Content-Type: text/plain; hp=clear\r\n\r\nx\r\n",
		    NM_SCHEME_RFC9788, "in" },
		{ "Subject: in\r\nFrom: bob@example.org\r\n"
		  "Content-Type: text/plain; protected-headers=v1\r\n\r\nx\r\n",
		    NM_SCHEME_DRAFT, "in" },
		{ "Content-Type: message/rfc822; forwarded=no\r\n\r\n"
		  "Subject: in\r\nFrom: bob@example.org\r\n\r\nx\r\n",
		    NM_SCHEME_RFC8551, "in" },
		{ "Content-Type: message/rfc822\r\n\r\n"
		  "Subject: in\r\nFrom: bob@example.org\r\n",
		    NM_SCHEME_NONE, "out" },
		{ "Content-Type: message/rfc822; hp=clear2\r\n\r\n"
		  "Subject: in\r\nFrom: alice@example.org\r\n\r\n",
		    NM_SCHEME_NONE, "out" },
		{ "Subject: in\r\nContent-Type: text/plain; hp=Clear\r\n\r\n",
		    NM_SCHEME_NONE, "out" },
	};
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mail_by_openssl(&mail,
		    "From: alice@example.org\r\nSubject: out\r\n",
		    cases[i].content, BY_ALICE);
		mail_read(&mail, &m);
		assert_int_equal(m.result->scheme, cases[i].scheme);
		assert_string_equal(m.result->subject, cases[i].subject);
		assert_string_equal(
		    m.result->from.items[0].address, "alice@example.org");
		assert_int_equal(m.result->from_source, NM_SOURCE_OUTER);
		assert_int_equal(
		    m.result->from_differs, cases[i].scheme != NM_SCHEME_NONE);
		assert_int_equal(m.result->signature,
		    cases[i].scheme == NM_SCHEME_NONE ? NM_STATUS_VALID
						      : NM_STATUS_INVALID);
		if (m.result->from_differs)
			assert_string_equal(
			    m.result->other_from.items[0].address,
			    "bob@example.org");
		assert_output(&m, cases[i].content);
		mail_clear(&m);
		nm_buffer_reset(&mail);
	}
}

/* Two thousand fields, all of one name or each of its own, are no work. */
static void
many_fields(void **state)
{
	struct nm_buffer content = NM_BUFFER_INIT, mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	for (int own = 0; own < 2; own++) {
		nm_buffer_string(&content, "From: alice@example.org\r\n");
		for (int i = 0; i < 1900; i++)
			nm_buffer_format(
			    &content, "X%d: %0400d\r\n", own ? i : 0, i);
		nm_buffer_string(&content,
		    "Content-Type: text/plain; hp=clear\r\n\r\nx\r\n");
		nm_buffer_byte(&content, 0);
		mail_by_openssl(&mail, "From: alice@example.org\r\n",
		    (const char *)content.data, BY_ALICE);
		mail_read(&mail, &m);
		assert_int_equal(m.result->signature, NM_STATUS_VALID);
		assert_int_equal(m.result->differing.count, own ? 1900 : 1);
		mail_clear(&m);
		nm_buffer_reset(&mail);
		nm_buffer_reset(&content);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_read_back),
		cmocka_unit_test(entities_have_no_header),
		cmocka_unit_test(a_header_that_is_too_long_twice),
		cmocka_unit_test(forms_that_are_read),
		cmocka_unit_test(many_fields),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
