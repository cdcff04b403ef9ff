/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/revocation.h"

#include <string.h>

#include <cryptohi.h>
#include <secasn1.h>
#include <secder.h>
#include <secoid.h>

#define MAX_DEPTH 32u

SECItem
nm_item(struct nm_bytes bytes, SECItemType type)
{
	SECItem item = { type, NULL, (unsigned)bytes.len };

	memcpy(&item.data, &bytes.data, sizeof(item.data));
	return item;
}

bool
nm_signed_data_verify(struct nm_bytes data, struct nm_bytes algorithm,
    struct nm_bytes bits, SECKEYPublicKey *key)
{
	SECItem der = nm_item(algorithm, siBuffer), signature;
	PLArenaPool *arena;
	SECAlgorithmID id = { { siBuffer, NULL, 0 }, { siBuffer, NULL, 0 } };
	bool ok;

	/* no unused bits, and int is what NSS counts in */
	if (bits.len < 2 || bits.data[0] != 0 || data.len > INT32_MAX ||
	    (arena = PORT_NewArena(1024)) == NULL)
		return false;
	bits.data++;
	bits.len--;
	signature = nm_item(bits, siBuffer);
	ok =
	    SEC_QuickDERDecodeItem(arena, &id,
		SEC_ASN1_GET(SECOID_AlgorithmIDTemplate), &der) == SECSuccess &&
	    VFY_VerifyDataWithAlgorithmID(data.data, (int)data.len, key,
		&signature, &id, NULL, NULL) == SECSuccess;
	PORT_FreeArena(arena, PR_FALSE);
	return ok;
}

bool
nm_der_time(const struct nm_tlv *tlv, int64_t *out)
{
	SECItem item = nm_item(
	    tlv->value, tlv->tag == 0x17 ? siUTCTime : siGeneralizedTime);
	PRTime time;

	if ((tlv->tag != 0x17 && tlv->tag != 0x18) ||
	    DER_DecodeTimeChoice(&time, &item) != SECSuccess)
		return false;
	*out = time / PR_USEC_PER_SEC;
	return true;
}

bool
nm_der_well_formed(struct nm_bytes der, unsigned elements)
{
	struct nm_bytes stack[MAX_DEPTH];
	struct nm_tlv e;
	unsigned depth = 0;

	stack[0] = der;
	for (;;) {
		while (stack[depth].len == 0) {
			if (depth-- == 0)
				return true;
		}
		if (!nm_der_next(&stack[depth], &e) || elements-- == 0)
			return false;
		if ((e.tag & 0x20) != 0) {
			if (++depth == MAX_DEPTH)
				return false;
			stack[depth] = e.value;
		}
	}
}

bool
nm_key_hash(const CERTCertificate *cert, SECOidTag digest,
    uint8_t out[NM_DIGEST_MAX_SIZE])
{
	const SECItem *bits = &cert->subjectPublicKeyInfo.subjectPublicKey;

	/* NSS counts a BIT STRING's bits */
	return PK11_HashBuf(digest, out, bits->data,
		   (PRInt32)((bits->len + 7) / 8)) == SECSuccess;
}
