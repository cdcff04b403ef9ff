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

static bool
structure(struct nm_bytes der)
{
	struct nm_tlv cert, tbs, e, spki;

	if (!nm_der_take(&der, 0x30, &cert) || der.len != 0 ||
	    !nm_der_well_formed(cert.value, MAX_ELEMENTS) ||
	    !nm_der_take(&cert.value, 0x30, &tbs) ||
	    !nm_der_take(&cert.value, 0x30, &e) ||
	    !nm_der_take(&cert.value, 0x03, &e) || cert.value.len != 0)
		return false;
	(void)nm_der_take(&tbs.value, 0xa0, &e); /* version */
	if (!nm_der_take(&tbs.value, 0x02, &e) || e.value.len == 0 ||
	    e.value.len > MAX_SERIAL)
		return false;
	/* signature, issuer, validity, subject */
	for (int i = 0; i < 4; i++) {
		if (!nm_der_take(&tbs.value, 0x30, &e))
			return false;
	}
	return nm_der_take(&tbs.value, 0x30, &spki) && key_sane(spki.value);
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
