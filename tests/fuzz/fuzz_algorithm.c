/* SPDX-License-Identifier: MPL-2.0 */
/* AlgorithmIdentifiers of signatures, digests, contents and OAEP, and the
 * signed attributes; what was understood is written and read again. */
#include "cms/cipher.h"
#include "cms/recipient.h"
#include "cms/rid.h"
#include "cms/signature.h"
#include "cms/signed.h"
#include "fuzz.h"

static void
content_algorithm(struct nm_bytes der)
{
	struct nm_content_algorithm a, again;
	struct nm_buffer out = NM_BUFFER_INIT;

	if (nm_content_algorithm_parse(der, &a, NULL) == NM_OK) {
		must(a.iv_len <= sizeof(a.iv));
		must(a.icv_len <= NM_GCM_TAG);
		nm_content_algorithm_write(&a, &out);
		must(nm_content_algorithm_parse(
			 nm_buffer_bytes(&out), &again, NULL) == NM_OK);
		must(a.cipher == again.cipher && a.hkdf == again.hkdf);
		must(a.iv_len == again.iv_len && a.icv_len == again.icv_len);
		must(memcmp(a.iv, again.iv, a.iv_len) == 0);
		nm_content_algorithm_clear(&again);
	}
	nm_content_algorithm_clear(&a);
	nm_buffer_reset(&out);
}

static void
oaep(struct nm_bytes der)
{
	struct nm_oaep a;
	struct nm_tlv tlv;
	CK_RSA_PKCS_OAEP_PARAMS params;

	if (!nm_der_next(&der, &tlv))
		return;
	memset(&a, 0, sizeof(a));
	if (nm_oaep_parse(&tlv, &a))
		nm_oaep_params(&a, &params);
}

static void
signature(struct nm_bytes der)
{
	struct nm_signature_algorithm a;
	enum nm_digest d;

	if (nm_signature_parse(der, &a)) {
		must(a.type < NM_SIGNATURE_COUNT);
		must(a.digest < NM_DIGEST_COUNT && a.mgf < NM_DIGEST_COUNT);
	}
	if (nm_digest_parse(der, &d))
		must(d < NM_DIGEST_COUNT);
}

static void
attributes(struct nm_bytes set)
{
	struct nm_buffer once = NM_BUFFER_INIT, twice = NM_BUFFER_INIT;
	struct nm_signer signer;

	memset(&signer, 0, sizeof(signer));
	nm_attributes_parse(set, &signer);
	must(signer.ess_digest < NM_DIGEST_COUNT);
	/* DER is what it is: sorting sorts nothing more */
	if (nm_attributes_der(set, &once) &&
	    nm_attributes_der(nm_buffer_bytes(&once), &twice))
		must(fuzz_same(&once, &twice));
	nm_buffer_reset(&once);
	nm_buffer_reset(&twice);
}

static void
identifier(struct nm_bytes der)
{
	struct nm_buffer joined = NM_BUFFER_INIT;
	struct nm_rid rid;
	struct nm_tlv tlv;
	char text[96];

	if (!nm_der_next(&der, &tlv))
		return;
	if (nm_rid_parse(&tlv, &rid, &joined))
		must((rid.key_id.len != 0) != (rid.serial.len != 0));
	nm_buffer_reset(&joined);
	nm_oid_text(tlv.value, text, sizeof(text));
	must(strlen(text) < sizeof(text));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1);
	struct nm_bytes der = { copy, size };

	must(copy != NULL);
	if (size != 0)
		memcpy(copy, data, size);
	content_algorithm(der);
	oaep(der);
	signature(der);
	attributes(der);
	identifier(der);
	free(copy);
	return 0;
}
