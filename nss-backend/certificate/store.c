/* SPDX-License-Identifier: MPL-2.0 */
/* Writing certificates and keys into the database, and deleting them. */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

#include <certdb.h>
#include <prerror.h>
#include <secerr.h>
#include <secitem.h>
#include <secport.h>

#define MAX_NICKNAME 200

bool
nm_certificate_stored(CERTCertificate *cert)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	bool stored;

	if (slot == NULL)
		return false;
	stored = PK11_FindCertInSlot(slot, cert, NULL) != CK_INVALID_HANDLE;
	PK11_FreeSlot(slot);
	return stored;
}

/* "CN - O" as pk12util makes it, else an address, else the fingerprint. */
static char *
default_name(CERTCertificate *cert)
{
	char *common = CERT_GetCommonName(&cert->subject);
	char *organisation = CERT_GetOrgName(&cert->subject);
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_buffer b = NM_BUFFER_INIT;

	if (common != NULL && organisation != NULL) {
		nm_buffer_format(&b, "%s - %s", common, organisation);
	} else if (common != NULL) {
		nm_buffer_string(&b, common);
	} else if (cert->emailAddr != NULL && cert->emailAddr[0] != '\0') {
		nm_buffer_string(&b, cert->emailAddr);
	} else {
		nm_certificate_fingerprint(cert, fingerprint);
		nm_buffer_append(&b, fingerprint, 16);
	}
	PORT_Free(common);
	PORT_Free(organisation);
	return nm_buffer_take_string(&b);
}

static bool
conflicts(const char *name, const CERTCertificate *cert)
{
	return SEC_CertNicknameConflict(
	    name, &cert->derSubject, CERT_GetDefaultCertDB());
}

char *
nm_certificate_nickname(CERTCertificate *cert, const char *wanted)
{
	char fingerprint[NM_FINGERPRINT_SIZE];
	struct nm_buffer b = NM_BUFFER_INIT;
	char *name;
	size_t len;

	name = wanted != NULL && wanted[0] != '\0' ? strdup(wanted)
						   : default_name(cert);
	if (name == NULL)
		return NULL;
	/* "token:name" is how NSS names what is on other tokens */
	for (char *p = name; *p != '\0'; p++) {
		if (*p == ':' || (unsigned char)*p < 0x20)
			*p = ' ';
	}
	if ((len = strlen(name)) > MAX_NICKNAME) {
		len = MAX_NICKNAME;
		while (len > 0 && ((unsigned char)name[len] & 0xc0) == 0x80)
			len--;
		name[len] = '\0';
	}
	if (!conflicts(name, cert))
		return name;
	/* one that nobody else can have by chance */
	nm_certificate_fingerprint(cert, fingerprint);
	nm_buffer_format(&b, "%s (%.16s)", name, fingerprint);
	free(name);
	return nm_buffer_take_string(&b);
}

static enum nm_error
storage_failed(struct nm_fault *fault, const char *what)
{
	return nm_fail(
	    fault, NM_ERR_STORAGE_FAILED, "%s (%s)", what, nm_nss_reason());
}

enum nm_error
nm_certificate_store(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, struct nm_fault *fault)
{
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();
	enum nm_error error = NM_OK;
	char *name = NULL;
	SECStatus rv;

	if (slot == NULL)
		return storage_failed(fault, "There is no database");
	if ((name = nm_certificate_nickname(cert, NULL)) == NULL) {
		error = NM_ERR_INTERNAL;
		goto out;
	}
	rv = PK11_ImportCert(slot, cert, CK_INVALID_HANDLE, name, PR_FALSE);
	if (rv != SECSuccess && nm_token_locked(slot)) {
		error = nm_token_unlock(db, slot, asker, fault);
		if (error != NM_OK)
			goto out;
		rv = PK11_ImportCert(
		    slot, cert, CK_INVALID_HANDLE, name, PR_FALSE);
	}
	if (rv != SECSuccess)
		error = storage_failed(fault, "A certificate cannot be stored");
	nm_database_changed(db);
out:
	free(name);
	PK11_FreeSlot(slot);
	return error;
}

/* What NSS leaves of a deleted private key: its public half, by which a
 * locked database would still be taken to have the key. */
static void
delete_public(PK11SlotInfo *slot, const SECItem *id)
{
	PK11GenericObject *objects, *o;
	SECItem other = { siBuffer, NULL, 0 };
	CK_OBJECT_HANDLE handle;
	PK11SlotInfo *where;
	bool equal;

	objects = PK11_FindGenericObjects(slot, CKO_PUBLIC_KEY);
	for (o = objects; o != NULL; o = PK11_GetNextGenericObject(o)) {
		if (PK11_ReadRawAttribute(
			PK11_TypeGeneric, o, CKA_ID, &other) != SECSuccess)
			continue;
		equal = SECITEM_ItemsAreEqual(&other, id);
		SECITEM_FreeItem(&other, PR_FALSE);
		if (!equal)
			continue;
		handle = PK11_GetObjectHandle(PK11_TypeGeneric, o, &where);
		/* the slot is lent */
		if (handle != CK_INVALID_HANDLE)
			(void)PK11_DestroyTokenObject(where, handle);
	}
	if (objects != NULL)
		(void)PK11_DestroyGenericObjects(objects);
}

enum nm_error
nm_key_delete(
    PK11SlotInfo *slot, SECKEYPrivateKey **key, struct nm_fault *fault)
{
	CERTCertificate *other = PK11_GetCertFromPrivateKey(*key);
	SECItem *id;
	SECStatus rv;

	if (other != NULL) {
		/* a renewed certificate has the same key: it stays */
		CERT_DestroyCertificate(other);
		return NM_OK;
	}
	id = PK11_GetLowLevelKeyIDForPrivateKey(*key);
	rv = PK11_DeleteTokenPrivateKey(*key, PR_TRUE); /* frees it */
	*key = NULL;
	if (rv == SECSuccess && id != NULL && id->len != 0)
		delete_public(slot, id);
	if (id != NULL)
		SECITEM_FreeItem(id, PR_TRUE);
	return rv == SECSuccess
	    ? NM_OK
	    : storage_failed(fault, "The private key cannot be deleted");
}

enum nm_error
nm_certificate_delete(struct nm_database *db, CERTCertificate *cert,
    bool with_key, const struct nm_asker *asker, struct nm_fault *fault)
{
	SECKEYPrivateKey *key = NULL;
	enum nm_error error = NM_OK;
	PK11SlotInfo *slot = NULL;

	if (cert->slot == NULL || !cert->isperm) {
		return nm_fail(fault, NM_ERR_CERTIFICATE_NOT_FOUND,
		    "The certificate is not in the database");
	}
	if (PK11_IsReadOnly(cert->slot) ||
	    (PK11_IsInternal(cert->slot) && !nm_database_writable(db))) {
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate cannot be deleted where it lies");
	}
	if (with_key && (slot = nm_database_key_slot(db, cert)) != NULL) {
		/* before anything is deleted */
		error = nm_certificate_key(db, cert, asker, &key, fault);
		if (error != NM_OK)
			goto out;
	}
	if (!PK11_IsInternal(cert->slot) &&
	    (error = nm_token_unlock(db, cert->slot, asker, fault)) != NM_OK)
		goto out;
	if (SEC_DeletePermCertificate(cert) != SECSuccess) {
		error =
		    storage_failed(fault, "The certificate cannot be deleted");
		goto out;
	}
	nm_database_changed(db);
	if (key != NULL)
		error = nm_key_delete(slot, &key, fault);
	nm_database_changed(db);
out:
	if (key != NULL)
		SECKEY_DestroyPrivateKey(key);
	if (slot != NULL)
		PK11_FreeSlot(slot);
	return error;
}

enum nm_error
nm_certificate_set_trust(struct nm_database *db, CERTCertificate *cert,
    enum nm_trust trust, const struct nm_asker *asker, struct nm_fault *fault)
{
	bool authority = CERT_IsCACert(cert, NULL);
	CERTCertTrust flags = { 0, 0, 0 };
	PK11SlotInfo *slot;
	enum nm_error error;

	if (!nm_database_writable(db)) {
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	}
	/* of one that is not stored NSS would keep the trust apart */
	if (!cert->isperm)
		return nm_fail(fault, NM_ERR_CERTIFICATE_NOT_FOUND,
		    "The certificate is not in the database");
	if ((slot = PK11_GetInternalKeySlot()) == NULL)
		return storage_failed(fault, "There is no database");
	/* trust is kept with a checksum under the database's key */
	error = nm_token_unlock(db, slot, asker, fault);
	PK11_FreeSlot(slot);
	if (error != NM_OK)
		return error;
	/* what it is trusted for besides e-mail stays as it is */
	(void)CERT_GetCertTrust(cert, &flags);
	flags.emailFlags = 0;
	switch (trust) {
	case NM_TRUST_TRUSTED:
		flags.emailFlags = authority
		    ? CERTDB_VALID_CA | CERTDB_TRUSTED_CA
		    : CERTDB_TERMINAL_RECORD | CERTDB_TRUSTED;
		break;
	case NM_TRUST_UNTRUSTED:
		flags.emailFlags = CERTDB_TERMINAL_RECORD;
		break;
	case NM_TRUST_INHERITED:
		flags.emailFlags = authority ? CERTDB_VALID_CA : 0;
		break;
	}
	if (CERT_ChangeCertTrust(CERT_GetDefaultCertDB(), cert, &flags) !=
	    SECSuccess)
		error = storage_failed(fault, "The trust cannot be changed");
	nm_database_changed(db);
	return error;
}
