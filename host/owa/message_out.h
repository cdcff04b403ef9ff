/* SPDX-License-Identifier: MPL-2.0 */
/* A mail that was read, as the page wants it: Message:#Exchange. */
#ifndef HOST_OWA_MESSAGE_OUT_H
#define HOST_OWA_MESSAGE_OUT_H

#include <nssmime/message.h>

#include "content.h"
#include "operation_owa.h"

/* The kinds of S/MIME, by the page's numbers. */
enum host_owa_smime_type {
	HOST_OWA_SMIME_NONE = 0,
	HOST_OWA_SMIME_ENCRYPTED = 6,
	HOST_OWA_SMIME_OPAQUE_SIGNED = 10,
	HOST_OWA_SMIME_CLEAR_SIGNED = 11,
	HOST_OWA_SMIME_SIGNED_THEN_ENCRYPTED = 12,
	HOST_OWA_SMIME_ENCRYPTED_THEN_SIGNED = 13,
	HOST_OWA_SMIME_TRIPLE_WRAPPED = 14
};

/* `item`: the page knows nothing else of it, so its header fields are told as
 * well. Attachments are let go as they are written. */
enum nm_error host_owa_message_write(struct host_owa_job *job,
    const struct nm_read_result *result, bool item,
    struct host_owa_content *content, struct nm_buffer *out);

/* ---- signature_out.c --------------------------------------------- */

/* The member SmimeSignature. */
enum nm_error host_owa_signature_write(struct host_owa_job *job,
    const struct nm_read_result *result, struct nm_buffer *out);

/* ---- inline_image.c ---------------------------------------------- */

/* The body as a string, with images that came along in the place of their
 * cid: references, as far as they fit. */
void host_owa_body_write(
    const struct host_owa_content *content, struct nm_buffer *out);

#endif
