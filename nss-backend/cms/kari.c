/* SPDX-License-Identifier: MPL-2.0 */
#include "recipient.h"

#include <string.h>

/* id-ecPublicKey (RFC 5480 2.1.1) */
static const uint8_t oid_ec[] = { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 };

/*
 * dhSinglePass-stdDH and -cofactorDH (RFC 5753 7.1.4): with SHA-1 under
 * x9-63-scheme, with the others under secg-scheme 11 and 14. The cofactor of
 * every curve that is supported is 1, so both are the same.
 */
static const uint8_t x963_scheme[] = { 0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f,
	0x00 };
static const uint8_t secg_scheme[] = { 0x2b, 0x81, 0x04, 0x01 };

static const struct {
	enum nm_digest kdf;
	uint8_t arc;
} secg_kdfs[] = {
	{ NM_DIGEST_SHA224, 0 },
	{ NM_DIGEST_SHA256, 1 },
	{ NM_DIGEST_SHA384, 2 },
	{ NM_DIGEST_SHA512, 3 },
};
#define SECG_KDFS (sizeof(secg_kdfs) / sizeof(secg_kdfs[0]))

/* id-aes128-wrap and so on (RFC 3565 2.3.2), id-alg-CMS3DESwrap */
static const uint8_t aes128_wrap[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
	0x01, 0x05 };
static const uint8_t aes192_wrap[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
	0x01, 0x19 };
static const uint8_t aes256_wrap[] = { 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04,
	0x01, 0x2d };
static const uint8_t des3_wrap[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x09, 0x10, 0x03, 0x06 };

static const struct {
	enum nm_wrap wrap;
	struct nm_bytes oid;
} wraps[] = {
	{ NM_WRAP_AES128, { aes128_wrap, sizeof(aes128_wrap) } },
	{ NM_WRAP_AES192, { aes192_wrap, sizeof(aes192_wrap) } },
	{ NM_WRAP_AES256, { aes256_wrap, sizeof(aes256_wrap) } },
	{ NM_WRAP_3DES, { des3_wrap, sizeof(des3_wrap) } },
};
#define WRAPS (sizeof(wraps) / sizeof(wraps[0]))

/* ---- reading -------------------------------------------------------- */

static enum nm_digest
kdf_by_oid(struct nm_bytes oid)
{
	const uint8_t *tail;

	if (oid.len == sizeof(x963_scheme) + 1 &&
	    memcmp(oid.data, x963_scheme, sizeof(x963_scheme)) == 0) {
		tail = oid.data + sizeof(x963_scheme);
		return tail[0] == 2 || tail[0] == 3 ? NM_DIGEST_SHA1
						    : NM_DIGEST_NONE;
	}
	if (oid.len != sizeof(secg_scheme) + 2 ||
	    memcmp(oid.data, secg_scheme, sizeof(secg_scheme)) != 0)
		return NM_DIGEST_NONE;
	tail = oid.data + sizeof(secg_scheme);
	for (size_t i = 0; i < SECG_KDFS; i++) {
		if ((tail[0] == 11 || tail[0] == 14) &&
		    tail[1] == secg_kdfs[i].arc)
			return secg_kdfs[i].kdf;
	}
	return NM_DIGEST_NONE;
}

/* [0] originator: only an ephemeral key inside is of use. `false`: not
 * understood at all; `*ephemeral`: whether it was one. */
static bool
parse_originator(struct nm_bytes value, struct nm_agreement *a, bool *ephemeral)
{
	struct nm_tlv key, algorithm, parameters, bits;
	struct nm_bytes oid;

	*ephemeral = nm_der_take(&value, 0xa1, &key);
	if (!*ephemeral)
		return nm_der_next(&value, &key) &&
		    (key.tag == 0x30 || key.tag == 0x80);
	if (!nm_der_take(&key.value, 0x30, &algorithm) ||
	    !nm_algorithm_split(algorithm.value, &oid, &parameters) ||
	    !nm_der_take(&key.value, 0x03, &bits) || bits.value.len < 2 ||
	    bits.value.data[0] != 0)
		return false;
	*ephemeral =
	    nm_bytes_equal(oid, (struct nm_bytes){ oid_ec, sizeof(oid_ec) });
	/* RFC 5753 7.1.2: absent, or ECParameters; NULL of old */
	if (parameters.tag != 0 && parameters.tag != 0x05)
		a->curve = parameters.raw;
	a->point.data = bits.value.data + 1;
	a->point.len = bits.value.len - 1;
	return true;
}

/* What stands in the way of an agreement with the originator's key: its curve;
 * id-ecPublicKey for a compressed point, which NSS cannot read (RFC 5480 2.2
 * leaves that to choice). Empty: nothing. */
static struct nm_bytes
unknown_point(const struct nm_agreement *a)
{
	static const struct nm_bytes any = { oid_ec, sizeof(oid_ec) };
	struct nm_bytes at = a->curve;
	struct nm_tlv curve;

	if (at.len != 0 && nm_curve_point_size(at) == 0)
		return nm_der_take(&at, 0x06, &curve) && curve.value.len != 0
		    ? curve.value
		    : any;
	if (a->point.data[0] == 0x02 || a->point.data[0] == 0x03)
		return any;
	return (struct nm_bytes){ NULL, 0 };
}

/* KeyWrapAlgorithm, the parameter of the key agreement algorithm. `*oid`: what
 * to name if it is not supported. */
static bool
parse_wrap(const struct nm_tlv *parameters, struct nm_agreement *a,
    struct nm_bytes *oid)
{
	struct nm_tlv ignored;

	if (parameters->tag != 0x30 || parameters->raw.len > 64 ||
	    !nm_algorithm_split(parameters->value, oid, &ignored))
		return false;
	a->wrap_algorithm = parameters->raw;
	for (size_t i = 0; i < WRAPS; i++) {
		if (nm_bytes_equal(*oid, wraps[i].oid))
			a->wrap = wraps[i].wrap;
	}
	return a->wrap != NM_WRAP_NONE;
}

/* KeyAgreeRecipientIdentifier; date and other of a rKeyId choose among keys
 * and UKMs that were given out before, of which there are none. */
static bool
parse_rid(struct nm_bytes *at, struct nm_rid *rid)
{
	struct nm_tlv tlv, id;

	memset(rid, 0, sizeof(*rid));
	if (nm_der_take(at, 0x30, &tlv))
		return nm_rid_parse_issuer_serial(tlv.value, rid);
	if (!nm_der_take(at, 0xa0, &tlv) || !nm_der_take(&tlv.value, 0x04, &id))
		return false;
	rid->key_id = id.value;
	return rid->key_id.len != 0;
}

/* One RecipientEncryptedKey. `unsupported`: the OID that stands in the way;
 * empty: none. */
static enum nm_error
parse_key(struct nm_recipients *rs, struct nm_bytes value,
    const struct nm_agreement *a, const struct nm_bytes *unsupported,
    struct nm_fault *fault)
{
	struct nm_candidate c = { 0 };
	struct nm_tlv encrypted;
	struct nm_rid rid;
	enum nm_error err;

	if (!parse_rid(&value, &rid) || !nm_der_take(&value, 0x04, &encrypted))
		memset(&rid, 0, sizeof(rid)); /* counted, and found by nobody */
	err = nm_recipients_find(rs, &rid, *unsupported, &c.cert, fault);
	if (err != NM_OK || c.cert == NULL)
		return err;
	if (unsupported->len != 0) {
		nm_recipients_unsupported(rs, *unsupported);
		CERT_DestroyCertificate(c.cert);
		return NM_OK;
	}
	c.kind = NM_KEY_ECDH;
	c.agreement = *a;
	c.encrypted_key = encrypted.value;
	return nm_recipients_keep(rs, &c, fault);
}

enum nm_error
nm_kari_parse(struct nm_recipients *rs, struct nm_bytes value, bool *understood,
    struct nm_fault *fault)
{
	struct nm_agreement a = { 0 };
	struct nm_tlv version, originator, field, algorithm, parameters, keys;
	struct nm_bytes oid = { NULL, 0 }, wrap = { NULL, 0 };
	enum nm_error err = NM_OK;
	bool ephemeral = false;

	*understood = nm_der_take(&value, 0x02, &version) &&
	    nm_der_take(&value, 0xa0, &originator) &&
	    parse_originator(originator.value, &a, &ephemeral);
	if (*understood && nm_der_take(&value, 0xa1, &field)) {
		a.has_ukm = true;
		*understood = nm_der_take(&field.value, 0x04, &field);
		a.ukm = field.value;
	}
	*understood = *understood && nm_der_take(&value, 0x30, &algorithm) &&
	    nm_algorithm_split(algorithm.value, &oid, &parameters) &&
	    nm_der_take(&value, 0x30, &keys) && value.len == 0;
	if (!*understood)
		return NM_OK;
	a.kdf = kdf_by_oid(oid);
	if (ephemeral && a.kdf != NM_DIGEST_NONE) {
		/* the agreement can be done; can the key be unwrapped? */
		if (parse_wrap(&parameters, &a, &wrap))
			oid = unknown_point(&a);
		else if (wrap.len != 0)
			oid = wrap;
	}
	while (err == NM_OK && nm_der_take(&keys.value, 0x30, &field))
		err = parse_key(rs, field.value, &a, &oid, fault);
	return err;
}

/* ---- writing -------------------------------------------------------- */

static void
write_kdf(enum nm_digest kdf, struct nm_buffer *out)
{
	uint8_t oid[16];
	size_t len;

	if (kdf == NM_DIGEST_SHA1) {
		len = sizeof(x963_scheme);
		memcpy(oid, x963_scheme, len);
		oid[len++] = 2;
	} else {
		len = sizeof(secg_scheme);
		memcpy(oid, secg_scheme, len);
		oid[len++] = 11;
		for (size_t i = 0; i < SECG_KDFS; i++) {
			if (secg_kdfs[i].kdf == kdf)
				oid[len] = secg_kdfs[i].arc;
		}
		len++;
	}
	nm_der_put(out, 0x06, oid, len);
}

/* The AlgorithmIdentifier of the key wrap: parameters absent (RFC 3565
 * 2.3.2), the KEK as long as the content key. */
static bool
make_wrap(enum nm_cipher cipher, struct nm_agreement *a, struct nm_buffer *out)
{
	size_t mark = nm_der_begin(out, 0x30);

	for (size_t i = 0; i < WRAPS; i++) {
		if (wraps[i].wrap == NM_WRAP_3DES ||
		    nm_wrap_key_size(wraps[i].wrap) !=
			nm_cipher_key_size(cipher))
			continue;
		a->wrap = wraps[i].wrap;
		nm_der_put(out, 0x06, wraps[i].oid.data, wraps[i].oid.len);
	}
	nm_der_end(out, mark);
	a->wrap_algorithm = nm_buffer_bytes(out);
	return a->wrap != NM_WRAP_NONE && !nm_buffer_failed(out);
}

static bool
write_rid(const struct nm_encrypt_to *to, struct nm_buffer *out)
{
	size_t mark;
	bool ok;

	if (!to->by_key_id) {
		nm_rid_put_issuer_serial(out, 0x30, to->cert);
		return true;
	}
	mark = nm_der_begin(out, 0xa0);
	ok = nm_key_id_write(to->cert, 0x04, out);
	nm_der_end(out, mark);
	return ok;
}

/* KeyAgreeRecipientInfo (RFC 5652 6.2.2). False: the certificate cannot be
 * named. */
static bool
write_info(const struct nm_encrypt_to *to, const struct nm_agreement *a,
    const struct nm_buffer *wrapped, struct nm_buffer *out)
{
	size_t info = nm_der_begin(out, 0xa1), outer, inner;
	uint8_t *bits;
	bool ok;

	nm_der_put_uint(out, 3);
	outer = nm_der_begin(out, 0xa0);
	inner = nm_der_begin(out, 0xa1);
	{
		size_t algorithm = nm_der_begin(out, 0x30);

		nm_der_put(out, 0x06, oid_ec, sizeof(oid_ec));
		nm_der_end(out, algorithm);
		algorithm = nm_der_begin(out, 0x03);
		nm_buffer_byte(out, 0);
		if ((bits = nm_buffer_extend(out, a->point.len)) != NULL)
			memcpy(bits, a->point.data, a->point.len);
		nm_der_end(out, algorithm);
	}
	nm_der_end(out, inner);
	nm_der_end(out, outer);
	if (a->has_ukm) {
		outer = nm_der_begin(out, 0xa1);
		nm_der_put(out, 0x04, a->ukm.data, a->ukm.len);
		nm_der_end(out, outer);
	}
	outer = nm_der_begin(out, 0x30);
	write_kdf(a->kdf, out);
	nm_buffer_append(out, a->wrap_algorithm.data, a->wrap_algorithm.len);
	nm_der_end(out, outer);
	outer = nm_der_begin(out, 0x30);
	inner = nm_der_begin(out, 0x30);
	ok = write_rid(to, out);
	nm_der_put(out, 0x04, wrapped->data, wrapped->len);
	nm_der_end(out, inner);
	nm_der_end(out, outer);
	nm_der_end(out, info);
	return ok;
}

enum nm_error
nm_kari_write(const struct nm_encrypt_to *to, SECKEYPublicKey *key,
    enum nm_cipher cipher, PK11SymKey *cek, struct nm_buffer *out,
    struct nm_fault *fault)
{
	struct nm_agreement a = { 0 };
	struct nm_buffer algorithm = NM_BUFFER_INIT, wrapped = NM_BUFFER_INIT;
	SECKEYPublicKey *public = NULL;
	SECKEYPrivateKey *ephemeral = NULL;
	struct nm_bytes curve = { key->u.ec.DEREncodedParams.data,
		key->u.ec.DEREncodedParams.len };
	uint8_t ukm[32];
	enum nm_error err = NM_OK;

	a.kdf = to->kdf != NM_DIGEST_NONE ? to->kdf : NM_DIGEST_SHA256;
	if (nm_curve_point_size(curve) == 0 || a.kdf == NM_DIGEST_MD5)
		return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's key is on a curve that is not supported");
	a.has_ukm = to->ukm;
	a.ukm = (struct nm_bytes){ ukm, sizeof(ukm) };
	ephemeral = SECKEY_CreateECPrivateKey(
	    &key->u.ec.DEREncodedParams, &public, NULL);
	if (ephemeral == NULL || !make_wrap(cipher, &a, &algorithm) ||
	    PK11_GenerateRandom(ukm, (int)sizeof(ukm)) != SECSuccess ||
	    !nm_agreement_wrap(&a, ephemeral, key, cek, &wrapped)) {
		err = nm_buffer_failed(&algorithm) || nm_buffer_failed(&wrapped)
		    ? nm_fail(fault, NM_ERR_INTERNAL, "Out of memory")
		    : nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
			  "NSS cannot encrypt to a recipient's EC key");
		goto out;
	}
	a.point.data = public->u.ec.publicValue.data;
	a.point.len = public->u.ec.publicValue.len;
	if (!write_info(to, &a, &wrapped, out))
		err = nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's certificate has no subject key identifier");
	else if (nm_buffer_failed(out))
		err = nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
out:
	if (ephemeral != NULL)
		SECKEY_DestroyPrivateKey(ephemeral);
	if (public != NULL)
		SECKEY_DestroyPublicKey(public);
	nm_buffer_reset(&algorithm);
	nm_buffer_reset(&wrapped);
	return err;
}
