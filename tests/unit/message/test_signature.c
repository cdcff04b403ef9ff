/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

static const char part[] = "Content-Type: text/plain\r\n\r\nHello\r\n";

/* A mail from `from`, signed by openssl with these options. */
static void
make(struct nm_buffer *out, const char *from, const char *options)
{
	char fields[200];

	(void)snprintf(fields, sizeof(fields), "From: %s\r\n", from);
	mail_by_openssl(out, fields, part, options);
}

/* What is found of signer `i` of the only layer. */
static const struct nm_read_signer *
signer(const struct mail *m, size_t i)
{
	assert_int_equal(m->result->layer_count, 1);
	assert_true(m->result->layers[0].signer_count > i);
	return &m->result->layers[0].signers[i];
}

static void
check(const char *from, const char *options, nm_reasons expected)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	make(&mail, from, options);
	mail_read(&mail, &m);
	assert_reasons(signer(&m, 0)->reasons, expected);
	assert_int_equal(signer(&m, 0)->status, nm_reasons_status(expected));
	assert_int_equal(m.result->signature, nm_reasons_status(expected));
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

static void
a_good_one(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	const struct nm_read_signer *s;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct mail m;

	(void)state;
	make(&mail, "alice@example.org",
	    "-sign -md sha384 -signer alice.crt -inkey alice.key");
	mail_read(&mail, &m);
	s = signer(&m, 0);
	assert_reasons(s->reasons, 0);
	assert_int_equal(s->status, NM_STATUS_VALID);
	assert_non_null(s->certificate);
	assert_string_equal(s->certificate->fingerprint,
	    mail_fingerprint("alice", fingerprint));
	/* it came along, and is in the database */
	assert_non_null(s->certificate->token);
	/* the chain, leaf first, though only the leaf came along */
	assert_int_equal(s->chain_count, 3);
	assert_string_equal(s->chain[0].fingerprint, fingerprint);
	assert_string_equal(
	    s->chain[2].fingerprint, mail_fingerprint("ca", fingerprint));
	for (size_t i = 0; i < 3; i++)
		assert_reasons(s->chain_reasons[i], 0);
	assert_int_equal(s->digest, NM_DIGEST_SHA384);
	assert_int_equal(s->algorithm, NM_SIGNATURE_RSA_PKCS1);
	assert_true(s->has_signing_time);
	assert_true(s->signing_time <= time(NULL));
	assert_int_equal(s->revocation, NM_REVOCATION_NOT_CHECKED);
	/* all of it is in the database */
	assert_int_equal(m.result->certificate_count, 0);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

static void
whose_it_is(void **state)
{
	static const char by_many[] = "-sign -signer many.crt -inkey many.key";

	(void)state;
	check("many@example.org", by_many, 0);
	check("MANY.TWO@example.org", by_many, 0);
	check("many3@b\xc3\xbc"
	      "cher.example",
	    by_many, 0);
	check("alice@example.org", by_many,
	    NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH));
	check("", by_many, NM_REASON_BIT(NM_REASON_NO_FROM));
	check("many@example.org, alice@example.org", by_many,
	    NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
	check("\"alice@example.org\" <many@example.org>", by_many,
	    NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS));
}

static void
certificates_that_are_no_good(void **state)
{
	(void)state;
	check("expired@example.org",
	    "-sign -signer expired.crt -inkey expired.key",
	    NM_REASON_BIT(NM_REASON_EXPIRED));
	check("future@example.org",
	    "-sign -signer future.crt -inkey future.key",
	    NM_REASON_BIT(NM_REASON_NOT_YET_VALID));
	check("encryptonly@example.org",
	    "-sign -signer encryptonly.crt -inkey encryptonly.key",
	    NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED));
	check("server@example.org",
	    "-sign -signer server.crt -inkey server.key",
	    NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED));
	check("mallory@example.org",
	    "-sign -signer mallory.crt -inkey mallory.key",
	    NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN));
	/* a root that came along is as good as none */
	check("mallory@example.org",
	    "-sign -signer mallory.crt -inkey mallory.key "
	    "-certfile otherca.crt",
	    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED));
}

static void
without_its_certificate(void **state)
{
	(void)state;
	/* it is in the database */
	check("alice@example.org",
	    "-sign -signer alice.crt -inkey alice.key -nocerts", 0);
	check("alice@example.org",
	    "-sign -signer alice.crt -inkey alice.key -nocerts -keyid", 0);
	/* or nowhere */
	check("mallory@example.org",
	    "-sign -signer mallory.crt -inkey mallory.key -nocerts",
	    NM_REASON_BIT(NM_REASON_SIGNER_CERTIFICATE_MISSING));
}

static void
weak_digests(void **state)
{
	(void)state;
	check("alice@example.org",
	    "-sign -md sha1 -signer alice.crt -inkey alice.key",
	    NM_REASON_BIT(NM_REASON_WEAK_DIGEST));
}

/* The worst signer decides; each is told by itself. */
static void
several_signers(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT;
	nm_reasons found = 0;
	struct mail m;

	(void)state;
	make(&mail, "alice@example.org",
	    "-sign -signer alice.crt -inkey alice.key "
	    "-signer bob.crt -inkey bob.key");
	mail_read(&mail, &m);
	assert_int_equal(m.result->layers[0].signer_count, 2);
	for (size_t i = 0; i < 2; i++) {
		bool alice = strcmp(signer(&m, i)->certificate->addresses[0],
				 "alice@example.org") == 0;

		assert_int_equal(signer(&m, i)->status,
		    alice ? NM_STATUS_VALID : NM_STATUS_INVALID);
		found |= signer(&m, i)->reasons;
	}
	assert_reasons(found, NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH));
	assert_int_equal(m.result->signature, NM_STATUS_INVALID);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* Times: the claimed one against the Date field, the path at the earlier of
 * `at` and now, or at the Date field. */
static void
times(void **state)
{
	struct nm_read_options o = mail_reads();
	struct nm_buffer mail = NM_BUFFER_INIT;
	struct mail m;

	(void)state;
	mail_by_openssl(&mail,
	    "From: expired@example.org\r\n"
	    "Date: Wed, 1 Jul 2020 12:00:00 +0000\r\n",
	    part, "-sign -signer expired.crt -inkey expired.key");
	assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m), NM_OK);
	/* it is signed today, and its authority was not there at the date that
	 * the mail claims */
	assert_reasons(signer(&m, 0)->reasons,
	    NM_REASON_BIT(NM_REASON_TIME_MISMATCH) |
		NM_REASON_BIT(NM_REASON_NOT_YET_VALID));
	assert_int_equal(m.result->signature, NM_STATUS_INVALID);
	mail_clear(&m);
	/* when it was received outweighs what it claims */
	o.has_at = true;
	o.at = o.now;
	assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m), NM_OK);
	assert_reasons(signer(&m, 0)->reasons,
	    NM_REASON_BIT(NM_REASON_TIME_MISMATCH) |
		NM_REASON_BIT(NM_REASON_EXPIRED));
	mail_clear(&m);
	/* and is never in the future */
	o.at = INT64_C(4102444800);
	assert_int_equal(mail_read_as(&o, mail.data, mail.len, &m), NM_OK);
	assert_true(
	    (signer(&m, 0)->reasons & NM_REASON_BIT(NM_REASON_EXPIRED)) != 0);
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

static void
new_certificates_are_kept(void **state)
{
	struct nm_buffer mail = NM_BUFFER_INIT, der = NM_BUFFER_INIT;
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct mail m;

	(void)state;
	make(&mail, "mallory@example.org",
	    "-sign -signer mallory.crt -inkey mallory.key "
	    "-certfile otherca.crt");
	mail_read(&mail, &m);
	assert_int_equal(m.result->certificate_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct nm_read_certificate *c =
		    &m.result->certificates[i];
		bool leaf = strcmp(c->certificate.fingerprint,
				mail_fingerprint("mallory", fingerprint)) == 0;

		pki_read(&mail_pki, leaf ? "mallory.der" : "otherca.der", &der);
		assert_bytes(&der, c->der.data, c->der.len);
		nm_buffer_reset(&der);
	}
	mail_clear(&m);
	nm_buffer_reset(&mail);
}

/* Copies a SignedData with more certificates and with revocation information,
 * each of a kind that is not used. */
static void
put_odd_kinds(struct nm_bytes from, struct nm_buffer *out)
{
	/* extendedCertificate, v1AttrCert, v2AttrCert, other (10.2.2) */
	static const char certificates[] = "\xa0\x02\x30\x00"
					   "\xa1\x05\x30\x03\x02\x01\x00"
					   "\xa2\x05\x30\x03\x02\x01\x01"
					   "\xa3\x06\x06\x02\x2a\x03\x05\x00";
	/* OtherRevocationInfoFormat of nobody's, and without a format; no
	 * choice at all; a list that is none (10.2.1) */
	static const char lists[] = "\xa1\x06\x06\x02\x2a\x03\x05\x00"
				    "\xa1\x02\x05\x00"
				    "\xa1\x00"
				    "\xa2\x02\x05\x00"
				    "\x30\x00";
	struct nm_tlv info, oid, data, field;
	size_t marks[3], set;

	assert_true(nm_der_take(&from, 0x30, &info));
	assert_true(nm_der_take(&info.value, 0x06, &oid));
	assert_true(nm_der_take(&info.value, 0xa0, &data));
	assert_true(nm_der_take(&data.value, 0x30, &data));
	marks[0] = nm_der_begin(out, 0x30);
	nm_buffer_append(out, oid.raw.data, oid.raw.len);
	marks[1] = nm_der_begin(out, 0xa0);
	marks[2] = nm_der_begin(out, 0x30);
	while (nm_der_next(&data.value, &field)) {
		if (field.tag != 0xa0) {
			nm_buffer_append(out, field.raw.data, field.raw.len);
			continue;
		}
		set = nm_der_begin(out, 0xa0);
		nm_buffer_append(out, certificates, sizeof(certificates) - 1);
		nm_buffer_append(out, field.value.data, field.value.len);
		nm_der_end(out, set);
		nm_der_put(out, 0xa1, lists, sizeof(lists) - 1);
	}
	for (size_t i = 3; i > 0; i--)
		nm_der_end(out, marks[i - 1]);
}

/* RFC 5652 5.1: they are skipped, and what is used counts as without them. */
static void
kinds_that_are_not_used(void **state)
{
	struct nm_buffer made = NM_BUFFER_INIT, cms = NM_BUFFER_INIT;
	struct nm_read_options o = mail_reads();
	struct mail m;

	(void)state;
	o.kind = NM_CONTENT_CMS;
	o.context_from = "alice@example.org";
	mail_by_openssl(&made, "", part,
	    "-sign -nodetach -outform DER -signer alice.crt -inkey alice.key");
	put_odd_kinds(nm_buffer_bytes(&made), &cms);
	assert_int_equal(mail_read_as(&o, cms.data, cms.len, &m), NM_OK);
	assert_reasons(signer(&m, 0)->reasons, 0);
	assert_int_equal(m.result->signature, NM_STATUS_VALID);
	assert_int_equal(m.result->certificate_count, 0);
	assert_output(&m, part);
	mail_clear(&m);
	nm_buffer_reset(&cms);
	nm_buffer_reset(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_one),
		cmocka_unit_test(whose_it_is),
		cmocka_unit_test(certificates_that_are_no_good),
		cmocka_unit_test(without_its_certificate),
		cmocka_unit_test(weak_digests),
		cmocka_unit_test(several_signers),
		cmocka_unit_test(times),
		cmocka_unit_test(new_certificates_are_kept),
		cmocka_unit_test(kinds_that_are_not_used),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
