/* SPDX-License-Identifier: MPL-2.0 */
#include "mail.h"

#include "message/wrap.h"

static const char content[] = "Content-Type: text/plain\r\n\r\nHello\r\n";

/* A certificate with its key, ready to sign. */
struct signer {
	CERTCertificate *cert;
	struct nm_sign_as as;
};

static void
signer_open(struct signer *s, const char *name, enum nm_digest digest)
{
	struct nm_fault fault = { NM_OK, "" };

	memset(s, 0, sizeof(*s));
	s->cert = load(&mail_pki, name);
	if (nm_certificate_key(mail_db, s->cert, NULL, &s->as.key, &fault) !=
	    NM_OK)
		fail_msg("%s", fault.text);
	s->as.cert = s->cert;
	s->as.digest = digest;
	s->as.signing_time = time(NULL);
	s->as.include = &s->cert;
	s->as.include_count = 1;
}

static void
signer_close(struct signer *s)
{
	SECKEY_DestroyPrivateKey(s->as.key);
	CERT_DestroyCertificate(s->cert);
}

typedef struct nm_stage *(*wrapper)(
    const struct nm_sign_as *, struct nm_stage *, struct nm_fault *);

static void
wrap(wrapper make, const struct nm_sign_as *as, const char *text, int way,
    struct nm_buffer *out)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *end = nm_collector_new(out, SIZE_MAX), *s;

	s = make(as, end, &fault);
	assert_non_null(s);
	assert_int_equal(feed_all(s, text, strlen(text), way), NM_OK);
	nm_stage_free(&s);
	nm_stage_free(&end);
}

/* OpenSSL finds the signature good and `expected` under it. */
static void
verify(const struct nm_buffer *mail, const char *expected)
{
	struct nm_buffer plain = NM_BUFFER_INIT;

	pki_write(&mail_pki, "mail.eml", mail->data, mail->len);
	assert_int_equal(
	    pki_run(&mail_pki,
		"cat ca.crt intermediate*.crt > authorities; "
		"openssl cms -verify -in mail.eml -CAfile authorities "
		"-out plain"),
	    0);
	pki_read(&mail_pki, "plain", &plain);
	assert_bytes(&plain, expected, strlen(expected));
	nm_buffer_reset(&plain);
}

static void
detached(void **state)
{
	static const struct {
		enum nm_digest digest;
		const char *micalg;
	} cases[] = { { NM_DIGEST_SHA256, "micalg=sha-256;" },
		{ NM_DIGEST_SHA384, "micalg=sha-384;" },
		{ NM_DIGEST_SHA512, "micalg=sha-512;" } };
	struct nm_buffer out = NM_BUFFER_INIT;
	struct signer s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		signer_open(&s, i == 1 ? "carol" : "alice", cases[i].digest);
		wrap(nm_sign_detached_wrap_new, &s.as, content, (int)i, &out);
		assert_int_equal(occurrences(&out, cases[i].micalg), 1);
		/* the content as it is, and its line end is not the
		 * delimiter's (RFC 2046 section 5.1.1) */
		assert_int_equal(occurrences(&out, content), 1);
		assert_int_equal(occurrences(&out, "Hello\r\n\r\n--"), 1);
		assert_int_equal(
		    occurrences(&out, "application/pkcs7-signature"), 2);
		verify(&out, content);
		nm_buffer_reset(&out);
		signer_close(&s);
	}
}

/* An id-RSASSA-PSS certificate that permits one digest (RFC 4055 3.3) signs
 * with that one, whichever was asked for, and says so. */
static void
the_digest_that_the_certificate_demands(void **state)
{
	static const struct {
		const char *digest;
		unsigned salt;
		const char *micalg;
	} cases[] = { { "sha384", 48, "micalg=sha-384;" },
		{ "sha512", 64, "micalg=sha-512;" } };
	struct nm_buffer out = NM_BUFFER_INIT;
	struct signer s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = cases[i].digest;

		assert_int_equal(
		    pki_run(&mail_pki,
			"openssl genpkey -algorithm RSA-PSS -out %s.key "
			"-pkeyopt rsa_keygen_bits:2048 "
			"-pkeyopt rsa_pss_keygen_md:%s "
			"-pkeyopt rsa_pss_keygen_mgf1_md:%s "
			"-pkeyopt rsa_pss_keygen_saltlen:%u && "
			"KU=digitalSignature EKU=emailProtection "
			"SAN=email:%s@example.org OPENSSL_CONF=pki.cnf "
			"openssl req -new -x509 -key %s.key -subj /CN=%s "
			"-days 9 -extensions leaf -CA ca.crt -CAkey ca.key "
			"-out %s.crt && "
			"openssl x509 -in %s.crt -outform DER -out %s.der && "
			"openssl pkcs12 -export -inkey %s.key -in %s.crt "
			"-passout pass: -out %s.p12 && "
			"pk12util -i %s.p12 -d sql:db -W '' -K ''",
			name, name, name, cases[i].salt, name, name, name, name,
			name, name, name, name, name, name),
		    0);
		signer_open(&s, name, NM_DIGEST_SHA256);
		wrap(nm_sign_detached_wrap_new, &s.as, content, (int)i, &out);
		assert_int_equal(occurrences(&out, cases[i].micalg), 1);
		verify(&out, content);
		nm_buffer_reset(&out);
		wrap(nm_sign_opaque_wrap_new, &s.as, content, (int)i, &out);
		verify(&out, content);
		nm_buffer_reset(&out);
		signer_close(&s);
	}
}

static void
every_mail_has_its_own_boundary(void **state)
{
	struct nm_buffer a = NM_BUFFER_INIT, b = NM_BUFFER_INIT;
	struct signer s;
	uint8_t *at;

	(void)state;
	signer_open(&s, "alice", NM_DIGEST_SHA256);
	wrap(nm_sign_detached_wrap_new, &s.as, content, 0, &a);
	wrap(nm_sign_detached_wrap_new, &s.as, content, 0, &b);
	at = memmem(a.data, a.len, "boundary=\"", 10);
	assert_non_null(at);
	assert_memory_equal(b.data, a.data, (size_t)(at - a.data) + 10);
	assert_memory_not_equal(b.data + (at - a.data) + 10, at + 10, 40);
	signer_close(&s);
	nm_buffer_reset(&a);
	nm_buffer_reset(&b);
}

static void
opaque(void **state)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct signer s;

	(void)state;
	signer_open(&s, "dave", NM_DIGEST_SHA384);
	for (int way = 0; way < 3; way++) {
		wrap(nm_sign_opaque_wrap_new, &s.as, content, way, &out);
		assert_int_equal(
		    occurrences(&out, "smime-type=signed-data"), 1);
		assert_int_equal(occurrences(&out, "Hello"), 0);
		verify(&out, content);
		nm_buffer_reset(&out);
	}
	/* nothing at all can be signed too */
	wrap(nm_sign_opaque_wrap_new, &s.as, "", 0, &out);
	verify(&out, "");
	nm_buffer_reset(&out);
	wrap(nm_sign_detached_wrap_new, &s.as, "", 0, &out);
	verify(&out, "");
	nm_buffer_reset(&out);
	signer_close(&s);
}

static void
encrypted(void **state)
{
	static const struct {
		enum nm_cipher cipher;
		const char *type;
	} cases[] = { { NM_CIPHER_AES128_CBC, "smime-type=enveloped-data" },
		{ NM_CIPHER_AES256_GCM, "smime-type=authEnveloped-data" } };
	struct nm_buffer out = NM_BUFFER_INIT, plain = NM_BUFFER_INIT;
	struct nm_fault fault = { NM_OK, "" };
	struct nm_encrypt_to to[2];
	struct nm_stage *end, *s;
	enum nm_error err;

	(void)state;
	memset(to, 0, sizeof(to));
	to[0].cert = load(&mail_pki, "bob");
	to[1].cert = load(&mail_pki, "carol");
	for (size_t i = 0; i < 2; i++) {
		end = nm_collector_new(&out, SIZE_MAX);
		s = nm_encrypt_wrap_new(
		    to, 2, cases[i].cipher, end, &fault, &err);
		assert_non_null(s);
		assert_int_equal(
		    feed_all(s, content, strlen(content), (int)i + 1), NM_OK);
		nm_stage_free(&s);
		nm_stage_free(&end);
		assert_int_equal(occurrences(&out, cases[i].type), 1);
		pki_write(&mail_pki, "mail.eml", out.data, out.len);
		for (size_t who = 0; who < 2; who++) {
			const char *name = who == 0 ? "bob" : "carol";

			assert_int_equal(
			    pki_run(&mail_pki,
				"openssl cms -decrypt -binary -in mail.eml "
				"-recip %s.crt -inkey %s.key -out plain",
				name, name),
			    0);
			pki_read(&mail_pki, "plain", &plain);
			assert_bytes(&plain, content, strlen(content));
			nm_buffer_reset(&plain);
		}
		nm_buffer_reset(&out);
	}
	CERT_DestroyCertificate(to[0].cert);
	CERT_DestroyCertificate(to[1].cert);
}

/* A key that cannot be encrypted to makes no stage, and says so. */
static void
refused(void **state)
{
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *end = nm_discard_new();
	struct nm_encrypt_to to;
	enum nm_error err;

	(void)state;
	memset(&to, 0, sizeof(to));
	to.cert = load(&mail_pki, "pss");
	assert_null(nm_encrypt_wrap_new(
	    &to, 1, NM_CIPHER_AES128_CBC, end, &fault, &err));
	assert_int_equal(err, NM_ERR_CERTIFICATE_UNUSABLE);
	CERT_DestroyCertificate(to.cert);
	nm_stage_free(&end);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detached),
		cmocka_unit_test(the_digest_that_the_certificate_demands),
		cmocka_unit_test(every_mail_has_its_own_boundary),
		cmocka_unit_test(opaque),
		cmocka_unit_test(encrypted),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, mail_setup, mail_teardown);
}
