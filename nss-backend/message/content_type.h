/* SPDX-License-Identifier: MPL-2.0 */
/* A Content-Type field written anew, with the parameters of RFC 9788. */
#ifndef NSSMIME_MESSAGE_CONTENT_TYPE_H
#define NSSMIME_MESSAGE_CONTENT_TYPE_H

#include <nssmime/mime.h>

/*
 * Writes the field with one more parameter (NULL: none). Parameters of header
 * protection that it has are of another message, and go, but for `hp`, which
 * stays where it is not the one that is set. `charset`: what it becomes, or
 * NULL.
 */
enum nm_error nm_content_type_write(struct nm_buffer *out,
    const struct nm_header *header, const char *name, const char *value,
    const char *charset);

#endif
