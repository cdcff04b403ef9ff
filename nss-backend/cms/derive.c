/* SPDX-License-Identifier: MPL-2.0 */
#include "cipher.h"

/*
 * RFC 9709 2: HKDF-SHA256 with a fixed salt, the content key as input and the
 * DER of the cipher's AlgorithmIdentifier as info; as long as the content
 * key. A sender's algorithm that was changed on the way gives another key.
 */
PK11SymKey *
nm_derive_content_key(PK11SymKey *cek, enum nm_cipher c,
    CK_ATTRIBUTE_TYPE operation, struct nm_bytes inner)
{
	uint8_t salt[] = "The Cryptographic Message Syntax";
	SECItem info = nm_item(inner);
	CK_HKDF_PARAMS params = { 0 };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };

	params.bExtract = CK_TRUE;
	params.bExpand = CK_TRUE;
	params.prfHashMechanism = CKM_SHA256;
	params.ulSaltType = CKF_HKDF_SALT_DATA;
	params.pSalt = salt;
	params.ulSaltLen = sizeof(salt) - 1;
	params.pInfo = info.data;
	params.ulInfoLen = info.len;
	return PK11_Derive(cek, CKM_HKDF_DERIVE, &item, nm_cipher_mechanism(c),
	    operation, (int)nm_cipher_key_size(c));
}
