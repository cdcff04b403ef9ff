/* SPDX-License-Identifier: MPL-2.0 */
/* A certificate's fields and extensions as they are encoded (RFC 5280 section
 * 4.1), before anything is made of them. */
#include "certificate/facts.h"

#include <string.h>

bool
nm_certificate_divide(struct nm_bytes der, struct nm_certificate_parts *out)
{
	struct nm_tlv cert, tbs, e;
	struct nm_bytes *sequences[] = { &out->algorithm, &out->issuer,
		&out->validity, &out->subject, &out->spki };

	memset(out, 0, sizeof(*out));
	if (!nm_der_take(&der, 0x30, &cert) || der.len != 0 ||
	    !nm_der_take(&cert.value, 0x30, &tbs) ||
	    !nm_der_take(&cert.value, 0x30, &e))
		return false;
	out->signed_with = e.value;
	if (!nm_der_take(&cert.value, 0x03, &e) || cert.value.len != 0)
		return false;
	if (nm_der_take(&tbs.value, 0xa0, &e))
		out->version = e.value;
	if (!nm_der_take(&tbs.value, 0x02, &e))
		return false;
	out->serial = e.value;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++) {
		if (!nm_der_take(&tbs.value, 0x30, &e))
			return false;
		*sequences[i] = e.value;
	}
	/* issuerUniqueID, subjectUniqueID */
	(void)nm_der_take(&tbs.value, 0x81, &e);
	(void)nm_der_take(&tbs.value, 0x82, &e);
	if (nm_der_take(&tbs.value, 0xa3, &e)) {
		struct nm_bytes list = e.value;

		if (!nm_der_take(&list, 0x30, &e) || list.len != 0)
			return false;
		out->extensions = e.value;
		out->extended = true;
	}
	return tbs.value.len == 0;
}

/* Extension ::= SEQUENCE { extnID, critical DEFAULT FALSE, extnValue } */
bool
nm_extension_next(struct nm_bytes *list, struct nm_extension *out)
{
	struct nm_tlv all, e;

	memset(out, 0, sizeof(*out));
	if (!nm_der_take(list, 0x30, &all) ||
	    !nm_der_take(&all.value, 0x06, &e))
		return false;
	out->oid = e.value;
	if (nm_der_take(&all.value, 0x01, &e))
		out->critical = e.value.len != 1 || e.value.data[0] != 0;
	if (!nm_der_take(&all.value, 0x04, &e) || all.value.len != 0)
		return false;
	out->value = e.value;
	return true;
}

bool
nm_extension_find(
    const CERTCertificate *cert, int number, struct nm_bytes *value)
{
	struct nm_bytes der = { cert->derCert.data, cert->derCert.len };
	struct nm_certificate_parts parts;
	struct nm_extension e;

	if (!nm_certificate_divide(der, &parts))
		return false;
	while (nm_extension_next(&parts.extensions, &e)) {
		if (nm_extension_number(&e) == number) {
			*value = e.value;
			return true;
		}
	}
	return false;
}

int
nm_extension_number(const struct nm_extension *e)
{
	return e->oid.len == 3 && e->oid.data[0] == 0x55 &&
		e->oid.data[1] == 0x1d
	    ? e->oid.data[2]
	    : 0;
}
