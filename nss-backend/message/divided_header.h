/* SPDX-License-Identifier: MPL-2.0 */
/* The header of a message that is to be protected, divided into what stays
 * outside and what goes inside. */
#ifndef NSSMIME_MESSAGE_DIVIDED_HEADER_H
#define NSSMIME_MESSAGE_DIVIDED_HEADER_H

#include <nssmime/message.h>

struct nm_divided_header {
	struct nm_buffer outer;
	/* Fields of the message that the payload carries, with HP-Outer: they
	 * are to be written as they are, before `inner`. */
	struct nm_buffer carried;
	struct nm_buffer inner; /* what describes the body, and an empty line */
	struct nm_buffer shown; /* "Name: value" lines for Legacy Display */
};

/* Appends to the buffers of `out`. */
enum nm_error nm_header_divide(const struct nm_protect_options *options,
    const struct nm_header *header, struct nm_divided_header *out,
    struct nm_fault *fault);
void nm_divided_header_reset(struct nm_divided_header *d);

#endif
