/* SPDX-License-Identifier: MPL-2.0 */
#include "recipient.h"

#include <string.h>

/* 1.2.840.113549.1.1.x: id-mgf1 and id-pSpecified (RFC 8017 A.2.1) */
static const uint8_t oid_mgf1[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x01, 0x08 };
static const uint8_t oid_specified[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x01, 0x09 };
static const uint8_t null[] = { 0x05, 0x00 };

static bool
is_oid(struct nm_bytes oid, const uint8_t *known, size_t len)
{
	return nm_bytes_equal(oid, (struct nm_bytes){ known, len });
}

/* `value`: an AlgorithmIdentifier of a digest, whole. */
static bool
parse_digest(struct nm_bytes value, enum nm_digest *out)
{
	struct nm_tlv sequence, parameters;
	struct nm_bytes oid;

	if (!nm_der_take(&value, 0x30, &sequence) || value.len != 0 ||
	    !nm_algorithm_split(sequence.value, &oid, &parameters))
		return false;
	*out = nm_digest_by_oid(oid);
	return *out != NM_DIGEST_NONE && *out != NM_DIGEST_MD5;
}

/* Both [1] and [2] hold an AlgorithmIdentifier with one known OID. */
static bool
parse_known(struct nm_bytes value, const uint8_t *known, size_t len,
    struct nm_tlv *parameters)
{
	struct nm_tlv sequence;
	struct nm_bytes oid;

	return nm_der_take(&value, 0x30, &sequence) && value.len == 0 &&
	    nm_algorithm_split(sequence.value, &oid, parameters) &&
	    is_oid(oid, known, len);
}

bool
nm_oaep_parse(const struct nm_tlv *parameters, struct nm_oaep *out)
{
	struct nm_bytes at = parameters->value;
	struct nm_tlv field, inner;

	out->hash = out->mgf = NM_DIGEST_SHA1;
	out->label = (struct nm_bytes){ NULL, 0 };
	if (parameters->tag == 0 || parameters->tag == 0x05)
		return true;
	if (parameters->tag != 0x30)
		return false;
	if (nm_der_take(&at, 0xa0, &field) &&
	    !parse_digest(field.value, &out->hash))
		return false;
	if (nm_der_take(&at, 0xa1, &field) &&
	    (!parse_known(field.value, oid_mgf1, sizeof(oid_mgf1), &inner) ||
		!parse_digest(inner.raw, &out->mgf)))
		return false;
	if (nm_der_take(&at, 0xa2, &field)) {
		if (!parse_known(field.value, oid_specified,
			sizeof(oid_specified), &inner) ||
		    inner.tag != 0x04 || inner.value.len > NM_MAX_LABEL)
			return false;
		out->label = inner.value;
	}
	return at.len == 0;
}

/* RFC 4055 2.1 allows NULL and absence; NULL is what everybody reads. */
static void
write_digest(enum nm_digest d, struct nm_buffer *out)
{
	struct nm_bytes oid = nm_digest_oid(d);
	size_t mark = nm_der_begin(out, 0x30);

	nm_der_put(out, 0x06, oid.data, oid.len);
	nm_buffer_append(out, null, sizeof(null));
	nm_der_end(out, mark);
}

/* Defaults are left out, as DER demands. */
void
nm_oaep_write(const struct nm_oaep *oaep, struct nm_buffer *out)
{
	size_t sequence = nm_der_begin(out, 0x30);
	size_t field, inner;

	if (oaep->hash != NM_DIGEST_SHA1) {
		field = nm_der_begin(out, 0xa0);
		write_digest(oaep->hash, out);
		nm_der_end(out, field);
	}
	if (oaep->mgf != NM_DIGEST_SHA1) {
		field = nm_der_begin(out, 0xa1);
		inner = nm_der_begin(out, 0x30);
		nm_der_put(out, 0x06, oid_mgf1, sizeof(oid_mgf1));
		write_digest(oaep->mgf, out);
		nm_der_end(out, inner);
		nm_der_end(out, field);
	}
	if (oaep->label.len != 0) {
		field = nm_der_begin(out, 0xa2);
		inner = nm_der_begin(out, 0x30);
		nm_der_put(out, 0x06, oid_specified, sizeof(oid_specified));
		nm_der_put(out, 0x04, oaep->label.data, oaep->label.len);
		nm_der_end(out, inner);
		nm_der_end(out, field);
	}
	nm_der_end(out, sequence);
}

void
nm_oaep_params(const struct nm_oaep *oaep, CK_RSA_PKCS_OAEP_PARAMS *out)
{
	memset(out, 0, sizeof(*out));
	out->hashAlg = nm_digest_mechanism(oaep->hash);
	out->mgf = nm_digest_mgf(oaep->mgf);
	out->source = CKZ_DATA_SPECIFIED;
	if (oaep->label.len != 0) {
		out->pSourceData = nm_item(oaep->label).data;
		out->ulSourceDataLen = oaep->label.len;
	}
}
