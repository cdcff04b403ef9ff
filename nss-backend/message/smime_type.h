/* SPDX-License-Identifier: MPL-2.0 */
/* Which entities are S/MIME (RFC 8551 section 3.9). */
#ifndef NSSMIME_MESSAGE_SMIME_TYPE_H
#define NSSMIME_MESSAGE_SMIME_TYPE_H

#include <nssmime/mime.h>

enum nm_smime_type {
	NM_SMIME_NOT,
	NM_SMIME_MULTIPART_SIGNED,
	NM_SMIME_PKCS7_MIME
};

/* `type` is the entity's Content-Type. */
enum nm_smime_type nm_smime_type_of(
    const struct nm_header *header, const struct nm_value *type);
/* Whether a type is that of the signature part of a multipart/signed. */
bool nm_smime_is_signature(const struct nm_value *type);
/* Whether a pkcs7-mime entity says that it is signed rather than encrypted. */
bool nm_smime_says_signed(const struct nm_value *type);

#endif
