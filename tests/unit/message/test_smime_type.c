/* SPDX-License-Identifier: MPL-2.0 */
#include "../mime/feed.h"

#include "message/smime_type.h"

static struct nm_header *
parse(const char *fields, struct nm_value *type)
{
	struct nm_header *h;

	assert_int_equal(
	    nm_header_parse((const uint8_t *)fields, strlen(fields), &h, NULL),
	    NM_OK);
	assert_int_equal(nm_header_content_type(h, type), NM_OK);
	return h;
}

static void
check(const char *fields, enum nm_smime_type expected)
{
	struct nm_value type;
	struct nm_header *h = parse(fields, &type);

	assert_int_equal(nm_smime_type_of(h, &type), expected);
	nm_value_clear(&type);
	nm_header_free(&h);
}

static void
pkcs7_mime(void **state)
{
	(void)state;
	check("Content-Type: application/pkcs7-mime\n", NM_SMIME_PKCS7_MIME);
	check("Content-Type: Application/X-PKCS7-MIME; name=x\n",
	    NM_SMIME_PKCS7_MIME);
	/* a signature that lost its multipart/signed */
	check(
	    "Content-Type: application/pkcs7-signature\n", NM_SMIME_PKCS7_MIME);
	check("Content-Type: application/x-pkcs7-signature; name=smime.p7s\n",
	    NM_SMIME_PKCS7_MIME);
	check("Content-Type: application/pkcs10\n", NM_SMIME_NOT);
	check("Content-Type: application/pkcs7-mimes\n", NM_SMIME_NOT);
	check("", NM_SMIME_NOT);
}

/* What a gateway made a mere file of (RFC 8551 section 3.9). */
static void
by_file_name(void **state)
{
	static const char octets[] = "Content-Type: application/octet-stream";
	static const struct {
		const char *rest;
		enum nm_smime_type type;
	} cases[] = {
		{ "; name=smime.p7m\n", NM_SMIME_PKCS7_MIME },
		{ "; name=\"A B.P7M\"\n", NM_SMIME_PKCS7_MIME },
		{ "; name=certificates.p7c\n", NM_SMIME_PKCS7_MIME },
		{ "; name=smime.p7z\n", NM_SMIME_PKCS7_MIME },
		{ "\nContent-Disposition: attachment; filename=x.p7m\n",
		    NM_SMIME_PKCS7_MIME },
		{ "\nContent-Disposition: attachment; filename*0=x.;"
		  " filename*1=p7m\n",
		    NM_SMIME_PKCS7_MIME },
		{ "; name=smime.p7m.txt\n", NM_SMIME_NOT },
		{ "; name=p7m\n", NM_SMIME_NOT },
		{ "\n", NM_SMIME_NOT },
		{ "\nContent-Disposition: attachment\n", NM_SMIME_NOT },
	};
	char fields[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(
		    fields, sizeof(fields), "%s%s", octets, cases[i].rest);
		check(fields, cases[i].type);
	}
	/* the name counts where the type says nothing, and only there */
	check("Content-Type: text/plain; name=smime.p7m\n", NM_SMIME_NOT);
}

static void
multipart_signed(void **state)
{
	(void)state;
	check("Content-Type: multipart/signed; boundary=b;\n"
	      " protocol=\"application/pkcs7-signature\"\n",
	    NM_SMIME_MULTIPART_SIGNED);
	check("Content-Type: multipart/signed; boundary=b;\n"
	      " protocol=\"application/x-PKCS7-signature\"; micalg=sha1\n",
	    NM_SMIME_MULTIPART_SIGNED);
	/* without semicolons, as some write it */
	check("Content-Type: multipart/signed boundary=b\n"
	      " protocol=\"application/pkcs7-signature\"\n",
	    NM_SMIME_MULTIPART_SIGNED);
	check("Content-Type: multipart/signed; boundary=b;\n"
	      " protocol=\"application/pgp-signature\"\n",
	    NM_SMIME_NOT);
	check("Content-Type: multipart/signed;\n"
	      " protocol=\"application/pkcs7-signature\"\n",
	    NM_SMIME_NOT);
	check("Content-Type: multipart/mixed; boundary=b;\n"
	      " protocol=\"application/pkcs7-signature\"\n",
	    NM_SMIME_NOT);
}

static void
what_it_says(void **state)
{
	static const struct {
		const char *type;
		bool is_signed, signature;
	} cases[] = {
		{ "application/pkcs7-mime; smime-type=signed-data", true,
		    false },
		{ "application/pkcs7-mime; smime-type=Certs-Only", true,
		    false },
		{ "application/pkcs7-mime; smime-type=signed-receipt", true,
		    false },
		{ "application/pkcs7-mime; smime-type=enveloped-data", false,
		    false },
		{ "application/pkcs7-mime", false, false },
		{ "application/pkcs7-signature; name=x", true, true },
		{ "application/X-pkcs7-signature", true, true },
		{ "application/pgp-signature", false, false },
	};
	struct nm_value type;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(nm_value_parse(cases[i].type, &type), NM_OK);
		assert_int_equal(
		    nm_smime_says_signed(&type), cases[i].is_signed);
		assert_int_equal(
		    nm_smime_is_signature(&type), cases[i].signature);
		nm_value_clear(&type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pkcs7_mime),
		cmocka_unit_test(by_file_name),
		cmocka_unit_test(multipart_signed),
		cmocka_unit_test(what_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
