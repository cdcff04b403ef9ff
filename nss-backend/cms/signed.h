/* SPDX-License-Identifier: MPL-2.0 */
/* The parts of SignedData that its files share. */
#ifndef NSSMIME_CMS_SIGNED_H
#define NSSMIME_CMS_SIGNED_H

#include <nssmime/cms.h>

#include "signature.h"

#define NM_OID_PKCS7(n) 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, (n)
#define NM_OID_PKCS9(n) 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, (n)
#define NM_OID_SMIME(arc, n)                                                   \
	0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, (arc), (n)

struct nm_signer_info {
	struct nm_signer info;
	struct nm_signature_algorithm algorithm;
	uint8_t *bytes;		 /* what `info` lends from, */
	struct nm_buffer key_id; /* and this if it came in segments */
};

struct nm_signed {
	bool has_content;
	struct nm_bytes content_type; /* owned, as those below */
	struct nm_digests *digests;
	unsigned digest_set; /* NM_DIGEST_BIT() of digestAlgorithms */
	struct nm_bytes *certificates;
	size_t certificate_count;
	struct nm_bytes *crls;
	size_t crl_count;
	struct nm_signer_info *signers;
	size_t signer_count;
};

/* Parses a SignerInfo into *signer, which owns a copy of it. */
enum nm_error nm_signer_parse(struct nm_signer_info *signer,
    struct nm_bytes der, struct nm_bytes content_type, struct nm_fault *fault);
void nm_signer_clear(struct nm_signer_info *signer);
/* Writes one over content with these digests. */
enum nm_error nm_signer_put(struct nm_buffer *out, const struct nm_sign_as *as,
    const struct nm_digests *content, struct nm_fault *fault);

/* The contents of a SET OF Attribute: what is known goes into `signer`, what
 * is wrong into signer->reasons. The algorithms are in `signer` already. */
void nm_attributes_parse(struct nm_bytes set, struct nm_signer *signer);
/* The DER of a SET OF Attribute, with the universal tag. False: malformed, or
 * `out` failed. */
bool nm_attributes_der(struct nm_bytes set, struct nm_buffer *out);
/* Writes the signed attributes, with the universal tag. */
void nm_attributes_put(struct nm_buffer *out, const struct nm_sign_as *as,
    struct nm_bytes message_digest);

#endif
