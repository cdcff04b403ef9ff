/* SPDX-License-Identifier: MPL-2.0 */
/* Requests and tokens of RFC 3161; openssl ts is the other side. */
#include "open.h"

#include <time.h>

#include <nssmime/evidence.h>

#define TST_INFO "1.2.840.113549.1.9.16.1.4"

static struct pki pki;
static struct nm_database *db;
static uint8_t hash[NM_TIMESTAMP_HASH];
static const uint8_t nonce[NM_TIMESTAMP_NONCE] = { 0xff, 1, 2, 3, 4, 5, 6, 7, 8,
	9, 10, 11, 12, 13, 14, 15 };
static struct nm_buffer response;

static int
setup(void **state)
{
	struct nm_buffer request = NM_BUFFER_INIT;

	(void)state;
	pki_make(&pki);
	db = open_db(&pki, "db");
	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(i * 7);
	assert_int_equal(nm_timestamp_request(hash, nonce, &request), NM_OK);
	pki_write(&pki, "request.tsq", request.data, request.len);
	nm_buffer_reset(&request);
	assert_int_equal(
	    pki_run(&pki,
		"printf '[req]\\ndistinguished_name=dn\\n[dn]\\nO=Example\\n"
		"[tsa]\\ndefault_tsa=t\\n[t]\\nserial=tsserial\\n"
		"signer_digest=sha256\\ndefault_policy=1.2.3.4\\n"
		"digests=sha256\\naccuracy=secs:2, millisecs:1\\n"
		"clock_precision_digits=3\\ness_cert_id_alg=sha256\\n"
		"[x]\\nbasicConstraints=critical,CA:false\\n"
		"keyUsage=critical,digitalSignature\\n"
		"extendedKeyUsage=critical,timeStamping\\n' > ts.cnf; "
		"echo 01 > tsserial; "
		"openssl req -new -x509 -config ts.cnf -extensions x -key "
		"bob.key -subj /CN=tsa -days 9 -CA ca.crt -CAkey ca.key "
		"-out tsa.crt && "
		"openssl ts -reply -config ts.cnf -queryfile request.tsq "
		"-signer tsa.crt -inkey bob.key -out response.tsr && "
		"openssl ts -verify -in response.tsr -queryfile request.tsq "
		"-CAfile ca.crt"),
	    0);
	pki_read(&pki, "response.tsr", &response);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	nm_buffer_reset(&response);
	close_db(&db);
	pki_remove(&pki);
	return 0;
}

static void
requests(void **state)
{
	(void)state;
	assert_int_equal(
	    pki_run(&pki,
		"openssl ts -query -in request.tsq -text > text && "
		"grep -q 'Hash Algorithm: sha256' text && "
		"grep -q 'Certificate required: yes' text && "
		"grep -qi 'Nonce: 0x7F0102030405060708090A0B0C0D0E0F' text"),
	    0);
}

static void
responses(void **state)
{
	static const uint8_t refused[] = { 0x30, 0x05, 0x30, 0x03, 0x02, 0x01,
		0x02 };
	static const uint8_t none[] = { 0x30, 0x05, 0x30, 0x03, 0x02, 0x01,
		0x00 };
	struct nm_bytes token;

	(void)state;
	assert_true(nm_timestamp_response(nm_buffer_bytes(&response), &token));
	assert_false(nm_timestamp_response(
	    (struct nm_bytes){ refused, sizeof(refused) }, &token));
	assert_false(nm_timestamp_response(
	    (struct nm_bytes){ none, sizeof(none) }, &token));
	for (size_t len = 0; len < response.len; len++)
		assert_false(nm_timestamp_response(
		    (struct nm_bytes){ response.data, len }, &token));
}

static struct nm_bytes
token(void)
{
	struct nm_bytes out;

	assert_true(nm_timestamp_response(nm_buffer_bytes(&response), &out));
	return out;
}

static enum nm_error
outcome(struct nm_bytes bytes, const uint8_t *about, const uint8_t *answers,
    const char *why)
{
	struct nm_fault fault = { .code = NM_OK };
	struct nm_timestamp t;
	enum nm_error error =
	    nm_timestamp_read(bytes, about, answers, &t, &fault);

	if (error == NM_OK)
		nm_timestamp_clear(&t);
	else if (why != NULL && strstr(fault.text, why) == NULL)
		fail_msg("%s", fault.text);
	return error;
}

static void
a_good_one(void **state)
{
	const int64_t now = time(NULL);
	struct nm_timestamp t;

	(void)state;
	assert_int_equal(
	    nm_timestamp_read(token(), hash, nonce, &t, NULL), NM_OK);
	assert_true(t.time <= now + 1 && t.time > now - 600);
	/* 2.001 seconds */
	assert_int_equal(t.accuracy, 3);
	assert_int_equal(t.along_count, 1);
	assert_true(
	    nm_bytes_equal(nm_buffer_bytes(&t.certificate), t.along[0]));
	assert_int_equal(t.serial.len, 1);
	nm_timestamp_clear(&t);
	/* years later nobody has the nonce */
	assert_int_equal(outcome(token(), hash, NULL, NULL), NM_OK);
}

static void
of_something_else(void **state)
{
	uint8_t other[NM_TIMESTAMP_NONCE], about[NM_TIMESTAMP_HASH];

	(void)state;
	memcpy(other, nonce, sizeof(other));
	other[15] ^= 1;
	assert_int_equal(outcome(token(), hash, other, "another request"),
	    NM_ERR_INTEGRITY_FAILURE);
	memcpy(about, hash, sizeof(about));
	about[0] ^= 1;
	assert_int_equal(outcome(token(), about, nonce, "something else"),
	    NM_ERR_INTEGRITY_FAILURE);
}

/* Whatever is changed: it fails, or says the same. */
static void
altered(void **state)
{
	struct nm_bytes good = token();
	struct nm_timestamp first, t;
	struct nm_buffer bytes = NM_BUFFER_INIT;
	size_t same = 0;

	(void)state;
	assert_int_equal(
	    nm_timestamp_read(good, hash, nonce, &first, NULL), NM_OK);
	nm_buffer_append(&bytes, good.data, good.len);
	assert_false(nm_buffer_failed(&bytes));
	for (size_t at = 0; at < bytes.len; at++) {
		bytes.data[at] ^= 0x10;
		if (nm_timestamp_read(nm_buffer_bytes(&bytes), hash, nonce, &t,
			NULL) == NM_OK) {
			assert_int_equal(t.time, first.time);
			assert_int_equal(t.accuracy, first.accuracy);
			nm_timestamp_clear(&t);
			same++;
		}
		bytes.data[at] ^= 0x10;
	}
	/* versions, and the like */
	assert_true(same < 20);
	for (size_t len = 0; len < bytes.len; len += 3)
		assert_int_equal(outcome((struct nm_bytes){ bytes.data, len },
				     hash, nonce, "malformed"),
		    NM_ERR_INTEGRITY_FAILURE);
	nm_buffer_reset(&bytes);
	nm_timestamp_clear(&first);
}

/* Other CMS is no time stamp. */
static void
other_cms(void **state)
{
	static const char *const makes[] = {
		"-sign -binary -nodetach -signer alice.crt -inkey alice.key",
		"-sign -binary -signer alice.crt -inkey alice.key",
		"-encrypt -binary -recip alice.crt",
		"-sign -binary -nodetach -cades -econtent_type " TST_INFO
		" -signer alice.crt -inkey alice.key",
	};
	struct nm_buffer bytes = NM_BUFFER_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		assert_int_equal(
		    pki_run(&pki,
			"openssl cms %s -in request.tsq -outform DER -out "
			"other.der",
			makes[i]),
		    0);
		nm_buffer_clear(&bytes);
		pki_read(&pki, "other.der", &bytes);
		assert_int_equal(
		    outcome(nm_buffer_bytes(&bytes), hash, nonce, NULL),
		    NM_ERR_INTEGRITY_FAILURE);
	}
	nm_buffer_reset(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(responses),
		cmocka_unit_test(a_good_one),
		cmocka_unit_test(of_something_else),
		cmocka_unit_test(altered),
		cmocka_unit_test(other_cms),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
