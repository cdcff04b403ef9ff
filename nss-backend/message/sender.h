/* SPDX-License-Identifier: MPL-2.0 */
/* Who a message says it is from, as a verdict needs to know it. */
#ifndef NSSMIME_MESSAGE_SENDER_H
#define NSSMIME_MESSAGE_SENDER_H

#include <nssmime/mime.h>
#include <nssmime/reason.h>

struct nm_sender {
	char *address;	    /* the one From address; NULL: there is none */
	char *sent_by;	    /* the Sender's address; NULL: no other than that */
	nm_reasons reasons; /* no-from, several-from, display-name-misleads */
};

/* From the header's From and Sender fields; `header` NULL: from a bare address
 * or field value (NULL: none). */
enum nm_error nm_sender_find(
    const struct nm_header *header, const char *bare, struct nm_sender *out);
void nm_sender_clear(struct nm_sender *s);
/* How a certificate's addresses fit: address-mismatch, no-address, several-from
 * for a Sender who is not the signer, and the sender's own reasons. */
nm_reasons nm_sender_compare(
    const struct nm_sender *s, char *const *addresses, size_t count);

#endif
