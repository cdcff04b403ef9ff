/* SPDX-License-Identifier: MPL-2.0 */
/* SignerIdentifier and RecipientIdentifier, read and written (RFC 5652 5.3,
 * 6.2.1). */
#ifndef NSSMIME_CMS_RID_H
#define NSSMIME_CMS_RID_H

#include <nssmime/cms.h>

/* IssuerAndSerialNumber, or [0] subjectKeyIdentifier. Bytes are lent by `tlv`,
 * or by `joined`, the caller's, where a string came in segments; false may
 * also mean that it failed. */
bool nm_rid_parse(
    const struct nm_tlv *tlv, struct nm_rid *rid, struct nm_buffer *joined);
/* The contents of an IssuerAndSerialNumber. */
bool nm_rid_parse_issuer_serial(struct nm_bytes value, struct nm_rid *rid);
/* Writes IssuerAndSerialNumber with this tag (0x30, if not implicit). */
void nm_rid_put_issuer_serial(
    struct nm_buffer *out, uint8_t tag, const CERTCertificate *cert);

#endif
