/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/sender.h"

/* The reasons that a header gives against the addresses of a certificate. */
static nm_reasons
judge(const char *fields, char *const *addresses, size_t count)
{
	struct nm_header *header;
	struct nm_sender sender;
	nm_reasons reasons;

	assert_int_equal(nm_header_parse((const uint8_t *)fields,
			     strlen(fields), &header, NULL),
	    NM_OK);
	assert_int_equal(nm_sender_find(header, NULL, &sender), NM_OK);
	reasons = nm_sender_compare(&sender, addresses, count);
	nm_sender_clear(&sender);
	nm_header_free(&header);
	return reasons;
}

static char alice[] = "alice@example.org";
static char other[] = "other@example.org";
static char *const hers[] = { other, alice };

static void
one_of_the_addresses_is_enough(void **state)
{
	(void)state;
	assert_int_equal(
	    judge("From: Alice <ALICE@Example.ORG>\r\n", hers, 2), 0);
	assert_int_equal(judge("From: alice@example.org\r\n", hers, 2), 0);
}

static void
another_address_is_a_mismatch(void **state)
{
	(void)state;
	assert_int_equal(judge("From: bob@example.org\r\n", hers, 2),
	    NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH));
	assert_int_equal(judge("From: alice@example.org\r\n", NULL, 0),
	    NM_REASON_BIT(NM_REASON_NO_ADDRESS));
}

static void
no_from_is_told(void **state)
{
	(void)state;
	assert_int_equal(judge("To: bob@example.org\r\n", hers, 2),
	    NM_REASON_BIT(NM_REASON_NO_FROM));
	assert_int_equal(
	    judge("From:\r\n", hers, 2), NM_REASON_BIT(NM_REASON_NO_FROM));
	assert_int_not_equal(
	    judge("From: alice at example.org\r\n", hers, 2), 0);
}

static void
several_from_are_told(void **state)
{
	(void)state;
	assert_int_equal(judge("From: alice@example.org\r\n"
			       "From: bob@example.org\r\n",
			     hers, 2),
	    NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
	assert_int_equal(
	    judge("From: alice@example.org, b@example.org\r\n", hers, 2),
	    NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
	/* one that other readers see after a CR alone */
	assert_int_equal(judge("X: y\rFrom: bob@example.org\r\n"
			       "From: alice@example.org\r\n",
			     hers, 2),
	    NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
}

static void
an_address_in_the_name_misleads(void **state)
{
	const nm_reasons misleads =
	    NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS);

	(void)state;
	assert_int_equal(judge("From: \"bob@example.org\" "
			       "<alice@example.org>\r\n",
			     hers, 2),
	    misleads);
	assert_int_equal(judge("From: =?utf-8?q?bob=40example.org?= "
			       "<alice@example.org>\r\n",
			     hers, 2),
	    misleads);
	assert_int_equal(judge("From: \"alice@example.org\" "
			       "<alice@example.org>\r\n",
			     hers, 2),
	    0);
}

static void
a_sender_must_be_the_signer(void **state)
{
	const nm_reasons several = NM_REASON_BIT(NM_REASON_SEVERAL_FROM);
	static char *const only[] = { alice };

	(void)state;
	/* the same, or another address of the signer's */
	assert_int_equal(judge("From: alice@example.org\r\n"
			       "Sender: Alice <ALICE@example.org>\r\n",
			     only, 1),
	    0);
	assert_int_equal(judge("From: alice@example.org\r\n"
			       "Sender: other@example.org\r\n",
			     hers, 2),
	    0);
	/* another person */
	assert_int_equal(judge("From: alice@example.org\r\n"
			       "Sender: other@example.org\r\n",
			     only, 1),
	    several);
	assert_int_equal(judge("Sender: bob@example.org\r\n"
			       "From: bob@example.org\r\n",
			     hers, 2),
	    NM_REASON_BIT(NM_REASON_ADDRESS_MISMATCH));
}

static void
a_sender_who_is_not_clear_is_told(void **state)
{
	static const char *const fields[] = {
		"Sender:\r\n",
		"Sender: Alice\r\n",
		"Sender: alice at example.org\r\n",
		"Sender: alice@example.org, bob@example.org\r\n",
		"Sender: alice@example.org <bob@example.org>\r\n",
		"sender :alice@example.org\r\nSENDER: alice@example.org\r\n",
	};
	char header[200];

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		(void)snprintf(header, sizeof(header),
		    "From: alice@example.org\r\n%s", fields[i]);
		assert_int_equal(judge(header, hers, 2),
		    NM_REASON_BIT(NM_REASON_SEVERAL_FROM));
	}
	assert_int_equal(judge("From: alice@example.org\r\n"
			       "Sender: \"bob@example.org\" "
			       "<alice@example.org>\r\n",
			     hers, 2),
	    NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS));
}

static void
text_that_is_turned_round_misleads(void **state)
{
	static const char *const names[] = {
		/* right-to-left override and embedding, marks, isolates */
		"\xe2\x80\xaemoc.elpmaxe@bob\xe2\x80\xac",
		"\xe2\x80\xab"
		"com\xe2\x80\x8f.example@bob",
		"\xd8\x9cmoc.elpmaxe@bob",
		"\xe2\x81\xa7moc.elpmaxe\xef\xbc\xa0"
		"bob",
		"\xe2\x80\xaemoc.elpmaxe\xef\xb9\xab"
		"bob",
	};
	char header[200];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(header, sizeof(header),
		    "From: \"%s\" <alice@example.org>\r\n", names[i]);
		assert_int_equal(judge(header, hers, 2),
		    NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS));
	}
	/* names of languages that are written so */
	assert_int_equal(judge("From: \"\xe2\x80\x8f\xd7\x90\xd7\x91\" "
			       "<alice@example.org>\r\n",
			     hers, 2),
	    0);
}

static void
an_address_in_the_local_part_misleads(void **state)
{
	static char boss[] = "\"bob@example.org\"@example.com";
	static char *const odd[] = { boss };

	(void)state;
	assert_int_equal(
	    judge("From: \"bob@example.org\"@example.com\r\n", odd, 1),
	    NM_REASON_BIT(NM_REASON_DISPLAY_NAME_MISLEADS));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_the_addresses_is_enough),
		cmocka_unit_test(another_address_is_a_mismatch),
		cmocka_unit_test(no_from_is_told),
		cmocka_unit_test(several_from_are_told),
		cmocka_unit_test(an_address_in_the_name_misleads),
		cmocka_unit_test(a_sender_must_be_the_signer),
		cmocka_unit_test(a_sender_who_is_not_clear_is_told),
		cmocka_unit_test(text_that_is_turned_round_misleads),
		cmocka_unit_test(an_address_in_the_local_part_misleads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
