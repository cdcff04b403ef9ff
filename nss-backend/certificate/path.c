/* SPDX-License-Identifier: MPL-2.0 */
/*
 * NSS decides, without a log; what is wrong is explained afterwards
 * (path_reason.c). On what NSS leaves to us (header): the checks below, on
 * the very path that was verified.
 */
#include "certificate/path.h"
#include "certificate/constraint.h"
#include "certificate/revocation.h"

#include <stdlib.h>
#include <string.h>

#include <secerr.h>
#include <secoid.h>

/* Between 9999 BCE and CE, so that microseconds do not overflow. */
#define MAX_SECONDS INT64_C(253402300799)

#define MAX_LINKS 32u

#define SHA1_ENDED	INT64_C(1483228800) /* 2017-01-01 */
#define SHORT_KEY_ENDED INT64_C(1388534400) /* 2014-01-01 */

const char *
nm_revocation_name(enum nm_revocation r)
{
	switch (r) {
	case NM_REVOCATION_GOOD:
		return "good";
	case NM_REVOCATION_REVOKED:
		return "revoked";
	case NM_REVOCATION_UNKNOWN:
		return "unknown";
	case NM_REVOCATION_NOT_CHECKED:
		break;
	}
	return "not-checked";
}

bool
nm_path_add(struct nm_path *p, CERTCertificate *cert)
{
	struct nm_path_link *links;

	links = realloc(p->links, (p->count + 1) * sizeof(*links));
	if (links == NULL)
		return false;
	p->links = links;
	p->links[p->count++] =
	    (struct nm_path_link){ CERT_DupCertificate(cert), 0 };
	return true;
}

static bool
add_list(struct nm_path *p, CERTCertList *list)
{
	CERTCertListNode *node;

	if (list == NULL)
		return true;
	for (node = CERT_LIST_HEAD(list); !CERT_LIST_END(node, list);
	     node = CERT_LIST_NEXT(node)) {
		if (p->count > 0 &&
		    nm_certificate_same(
			p->links[p->count - 1].cert, node->cert))
			continue;
		if (!nm_path_add(p, node->cert))
			return false;
	}
	return true;
}

/*
 * RFC 8550 4.4.4: anyExtendedKeyUsage permits e-mail. NSS works by a summary
 * of the extension that it makes at decoding, in which that usage counts for
 * nothing; so it is completed there. Verification for e-mail alone reads
 * these two bits.
 */
static void
permit_any(CERTCertificate *cert)
{
	if ((nm_certificate_eku(cert) & NM_EKU_ANY) == 0)
		return;
	cert->nsCertType |= NS_CERT_TYPE_EMAIL;
	if (CERT_IsCACert(cert, NULL))
		cert->nsCertType |= NS_CERT_TYPE_EMAIL_CA;
}

static bool
verify(CERTCertificate *cert, SECCertificateUsage usage, PRTime when)
{
	SECCertificateUsage got = 0;

	return CERT_VerifyCertificate(CERT_GetDefaultCertDB(), cert, PR_TRUE,
		   usage, when, NULL, NULL, &got) == SECSuccess &&
	    (got & usage) != 0;
}

/* The path that libpkix verified, by asking it again: it remembers. */
static bool
verified_path(CERTCertificate *cert, SECCertificateUsage usage, PRTime when,
    struct nm_path *out)
{
	PRUint64 methods[2] = { 0, 0 };
	CERTRevocationFlags none = { { 2, methods, 0, NULL, 0 },
		{ 2, methods, 0, NULL, 0 } };
	CERTValInParam in[3];
	CERTValOutParam got[3];
	bool ok = true;

	memset(in, 0, sizeof(in));
	memset(got, 0, sizeof(got));
	in[0].type = cert_pi_revocationFlags;
	in[0].value.pointer.revocation = &none;
	in[1].type = cert_pi_date;
	in[1].value.scalar.time = when;
	in[2].type = cert_pi_end;
	got[0].type = cert_po_certList;
	got[1].type = cert_po_trustAnchor;
	got[2].type = cert_po_end;
	if (CERT_PKIXVerifyCert(cert, usage, in, got, NULL) == SECSuccess) {
		ok = add_list(out, got[0].value.pointer.chain);
		if (ok && got[1].value.pointer.cert != NULL &&
		    (out->count == 0 ||
			!nm_certificate_same(out->links[out->count - 1].cert,
			    got[1].value.pointer.cert)))
			ok = nm_path_add(out, got[1].value.pointer.cert);
	}
	if (got[0].value.pointer.chain != NULL)
		CERT_DestroyCertList(got[0].value.pointer.chain);
	if (got[1].value.pointer.cert != NULL)
		CERT_DestroyCertificate(got[1].value.pointer.cert);
	return ok;
}

static bool
in_path(const struct nm_path *p, const CERTCertificate *cert)
{
	for (size_t i = 0; i < p->count; i++) {
		if (nm_certificate_same(p->links[i].cert, cert))
			return true;
	}
	return false;
}

/*
 * Whatever hangs together, for a certificate that is not good. NSS's search
 * stops where an issuer is no authority; one that did sign nevertheless is
 * put in, to be named as what is wrong.
 */
static bool
likely_path(CERTCertificate *cert, PRTime when, struct nm_path *out)
{
	CERTCertificate *top = cert;
	CERTCertList *list;
	bool ok = true;

	while (ok && out->count < MAX_LINKS) {
		list =
		    CERT_GetCertChainFromCert(top, when, certUsageEmailSigner);
		ok = add_list(out, list);
		if (list != NULL)
			CERT_DestroyCertList(list);
		if (top != cert)
			CERT_DestroyCertificate(top);
		top = cert;
		if (ok && out->count == 0)
			ok = nm_path_add(out, cert);
		if (!ok ||
		    nm_certificate_self_issued(out->links[out->count - 1].cert))
			break;
		top = CERT_FindCertByName(CERT_GetDefaultCertDB(),
		    &out->links[out->count - 1].cert->derIssuer);
		if (top == NULL || in_path(out, top) ||
		    nm_certificate_signed_by(out->links[out->count - 1].cert,
			top) == NM_SIGNED_BY_ANOTHER)
			break;
	}
	if (top != NULL && top != cert)
		CERT_DestroyCertificate(top);
	return ok;
}

static void
check_key(struct nm_path_link *link, int64_t from)
{
	struct nm_key_facts key;

	nm_certificate_key_facts(link->cert, &key);
	if (!key.known || key.bits > NM_MAX_RSA_BITS) {
		link->reasons |= NM_REASON_BIT(NM_REASON_UNSUPPORTED_ALGORITHM);
	} else if (key.trivial) {
		link->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
	} else if (key.curve == NULL && strcmp(key.type, "ed25519") != 0 &&
	    (key.bits < 1024 || (key.bits < 2048 && from >= SHORT_KEY_ENDED))) {
		link->reasons |= NM_REASON_BIT(NM_REASON_WEAK_KEY);
	}
}

static void
check_digest(struct nm_path_link *link, int64_t from)
{
	switch (nm_certificate_signature_digest(link->cert)) {
	case SEC_OID_MD2:
	case SEC_OID_MD4:
	case SEC_OID_MD5:
		link->reasons |= NM_REASON_BIT(NM_REASON_WEAK_DIGEST);
		break;
	case SEC_OID_SHA1:
		if (from >= SHA1_ENDED)
			link->reasons |= NM_REASON_BIT(NM_REASON_WEAK_DIGEST);
		break;
	default:
		break;
	}
}

static void
check_links(struct nm_path *p, enum nm_purpose purpose)
{
	struct nm_path_link *link;
	struct nm_key_facts key;
	int64_t from, until;

	for (size_t i = 0; i < p->count; i++) {
		link = &p->links[i];
		if (!nm_certificate_validity(link->cert, &from, &until) ||
		    !nm_certificate_in_profile(link->cert))
			link->reasons |= NM_REASON_BIT(NM_REASON_MALFORMED);
		check_key(link, from);
		/* a root is trusted for what it is, not for who signed it */
		if (i + 1 < p->count || !nm_certificate_self_issued(link->cert))
			check_digest(link, from);
	}
	nm_certificate_key_facts(p->links[0].cert, &key);
	if (key.known &&
	    !(purpose == NM_PURPOSE_SIGN ? key.can_sign : key.can_encrypt)) {
		p->links[0].reasons |=
		    NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED);
	}
}

/* Valid then, expired by now; a root's end does not matter to NSS. */
static void
check_now(struct nm_path *p, int64_t when)
{
	int64_t now = PR_Now() / PR_USEC_PER_SEC, from, until;

	if (when >= now)
		return;
	for (size_t i = 0; i < p->count; i++) {
		if ((i == 0 || i + 1 < p->count) &&
		    nm_certificate_validity(p->links[i].cert, &from, &until) &&
		    until >= when && until < now) {
			p->links[i].reasons |=
			    NM_REASON_BIT(NM_REASON_EXPIRED_SINCE);
		}
	}
}

/* NSS lets certificates count a day before they begin. */
static void
check_begin(struct nm_path *p, int64_t when)
{
	int64_t from, until;

	for (size_t i = 0; i < p->count; i++) {
		if ((i == 0 || i + 1 < p->count) &&
		    nm_certificate_validity(p->links[i].cert, &from, &until) &&
		    when < from - NM_CLOCK_SKEW)
			p->links[i].reasons |=
			    NM_REASON_BIT(NM_REASON_NOT_YET_VALID);
	}
}

static void
sum_up(struct nm_path *p)
{
	for (size_t i = 0; i < p->count; i++)
		p->reasons |= p->links[i].reasons;
}

/* Before NSS has seen the authorities: it remembers them. False: memory. */
static bool
judge_names(CERTCertificate *cert, PRTime time)
{
	struct nm_path likely = { .revocation = NM_REVOCATION_NOT_CHECKED };
	bool ok = likely_path(cert, time, &likely);

	if (ok)
		nm_path_judge_names(&likely);
	nm_path_clear(&likely);
	return ok;
}

/* Finds the path and asks NSS; *ok: what it says. False: memory. */
static bool
build(CERTCertificate *cert, SECCertificateUsage usage, PRTime time,
    struct nm_path *out, bool *ok)
{
	permit_any(cert);
	if (!judge_names(cert, time))
		return false;
	*ok = verify(cert, usage, time);
	if (*ok && !verified_path(cert, usage, time, out))
		return false;
	if (out->count == 0 && !likely_path(cert, time, out))
		return false;
	if (!*ok) {
		/* the issuers were not known before */
		for (size_t i = 1; i < out->count; i++)
			permit_any(out->links[i].cert);
		*ok = verify(cert, usage, time);
	}
	return true;
}

/* What the path is worth beyond NSS's word for it. */
static void
judge(struct nm_path *p, const struct nm_path_question *q,
    const struct nm_company *c, SECCertificateUsage usage, int64_t when,
    bool ok)
{
	if (!ok)
		nm_path_explain(p, usage, when * PR_USEC_PER_SEC);
	else if (nm_path_is_current(p, c)) {
		check_begin(p, when);
		check_now(p, when);
	}
	sum_up(p);
	if (q->evidence != NULL &&
	    (p->reasons &
		(NM_REASON_BIT(NM_REASON_ISSUER_UNKNOWN) |
		    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED))) == 0)
		nm_path_check_revocation(
		    p, q->evidence, q->received ? when : NM_NOT_RECEIVED);
	sum_up(p);
	/* whatever was found: what NSS refuses is not valid */
	if (!ok && nm_reasons_status(p->reasons) == NM_STATUS_VALID)
		p->reasons |= NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED);
}

enum nm_error
nm_path_check(struct nm_database *db, CERTCertificate *cert,
    const struct nm_path_question *q, struct nm_path *out)
{
	SECCertificateUsage usage = q->purpose == NM_PURPOSE_SIGN
	    ? certificateUsageEmailSigner
	    : certificateUsageEmailRecipient;
	struct nm_path_question asked = *q;
	struct nm_company company;
	CERTCertificate *seen = NULL;
	enum nm_error error = NM_ERR_INTERNAL;
	bool ok;

	nm_trust_refresh(db);
	*out = (struct nm_path){ .revocation = NM_REVOCATION_NOT_CHECKED };
	if (asked.when > MAX_SECONDS)
		asked.when = MAX_SECONDS;
	if (asked.when < -MAX_SECONDS)
		asked.when = -MAX_SECONDS;
	if (!nm_company_gather(&company, cert, q))
		goto out;
	seen = nm_company_introduce(&company, cert);
	if (seen == NULL) {
		if (!nm_path_apart(out, cert, &asked, &company))
			goto out;
		check_links(out, q->purpose);
		nm_path_check_names(out);
		sum_up(out);
		if (q->evidence != NULL)
			nm_evidence_want_issuer(
			    q->evidence, out->links[out->count - 1].cert);
	} else {
		if (!build(seen, usage, asked.when * PR_USEC_PER_SEC, out, &ok))
			goto out;
		check_links(out, q->purpose);
		nm_path_check_names(out);
		judge(out, &asked, &company, usage, asked.when, ok);
	}
	error = NM_OK;
out:
	if (seen != NULL)
		CERT_DestroyCertificate(seen);
	nm_company_clear(&company);
	if (error != NM_OK)
		nm_path_clear(out);
	return error;
}

void
nm_path_clear(struct nm_path *p)
{
	for (size_t i = 0; i < p->count; i++)
		CERT_DestroyCertificate(p->links[i].cert);
	free(p->links);
	*p = (struct nm_path){ .revocation = NM_REVOCATION_NOT_CHECKED };
}

enum nm_error
nm_path_reasons(struct nm_database *db, CERTCertificate *cert,
    const struct nm_path_question *q, nm_reasons *out)
{
	struct nm_path path;
	enum nm_error error = nm_path_check(db, cert, q, &path);

	*out = path.reasons;
	nm_path_clear(&path);
	return error;
}
