/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Which certificates are the user's own. A private key is tied to its
 * certificate by CKA_ID (PKCS #11). While a token is locked its private keys
 * cannot be seen, but their public halves, which NSS stores beside them with
 * the same CKA_ID, can.
 *
 * CERT_IsUserCert() answers the same from what NSS remembered of the
 * certificate when it first saw it, and so goes wrong when a key comes later.
 */
#include "database/state.h"

#include <stdlib.h>
#include <string.h>

#include <cert.h>
#include <keyhi.h>
#include <secitem.h>

#define MAX_KEYS 10000

/* keythi.h of NSS 3.100: edKey, whose publicValue lies where ecKey's does. */
#define KEY_ED 10

void
nm_key_ids_clear(struct nm_key_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		PK11_FreeSlot(ids->items[i].slot);
		free(ids->items[i].data);
	}
	free(ids->items);
	*ids = (struct nm_key_ids){ NULL, 0, false, 0 };
}

static bool
add(struct nm_key_ids *ids, PK11SlotInfo *slot, const SECItem *id)
{
	struct nm_key_id *items;
	uint8_t *data;

	items = realloc(ids->items, (ids->count + 1) * sizeof(*items));
	if (items == NULL)
		return false;
	ids->items = items;
	if ((data = malloc(id->len)) == NULL)
		return false;
	memcpy(data, id->data, id->len);
	ids->items[ids->count++] =
	    (struct nm_key_id){ PK11_ReferenceSlot(slot), data, id->len };
	return true;
}

static bool
add_slot(struct nm_key_ids *ids, PK11SlotInfo *slot)
{
	PK11GenericObject *objects, *o;
	SECItem id = { siBuffer, NULL, 0 };
	bool ok = true;

	objects = PK11_FindGenericObjects(
	    slot, nm_token_locked(slot) ? CKO_PUBLIC_KEY : CKO_PRIVATE_KEY);
	for (o = objects; o != NULL && ok && ids->count < MAX_KEYS;
	     o = PK11_GetNextGenericObject(o)) {
		if (PK11_ReadRawAttribute(PK11_TypeGeneric, o, CKA_ID, &id) !=
		    SECSuccess)
			continue;
		if (id.len != 0)
			ok = add(ids, slot, &id);
		SECITEM_FreeItem(&id, PR_FALSE);
	}
	if (objects != NULL)
		(void)PK11_DestroyGenericObjects(objects);
	return ok;
}

static const struct nm_key_ids *
key_ids(struct nm_database *db)
{
	uint64_t epoch = nm_database_epoch(db);
	PK11SlotListElement *e;
	PK11SlotList *slots;
	bool ok = true;

	if (db->keys.known && db->keys.epoch == epoch)
		return &db->keys;
	nm_key_ids_clear(&db->keys);
	if ((slots = nm_slots()) == NULL)
		return &db->keys;
	for (e = slots->head; e != NULL && ok; e = e->next) {
		if (nm_slot_counts(e->slot))
			ok = add_slot(&db->keys, e->slot);
	}
	PK11_FreeSlotList(slots);
	db->keys.known = ok;
	db->keys.epoch = epoch;
	return &db->keys;
}

SECItem *
nm_key_id(SECKEYPublicKey *key)
{
	SECItem *value = NULL;

	switch ((int)key->keyType) {
	case rsaKey:
	case rsaPssKey:
	case rsaOaepKey:
		value = &key->u.rsa.modulus;
		break;
	case dsaKey:
		value = &key->u.dsa.publicValue;
		break;
	case ecKey:
	case KEY_ED:
		value = &key->u.ec.publicValue;
		break;
	default:
		break;
	}
	return value != NULL ? PK11_MakeIDFromPubKey(value) : NULL;
}

static SECItem *
make_id(CERTCertificate *cert)
{
	SECKEYPublicKey *key = CERT_ExtractPublicKey(cert);
	SECItem *id;

	if (key == NULL)
		return NULL;
	id = nm_key_id(key);
	SECKEY_DestroyPublicKey(key);
	return id;
}

static PK11SlotInfo *
lookup(const struct nm_key_ids *ids, PK11SlotInfo *slot, const SECItem *id)
{
	const struct nm_key_id *k;

	for (size_t i = 0; i < ids->count; i++) {
		k = &ids->items[i];
		if ((slot == NULL || slot == k->slot) && k->len == id->len &&
		    memcmp(k->data, id->data, id->len) == 0)
			return k->slot;
	}
	return NULL;
}

PK11SlotInfo *
nm_database_key_slot(struct nm_database *db, CERTCertificate *cert)
{
	const struct nm_key_ids *ids = key_ids(db);
	PK11SlotInfo *slot = NULL;
	SECItem own = { siBuffer, NULL, 0 }, *id;

	if ((id = make_id(cert)) != NULL) {
		slot = lookup(ids, NULL, id);
		SECITEM_FreeItem(id, PR_TRUE);
	}
	/* other tokens number their objects as they like */
	if (slot == NULL && cert->slot != NULL &&
	    !PK11_IsInternal(cert->slot) && !PK11_HasRootCerts(cert->slot) &&
	    PK11_ReadRawAttribute(PK11_TypeCert, cert, CKA_ID, &own) ==
		SECSuccess) {
		if (own.len != 0)
			slot = lookup(ids, cert->slot, &own);
		SECITEM_FreeItem(&own, PR_FALSE);
	}
	/* and may hide even public keys until they are unlocked */
	if (slot == NULL && cert->slot != NULL &&
	    !PK11_IsInternal(cert->slot) && nm_token_locked(cert->slot) &&
	    !CERT_IsCACert(cert, NULL)) {
		bool any = false;

		for (size_t i = 0; i < ids->count && !any; i++)
			any = ids->items[i].slot == cert->slot;
		if (!any)
			slot = cert->slot;
	}
	return slot != NULL ? PK11_ReferenceSlot(slot) : NULL;
}

PK11SlotInfo *
nm_database_id_slot(struct nm_database *db, const SECItem *id)
{
	PK11SlotInfo *slot = lookup(key_ids(db), NULL, id);

	return slot != NULL ? PK11_ReferenceSlot(slot) : NULL;
}

bool
nm_database_on_card(struct nm_database *db, CERTCertificate *cert)
{
	PK11SlotInfo *slot = nm_database_key_slot(db, cert);
	bool card;

	if (slot == NULL)
		return false;
	card = !PK11_IsInternal(slot);
	PK11_FreeSlot(slot);
	return card;
}

bool
nm_database_owns(struct nm_database *db, CERTCertificate *cert)
{
	PK11SlotInfo *slot = nm_database_key_slot(db, cert);

	if (slot == NULL)
		return false;
	PK11_FreeSlot(slot);
	return true;
}
