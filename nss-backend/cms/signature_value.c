/* SPDX-License-Identifier: MPL-2.0 */
#include "signature.h"

#include <cryptohi.h>
#include <secerr.h>
#include <secoid.h>
#include <secport.h>

/* PKCS #11 3.0's, which older headers lack; found at run time. */
#define EDDSA	     ((CK_MECHANISM_TYPE)0x1057)
#define ED25519_SIZE 64

static const uint8_t id_ed25519[] = { 0x2b, 0x65, 0x70 };

static SECItem
item(struct nm_bytes b)
{
	SECItem i = { siBuffer, NULL, (unsigned)b.len };

	/* NSS takes what it only reads without const */
	i.data = (uint8_t *)(uintptr_t)b.data;
	return i;
}

static bool
is_ed25519(const CERTCertificate *cert)
{
	const SECItem *oid = &cert->subjectPublicKeyInfo.algorithm.algorithm;

	return nm_bytes_equal((struct nm_bytes){ oid->data, oid->len },
	    (struct nm_bytes){ id_ed25519, sizeof(id_ed25519) });
}

/* The administrator's or the system's word on a digest (crypto-policies). */
static bool
policy_allows(enum nm_digest d)
{
	PRUint32 flags = 0;

	return NSS_GetAlgorithmPolicy(nm_digest_tag(d), &flags) == SECSuccess &&
	    (flags & NSS_USE_ALG_IN_ANY_SIGNATURE) != 0;
}

/* What an id-RSASSA-PSS certificate's parameters demand of a signature's
 * (RFC 4055 3.3); of no type: nothing. False: they are malformed. */
static bool
pss_demands(
    const CERTCertificate *cert, struct nm_signature_algorithm *demanded)
{
	const SECAlgorithmID *id = &cert->subjectPublicKeyInfo.algorithm;
	struct nm_buffer der = NM_BUFFER_INIT;
	size_t mark;
	bool ok;

	*demanded =
	    (struct nm_signature_algorithm){ .type = NM_SIGNATURE_NONE };
	if (SECOID_GetAlgorithmTag(id) != SEC_OID_PKCS1_RSA_PSS_SIGNATURE ||
	    id->parameters.len == 0)
		return true;
	mark = nm_der_begin(&der, 0x30);
	nm_der_put(&der, 0x06, id->algorithm.data, id->algorithm.len);
	nm_buffer_append(&der, id->parameters.data, id->parameters.len);
	nm_der_end(&der, mark);
	ok = !nm_buffer_failed(&der) &&
	    nm_signature_parse(nm_buffer_bytes(&der), demanded);
	nm_buffer_reset(&der);
	return ok;
}

static bool
pss_permitted(
    const CERTCertificate *cert, const struct nm_signature_algorithm *a)
{
	struct nm_signature_algorithm demanded;

	return pss_demands(cert, &demanded) &&
	    (demanded.type == NM_SIGNATURE_NONE ||
		(demanded.digest == a->digest && demanded.mgf == a->mgf &&
		    demanded.salt <= a->salt));
}

/* DigestInfo (RFC 8017 9.2) */
static bool
put_digest_info(struct nm_buffer *out, enum nm_digest d, struct nm_bytes hash)
{
	size_t mark = nm_der_begin(out, 0x30);

	nm_digest_put(out, d, true);
	nm_der_put(out, 0x04, hash.data, hash.len);
	nm_der_end(out, mark);
	return !nm_buffer_failed(out);
}

/* ---- checking ------------------------------------------------------- */

static nm_reasons
judge(SECStatus rv)
{
	if (rv == SECSuccess)
		return 0;
	switch (PORT_GetError()) {
	case SEC_ERROR_SIGNATURE_ALGORITHM_DISABLED:
	case SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED:
	case SEC_ERROR_INVALID_ALGORITHM:
	case SEC_ERROR_UNSUPPORTED_KEYALG:
	case SEC_ERROR_UNSUPPORTED_ELLIPTIC_CURVE:
	case SEC_ERROR_NO_TOKEN:
	case SEC_ERROR_UNRECOGNIZED_OID:
		return NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	default:
		return NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	}
}

/*
 * NSS's policy forbids MD5, and no signature by it is ever valid. It is
 * checked all the same, since content that was altered is worse than content
 * that is badly protected: by comparison with the one encoding that there can
 * be, as NSS does for the other digests.
 */
static SECStatus
verify_md5(SECKEYPublicKey *key, struct nm_bytes digest, SECItem *signature)
{
	struct nm_buffer info = NM_BUFFER_INIT;
	SECStatus rv = SECFailure;
	SECItem encoded;

	if (put_digest_info(&info, NM_DIGEST_MD5, digest)) {
		encoded = item(nm_buffer_bytes(&info));
		rv = PK11_VerifyWithMechanism(
		    key, CKM_RSA_PKCS, NULL, signature, &encoded, NULL);
	}
	nm_buffer_reset(&info);
	return rv;
}

static SECStatus
verify_pss(const struct nm_signature_algorithm *a, SECKEYPublicKey *key,
    SECItem *digest, SECItem *signature)
{
	CK_RSA_PKCS_PSS_PARAMS params = { nm_digest_mechanism(a->digest),
		nm_digest_mgf(a->mgf), (CK_ULONG)a->salt };
	SECItem param = { siBuffer, (uint8_t *)&params, sizeof(params) };

	if (a->salt > NM_MAX_RSA_BITS / 8) {
		PORT_SetError(SEC_ERROR_BAD_SIGNATURE);
		return SECFailure;
	}
	/* PKCS #11 knows one type of RSA key */
	key->keyType = rsaKey;
	return PK11_VerifyWithMechanism(
	    key, CKM_RSA_PKCS_PSS, &param, signature, digest, NULL);
}

/* The signature's value is DER, PKCS #11's is r and s (RFC 5753 7.2). */
static SECStatus
verify_dsa(CK_MECHANISM_TYPE mechanism, SECKEYPublicKey *key, SECItem *digest,
    SECItem *signature)
{
	unsigned len = SECKEY_SignatureLen(key);
	SECItem *raw = NULL;
	SECStatus rv;

	if (len == 0 ||
	    (raw = DSAU_DecodeDerSigToLen(signature, len)) == NULL) {
		PORT_SetError(SEC_ERROR_BAD_SIGNATURE);
		return SECFailure;
	}
	/* the leftmost bits, where the digest is longer than the order */
	if (digest->len > len / 2)
		digest->len = len / 2;
	rv = PK11_VerifyWithMechanism(key, mechanism, NULL, raw, digest, NULL);
	SECITEM_FreeItem(raw, PR_TRUE);
	return rv;
}

static bool
key_fits(enum nm_signature type, const SECKEYPublicKey *key)
{
	switch (type) {
	case NM_SIGNATURE_RSA_PKCS1:
		return key->keyType == rsaKey;
	case NM_SIGNATURE_RSA_PSS:
		return key->keyType == rsaKey || key->keyType == rsaPssKey;
	case NM_SIGNATURE_ECDSA:
		return key->keyType == ecKey;
	case NM_SIGNATURE_DSA:
		return key->keyType == dsaKey;
	case NM_SIGNATURE_ED25519:
	case NM_SIGNATURE_NONE:
	case NM_SIGNATURE_COUNT:
		break;
	}
	return false;
}

bool
nm_signature_at_hand(enum nm_signature type)
{
	return type != NM_SIGNATURE_ED25519 || PK11_TokenExists(EDDSA);
}

static nm_reasons
verify_ed25519(
    CERTCertificate *cert, struct nm_bytes data, struct nm_bytes signature)
{
	SECItem message = item(data), value = item(signature);
	SECKEYPublicKey *key;
	SECStatus rv;

	if (!is_ed25519(cert) || signature.len != ED25519_SIZE)
		return NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	/* Without attributes the content itself would be signed (RFC 8419
	 * 3.2), in two passes: not while it streams. */
	if (data.len == 0 || !nm_signature_at_hand(NM_SIGNATURE_ED25519) ||
	    (key = CERT_ExtractPublicKey(cert)) == NULL)
		return NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	rv = PK11_VerifyWithMechanism(key, EDDSA, NULL, &value, &message, NULL);
	SECKEY_DestroyPublicKey(key);
	return judge(rv);
}

nm_reasons
nm_signature_verify(const struct nm_signature_algorithm *a,
    CERTCertificate *cert, enum nm_digest by, struct nm_bytes digest,
    struct nm_bytes data, struct nm_bytes signature)
{
	SECItem hash = item(digest), value = item(signature);
	SECStatus rv = SECFailure;
	SECKEYPublicKey *key;
	nm_reasons reasons;

	if (by != NM_DIGEST_MD5 && !policy_allows(by))
		return NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	if (a->type == NM_SIGNATURE_ED25519)
		return verify_ed25519(cert, data, signature);
	if ((key = CERT_ExtractPublicKey(cert)) == NULL)
		return NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	if (!key_fits(a->type, key)) {
		SECKEY_DestroyPublicKey(key);
		return NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	}
	PORT_SetError(SEC_ERROR_BAD_SIGNATURE);
	switch (a->type) {
	case NM_SIGNATURE_RSA_PKCS1:
		rv = by == NM_DIGEST_MD5
		    ? verify_md5(key, digest, &value)
		    : VFY_VerifyDigestDirect(&hash, key, &value,
			  SEC_OID_PKCS1_RSA_ENCRYPTION, nm_digest_tag(by),
			  NULL);
		break;
	case NM_SIGNATURE_RSA_PSS:
		if (pss_permitted(cert, a))
			rv = verify_pss(a, key, &hash, &value);
		break;
	case NM_SIGNATURE_ECDSA:
		rv = verify_dsa(CKM_ECDSA, key, &hash, &value);
		break;
	case NM_SIGNATURE_DSA:
		rv = verify_dsa(CKM_DSA, key, &hash, &value);
		break;
	case NM_SIGNATURE_NONE:
	case NM_SIGNATURE_ED25519:
	case NM_SIGNATURE_COUNT:
		break;
	}
	reasons = judge(rv);
	SECKEY_DestroyPublicKey(key);
	return reasons;
}

/* ---- making --------------------------------------------------------- */

enum nm_signature
nm_signature_of(const struct nm_sign_as *as)
{
	KeyType own = SECKEY_GetPrivateKeyType(as->key);

	if (is_ed25519(as->cert))
		return PK11_TokenExists(EDDSA) ? NM_SIGNATURE_ED25519
					       : NM_SIGNATURE_NONE;
	switch (CERT_GetCertKeyType(&as->cert->subjectPublicKeyInfo)) {
	case rsaPssKey:
		return own == rsaKey || own == rsaPssKey ? NM_SIGNATURE_RSA_PSS
							 : NM_SIGNATURE_NONE;
	case rsaKey:
		if (own != rsaKey)
			return NM_SIGNATURE_NONE;
		return as->pss ? NM_SIGNATURE_RSA_PSS : NM_SIGNATURE_RSA_PKCS1;
	case ecKey:
		return own == ecKey ? NM_SIGNATURE_ECDSA : NM_SIGNATURE_NONE;
	default:
		return NM_SIGNATURE_NONE;
	}
}

enum nm_digest
nm_sign_digest(const struct nm_sign_as *as)
{
	struct nm_signature_algorithm demanded;

	if (is_ed25519(as->cert))
		return NM_DIGEST_SHA512;
	return pss_demands(as->cert, &demanded) &&
		demanded.type != NM_SIGNATURE_NONE
	    ? demanded.digest
	    : as->digest;
}

static enum nm_error
refused(struct nm_fault *fault)
{
	switch (PORT_GetError()) {
	case SEC_ERROR_BAD_PASSWORD:
	case SEC_ERROR_TOKEN_NOT_LOGGED_IN:
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "The key cannot be used before it is unlocked");
	case SEC_ERROR_NO_TOKEN:
		return nm_fail(fault, NM_ERR_TOKEN_ABSENT,
		    "The token that holds the key is not there");
	case SEC_ERROR_INVALID_ALGORITHM:
	case SEC_ERROR_SIGNATURE_ALGORITHM_DISABLED:
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The key cannot sign by this algorithm");
	default:
		return nm_fail(
		    fault, NM_ERR_INTERNAL, "The key did not make a signature");
	}
}

static SECStatus
sign_rsa(SECKEYPrivateKey *key, enum nm_digest d, struct nm_bytes hash,
    SECItem *value)
{
	struct nm_buffer info = NM_BUFFER_INIT;
	SECStatus rv = SECFailure;
	SECItem in;

	if (put_digest_info(&info, d, hash)) {
		in = item(nm_buffer_bytes(&info));
		rv =
		    PK11_SignWithMechanism(key, CKM_RSA_PKCS, NULL, value, &in);
	}
	nm_buffer_reset(&info);
	return rv;
}

static SECStatus
sign_pss(SECKEYPrivateKey *key, enum nm_digest d, struct nm_bytes hash,
    SECItem *value)
{
	CK_RSA_PKCS_PSS_PARAMS params = { nm_digest_mechanism(d),
		nm_digest_mgf(d), nm_digest_size(d) };
	SECItem param = { siBuffer, (uint8_t *)&params, sizeof(params) };
	SECItem in = item(hash);

	return PK11_SignWithMechanism(
	    key, CKM_RSA_PKCS_PSS, &param, value, &in);
}

static SECStatus
sign_ecdsa(SECKEYPrivateKey *key, struct nm_bytes hash, SECItem *value,
    struct nm_buffer *out)
{
	SECItem in, der = { siBuffer, NULL, 0 };
	int len = PK11_SignatureLen(key);

	if (len > 0 && hash.len > (size_t)len / 2)
		hash.len = (size_t)len / 2;
	in = item(hash);
	if (PK11_SignWithMechanism(key, CKM_ECDSA, NULL, value, &in) !=
		SECSuccess ||
	    DSAU_EncodeDerSigWithLen(&der, value, value->len) != SECSuccess)
		return SECFailure;
	nm_der_put(out, 0x04, der.data, der.len);
	SECITEM_FreeItem(&der, PR_FALSE);
	return SECSuccess;
}

enum nm_error
nm_signature_sign(const struct nm_sign_as *as, struct nm_bytes data,
    struct nm_buffer *out, struct nm_fault *fault)
{
	enum nm_signature type = nm_signature_of(as);
	enum nm_digest d = nm_sign_digest(as);
	uint8_t hash[NM_DIGEST_MAX_SIZE], made[NM_MAX_RSA_BITS / 8];
	struct nm_bytes digest = { hash, nm_digest_size(d) };
	SECItem value = { siBuffer, made, sizeof(made) }, message = item(data);
	const struct nm_signature_algorithm pss = {
		.digest = d, .mgf = d, .salt = nm_digest_size(d)
	};
	SECStatus rv = SECFailure;

	if (PK11_HashBuf(nm_digest_tag(d), hash, data.data,
		(PRInt32)data.len) != SECSuccess)
		return NM_ERR_INTERNAL;
	switch (type) {
	case NM_SIGNATURE_RSA_PKCS1:
		rv = sign_rsa(as->key, d, digest, &value);
		break;
	case NM_SIGNATURE_RSA_PSS:
		if (!pss_permitted(as->cert, &pss))
			return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
			    "The certificate's key must not sign with this "
			    "digest");
		rv = sign_pss(as->key, d, digest, &value);
		break;
	case NM_SIGNATURE_ECDSA:
		rv = sign_ecdsa(as->key, digest, &value, out);
		return rv == SECSuccess ? NM_OK : refused(fault);
	case NM_SIGNATURE_ED25519:
		rv = PK11_SignWithMechanism(
		    as->key, EDDSA, NULL, &value, &message);
		break;
	case NM_SIGNATURE_DSA:
	case NM_SIGNATURE_NONE:
	case NM_SIGNATURE_COUNT:
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "The certificate's key is not of a kind that signs");
	}
	if (rv != SECSuccess)
		return refused(fault);
	nm_der_put(out, 0x04, value.data, value.len);
	return NM_OK;
}
