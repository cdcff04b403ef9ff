/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A mail's innermost entity, divided into what the page shows: one body, and
 * attachments.
 */
#ifndef HOST_OWA_CONTENT_H
#define HOST_OWA_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include <nssmime/buffer.h>
#include <nssmime/stage.h>

struct host_owa_attachment {
	char *name;	  /* UTF-8, never NULL */
	char *type;	  /* "image/png" */
	char *content_id; /* without brackets; "" if there is none */
	char *location;	  /* or NULL */
	bool is_inline;
	size_t size;		 /* decoded */
	struct nm_buffer base64; /* without line breaks */
};

struct host_owa_content {
	struct nm_buffer body; /* UTF-8 */
	bool has_body;
	bool html;
	unsigned alternative; /* the multipart/alternative it came from, or 0 */
	struct host_owa_attachment *attachments;
	size_t count;
	size_t held;	       /* bytes of all, bounded */
	unsigned alternatives; /* seen so far */
};

/* A stage that takes the entity; `content`, which is empty, is lent, and so is
 * what it points to. */
struct nm_stage *host_owa_content_stage(
    struct host_owa_content *content, struct nm_fault *fault);
/* Wiped. */
void host_owa_content_clear(struct host_owa_content *content);

#endif
