/* SPDX-License-Identifier: MPL-2.0 */
/* Requests that nobody answered yet, and the keys that wait for it. */
#include <stdlib.h>
#include <string.h>

#include <nssmime/request.h>
#include <secitem.h>
#include <secport.h>

#include "certificate/revocation.h"

/* CertificationRequest, RFC 2986 section 4: as far as its key. */
static bool
take_apart(
    struct nm_bytes request, struct nm_bytes *subject, struct nm_bytes *public)
{
	struct nm_tlv all, info, version, name, key;

	if (!nm_der_take(&request, 0x30, &all) || request.len != 0 ||
	    !nm_der_take(&all.value, 0x30, &info) ||
	    !nm_der_take(&info.value, 0x02, &version) ||
	    !nm_der_take(&info.value, 0x30, &name) ||
	    !nm_der_take(&info.value, 0x30, &key))
		return false;
	*subject = name.raw;
	*public = key.raw;
	return true;
}

static SECItem *id_of(struct nm_bytes public)
{
	SECItem der = nm_item(public, siBuffer), *id = NULL;
	CERTSubjectPublicKeyInfo *info =
	    SECKEY_DecodeDERSubjectPublicKeyInfo(&der);
	SECKEYPublicKey *key;

	if (info == NULL)
		return NULL;
	if ((key = SECKEY_ExtractPublicKey(info)) != NULL) {
		id = nm_key_id(key);
		SECKEY_DestroyPublicKey(key);
	}
	SECKEY_DestroySubjectPublicKeyInfo(info);
	return id;
}

static bool
has_certificate(struct nm_index *index, struct nm_bytes public)
{
	for (size_t i = 0; i < nm_index_count(index); i++) {
		const SECItem *key = &nm_index_at(index, i)->derPublicKey;

		if (nm_bytes_equal(
			(struct nm_bytes){ key->data, key->len }, public))
			return true;
	}
	return false;
}

static char *
text_of(struct nm_bytes subject)
{
	SECItem der = nm_item(subject, siBuffer);
	char *ascii = CERT_DerNameToAscii(&der);
	char *text = strdup(ascii != NULL ? ascii : "");

	PORT_Free(ascii);
	return text;
}

enum nm_error
nm_pending_find(struct nm_database *db, struct nm_index *index,
    struct nm_bytes request, struct nm_pending *out, struct nm_fault *fault)
{
	struct nm_bytes subject, public;
	enum nm_error error = NM_OK;

	memset(out, 0, sizeof(*out));
	if (!take_apart(request, &subject, &public) ||
	    (out->id = id_of(public)) == NULL)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"request\" is no certificate request");
	if (has_certificate(index, public))
		error = nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The key of the member \"request\" has a certificate by "
		    "now, which can be deleted with it");
	else if ((out->slot = nm_database_id_slot(db, out->id)) == NULL)
		error = nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "The private key of the request is not here");
	else if ((out->subject = text_of(subject)) == NULL)
		error = NM_ERR_INTERNAL;
	if (error != NM_OK)
		nm_pending_clear(out);
	return error;
}

enum nm_error
nm_pending_withdraw(
    struct nm_database *db, const struct nm_pending *p, struct nm_fault *fault)
{
	SECKEYPrivateKey *key = PK11_FindKeyByKeyID(p->slot, p->id, NULL);
	enum nm_error error;

	if (key == NULL)
		return nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "The private key of the request is not here (%s)",
		    nm_nss_reason());
	error = nm_key_delete(p->slot, &key, fault);
	if (key != NULL)
		SECKEY_DestroyPrivateKey(key);
	nm_database_changed(db);
	return error;
}

void
nm_pending_clear(struct nm_pending *p)
{
	if (p->slot != NULL)
		PK11_FreeSlot(p->slot);
	if (p->id != NULL)
		SECITEM_FreeItem(p->id, PR_TRUE);
	free(p->subject);
	memset(p, 0, sizeof(*p));
}
