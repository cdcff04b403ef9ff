/* SPDX-License-Identifier: MPL-2.0 */
#include "open.h"

#include <time.h>

#include "certificate/constraint.h"

static struct pki pki;
static struct nm_database *db;

static int
setup(void **state)
{
	(void)state;
	pki_make(&pki);
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

/* ---- names against subtrees ----------------------------------------- */

struct row {
	const char *name, *base;
	enum nm_match wanted;
};

static struct nm_general_name
make(enum nm_name_form form, const char *text)
{
	return (struct nm_general_name){ form,
		{ (const uint8_t *)text, strlen(text) } };
}

static void
compare(enum nm_name_form form, bool excluded, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct nm_general_name name = make(form, rows[i].name);
		struct nm_general_name base = make(form, rows[i].base);
		enum nm_match got = nm_name_inside(&name, &base, excluded);

		if (got != rows[i].wanted)
			fail_msg("%s in %s: %d", name.value.data,
			    base.value.data, (int)got);
	}
}
#define COMPARE(form, excluded, rows)                                          \
	compare(form, excluded, rows, sizeof(rows) / sizeof((rows)[0]))

#define YES	NM_MATCH_YES
#define NO	NM_MATCH_NO
#define UNKNOWN NM_MATCH_UNKNOWN

static void
mailboxes(void **state)
{
	static const struct row permitted[] = {
		{ "A@example.org", "a@example.org", NO },
	};
	/* what a reader takes for the one that is excluded */
	static const struct row excluded[] = {
		{ "A@example.org", "a@example.org", YES },
		{ "A@example.com", "a@example.org", NO },
	};
	static const struct row rows[] = {
		{ "a@example.org", "example.org", YES },
		{ "A@EXAMPLE.org", "example.ORG", YES },
		{ "a@mail.example.org", "example.org", NO },
		{ "a@example.org", ".example.org", NO },
		{ "a@mail.example.org", ".example.org", YES },
		{ "a@mailexample.org", ".example.org", NO },
		{ "a@example.org", "a@example.org", YES },
		{ "a@Example.org", "a@example.org", YES },
		{ "a@example.com", "a@example.org", NO },
		{ "b@example.org", "a@example.org", NO },
		{ "j\xc3\xbcrgen@b\xc3\xbc"
		  "cher.example",
		    "xn--bcher-kva.example", YES },
		{ "j\xc3\xbcrgen@b\xc3\xbc"
		  "cher.example",
		    ".xn--bcher-kva.example", NO },
		{ "a@b@example.org", "example.org", UNKNOWN },
		{ "\"a@example.com\"@example.org", "example.org", UNKNOWN },
		{ "a@[192.0.2.1]", "example.org", UNKNOWN },
		{ "example.org", "example.org", UNKNOWN },
		{ "@example.org", "example.org", UNKNOWN },
		{ "a@", "example.org", UNKNOWN },
		{ "a@.example.org", ".example.org", UNKNOWN },
		{ "a@example.org.", "example.org", UNKNOWN },
	};

	(void)state;
	COMPARE(NM_NAME_RFC822, false, rows);
	COMPARE(NM_NAME_RFC822, true, rows);
	COMPARE(NM_NAME_RFC822, false, permitted);
	COMPARE(NM_NAME_RFC822, true, excluded);
}

static void
host_names(void **state)
{
	static const struct row both[] = {
		{ "host.example.org", "example.org", YES },
		{ "example.org", "example.org", YES },
		{ "EXAMPLE.org", "example.ORG", YES },
		{ "badexample.org", "example.org", NO },
		{ "example.org", ".example.org", NO },
		{ "host.example.org", ".example.org", YES },
		{ "anything.example", "", YES },
		{ "*.example.org", "example.org", YES },
		{ "*.example.org", "org", YES },
		{ "*.example.com", "example.org", NO },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example", YES },
		{ "example.org.", "example.org", UNKNOWN },
		{ "a b.example.org", "example.org", UNKNOWN },
		{ "", "example.org", UNKNOWN },
		{ "a.*.example.org", "example.org", UNKNOWN },
		{ "*.*.example.org", "example.org", UNKNOWN },
	};
	static const struct row permitted[] = {
		{ "*.example.org", "host.example.org", NO },
	};
	static const struct row excluded[] = {
		{ "*.example.org", "host.example.org", YES },
		{ "*.example.org", "a.host.example.org", NO },
	};

	(void)state;
	COMPARE(NM_NAME_DNS, false, both);
	COMPARE(NM_NAME_DNS, true, both);
	COMPARE(NM_NAME_DNS, false, permitted);
	COMPARE(NM_NAME_DNS, true, excluded);
}

static void
identifiers(void **state)
{
	static const struct row rows[] = {
		{ "https://host.example.org/x", "host.example.org", YES },
		{ "https://HOST.example.org:443", "host.example.org", YES },
		{ "https://a.host.example.org/", "host.example.org", NO },
		{ "https://a.host.example.org/", ".host.example.org", YES },
		{ "https://host.example.org?q#f", "host.example.org", YES },
		{ "https://user:pw@host.example.org/", "host.example.org",
		    YES },
		{ "https://host.example.org@evil.example/", "host.example.org",
		    NO },
		{ "https://evil.example\\@host.example.org/",
		    "host.example.org", NO },
		{ "https://host.example.org:port/", "host.example.org",
		    UNKNOWN },
		{ "https://192.0.2.1/", "host.example.org", UNKNOWN },
		{ "https://a.0x7f/", "host.example.org", UNKNOWN },
		{ "https://[2001:db8::1]/", "host.example.org", UNKNOWN },
		{ "https://host/", "host.example.org", UNKNOWN },
		{ "mailto:a@host.example.org", "host.example.org", UNKNOWN },
		{ "/relative", "host.example.org", UNKNOWN },
		{ "https://host.example.org./", "host.example.org", UNKNOWN },
	};

	(void)state;
	COMPARE(NM_NAME_URI, false, rows);
}

static void
addresses(void **state)
{
	static const uint8_t four[] = { 192, 0, 2, 7 };
	static const uint8_t sixteen[16] = { 0x20, 1, 0x0d, 0xb8 };
	static const uint8_t mapped[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff, 192, 0, 2, 7 };
	static const uint8_t net[] = { 192, 0, 2, 0, 255, 255, 255, 0 };
	static const uint8_t loose[] = { 192, 0, 2, 99, 255, 255, 255, 0 };
	static const uint8_t other[] = { 192, 0, 3, 0, 255, 255, 255, 0 };
	static const uint8_t all[8] = { 0 };
	static const uint8_t holes[] = { 192, 0, 2, 0, 255, 0, 255, 0 };
	struct nm_general_name name = { NM_NAME_IP, { four, 4 } };
	struct nm_general_name base = { NM_NAME_IP, { net, 8 } };

	(void)state;
	assert_int_equal(nm_name_inside(&name, &base, false), YES);
	base.value.data = loose;
	assert_int_equal(nm_name_inside(&name, &base, false), YES);
	assert_true(nm_name_base_sane(&base));
	base.value.data = other;
	assert_int_equal(nm_name_inside(&name, &base, false), NO);
	base.value.data = all;
	assert_int_equal(nm_name_inside(&name, &base, false), YES);
	base.value.data = holes;
	assert_false(nm_name_base_sane(&base));
	base.value = (struct nm_bytes){ net, 7 };
	assert_false(nm_name_base_sane(&base));
	base.value.len = 8;
	/* the families are kept apart */
	name.value = (struct nm_bytes){ sixteen, 16 };
	assert_int_equal(nm_name_inside(&name, &base, false), NO);
	name.value.data = mapped;
	assert_int_equal(nm_name_inside(&name, &base, false), NO);
	name.value.len = 5;
	assert_int_equal(nm_name_inside(&name, &base, false), UNKNOWN);
}

/* O=<o>, then CN=<cn>, as strings of two kinds. */
static struct nm_bytes
directory(struct nm_buffer *b, uint8_t tag, const char *o, const char *cn)
{
	static const uint8_t oid_o[] = { 0x55, 0x04, 0x0a };
	static const uint8_t oid_cn[] = { 0x55, 0x04, 0x03 };
	size_t name, set, pair;

	nm_buffer_clear(b);
	name = nm_der_begin(b, 0x30);
	for (int i = 0; i < 2; i++) {
		const char *value = i == 0 ? o : cn;

		if (value == NULL)
			continue;
		set = nm_der_begin(b, 0x31);
		pair = nm_der_begin(b, 0x30);
		nm_der_put(b, 0x06, i == 0 ? oid_o : oid_cn, 3);
		nm_der_put(b, tag, value, strlen(value));
		nm_der_end(b, pair);
		nm_der_end(b, set);
	}
	nm_der_end(b, name);
	return nm_buffer_bytes(b);
}

static void
directories(void **state)
{
	struct nm_buffer a = NM_BUFFER_INIT, b = NM_BUFFER_INIT;
	struct nm_bytes name = directory(&a, 0x0c, "Example Ltd", "Alice");

	(void)state;
	assert_int_equal(nm_directory_inside(
			     name, directory(&b, 0x13, "example  LTD ", NULL)),
	    YES);
	assert_int_equal(nm_directory_inside(
			     name, directory(&b, 0x13, "Example Ltd", "Alice")),
	    YES);
	assert_int_equal(
	    nm_directory_inside(name, directory(&b, 0x13, "Other", NULL)), NO);
	assert_int_equal(
	    nm_directory_inside(name, directory(&b, 0x13, NULL, "Alice")), NO);
	assert_int_equal(
	    nm_directory_inside(name, directory(&b, 0x13, NULL, NULL)), YES);
	assert_int_equal(
	    nm_directory_inside(directory(&a, 0x0c, "Example Ltd", NULL),
		directory(&b, 0x13, "Example Ltd", "Alice")),
	    NO);
	/* case of other alphabets, too */
	assert_int_equal(
	    nm_directory_inside(directory(&a, 0x0c, "\xc3\x89toile", NULL),
		directory(&b, 0x0c, "\xc3\xa9TOILE", NULL)),
	    YES);
	assert_int_equal(
	    nm_directory_inside(directory(&a, 0x0c, "\xce\xa3\xcf\x82", NULL),
		directory(&b, 0x0c, "\xcf\x83\xce\xa3", NULL)),
	    YES);
	/* RFC 4518 section 2: what is a space, what is nothing, wide forms */
	assert_int_equal(
	    nm_directory_inside(directory(&a, 0x0c,
				    "\xe2\x80\x83"
				    "Ex\xc2\xad"
				    "a\xef\xbd\x8dple\x0aLtd\xe2\x80\x8b",
				    NULL),
		directory(&b, 0x0c, "Example\xe3\x80\x80Ltd", NULL)),
	    YES);
	assert_int_equal(nm_directory_inside(directory(&a, 0x0c,
						 "Stra\xc3\x9f"
						 "e",
						 NULL),
			     directory(&b, 0x13, "STRASSE", NULL)),
	    YES);
	/* they might be the same, composed */
	assert_int_equal(
	    nm_directory_inside(directory(&a, 0x0c, "u\xcc\x88", NULL),
		directory(&b, 0x0c, "\xc3\xbc", NULL)),
	    UNKNOWN);
	/* what is no UTF-8 is not comparable */
	assert_int_equal(nm_directory_inside(directory(&a, 0x0c, "\xff", NULL),
			     directory(&b, 0x0c, "x", NULL)),
	    UNKNOWN);
	assert_int_equal(
	    nm_directory_inside((struct nm_bytes){ NULL, 0 }, name), UNKNOWN);
	nm_buffer_reset(&a);
	nm_buffer_reset(&b);
}

/* ---- certificates
 * ------------------------------------------------------------ */

static CERTCertificate *
issue(const char *name, const char *constraints, const char *alternative,
    const char *subject)
{
	static unsigned serial = 7000;

	serial++;
	assert_int_equal(
	    pki_run(&pki,
		"printf '[req]\\ndistinguished_name=dn\\n[dn]\\nO=Example\\n"
		"[ca]\\nbasicConstraints=critical,CA:true\\n"
		"keyUsage=critical,keyCertSign\\nnameConstraints=%s\\n"
		"[leaf]\\nbasicConstraints=critical,CA:false\\n"
		"subjectAltName=@san\\n[san]\\n%s\\n' > nc.cnf; "
		"openssl req -new -config nc.cnf -key alice.key -subj "
		"'/CN=nc %s' -out nc.csr && "
		"openssl x509 -req -in nc.csr -CA ca.crt -CAkey ca.key -days 9 "
		"-extfile nc.cnf -extensions ca -set_serial %u "
		"-out ncca.crt && "
		"openssl x509 -in ncca.crt -outform DER -out ncca.der && "
		"openssl req -new -config nc.cnf -key bob.key -subj '%s' "
		"-out nc.csr && "
		"openssl x509 -req -in nc.csr -CA ncca.crt -CAkey alice.key "
		"-days 9 -extfile nc.cnf -extensions leaf -set_serial "
		"%u -out %s.crt && "
		"openssl x509 -in %s.crt -outform DER -out %s.der",
		constraints, alternative, name, 2 * serial, subject,
		2 * serial + 1, name, name, name),
	    0);
	return load(&pki, "ncca");
}

static void
expect(const char *constraints, const char *alternative, const char *subject,
    nm_reasons wanted)
{
	static unsigned number;
	struct nm_path_question q = { .purpose = NM_PURPOSE_SIGN,
		.along_count = 1 };
	CERTCertificate *ca, *cert;
	struct nm_path p;
	char name[16];

	(void)snprintf(name, sizeof(name), "nc%u", number++);
	ca = issue(name, constraints, alternative, subject);
	cert = load(&pki, name);
	q.along = &ca;
	q.when = (int64_t)time(NULL);
	assert_int_equal(nm_path_check(db, cert, &q, &p), NM_OK);
	if (p.reasons != wanted)
		fail_msg("%s; %s; %s: %x", constraints, alternative, subject,
		    (unsigned)p.reasons);
	nm_path_clear(&p);
	CERT_DestroyCertificate(cert);
	CERT_DestroyCertificate(ca);
}

#define CONSTRAINT NM_REASON_BIT(NM_REASON_NAME_CONSTRAINT)
#define UTF8	   "otherName.1=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:"

static void
paths(void **state)
{
	(void)state;
	expect("critical,permitted;email:example.org", "email.1=a@example.org",
	    "/CN=a", 0);
	expect("critical,permitted;email:example.org",
	    "email.1=a@example.org\\nemail.2=a@example.com", "/CN=a",
	    CONSTRAINT);
	expect("critical,excluded;email:example.com",
	    "email.1=a@example.org\\nemail.2=a@example.com", "/CN=a",
	    CONSTRAINT);
	/* NSS passes by what it does not know: SmtpUTF8Mailbox */
	expect("critical,permitted;email:example.org",
	    UTF8 "\xc3\xbc@example.org", "/CN=a", 0);
	expect("critical,permitted;email:example.org",
	    "email.1=a@example.org\\n" UTF8 "\xc3\xbc@example.com", "/CN=a",
	    CONSTRAINT);
	expect("critical,excluded;email:example.com",
	    UTF8 "\xc3\xbc@example.com", "/CN=a", CONSTRAINT);
	/* the subject's address counts as well, since it is shown as one */
	expect("critical,permitted;email:example.org", "email.1=a@example.org",
	    "/CN=a/emailAddress=a@example.com", CONSTRAINT);
	/* other forms are not touched */
	expect("critical,permitted;email:example.org", "DNS.1=host.example.com",
	    "/CN=a", 0);
	expect("critical,permitted;dirName:dn", "email.1=a@example.org",
	    "/O=Other/CN=a", CONSTRAINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mailboxes),
		cmocka_unit_test(host_names),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(addresses),
		cmocka_unit_test(directories),
		cmocka_unit_test(paths),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
