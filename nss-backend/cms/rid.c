/* SPDX-License-Identifier: MPL-2.0 */
#include "rid.h"

#include <secasn1.h>
#include <secport.h>

/* Names up to here are compared otherwise than by their octets. */
#define MAX_NAME 4096

bool
nm_rid_parse_issuer_serial(struct nm_bytes value, struct nm_rid *rid)
{
	struct nm_tlv issuer, serial;

	if (!nm_der_take(&value, 0x30, &issuer) ||
	    !nm_der_take(&value, 0x02, &serial) || value.len != 0 ||
	    serial.value.len == 0)
		return false;
	*rid = (struct nm_rid){ .issuer = issuer.raw, .serial = serial.value };
	return true;
}

/* The segments of an OCTET STRING whose tag is implicit (X.690 8.7.3): the
 * reader, which joins strings, cannot know that it is one. */
static bool
join(struct nm_bytes *value, struct nm_buffer *joined)
{
	struct nm_tlv segment;

	while (value->len != 0) {
		if (!nm_der_take(value, 0x04, &segment))
			return false;
		nm_buffer_append(joined, segment.value.data, segment.value.len);
	}
	*value = nm_buffer_bytes(joined);
	return !nm_buffer_failed(joined);
}

bool
nm_rid_parse(
    const struct nm_tlv *tlv, struct nm_rid *rid, struct nm_buffer *joined)
{
	struct nm_bytes value = tlv->value;

	switch (tlv->tag) {
	case 0x30:
		return nm_rid_parse_issuer_serial(value, rid);
	case 0xa0:
		if (!join(&value, joined))
			return false;
		break;
	case 0x80:
		break;
	default:
		return false;
	}
	*rid = (struct nm_rid){ .key_id = value };
	return value.len != 0;
}

void
nm_rid_put_issuer_serial(
    struct nm_buffer *out, uint8_t tag, const CERTCertificate *cert)
{
	size_t mark = nm_der_begin(out, tag);

	nm_buffer_append(out, cert->derIssuer.data, cert->derIssuer.len);
	nm_der_put(out, 0x02, cert->serialNumber.data, cert->serialNumber.len);
	nm_der_end(out, mark);
}

struct nm_bytes
nm_serial_trim(struct nm_bytes n)
{
	while (n.len > 1 && n.data[0] == 0) {
		n.data++;
		n.len--;
	}
	return n;
}

static struct nm_bytes
item(const SECItem *i)
{
	return (struct nm_bytes){ i->data, i->len };
}

/* Senders write a name again that they have read, with other types of string
 * or longer lengths: then the names are compared, not their octets. */
static bool
is_issuer(struct nm_bytes issuer, CERTCertificate *cert)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	PLArenaPool *arena;
	CERTName name = { 0 };
	bool same = false;
	SECItem in;

	if (nm_bytes_equal(issuer, item(&cert->derIssuer)))
		return true;
	if (issuer.len > MAX_NAME)
		return false;
	arena = PORT_NewArena(1024);
	if (arena != NULL && nm_der_put_minimal(&der, issuer) &&
	    !nm_buffer_failed(&der)) {
		in = (SECItem){ siBuffer, der.data, (unsigned)der.len };
		same =
		    SEC_QuickDERDecodeItem(arena, &name,
			SEC_ASN1_GET(CERT_NameTemplate), &in) == SECSuccess &&
		    CERT_CompareName(&name, &cert->issuer) == SECEqual;
	}
	if (arena != NULL)
		PORT_FreeArena(arena, PR_FALSE);
	nm_buffer_reset(&der);
	return same;
}

bool
nm_rid_matches(const struct nm_rid *rid, CERTCertificate *cert)
{
	if (rid->key_id.len != 0)
		return nm_bytes_equal(rid->key_id, item(&cert->subjectKeyID));
	return rid->issuer.len != 0 &&
	    nm_bytes_equal(nm_serial_trim(rid->serial),
		nm_serial_trim(item(&cert->serialNumber))) &&
	    is_issuer(rid->issuer, cert);
}
