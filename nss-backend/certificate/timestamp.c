/* SPDX-License-Identifier: MPL-2.0 */
/* The Time-Stamp Protocol (RFC 3161, RFC 5816). */
#include <nssmime/evidence.h>

#include <stdlib.h>
#include <string.h>

#include "certificate/revocation.h"

#define MAX_INFO     (64u * 1024u)
#define MAX_ELEMENTS 1000u
#define MAX_SERIAL   64u

/* ---- the request -------------------------------------------------------- */

/* An INTEGER that is positive and has as few octets as DER asks for. */
static void
as_number(const uint8_t *nonce, uint8_t out[NM_TIMESTAMP_NONCE])
{
	memcpy(out, nonce, NM_TIMESTAMP_NONCE);
	out[0] = (uint8_t)((out[0] & 0x7f) | 0x40);
}

enum nm_error
nm_timestamp_request(const uint8_t hash[NM_TIMESTAMP_HASH],
    const uint8_t nonce[NM_TIMESTAMP_NONCE], struct nm_buffer *out)
{
	uint8_t number[NM_TIMESTAMP_NONCE];
	size_t request = nm_der_begin(out, 0x30);
	size_t imprint, algorithm;

	nm_der_put_uint(out, 1);
	imprint = nm_der_begin(out, 0x30);
	algorithm = nm_der_begin(out, 0x30);
	nm_der_put_oid(out, SEC_OID_SHA256);
	nm_der_put(out, 0x05, NULL, 0);
	nm_der_end(out, algorithm);
	nm_der_put(out, 0x04, hash, NM_TIMESTAMP_HASH);
	nm_der_end(out, imprint);
	as_number(nonce, number);
	nm_der_put(out, 0x02, number, sizeof(number));
	nm_der_put(out, 0x01, "\xff", 1); /* certReq */
	nm_der_end(out, request);
	return nm_buffer_failed(out) ? NM_ERR_INTERNAL : NM_OK;
}

/* ---- the response ------------------------------------------------------- */

bool
nm_timestamp_response(struct nm_bytes response, struct nm_bytes *token)
{
	struct nm_tlv all, status, value;
	uint64_t code;

	/* PKIStatus: granted, or with modifications (2.4.2) */
	if (!nm_der_take(&response, 0x30, &all) || response.len != 0 ||
	    !nm_der_take(&all.value, 0x30, &status) ||
	    !nm_der_take(&status.value, 0x02, &value) ||
	    !nm_der_uint(value.value, &code) || code > 1)
		return false;
	*token = all.value;
	return token->len != 0;
}

/* ---- the token ---------------------------------------------------------- */

struct reading {
	struct nm_buffer info; /* TSTInfo */
	struct nm_signed *signed_data;
};

static enum nm_error
begin(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	struct reading *r = arg;

	if (layer->type != NM_LAYER_SIGNED)
		return NM_ERR_NOT_SMIME;
	if (!nm_signed_has_content(layer->signed_data))
		return NM_OK;
	*next = nm_collector_new(&r->info, MAX_INFO);
	return *next == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
end(void *arg, struct nm_cms_layer *layer)
{
	struct reading *r = arg;

	r->signed_data = layer->signed_data;
	layer->signed_data = NULL;
	return NM_OK;
}

/* Nothing here is encrypted to anybody. */
static CERTCertificate *
no_key(void *arg, const struct nm_rid *rid)
{
	(void)arg;
	(void)rid;
	return NULL;
}

static enum nm_error
open_token(struct nm_bytes token, struct reading *r)
{
	static const struct nm_cms_handler handler = { begin, end };
	static const struct nm_cms_keys keys = { .find = no_key };
	struct nm_stage *stage = nm_cms_reader_new(&handler, r, &keys, NULL);
	enum nm_error error;

	if (stage == NULL)
		return NM_ERR_INTERNAL;
	error = nm_stage_write(stage, token.data, token.len);
	if (error == NM_OK)
		error = nm_stage_finish(stage);
	nm_stage_free(&stage);
	return error;
}

/* Accuracy, in whole seconds that are not too few. */
static bool
read_accuracy(struct nm_bytes in, int64_t *out)
{
	struct nm_tlv e;
	uint64_t seconds = 0;
	bool part;

	if (nm_der_take(&in, 0x02, &e) &&
	    (!nm_der_uint(e.value, &seconds) || seconds > INT32_MAX))
		return false;
	part = nm_der_take(&in, 0x80, &e);
	part = nm_der_take(&in, 0x81, &e) || part;
	*out = (int64_t)seconds + part;
	return in.len == 0;
}

/* GeneralizedTime with a fraction, which is cut off: NSS reads none. */
static bool
read_time(struct nm_bytes text, int64_t *out)
{
	char whole[16];
	struct nm_tlv time = { .tag = 0x18 };

	if (text.len < 15 || text.data[text.len - 1] != 'Z' ||
	    (text.len > 15 && text.data[14] != '.'))
		return false;
	for (size_t i = 15; i + 1 < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
	}
	memcpy(whole, text.data, 14);
	whole[14] = 'Z';
	time.value = (struct nm_bytes){ (const uint8_t *)whole, 15 };
	return nm_der_time(&time, out);
}

struct info {
	enum nm_digest digest;
	struct nm_bytes hash, serial, nonce;
	int64_t time, accuracy;
};

/* TSTInfo (2.4.2) */
static bool
read_info(struct nm_bytes der, struct info *out)
{
	struct nm_tlv all, e, algorithm, oid, hash;
	struct nm_bytes at;
	uint64_t version;

	memset(out, 0, sizeof(*out));
	out->accuracy = -1;
	if (!nm_der_take(&der, 0x30, &all) || der.len != 0 ||
	    !nm_der_well_formed(all.value, MAX_ELEMENTS))
		return false;
	at = all.value;
	if (!nm_der_take(&at, 0x02, &e) || !nm_der_uint(e.value, &version) ||
	    version != 1 || !nm_der_take(&at, 0x06, &e) ||
	    !nm_der_take(&at, 0x30, &e) ||
	    !nm_der_take(&e.value, 0x30, &algorithm) ||
	    !nm_der_take(&algorithm.value, 0x06, &oid) ||
	    !nm_der_take(&e.value, 0x04, &hash) || e.value.len != 0 ||
	    !nm_der_take(&at, 0x02, &e) || e.value.len > MAX_SERIAL)
		return false;
	out->digest = nm_digest_by_oid(oid.value);
	out->hash = hash.value;
	out->serial = e.value;
	if (!nm_der_take(&at, 0x18, &e) || !read_time(e.value, &out->time))
		return false;
	if (nm_der_take(&at, 0x30, &e) &&
	    !read_accuracy(e.value, &out->accuracy))
		return false;
	(void)nm_der_take(&at, 0x01, &e); /* ordering */
	if (nm_der_take(&at, 0x02, &e))
		out->nonce = e.value;
	(void)nm_der_take(&at, 0xa0, &e); /* tsa: only a hint */
	/* extensions: none of them need be understood */
	(void)nm_der_take(&at, 0xa1, &e);
	return at.len == 0;
}

static bool
nonce_fits(struct nm_bytes number, const uint8_t *nonce)
{
	uint8_t sent[NM_TIMESTAMP_NONCE];

	as_number(nonce, sent);
	return nm_bytes_equal(number, (struct nm_bytes){ sent, sizeof(sent) });
}

static enum nm_error
refuse(struct nm_fault *fault, const char *why)
{
	return nm_fail(fault, NM_ERR_INTEGRITY_FAILURE, "%s", why);
}

/* The certificate in the token that its one signer names and used. */
static enum nm_error
find_authority(struct nm_timestamp *t, struct nm_fault *fault)
{
	const struct nm_signer *signer = nm_signed_signer(t->signed_data, 0);
	enum nm_error error = NM_OK;
	nm_reasons reasons;
	bool found = false;

	for (size_t i = 0; error == NM_OK && !found && i < t->along_count;
	     i++) {
		CERTCertificate *cert = nm_certificate_decode_apart(
		    t->along[i].data, t->along[i].len);

		if (cert == NULL)
			continue;
		reasons = 0;
		if (nm_rid_matches(&signer->sid, cert)) {
			error = nm_signed_verify(t->signed_data, 0,
			    nm_signed_digests(t->signed_data), cert, &reasons);
			found = error == NM_OK &&
			    nm_reasons_status(reasons) == NM_STATUS_VALID;
		}
		if (found)
			nm_buffer_append(
			    &t->certificate, t->along[i].data, t->along[i].len);
		CERT_DestroyCertificate(cert);
	}
	if (error == NM_OK && nm_buffer_failed(&t->certificate))
		error = NM_ERR_INTERNAL;
	if (error == NM_OK && !found)
		error = refuse(fault,
		    "The signature of the time stamp does not fit any "
		    "certificate in it");
	return error;
}

static enum nm_error
list_certificates(struct nm_timestamp *t)
{
	size_t count = nm_signed_certificate_count(t->signed_data);

	t->along = calloc(count + 1, sizeof(*t->along));
	if (t->along == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < count; i++)
		t->along[t->along_count++] =
		    nm_signed_certificate(t->signed_data, i);
	return NM_OK;
}

static enum nm_error
check_info(struct nm_bytes der, const uint8_t hash[NM_TIMESTAMP_HASH],
    const uint8_t *nonce, struct nm_timestamp *t, struct nm_fault *fault)
{
	struct info info;

	if (!read_info(der, &info))
		return refuse(fault, "The time stamp is malformed");
	if (info.digest != NM_DIGEST_SHA256 ||
	    !nm_bytes_equal(
		info.hash, (struct nm_bytes){ hash, NM_TIMESTAMP_HASH }))
		return refuse(fault, "The time stamp is about something else");
	if (nonce != NULL && !nonce_fits(info.nonce, nonce))
		return refuse(fault, "The time stamp answers another request");
	t->time = info.time;
	t->accuracy = info.accuracy;
	nm_buffer_append(&t->serial, info.serial.data, info.serial.len);
	return nm_buffer_failed(&t->serial) ? NM_ERR_INTERNAL : NM_OK;
}

enum nm_error
nm_timestamp_read(struct nm_bytes token, const uint8_t hash[NM_TIMESTAMP_HASH],
    const uint8_t *nonce, struct nm_timestamp *out, struct nm_fault *fault)
{
	static const uint8_t tst_info[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x09, 0x10, 0x01, 0x04 };
	struct reading r = { NM_BUFFER_INIT, NULL };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	error = open_token(token, &r);
	out->signed_data = r.signed_data;
	if (error != NM_OK) {
		if (error != NM_ERR_INTERNAL)
			error = refuse(fault, "The time stamp is malformed");
		goto out;
	}
	/* that of the authority alone, which ESSCertID names (2.4.2) */
	if (!nm_bytes_equal(nm_signed_content_type(r.signed_data),
		(struct nm_bytes){ tst_info, sizeof(tst_info) }) ||
	    nm_signed_signer_count(r.signed_data) != 1 ||
	    nm_signed_signer(r.signed_data, 0)->ess_hash.len == 0) {
		error = refuse(
		    fault, "The time stamp is not signed as one has to be");
		goto out;
	}
	error = check_info(nm_buffer_bytes(&r.info), hash, nonce, out, fault);
	if (error == NM_OK)
		error = list_certificates(out);
	if (error == NM_OK)
		error = find_authority(out, fault);
out:
	nm_buffer_reset(&r.info);
	if (error != NM_OK)
		nm_timestamp_clear(out);
	return error;
}

void
nm_timestamp_clear(struct nm_timestamp *t)
{
	nm_buffer_reset(&t->serial);
	nm_buffer_reset(&t->certificate);
	free(t->along);
	nm_signed_free(&t->signed_data);
	memset(t, 0, sizeof(*t));
}
