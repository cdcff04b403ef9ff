/* SPDX-License-Identifier: MPL-2.0 */
/* The textual encoding of CMS (RFC 7468 sections 8 and 9). */
#ifndef NSSMIME_MESSAGE_PEM_H
#define NSSMIME_MESSAGE_PEM_H

#include <nssmime/mime.h>

/* Takes PEM, its base64 alone, or binary; passes the binary on to `next`,
 * which it owns. */
struct nm_stage *nm_pem_new(struct nm_stage *next);

/* Takes the body of a part that is CMS, out of its transfer encoding. Where
 * that is none, the body may be PEM or base64 all the same: some programs
 * leave the field out, and others read that, too. Owns `next`. */
struct nm_stage *nm_pem_decoder_new(
    enum nm_coding coding, struct nm_stage *next);
/* Whether it is such an encoding. */
bool nm_pem_is_possible(enum nm_coding coding);

#endif
