/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A certificate by what was kept of it. The authority that was trusted then
 * may be one that the database does not know, or trusts no more: whether the
 * path to it holds is another question than whether it is trusted now.
 */
#include "certificate/exhibit.h"

#include <stdlib.h>
#include <string.h>

#include <certdb.h>
#include <secerr.h>
#include <secitem.h>

#include "certificate/revocation.h"

#define MAX_SECONDS INT64_C(253402300799) /* the year 9999 */

/* Puts trust for e-mail on a certificate as NSS has it here; what it was. */
static unsigned
set_trust(CERTCertificate *cert, unsigned flags)
{
	unsigned before;

	if (cert->trust == NULL)
		cert->trust =
		    PORT_ArenaZAlloc(cert->arena, sizeof(*cert->trust));
	if (cert->trust == NULL)
		return 0;
	before = cert->trust->emailFlags;
	cert->trust->emailFlags = flags;
	return before;
}

static bool
verify(const struct nm_exhibit_court *c, const struct nm_permitted *known,
    CERTCertificate *anchor)
{
	PRUint64 methods[2] = { 0, 0 };
	CERTRevocationFlags none = { { 2, methods, 0, NULL, 0 },
		{ 2, methods, 0, NULL, 0 } };
	CERTValInParam in[4];
	CERTCertList *anchors = CERT_NewCertList();
	bool ok = false;

	if (anchors == NULL)
		return false;
	if (CERT_AddCertToListTail(anchors, CERT_DupCertificate(anchor)) ==
	    SECSuccess) {
		memset(in, 0, sizeof(in));
		in[0].type = cert_pi_revocationFlags;
		in[0].value.pointer.revocation = &none;
		in[1].type = cert_pi_date;
		in[1].value.scalar.time = c->which->when * PR_USEC_PER_SEC;
		in[2].type = cert_pi_trustAnchors;
		in[2].value.pointer.chain = anchors;
		in[3].type = cert_pi_end;
		ok = CERT_PKIXVerifyCert(known->certs[0],
			 certificateUsageEmailSigner, in, NULL,
			 NULL) == SECSuccess;
	}
	CERT_DestroyCertList(anchors);
	return ok;
}

/* NSS's word on a path to that authority, whatever is trusted or distrusted
 * now. It remembers what it has seen: for a process that ends soon. */
static bool
holds(const struct nm_exhibit_court *c, CERTCertificate *anchor)
{
	struct nm_permitted known;
	unsigned *trust;
	bool ok = false;

	if (!nm_permit_timestamps(
		&known, c->certs, c->count, true, c->which->timestamping))
		return false;
	trust = calloc(known.count + 1, sizeof(*trust));
	if (trust == NULL || known.count == 0)
		goto out;
	for (size_t i = 0; i < known.count; i++)
		trust[i] = set_trust(known.certs[i],
		    nm_certificate_same(known.certs[i], anchor)
			? CERTDB_VALID_CA | CERTDB_TRUSTED_CA
			: 0);
	ok = verify(c, &known, anchor);
	/* the last first: two may be the same */
	for (size_t i = known.count; i > 0; i--)
		(void)set_trust(known.certs[i - 1], trust[i - 1]);
out:
	free(trust);
	nm_permit_end(&known);
	return ok;
}

static void
sum(struct nm_path *path)
{
	path->reasons = 0;
	for (size_t i = 0; i < path->count; i++)
		path->reasons |= path->links[i].reasons;
}

static void
trust_anchor(const struct nm_exhibit_court *c, CERTCertificate *anchor,
    struct nm_path *path)
{
	const nm_reasons times = NM_REASON_BIT(NM_REASON_EXPIRED) |
	    NM_REASON_BIT(NM_REASON_NOT_YET_VALID);
	size_t top = path->count;
	bool ok;

	for (size_t i = 0; top == path->count && i < path->count; i++) {
		if (nm_certificate_same(path->links[i].cert, anchor))
			top = i;
	}
	if (top == path->count)
		return; /* the path does not lead there */
	/* what is above it is of no interest any more */
	while (path->count > top + 1)
		CERT_DestroyCertificate(path->links[--path->count].cert);
	/* The leaf itself may be what is trusted: then there is no path. For
	 * the others NSS decides, also how far clocks may differ. */
	ok = path->count > 1 && holds(c, anchor);
	for (size_t i = 0; i < path->count; i++)
		path->links[i].reasons &=
		    ~(NM_EXHIBIT_UNTRUSTED | (ok ? times : 0));
	sum(path);
	if (!ok && path->count > 1 &&
	    nm_reasons_status(path->reasons) == NM_STATUS_VALID)
		path->links[top].reasons |=
		    NM_REASON_BIT(NM_REASON_ISSUER_UNTRUSTED);
	nm_path_check_revocation(path, c->evidence,
	    c->which->received ? c->which->when : NM_NOT_RECEIVED);
	sum(path);
}

static bool
is_signed_by(CERTCertificate *cert, CERTCertificate *issuer)
{
	SECKEYPublicKey *key;
	bool ok;

	if (!SECITEM_ItemsAreEqual(&cert->derIssuer, &issuer->derSubject) ||
	    (key = CERT_ExtractPublicKey(issuer)) == NULL)
		return false;
	/* another error is that of an algorithm, which the path tells */
	ok = CERT_VerifySignedDataWithPublicKey(
		 &cert->signatureWrap, key, NULL) == SECSuccess ||
	    PORT_GetError() != SEC_ERROR_BAD_SIGNATURE;
	SECKEY_DestroyPublicKey(key);
	return ok;
}

/* Whether the recorded chain is one: the database may have a path where the
 * record has none. */
static bool
is_chain(const struct nm_exhibits *x, const struct nm_exhibit_chain *chain)
{
	CERTCertificate *cert = NULL, *issuer;
	bool ok = true;

	for (size_t i = 0; ok && i < chain->count; i++) {
		const struct nm_buffer *der = &x->certificates[chain->links[i]];

		issuer = nm_certificate_decode_apart(der->data, der->len);
		ok = issuer != NULL &&
		    (cert == NULL || is_signed_by(cert, issuer));
		if (cert != NULL)
			CERT_DestroyCertificate(cert);
		cert = issuer;
	}
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	return ok;
}

static enum nm_error
recheck(const struct nm_exhibits *x, const struct nm_exhibit_court *c,
    const struct nm_exhibit_chain *chain, struct nm_path *path)
{
	enum nm_error error = nm_exhibit_court_try(c, path);
	const struct nm_buffer *der;
	CERTCertificate *cert;

	if (error != NM_OK || chain == NULL || chain->count == 0 ||
	    (path->reasons & NM_EXHIBIT_UNTRUSTED) == 0)
		return error;
	der = &x->certificates[chain->links[chain->count - 1]];
	cert = nm_certificate_decode(der->data, der->len, NULL);
	if (cert == NULL)
		return NM_OK;
	trust_anchor(c, cert, path);
	CERT_DestroyCertificate(cert);
	return NM_OK;
}

enum nm_error
nm_exhibits_recheck(const struct nm_exhibits *x,
    const struct nm_exhibit_case *which, const struct nm_exhibit_chain *chain,
    struct nm_exhibit_finding *out)
{
	struct nm_path path = { 0 };
	struct nm_exhibit_court court;
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	/* what NSS's microseconds have room for */
	if (which->when > MAX_SECONDS || which->when < -MAX_SECONDS)
		return NM_ERR_MALFORMED_MESSAGE;
	error = nm_exhibit_court_open(&court, which, NULL);
	if (error == NM_OK)
		error = recheck(x, &court, chain, &path);
	if (error == NM_OK) {
		nm_exhibit_find(&path, out);
		if (chain != NULL && !is_chain(x, chain))
			out->reasons |=
			    NM_REASON_BIT(NM_REASON_SIGNATURE_MISMATCH);
	}
	nm_path_clear(&path);
	nm_exhibit_court_close(&court);
	return error;
}
