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

/* The address of one mailbox, {Name, EmailAddress} or {Mailbox: {...}}, for the
 * caller to free; NULL: none that can be used. */
char *host_owa_address(struct host_slice mailbox);
/* Recipients by the name of their member: whether one has this address. */
bool host_owa_is_recipient(
    struct host_slice email, const char *member, const char *address);

/* The header fields, all but those that describe the body: NM_ERR_MALFORMED_
 * MESSAGE where an address cannot be written. */
enum nm_error host_owa_compose_header(struct host_slice email, int64_t now,
    struct nm_buffer *out, struct nm_fault *fault);
/* The body with its attachments, as an entity, into a stage, with the finish.
 * May wait. */
enum nm_error host_owa_compose_entity(
    struct host_call *call, struct host_slice email, struct nm_stage *into);

/* ---- embedded_image.c ---- */

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
