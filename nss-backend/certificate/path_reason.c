/* SPDX-License-Identifier: MPL-2.0 */
/*
 * From NSS's errors to reasons. The verification log is asked first; but
 * libpkix tries path after path and is vague about the last (an expired or
 * badly signed issuer, or a name constraint, may read as "unknown issuer"),
 * so that what can be seen in the certificates themselves is looked at too.
 */
#include "certificate/path.h"
#include "certificate/revocation.h"

#include <certdb.h>
#include <prerror.h>
#include <secerr.h>
#include <secoid.h>

/* Not a reason of its own: the certificates of the chain tell which it is. */
#define ISSUER NM_REASON_COUNT

static const struct {
	PRErrorCode error;
	enum nm_reason reason;
} table[] = {
	{ SEC_ERROR_UNKNOWN_ISSUER, ISSUER },
	{ SEC_ERROR_UNTRUSTED_ISSUER, ISSUER },
	{ SEC_ERROR_UNKNOWN_CERT, ISSUER },
	{ SEC_ERROR_UNTRUSTED_CERT, NM_REASON_ISSUER_UNTRUSTED },
	{ SEC_ERROR_CERT_NOT_VALID, NM_REASON_ISSUER_UNTRUSTED },
	{ SEC_ERROR_APPLICATION_CALLBACK_ERROR, NM_REASON_ISSUER_UNTRUSTED },
	{ SEC_ERROR_EXPIRED_CERTIFICATE, NM_REASON_EXPIRED },
	{ SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE, NM_REASON_EXPIRED },
	{ SEC_ERROR_INVALID_TIME, NM_REASON_MALFORMED },
	{ SEC_ERROR_INADEQUATE_KEY_USAGE, NM_REASON_USAGE_NOT_PERMITTED },
	{ SEC_ERROR_INADEQUATE_CERT_TYPE, NM_REASON_USAGE_NOT_PERMITTED },
	{ SEC_ERROR_CERT_USAGES_INVALID, NM_REASON_USAGE_NOT_PERMITTED },
	{ SEC_ERROR_CA_CERT_INVALID, ISSUER },
	{ SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID, ISSUER },
	{ SEC_ERROR_POLICY_VALIDATION_FAILED, NM_REASON_USAGE_NOT_PERMITTED },
	{ SEC_ERROR_CERT_NOT_IN_NAME_SPACE, NM_REASON_NAME_CONSTRAINT },
	{ SEC_ERROR_BAD_SIGNATURE, NM_REASON_SIGNATURE_MISMATCH },
	{ SEC_ERROR_REVOKED_CERTIFICATE, NM_REASON_REVOKED },
	{ SEC_ERROR_REVOKED_KEY, NM_REASON_REVOKED },
	{ SEC_ERROR_REVOKED_CERTIFICATE_CRL, NM_REASON_REVOKED },
	{ SEC_ERROR_REVOKED_CERTIFICATE_OCSP, NM_REASON_REVOKED },
	{ SEC_ERROR_CRL_EXPIRED, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_BAD_SIGNATURE, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_INVALID, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_INVALID_VERSION, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_V1_CRITICAL_EXTENSION, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_UNKNOWN_CRITICAL_EXTENSION,
	    NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CRL_NOT_YET_VALID, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_OCSP_UNKNOWN_CERT, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_OCSP_SERVER_ERROR, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_OCSP_BAD_HTTP_RESPONSE, NM_REASON_REVOCATION_UNKNOWN },
	{ SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED, NM_REASON_WEAK_DIGEST },
	{ SEC_ERROR_INVALID_ALGORITHM, NM_REASON_UNSUPPORTED_ALGORITHM },
	{ SEC_ERROR_UNSUPPORTED_KEYALG, NM_REASON_UNSUPPORTED_ALGORITHM },
	{ SEC_ERROR_UNSUPPORTED_ELLIPTIC_CURVE,
	    NM_REASON_UNSUPPORTED_ALGORITHM },
	{ SEC_ERROR_UNSUPPORTED_EC_POINT_FORM,
	    NM_REASON_UNSUPPORTED_ALGORITHM },
	{ SEC_ERROR_INVALID_KEY, NM_REASON_MALFORMED },
	{ SEC_ERROR_BAD_KEY, NM_REASON_MALFORMED },
	{ SEC_ERROR_BAD_DER, NM_REASON_MALFORMED },
	{ SEC_ERROR_UNKNOWN_CRITICAL_EXTENSION, NM_REASON_MALFORMED },
	{ SEC_ERROR_EXTENSION_VALUE_INVALID, NM_REASON_MALFORMED },
	{ SEC_ERROR_EXTENSION_NOT_FOUND, NM_REASON_MALFORMED },
	{ SEC_ERROR_REUSED_ISSUER_AND_SERIAL, NM_REASON_MALFORMED },
};

static enum nm_reason
reason_of(PRErrorCode error)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].error == error)
			return table[i].reason;
	}
	return ISSUER;
}

static void
add(struct nm_path *p, size_t at, enum nm_reason reason)
{
	if (at >= p->count)
		at = p->count - 1;
	p->links[at].reasons |= NM_REASON_BIT(reason);
	if (reason == NM_REASON_REVOKED)
		p->revocation = NM_REVOCATION_REVOKED;
	else if (reason == NM_REASON_REVOCATION_UNKNOWN)
		p->revocation = NM_REVOCATION_UNKNOWN;
}

/* Whether the database's CRL of the issuer lists a certificate. */
static bool
is_listed(const CERTCertificate *cert)
{
	SECItem issuer = cert->derIssuer;
	CERTSignedCrl *crl;
	bool listed = false;

	crl = SEC_FindCrlByName(CERT_GetDefaultCertDB(), &issuer, SEC_CRL_TYPE);
	if (crl == NULL)
		return false;
	for (CERTCrlEntry **e = crl->crl.entries;
	     e != NULL && *e != NULL && !listed; e++) {
		listed = SECITEM_ItemsAreEqual(
		    &(*e)->serialNumber, &cert->serialNumber);
	}
	(void)SEC_DestroyCrl(crl);
	return listed;
}

/* libpkix says of the issuer that what it issued is revoked. */
static void
add_revoked(struct nm_path *p, size_t at)
{
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		if (is_listed(p->links[i].cert)) {
			add(p, i, NM_REASON_REVOKED);
			any = true;
		}
	}
	if (!any)
		add(p, at > 0 ? at - 1 : 0, NM_REASON_REVOKED);
}

static size_t
position(const struct nm_path *p, const CERTVerifyLogNode *node)
{
	for (size_t i = 0; node->cert != NULL && i < p->count; i++) {
		if (nm_certificate_same(p->links[i].cert, node->cert))
			return i;
	}
	return node->depth;
}

/* A name outside of a constraint, and an extension that is not known, NSS
 * reports of another certificate than the one that has it, and the former as
 * a missing extension. If one was found to be so, it is that one. */
static bool
is_told(const struct nm_path *p, enum nm_reason reason)
{
	static const nm_reasons seen = NM_REASON_BIT(NM_REASON_MALFORMED) |
	    NM_REASON_BIT(NM_REASON_NAME_CONSTRAINT);
	bool told = false;

	for (size_t i = 0; i < p->count; i++)
		told |= (p->links[i].reasons & seen) != 0;
	return told && (seen & NM_REASON_BIT(reason)) != 0;
}

/* Times and issuers are told by the certificates, not by the error: NSS has
 * one for both ends of a validity, and several for one missing issuer. */
static void
add_error(struct nm_path *p, size_t at, PRErrorCode error)
{
	enum nm_reason reason = reason_of(error);

	if (reason == NM_REASON_REVOKED)
		add_revoked(p, at);
	else if (error == SEC_ERROR_POLICY_VALIDATION_FAILED)
		/* what the leaf lacks (RFC 5280 6.1.5), told of a root */
		add(p, 0, reason);
	else if (reason != ISSUER && reason != NM_REASON_EXPIRED &&
	    !is_told(p, reason))
		add(p, at, reason);
}

static void
read_log(struct nm_path *p, SECCertificateUsage usage, PRTime when)
{
	CERTVerifyLog log = { NULL, 0, NULL, NULL };
	CERTVerifyLogNode *node;
	PRErrorCode error;

	/* the error of the deciding call comes first */
	PR_SetError(0, 0);
	(void)CERT_VerifyCertificate(CERT_GetDefaultCertDB(), p->links[0].cert,
	    PR_TRUE, usage, when, NULL, NULL, NULL);
	error = PR_GetError();
	if ((log.arena = PORT_NewArena(1024)) == NULL)
		return;
	(void)CERT_VerifyCertificate(CERT_GetDefaultCertDB(), p->links[0].cert,
	    PR_TRUE, usage, when, NULL, &log, NULL);
	if (log.head == NULL)
		add_error(p, 0, error);
	for (node = log.head; node != NULL; node = node->next) {
		add_error(p, position(p, node), (PRErrorCode)node->error);
		if (node->cert != NULL)
			CERT_DestroyCertificate(node->cert);
	}
	PORT_FreeArena(log.arena, PR_FALSE);
}

void
nm_path_look_at_times(struct nm_path *p, int64_t when)
{
	int64_t from, until;

	for (size_t i = 0; i < p->count; i++) {
		if (!nm_certificate_validity(p->links[i].cert, &from, &until))
			continue;
		if (when < from - NM_CLOCK_SKEW)
			add(p, i, NM_REASON_NOT_YET_VALID);
		else if (when > until)
			add(p, i, NM_REASON_EXPIRED);
	}
}

/* pathLenConstraint (RFC 5280 4.2.1.9); SIZE_MAX: none. */
static size_t
path_length(const CERTCertificate *cert)
{
	SECItem item = { siBuffer, NULL, 0 };
	struct nm_tlv seq, e;
	struct nm_bytes in;
	uint64_t length;
	size_t result = SIZE_MAX;

	if (CERT_FindCertExtension(
		cert, SEC_OID_X509_BASIC_CONSTRAINTS, &item) != SECSuccess)
		return result;
	in = (struct nm_bytes){ item.data, item.len };
	if (nm_der_take(&in, 0x30, &seq)) {
		(void)nm_der_take(&seq.value, 0x01, &e);
		if (nm_der_take(&seq.value, 0x02, &e) &&
		    nm_der_uint(e.value, &length))
			result = (size_t)length;
	}
	SECITEM_FreeItem(&item, PR_FALSE);
	return result;
}

void
nm_path_look_at_issuers(struct nm_path *p)
{
	struct nm_path_link *link;
	size_t below = 0; /* intermediates below, RFC 5280 4.2.1.9 */

	for (size_t i = 0; i < p->count; i++) {
		link = &p->links[i];
		if (i + 1 < p->count &&
		    nm_certificate_signed_by(link->cert,
			p->links[i + 1].cert) == NM_SIGNED_BY_ANOTHER)
			add(p, i, NM_REASON_SIGNATURE_MISMATCH);
		if (i == 0)
			continue;
		if (!CERT_IsCACert(link->cert, NULL) ||
		    (link->cert->rawKeyUsage & KU_KEY_CERT_SIGN) == 0 ||
		    (nm_certificate_eku(link->cert) & ~NM_EKU_OCSP) == 0 ||
		    path_length(link->cert) < below)
			add(p, i, NM_REASON_USAGE_NOT_PERMITTED);
		if (!nm_certificate_self_issued(link->cert))
			below++;
	}
}

static bool
is_trusted(const CERTCertificate *cert)
{
	CERTCertTrust trust;

	return CERT_GetCertTrust(cert, &trust) == SECSuccess &&
	    (trust.emailFlags & CERTDB_TRUSTED_CA) != 0;
}

static bool
is_distrusted(const CERTCertificate *cert)
{
	CERTCertTrust trust;

	return CERT_GetCertTrust(cert, &trust) == SECSuccess &&
	    (trust.emailFlags &
		(CERTDB_TERMINAL_RECORD | CERTDB_TRUSTED |
		    CERTDB_TRUSTED_CA)) == CERTDB_TERMINAL_RECORD;
}

static bool
has_constraints(const CERTCertificate *cert)
{
	SECItem item = { siBuffer, NULL, 0 };

	if (CERT_FindCertExtension(
		cert, SEC_OID_X509_NAME_CONSTRAINTS, &item) != SECSuccess)
		return false;
	SECITEM_FreeItem(&item, PR_FALSE);
	return true;
}

/*
 * "The issuer": a chain that ends in a certificate that signed itself has a
 * root that is not trusted, one that ends otherwise lacks an issuer. If a
 * link is trusted and nothing else is wrong with the chain, what is left is
 * the one thing libpkix calls so and that was not looked at.
 */
static void
look_at_trust(struct nm_path *p)
{
	size_t top = p->count - 1;
	nm_reasons found = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (is_distrusted(p->links[i].cert)) {
			add(p, i, NM_REASON_ISSUER_UNTRUSTED);
			return;
		}
	}
	for (size_t i = 0; i < p->count; i++) {
		found |= p->links[i].reasons;
		if (!is_trusted(p->links[i].cert))
			continue;
		if (nm_reasons_status(found) != NM_STATUS_VALID)
			return;
		for (size_t j = 0; j <= i; j++) {
			if (has_constraints(p->links[j].cert)) {
				add(p, 0, NM_REASON_NAME_CONSTRAINT);
				return;
			}
		}
		add(p, 0, NM_REASON_MALFORMED);
		return;
	}
	add(p, top,
	    nm_certificate_self_issued(p->links[top].cert)
		? NM_REASON_ISSUER_UNTRUSTED
		: NM_REASON_ISSUER_UNKNOWN);
}

void
nm_path_explain(struct nm_path *p, SECCertificateUsage usage, PRTime when)
{
	for (size_t i = 0; i < p->count; i++) {
		if (nm_certificate_asks_more(p->links[i].cert))
			add(p, i, NM_REASON_MALFORMED);
	}
	read_log(p, usage, when);
	nm_path_look_at_times(p, when / PR_USEC_PER_SEC);
	nm_path_look_at_issuers(p);
	/* no path to a trusted root is told also beside other reasons */
	look_at_trust(p);
}
