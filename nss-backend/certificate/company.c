/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/company.h"

#include <stdlib.h>
#include <string.h>

#include <certdb.h>
#include <prerror.h>
#include <secerr.h>
#include <secitem.h>
#include <secoid.h>

#include "certificate/revocation.h"

/* Signatures that are looked at to find out who leads where: a message has at
 * most 200 certificates, and nobody honest sends many of one name. */
#define MAX_LOOKS 400u

/* By a token, for good. */
static bool
is_held(const CERTCertificate *cert)
{
	return cert->isperm || cert->slot != NULL;
}

static bool
add(struct nm_company *c, const CERTCertificate *cert)
{
	struct nm_companion_certificate *items;
	CERTCertificate *apart;

	if (nm_company_has(c, cert))
		return true;
	apart =
	    nm_certificate_decode_apart(cert->derCert.data, cert->derCert.len);
	if (apart == NULL)
		return true;
	items = reallocarray(c->items, c->count + 1, sizeof(*items));
	if (items == NULL) {
		CERT_DestroyCertificate(apart);
		return false;
	}
	c->items = items;
	items[c->count++] =
	    (struct nm_companion_certificate){ apart, false, NULL };
	return true;
}

bool
nm_company_gather(struct nm_company *c, CERTCertificate *cert,
    const struct nm_path_question *question)
{
	CERTCertificate **fetched = NULL;
	size_t count = 0;
	bool ok;

	memset(c, 0, sizeof(*c));
	ok = question->evidence == NULL ||
	    nm_evidence_issuers(question->evidence, &fetched, &count);
	if (ok && !is_held(cert))
		ok = add(c, cert);
	for (size_t i = 0; ok && i < question->along_count; i++)
		ok = add(c, question->along[i]);
	for (size_t i = 0; i < count; i++) {
		ok = ok && add(c, fetched[i]);
		CERT_DestroyCertificate(fetched[i]);
	}
	free(fetched);
	return ok;
}

void
nm_company_clear(struct nm_company *c)
{
	for (size_t i = 0; i < c->count; i++) {
		CERT_DestroyCertificate(c->items[i].apart);
		if (c->items[i].introduced != NULL)
			CERT_DestroyCertificate(c->items[i].introduced);
	}
	free(c->items);
	memset(c, 0, sizeof(*c));
}

bool
nm_company_has(const struct nm_company *c, const CERTCertificate *cert)
{
	for (size_t i = 0; i < c->count; i++) {
		if (nm_certificate_same(cert, c->items[i].apart))
			return true;
	}
	return false;
}

/* ---- who signed whom ---------------------------------------------------- */

/* What a failed check means, by the algorithm: NSS has one error for what its
 * policy forbids and for a key of another kind. */
static enum nm_signed_by
not_signed(const CERTCertificate *cert)
{
	switch (nm_certificate_signature_digest(cert)) {
	case SEC_OID_MD2:
	case SEC_OID_MD4:
	case SEC_OID_MD5:
	case SEC_OID_SHA1:
		return PR_GetError() == SEC_ERROR_BAD_SIGNATURE
		    ? NM_SIGNED_BY_ANOTHER
		    : NM_SIGNED_WEAKLY;
	case SEC_OID_UNKNOWN:
		return NM_SIGNED_UNKNOWN;
	default:
		return NM_SIGNED_BY_ANOTHER;
	}
}

enum nm_signed_by
nm_certificate_signed_by(CERTCertificate *cert, CERTCertificate *issuer)
{
	SECKEYPublicKey *key = CERT_ExtractPublicKey(issuer);
	enum nm_signed_by how = NM_SIGNED_BY;

	if (key == NULL)
		return NM_SIGNED_UNKNOWN;
	if (CERT_VerifySignedDataWithPublicKey(
		&cert->signatureWrap, key, NULL) != SECSuccess)
		how = not_signed(cert);
	SECKEY_DestroyPublicKey(key);
	return how;
}

static bool
is_named(const CERTCertificate *cert, const CERTCertificate *issuer)
{
	return SECITEM_ItemsAreEqual(&cert->derIssuer, &issuer->derSubject);
}

CERTCertificate *
nm_company_issuer(const struct nm_company *c, CERTCertificate *cert)
{
	for (size_t i = 0; i < c->count; i++) {
		CERTCertificate *issuer = c->items[i].apart;

		if (is_named(cert, issuer) &&
		    nm_certificate_signed_by(cert, issuer) == NM_SIGNED_BY)
			return issuer;
	}
	return NULL;
}

CERTCertificate *
nm_token_issuer(CERTCertificate *cert, enum nm_signed_by *how)
{
	CERTCertificate *found = NULL;
	enum nm_signed_by one;
	CERTCertList *list;

	*how = NM_SIGNED_BY_ANOTHER;
	list = CERT_CreateSubjectCertList(
	    NULL, CERT_GetDefaultCertDB(), &cert->derIssuer, 0, PR_FALSE);
	if (list == NULL)
		return NULL;
	for (CERTCertListNode *n = CERT_LIST_HEAD(list);
	     !CERT_LIST_END(n, list) && (found == NULL || *how != NM_SIGNED_BY);
	     n = CERT_LIST_NEXT(n)) {
		if (n->cert->slot == NULL)
			continue; /* another mail's */
		one = nm_certificate_signed_by(cert, n->cert);
		/* one that did sign, else one that cannot be told */
		if (found != NULL && one == NM_SIGNED_BY_ANOTHER)
			continue;
		if (found != NULL)
			CERT_DestroyCertificate(found);
		found = CERT_DupCertificate(n->cert);
		*how = one;
	}
	CERT_DestroyCertList(list);
	return found;
}

static bool
is_signed_by_token(CERTCertificate *cert)
{
	enum nm_signed_by how;
	CERTCertificate *issuer = nm_token_issuer(cert, &how);

	if (issuer != NULL)
		CERT_DestroyCertificate(issuer);
	return issuer != NULL && how == NM_SIGNED_BY;
}

/* From the tokens downwards, until nobody new is found. */
static void
find_rooted(struct nm_company *c)
{
	unsigned looks = 0;
	bool found = true;

	for (size_t i = 0; i < c->count && looks < MAX_LOOKS; i++, looks++)
		c->items[i].rooted = is_signed_by_token(c->items[i].apart);
	while (found) {
		found = false;
		for (size_t i = 0; i < c->count; i++) {
			struct nm_companion_certificate *a = &c->items[i];

			for (size_t j = 0; !a->rooted && j < c->count; j++) {
				CERTCertificate *issuer = c->items[j].apart;

				if (!c->items[j].rooted ||
				    !is_named(a->apart, issuer))
					continue;
				if (looks++ == MAX_LOOKS)
					return;
				a->rooted = nm_certificate_signed_by(a->apart,
						issuer) == NM_SIGNED_BY;
				found |= a->rooted;
			}
		}
	}
}

CERTCertificate *
nm_company_introduce(struct nm_company *c, CERTCertificate *cert)
{
	CERTCertificate *seen =
	    is_held(cert) ? CERT_DupCertificate(cert) : NULL;

	find_rooted(c);
	for (size_t i = 0; i < c->count; i++) {
		struct nm_companion_certificate *a = &c->items[i];
		const SECItem *der = &a->apart->derCert;

		if (a->rooted)
			a->introduced =
			    nm_certificate_decode(der->data, der->len, NULL);
		if (a->introduced != NULL && seen == NULL &&
		    nm_certificate_same(a->apart, cert))
			seen = CERT_DupCertificate(a->introduced);
	}
	return seen;
}
