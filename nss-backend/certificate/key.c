/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/facts.h"

enum nm_error
nm_certificate_key(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, SECKEYPrivateKey **out,
    struct nm_fault *fault)
{
	PK11SlotInfo *slot;
	enum nm_error error;

	*out = NULL;
	if ((slot = nm_database_key_slot(db, cert)) == NULL) {
		return nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "There is no private key for the certificate");
	}
	if ((error = nm_token_unlock(db, slot, asker, fault)) != NM_OK)
		goto out;
	/* by the certificate on the token, which may number its objects as
	 * it likes; else by the public key */
	*out = PK11_FindPrivateKeyFromCert(slot, cert, NULL);
	if (*out == NULL)
		*out = PK11_FindKeyByDERCert(slot, cert, NULL);
	if (*out == NULL)
		*out = PK11_FindKeyByAnyCert(cert, NULL);
	if (*out == NULL) {
		error = nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "The private key of the certificate cannot be found (%s)",
		    nm_nss_reason());
	}
out:
	PK11_FreeSlot(slot);
	return error;
}
