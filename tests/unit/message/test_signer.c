/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static struct nm_protect_options
signs(void)
{
	struct nm_protect_options o = mail_protects();

	o.sign = true;
	return o;
}

static enum nm_error
send_from(const struct nm_protect_options *o, const char *from, struct sent *s)
{
	char text[300];

	(void)snprintf(text, sizeof(text),
	    "%sContent-Type: text/plain\r\n\r\nHello\r\n", from);
	return mail_protect(o, text, s);
}

static void
assert_signed_by(const struct sent *s, const char *name)
{
	char fingerprint[NM_FINGERPRINT_SIZE];

	assert_string_equal(
	    s->result->signed_by, mail_fingerprint(name, fingerprint));
}

static void
by_the_from_address(void **state)
{
	static const struct {
		const char *from, *signer;
	} cases[] = { { "From: alice@example.org\r\n", "alice" },
		{ "From: \"Bob\" <BOB@Example.ORG>\r\n", "bob" },
		{ "From: many3@b\xc3\xbc"
		  "cher.example\r\n",
		    "many" },
		{ "From: erin@example.org\r\n", "erin" } };
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (send_from(&o, cases[i].from, &s) != NM_OK)
			fail_msg("%s", s.fault.text);
		assert_signed_by(&s, cases[i].signer);
		sent_clear(&s);
	}
}

static void
no_one_address(void **state)
{
	static const char *const from[] = { "", "From: \r\n",
		"From: alice@example.org, bob@example.org\r\n",
		"From: alice@example.org\r\nFrom: alice@example.org\r\n",
		"From: alice@example.org <bob@example.org>\r\n" };
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		assert_int_equal(
		    send_from(&o, from[i], &s), NM_ERR_INVALID_PARAMS);
		assert_int_equal(s.output.len, 0);
		sent_clear(&s);
	}
}

static void
nobody_can(void **state)
{
	static const struct {
		const char *from;
		enum nm_error kind;
		nm_reasons reasons;
	} cases[] = {
		{ "From: nobody@example.org\r\n", NM_ERR_CERTIFICATE_NOT_FOUND,
		    0 },
		{ "From: expired@example.org\r\n", NM_ERR_CERTIFICATE_UNUSABLE,
		    NM_REASON_BIT(NM_REASON_EXPIRED) },
		{ "From: encryptonly@example.org\r\n",
		    NM_ERR_CERTIFICATE_UNUSABLE,
		    NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED) },
	};
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    send_from(&o, cases[i].from, &s), cases[i].kind);
		assert_int_equal(s.result->problem_count, 1);
		assert_true(s.result->problems[0].signer);
		assert_int_equal(s.result->problems[0].kind, cases[i].kind);
		assert_reasons(s.result->problems[0].reasons, cases[i].reasons);
		assert_string_equal(s.result->signed_by, "");
		assert_int_equal(s.output.len, 0);
		sent_clear(&s);
	}
}

static void
by_fingerprint(void **state)
{
	struct nm_protect_options o = signs();
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct sent s;

	(void)state;
	/* whoever it says it is from: the reader will tell */
	o.sign_certificate = mail_fingerprint("bob", fingerprint);
	assert_int_equal(
	    send_from(&o, "From: alice@example.org\r\n", &s), NM_OK);
	assert_signed_by(&s, "bob");
	sent_clear(&s);
	o.sign_certificate = "0123";
	assert_int_equal(send_from(&o, "", &s), NM_ERR_CERTIFICATE_NOT_FOUND);
	sent_clear(&s);
	o.sign_certificate = mail_fingerprint("intermediate", fingerprint);
	assert_int_equal(send_from(&o, "", &s), NM_ERR_NO_PRIVATE_KEY);
	sent_clear(&s);
	o.sign_certificate = mail_fingerprint("future", fingerprint);
	assert_int_equal(send_from(&o, "", &s), NM_ERR_CERTIFICATE_UNUSABLE);
	assert_int_equal(s.result->problem_count, 1);
	assert_reasons(s.result->problems[0].reasons,
	    NM_REASON_BIT(NM_REASON_NOT_YET_VALID));
	sent_clear(&s);
}

/* Which certificates go along. */
static void
certificates_that_go_along(void **state)
{
	static const struct {
		enum nm_include include;
		const char *names;
	} cases[] = { { NM_INCLUDE_NONE, "alice" },
		{ NM_INCLUDE_CHAIN, "alice intermediate" },
		{ NM_INCLUDE_ROOT, "alice intermediate ca" },
		{ NM_INCLUDE_NOTHING, "" } };
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		o.include = cases[i].include;
		assert_int_equal(
		    send_from(&o, "From: alice@example.org\r\n", &s), NM_OK);
		pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
		sent_clear(&s);
		assert_int_equal(
		    pki_run(&mail_pki,
			"cat ca.crt intermediate.crt > authorities; "
			"rm -f along; "
			"openssl cms -verify -in mail.eml -CAfile "
			"authorities -certfile alice.crt -certsout along -out "
			"plain && "
			"touch along && "
			"for n in %s; do openssl x509 -in $n.crt; done | "
			"grep -v '^-' | sort > wanted && "
			"grep -v '^-' along | sort > found && "
			"cmp wanted found",
			cases[i].names),
		    0);
	}
}

/* What answers are to be encrypted to goes along where it is another one. */
static void
the_encryption_certificate_goes_along(void **state)
{
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	assert_int_equal(
	    pki_run(&mail_pki,
		"for n in one two; do openssl genpkey -algorithm RSA -out "
		"$n.key && KU=x EKU=x SAN=x openssl req -new -x509 -config "
		"pki.cnf -key $n.key "
		"-subj /CN=$n -CA ca.crt -CAkey ca.key -days 9 -out $n.crt "
		"-addext basicConstraints=critical,CA:false -addext "
		"subjectAltName=email:two.keys@example.org -addext keyUsage="
		"$([ $n = one ] && echo digitalSignature || "
		"echo keyEncipherment) && openssl pkcs12 -export -in $n.crt "
		"-inkey $n.key -name $n -passout pass:x -out $n.p12 && "
		"pk12util -i $n.p12 -d sql:db -W x -K '' || exit 1; done"),
	    0);
	assert_int_equal(
	    send_from(&o, "From: two.keys@example.org\r\n", &s), NM_OK);
	pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
	sent_clear(&s);
	assert_int_equal(
	    pki_run(&mail_pki,
		"openssl cms -verify -in mail.eml -CAfile ca.crt -certsout "
		"along -out plain && cat one.crt two.crt | grep -v '^-' | "
		"sort > wanted && grep -v '^-' along | sort > found && "
		"cmp wanted found"),
	    0);
}

static void
without_capabilities(void **state)
{
	struct nm_protect_options o = signs();
	struct sent s;

	(void)state;
	for (int without = 0; without < 2; without++) {
		o.no_capabilities = without != 0;
		assert_int_equal(
		    send_from(&o, "From: alice@example.org\r\n", &s), NM_OK);
		pki_write(&mail_pki, "mail.eml", s.output.data, s.output.len);
		sent_clear(&s);
		assert_int_equal(
		    pki_run(&mail_pki,
			"openssl cms -cmsout -print -noout -in mail.eml > "
			"printed && %s grep 'S/MIME Capabilities' printed",
			without == 0 ? "" : "!"),
		    0);
	}
}

static void
as_asked_for(void **state)
{
	struct nm_protect_options o = signs();
	struct mail m;
	struct sent s;

	(void)state;
	o.digest = NM_DIGEST_SHA512;
	o.pss = true;
	assert_int_equal(
	    send_from(&o, "From: alice@example.org\r\n", &s), NM_OK);
	assert_int_equal(occurrences(&s.output, "micalg=sha-512"), 1);
	mail_read(&s.output, &m);
	assert_int_equal(m.result->layers[0].signer_count, 1);
	assert_int_equal(
	    m.result->layers[0].signers[0].digest, NM_DIGEST_SHA512);
	assert_int_equal(
	    m.result->layers[0].signers[0].algorithm, NM_SIGNATURE_RSA_PSS);
	assert_true(m.result->layers[0].signers[0].has_signing_time);
	assert_int_equal(m.result->layers[0].signers[0].signing_time, o.now);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	mail_clear(&m);
	sent_clear(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_from_address),
		cmocka_unit_test(no_one_address),
		cmocka_unit_test(nobody_can),
		cmocka_unit_test(by_fingerprint),
		cmocka_unit_test(certificates_that_go_along),
		cmocka_unit_test(the_encryption_certificate_goes_along),
		cmocka_unit_test(without_capabilities),
		cmocka_unit_test(as_asked_for),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
