/* SPDX-License-Identifier: MPL-2.0 */
/* RecipientInfos: whose they are, which are tried, and in what order. */
#include "encryption.h"

#include "cms/recipient.h"

static int
setup(void **state)
{
	struct bench *b = bench_new();

	add_who(b, "rsa", RSA_2048);
	add_who(b, "p256", EC_P256);
	add_who(b, "pss", "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048");
	*state = b;
	return 0;
}

static struct nm_cms_keys
keys_of(struct bench *b)
{
	return (struct nm_cms_keys){ b, find_who, key_of_who };
}

/* Adds each element of `infos`; the first failure. */
static enum nm_error
add(struct nm_recipients *rs, struct nm_bytes infos, struct nm_fault *fault)
{
	enum nm_error err = NM_OK;
	struct nm_tlv t;

	while (err == NM_OK && infos.len != 0) {
		assert_true(nm_der_next(&infos, &t));
		err = nm_recipients_add(rs, &t, fault);
	}
	return err;
}

/* What there is to say of these recipients before a key is touched. */
static enum nm_error
judged(struct bench *b, struct nm_bytes infos, size_t count)
{
	struct nm_cms_keys keys = keys_of(b);
	struct nm_recipients *rs = nm_recipients_new(&keys);
	enum nm_error err;

	memset(&b->fault, 0, sizeof(b->fault));
	assert_int_equal(add(rs, infos, &b->fault), NM_OK);
	assert_int_equal(nm_recipients_count(rs), count);
	err = nm_recipients_check(rs, &b->fault);
	nm_recipients_free(&rs);
	assert_null(rs);
	return err;
}

#define RSA   "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"
#define KEY   "\x04\x03key"
#define WRAP  "\x30\x04\x06\x02\x2a\x03" /* an algorithm, 1.2.3 */
#define KEMRI "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x0d\x03"

/* Kinds and forms that are not read are counted, and harm nobody else. */
static void
unknown_kinds(void **state)
{
	static const struct {
		struct nm_bytes der;
		const char *named;
	} kinds[] = {
		{ STATIC("\xa2\x03\x02\x01\x04"), "(a key that is shared, " },
		{ STATIC("\xa2\x0d\x02\x01\x04\x30\x02\x04\x00" WRAP),
		    "(a key that is shared, 1.2.3)" },
		{ STATIC("\xa3\x03\x02\x01\x00"), "(a password, " },
		{ STATIC("\xa3\x09\x02\x01\x00" WRAP), "(a password, 1.2.3)" },
		{ STATIC("\xa3\x0e\x02\x01\x00\xa0\x03\x06\x01\x2b" WRAP),
		    "(a password, 1.2.3)" },
		{ STATIC("\xa4\x04\x06\x02\x2a\x03"), "(1.2.3)" },
		/* RFC 9629: the KEM, if there is one */
		{ STATIC("\xa4\x1a" KEMRI "\x30\x0b\x02\x01\x00\x80\x00" WRAP),
		    "(1.2.3)" },
		{ STATIC("\xa4\x0f" KEMRI "\x30\x00"),
		    "(1.2.840.113549.1.9.16.13.3)" },
		{ STATIC("\xa5\x00"), "(" },
		{ STATIC("\x04\x00"), "(" },
		{ STATIC("\x30\x00"), "(" },
		{ STATIC("\xa1\x00"), "(" },
		/* key transport without a version, with two keys, with a key
		 * identifier of no bytes, by RSA-KEM */
		{ STATIC("\x30\x18\x80\x02id" RSA KEY), "(" },
		{ STATIC("\x30\x20\x02\x01\x02\x80\x02id" RSA KEY KEY), "(" },
		{ STATIC("\x30\x19\x02\x01\x02\x80\x00" RSA KEY), "(" },
		{ STATIC("\x30\x0f\x02\x01\x02\x80\x02id" WRAP "\x04\x00"),
		    "(1.2.3)" },
	};
	struct bench *b = *state;
	struct nm_encrypt_to to = { .cert = who(b, "rsa")->cert };
	PK11SymKey *cek = nm_cipher_generate(NM_CIPHER_AES128_CBC);
	struct nm_buffer infos = NM_BUFFER_INIT;
	bool version2 = false;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (judged(b, kinds[i].der, 1) !=
			NM_ERR_UNSUPPORTED_ALGORITHM ||
		    strstr(b->fault.text, kinds[i].named) == NULL)
			fail_msg("kind %zu: %s", i, b->fault.text);
		nm_buffer_append(&infos, kinds[i].der.data, kinds[i].der.len);
	}
	/* one that can be read, but is not ours */
	assert_int_equal(
	    judged(b, LITERAL("\x30\x1b\x02\x01\x02\x80\x02id" RSA KEY), 1),
	    NM_ERR_NO_PRIVATE_KEY);
	assert_int_equal(nm_recipient_write(&to, NM_CIPHER_AES128_CBC, cek,
			     &infos, &version2, &b->fault),
	    NM_OK);
	assert_int_equal(
	    judged(b, BYTES(infos), sizeof(kinds) / sizeof(kinds[0]) + 1),
	    NM_OK);
	assert_int_equal(judged(b, LITERAL(""), 0), NM_ERR_MALFORMED_MESSAGE);
	PK11_FreeSymKey(cek);
	nm_buffer_reset(&infos);
}

/* One that is ours, by a key identifier in two segments. */
static void
divided_identifier(void **state)
{
	struct bench *b = *state;
	const SECItem *id = &who(b, "rsa")->cert->subjectKeyID;
	struct nm_bytes end = LITERAL(RSA KEY);
	struct nm_buffer info = NM_BUFFER_INIT;
	size_t all, mark;

	all = nm_der_begin(&info, 0x30);
	nm_der_put_uint(&info, 2);
	mark = nm_der_begin(&info, 0xa0);
	assert_true(id->len > 7);
	nm_der_put(&info, 0x04, id->data, 7);
	nm_der_put(&info, 0x04, id->data + 7, id->len - 7);
	nm_der_end(&info, mark);
	nm_buffer_append(&info, end.data, end.len);
	nm_der_end(&info, all);
	assert_int_equal(judged(b, BYTES(info), 1), NM_OK);
	nm_buffer_reset(&info);
}

static void
bounds(void **state)
{
	struct bench *b = *state;
	struct nm_cms_keys keys = keys_of(b);
	struct nm_recipients *rs = nm_recipients_new(&keys);
	struct nm_bytes stranger =
	    LITERAL("\x30\x1b\x02\x01\x02\x80\x02id" RSA KEY);
	struct nm_fault fault = { 0 };

	for (size_t i = 0; i < NM_MAX_RECIPIENTS; i++)
		assert_int_equal(
		    add(rs, i % 2 == 0 ? stranger : LITERAL("\xa5\x00"),
			&fault),
		    NM_OK);
	assert_int_equal(add(rs, stranger, &fault), NM_ERR_MALFORMED_MESSAGE);
	assert_non_null(strstr(fault.text, "2000"));
	nm_recipients_free(&rs);
}

/* The same recipient over and over is tried a few times at most, and RSA v1.5
 * once, whatever comes of it. */
static void
few_attempts(void **state)
{
	struct bench *b = *state;
	struct nm_cms_keys keys = keys_of(b);
	PK11SymKey *cek = nm_cipher_generate(NM_CIPHER_AES128_CBC), *got;
	struct nm_encrypt_to to = { .cert = who(b, "rsa")->cert };
	struct nm_recipients *rs;
	struct nm_buffer info = NM_BUFFER_INIT;
	enum nm_key_management kind;
	CERTCertificate *cert;
	bool version2;

	for (unsigned oaep = 0; oaep < 2; oaep++) {
		to.oaep = oaep != 0;
		nm_buffer_clear(&info);
		assert_int_equal(nm_recipient_write(&to, NM_CIPHER_AES128_CBC,
				     cek, &info, &version2, &b->fault),
		    NM_OK);
		info.data[info.len - 9] ^= 1;
		rs = nm_recipients_new(&keys);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(
			    add(rs, BYTES(info), &b->fault), NM_OK);
		assert_int_equal(nm_recipients_check(rs, &b->fault), NM_OK);
		b->key_calls = 0;
		memset(&b->fault, 0, sizeof(b->fault));
		assert_int_equal(nm_recipients_open(rs, NM_CIPHER_AES128_CBC,
				     &got, &kind, &cert, &b->fault),
		    oaep != 0 ? NM_ERR_INTEGRITY_FAILURE : NM_OK);
		assert_int_equal(
		    b->key_calls, oaep != 0 ? NM_MAX_CANDIDATES : 1);
		if (got != NULL) {
			/* a key, but not this one */
			assert_int_equal(PK11_GetKeyLength(got), 16);
			PK11_FreeSymKey(got);
		}
		nm_recipients_free(&rs);
	}
	PK11_FreeSymKey(cek);
	nm_buffer_reset(&info);
}

/* A token that is not there is no reason to give up the other keys; a user
 * who said no is one. */
static void
key_errors(void **state)
{
	static const struct {
		enum nm_error error;
		unsigned calls;
	} cases[] = { { NM_ERR_TOKEN_ABSENT, 2 },
		{ NM_ERR_PASSWORD_REQUIRED, 2 }, { NM_ERR_USER_DECLINED, 1 },
		{ NM_ERR_CANCELLED, 1 } };
	struct bench *b = *state;
	struct nm_cms_keys keys = keys_of(b);
	PK11SymKey *cek = nm_cipher_generate(NM_CIPHER_AES128_CBC), *got;
	struct nm_encrypt_to to[2] = { { .cert = who(b, "rsa")->cert },
		{ .cert = who(b, "p256")->cert } };
	struct nm_recipients *rs = nm_recipients_new(&keys);
	struct nm_buffer infos = NM_BUFFER_INIT;
	enum nm_key_management kind;
	CERTCertificate *cert;
	bool version2;

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
		    nm_recipient_write(&to[i], NM_CIPHER_AES128_CBC, cek,
			&infos, &version2, &b->fault),
		    NM_OK);
	assert_int_equal(add(rs, BYTES(infos), &b->fault), NM_OK);
	for (size_t i = 0; i < 4; i++) {
		b->key_error = cases[i].error;
		b->key_calls = 0;
		memset(&b->fault, 0, sizeof(b->fault));
		assert_int_equal(nm_recipients_open(rs, NM_CIPHER_AES128_CBC,
				     &got, &kind, &cert, &b->fault),
		    cases[i].error);
		assert_string_equal(b->fault.text, "The key source said no");
		assert_int_equal(b->key_calls, cases[i].calls);
		assert_null(got);
	}
	b->key_error = NM_OK;
	/* key agreement before RSA v1.5, though it came later */
	assert_int_equal(nm_recipients_open(rs, NM_CIPHER_AES128_CBC, &got,
			     &kind, &cert, &b->fault),
	    NM_OK);
	assert_int_equal(kind, NM_KEY_ECDH);
	assert_ptr_equal(cert, who(b, "p256")->cert);
	PK11_FreeSymKey(got);
	nm_recipients_free(&rs);
	PK11_FreeSymKey(cek);
	nm_buffer_reset(&infos);
}

/* A content key of another length than the cipher's is none. */
static void
length_of_the_key(void **state)
{
	struct bench *b = *state;
	struct nm_cms_keys keys = keys_of(b);
	PK11SymKey *cek = nm_cipher_generate(NM_CIPHER_AES256_CBC), *got;
	struct nm_encrypt_to to[2] = { { .cert = who(b, "p256")->cert },
		{ .cert = who(b, "rsa")->cert, .oaep = true } };
	struct nm_buffer info = NM_BUFFER_INIT;
	enum nm_key_management kind;
	CERTCertificate *cert;
	bool version2;

	for (size_t i = 0; i < 2; i++) {
		struct nm_recipients *rs = nm_recipients_new(&keys);

		nm_buffer_clear(&info);
		assert_int_equal(
		    nm_recipient_write(&to[i], NM_CIPHER_AES256_CBC, cek, &info,
			&version2, &b->fault),
		    NM_OK);
		assert_int_equal(add(rs, BYTES(info), &b->fault), NM_OK);
		assert_int_equal(nm_recipients_open(rs, NM_CIPHER_AES128_CBC,
				     &got, &kind, &cert, &b->fault),
		    NM_ERR_INTEGRITY_FAILURE);
		assert_null(got);
		nm_recipients_free(&rs);
	}
	PK11_FreeSymKey(cek);
	nm_buffer_reset(&info);
}

static void
written(void **state)
{
	struct bench *b = *state;
	PK11SymKey *cek = nm_cipher_generate(NM_CIPHER_AES128_CBC);
	struct nm_encrypt_to to = { .cert = who(b, "rsa")->cert };
	struct nm_buffer out = NM_BUFFER_INIT;
	bool version2 = false;

	/* RFC 5652 6.1, 6.2.1: what makes the version 2 */
	assert_int_equal(nm_recipient_write(&to, NM_CIPHER_AES128_CBC, cek,
			     &out, &version2, &b->fault),
	    NM_OK);
	assert_false(version2);
	(void)place(&out, "\x02\x01\x00\x30", 4);
	nm_buffer_clear(&out);
	to.by_key_id = true;
	assert_int_equal(nm_recipient_write(&to, NM_CIPHER_AES128_CBC, cek,
			     &out, &version2, &b->fault),
	    NM_OK);
	assert_true(version2);
	(void)place(&out, "\x02\x01\x02\x80\x14", 5);
	/* who can only sign */
	to = (struct nm_encrypt_to){ .cert = who(b, "pss")->cert };
	assert_int_equal(nm_recipient_write(&to, NM_CIPHER_AES128_CBC, cek,
			     &out, &version2, &b->fault),
	    NM_ERR_CERTIFICATE_UNUSABLE);
	PK11_FreeSymKey(cek);
	nm_buffer_reset(&out);
}

static void
identifiers(void **state)
{
	static const struct {
		struct nm_bytes in;
		bool good;
	} cases[] = {
		{ STATIC("\x80\x02id"), true },
		{ STATIC("\x80\x00"), false },
		{ STATIC("\xa0\x04\x04\x02id"), true }, /* constructed */
		{ STATIC("\xa0\x08\x04\x01i\x04\x00\x04\x01"
			 "d"),
		    true },
		{ STATIC("\xa0\x07\x04\x02id\x05\x01x"), false },
		{ STATIC("\xa0\x03\x04\x02i"), false },
		{ STATIC("\xa0\x02\x04\x00"), false },
		{ STATIC("\xa0\x00"), false },
		{ STATIC("\x30\x05\x30\x00\x02\x01\x07"), true },
		{ STATIC("\x30\x04\x30\x00\x02\x00"), false },
		{ STATIC("\x30\x02\x30\x00"), false },
		{ STATIC("\x30\x07\x30\x00\x02\x01\x07\x05\x00"), false },
		{ STATIC("\x30\x05\x31\x00\x02\x01\x07"), false },
		{ STATIC("\x81\x02id"), false },
		{ STATIC("\x04\x02id"), false },
	};
	struct bench *b = *state;
	CERTCertificate *cert = who(b, "rsa")->cert;
	struct nm_buffer joined = NM_BUFFER_INIT;
	uint8_t serial[32] = { 0 };
	struct nm_rid rid;
	struct nm_tlv t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nm_bytes cursor = cases[i].in;

		assert_true(nm_der_next(&cursor, &t));
		if (nm_rid_parse(&t, &rid, &joined) != cases[i].good)
			fail_msg("case %zu", i);
		if (cases[i].good)
			assert_false(nm_rid_matches(&rid, cert));
		if (cases[i].good && rid.key_id.len != 0)
			assert_true(nm_bytes_equal(rid.key_id, LITERAL("id")));
		nm_buffer_reset(&joined);
	}
	rid = (struct nm_rid){
		.issuer = { cert->derIssuer.data, cert->derIssuer.len },
		.serial = { cert->serialNumber.data, cert->serialNumber.len },
	};
	assert_true(nm_rid_matches(&rid, cert));
	assert_false(nm_rid_matches(&rid, who(b, "p256")->cert));
	/* with more zeros than DER has */
	assert_true(rid.serial.len + 3 <= sizeof(serial));
	memcpy(serial + 3, rid.serial.data, rid.serial.len);
	rid.serial = (struct nm_bytes){ serial, rid.serial.len + 3 };
	assert_true(nm_rid_matches(&rid, cert));
	serial[rid.serial.len - 1] ^= 1;
	assert_false(nm_rid_matches(&rid, cert));
	serial[rid.serial.len - 1] ^= 1;
	/* CN=rsa by other string types and with another length; another name */
	rid.issuer =
	    LITERAL("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x13\x03rsa");
	assert_true(nm_rid_matches(&rid, cert));
	rid.issuer = LITERAL("\x30\x81\x0f\x31\x81\x0c\x30\x0a\x06\x03\x55\x04"
			     "\x03\x0c\x03rsa");
	assert_true(nm_rid_matches(&rid, cert));
	rid.issuer =
	    LITERAL("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03rsb");
	assert_false(nm_rid_matches(&rid, cert));
	rid.issuer = LITERAL("\x30\x02\x05\x00");
	assert_false(nm_rid_matches(&rid, cert));
	/* the key identifier decides where there is one */
	rid.key_id = (struct nm_bytes){ cert->subjectKeyID.data,
		cert->subjectKeyID.len };
	assert_true(nm_rid_matches(&rid, cert));
	memset(&rid, 0, sizeof(rid));
	assert_false(nm_rid_matches(&rid, cert));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_kinds),
		cmocka_unit_test(divided_identifier),
		cmocka_unit_test(bounds),
		cmocka_unit_test(few_attempts),
		cmocka_unit_test(key_errors),
		cmocka_unit_test(length_of_the_key),
		cmocka_unit_test(written),
		cmocka_unit_test(identifiers),
	};

	return cmocka_run_group_tests(tests, setup, bench_teardown);
}
