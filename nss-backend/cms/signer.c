/* SPDX-License-Identifier: MPL-2.0 */
/* SignerInfo (RFC 5652 5.3), read, checked and written. */
#include <stdlib.h>
#include <string.h>

#include "rid.h"
#include "signed.h"

/* ---- reading -------------------------------------------------------- */

static bool
parse(struct nm_bytes der, struct nm_signer_info *signer)
{
	struct nm_signer *info = &signer->info;
	struct nm_tlv sequence, t;
	struct nm_bytes at;

	if (!nm_der_take(&der, 0x30, &sequence) || der.len != 0)
		return false;
	at = sequence.value;
	/* The version says what the rest shows, and is often wrong. */
	if (!nm_der_take(&at, 0x02, &t) || !nm_der_next(&at, &t) ||
	    !nm_rid_parse(&t, &info->sid, &signer->key_id) ||
	    !nm_der_take(&at, 0x30, &t))
		return false;
	info->digest_algorithm = t.raw;
	/* An algorithm that is malformed spoils this signature alone. */
	if (!nm_digest_parse(t.raw, &info->digest))
		info->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (nm_der_take(&at, 0xa0, &t))
		info->signed_attributes = t.raw;
	if (!nm_der_take(&at, 0x30, &t))
		return false;
	info->signature_algorithm = t.raw;
	if (!nm_signature_parse(t.raw, &signer->algorithm)) {
		signer->algorithm.type = NM_SIGNATURE_NONE;
		info->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	}
	if (!nm_der_take(&at, 0x04, &t))
		return false;
	info->signature = t.value;
	if (nm_der_take(&at, 0xa1, &t))
		info->unsigned_attributes = t.raw;
	return at.len == 0;
}

static bool
algorithm_unknown(const struct nm_signer_info *signer)
{
	return signer->algorithm.type == NM_SIGNATURE_NONE ||
	    signer->algorithm.unknown_digest;
}

static void
judge(struct nm_signer_info *signer, struct nm_bytes content_type)
{
	static const uint8_t id_data[] = { NM_OID_PKCS7(1) };
	const struct nm_signature_algorithm *algorithm = &signer->algorithm;
	struct nm_signer *info = &signer->info;
	struct nm_bytes set = info->signed_attributes;
	struct nm_tlv t;

	info->algorithm = algorithm->type;
	if (info->digest == NM_DIGEST_NONE || algorithm_unknown(signer))
		info->reasons |= NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	/* One digest for content and attributes (RFC 8933 3.1; RFC 4056 3
	 * for RSASSA-PSS). */
	else if (algorithm->digest != NM_DIGEST_NONE &&
	    algorithm->digest != info->digest)
		info->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (info->digest == NM_DIGEST_MD5 || algorithm->digest == NM_DIGEST_MD5)
		info->reasons |= NM_REASON_BIT(NM_REASON_WEAK_DIGEST);

	if (set.len != 0) {
		if (nm_der_next(&set, &t))
			nm_attributes_parse(t.value, info);
		if (!nm_bytes_equal(info->content_type, content_type))
			info->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	} else if (!nm_bytes_equal(content_type,
		       (struct nm_bytes){ id_data, sizeof(id_data) })) {
		/* mandatory for other content types (RFC 5652 5.3) */
		info->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	}
}

void
nm_signer_clear(struct nm_signer_info *signer)
{
	free(signer->bytes);
	signer->bytes = NULL;
	nm_buffer_reset(&signer->key_id);
}

enum nm_error
nm_signer_parse(struct nm_signer_info *signer, struct nm_bytes der,
    struct nm_bytes content_type, struct nm_fault *fault)
{
	*signer = (struct nm_signer_info){ .bytes = malloc(der.len) };
	if (signer->bytes == NULL)
		return NM_ERR_INTERNAL;
	memcpy(signer->bytes, der.data, der.len);
	der.data = signer->bytes;
	signer->info.der = der;
	if (!parse(der, signer)) {
		bool failed = nm_buffer_failed(&signer->key_id);

		nm_signer_clear(signer);
		if (failed)
			return NM_ERR_INTERNAL;
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A SignerInfo of the signature is malformed");
	}
	judge(signer, content_type);
	return NM_OK;
}

/* ---- checking ------------------------------------------------------- */

static bool
has_hash(const CERTCertificate *cert, enum nm_digest d, struct nm_bytes hash)
{
	uint8_t own[NM_DIGEST_MAX_SIZE];

	return PK11_HashBuf(nm_digest_tag(d), own, cert->derCert.data,
		   (PRInt32)cert->derCert.len) == SECSuccess &&
	    nm_bytes_equal(hash, (struct nm_bytes){ own, nm_digest_size(d) });
}

static nm_reasons
verify_over(const struct nm_signer_info *signer, CERTCertificate *cert,
    struct nm_bytes data)
{
	enum nm_digest d = signer->info.digest;
	uint8_t hash[NM_DIGEST_MAX_SIZE];

	if (PK11_HashBuf(nm_digest_tag(d), hash, data.data,
		(PRInt32)data.len) != SECSuccess)
		return NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	return nm_signature_verify(&signer->algorithm, cert, d,
	    (struct nm_bytes){ hash, nm_digest_size(d) }, data,
	    signer->info.signature);
}

/*
 * The signature is over the DER of the attributes as a SET OF (RFC 5652 5.4):
 * what came is that but for its tag, or nearly always; else it is made so.
 */
static enum nm_error
verify_attributes(const struct nm_signer_info *signer, CERTCertificate *cert,
    nm_reasons *reasons)
{
	const nm_reasons mismatch = NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	struct nm_buffer received = NM_BUFFER_INIT, der = NM_BUFFER_INIT;
	struct nm_bytes set = signer->info.signed_attributes;
	enum nm_error e = NM_OK;
	nm_reasons found;
	struct nm_tlv t;

	nm_buffer_append(&received, set.data, set.len);
	if (nm_buffer_failed(&received)) {
		e = NM_ERR_INTERNAL;
		goto out;
	}
	received.data[0] = 0x31;
	found = verify_over(signer, cert, nm_buffer_bytes(&received));
	if (found == mismatch && nm_der_next(&set, &t) &&
	    nm_attributes_der(t.value, &der) &&
	    !nm_bytes_equal(nm_buffer_bytes(&der), nm_buffer_bytes(&received)))
		found = verify_over(signer, cert, nm_buffer_bytes(&der));
	if (nm_buffer_failed(&der))
		e = NM_ERR_INTERNAL;
	*reasons |= found;
out:
	nm_buffer_reset(&received);
	nm_buffer_reset(&der);
	return e;
}

static bool
is_listed(const struct nm_signed *s, enum nm_digest d)
{
	return (s->digest_set & NM_DIGEST_BIT(d)) != 0;
}

enum nm_error
nm_signed_verify(const struct nm_signed *s, size_t i,
    const struct nm_digests *content, CERTCertificate *cert,
    nm_reasons *reasons)
{
	const struct nm_signer_info *signer = &s->signers[i];
	const struct nm_signer *info = &signer->info;
	struct nm_bytes digest = { NULL, 0 };
	bool attributes = info->signed_attributes.len != 0;

	*reasons |= info->reasons;
	if (cert == NULL)
		*reasons |= NM_REASON_BIT(NM_REASON_SIGNER_CERTIFICATE_MISSING);
	if (content != NULL)
		digest = nm_digests_value(content, info->digest);
	if (info->digest == NM_DIGEST_NONE)
		return NM_OK;
	if (digest.len == 0) {
		/* not named in digestAlgorithms (RFC 5652 5.3), not computed
		 * by the caller, or not to be had from NSS */
		*reasons |= NM_REASON_BIT(content == NULL ||
			    (s->has_content && !is_listed(s, info->digest))
			? NM_REASON_MALFORMED
			: NM_REASON_UNSUPPORTED_ALGORITHM);
		return NM_OK;
	}
	if (attributes && info->message_digest.len != 0 &&
	    !nm_bytes_equal(digest, info->message_digest))
		*reasons |= NM_REASON_BIT(NM_REASON_CONTENT_ALTERED);
	/* Somebody's signed attributes passed off as signed content: the
	 * signature would fit (RFC 5652 5.4 tells the two apart by nothing). */
	if (!attributes && nm_digests_of_attributes(content))
		*reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (!nm_signature_at_hand(signer->algorithm.type))
		*reasons |= NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	/* OpenSSL and others refuse it too (RFC 5652 5.1 permits that): what
	 * one-pass readers did not digest they cannot have checked. */
	if (!is_listed(s, info->digest))
		*reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	if (cert == NULL || algorithm_unknown(signer))
		return NM_OK;
	if (info->ess_hash.len != 0) {
		if (info->ess_digest == NM_DIGEST_NONE)
			*reasons |=
			    NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
		else if (!has_hash(cert, info->ess_digest, info->ess_hash))
			*reasons |= NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	}
	if (attributes)
		return verify_attributes(signer, cert, reasons);
	*reasons |= nm_signature_verify(&signer->algorithm, cert, info->digest,
	    digest, (struct nm_bytes){ NULL, 0 }, info->signature);
	return NM_OK;
}

/* ---- writing -------------------------------------------------------- */

enum nm_error
nm_signer_put(struct nm_buffer *out, const struct nm_sign_as *as,
    const struct nm_digests *content, struct nm_fault *fault)
{
	enum nm_digest d = nm_sign_digest(as);
	struct nm_bytes digest = nm_digests_value(content, d);
	struct nm_buffer attributes = NM_BUFFER_INIT;
	enum nm_error e;
	size_t mark;

	if (digest.len == 0)
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "The content's %s digest is not at hand",
		    nm_digest_name(d));
	nm_attributes_put(&attributes, as, digest);
	if (nm_buffer_failed(&attributes)) {
		e = NM_ERR_INTERNAL;
		goto out;
	}
	mark = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, 1); /* by issuerAndSerialNumber (5.3) */
	nm_rid_put_issuer_serial(out, 0x30, as->cert);
	nm_digest_put(out, d, false);
	nm_buffer_append(out, attributes.data, attributes.len);
	if (!nm_buffer_failed(out))
		out->data[out->len - attributes.len] = 0xa0;
	nm_signature_put(out, nm_signature_of(as), d);
	e = nm_signature_sign(as, nm_buffer_bytes(&attributes), out, fault);
	nm_der_end(out, mark);
	if (e == NM_OK && nm_buffer_failed(out))
		e = NM_ERR_INTERNAL;
out:
	nm_buffer_reset(&attributes);
	return e;
}
