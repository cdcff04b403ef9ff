/* SPDX-License-Identifier: MPL-2.0 */
/* Where a certificate says that more is known of it. */
#include "certificate/revocation.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <secitem.h>
#include <secoid.h>

#define MAX_LOCATIONS 4u
#define MAX_URL	      2048u
#define TAG_URI	      0x86

static bool
is_web(struct nm_bytes url)
{
	const char *text = (const char *)url.data;

	for (size_t i = 0; i < url.len; i++) {
		if (url.data[i] <= ' ' || url.data[i] >= 0x7f)
			return false;
	}
	return url.len <= MAX_URL &&
	    ((url.len > 7 && strncasecmp(text, "http://", 7) == 0) ||
		(url.len > 8 && strncasecmp(text, "https://", 8) == 0));
}

static bool
add(struct nm_strings *s, struct nm_bytes url)
{
	char **items;

	if (!is_web(url) || s->count == MAX_LOCATIONS)
		return true;
	items = reallocarray(s->items, s->count + 1, sizeof(*items));
	if (items == NULL)
		return false;
	s->items = items;
	items[s->count] = strndup((const char *)url.data, url.len);
	if (items[s->count] == NULL)
		return false;
	s->count++;
	return true;
}

/* AuthorityInfoAccessSyntax ::= SEQUENCE OF { accessMethod, location } */
static bool
read_access(struct nm_bytes der, enum nm_location kind, struct nm_strings *out)
{
	/* id-ad-ocsp, id-ad-caIssuers: 1.3.6.1.5.5.7.48.1 and .2 */
	static const uint8_t id[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07,
		0x30 };
	uint8_t last = kind == NM_LOCATION_OCSP ? 1 : 2;
	struct nm_tlv all, one, oid, location;

	if (!nm_der_take(&der, 0x30, &all))
		return true;
	while (nm_der_take(&all.value, 0x30, &one)) {
		if (nm_der_take(&one.value, 0x06, &oid) &&
		    oid.value.len == sizeof(id) + 1 &&
		    memcmp(oid.value.data, id, sizeof(id)) == 0 &&
		    oid.value.data[sizeof(id)] == last &&
		    nm_der_take(&one.value, TAG_URI, &location) &&
		    !add(out, location.value))
			return false;
	}
	return true;
}

/* CRLDistributionPoints ::= SEQUENCE OF DistributionPoint { [0] { [0]
 * fullName }, [1] reasons, [2] cRLIssuer }: those for some reasons only, or
 * by another issuer, tell too little. */
static bool
read_points(struct nm_bytes der, struct nm_strings *out)
{
	struct nm_tlv all, point, name, full, location;

	if (!nm_der_take(&der, 0x30, &all))
		return true;
	while (nm_der_take(&all.value, 0x30, &point)) {
		if (!nm_der_take(&point.value, 0xa0, &name) ||
		    point.value.len != 0 ||
		    !nm_der_take(&name.value, 0xa0, &full))
			continue;
		while (nm_der_next(&full.value, &location)) {
			if (location.tag == TAG_URI &&
			    !add(out, location.value))
				return false;
		}
	}
	return true;
}

bool
nm_certificate_locations(
    const CERTCertificate *cert, enum nm_location kind, struct nm_strings *out)
{
	SECItem item = { siBuffer, NULL, 0 };
	struct nm_bytes der;
	bool crl = kind == NM_LOCATION_CRL, ok;

	*out = (struct nm_strings){ NULL, 0 };
	if (CERT_FindCertExtension(cert,
		crl ? SEC_OID_X509_CRL_DIST_POINTS
		    : SEC_OID_X509_AUTH_INFO_ACCESS,
		&item) != SECSuccess)
		return true;
	der = (struct nm_bytes){ item.data, item.len };
	ok = crl ? read_points(der, out) : read_access(der, kind, out);
	SECITEM_FreeItem(&item, PR_FALSE);
	if (!ok)
		nm_strings_clear(out);
	return ok;
}
