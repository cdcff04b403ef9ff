/* SPDX-License-Identifier: MPL-2.0 */
/* A mail that was written in the page (EmailMessage), as RFC 5322 and MIME have
 * it. */
#ifndef HOST_OWA_COMPOSE_H
#define HOST_OWA_COMPOSE_H

#include <stdint.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>
#include <nssmime/stage.h>

#include "operation.h"
#include "slice.h"

enum host_owa_field {
	HOST_OWA_FROM,
	HOST_OWA_TO,
	HOST_OWA_CC,
	HOST_OWA_BCC,
	HOST_OWA_SUBJECT,
	HOST_OWA_MESSAGE_ID,
	HOST_OWA_IN_REPLY_TO,
	HOST_OWA_REFERENCES,
	HOST_OWA_IMPORTANCE,
	HOST_OWA_SENSITIVITY,
	HOST_OWA_READ_RECEIPT,
	HOST_OWA_BODY,
	HOST_OWA_ATTACHMENTS,
	HOST_OWA_FIELDS
};

/* The members of EmailMessage. */
struct host_owa_email {
	struct host_slice fields[HOST_OWA_FIELDS];
};
void host_owa_email_take(struct host_slice object, struct host_owa_email *out);

/* The address of one mailbox, {Name, EmailAddress} or {Mailbox: {...}}, for the
 * caller to free; NULL: none that can be used. */
char *host_owa_address(struct host_slice mailbox);
/* Whether a list of recipients has this address. */
bool host_owa_has_address(struct host_slice list, const char *address);

/* The header fields, all but those that describe the body: NM_ERR_MALFORMED_
 * MESSAGE where an address cannot be written. */
enum nm_error host_owa_compose_header(const struct host_owa_email *email,
    int64_t now, struct nm_buffer *out, struct nm_fault *fault);
/* The body with its attachments, as an entity, into a stage, with the finish.
 * May wait. */
enum nm_error host_owa_compose_entity(struct host_call *call,
    const struct host_owa_email *email, struct nm_stage *into);

/* ---- embedded_image.c -------------------------------------------- */

/* An image that a body holds itself, as a data: URI. */
struct host_owa_image {
	char type[64];
	char id[64];	      /* what refers to it now */
	size_t start, length; /* of its base64, in the body as it was */
};

/* Puts cid: references in the place of such images, which other mail programs
 * do not show. `html` stays as it is; *out is the new one. */
enum nm_error host_owa_take_images(struct nm_bytes html, struct nm_buffer *out,
    struct host_owa_image **images, size_t *count);

#endif
