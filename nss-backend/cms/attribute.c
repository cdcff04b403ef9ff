/* SPDX-License-Identifier: MPL-2.0 */
/* Signed attributes (RFC 5652 11, 8551 2.5, 5035), read and written. */
#include <string.h>
#include <time.h>

#include <secder.h>
#include <secport.h>

#include "cipher.h"
#include "rid.h"
#include "set.h"
#include "signed.h"

enum kind {
	CONTENT_TYPE,
	MESSAGE_DIGEST,
	SIGNING_TIME,
	CAPABILITIES,
	ENCRYPTION_KEY,
	SIGNING_CERTIFICATE,
	SIGNING_CERTIFICATE_V2,
	ALGORITHM_PROTECTION,
	KINDS
};

#define OID(...)                                                               \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}

static const struct nm_bytes oids[KINDS] = {
	[CONTENT_TYPE] = OID(NM_OID_PKCS9(3)),
	[MESSAGE_DIGEST] = OID(NM_OID_PKCS9(4)),
	[SIGNING_TIME] = OID(NM_OID_PKCS9(5)),
	[CAPABILITIES] = OID(NM_OID_PKCS9(15)),
	[ENCRYPTION_KEY] = OID(NM_OID_SMIME(2, 11)),
	[SIGNING_CERTIFICATE] = OID(NM_OID_SMIME(2, 12)),
	[SIGNING_CERTIFICATE_V2] = OID(NM_OID_SMIME(2, 47)),
	[ALGORITHM_PROTECTION] = OID(NM_OID_PKCS9(52)),
};

static const uint8_t id_data[] = { NM_OID_PKCS7(1) };

/* ---- reading -------------------------------------------------------- */

/* UTCTime or GeneralizedTime. */
static bool
parse_time(const struct nm_tlv *t, int64_t *seconds)
{
	SECItem item = { t->tag == 0x17 ? siUTCTime : siGeneralizedTime, NULL,
		(unsigned)t->value.len };
	PRTime us;

	if ((t->tag != 0x17 && t->tag != 0x18) || t->value.len > 32)
		return false;
	item.data = (uint8_t *)(uintptr_t)t->value.data;
	if (DER_DecodeTimeChoice(&us, &item) != SECSuccess)
		return false;
	*seconds = us / PR_USEC_PER_SEC - (us % PR_USEC_PER_SEC < 0);
	return true;
}

/*
 * SigningCertificate and SigningCertificateV2: the first ESSCertID is the
 * signer's. Only its hash counts: it binds issuer and serial number too.
 */
static bool
parse_signing_certificate(
    struct nm_bytes value, bool v2, struct nm_signer *signer)
{
	struct nm_tlv t, certs, id, hash;

	if (!nm_der_take(&value, 0x30, &t) || value.len != 0 ||
	    !nm_der_take(&t.value, 0x30, &certs) ||
	    !nm_der_take(&certs.value, 0x30, &id))
		return false;
	signer->ess_digest = v2 ? NM_DIGEST_SHA256 : NM_DIGEST_SHA1;
	if (v2 && nm_der_take(&id.value, 0x30, &t) &&
	    !nm_digest_parse(t.raw, &signer->ess_digest))
		return false;
	if (!nm_der_take(&id.value, 0x04, &hash) || hash.value.len == 0)
		return false;
	signer->ess_hash = hash.value;
	return true;
}

/* `a` and `b`: contents of AlgorithmIdentifiers. Parameters that are absent
 * and NULL are the same (RFC 6211 2). */
static bool
same_algorithm(struct nm_bytes a, struct nm_bytes b)
{
	struct nm_tlv of_a, of_b;
	struct nm_bytes oid_a, oid_b;

	if (!nm_algorithm_split(a, &oid_a, &of_a) ||
	    !nm_algorithm_split(b, &oid_b, &of_b) ||
	    !nm_bytes_equal(oid_a, oid_b))
		return false;
	if ((of_a.tag == 0 || of_a.tag == 0x05) &&
	    (of_b.tag == 0 || of_b.tag == 0x05))
		return true;
	return nm_bytes_equal(of_a.raw, of_b.raw);
}

/* CMSAlgorithmProtection: the algorithms of the SignerInfo, once more, where
 * the signature covers them (RFC 6211 2). */
static bool
parse_protection(struct nm_bytes value, const struct nm_signer *signer)
{
	struct nm_bytes digest = signer->digest_algorithm;
	struct nm_bytes signature = signer->signature_algorithm;
	struct nm_tlv t, own, said;

	if (!nm_der_take(&value, 0x30, &t) || value.len != 0 ||
	    !nm_der_take(&t.value, 0x30, &said) ||
	    !nm_der_take(&digest, 0x30, &own) ||
	    !same_algorithm(said.value, own.value))
		return false;
	return nm_der_take(&t.value, 0xa1, &said) && t.value.len == 0 &&
	    nm_der_take(&signature, 0x30, &own) &&
	    same_algorithm(said.value, own.value);
}

static bool
parse_value(enum kind kind, const struct nm_tlv *value,
    struct nm_signer *signer, struct nm_bytes *first_version)
{
	switch (kind) {
	case CONTENT_TYPE:
		signer->content_type = value->value;
		return value->tag == 0x06 && value->value.len != 0;
	case MESSAGE_DIGEST:
		signer->message_digest = value->value;
		return value->tag == 0x04 && value->value.len != 0;
	case SIGNING_TIME:
		signer->has_signing_time =
		    parse_time(value, &signer->signing_time);
		return signer->has_signing_time;
	case CAPABILITIES:
		signer->capabilities = value->raw;
		return value->tag == 0x30;
	case SIGNING_CERTIFICATE:
		*first_version = value->raw;
		return true;
	case SIGNING_CERTIFICATE_V2:
		return parse_signing_certificate(value->raw, true, signer);
	case ALGORITHM_PROTECTION:
		return parse_protection(value->raw, signer);
	case ENCRYPTION_KEY: /* of use to nobody here, but once only */
	case KINDS:
		break;
	}
	return true;
}

static bool
take_attribute(struct nm_bytes *set, struct nm_tlv *oid, struct nm_tlv *values)
{
	struct nm_tlv attribute;

	return nm_der_take(set, 0x30, &attribute) &&
	    nm_der_take(&attribute.value, 0x06, oid) &&
	    nm_der_take(&attribute.value, 0x31, values) &&
	    attribute.value.len == 0;
}

static bool
parse(struct nm_bytes set, struct nm_signer *signer)
{
	struct nm_bytes first_version = { NULL, 0 };
	struct nm_tlv oid, values, value;
	unsigned seen = 0;

	while (set.len != 0) {
		unsigned k = 0;

		if (!take_attribute(&set, &oid, &values))
			return false;
		while (k < KINDS && !nm_bytes_equal(oid.value, oids[k]))
			k++;
		if (k == KINDS)
			continue;
		/* each once, and with one value: or what one reader sees is
		 * not what another does (RFC 5652 11, RFC 8551 2.5) */
		if ((seen & 1u << k) != 0 ||
		    !nm_der_next(&values.value, &value) ||
		    values.value.len != 0)
			return false;
		seen |= 1u << k;
		if (!parse_value((enum kind)k, &value, signer, &first_version))
			return false;
	}
	if (signer->ess_hash.len == 0 && first_version.len != 0 &&
	    !parse_signing_certificate(first_version, false, signer))
		return false;
	return (seen & 1u << CONTENT_TYPE) != 0 &&
	    (seen & 1u << MESSAGE_DIGEST) != 0;
}

void
nm_attributes_parse(struct nm_bytes set, struct nm_signer *signer)
{
	if (!parse(set, signer))
		signer->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
}

bool
nm_attributes_der(struct nm_bytes set, struct nm_buffer *out)
{
	struct nm_buffer all = NM_BUFFER_INIT, inner = NM_BUFFER_INIT;
	struct nm_tlv oid, values;
	bool ok = true;

	while (set.len != 0) {
		size_t mark;

		nm_buffer_clear(&inner);
		ok = take_attribute(&set, &oid, &values) &&
		    nm_der_put_minimal(&inner, values.value);
		if (!ok)
			break;
		mark = nm_der_begin(&all, 0x30);
		nm_der_put(&all, 0x06, oid.value.data, oid.value.len);
		nm_set_put(&all, 0x31, &inner, false);
		nm_der_end(&all, mark);
	}
	if (ok)
		nm_set_put(out, 0x31, &all, false);
	nm_buffer_reset(&inner);
	nm_buffer_reset(&all);
	return ok && !nm_buffer_failed(out);
}

/* ---- writing -------------------------------------------------------- */

/* An attribute with one value, which goes between begin and end. */
static size_t
begin(struct nm_buffer *out, enum kind kind, size_t *set)
{
	size_t mark = nm_der_begin(out, 0x30);

	nm_der_put(out, 0x06, oids[kind].data, oids[kind].len);
	*set = nm_der_begin(out, 0x31);
	return mark;
}

static void
end(struct nm_buffer *out, size_t mark, size_t set)
{
	nm_der_end(out, set);
	nm_der_end(out, mark);
}

/* UTCTime from 1950 to 2049, GeneralizedTime else (RFC 5652 11.3). */
static void
put_time(struct nm_buffer *out, int64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm tm;
	char text[32];
	size_t len;
	bool utc;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900) {
		out->failed = true;
		return;
	}
	utc = tm.tm_year >= 50 && tm.tm_year < 150;
	len = strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm);
	/* UTCTime is the same without the century */
	if (utc) {
		len -= 2;
		memmove(text, text + 2, len);
	}
	nm_der_put(out, utc ? 0x17 : 0x18, text, len);
}

static void
put_cipher_capability(struct nm_buffer *out, enum nm_cipher c)
{
	struct nm_bytes oid = nm_cipher_oid(c);
	size_t mark = nm_der_begin(out, 0x30);

	nm_der_put(out, 0x06, oid.data, oid.len);
	nm_der_end(out, mark);
}

/* RSAES-OAEP with SHA-256 for both (RFC 3560 5), parameters as RFC 4055 4.1
 * tags them: the hexadecimal of RFC 3560 lacks the tags. */
static void
put_oaep_capability(struct nm_buffer *out)
{
	static const uint8_t mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x08 };
	size_t mark = nm_der_begin(out, 0x30), params, context, mgf;

	nm_der_put_oid(out, SEC_OID_PKCS1_RSA_OAEP_ENCRYPTION);
	params = nm_der_begin(out, 0x30);
	context = nm_der_begin(out, 0xa0);
	nm_digest_put(out, NM_DIGEST_SHA256, true);
	nm_der_end(out, context);
	context = nm_der_begin(out, 0xa1);
	mgf = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, mgf1, sizeof(mgf1));
	nm_digest_put(out, NM_DIGEST_SHA256, true);
	nm_der_end(out, mgf);
	nm_der_end(out, context);
	nm_der_end(out, params);
	nm_der_end(out, mark);
}

/* dhSinglePass-stdDH-sha*kdf with each AES key wrap (RFC 5753 6). */
static void
put_ecdh_capabilities(struct nm_buffer *out)
{
	static const SECOidTag wraps[] = { SEC_OID_AES_256_KEY_WRAP,
		SEC_OID_AES_192_KEY_WRAP, SEC_OID_AES_128_KEY_WRAP };
	uint8_t scheme[] = { 0x2b, 0x81, 0x04, 0x01, 0x0b, 0 };

	for (uint8_t kdf = 1; kdf <= 3; kdf++) { /* SHA-256, -384, -512 */
		scheme[sizeof(scheme) - 1] = kdf;
		for (size_t i = 0; i < 3; i++) {
			size_t mark = nm_der_begin(out, 0x30), wrap;

			nm_der_put(out, 0x06, scheme, sizeof(scheme));
			wrap = nm_der_begin(out, 0x30);
			nm_der_put_oid(out, wraps[i]);
			nm_der_end(out, wrap);
			nm_der_end(out, mark);
		}
	}
}

static void
put_capabilities(struct nm_buffer *out)
{
	static const enum nm_cipher ciphers[] = { NM_CIPHER_AES256_GCM,
		NM_CIPHER_AES128_GCM, NM_CIPHER_AES256_CBC,
		NM_CIPHER_AES192_CBC, NM_CIPHER_AES128_CBC };
	size_t set, mark = begin(out, CAPABILITIES, &set), sequence;

	sequence = nm_der_begin(out, 0x30);
	for (size_t i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++)
		put_cipher_capability(out, ciphers[i]);
	put_oaep_capability(out);
	put_ecdh_capabilities(out);
	nm_der_end(out, sequence);
	end(out, mark, set);
}

/* SigningCertificateV2, its digest being the default SHA-256, which DER
 * omits; with the IssuerSerial (RFC 5035 5.4.1). */
static void
put_signing_certificate(struct nm_buffer *out, const CERTCertificate *cert)
{
	size_t set, mark = begin(out, SIGNING_CERTIFICATE_V2, &set);
	size_t outer, certs, id, serial, names, name;
	uint8_t hash[32];

	if (PK11_HashBuf(SEC_OID_SHA256, hash, cert->derCert.data,
		(PRInt32)cert->derCert.len) != SECSuccess)
		out->failed = true;
	outer = nm_der_begin(out, 0x30);
	certs = nm_der_begin(out, 0x30);
	id = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x04, hash, sizeof(hash));
	serial = nm_der_begin(out, 0x30);
	names = nm_der_begin(out, 0x30);
	name = nm_der_begin(out, 0xa4);
	nm_buffer_append(out, cert->derIssuer.data, cert->derIssuer.len);
	nm_der_end(out, name);
	nm_der_end(out, names);
	nm_der_put(out, 0x02, cert->serialNumber.data, cert->serialNumber.len);
	nm_der_end(out, serial);
	nm_der_end(out, id);
	nm_der_end(out, certs);
	nm_der_end(out, outer);
	end(out, mark, set);
}

static void
put_protection(struct nm_buffer *out, const struct nm_sign_as *as)
{
	size_t set, mark = begin(out, ALGORITHM_PROTECTION, &set);
	size_t sequence = nm_der_begin(out, 0x30), at;
	enum nm_digest digest = nm_sign_digest(as);

	nm_digest_put(out, digest, false);
	at = out->len;
	nm_signature_put(out, nm_signature_of(as), digest);
	if (!nm_buffer_failed(out))
		out->data[at] = 0xa1;
	nm_der_end(out, sequence);
	end(out, mark, set);
}

void
nm_attributes_put(struct nm_buffer *out, const struct nm_sign_as *as,
    struct nm_bytes message_digest)
{
	struct nm_buffer all = NM_BUFFER_INIT;
	size_t mark, set;

	mark = begin(&all, CONTENT_TYPE, &set);
	nm_der_put(&all, 0x06, id_data, sizeof(id_data));
	end(&all, mark, set);
	mark = begin(&all, MESSAGE_DIGEST, &set);
	nm_der_put(&all, 0x04, message_digest.data, message_digest.len);
	end(&all, mark, set);
	mark = begin(&all, SIGNING_TIME, &set);
	put_time(&all, as->signing_time);
	end(&all, mark, set);
	if (!as->no_capabilities)
		put_capabilities(&all);
	if (as->encryption_cert != NULL) {
		mark = begin(&all, ENCRYPTION_KEY, &set);
		nm_rid_put_issuer_serial(&all, 0xa0, as->encryption_cert);
		end(&all, mark, set);
	}
	put_signing_certificate(&all, as->cert);
	put_protection(&all, as);
	nm_set_put(out, 0x31, &all, false);
	nm_buffer_reset(&all);
}
