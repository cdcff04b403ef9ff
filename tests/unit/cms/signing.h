/* SPDX-License-Identifier: MPL-2.0 */
/* What the tests of signatures share: signing with a bench's keys, reading a
 * SignedData back, and checking one signer of it. */
#ifndef NSSMIME_TEST_SIGNING_H
#define NSSMIME_TEST_SIGNING_H

#include "encryption.h"

#include "cms/signed.h"

#define SIGNED_AT 1764165906 /* 2025-11-26T14:05:06Z */

/* One SignedData, read. */
struct reading {
	struct nm_signed *signed_data;
	struct nm_buffer content;
	unsigned begun, ended;
	struct nm_fault fault;
};

static enum nm_error
reading_begins(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	struct reading *r = arg;

	r->begun++;
	assert_int_equal(layer->type, NM_LAYER_SIGNED);
	if (nm_signed_has_content(layer->signed_data))
		*next = nm_collector_new(&r->content, SIZE_MAX / 2);
	return NM_OK;
}

static enum nm_error
reading_ends(void *arg, struct nm_cms_layer *layer)
{
	struct reading *r = arg;

	r->ended++;
	r->signed_data = layer->signed_data;
	layer->signed_data = NULL;
	return NM_OK;
}

__attribute__((unused)) static void
reading_reset(struct reading *r)
{
	nm_signed_free(&r->signed_data);
	nm_buffer_reset(&r->content);
	memset(r, 0, sizeof(*r));
}

/* Reads `message`, `chunk` bytes at a time. */
__attribute__((unused)) static enum nm_error
read_signed(struct reading *r, struct nm_bytes message, size_t chunk)
{
	static const struct nm_cms_handler handler = { reading_begins,
		reading_ends };
	struct nm_stage *reader;
	enum nm_error err;

	reading_reset(r);
	reader = nm_cms_reader_new(&handler, r, NULL, &r->fault);
	assert_non_null(reader);
	err = feed(reader, message, chunk);
	nm_stage_free(&reader);
	assert_int_equal(r->ended, err == NM_OK);
	return err;
}

__attribute__((unused)) static struct nm_digests *
digests_of(unsigned set, struct nm_bytes content)
{
	struct nm_digests *ds = nm_digests_new(set);

	assert_non_null(ds);
	assert_int_equal(
	    nm_digests_update(ds, content.data, content.len), NM_OK);
	assert_int_equal(nm_digests_finish(ds), NM_OK);
	return ds;
}

#define EVERY_DIGEST                                                           \
	(NM_DIGEST_BIT(NM_DIGEST_MD5) | NM_DIGEST_BIT(NM_DIGEST_SHA1) |        \
	    NM_DIGEST_BIT(NM_DIGEST_SHA224) |                                  \
	    NM_DIGEST_BIT(NM_DIGEST_SHA256) |                                  \
	    NM_DIGEST_BIT(NM_DIGEST_SHA384) | NM_DIGEST_BIT(NM_DIGEST_SHA512))

/* What is found wrong with signer `i`. `detached`: the content; no data where
 * it is inside. */
__attribute__((unused)) static nm_reasons
verify(const struct reading *r, size_t i, struct nm_bytes detached,
    CERTCertificate *cert)
{
	struct nm_digests *ds = NULL;
	nm_reasons reasons = 0;

	if (detached.data != NULL)
		ds = digests_of(EVERY_DIGEST, detached);
	assert_int_equal(
	    nm_signed_verify(r->signed_data, i,
		ds != NULL ? ds : nm_signed_digests(r->signed_data), cert,
		&reasons),
	    NM_OK);
	nm_digests_free(&ds);
	return reasons;
}

/* Reads, and checks the only signer. */
__attribute__((unused)) static nm_reasons
read_and_verify(
    struct nm_bytes message, struct nm_bytes detached, CERTCertificate *cert)
{
	struct reading r = { 0 };
	nm_reasons reasons;

	if (read_signed(&r, message, 777) != NM_OK)
		fail_msg("%s", r.fault.text);
	assert_int_equal(nm_signed_signer_count(r.signed_data), 1);
	reasons = verify(&r, 0, detached, cert);
	reading_reset(&r);
	return reasons;
}

/* ---- signing -------------------------------------------------------- */

__attribute__((unused)) static struct nm_sign_as
sign_as(struct bench *b, const char *name, enum nm_digest digest)
{
	struct who *w = who(b, name);

	return (struct nm_sign_as){
		.cert = w->cert,
		.key = w->key,
		.digest = digest,
		.signing_time = SIGNED_AT,
		.include = &w->cert,
		.include_count = 1,
	};
}

__attribute__((unused)) static enum nm_error
sign_detached(struct bench *b, const struct nm_sign_as *as, size_t count,
    struct nm_bytes content, struct nm_buffer *out)
{
	struct nm_digests *ds = digests_of(EVERY_DIGEST, content);
	enum nm_error err;

	nm_buffer_clear(out);
	memset(&b->fault, 0, sizeof(b->fault));
	err = nm_cms_sign_detached(as, count, ds, out, &b->fault);
	nm_digests_free(&ds);
	return err;
}

__attribute__((unused)) static enum nm_error
sign_opaque(struct bench *b, const struct nm_sign_as *as, size_t count,
    struct nm_bytes content, struct nm_buffer *out)
{
	struct nm_stage *sink, *stage;
	enum nm_error err;

	nm_buffer_clear(out);
	memset(&b->fault, 0, sizeof(b->fault));
	sink = nm_collector_new(out, SIZE_MAX / 2);
	stage = nm_cms_sign_opaque_new(as, count, sink, &b->fault);
	if (stage == NULL)
		err = b->fault.code != NM_OK ? b->fault.code : NM_ERR_INTERNAL;
	else
		err = feed(stage, content, b->chunk);
	nm_stage_free(&stage);
	nm_stage_free(&sink);
	return err;
}

/* ---- SignerInfos by hand -------------------------------------------- */

/*
 * A SignedData without content and without certificates, whose SignerInfo is
 * made of parts: what a test wants to be wrong, it makes wrong.
 */
struct parts {
	enum nm_digest listed;	/* in digestAlgorithms; NONE: none */
	struct nm_bytes digest; /* AlgorithmIdentifiers, DER */
	struct nm_bytes signature;
	struct nm_bytes attributes; /* contents of the SET; no data: none */
	struct nm_bytes value;	    /* the signature's */
	struct nm_bytes type;	    /* eContentType's contents */
	uint64_t version;
	const struct who *signer;
};

__attribute__((unused)) static void
put_parts(const struct parts *p, struct nm_buffer *out)
{
	static const uint8_t signed_data[] = { NM_OID_PKCS7(2) };
	size_t info, explicit, data, mark, signer, sid;

	nm_buffer_clear(out);
	info = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, signed_data, sizeof(signed_data));
	explicit = nm_der_begin(out, 0xa0);
	data = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, p->version);
	mark = nm_der_begin(out, 0x31);
	if (p->listed != NM_DIGEST_NONE)
		nm_digest_put(out, p->listed, true);
	nm_der_end(out, mark);
	mark = nm_der_begin(out, 0x30);
	nm_der_put(out, 0x06, p->type.data, p->type.len);
	nm_der_end(out, mark);
	mark = nm_der_begin(out, 0x31);
	signer = nm_der_begin(out, 0x30);
	nm_der_put_uint(out, p->version);
	sid = nm_der_begin(out, 0x30);
	nm_buffer_append(out, p->signer->cert->derIssuer.data,
	    p->signer->cert->derIssuer.len);
	nm_der_put(out, 0x02, p->signer->cert->serialNumber.data,
	    p->signer->cert->serialNumber.len);
	nm_der_end(out, sid);
	nm_buffer_append(out, p->digest.data, p->digest.len);
	if (p->attributes.data != NULL)
		nm_der_put(out, 0xa0, p->attributes.data, p->attributes.len);
	nm_buffer_append(out, p->signature.data, p->signature.len);
	nm_der_put(out, 0x04, p->value.data, p->value.len);
	nm_der_end(out, signer);
	nm_der_end(out, mark);
	nm_der_end(out, data);
	nm_der_end(out, explicit);
	nm_der_end(out, info);
	assert_false(nm_buffer_failed(out));
}

/* openssl's RSASSA-PKCS1-v1_5 signature over `data` by `name`'s key. */
__attribute__((unused)) static void
openssl_signs(const struct bench *b, const char *name, const char *digest,
    const char *options, struct nm_bytes data, struct nm_buffer *out)
{
	nm_buffer_clear(out);
	save_file(b, "tosign", data);
	assert_int_equal(run(b,
			     "openssl dgst -%s %s -sign %s.key -out made "
			     "tosign",
			     digest, options, name),
	    0);
	load_file(b, "made", out);
}

#define REASON(name) NM_REASON_BIT(NM_REASON_##name)

#endif
