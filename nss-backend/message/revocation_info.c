/* SPDX-License-Identifier: MPL-2.0 */
/* RevocationInfoChoice (RFC 5652 10.2.1). */
#include <string.h>

#include "reading.h"

enum nm_fetch_kind
nm_revocation_info_kind(struct nm_bytes info, struct nm_bytes *der)
{
	/* id-ri-ocsp-response, 1.3.6.1.5.5.7.16.2 (RFC 5940 section 2.1) */
	static const uint8_t id[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x10,
		0x02 };
	struct nm_tlv other, oid;
	struct nm_bytes at = info;

	*der = info;
	if (!nm_der_take(&at, 0xa1, &other) ||
	    !nm_der_take(&other.value, 0x06, &oid) ||
	    !nm_bytes_equal(oid.value, (struct nm_bytes){ id, sizeof(id) }))
		return NM_FETCH_CRL;
	*der = other.value;
	return NM_FETCH_OCSP;
}
