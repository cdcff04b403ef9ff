/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "message/reading.h"

/* Judges layers given as letters, outermost first: 's' signed well, 'b' signed
 * badly, 'n' signed by nobody, 'e' enveloped, 'a' auth-enveloped,
 * 'z' compressed, 'c' certificates only. */
static struct nm_read_result
judge_under(struct nm_header *outside, const char *layers, bool embedded_signed,
    bool embedded_encrypted, const char *part)
{
	static struct nm_read_layer all[8];
	static struct nm_read_signer good, bad;
	struct nm_read_embedded embedded = { NULL, NULL, embedded_signed,
		embedded_encrypted };
	struct nm_reading r;
	size_t n = strlen(layers);

	memset(&r, 0, sizeof(r));
	memset(all, 0, sizeof(all));
	bad.reasons = NM_REASON_BIT(NM_REASON_CONTENT_ALTERED);
	for (size_t i = 0; i < n; i++) {
		struct nm_read_layer *l = &all[i];

		l->type = layers[i] == 'e' ? NM_LAYER_ENVELOPED
		    : layers[i] == 'a'	   ? NM_LAYER_AUTH_ENVELOPED
		    : layers[i] == 'z'	   ? NM_LAYER_COMPRESSED
					   : NM_LAYER_SIGNED;
		l->certificates_only = layers[i] == 'c';
		if (layers[i] == 's' || layers[i] == 'b') {
			l->signers = layers[i] == 's' ? &good : &bad;
			l->signer_count = 1;
		}
		if (layers[i] == 'n')
			l->reasons = NM_REASON_BIT(NM_REASON_NO_SIGNER);
	}
	r.options.part = part;
	r.outside = outside;
	r.result.layers = all;
	r.result.layer_count = n;
	r.result.embedded = &embedded;
	r.result.embedded_count = embedded_signed || embedded_encrypted;
	nm_reading_judge(&r);
	return r.result;
}

static struct nm_read_result
judge(const char *layers, bool embedded_signed, bool embedded_encrypted,
    const char *part)
{
	return judge_under(
	    NULL, layers, embedded_signed, embedded_encrypted, part);
}

static void
expect(const char *layers, enum nm_status signature,
    enum nm_coverage encryption, bool unauthenticated)
{
	struct nm_read_result r = judge(layers, false, false, NULL);

	assert_int_equal(r.signature, signature);
	assert_int_equal(r.encryption, encryption);
	assert_int_equal(
	    (r.reasons & NM_REASON_BIT(NM_REASON_UNAUTHENTICATED_ENCRYPTION)) !=
		0,
	    unauthenticated);
}

static void
layers_add_up(void **state)
{
	(void)state;
	expect("", NM_STATUS_NONE, NM_COVERAGE_NONE, false);
	expect("s", NM_STATUS_VALID, NM_COVERAGE_NONE, false);
	expect("b", NM_STATUS_INVALID, NM_COVERAGE_NONE, false);
	expect("n", NM_STATUS_INVALID, NM_COVERAGE_NONE, false);
	expect("c", NM_STATUS_NONE, NM_COVERAGE_NONE, false);
	expect("e", NM_STATUS_NONE, NM_COVERAGE_FULL, true);
	expect("a", NM_STATUS_NONE, NM_COVERAGE_FULL, false);
	expect("es", NM_STATUS_VALID, NM_COVERAGE_FULL, false);
	expect("eb", NM_STATUS_INVALID, NM_COVERAGE_FULL, true);
	expect("ezs", NM_STATUS_VALID, NM_COVERAGE_FULL, false);
	expect("ss", NM_STATUS_VALID, NM_COVERAGE_NONE, false);
	expect("sb", NM_STATUS_INVALID, NM_COVERAGE_NONE, false);
	expect("bs", NM_STATUS_INVALID, NM_COVERAGE_NONE, false);
}

static void
a_signature_around_encryption_covers_no_text(void **state)
{
	(void)state;
	expect("se", NM_STATUS_PARTIAL, NM_COVERAGE_FULL, true);
	expect("sa", NM_STATUS_PARTIAL, NM_COVERAGE_FULL, false);
	/* of a triple wrap the inner one decides */
	expect("ses", NM_STATUS_VALID, NM_COVERAGE_FULL, false);
	expect("bes", NM_STATUS_VALID, NM_COVERAGE_FULL, false);
	expect("seb", NM_STATUS_INVALID, NM_COVERAGE_FULL, true);
}

static void
parts_among_others_make_it_partial(void **state)
{
	struct nm_read_result r;

	(void)state;
	r = judge("", true, false, NULL);
	assert_int_equal(r.signature, NM_STATUS_PARTIAL);
	assert_int_equal(r.encryption, NM_COVERAGE_NONE);
	r = judge("", false, true, NULL);
	assert_int_equal(r.signature, NM_STATUS_NONE);
	assert_int_equal(r.encryption, NM_COVERAGE_PARTIAL);
	/* every byte of it is covered by the outer signature */
	r = judge("s", true, false, NULL);
	assert_int_equal(r.signature, NM_STATUS_VALID);
}

static void
a_part_alone_is_never_valid(void **state)
{
	struct nm_read_result r = judge("s", false, false, "2");

	(void)state;
	assert_int_equal(r.signature, NM_STATUS_PARTIAL);
}

/* The reasons beside a good signature under a header. */
static nm_reasons
doubts(const char *fields, const char *layers)
{
	struct nm_read_result result;
	struct nm_header *header;

	assert_int_equal(nm_header_parse((const uint8_t *)fields,
			     strlen(fields), &header, NULL),
	    NM_OK);
	result = judge_under(header, layers, false, false, NULL);
	nm_header_free(&header);
	return result.reasons;
}

static void
fields_that_say_two_things_are_told(void **state)
{
	const nm_reasons malformed = NM_REASON_BIT(NM_REASON_MALFORMED);

	(void)state;
	assert_int_equal(doubts("Content-Type: multipart/signed; boundary=x\r\n"
				"content-type : text/html\r\n",
			     "s"),
	    malformed);
	assert_int_equal(doubts("Content-Transfer-Encoding: 7bit\r\n"
				"Content-Transfer-Encoding: base64\r\n",
			     "s"),
	    malformed);
	assert_int_equal(doubts("Date: Tue, 24 Nov 2026 05:00:00 +0100\r\n"
				"Date: Wed, 25 Nov 2026 05:00:00 +0100\r\n",
			     "s"),
	    NM_REASON_BIT(NM_REASON_TIME_MISMATCH));
	/* twice the same is odd, and shows nobody anything else */
	assert_int_equal(doubts("Content-Type: text/plain\r\n"
				"Content-Type:  text/plain\r\n"
				"Subject: x\r\nSubject: y\r\n",
			     "s"),
	    0);
	/* where nothing is signed there is nothing to doubt */
	assert_int_equal(doubts("Content-Type: text/plain\r\n"
				"Content-Type: text/html\r\n",
			     ""),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_add_up),
		cmocka_unit_test(a_signature_around_encryption_covers_no_text),
		cmocka_unit_test(parts_among_others_make_it_partial),
		cmocka_unit_test(a_part_alone_is_never_valid),
		cmocka_unit_test(fields_that_say_two_things_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
