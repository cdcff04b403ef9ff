/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A certificate that nothing leads from to a certificate that a token holds:
 * who issued it as far as that can be told, and what is wrong with it, without
 * NSS's path engine, which would remember it.
 */
#include "certificate/path.h"

#define MAX_LINKS 32u

static void
add(struct nm_path_link *link, enum nm_reason reason)
{
	link->reasons |= NM_REASON_BIT(reason);
}

static bool
is_in(const struct nm_path *p, const CERTCertificate *cert)
{
	for (size_t i = 0; i < p->count; i++) {
		if (nm_certificate_same(p->links[i].cert, cert))
			return true;
	}
	return false;
}

/*
 * A token holds one of the issuer's name. Its signature is not on the
 * certificate (or the company had led here), or cannot be checked; either way
 * the two are what a reader is to see.
 */
static bool
end_at_token(struct nm_path *p, CERTCertificate *issuer, enum nm_signed_by how)
{
	struct nm_path_link *last = &p->links[p->count - 1];

	switch (how) {
	case NM_SIGNED_WEAKLY:
		add(last, NM_REASON_WEAK_DIGEST);
		break;
	case NM_SIGNED_UNKNOWN:
		add(last, NM_REASON_UNSUPPORTED_ALGORITHM);
		break;
	case NM_SIGNED_BY:
	case NM_SIGNED_BY_ANOTHER:
		add(last, NM_REASON_SIGNATURE_MISMATCH);
		break;
	}
	return nm_path_add(p, issuer);
}

/* Upwards through the company; false: memory. */
static bool
climb(struct nm_path *p, CERTCertificate *cert, const struct nm_company *c)
{
	CERTCertificate *at = cert, *next;
	enum nm_signed_by how;
	bool ok;

	if (!nm_path_add(p, cert))
		return false;
	while (p->count < MAX_LINKS && !nm_certificate_self_issued(at)) {
		next = nm_company_issuer(c, at);
		if (next == NULL || is_in(p, next))
			break;
		if (!nm_path_add(p, next))
			return false;
		at = next;
	}
	next =
	    nm_certificate_self_issued(at) ? NULL : nm_token_issuer(at, &how);
	if (next != NULL) {
		ok = end_at_token(p, next, how);
		CERT_DestroyCertificate(next);
		return ok;
	}
	add(&p->links[p->count - 1],
	    nm_certificate_self_issued(at) ? NM_REASON_ISSUER_UNTRUSTED
					   : NM_REASON_ISSUER_UNKNOWN);
	return true;
}

bool
nm_path_apart(struct nm_path *p, CERTCertificate *cert,
    const struct nm_path_question *question, const struct nm_company *company)
{
	if (!climb(p, cert, company))
		return false;
	if (!nm_certificate_permits(cert, question->purpose))
		add(&p->links[0], NM_REASON_USAGE_NOT_PERMITTED);
	nm_path_look_at_times(p, question->when);
	nm_path_look_at_issuers(p);
	return true;
}
