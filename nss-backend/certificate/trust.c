/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The trust of certificates as the database has it now. NSS reads it once, at
 * a certificate's first use, and keeps it: what another program (Thunderbird,
 * say, on its own profile) changes since, it never sees.
 */
#include "certificate/revocation.h"

#include <string.h>

#include <certdb.h>
#include <pkcs11n.h>
#include <secport.h>

#include "database/state.h"

/* The e-mail flags that NSS makes of a trust object's value. */
static unsigned
flags_of(CK_ULONG trust)
{
	switch (trust) {
	case CKT_NSS_TRUSTED_DELEGATOR:
		return CERTDB_VALID_CA | CERTDB_TRUSTED_CA;
	case CKT_NSS_VALID_DELEGATOR:
		return CERTDB_VALID_CA;
	case CKT_NSS_TRUSTED:
		return CERTDB_TERMINAL_RECORD | CERTDB_TRUSTED;
	case CKT_NSS_NOT_TRUSTED:
		return CERTDB_TERMINAL_RECORD;
	default:
		return 0;
	}
}

/* NSS has no call for this that does not write. One operation at a time uses
 * NSS, so that nobody reads it meanwhile. */
static void
apply(CERTCertificate *cert, unsigned flags)
{
	if (cert->trust == NULL)
		cert->trust =
		    PORT_ArenaZAlloc(cert->arena, sizeof(*cert->trust));
	if (cert->trust != NULL)
		cert->trust->emailFlags =
		    flags | (cert->trust->emailFlags & CERTDB_USER);
}

static bool
each(void *arg, const struct nm_bytes *values)
{
	CERTIssuerAndSN name;
	struct nm_bytes serial = values[1];
	CERTCertificate *cert;
	struct nm_tlv number;
	CK_ULONG trust;

	(void)arg;
	/* some tokens have the serial number as DER, some its contents */
	if (!nm_der_take(&serial, 0x02, &number) || serial.len != 0)
		number.value = values[1];
	memset(&name, 0, sizeof(name));
	name.derIssuer = nm_item(values[0], siBuffer);
	name.serialNumber = nm_item(number.value, siBuffer);
	if (values[2].len != sizeof(trust) ||
	    (cert = CERT_FindCertByIssuerAndSN(
		 CERT_GetDefaultCertDB(), &name)) == NULL)
		return true;
	memcpy(&trust, values[2].data, sizeof(trust));
	apply(cert, flags_of(trust));
	CERT_DestroyCertificate(cert);
	return true;
}

void
nm_trust_refresh(struct nm_database *db)
{
	static const struct nm_object_search search = {
		.class = CKO_NSS_TRUST,
		.types = { CKA_ISSUER, CKA_SERIAL_NUMBER,
		    CKA_TRUST_EMAIL_PROTECTION },
		.count = 3,
		.each = each,
	};
	uint64_t epoch = nm_database_epoch(db);
	PK11SlotInfo *slot;

	if (db->trust_known && db->trust_epoch == epoch)
		return;
	/* at the start NSS has it as it is */
	if (db->trust_known && (slot = PK11_GetInternalKeySlot()) != NULL) {
		nm_objects_find(slot, &search, NULL);
		PK11_FreeSlot(slot);
	}
	db->trust_known = true;
	db->trust_epoch = epoch;
}
