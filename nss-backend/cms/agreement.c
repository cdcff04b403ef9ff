/* SPDX-License-Identifier: MPL-2.0 */
/* From an ECDH agreement to the content key (RFC 5753 3.1, SEC 1 3.6.1). */
#include "recipient.h"

#include <pkcs11.h>
#include <secmod.h>
#include <secmodt.h>
#include <secport.h>

#include <string.h>

/* namedCurve, DER (RFC 5480 2.1.1.1) */
static const uint8_t p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
	0x01, 0x07 };
static const uint8_t p384[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22 };
static const uint8_t p521[] = { 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23 };

static const struct {
	struct nm_bytes curve;
	size_t field; /* bytes of a coordinate */
} curves[] = {
	{ { p256, sizeof(p256) }, 32 },
	{ { p384, sizeof(p384) }, 48 },
	{ { p521, sizeof(p521) }, 66 },
};

size_t
nm_curve_point_size(struct nm_bytes curve)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (nm_bytes_equal(curve, curves[i].curve))
			return 1 + 2 * curves[i].field;
	}
	return 0;
}

size_t
nm_wrap_key_size(enum nm_wrap wrap)
{
	static const size_t sizes[] = { [NM_WRAP_AES128] = 16,
		[NM_WRAP_AES192] = 24,
		[NM_WRAP_AES256] = 32,
		[NM_WRAP_3DES] = 24 };

	return sizes[wrap];
}

/*
 * NSS's numbers of X9.63 with a hash. The cofactor variants need none of
 * their own: the cofactor of these curves is 1.
 */
static CK_ULONG
kdf_number(enum nm_digest d)
{
	switch (d) {
	case NM_DIGEST_SHA1:
		return CKD_SHA1_KDF;
	case NM_DIGEST_SHA224:
		return CKD_SHA224_KDF;
	case NM_DIGEST_SHA256:
		return CKD_SHA256_KDF;
	case NM_DIGEST_SHA384:
		return CKD_SHA384_KDF;
	default:
		return CKD_SHA512_KDF;
	}
}

/* ECC-CMS-SharedInfo, in DER (RFC 5753 7.2). The AlgorithmIdentifier goes in
 * as it came but for its lengths: senders differ in its parameters. */
static bool
shared_info(const struct nm_agreement *a, struct nm_buffer *out)
{
	size_t bits = nm_wrap_key_size(a->wrap) * 8;
	uint8_t be[4] = { 0, 0, (uint8_t)(bits >> 8), (uint8_t)(bits & 0xff) };
	size_t sequence = nm_der_begin(out, 0x30), field;

	if (!nm_der_put_minimal(out, a->wrap_algorithm))
		return false;
	if (a->has_ukm) {
		field = nm_der_begin(out, 0xa0);
		nm_der_put(out, 0x04, a->ukm.data, a->ukm.len);
		nm_der_end(out, field);
	}
	field = nm_der_begin(out, 0xa2);
	nm_der_put(out, 0x04, be, sizeof(be));
	nm_der_end(out, field);
	nm_der_end(out, sequence);
	return !nm_buffer_failed(out);
}

bool
nm_x963(enum nm_digest kdf, struct nm_bytes secret, struct nm_bytes info,
    uint8_t *out, size_t len)
{
	PK11Context *context = PK11_CreateDigestContext(nm_digest_tag(kdf));
	uint8_t digest[NM_DIGEST_MAX_SIZE], counter[4] = { 0 };
	unsigned got = 0;
	bool ok = context != NULL;
	size_t n;

	for (uint8_t i = 1; ok && len != 0; i++) {
		counter[3] = i;
		ok = PK11_DigestBegin(context) == SECSuccess &&
		    PK11_DigestOp(context, secret.data, (unsigned)secret.len) ==
			SECSuccess &&
		    PK11_DigestOp(context, counter, sizeof(counter)) ==
			SECSuccess &&
		    PK11_DigestOp(context, info.data, (unsigned)info.len) ==
			SECSuccess &&
		    PK11_DigestFinal(context, digest, &got, sizeof(digest)) ==
			SECSuccess &&
		    got != 0;
		n = len < got ? len : got;
		if (ok)
			memcpy(out, digest, n);
		out += n;
		len -= n;
	}
	nm_wipe(digest, sizeof(digest));
	if (context != NULL)
		PK11_DestroyContext(context, PR_TRUE);
	return ok;
}

static CK_MECHANISM_TYPE
kek_mechanism(enum nm_wrap wrap)
{
	return wrap == NM_WRAP_3DES ? CKM_DES3_CBC : CKM_AES_KEY_WRAP;
}

/* `sender`: the private key is the ephemeral one, and the KEK wraps. */
static PK11SymKey *
derive_in_software(SECKEYPrivateKey *key, SECKEYPublicKey *peer,
    const struct nm_agreement *a, bool sender, struct nm_bytes info)
{
	SECItem shared = nm_item(info);
	CK_ATTRIBUTE_TYPE operation = sender ? CKA_WRAP : CKA_UNWRAP;

	if (a->wrap == NM_WRAP_3DES)
		operation = CKA_DECRYPT;
	return PK11_PubDeriveWithKDF(key, peer, sender, NULL, NULL,
	    CKM_ECDH1_DERIVE, kek_mechanism(a->wrap), operation,
	    (int)nm_wrap_key_size(a->wrap), kdf_number(a->kdf), &shared,
	    key->wincx);
}

/* The agreed secret, read out of the token: its key-derivation functions are
 * rarely there, and NSS's own way around that cannot extract it. */
static bool
token_secret(
    SECKEYPrivateKey *key, struct nm_bytes point, uint8_t *secret, size_t len)
{
	CK_FUNCTION_LIST_PTR f =
	    (CK_FUNCTION_LIST_PTR)PK11_GetModule(key->pkcs11Slot)->functionList;
	CK_ECDH1_DERIVE_PARAMS params = { CKD_NULL, 0, NULL, point.len,
		nm_item(point).data };
	CK_MECHANISM mechanism = { CKM_ECDH1_DERIVE, &params, sizeof(params) };
	CK_OBJECT_CLASS class = CKO_SECRET_KEY;
	CK_KEY_TYPE type = CKK_GENERIC_SECRET;
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_ULONG value_len = len;
	CK_ATTRIBUTE template[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_KEY_TYPE, &type, sizeof(type) },
		{ CKA_TOKEN, &no, sizeof(no) },
		{ CKA_SENSITIVE, &no, sizeof(no) },
		{ CKA_EXTRACTABLE, &yes, sizeof(yes) },
		{ CKA_VALUE_LEN, &value_len, sizeof(value_len) } };
	CK_ATTRIBUTE value = { CKA_VALUE, secret, len };
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE object;
	CK_RV rv;

	if (f->C_OpenSession(PK11_GetSlotID(key->pkcs11Slot),
		CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK)
		return false;
	rv = f->C_DeriveKey(session, &mechanism, key->pkcs11ID, template,
	    sizeof(template) / sizeof(template[0]), &object);
	if (rv == CKR_OK) {
		rv = f->C_GetAttributeValue(session, object, &value, 1);
		(void)f->C_DestroyObject(session, object);
	}
	(void)f->C_CloseSession(session);
	return rv == CKR_OK && value.ulValueLen == len;
}

static PK11SymKey *
derive_on_token(
    SECKEYPrivateKey *key, const struct nm_agreement *a, struct nm_bytes info)
{
	uint8_t secret[66], kek[32];
	struct nm_bytes agreed = { secret, (a->point.len - 1) / 2 };
	SECItem raw =
	    nm_item((struct nm_bytes){ kek, nm_wrap_key_size(a->wrap) });
	struct nm_buffer octets = NM_BUFFER_INIT;
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	PK11SymKey *result = NULL;
	bool ok;

	/* some tokens want the point as PKCS #11 had it before 2.30: in an
	 * OCTET STRING */
	nm_der_put(&octets, 0x04, a->point.data, a->point.len);
	ok = slot != NULL && !nm_buffer_failed(&octets) &&
	    (token_secret(key, a->point, secret, agreed.len) ||
		token_secret(
		    key, nm_buffer_bytes(&octets), secret, agreed.len)) &&
	    nm_x963(a->kdf, agreed, info, kek, raw.len);
	if (ok)
		result = PK11_ImportSymKey(slot, kek_mechanism(a->wrap),
		    PK11_OriginDerive,
		    a->wrap == NM_WRAP_3DES ? CKA_DECRYPT : CKA_UNWRAP, &raw,
		    NULL);
	nm_wipe(secret, sizeof(secret));
	nm_wipe(kek, sizeof(kek));
	nm_buffer_reset(&octets);
	if (slot != NULL)
		PK11_FreeSlot(slot);
	return result;
}

/* A Triple-DES key unwrapped as RFC 3217 3.2 does, with NSS's 3DES-CBC. */
static PK11SymKey *
unwrap_3des(PK11SymKey *kek, struct nm_bytes wrapped, enum nm_cipher cipher)
{
	uint8_t iv[8] = { 0x4a, 0xdd, 0xa2, 0x2c, 0x79, 0xe8, 0x21, 0x05 };
	SECItem item = { siBuffer, iv, sizeof(iv) };
	uint8_t first[40], reversed[40], key[32], digest[NM_DIGEST_MAX_SIZE];
	PK11SymKey *cek = NULL;
	unsigned n = 0;

	if (wrapped.len != sizeof(first) || nm_cipher_key_size(cipher) != 24 ||
	    PK11_Decrypt(kek, CKM_DES3_CBC, &item, first, &n, sizeof(first),
		wrapped.data, (unsigned)wrapped.len) != SECSuccess ||
	    n != sizeof(first))
		return NULL;
	for (size_t i = 0; i < sizeof(first); i++)
		reversed[i] = first[sizeof(first) - 1 - i];
	memcpy(iv, reversed, sizeof(iv));
	if (PK11_Decrypt(kek, CKM_DES3_CBC, &item, key, &n, sizeof(key),
		reversed + 8, 32) == SECSuccess &&
	    n == sizeof(key) &&
	    PK11_HashBuf(SEC_OID_SHA1, digest, key, 24) == SECSuccess &&
	    NSS_SecureMemcmp(digest, key + 24, 8) == 0)
		cek = nm_cipher_import(cipher, key, 24);
	nm_wipe(first, sizeof(first));
	nm_wipe(reversed, sizeof(reversed));
	nm_wipe(key, sizeof(key));
	return cek;
}

/* The originator's point as a public key on our own curve. */
static SECKEYPublicKey *
peer_key(struct nm_bytes point, const SECItem *curve)
{
	PLArenaPool *arena = PORT_NewArena(1024);
	SECItem value = nm_item(point);
	SECKEYPublicKey *peer = NULL;

	if (arena != NULL)
		peer = PORT_ArenaZAlloc(arena, sizeof(*peer));
	if (peer == NULL)
		goto fail;
	peer->arena = arena;
	peer->keyType = ecKey;
	peer->pkcs11ID = CK_INVALID_HANDLE;
	if (SECITEM_CopyItem(arena, &peer->u.ec.publicValue, &value) !=
		SECSuccess ||
	    SECITEM_CopyItem(arena, &peer->u.ec.DEREncodedParams, curve) !=
		SECSuccess)
		goto fail;
	return peer;
fail:
	if (arena != NULL)
		PORT_FreeArena(arena, PR_FALSE);
	return NULL;
}

/* The point must be of our curve, uncompressed (hybrid ones must not be
 * accepted, compressed ones NSS cannot read: RFC 5753 7.2). */
static bool
fits(const struct nm_agreement *a, SECKEYPublicKey *own)
{
	struct nm_bytes curve;

	if (own == NULL || own->keyType != ecKey)
		return false;
	curve.data = own->u.ec.DEREncodedParams.data;
	curve.len = own->u.ec.DEREncodedParams.len;
	if (a->curve.len != 0 && !nm_bytes_equal(a->curve, curve))
		return false;
	return a->point.len != 0 && a->point.data[0] == 0x04 &&
	    a->point.len == nm_curve_point_size(curve);
}

PK11SymKey *
nm_agreement_unwrap(
    const struct nm_candidate *c, SECKEYPrivateKey *key, enum nm_cipher cipher)
{
	const struct nm_agreement *a = &c->agreement;
	SECItem wrapped = nm_item(c->encrypted_key);
	SECKEYPublicKey *own = CERT_ExtractPublicKey(c->cert), *peer = NULL;
	struct nm_buffer info = NM_BUFFER_INIT;
	PK11SymKey *kek = NULL, *cek = NULL;

	if (!fits(a, own) || !shared_info(a, &info))
		goto out;
	if (key->pkcs11Slot == NULL || PK11_IsInternal(key->pkcs11Slot)) {
		peer = peer_key(a->point, &own->u.ec.DEREncodedParams);
		if (peer != NULL)
			kek = derive_in_software(
			    key, peer, a, false, nm_buffer_bytes(&info));
	} else {
		kek = derive_on_token(key, a, nm_buffer_bytes(&info));
	}
	if (kek == NULL)
		goto out;
	if (a->wrap == NM_WRAP_3DES)
		cek = unwrap_3des(kek, c->encrypted_key, cipher);
	else if (wrapped.len == nm_cipher_key_size(cipher) + 8)
		cek = PK11_UnwrapSymKey(kek, CKM_AES_KEY_WRAP, NULL, &wrapped,
		    nm_cipher_mechanism(cipher), CKA_DECRYPT, 0);
out:
	if (kek != NULL)
		PK11_FreeSymKey(kek);
	if (peer != NULL)
		SECKEY_DestroyPublicKey(peer);
	if (own != NULL)
		SECKEY_DestroyPublicKey(own);
	nm_buffer_reset(&info);
	return cek;
}

bool
nm_agreement_wrap(const struct nm_agreement *a, SECKEYPrivateKey *ephemeral,
    SECKEYPublicKey *key, PK11SymKey *cek, struct nm_buffer *out)
{
	struct nm_buffer info = NM_BUFFER_INIT;
	PK11SymKey *kek = NULL;
	uint8_t room[64];
	SECItem wrapped = { siBuffer, room, sizeof(room) };
	bool ok = false;

	if (shared_info(a, &info))
		kek = derive_in_software(
		    ephemeral, key, a, true, nm_buffer_bytes(&info));
	if (kek != NULL) {
		ok = PK11_WrapSymKey(CKM_AES_KEY_WRAP, NULL, kek, cek,
			 &wrapped) == SECSuccess;
		PK11_FreeSymKey(kek);
	}
	if (ok)
		nm_buffer_append(out, wrapped.data, wrapped.len);
	if (nm_buffer_failed(&info))
		out->failed = true;
	nm_buffer_reset(&info);
	return ok && !nm_buffer_failed(out);
}
