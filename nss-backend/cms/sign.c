/* SPDX-License-Identifier: MPL-2.0 */
/* SignedData (RFC 5652 5.1), written. */
#include <stdlib.h>
#include <string.h>

#include "set.h"
#include "signed.h"

/* Content goes out in segments of this size, or longer where a write was. */
#define SEGMENT (32u * 1024u)

static const uint8_t oid_data[] = { NM_OID_PKCS7(1) };
static const uint8_t oid_signed[] = { NM_OID_PKCS7(2) };

/* ---- the parts ------------------------------------------------------------ */

static void
put_digest_algorithms(struct nm_buffer *out, const struct nm_sign_as *as,
    size_t count)
{
	struct nm_buffer all = NM_BUFFER_INIT;

	for (size_t i = 0; i < count; i++)
		nm_digest_put(&all, nm_signature_digest(&as[i]), false);
	nm_set_put(out, 0x31, &all, true);
	nm_buffer_reset(&all);
}

static void
put_certificates(struct nm_buffer *out, CERTCertificate *const *certs,
    size_t count, struct nm_buffer *all)
{
	for (size_t i = 0; i < count; i++)
		nm_buffer_append(all, certs[i]->derCert.data,
		    certs[i]->derCert.len);
	if (out != NULL && all->len != 0)
		nm_set_put(out, 0xa0, all, true);
}

/* What comes after the content: certificates and SignerInfos. */
static enum nm_error
put_trailer(struct nm_buffer *out, const struct nm_sign_as *as, size_t count,
    const struct nm_digests *content, struct nm_fault *fault)
{
	struct nm_buffer certs = NM_BUFFER_INIT, signers = NM_BUFFER_INIT;
	enum nm_error e = NM_OK;

	for (size_t i = 0; i < count; i++)
		put_certificates(i + 1 == count ? out : NULL, as[i].include,
		    as[i].include_count, &certs);
	for (size_t i = 0; e == NM_OK && i < count; i++)
		e = nm_signer_put(&signers, &as[i], content, fault);
	if (e == NM_OK)
		nm_set_put(out, 0x31, &signers, false);
	nm_buffer_reset(&certs);
	nm_buffer_reset(&signers);
	if (e == NM_OK && nm_buffer_failed(out))
		e = NM_ERR_INTERNAL;
	return e;
}

static enum nm_error
check(const struct nm_sign_as *as, size_t count, struct nm_fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		if (nm_signature_of(&as[i]) == NM_SIGNATURE_NONE)
			return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
			    "The certificate's key is of a kind that cannot "
			    "sign here");
	}
	return NM_OK;
}

/* ---- detached --------------------------------------------------------------- */

enum nm_error
nm_cms_sign_detached(const struct nm_sign_as *as, size_t as_count,
    const struct nm_digests *content, struct nm_buffer *out,
    struct nm_fault *fault)
{
	size_t info, explicit, sequence, encapsulated;
	enum nm_error e;

	if ((e = check(as, as_count, fault)) != NM_OK)
		return e;
	info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid_signed, sizeof(oid_signed));
	explicit = nm_der_begin(out, 0xa0);
	sequence = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, 1);
	put_digest_algorithms(out, as, as_count);
	encapsulated = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid_data, sizeof(oid_data));
	nm_der_end(out, encapsulated);
	e = put_trailer(out, as, as_count, content, fault);
	nm_der_end(out, sequence);
	nm_der_end(out, explicit);
	nm_der_end(out, info);
	if (e == NM_OK && nm_buffer_failed(out))
		e = NM_ERR_INTERNAL;
	return e;
}

enum nm_error
nm_cms_certs_only(CERTCertificate *const *certs, size_t count,
    struct nm_buffer *out)
{
	size_t info, explicit, sequence, encapsulated;
	struct nm_buffer all = NM_BUFFER_INIT;

	info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid_signed, sizeof(oid_signed));
	explicit = nm_der_begin(out, 0xa0);
	sequence = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, 1);
	nm_der_put(out, 0x31, NULL, 0);
	encapsulated = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, oid_data, sizeof(oid_data));
	nm_der_end(out, encapsulated);
	put_certificates(out, certs, count, &all);
	nm_der_put(out, 0x31, NULL, 0);
	nm_der_end(out, sequence);
	nm_der_end(out, explicit);
	nm_der_end(out, info);
	nm_buffer_reset(&all);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}

/* ---- opaque ------------------------------------------------------------------ */

struct opaque {
	struct nm_stage stage;
	const struct nm_sign_as *as;
	size_t count;
	struct nm_digests *digests;
	struct nm_stage *next;
	struct nm_fault *fault;
	bool begun;
	size_t gathered;
	uint8_t buffer[SEGMENT];
};

/* The SEQUENCEs around the content are of indefinite length: nobody knows yet
 * how much there will be. */
static enum nm_error
opaque_begin(struct opaque *o)
{
	static const uint8_t version[] = { 0x02, 0x01, 0x01 };
	struct nm_buffer b = NM_BUFFER_INIT;
	enum nm_error e;

	o->begun = true;
	nm_buffer_append(&b, "\x30\x80", 2);
	nm_der_put(&b, 0x06, oid_signed, sizeof(oid_signed));
	nm_buffer_append(&b, "\xa0\x80\x30\x80", 4);
	nm_buffer_append(&b, version, sizeof(version));
	put_digest_algorithms(&b, o->as, o->count);
	nm_buffer_append(&b, "\x30\x80", 2);
	nm_der_put(&b, 0x06, oid_data, sizeof(oid_data));
	nm_buffer_append(&b, "\xa0\x80\x24\x80", 4);
	e = nm_buffer_failed(&b) ? NM_ERR_INTERNAL
				 : nm_stage_write(o->next, b.data, b.len);
	nm_buffer_reset(&b);
	return e;
}

static enum nm_error
segment(struct opaque *o, const uint8_t *data, size_t len)
{
	uint8_t header[6] = { 0x04, 0x84 };
	enum nm_error e;

	if (len == 0)
		return NM_OK;
	for (size_t i = 0; i < 4; i++)
		header[2 + i] = (uint8_t)(len >> (24 - 8 * i));
	if ((e = nm_stage_write(o->next, header, sizeof(header))) != NM_OK)
		return e;
	return nm_stage_write(o->next, data, len);
}

static enum nm_error
flush(struct opaque *o)
{
	size_t len = o->gathered;

	o->gathered = 0;
	return segment(o, o->buffer, len);
}

static enum nm_error
opaque_write(struct nm_stage *stage, const uint8_t *data, size_t len)
{
	struct opaque *o = (struct opaque *)stage;
	enum nm_error e;

	if (!o->begun && (e = opaque_begin(o)) != NM_OK)
		return e;
	if ((e = nm_digests_update(o->digests, data, len)) != NM_OK)
		return e;
	if (len > SEGMENT - o->gathered && (e = flush(o)) != NM_OK)
		return e;
	while (len >= SEGMENT) {
		/* four octets of length always do */
		size_t n = len < (1u << 30) ? len : (1u << 30);

		if ((e = segment(o, data, n)) != NM_OK)
			return e;
		data += n;
		len -= n;
	}
	memcpy(o->buffer + o->gathered, data, len);
	o->gathered += len;
	return NM_OK;
}

static enum nm_error
opaque_finish(struct nm_stage *stage)
{
	static const uint8_t ends[6] = { 0 };
	struct opaque *o = (struct opaque *)stage;
	struct nm_buffer b = NM_BUFFER_INIT;
	enum nm_error e;

	if ((!o->begun && (e = opaque_begin(o)) != NM_OK) ||
	    (e = flush(o)) != NM_OK ||
	    (e = nm_digests_finish(o->digests)) != NM_OK)
		return e;
	nm_buffer_append(&b, ends, 6);
	e = put_trailer(&b, o->as, o->count, o->digests, o->fault);
	nm_buffer_append(&b, ends, 6);
	if (e == NM_OK)
		e = nm_buffer_failed(&b)
		    ? NM_ERR_INTERNAL
		    : nm_stage_write(o->next, b.data, b.len);
	nm_buffer_reset(&b);
	return e != NM_OK ? e : nm_stage_finish(o->next);
}

static void
opaque_free(struct nm_stage *stage)
{
	struct opaque *o = (struct opaque *)stage;

	nm_digests_free(&o->digests);
	nm_wipe(o->buffer, sizeof(o->buffer));
	free(o);
}

struct nm_stage *
nm_cms_sign_opaque_new(const struct nm_sign_as *as, size_t as_count,
    struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { opaque_write, opaque_finish,
		opaque_free };
	struct opaque *o;
	unsigned set = 0;

	if (check(as, as_count, fault) != NM_OK ||
	    (o = calloc(1, sizeof(*o))) == NULL)
		return NULL;
	for (size_t i = 0; i < as_count; i++)
		set |= NM_DIGEST_BIT(nm_signature_digest(&as[i]));
	if ((o->digests = nm_digests_new(set)) == NULL) {
		free(o);
		return NULL;
	}
	o->stage.ops = &ops;
	o->as = as;
	o->count = as_count;
	o->next = next;
	o->fault = fault;
	return &o->stage;
}
