/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whether a path that NSS accepts still holds. libpkix remembers a path that
 * it built for an hour, and with it the certificates of the mail that
 * completed it: trust taken away and an issuer that only another mail brought
 * would go unseen (measured on NSS 3.87). So whoever is in the path, and its
 * trust, are looked at again each time.
 */
#include "certificate/path.h"

#include <certdb.h>

/* Cuts the path before an issuer that neither a token holds nor the caller
 * brought. */
static bool
issuers_at_hand(struct nm_path *p, const struct nm_company *company)
{
	for (size_t i = 1; i < p->count; i++) {
		CERTCertificate *cert = p->links[i].cert;

		if (cert->isperm || cert->slot != NULL ||
		    nm_company_has(company, cert))
			continue;
		for (size_t j = i; j < p->count; j++)
			CERT_DestroyCertificate(p->links[j].cert);
		p->count = i;
		p->links[i - 1].reasons |=
		    NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN);
		return false;
	}
	return true;
}

/* The first certificate with a trust record of its own for e-mail decides. */
static bool
trusted(struct nm_path *p)
{
	for (size_t i = 0; i < p->count; i++) {
		CERTCertTrust trust;
		unsigned flags;

		if (CERT_GetCertTrust(p->links[i].cert, &trust) != SECSuccess)
			continue;
		flags = trust.emailFlags;
		if (i > 0 && (flags & CERTDB_TRUSTED_CA) != 0)
			return true;
		if ((flags & CERTDB_TERMINAL_RECORD) == 0)
			continue;
		if (i == 0 && (flags & CERTDB_TRUSTED) != 0)
			return true;
		p->links[i].reasons |=
		    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED);
		return false;
	}
	p->links[p->count - 1].reasons |=
	    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED);
	return false;
}

bool
nm_path_is_current(struct nm_path *p, const struct nm_company *company)
{
	return issuers_at_hand(p, company) && trusted(p);
}
