/* SPDX-License-Identifier: MPL-2.0 */
/* Whom a mail is encrypted to: the certificates come from the server. */
#ifndef HOST_OWA_RECIPIENTS_H
#define HOST_OWA_RECIPIENTS_H

#include <nssmime/message.h>

#include "compose.h"
#include "operation_owa.h"

struct host_owa_recipients {
	bool given; /* by certificates */
	struct nm_protect_recipient *items;
	struct nm_buffer *ders; /* what those point to */
	char **addresses;	/* likewise */
	size_t count;
};

/* The certificates of the request. */
enum nm_error host_owa_recipients_take(
    struct host_owa_job *job, struct host_owa_recipients *r);
/*
 * Without any the addresses, whose certificates are looked for here. A
 * certificate that belongs to a Bcc recipient alone is left out of a copy that
 * others get: by its name there they would learn of him.
 */
enum nm_error host_owa_recipients_choose(struct host_owa_job *job,
    const struct host_owa_email *email, const char *from,
    struct host_owa_recipients *r);
void host_owa_recipients_clear(struct host_owa_recipients *r);

#endif
