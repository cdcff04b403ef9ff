/* SPDX-License-Identifier: MPL-2.0 */
/* SignedData (RFC 5652 5.1), written. */
#include <stdlib.h>
#include <string.h>

#include "set.h"
#include "signed.h"

/* Segments of an opaque signature's content. */
#define SEGMENT ((size_t)32 * 1024)

static const uint8_t id_signed_data[] = { NM_OID_PKCS7(2) };
static const uint8_t id_data[] = { NM_OID_PKCS7(1) };

/* ---- parts ---------------------------------------------------------- */

static enum nm_error
check(const struct nm_sign_as *as, size_t count, struct nm_fault *fault)
{
	if (count == 0 || count > NM_MAX_SIGNERS)
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "There are no signers, or too many");
	for (size_t i = 0; i < count; i++) {
		enum nm_digest d = nm_sign_digest(&as[i]);

		if (nm_signature_of(&as[i]) == NM_SIGNATURE_NONE)
			return nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
			    "The certificate's key is not of a kind that "
			    "signs");
		if (d == NM_DIGEST_NONE || d == NM_DIGEST_MD5 ||
		    d == NM_DIGEST_SHA1)
			return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
			    "Nothing is signed with the digest %s",
			    nm_digest_name(d));
	}
	return NM_OK;
}

static void
put_digests(struct nm_buffer *out, const struct nm_sign_as *as, size_t count)
{
	struct nm_buffer all = NM_BUFFER_INIT;

	for (size_t i = 0; i < count; i++)
		nm_digest_put(&all, nm_sign_digest(&as[i]), false);
	nm_set_put(out, 0x31, &all, true);
	nm_buffer_reset(&all);
}

static void
add_certificates(
    struct nm_buffer *all, CERTCertificate *const *certs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		nm_buffer_append(
		    all, certs[i]->derCert.data, certs[i]->derCert.len);
}

static void
put_certificates(struct nm_buffer *out, struct nm_buffer *all)
{
	if (all->len != 0 || nm_buffer_failed(all))
		nm_set_put(out, 0xa0, all, true);
	nm_buffer_reset(all);
}

/* [0] certificates and signerInfos. */
static enum nm_error
put_end(struct nm_buffer *out, const struct nm_sign_as *as, size_t count,
    const struct nm_digests *content, struct nm_fault *fault)
{
	struct nm_buffer all = NM_BUFFER_INIT;
	enum nm_error e = NM_OK;

	for (size_t i = 0; i < count; i++)
		add_certificates(&all, as[i].include, as[i].include_count);
	put_certificates(out, &all);
	for (size_t i = 0; e == NM_OK && i < count; i++)
		e = nm_signer_put(&all, &as[i], content, fault);
	nm_set_put(out, 0x31, &all, false);
	nm_buffer_reset(&all);
	if (e == NM_OK && nm_buffer_failed(out))
		e = NM_ERR_INTERNAL;
	return e;
}

/* ---- without content ------------------------------------------------ */

struct marks {
	size_t info, explicit, data;
};

static void
begin(struct nm_buffer *out, struct marks *m)
{
	m->info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, id_signed_data, sizeof(id_signed_data));
	m->explicit = nm_der_begin(out, 0xa0);
	m->data = nm_der_begin(out, 0x30);
	/* id-data and signers by issuerAndSerialNumber: version 1 (5.1) */
	nm_der_put_uint(out, 1);
}

static void
put_no_content(struct nm_buffer *out)
{
	size_t mark = nm_der_begin(out, 0x30);

	nm_der_put(out, 0x06, id_data, sizeof(id_data));
	nm_der_end(out, mark);
}

static void
end(struct nm_buffer *out, const struct marks *m)
{
	nm_der_end(out, m->data);
	nm_der_end(out, m->explicit);
	nm_der_end(out, m->info);
}

enum nm_error
nm_cms_sign_detached(const struct nm_sign_as *as, size_t as_count,
    const struct nm_digests *content, struct nm_buffer *out,
    struct nm_fault *fault)
{
	enum nm_error e = check(as, as_count, fault);
	struct marks m;

	if (e != NM_OK)
		return e;
	begin(out, &m);
	put_digests(out, as, as_count);
	put_no_content(out);
	if ((e = put_end(out, as, as_count, content, fault)) != NM_OK)
		return e;
	end(out, &m);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}

enum nm_error
nm_cms_certs_only(
    CERTCertificate *const *certs, size_t count, struct nm_buffer *out)
{
	struct nm_buffer all = NM_BUFFER_INIT;
	struct marks m;

	begin(out, &m);
	nm_der_put(out, 0x31, NULL, 0);
	put_no_content(out);
	add_certificates(&all, certs, count);
	put_certificates(out, &all);
	nm_der_put(out, 0x31, NULL, 0);
	end(out, &m);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}

/* ---- with content --------------------------------------------------- */

struct opaque {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_fault *fault;
	const struct nm_sign_as *as;
	size_t as_count;
	struct nm_digests *digests;
	bool begun;
	size_t len;
	uint8_t segment[SEGMENT];
};

static enum nm_error
hand_on(struct opaque *o, struct nm_buffer *b)
{
	enum nm_error e = NM_ERR_INTERNAL;

	if (!nm_buffer_failed(b))
		e = nm_stage_write(o->next, b->data, b->len);
	nm_buffer_reset(b);
	return e;
}

static void
begin_indefinite(struct nm_buffer *b, uint8_t tag)
{
	nm_buffer_byte(b, tag);
	nm_buffer_byte(b, 0x80);
}

static enum nm_error
opaque_begin(struct opaque *o)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	if (o->begun)
		return NM_OK;
	o->begun = true;
	begin_indefinite(&b, 0x30);
	nm_der_put(&b, 0x06, id_signed_data, sizeof(id_signed_data));
	begin_indefinite(&b, 0xa0);
	begin_indefinite(&b, 0x30);
	nm_der_put_uint(&b, 1);
	put_digests(&b, o->as, o->as_count);
	begin_indefinite(&b, 0x30);
	nm_der_put(&b, 0x06, id_data, sizeof(id_data));
	begin_indefinite(&b, 0xa0);
	begin_indefinite(&b, 0x24);
	return hand_on(o, &b);
}

static enum nm_error
put_segment(struct opaque *o, const uint8_t *data, size_t len)
{
	const uint8_t head[] = { 0x04, 0x83, (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len };
	enum nm_error e;

	if (len == 0)
		return NM_OK;
	if ((e = opaque_begin(o)) != NM_OK ||
	    (e = nm_digests_update(o->digests, data, len)) != NM_OK ||
	    (e = nm_stage_write(o->next, head, sizeof(head))) != NM_OK)
		return e;
	return nm_stage_write(o->next, data, len);
}

static enum nm_error
opaque_write(struct nm_stage *stage, const uint8_t *data, size_t len)
{
	struct opaque *o = (struct opaque *)stage;
	enum nm_error e = NM_OK;

	while (e == NM_OK && len != 0) {
		size_t n = SEGMENT - o->len;

		if (o->len == 0 && len >= SEGMENT) {
			/* a large write goes on without a copy */
			n = len < 0xffffff ? len : 0xffffff;
			e = put_segment(o, data, n);
		} else {
			n = len < n ? len : n;
			memcpy(o->segment + o->len, data, n);
			o->len += n;
			if (o->len == SEGMENT) {
				e = put_segment(o, o->segment, SEGMENT);
				o->len = 0;
			}
		}
		data += n;
		len -= n;
	}
	return e;
}

static enum nm_error
opaque_finish(struct nm_stage *stage)
{
	static const uint8_t ends[6] = { 0 };
	struct opaque *o = (struct opaque *)stage;
	struct nm_buffer b = NM_BUFFER_INIT;
	enum nm_error e;

	if ((e = put_segment(o, o->segment, o->len)) != NM_OK ||
	    (e = opaque_begin(o)) != NM_OK ||
	    (e = nm_digests_finish(o->digests)) != NM_OK)
		return e;
	nm_buffer_append(&b, ends, 6); /* string, [0], encapContentInfo */
	e = put_end(&b, o->as, o->as_count, o->digests, o->fault);
	nm_buffer_append(&b, ends, 6); /* SignedData, [0], ContentInfo */
	if (e != NM_OK) {
		nm_buffer_reset(&b);
		return e;
	}
	if ((e = hand_on(o, &b)) != NM_OK)
		return e;
	return nm_stage_finish(o->next);
}

static void
opaque_free(struct nm_stage *stage)
{
	struct opaque *o = (struct opaque *)stage;

	nm_digests_free(&o->digests);
	nm_wipe(o->segment, sizeof(o->segment));
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
	o->stage.ops = &ops;
	o->next = next;
	o->fault = fault;
	o->as = as;
	o->as_count = as_count;
	for (size_t i = 0; i < as_count; i++)
		set |= NM_DIGEST_BIT(nm_sign_digest(&as[i]));
	if ((o->digests = nm_digests_new(set)) == NULL) {
		free(o);
		return NULL;
	}
	return &o->stage;
}
