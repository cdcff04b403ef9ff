/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/facts.h"

#include <string.h>

#include <prerror.h>
#include <secerr.h>
#include <secitem.h>
#include <secoid.h>

const char *
nm_nss_reason(void)
{
	const char *name = PR_ErrorToName(PR_GetError());

	return name != NULL ? name : "no error code";
}

bool
nm_certificate_same(const CERTCertificate *a, const CERTCertificate *b)
{
	return a == b || SECITEM_ItemsAreEqual(&a->derCert, &b->derCert);
}

bool
nm_certificate_self_issued(const CERTCertificate *cert)
{
	return SECITEM_ItemsAreEqual(&cert->derSubject, &cert->derIssuer);
}

bool
nm_certificate_validity(
    const CERTCertificate *cert, int64_t *from, int64_t *until)
{
	PRTime not_before, not_after;

	*from = *until = 0;
	if (CERT_GetCertTimes(cert, &not_before, &not_after) != SECSuccess)
		return false;
	*from = not_before / PR_USEC_PER_SEC;
	*until = not_after / PR_USEC_PER_SEC;
	return true;
}

unsigned
nm_certificate_eku(const CERTCertificate *cert)
{
	SECItem item = { siBuffer, NULL, 0 };
	CERTOidSequence *oids;
	unsigned eku = 0;

	if (CERT_FindCertExtension(cert, SEC_OID_X509_EXT_KEY_USAGE, &item) !=
	    SECSuccess) {
		return PR_GetError() == SEC_ERROR_EXTENSION_NOT_FOUND
		    ? NM_EKU_ABSENT
		    : 0;
	}
	oids = CERT_DecodeOidSequence(&item);
	for (SECItem **oid = oids != NULL ? oids->oids : NULL;
	     oid != NULL && *oid != NULL; oid++) {
		switch (SECOID_FindOIDTag(*oid)) {
		case SEC_OID_EXT_KEY_USAGE_EMAIL_PROTECT:
			eku |= NM_EKU_EMAIL;
			break;
		case SEC_OID_X509_ANY_EXT_KEY_USAGE:
			eku |= NM_EKU_ANY;
			break;
		case SEC_OID_OCSP_RESPONDER:
			eku |= NM_EKU_OCSP;
			break;
		default:
			break;
		}
	}
	if (oids != NULL)
		CERT_DestroyOidSequence(oids);
	SECITEM_FreeItem(&item, PR_FALSE);
	return eku;
}

/* RFC 5480 section 2.1.1: the named curves that we work with. */
static const char *
curve_name(const SECItem *parameters, bool *known)
{
	SECItem oid;

	*known = false;
	if (parameters->len < 3 || parameters->data[0] != SEC_ASN1_OBJECT_ID ||
	    parameters->data[1] != parameters->len - 2)
		return "unknown";
	oid = (SECItem){ siDEROID, parameters->data + 2, parameters->len - 2 };
	switch (SECOID_FindOIDTag(&oid)) {
	case SEC_OID_SECG_EC_SECP256R1:
		*known = true;
		return "P-256";
	case SEC_OID_SECG_EC_SECP384R1:
		*known = true;
		return "P-384";
	case SEC_OID_SECG_EC_SECP521R1:
		*known = true;
		return "P-521";
	case SEC_OID_SECG_EC_SECP192R1:
		return "P-192";
	case SEC_OID_SECG_EC_SECP224R1:
		return "P-224";
	case SEC_OID_SECG_EC_SECP256K1:
		return "secp256k1";
	default:
		return "unknown";
	}
}

static bool
is_ed25519(const CERTSubjectPublicKeyInfo *spki)
{
	static const uint8_t oid[] = { 0x2b, 0x65, 0x70 }; /* RFC 8410 */
	const SECItem *algorithm = &spki->algorithm.algorithm;

	return algorithm->len == sizeof(oid) &&
	    memcmp(algorithm->data, oid, sizeof(oid)) == 0;
}

/* An even modulus is no product of odd primes; an even exponent has no
 * inverse, and the inverse of 1 is known to everybody. */
static bool
is_trivial(const SECKEYPublicKey *key)
{
	const SECItem *n = &key->u.rsa.modulus, *e = &key->u.rsa.publicExponent;
	bool one = true;

	if (key->keyType != rsaKey && key->keyType != rsaPssKey)
		return false;
	if (n->len == 0 || e->len == 0)
		return true;
	for (unsigned i = 0; i < e->len; i++)
		one = one && e->data[i] == (i + 1 == e->len);
	return one || (e->data[e->len - 1] & 1) == 0 ||
	    (n->data[n->len - 1] & 1) == 0;
}

void
nm_certificate_key_facts(CERTCertificate *cert, struct nm_key_facts *out)
{
	CERTSubjectPublicKeyInfo *spki = &cert->subjectPublicKeyInfo;
	SECKEYPublicKey *key = NULL;

	*out = (struct nm_key_facts){ .type = "unknown" };
	switch (CERT_GetCertKeyType(spki)) {
	case rsaKey:
		out->type = "rsa";
		out->can_sign = out->can_encrypt = out->known = true;
		break;
	case rsaPssKey:
		out->type = "rsa-pss";
		out->can_sign = out->known = true;
		break;
	case dsaKey:
		out->type = "dsa";
		out->can_sign = out->known = true;
		break;
	case ecKey:
		out->type = "ec";
		out->curve =
		    curve_name(&spki->algorithm.parameters, &out->known);
		out->can_sign = out->can_encrypt = out->known;
		return;
	default:
		if (is_ed25519(spki)) {
			/* known only where NSS has it: CKM_EDDSA */
			out->type = "ed25519";
			out->can_sign = out->known = PK11_TokenExists(0x1057);
		}
		return;
	}
	if ((key = CERT_ExtractPublicKey(cert)) != NULL) {
		out->bits = SECKEY_PublicKeyStrengthInBits(key);
		out->trivial = is_trivial(key);
		SECKEY_DestroyPublicKey(key);
	}
}

/* What the extensions permit, whatever the key can do. */
bool
nm_certificate_permits(CERTCertificate *cert, enum nm_purpose purpose)
{
	unsigned ku = cert->rawKeyUsage; /* all bits where it is absent */
	struct nm_key_facts key;

	/* RFC 8550 4.4.4: emailProtection, anyExtendedKeyUsage or neither */
	if ((nm_certificate_eku(cert) & ~NM_EKU_OCSP) == 0)
		return false;
	if (purpose == NM_PURPOSE_SIGN)
		return (ku & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
	nm_certificate_key_facts(cert, &key);
	if (!key.known)
		return (ku & (KU_KEY_AGREEMENT | KU_KEY_ENCIPHERMENT)) != 0;
	return (ku &
		   (key.curve != NULL ? KU_KEY_AGREEMENT
				      : KU_KEY_ENCIPHERMENT)) != 0;
}

unsigned
nm_certificate_usages(CERTCertificate *cert)
{
	struct nm_key_facts key;
	unsigned usages = 0;

	nm_certificate_key_facts(cert, &key);
	if (CERT_IsCACert(cert, NULL))
		usages |= NM_USAGE_AUTHORITY;
	if (key.can_sign && nm_certificate_permits(cert, NM_PURPOSE_SIGN))
		usages |= NM_USAGE_SIGN;
	if (key.can_encrypt && nm_certificate_permits(cert, NM_PURPOSE_ENCRYPT))
		usages |= NM_USAGE_ENCRYPT;
	return usages;
}

/* RSASSA-PSS-params (RFC 4055 3.1): hashAlgorithm [0], DEFAULT sha1. */
static SECOidTag
pss_digest(const SECItem *parameters)
{
	struct nm_bytes cursor = { parameters->data, parameters->len };
	struct nm_tlv seq, explicit0, algorithm, oid;
	SECItem item;

	if (!nm_der_take(&cursor, 0x30, &seq))
		return SEC_OID_SHA1;
	if (!nm_der_take(&seq.value, 0xa0, &explicit0))
		return SEC_OID_SHA1;
	if (!nm_der_take(&explicit0.value, 0x30, &algorithm) ||
	    !nm_der_take(&algorithm.value, 0x06, &oid))
		return SEC_OID_UNKNOWN;
	item.type = siDEROID;
	/* NSS only reads it, through a type that is not const */
	memcpy(&item.data, &oid.value.data, sizeof(item.data));
	item.len = (unsigned)oid.value.len;
	return SECOID_FindOIDTag(&item);
}

SECOidTag
nm_certificate_signature_digest(const CERTCertificate *cert)
{
	switch (SECOID_GetAlgorithmTag(&cert->signature)) {
	case SEC_OID_PKCS1_MD2_WITH_RSA_ENCRYPTION:
		return SEC_OID_MD2;
	case SEC_OID_PKCS1_MD4_WITH_RSA_ENCRYPTION:
		return SEC_OID_MD4;
	case SEC_OID_PKCS1_MD5_WITH_RSA_ENCRYPTION:
		return SEC_OID_MD5;
	case SEC_OID_PKCS1_SHA1_WITH_RSA_ENCRYPTION:
	case SEC_OID_ISO_SHA_WITH_RSA_SIGNATURE:
	case SEC_OID_ISO_SHA1_WITH_RSA_SIGNATURE:
	case SEC_OID_ANSIX9_DSA_SIGNATURE_WITH_SHA1_DIGEST:
	case SEC_OID_BOGUS_DSA_SIGNATURE_WITH_SHA1_DIGEST:
	case SEC_OID_ANSIX962_ECDSA_SHA1_SIGNATURE:
		return SEC_OID_SHA1;
	case SEC_OID_PKCS1_SHA224_WITH_RSA_ENCRYPTION:
	case SEC_OID_ANSIX962_ECDSA_SHA224_SIGNATURE:
		return SEC_OID_SHA224;
	case SEC_OID_PKCS1_SHA256_WITH_RSA_ENCRYPTION:
	case SEC_OID_ANSIX962_ECDSA_SHA256_SIGNATURE:
		return SEC_OID_SHA256;
	case SEC_OID_PKCS1_SHA384_WITH_RSA_ENCRYPTION:
	case SEC_OID_ANSIX962_ECDSA_SHA384_SIGNATURE:
		return SEC_OID_SHA384;
	case SEC_OID_PKCS1_SHA512_WITH_RSA_ENCRYPTION:
	case SEC_OID_ANSIX962_ECDSA_SHA512_SIGNATURE:
		return SEC_OID_SHA512;
	case SEC_OID_PKCS1_RSA_PSS_SIGNATURE:
		return pss_digest(&cert->signature.parameters);
	default:
		return SEC_OID_UNKNOWN;
	}
}
