/* SPDX-License-Identifier: MPL-2.0 */
#include "cipher.h"

#include <cert.h>
#include <prprf.h>

#include <stdio.h>
#include <string.h>

/* id-alg-cek-hkdf-sha256 (RFC 9709 3) */
static const uint8_t oid_hkdf[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x09, 0x10, 0x03, 0x1f };

enum nm_error
nm_integrity_failure(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_INTEGRITY_FAILURE,
	    "The encrypted content was altered, or its key does not fit");
}

PK11SymKey *
nm_cipher_generate(enum nm_cipher c)
{
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	PK11SymKey *key;

	if (slot == NULL)
		return NULL;
	key = PK11_KeyGen(
	    slot, CKM_AES_KEY_GEN, NULL, (int)nm_cipher_key_size(c), NULL);
	PK11_FreeSlot(slot);
	return key;
}

PK11SymKey *
nm_cipher_import(enum nm_cipher c, const uint8_t *raw, size_t len)
{
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECItem item = nm_item((struct nm_bytes){ raw, len });
	PK11SymKey *key;

	if (slot == NULL)
		return NULL;
	key = PK11_ImportSymKey(slot, nm_cipher_mechanism(c), PK11_OriginUnwrap,
	    CKA_DECRYPT, &item, NULL);
	PK11_FreeSlot(slot);
	return key;
}

void
nm_oid_text(struct nm_bytes oid, char *out, size_t room)
{
	SECItem item = nm_item(oid);
	char *text = oid.len <= 64 ? CERT_GetOidString(&item) : NULL;
	const char *at = text;

	if (at != NULL && strncmp(at, "OID.", 4) == 0)
		at += 4;
	(void)snprintf(out, room, "%s", at != NULL ? at : "unknown");
	if (text != NULL)
		PR_smprintf_free(text);
}

bool
nm_algorithm_split(
    struct nm_bytes value, struct nm_bytes *oid, struct nm_tlv *parameters)
{
	struct nm_tlv tlv;

	memset(parameters, 0, sizeof(*parameters));
	if (!nm_der_take(&value, 0x06, &tlv) || tlv.value.len == 0)
		return false;
	*oid = tlv.value;
	return value.len == 0 ||
	    (nm_der_next(&value, parameters) && value.len == 0);
}

void
nm_algorithm_text(struct nm_bytes algorithm, char *out, size_t room)
{
	struct nm_bytes oid = { NULL, 0 };
	struct nm_tlv t, parameters;

	if (nm_der_take(&algorithm, 0x30, &t))
		(void)nm_algorithm_split(t.value, &oid, &parameters);
	nm_oid_text(oid, out, room);
}

static enum nm_error
malformed(struct nm_fault *fault)
{
	return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
	    "The parameters of the content encryption are malformed");
}

/* GCMParameters (RFC 5084 3.2) */
static enum nm_error
parse_gcm(const struct nm_tlv *parameters, struct nm_content_algorithm *a,
    struct nm_fault *fault)
{
	struct nm_bytes at = parameters->value;
	struct nm_tlv nonce, length;
	uint64_t icv_len = 12;

	if (parameters->tag != 0x30 || !nm_der_take(&at, 0x04, &nonce) ||
	    nonce.value.len == 0)
		return malformed(fault);
	if (at.len != 0 &&
	    (!nm_der_take(&at, 0x02, &length) ||
		!nm_der_uint(length.value, &icv_len) || at.len != 0))
		return malformed(fault);
	if (icv_len < NM_GCM_TAG_MIN || icv_len > NM_GCM_TAG)
		return malformed(fault);
	if (nonce.value.len > sizeof(a->iv))
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The content is encrypted with an AES-GCM nonce of more "
		    "than %u bytes",
		    NM_MAX_NONCE);
	memcpy(a->iv, nonce.value.data, nonce.value.len);
	a->iv_len = nonce.value.len;
	a->icv_len = (size_t)icv_len;
	return NM_OK;
}

enum nm_error
nm_content_algorithm_parse(struct nm_bytes der,
    struct nm_content_algorithm *out, struct nm_fault *fault)
{
	static const struct nm_bytes hkdf = { oid_hkdf, sizeof(oid_hkdf) };
	struct nm_tlv sequence, parameters;
	struct nm_bytes oid;
	size_t iv_len;
	char text[96];

	memset(out, 0, sizeof(*out));
	if (!nm_der_take(&der, 0x30, &sequence) ||
	    !nm_algorithm_split(sequence.value, &oid, &parameters))
		return malformed(fault);
	if (nm_bytes_equal(oid, hkdf)) {
		out->hkdf = true;
		if (parameters.tag != 0x30)
			return malformed(fault);
		sequence = parameters;
		if (!nm_algorithm_split(sequence.value, &oid, &parameters))
			return malformed(fault);
	}
	out->cipher = nm_cipher_by_oid(oid);
	if (out->cipher == NM_CIPHER_NONE) {
		nm_oid_text(oid, text, sizeof(text));
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The content is encrypted by an algorithm that is not "
		    "supported (%s)",
		    text);
	}
	if (!nm_der_put_minimal(&out->inner, sequence.raw))
		return malformed(fault);
	if (nm_buffer_failed(&out->inner))
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	if (nm_cipher_is_aead(out->cipher))
		return parse_gcm(&parameters, out, fault);
	iv_len = out->cipher == NM_CIPHER_3DES_CBC ? 8 : NM_CIPHER_BLOCK;
	if (parameters.tag != 0x04 || parameters.value.len != iv_len)
		return malformed(fault);
	memcpy(out->iv, parameters.value.data, iv_len);
	out->iv_len = iv_len;
	return NM_OK;
}

static bool
write_inner(struct nm_content_algorithm *a)
{
	struct nm_bytes oid = nm_cipher_oid(a->cipher);
	struct nm_buffer *out = &a->inner;
	size_t mark = nm_der_begin(out, 0x30), inner;

	nm_der_put(out, 0x06, oid.data, oid.len);
	if (nm_cipher_is_aead(a->cipher)) {
		inner = nm_der_begin(out, 0x30);
		nm_der_put(out, 0x04, a->iv, a->iv_len);
		nm_der_put_uint(out, a->icv_len); /* 16 is not the default */
		nm_der_end(out, inner);
	} else {
		nm_der_put(out, 0x04, a->iv, a->iv_len);
	}
	nm_der_end(out, mark);
	return !nm_buffer_failed(out);
}

enum nm_error
nm_content_algorithm_make(enum nm_cipher cipher, bool hkdf,
    struct nm_content_algorithm *out, struct nm_fault *fault)
{
	memset(out, 0, sizeof(*out));
	out->cipher = cipher;
	out->hkdf = hkdf;
	out->iv_len = nm_cipher_is_aead(cipher) ? 12 : NM_CIPHER_BLOCK;
	out->icv_len = nm_cipher_is_aead(cipher) ? NM_GCM_TAG : 0;
	if (!nm_cipher_may_send(cipher))
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "Content is not encrypted with %s any more",
		    nm_cipher_name(cipher));
	if (PK11_GenerateRandom(out->iv, (int)out->iv_len) != SECSuccess ||
	    !write_inner(out))
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "The content encryption could not be prepared");
	return NM_OK;
}

void
nm_content_algorithm_write(
    const struct nm_content_algorithm *a, struct nm_buffer *out)
{
	size_t mark = 0;

	if (a->hkdf) {
		mark = nm_der_begin(out, 0x30);
		nm_der_put(out, 0x06, oid_hkdf, sizeof(oid_hkdf));
	}
	nm_buffer_append(out, a->inner.data, a->inner.len);
	if (a->hkdf)
		nm_der_end(out, mark);
}

void
nm_content_algorithm_clear(struct nm_content_algorithm *a)
{
	nm_buffer_reset(&a->inner);
	memset(a, 0, sizeof(*a));
}
