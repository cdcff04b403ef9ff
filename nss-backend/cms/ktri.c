/* SPDX-License-Identifier: MPL-2.0 */
#include "recipient.h"

#include <secerr.h>
#include <secport.h>

#include <string.h>

/* rsaEncryption and id-RSAES-OAEP: 1.2.840.113549.1.1.1 and .7 */
static const uint8_t oid_rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x01 };
static const uint8_t oid_oaep[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x07 };
static const uint8_t null[] = { 0x05, 0x00 };

static bool
is_oid(struct nm_bytes oid, const uint8_t *known, size_t len)
{
	return nm_bytes_equal(oid, (struct nm_bytes){ known, len });
}

/* ---- reading -------------------------------------------------------- */

enum nm_error
nm_ktri_parse(struct nm_recipients *rs, struct nm_bytes value, bool *understood,
    struct nm_fault *fault)
{
	static const struct nm_bytes known = { NULL, 0 };
	struct nm_candidate c = { 0 };
	struct nm_tlv version, id, algorithm, parameters, encrypted;
	struct nm_buffer key_id = NM_BUFFER_INIT;
	struct nm_bytes oid;
	struct nm_rid rid;
	enum nm_error err = NM_OK;

	/* the version says no more than the form of the rid does */
	*understood = nm_der_take(&value, 0x02, &version) &&
	    nm_der_next(&value, &id) && nm_rid_parse(&id, &rid, &key_id) &&
	    nm_der_take(&value, 0x30, &algorithm) &&
	    nm_algorithm_split(algorithm.value, &oid, &parameters) &&
	    nm_der_take(&value, 0x04, &encrypted) && value.len == 0;
	if (!*understood) {
		if (nm_buffer_failed(&key_id))
			err = NM_ERR_INTERNAL;
		goto out;
	}
	if (is_oid(oid, oid_rsa, sizeof(oid_rsa)))
		c.kind = NM_KEY_RSA_PKCS1;
	else if (is_oid(oid, oid_oaep, sizeof(oid_oaep)) &&
	    nm_oaep_parse(&parameters, &c.oaep))
		c.kind = NM_KEY_RSA_OAEP;
	err = nm_recipients_find(
	    rs, &rid, c.kind == NM_KEY_NONE ? oid : known, &c.cert, fault);
	if (err != NM_OK || c.cert == NULL)
		goto out;
	c.encrypted_key = encrypted.value;
	if (c.kind != NM_KEY_NONE) {
		err = nm_recipients_keep(rs, &c, fault);
	} else {
		nm_recipients_unsupported(rs, oid);
		CERT_DestroyCertificate(c.cert);
	}
out:
	nm_buffer_reset(&key_id);
	return err;
}

static bool
in_software(SECKEYPrivateKey *key)
{
	return key->pkcs11Slot != NULL && PK11_IsInternal(key->pkcs11Slot);
}

/* A key that is not as long as the cipher's is none. */
static PK11SymKey *
of_length(PK11SymKey *key, enum nm_cipher cipher)
{
	if (key != NULL &&
	    PK11_GetKeyLength(key) != nm_cipher_key_size(cipher)) {
		PK11_FreeSymKey(key);
		key = NULL;
	}
	return key;
}

/*
 * A token unwraps into an object of its own, which it would have to decrypt
 * the content with, and does not let go; so the token decrypts, and the key
 * is made from the bytes in the internal slot.
 */
PK11SymKey *
nm_ktri_unwrap_oaep(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher)
{
	CK_RSA_PKCS_OAEP_PARAMS params;
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	SECItem encrypted = nm_item(c->encrypted_key);
	uint8_t raw[NM_MAX_WRAPPED];
	size_t need = nm_cipher_key_size(cipher);
	unsigned len = 0;
	PK11SymKey *cek = NULL;

	nm_oaep_params(&c->oaep, &params);
	if (in_software(key))
		return of_length(
		    PK11_PubUnwrapSymKeyWithMechanism(key, CKM_RSA_PKCS_OAEP,
			&item, &encrypted, nm_cipher_mechanism(cipher),
			CKA_DECRYPT, 0),
		    cipher);
	if (PK11_PrivDecrypt(key, CKM_RSA_PKCS_OAEP, &item, raw, &len,
		sizeof(raw), encrypted.data, encrypted.len) == SECSuccess &&
	    len >= need)
		cek = nm_cipher_import(cipher, raw, need);
	nm_wipe(raw, sizeof(raw));
	return cek;
}

/* The bytes of `fallback` unless the token found a key. SoftHSM gives the
 * modulus' length with the key at the front, so that length passes too. */
static PK11SymKey *
token_pkcs1(const struct nm_candidate *c, SECKEYPrivateKey *key,
    enum nm_cipher cipher, const uint8_t *fallback)
{
	uint8_t raw[NM_MAX_WRAPPED] = { 0 };
	size_t need = nm_cipher_key_size(cipher);
	unsigned len = 0, good, mask;
	SECStatus rv;
	PK11SymKey *cek;

	rv = PK11_PrivDecrypt(key, CKM_RSA_PKCS, NULL, raw, &len, sizeof(raw),
	    c->encrypted_key.data, (unsigned)c->encrypted_key.len);
	good = (unsigned)(rv == SECSuccess) &
	    ((unsigned)(len == need) | (unsigned)(len == c->encrypted_key.len));
	mask = 0u - good;
	for (size_t i = 0; i < need; i++)
		raw[i] = (uint8_t)((raw[i] & mask) | (fallback[i] & ~mask));
	cek = nm_cipher_import(cipher, raw, need);
	nm_wipe(raw, sizeof(raw));
	return cek;
}

PK11SymKey *
nm_ktri_unwrap_pkcs1(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher)
{
	SECItem encrypted = nm_item(c->encrypted_key);
	uint8_t fallback[32];
	PK11SymKey *cek, *random;

	/* made before it is known whether it will be needed */
	if (PK11_GenerateRandom(fallback, (int)sizeof(fallback)) != SECSuccess)
		return NULL;
	if (!in_software(key)) {
		cek = token_pkcs1(c, key, cipher, fallback);
		nm_wipe(fallback, sizeof(fallback));
		return cek;
	}
	random = nm_cipher_import(cipher, fallback, nm_cipher_key_size(cipher));
	nm_wipe(fallback, sizeof(fallback));
	if (random == NULL)
		return NULL;
	cek = of_length(PK11_PubUnwrapSymKey(key, &encrypted,
			    nm_cipher_mechanism(cipher), CKA_DECRYPT, 0),
	    cipher);
	if (cek == NULL)
		return random;
	PK11_FreeSymKey(random);
	return cek;
}

/* ---- writing -------------------------------------------------------- */

/*
 * The parameters of OAEP: a certificate whose key is for OAEP alone may
 * prescribe them (RFC 4055 4.1). False: it prescribes some that are not
 * supported. `*oaep`: whether to use OAEP at all.
 */
static bool
choose(const struct nm_encrypt_to *to, struct nm_oaep *params, bool *oaep)
{
	const SECAlgorithmID *spki = &to->cert->subjectPublicKeyInfo.algorithm;
	struct nm_bytes at = { spki->parameters.data, spki->parameters.len };
	struct nm_bytes oid = { spki->algorithm.data, spki->algorithm.len };
	struct nm_tlv tlv;

	*oaep = to->oaep;
	params->hash = to->oaep_digest != NM_DIGEST_NONE ? to->oaep_digest
							 : NM_DIGEST_SHA256;
	params->mgf = params->hash;
	params->label = (struct nm_bytes){ NULL, 0 };
	if (!is_oid(oid, oid_oaep, sizeof(oid_oaep)))
		return params->hash != NM_DIGEST_MD5;
	*oaep = true;
	if (at.len == 0)
		return true;
	return nm_der_next(&at, &tlv) &&
	    (tlv.tag == 0x05 || nm_oaep_parse(&tlv, params));
}

static bool
wrap(SECKEYPublicKey *key, PK11SymKey *cek, bool oaep,
    const struct nm_oaep *params, SECItem *out)
{
	CK_RSA_PKCS_OAEP_PARAMS ck;
	SECItem item = { siBuffer, (unsigned char *)&ck, sizeof(ck) };

	if (!oaep)
		return PK11_PubWrapSymKey(CKM_RSA_PKCS, key, cek, out) ==
		    SECSuccess;
	nm_oaep_params(params, &ck);
	return PK11_PubWrapSymKeyWithMechanism(
		   key, CKM_RSA_PKCS_OAEP, &item, cek, out) == SECSuccess;
}

enum nm_error
nm_ktri_write(const struct nm_encrypt_to *to, SECKEYPublicKey *key,
    PK11SymKey *cek, struct nm_buffer *out, struct nm_fault *fault)
{
	uint8_t room[NM_MAX_WRAPPED];
	SECItem wrapped = { siBuffer, room, SECKEY_PublicKeyStrength(key) };
	struct nm_oaep params;
	size_t info, inner;
	bool oaep, named = true;

	if (wrapped.len > sizeof(room))
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's RSA key is longer than %d bits",
		    NM_MAX_RSA_BITS);
	if (!choose(to, &params, &oaep))
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's key is for RSA-OAEP with parameters that "
		    "are not supported");
	if (!wrap(key, cek, oaep, &params, &wrapped))
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "NSS cannot encrypt to a recipient's RSA key");
	info = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, to->by_key_id ? 2 : 0);
	if (to->by_key_id)
		named = nm_key_id_write(to->cert, 0x80, out);
	else
		nm_rid_put_issuer_serial(out, 0x30, to->cert);
	inner = nm_der_begin(out, 0x30);
	if (oaep) {
		nm_der_put(out, 0x06, oid_oaep, sizeof(oid_oaep));
		nm_oaep_write(&params, out);
	} else {
		nm_der_put(out, 0x06, oid_rsa, sizeof(oid_rsa));
		nm_buffer_append(out, null, sizeof(null));
	}
	nm_der_end(out, inner);
	nm_der_put(out, 0x04, wrapped.data, wrapped.len);
	nm_der_end(out, info);
	if (!named)
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's certificate has no subject key identifier");
	return nm_buffer_failed(out)
	    ? nm_fail(fault, NM_ERR_INTERNAL, "Out of memory")
	    : NM_OK;
}
