/* SPDX-License-Identifier: MPL-2.0 */
#include "signature.h"

#define PKCS1(n)  0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, (n)
#define X962(...) 0x2a, 0x86, 0x48, 0xce, 0x3d, __VA_ARGS__
#define X957(n)	  0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, (n)
#define OIW(n)	  0x2b, 0x0e, 0x03, 0x02, (n)
#define NIST(n)	  0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, (n)
#define OID(...)                                                               \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}

/* What is read; what is written is the first row that fits. */
static const struct {
	struct nm_bytes oid;
	enum nm_signature type;
	enum nm_digest digest;
} algorithms[] = {
	/* rsaEncryption stands for the signature too (RFC 3370 3.2) */
	{ OID(PKCS1(1)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_NONE },
	{ OID(PKCS1(4)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_MD5 },
	{ OID(PKCS1(5)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA1 },
	{ OID(OIW(0x1d)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA1 },
	{ OID(PKCS1(14)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA224 },
	{ OID(PKCS1(11)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA256 },
	{ OID(PKCS1(12)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA384 },
	{ OID(PKCS1(13)), NM_SIGNATURE_RSA_PKCS1, NM_DIGEST_SHA512 },
	{ OID(PKCS1(10)), NM_SIGNATURE_RSA_PSS, NM_DIGEST_NONE },
	{ OID(X962(0x04, 0x01)), NM_SIGNATURE_ECDSA, NM_DIGEST_SHA1 },
	{ OID(X962(0x04, 0x03, 0x01)), NM_SIGNATURE_ECDSA, NM_DIGEST_SHA224 },
	{ OID(X962(0x04, 0x03, 0x02)), NM_SIGNATURE_ECDSA, NM_DIGEST_SHA256 },
	{ OID(X962(0x04, 0x03, 0x03)), NM_SIGNATURE_ECDSA, NM_DIGEST_SHA384 },
	{ OID(X962(0x04, 0x03, 0x04)), NM_SIGNATURE_ECDSA, NM_DIGEST_SHA512 },
	/* id-ecPublicKey is no signature algorithm, but is met as one */
	{ OID(X962(0x02, 0x01)), NM_SIGNATURE_ECDSA, NM_DIGEST_NONE },
	{ OID(X957(1)), NM_SIGNATURE_DSA, NM_DIGEST_NONE },
	{ OID(X957(3)), NM_SIGNATURE_DSA, NM_DIGEST_SHA1 },
	{ OID(OIW(0x1b)), NM_SIGNATURE_DSA, NM_DIGEST_SHA1 },
	{ OID(NIST(1)), NM_SIGNATURE_DSA, NM_DIGEST_SHA224 },
	{ OID(NIST(2)), NM_SIGNATURE_DSA, NM_DIGEST_SHA256 },
	/* PureEdDSA hashes by itself; the content's digest is SHA-512 */
	{ OID(0x2b, 0x65, 0x70), NM_SIGNATURE_ED25519, NM_DIGEST_SHA512 },
};

static const uint8_t mgf1[] = { PKCS1(8) };

#define COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

void
nm_digest_put(struct nm_buffer *out, enum nm_digest digest, bool null)
{
	struct nm_bytes oid = nm_digest_oid(digest);
	size_t mark = nm_der_begin(out, 0x30);

	nm_der_put(out, 0x06, oid.data, oid.len);
	if (null)
		nm_der_put(out, 0x05, NULL, 0);
	nm_der_end(out, mark);
}

bool
nm_digest_parse(struct nm_bytes algorithm, enum nm_digest *out)
{
	struct nm_tlv sequence, oid, null;

	*out = NM_DIGEST_NONE;
	if (!nm_der_take(&algorithm, 0x30, &sequence) || algorithm.len != 0 ||
	    !nm_der_take(&sequence.value, 0x06, &oid))
		return false;
	/* parameters absent or NULL (RFC 5754 2) */
	if (sequence.value.len != 0 &&
	    (!nm_der_take(&sequence.value, 0x05, &null) ||
		null.value.len != 0 || sequence.value.len != 0))
		return true;
	*out = nm_digest_by_oid(oid.value);
	/* some name the signature where the digest is to be; others read that
	 * too */
	for (size_t i = 0; *out == NM_DIGEST_NONE && i < COUNT; i++) {
		if (algorithms[i].type == NM_SIGNATURE_RSA_PKCS1 &&
		    nm_bytes_equal(oid.value, algorithms[i].oid))
			*out = algorithms[i].digest;
	}
	return true;
}

/* [0] to [3] of RSASSA-PSS-params: EXPLICIT, each with a default. */
static bool
take_explicit(
    struct nm_bytes *cursor, uint8_t tag, bool *present, struct nm_bytes *value)
{
	struct nm_tlv t;

	*present = cursor->len != 0 && cursor->data[0] == tag;
	if (!*present)
		return true;
	if (!nm_der_next(cursor, &t))
		return false;
	*value = t.value;
	return true;
}

static bool
parse_mgf(struct nm_bytes value, enum nm_digest *out)
{
	struct nm_tlv sequence, oid;

	if (!nm_der_take(&value, 0x30, &sequence) || value.len != 0 ||
	    !nm_der_take(&sequence.value, 0x06, &oid))
		return false;
	*out = NM_DIGEST_NONE;
	if (!nm_bytes_equal(oid.value, (struct nm_bytes){ mgf1, sizeof(mgf1) }))
		return true;
	return nm_digest_parse(sequence.value, out);
}

/* RSASSA-PSS-params (RFC 4055 3.1); all absent: the defaults. */
static bool
parse_pss(struct nm_bytes params, struct nm_signature_algorithm *a)
{
	struct nm_bytes value = { NULL, 0 };
	struct nm_tlv t;
	uint64_t trailer;
	bool present;

	a->digest = a->mgf = NM_DIGEST_SHA1;
	a->salt = 20;
	if (params.len == 0)
		return true;
	if (!nm_der_take(&params, 0x30, &t) || params.len != 0)
		return false;
	params = t.value;
	if (!take_explicit(&params, 0xa0, &present, &value) ||
	    (present && !nm_digest_parse(value, &a->digest)))
		return false;
	if (!take_explicit(&params, 0xa1, &present, &value) ||
	    (present && !parse_mgf(value, &a->mgf)))
		return false;
	if (!take_explicit(&params, 0xa2, &present, &value) ||
	    (present &&
		(!nm_der_take(&value, 0x02, &t) || value.len != 0 ||
		    !nm_der_uint(t.value, &a->salt))))
		return false;
	if (!take_explicit(&params, 0xa3, &present, &value) ||
	    (present &&
		(!nm_der_take(&value, 0x02, &t) || value.len != 0 ||
		    !nm_der_uint(t.value, &trailer) || trailer != 1)))
		return false;
	a->unknown_digest =
	    a->digest == NM_DIGEST_NONE || a->mgf == NM_DIGEST_NONE;
	return params.len == 0;
}

bool
nm_signature_parse(
    struct nm_bytes algorithm, struct nm_signature_algorithm *out)
{
	struct nm_tlv sequence, oid;

	*out = (struct nm_signature_algorithm){ .type = NM_SIGNATURE_NONE };
	if (!nm_der_take(&algorithm, 0x30, &sequence) || algorithm.len != 0 ||
	    !nm_der_take(&sequence.value, 0x06, &oid))
		return false;
	for (size_t i = 0; i < COUNT; i++) {
		if (!nm_bytes_equal(oid.value, algorithms[i].oid))
			continue;
		out->type = algorithms[i].type;
		out->digest = algorithms[i].digest;
		if (out->type == NM_SIGNATURE_RSA_PSS)
			return parse_pss(sequence.value, out);
		return true;
	}
	return true;
}

/* Written out whole, but for the trailer, which DER omits: the hash with NULL
 * (RFC 4055 2.1), MGF1 with the same hash, the salt as long as the hash. */
static void
put_pss(struct nm_buffer *out, enum nm_digest digest)
{
	size_t sequence = nm_der_begin(out, 0x30), context, mgf;

	if (digest != NM_DIGEST_SHA1) {
		context = nm_der_begin(out, 0xa0);
		nm_digest_put(out, digest, true);
		nm_der_end(out, context);
		context = nm_der_begin(out, 0xa1);
		mgf = nm_der_begin(out, 0x30);
		nm_der_put(out, 0x06, mgf1, sizeof(mgf1));
		nm_digest_put(out, digest, true);
		nm_der_end(out, mgf);
		nm_der_end(out, context);
		context = nm_der_begin(out, 0xa2);
		nm_der_put_uint(out, nm_digest_size(digest));
		nm_der_end(out, context);
	}
	nm_der_end(out, sequence);
}

void
nm_signature_put(
    struct nm_buffer *out, enum nm_signature type, enum nm_digest digest)
{
	size_t mark = nm_der_begin(out, 0x30), i;
	bool rsa =
	    type == NM_SIGNATURE_RSA_PKCS1 || type == NM_SIGNATURE_RSA_PSS;

	/* of the others' names without a digest none is one of a signature */
	for (i = 0; i < COUNT; i++) {
		if (algorithms[i].type == type &&
		    (algorithms[i].digest == digest ||
			(rsa && algorithms[i].digest == NM_DIGEST_NONE)))
			break;
	}
	if (i == COUNT) {
		out->failed = true;
		return;
	}
	nm_der_put(out, 0x06, algorithms[i].oid.data, algorithms[i].oid.len);
	if (type == NM_SIGNATURE_RSA_PKCS1)
		nm_der_put(out, 0x05, NULL, 0);
	else if (type == NM_SIGNATURE_RSA_PSS)
		put_pss(out, digest);
	nm_der_end(out, mark);
}
