/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Time-stamping authorities. NSS has no usage for time stamps: their paths
 * are checked as those of signatures in e-mail are. For as long as that takes,
 * the summaries by which NSS tells usages (see permit_any() in path.c) have
 * e-mail where the certificates have time stamps.
 */
#include "certificate/exhibit.h"

#include <stdlib.h>
#include <string.h>

#include <certdb.h>

#include "certificate/facts.h"

bool
nm_certificate_stamps_time(const CERTCertificate *cert)
{
	/* RFC 3161 2.3: id-kp-timeStamping and nothing else, critical */
	static const uint8_t eku[] = { 0x55, 0x1d, 0x25 };
	static const uint8_t purpose[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06,
		0x01, 0x05, 0x05, 0x07, 0x03, 0x08 };

	for (size_t i = 0;
	     cert->extensions != NULL && cert->extensions[i] != NULL; i++) {
		const CERTCertExtension *e = cert->extensions[i];

		if (e->id.len != sizeof(eku) ||
		    memcmp(e->id.data, eku, sizeof(eku)) != 0)
			continue;
		return e->critical.len == 1 && e->critical.data[0] != 0 &&
		    e->value.len == sizeof(purpose) &&
		    memcmp(e->value.data, purpose, sizeof(purpose)) == 0 &&
		    (cert->rawKeyUsage &
			(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
	}
	return false;
}

bool
nm_permit_timestamps(struct nm_permitted *p, CERTCertificate *const *certs,
    size_t count, bool all, bool permit)
{
	memset(p, 0, sizeof(*p));
	p->certs = calloc(count + 1, sizeof(CERTCertificate *));
	p->types = calloc(count + 1, sizeof(*p->types));
	if (p->certs == NULL || p->types == NULL) {
		nm_permit_end(p);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		bool stamps =
		    (certs[i]->nsCertType & EXT_KEY_USAGE_TIME_STAMP) != 0;
		CERTCertificate *cert;

		if (!all && !stamps)
			continue;
		cert = nm_certificate_decode(
		    certs[i]->derCert.data, certs[i]->derCert.len, NULL);
		if (cert == NULL)
			continue;
		p->types[p->count] = cert->nsCertType;
		p->certs[p->count++] = cert;
		if (permit && stamps)
			cert->nsCertType |= CERT_IsCACert(cert, NULL)
			    ? NS_CERT_TYPE_EMAIL_CA
			    : NS_CERT_TYPE_EMAIL;
	}
	return true;
}

void
nm_permit_end(struct nm_permitted *p)
{
	/* the last first: two may be the same */
	while (p->count > 0) {
		p->count--;
		p->certs[p->count]->nsCertType = p->types[p->count];
		CERT_DestroyCertificate(p->certs[p->count]);
	}
	free(p->certs);
	free(p->types);
	memset(p, 0, sizeof(*p));
}
