/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

static struct pki pki;
static struct nm_database *db;

static int
setup(void **state)
{
	(void)state;
	pki_make_odd(&pki);
	db = open_db(&pki, "db");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	close_db(&db);
	pki_remove(&pki);
	return 0;
}

static struct nm_certificate
describe(const char *name)
{
	CERTCertificate *cert = load(&pki, name);
	struct nm_certificate c;

	assert_int_equal(nm_certificate_describe(db, cert, &c), NM_OK);
	CERT_DestroyCertificate(cert);
	return c;
}

static void
everything_of_alice(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_certificate c = describe("alice");
	char serial[80], fingerprint[80];

	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"openssl x509 -in alice.crt -noout -serial | cut -d= -f2 | "
		"tr A-F a-f > serial; sha256sum < alice.der | cut -c1-64 > "
		"sum"),
	    0);
	pki_read(&pki, "serial", &b);
	snprintf(serial, sizeof(serial), "%.*s", (int)b.len - 1,
	    (const char *)b.data);
	nm_buffer_clear(&b);
	pki_read(&pki, "sum", &b);
	snprintf(fingerprint, sizeof(fingerprint), "%.*s", (int)b.len - 1,
	    (const char *)b.data);
	nm_buffer_reset(&b);
	assert_string_equal(c.fingerprint, fingerprint);
	assert_string_equal(c.serial, serial);
	assert_string_equal(c.subject, "CN=alice,O=Example");
	assert_string_equal(c.issuer, "CN=Example Intermediate,O=Example");
	assert_int_equal(c.address_count, 1);
	assert_string_equal(c.addresses[0], "alice@example.org");
	assert_int_equal(c.not_after - c.not_before, INT64_C(3650) * 86400);
	assert_string_equal(c.key_type, "rsa");
	assert_int_equal(c.key_bits, 2048);
	assert_null(c.curve);
	assert_int_equal(c.usages, NM_USAGE_SIGN | NM_USAGE_ENCRYPT);
	assert_true(c.own);
	assert_string_equal(c.token, "NSS Certificate DB");
	assert_int_equal(c.trust, NM_TRUST_INHERITED);
	nm_certificate_clear(&c);
	assert_null(c.subject);
}

static void
keys_and_usages(void **state)
{
	static const struct {
		const char *name, *type, *curve;
		unsigned bits, usages;
	} wanted[] = {
		{ "carol", "ec", "P-256", 0, NM_USAGE_SIGN | NM_USAGE_ENCRYPT },
		{ "dave", "ec", "P-384", 0, NM_USAGE_SIGN | NM_USAGE_ENCRYPT },
		{ "erin", "ec", "P-521", 0, NM_USAGE_SIGN | NM_USAGE_ENCRYPT },
		{ "pss", "rsa-pss", NULL, 2048, NM_USAGE_SIGN },
		{ "ca", "rsa", NULL, 2048, NM_USAGE_AUTHORITY },
		{ "server", "rsa", NULL, 2048, 0 },
		{ "anyeku", "rsa", NULL, 2048,
		    NM_USAGE_SIGN | NM_USAGE_ENCRYPT },
		{ "signonly", "rsa", NULL, 2048, NM_USAGE_SIGN },
		{ "encryptonly", "rsa", NULL, 2048, NM_USAGE_ENCRYPT },
		{ "k256", "ec", "secp256k1", 0, 0 },
		{ "rsa512", "rsa", NULL, 512,
		    NM_USAGE_SIGN | NM_USAGE_ENCRYPT },
	};
	struct nm_certificate c;

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		c = describe(wanted[i].name);
		assert_string_equal(c.key_type, wanted[i].type);
		assert_int_equal(c.key_bits, wanted[i].bits);
		if (wanted[i].curve == NULL)
			assert_null(c.curve);
		else
			assert_string_equal(c.curve, wanted[i].curve);
		assert_int_equal(c.usages & ~NM_USAGE_AUTHORITY,
		    wanted[i].usages & ~NM_USAGE_AUTHORITY);
		assert_int_equal(c.usages & NM_USAGE_AUTHORITY,
		    wanted[i].usages & NM_USAGE_AUTHORITY);
		nm_certificate_clear(&c);
	}
	c = describe("edward");
	assert_string_equal(c.key_type, "ed25519");
	nm_certificate_clear(&c);
}

static void
trust_and_places(void **state)
{
	struct nm_certificate c = describe("ca");

	(void)state;
	assert_int_equal(c.trust, NM_TRUST_TRUSTED);
	assert_false(c.own);
	nm_certificate_clear(&c);
	c = describe("mallory");
	assert_null(c.token);
	assert_false(c.own);
	assert_int_equal(c.trust, NM_TRUST_INHERITED);
	nm_certificate_clear(&c);
}

static void
all_addresses(void **state)
{
	struct nm_certificate c = describe("many");

	(void)state;
	assert_int_equal(c.address_count, 5);
	assert_string_equal(c.addresses[0], "many@example.org");
	assert_string_equal(c.addresses[1], "Many.Two@Example.ORG");
	assert_string_equal(c.addresses[2], "many3@xn--bcher-kva.example");
	assert_string_equal(c.addresses[3], "jürgen@bücher.example");
	assert_string_equal(c.addresses[4], "bob-subject@example.org");
	nm_certificate_clear(&c);
}

/* bob's certificate with its address overwritten by `text`, as long. */
static CERTCertificate *
with_address(const char *text, size_t len)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	CERTCertificate *cert;
	uint8_t *at;

	pki_read(&pki, "bob.der", &b);
	at = memmem(b.data, b.len, "bob@example.org", 15);
	assert_non_null(at);
	assert_int_equal(len, 15);
	memcpy(at, text, len);
	b.data[20] ^= (uint8_t)text[0]; /* another serial number */
	cert = nm_certificate_decode(b.data, b.len, NULL);
	nm_buffer_reset(&b);
	assert_non_null(cert);
	return cert;
}

static void
hostile_addresses(void **state)
{
	static const char *const texts[] = { "bob@x.example\0h",
		"b\nb@example.org", "bob@\xff.example", "no address here" };
	struct nm_certificate c;
	CERTCertificate *cert;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		size_t len = i == 0 ? 15 : strlen(texts[i]);
		char text[15];

		memset(text, 'x', sizeof(text));
		memcpy(text, texts[i], len < 15 ? len : 15);
		cert = with_address(text, 15);
		assert_int_equal(nm_certificate_describe(db, cert, &c), NM_OK);
		assert_int_equal(c.address_count, 0);
		nm_certificate_clear(&c);
		CERT_DestroyCertificate(cert);
	}
}

static void
hostile_der(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	struct nm_fault fault = { 0 };
	CERTCertificate *cert;
	uint8_t *large;

	(void)state;
	pki_read(&pki, "alice.der", &b);
	for (size_t len = 0; len < b.len; len++)
		assert_null(nm_certificate_decode(b.data, len, NULL));
	nm_buffer_byte(&b, 0);
	assert_null(nm_certificate_decode(b.data, b.len, &fault));
	assert_int_equal(fault.code, NM_ERR_MALFORMED_MESSAGE);
	b.len--;
	/* one bit flipped anywhere: refused or described, never worse */
	for (size_t i = 0; i < b.len; i++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			struct nm_certificate c;

			b.data[i] ^= (uint8_t)(1u << bit);
			cert = nm_certificate_decode(b.data, b.len, NULL);
			if (cert != NULL) {
				assert_int_equal(
				    nm_certificate_describe(db, cert, &c),
				    NM_OK);
				nm_certificate_clear(&c);
				CERT_DestroyCertificate(cert);
			}
			b.data[i] ^= (uint8_t)(1u << bit);
		}
	}
	nm_buffer_reset(&b);
	large = calloc(1, 300 * 1024);
	assert_non_null(large);
	memcpy(large, "\x30\x83\x04\xaf\xfb", 5);
	assert_null(nm_certificate_decode(large, 300 * 1024, NULL));
	/* nested without end */
	memset(large, 0x30, 100000);
	assert_null(nm_certificate_decode(large, 100000, NULL));
	free(large);
}

static void
huge_keys(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	/* a modulus of 16,392 bits, by hand: nobody waits for a real one */
	assert_int_equal(
	    pki_run(&pki,
		"cat > huge.cnf <<'E'\nasn1=SEQUENCE:pubkeyinfo\n[pubkeyinfo]\n"
		"algorithm=SEQUENCE:alg\npubkey=BITWRAP,SEQUENCE:key\n[alg]\n"
		"a=OID:rsaEncryption\np=NULL\n[key]\nn=INTEGER:0x$N\n"
		"e=INTEGER:0x$E\nE\n"
		"make() { sed \"s/\\$N/$1/;s/\\$E/$2/\" huge.cnf > h.cnf; "
		"openssl asn1parse -genconf h.cnf -noout -out h.spki; "
		"openssl pkey -pubin -inform DER -in h.spki -out h.pem; "
		"printf '[req]\\ndistinguished_name=d\\n[d]\\n' > r.cnf; "
		"openssl req -new -config r.cnf -key bob.key -subj /CN=huge | "
		"openssl x509 -req -CA ca.crt -CAkey ca.key -force_pubkey "
		"h.pem "
		"-set_serial $4 -outform DER -out $3; }; "
		"make C$(printf '%%04098d' 1) 10001 large.der 77; "
		"make C$(printf '%%01023d' 1) C$(printf '%%0200d' 1) exp.der "
		"78; "
		"make C$(printf '%%01023d' 1) 10001 fine.der 79; ls -l *.der"),
	    0);
	pki_read(&pki, "large.der", &b);
	assert_true(b.len > 2000);
	assert_null(nm_certificate_decode(b.data, b.len, NULL));
	nm_buffer_clear(&b);
	pki_read(&pki, "exp.der", &b);
	assert_true(b.len > 500);
	assert_null(nm_certificate_decode(b.data, b.len, NULL));
	nm_buffer_reset(&b);
	CERT_DestroyCertificate(load(&pki, "fine"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_of_alice),
		cmocka_unit_test(keys_and_usages),
		cmocka_unit_test(trust_and_places),
		cmocka_unit_test(all_addresses),
		cmocka_unit_test(hostile_addresses),
		cmocka_unit_test(hostile_der),
		cmocka_unit_test(huge_keys),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
