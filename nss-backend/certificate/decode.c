/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The sanity of a certificate's DER before NSS decodes it: its decoder has
 * known faults on malformed input in the versions that systems ship, and its
 * arithmetic takes numbers of any size. (RFC 5280 section 4.1.)
 */
#include "certificate/revocation.h"

#include <string.h>

#include <secerr.h>

#define MAX_CERTIFICATE (256u * 1024u)
#define MAX_SERIAL	64u /* RFC 5280 4.1.2.2: 20, and older ones longer */
#define MAX_ELEMENTS	20000u
#define MAX_NAME_PARTS	200u /* RDNs and attributes of a Name */
#define MAX_EXTENSIONS	100u
#define MAX_NAMES	1000u /* and other members of one extension */
#define MAX_POLICIES	100u

/* The exponent, as OpenSSL bounds it: a long one with a long modulus makes a
 * verification as slow as a private operation. */
#define LARGE_MODULUS 3072u
#define MAX_EXPONENT  8u    /* bytes */
#define MAX_DSA_PRIME 1280u /* bytes */

static struct nm_bytes
strip_zeros(struct nm_bytes n)
{
	while (n.len > 0 && n.data[0] == 0) {
		n.data++;
		n.len--;
	}
	return n;
}

static bool
rsa_sane(struct nm_bytes bits)
{
	struct nm_tlv seq, modulus, exponent;

	/* BIT STRING without unused bits (RFC 3279 2.3.1) */
	if (bits.len < 1 || bits.data[0] != 0)
		return false;
	bits.data++;
	bits.len--;
	if (!nm_der_take(&bits, 0x30, &seq) ||
	    !nm_der_take(&seq.value, 0x02, &modulus) ||
	    !nm_der_take(&seq.value, 0x02, &exponent) || seq.value.len != 0)
		return false;
	modulus.value = strip_zeros(modulus.value);
	exponent.value = strip_zeros(exponent.value);
	if (modulus.value.len == 0 || exponent.value.len == 0 ||
	    modulus.value.len > NM_MAX_RSA_BITS / 8 ||
	    exponent.value.len > modulus.value.len)
		return false;
	return modulus.value.len <= LARGE_MODULUS / 8 ||
	    exponent.value.len <= MAX_EXPONENT;
}

/* SubjectPublicKeyInfo ::= SEQUENCE { algorithm, subjectPublicKey } */
static bool
key_sane(struct nm_bytes spki)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01 }; /* pkcs-1: .1 rsaEncryption, .10 PSS */
	static const uint8_t dsa[] = { 0x2a, 0x86, 0x48, 0xce, 0x38, 0x04,
		0x01 };
	struct nm_tlv algorithm, oid, bits, parameters, number;

	if (!nm_der_take(&spki, 0x30, &algorithm) ||
	    !nm_der_take(&spki, 0x03, &bits) || spki.len != 0 ||
	    !nm_der_take(&algorithm.value, 0x06, &oid))
		return false;
	if (oid.value.len == sizeof(rsa) + 1 &&
	    memcmp(oid.value.data, rsa, sizeof(rsa)) == 0)
		return rsa_sane(bits.value);
	if (oid.value.len == sizeof(dsa) &&
	    memcmp(oid.value.data, dsa, sizeof(dsa)) == 0 &&
	    nm_der_take(&algorithm.value, 0x30, &parameters)) {
		while (nm_der_next(&parameters.value, &number)) {
			if (number.value.len > MAX_DSA_PRIME)
				return false;
		}
	}
	return bits.value.len <= 64u * 1024u;
}

/* Of how many elements a list is; more than that are not counted. */
static bool
is_short(struct nm_bytes list, size_t most)
{
	struct nm_tlv e;

	for (size_t count = 0; list.len != 0; count++) {
		if (count == most || !nm_der_next(&list, &e))
			return false;
	}
	return true;
}

/* Name ::= SEQUENCE OF SET OF attributes */
static bool
name_bounded(struct nm_bytes name)
{
	struct nm_tlv rdn, pair;
	size_t count = 0;

	while (name.len != 0) {
		if (count++ == MAX_NAME_PARTS || !nm_der_next(&name, &rdn))
			return false;
		while (rdn.value.len != 0) {
			if (count++ == MAX_NAME_PARTS ||
			    !nm_der_next(&rdn.value, &pair))
				return false;
		}
	}
	return true;
}

/*
 * NSS keeps what it reads in lists that it takes apart by recursion, and
 * compares each with each: some thousand names, or critical extensions, and
 * its stack is at its end; some thousand mappings, and so is patience.
 */
static bool
extensions_bounded(struct nm_bytes extensions)
{
	struct nm_extension e;
	struct nm_tlv list;

	if (!is_short(extensions, MAX_EXTENSIONS))
		return false;
	while (nm_extension_next(&extensions, &e)) {
		int number = nm_extension_number(&e);
		size_t most = number == NM_EXTENSION_POLICIES ||
			number == NM_EXTENSION_POLICY_MAPPINGS
		    ? MAX_POLICIES
		    : MAX_NAMES;

		/* NSS loses the memory of one that it cannot decode */
		if (number == NM_EXTENSION_EXTENDED_USAGE &&
		    !nm_extension_readable(&e))
			return false;
		if (nm_der_take(&e.value, 0x30, &list) &&
		    !is_short(list.value, most))
			return false;
	}
	return true;
}

static bool
structure(struct nm_bytes der)
{
	struct nm_certificate_parts parts;

	return nm_der_well_formed(der, MAX_ELEMENTS) &&
	    nm_certificate_divide(der, &parts) && parts.serial.len != 0 &&
	    parts.serial.len <= MAX_SERIAL && key_sane(parts.spki) &&
	    name_bounded(parts.issuer) && name_bounded(parts.subject) &&
	    extensions_bounded(parts.extensions);
}

bool
nm_certificate_sane(struct nm_bytes der, struct nm_fault *fault)
{
	if (der.len > MAX_CERTIFICATE) {
		(void)nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A certificate is larger than %u bytes", MAX_CERTIFICATE);
		return false;
	}
	if (!structure(der)) {
		(void)nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A certificate is malformed");
		return false;
	}
	return true;
}

CERTCertificate *
nm_certificate_decode(const uint8_t *der, size_t len, struct nm_fault *fault)
{
	struct nm_bytes bytes = { der, len };
	SECItem item = nm_item(bytes, siDERCertBuffer);
	CERTCertificate *cert;

	if (!nm_certificate_sane(bytes, fault))
		return NULL;
	cert = CERT_NewTempCertificate(
	    CERT_GetDefaultCertDB(), &item, NULL, PR_FALSE, PR_TRUE);
	if (cert == NULL) {
		(void)nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A certificate cannot be read (%s)", nm_nss_reason());
		return NULL;
	}
	/* the same bytes may have been known: their database's instance */
	return cert;
}

/* NSS exports it under this name alone, since 3.2; its header has the other. */
extern CERTCertificate *__CERT_DecodeDERCertificate(
    SECItem *der, PRBool copy, char *nickname);

CERTCertificate *
nm_certificate_decode_apart(const uint8_t *der, size_t len)
{
	struct nm_bytes bytes = { der, len };
	SECItem item = nm_item(bytes, siDERCertBuffer);

	return nm_certificate_sane(bytes, NULL)
	    ? __CERT_DecodeDERCertificate(&item, PR_TRUE, NULL)
	    : NULL;
}
