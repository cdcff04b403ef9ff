/* SPDX-License-Identifier: MPL-2.0 */
/* The Online Certificate Status Protocol (RFC 6960, RFC 9654, RFC 5019). */
#include "certificate/revocation.h"

#include <string.h>

#include <secitem.h>
#include <secoid.h>

#include "certificate/path.h"

#define MAX_ELEMENTS 20000u
#define MAX_RESPONSE (256u * 1024u)
/* A response without nextUpdate says that newer ones are always there. */
#define HOLDS 86400

/* id-pkix-ocsp-basic and -nonce: 1.3.6.1.5.5.7.48.1.1 and .2 */
static const uint8_t id_basic[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30,
	0x01, 0x01 };
static const uint8_t id_nonce[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30,
	0x01, 0x02 };

/* ---- the request -------------------------------------------------------- */

/* CertID (4.1.1): by SHA-1, as RFC 5019 section 2.1.1 has it and every
 * responder knows; it is a name and no more. */
static bool
put_cert_id(struct nm_buffer *out, const CERTCertificate *cert,
    const CERTCertificate *issuer)
{
	uint8_t name[NM_DIGEST_MAX_SIZE], key[NM_DIGEST_MAX_SIZE];
	size_t id = nm_der_begin(out, 0x30), algorithm;

	if (PK11_HashBuf(SEC_OID_SHA1, name, cert->derIssuer.data,
		(PRInt32)cert->derIssuer.len) != SECSuccess ||
	    !nm_key_hash(issuer, SEC_OID_SHA1, key))
		return false;
	algorithm = nm_der_begin(out, 0x30);
	nm_der_put_oid(out, SEC_OID_SHA1);
	nm_der_put(out, 0x05, NULL, 0);
	nm_der_end(out, algorithm);
	nm_der_put(out, 0x04, name, 20);
	nm_der_put(out, 0x04, key, 20);
	nm_der_put(out, 0x02, cert->serialNumber.data, cert->serialNumber.len);
	nm_der_end(out, id);
	return true;
}

static void
put_nonce(struct nm_buffer *out, const uint8_t *nonce)
{
	size_t tag = nm_der_begin(out, 0xa2);
	size_t all = nm_der_begin(out, 0x30);
	size_t one = nm_der_begin(out, 0x30);
	size_t value;

	nm_der_put(out, 0x06, id_nonce, sizeof(id_nonce));
	value = nm_der_begin(out, 0x04);
	nm_der_put(out, 0x04, nonce, NM_NONCE_SIZE);
	nm_der_end(out, value);
	nm_der_end(out, one);
	nm_der_end(out, all);
	nm_der_end(out, tag);
}

enum nm_error
nm_ocsp_request(const CERTCertificate *cert, const CERTCertificate *issuer,
    const uint8_t *nonce, struct nm_buffer *out)
{
	size_t request = nm_der_begin(out, 0x30);
	size_t tbs = nm_der_begin(out, 0x30);
	size_t list = nm_der_begin(out, 0x30);
	size_t one = nm_der_begin(out, 0x30);

	if (!put_cert_id(out, cert, issuer))
		return NM_ERR_INTERNAL;
	nm_der_end(out, one);
	nm_der_end(out, list);
	if (nonce != NULL)
		put_nonce(out, nonce);
	nm_der_end(out, tbs);
	nm_der_end(out, request);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}

/* ---- the response -------------------------------------------------------- */

struct basic {
	struct nm_tlv tbs, algorithm, bits;
	struct nm_bytes certificates; /* a SEQUENCE's contents */
	struct nm_tlv responder;
	int64_t produced;
	struct nm_bytes responses;
	struct nm_bytes extensions;
};

/* OCSPResponse ::= SEQUENCE { responseStatus, [0] { type, response } } */
static bool
open_response(struct nm_bytes der, struct nm_bytes *basic)
{
	struct nm_tlv all, status, tag, bytes, oid, octets;

	if (der.len > MAX_RESPONSE || !nm_der_take(&der, 0x30, &all) ||
	    der.len != 0 || !nm_der_well_formed(all.value, MAX_ELEMENTS) ||
	    !nm_der_take(&all.value, 0x0a, &status) || status.value.len != 1 ||
	    status.value.data[0] != 0 || !nm_der_take(&all.value, 0xa0, &tag) ||
	    !nm_der_take(&tag.value, 0x30, &bytes) ||
	    !nm_der_take(&bytes.value, 0x06, &oid) ||
	    oid.value.len != sizeof(id_basic) ||
	    memcmp(oid.value.data, id_basic, sizeof(id_basic)) != 0 ||
	    !nm_der_take(&bytes.value, 0x04, &octets))
		return false;
	*basic = octets.value;
	return true;
}

/* BasicOCSPResponse and its ResponseData (4.2.1) */
static bool
read_basic(struct nm_bytes der, struct basic *out)
{
	struct nm_tlv all, e;
	struct nm_bytes data;

	memset(out, 0, sizeof(*out));
	if (!nm_der_take(&der, 0x30, &all) || der.len != 0 ||
	    !nm_der_well_formed(all.value, MAX_ELEMENTS) ||
	    !nm_der_take(&all.value, 0x30, &out->tbs) ||
	    !nm_der_take(&all.value, 0x30, &out->algorithm) ||
	    !nm_der_take(&all.value, 0x03, &out->bits))
		return false;
	if (nm_der_take(&all.value, 0xa0, &e)) {
		struct nm_tlv list;

		if (!nm_der_take(&e.value, 0x30, &list))
			return false;
		out->certificates = list.value;
	}
	data = out->tbs.value;
	(void)nm_der_take(&data, 0xa0, &e); /* version */
	if (!nm_der_next(&data, &out->responder) ||
	    !nm_der_take(&data, 0x18, &e) || !nm_der_time(&e, &out->produced) ||
	    !nm_der_take(&data, 0x30, &e))
		return false;
	out->responses = e.value;
	if (nm_der_take(&data, 0xa1, &e)) {
		struct nm_tlv list;

		if (!nm_der_take(&e.value, 0x30, &list))
			return false;
		out->extensions = list.value;
	}
	return data.len == 0;
}

/* ResponderID: byName [1], byKey [2] (SHA-1 of the key). */
static bool
is_responder(const struct nm_tlv *id, const CERTCertificate *cert)
{
	uint8_t hash[NM_DIGEST_MAX_SIZE];
	struct nm_bytes inside = id->value;
	struct nm_tlv key;

	if (id->tag == 0xa1)
		return nm_bytes_equal(inside,
		    (struct nm_bytes){
			cert->derSubject.data, cert->derSubject.len });
	return id->tag == 0xa2 && nm_der_take(&inside, 0x04, &key) &&
	    key.value.len == 20 && nm_key_hash(cert, SEC_OID_SHA1, hash) &&
	    memcmp(key.value.data, hash, 20) == 0;
}

static bool
signed_with(const struct basic *b, CERTCertificate *cert)
{
	SECKEYPublicKey *key = CERT_ExtractPublicKey(cert);
	bool ok;

	if (key == NULL)
		return false;
	ok = nm_signed_data_verify(
	    b->tbs.raw, b->algorithm.raw, b->bits.value, key);
	SECKEY_DestroyPublicKey(key);
	return ok;
}

/* A responder to whom the issuer itself has given the right (4.2.2.2). */
static bool
may_respond(CERTCertificate *cert, CERTCertificate *issuer, int64_t produced)
{
	SECKEYPublicKey *key;
	int64_t from, until;
	bool ok;

	if (!SECITEM_ItemsAreEqual(&cert->derIssuer, &issuer->derSubject) ||
	    (nm_certificate_eku(cert) & NM_EKU_OCSP) == 0 ||
	    !nm_certificate_validity(cert, &from, &until) || produced < from ||
	    produced > until || (key = CERT_ExtractPublicKey(issuer)) == NULL)
		return false;
	ok = CERT_VerifySignedDataWithPublicKey(
		 &cert->signatureWrap, key, NULL) == SECSuccess;
	SECKEY_DestroyPublicKey(key);
	return ok;
}

static bool
is_authorized(const struct basic *b, CERTCertificate *issuer)
{
	struct nm_bytes rest = b->certificates;
	struct nm_tlv e;
	bool ok = false;

	if (is_responder(&b->responder, issuer) && signed_with(b, issuer))
		return true;
	for (unsigned i = 0; i < 8 && !ok && nm_der_next(&rest, &e); i++) {
		CERTCertificate *cert =
		    nm_certificate_decode(e.raw.data, e.raw.len, NULL);

		if (cert == NULL)
			continue;
		ok = is_responder(&b->responder, cert) &&
		    may_respond(cert, issuer, b->produced) &&
		    signed_with(b, cert);
		CERT_DestroyCertificate(cert);
	}
	return ok;
}

/* ---- one certificate ---------------------------------------------------- */

static SECOidTag
digest_of(struct nm_bytes algorithm, size_t *size)
{
	struct nm_tlv oid;
	enum nm_digest d = nm_der_take(&algorithm, 0x06, &oid)
	    ? nm_digest_by_oid(oid.value)
	    : NM_DIGEST_NONE;

	*size = nm_digest_size(d);
	return nm_digest_tag(d);
}

/* Whether a CertID names the certificate, by whichever digest. */
static bool
is_about(struct nm_bytes id, const CERTCertificate *cert,
    const CERTCertificate *issuer)
{
	uint8_t hash[NM_DIGEST_MAX_SIZE];
	struct nm_tlv algorithm, name, key, serial;
	SECItem number;
	SECOidTag tag;
	size_t size;

	if (!nm_der_take(&id, 0x30, &algorithm) ||
	    !nm_der_take(&id, 0x04, &name) || !nm_der_take(&id, 0x04, &key) ||
	    !nm_der_take(&id, 0x02, &serial))
		return false;
	tag = digest_of(algorithm.value, &size);
	number = nm_item(serial.value, siBuffer);
	return size != 0 && name.value.len == size && key.value.len == size &&
	    SECITEM_ItemsAreEqual(&number, &cert->serialNumber) &&
	    PK11_HashBuf(tag, hash, cert->derIssuer.data,
		(PRInt32)cert->derIssuer.len) == SECSuccess &&
	    memcmp(hash, name.value.data, size) == 0 &&
	    nm_key_hash(issuer, tag, hash) &&
	    memcmp(hash, key.value.data, size) == 0;
}

/* RevokedInfo ::= { revocationTime, [0] revocationReason } */
static bool
read_revoked(struct nm_bytes info, struct nm_statement *out)
{
	struct nm_tlv e, code;

	if (!nm_der_take(&info, 0x18, &e) || !nm_der_time(&e, &out->revoked_at))
		return false;
	if (nm_der_take(&info, 0xa0, &e) &&
	    nm_der_take(&e.value, 0x0a, &code) && code.value.len == 1)
		out->reason = code.value.data[0];
	out->status = NM_REVOCATION_REVOKED;
	return true;
}

/* SingleResponse, after its CertID */
static bool
read_single(struct nm_bytes rest, struct nm_statement *out)
{
	struct nm_tlv status, e, tag;

	if (!nm_der_next(&rest, &status) || !nm_der_take(&rest, 0x18, &e) ||
	    !nm_der_time(&e, &out->from))
		return false;
	out->until = out->from + HOLDS;
	if (nm_der_take(&rest, 0xa0, &tag) &&
	    (!nm_der_take(&tag.value, 0x18, &e) ||
		!nm_der_time(&e, &out->until)))
		return false;
	if (status.tag == 0xa1)
		return read_revoked(status.value, out);
	out->status =
	    status.tag == 0x80 ? NM_REVOCATION_GOOD : NM_REVOCATION_UNKNOWN;
	return true;
}

static bool
nonce_fits(struct nm_bytes extensions, const uint8_t *nonce)
{
	struct nm_tlv e, oid, value, octets;

	while (nm_der_take(&extensions, 0x30, &e)) {
		if (!nm_der_take(&e.value, 0x06, &oid) ||
		    oid.value.len != sizeof(id_nonce) ||
		    memcmp(oid.value.data, id_nonce, sizeof(id_nonce)) != 0)
			continue;
		(void)nm_der_take(&e.value, 0x01, &value); /* critical */
		return nm_der_take(&e.value, 0x04, &value) &&
		    nm_der_take(&value.value, 0x04, &octets) &&
		    octets.value.len == NM_NONCE_SIZE &&
		    memcmp(octets.value.data, nonce, NM_NONCE_SIZE) == 0;
	}
	return true;
}

bool
nm_ocsp_read(struct nm_bytes response, const CERTCertificate *cert,
    CERTCertificate *issuer, const uint8_t *nonce, struct nm_statement *out)
{
	struct nm_bytes der;
	struct basic b;
	struct nm_tlv single, id;

	memset(out, 0, sizeof(*out));
	out->status = NM_REVOCATION_UNKNOWN;
	if (!open_response(response, &der) || !read_basic(der, &b) ||
	    (nonce != NULL && !nonce_fits(b.extensions, nonce)) ||
	    !is_authorized(&b, issuer))
		return false;
	while (nm_der_take(&b.responses, 0x30, &single)) {
		if (nm_der_take(&single.value, 0x30, &id) &&
		    is_about(id.value, cert, issuer))
			return read_single(single.value, out);
	}
	return false;
}
