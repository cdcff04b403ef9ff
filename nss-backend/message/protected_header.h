/* SPDX-License-Identifier: MPL-2.0 */
/* What the forms of header protection share when they are read. */
#ifndef NSSMIME_MESSAGE_PROTECTED_HEADER_H
#define NSSMIME_MESSAGE_PROTECTED_HEADER_H

#include "reading.h"

/* Takes the header that is inside. `cipher`: its sender encrypted it. */
enum nm_error nm_reading_take_inside(struct nm_reading *r,
    const struct nm_header *inside, enum nm_header_scheme scheme, bool cipher);
/* Whether both have one address, and that the same. */
bool nm_sender_same(const struct nm_sender *a, const struct nm_sender *b);

/* ---- wrapped_header.c ---- */

/* A message/rfc822 as the payload: *tap takes its body, if the header in it
 * may be the protected one; else NULL. */
enum nm_error nm_reading_take_message(struct nm_reading *r,
    const struct nm_header *h, const struct nm_value *type,
    struct nm_stage **tap);

#endif
