/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The certificates that came along with the one that is checked. NSS keeps
 * what it has once seen for an hour, and takes a certificate for another of
 * the same issuer and number: a forged one from one mail would stand in the
 * way of a genuine one in the next (measured on NSS 3.87). So NSS gets to see
 * only those that lead, signature by signature, to a certificate that a token
 * holds; whoever could make such a one could as well be trusted.
 */
#ifndef NSSMIME_CERTIFICATE_COMPANY_H
#define NSSMIME_CERTIFICATE_COMPANY_H

#include "certificate/facts.h"

struct nm_companion_certificate {
	CERTCertificate *apart; /* own reference; NSS does not know it */
	bool rooted;
	CERTCertificate *introduced; /* NSS's own; NULL: not introduced */
};

struct nm_company {
	struct nm_companion_certificate *items;
	size_t count;
};

/* The certificate to check, where no token holds it; those of the question;
 * and the issuers that were asked for. */
bool nm_company_gather(struct nm_company *c, CERTCertificate *cert,
    const struct nm_path_question *question);
/* Makes NSS know those that are rooted. The certificate to check, as NSS is
 * to see it: a new reference; NULL: it leads nowhere. */
CERTCertificate *nm_company_introduce(
    struct nm_company *c, CERTCertificate *cert);
bool nm_company_has(const struct nm_company *c, const CERTCertificate *cert);
void nm_company_clear(struct nm_company *c);

enum nm_signed_by {
	NM_SIGNED_BY,
	NM_SIGNED_BY_ANOTHER,
	NM_SIGNED_WEAKLY, /* by an algorithm that NSS's policy forbids */
	NM_SIGNED_UNKNOWN /* by an algorithm that it does not know */
};
enum nm_signed_by nm_certificate_signed_by(
    CERTCertificate *cert, CERTCertificate *issuer);

/* The issuer among the company, by name and signature; lent; NULL: none. */
CERTCertificate *nm_company_issuer(
    const struct nm_company *c, CERTCertificate *cert);
/* One that a token holds, of that name; that has signed, if there is one; a
 * new reference. *how: whether it has. */
CERTCertificate *nm_token_issuer(CERTCertificate *cert, enum nm_signed_by *how);

#endif
