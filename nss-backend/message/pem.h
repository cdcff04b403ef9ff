/* SPDX-License-Identifier: MPL-2.0 */
/* The textual encoding of CMS (RFC 7468 sections 8 and 9). */
#ifndef NSSMIME_MESSAGE_PEM_H
#define NSSMIME_MESSAGE_PEM_H

#include <nssmime/stage.h>

/* Takes PEM or binary; passes the binary on to `next`, which it owns. */
struct nm_stage *nm_pem_new(struct nm_stage *next);

#endif
