/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Entities made of entities: each stage here takes one MIME entity and writes
 * another that protects it (RFC 8551 sections 3.3 to 3.5). They nest, which
 * is how a message is signed, then encrypted, then signed again.
 */
#ifndef NSSMIME_MESSAGE_WRAP_H
#define NSSMIME_MESSAGE_WRAP_H

#include <nssmime/cms.h>
#include <nssmime/mime.h>

/* multipart/signed. `as` must live as long as the stage; `next` is lent. */
struct nm_stage *nm_sign_detached_wrap_new(
    const struct nm_sign_as *as, struct nm_stage *next, struct nm_fault *fault);
/* application/pkcs7-mime; smime-type=signed-data. */
struct nm_stage *nm_sign_opaque_wrap_new(
    const struct nm_sign_as *as, struct nm_stage *next, struct nm_fault *fault);
/* application/pkcs7-mime; smime-type=enveloped-data or authEnveloped-data.
 * NULL: *error says why. */
struct nm_stage *nm_encrypt_wrap_new(const struct nm_encrypt_to *to,
    size_t to_count, enum nm_cipher cipher, struct nm_stage *next,
    struct nm_fault *fault, enum nm_error *error);

#endif
