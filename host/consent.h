/* SPDX-License-Identifier: MPL-2.0 */
/* What the user agrees to for a website, which is the origin of the call. Each
 * may wait, and fails with NM_ERR_PASSWORD_REQUIRED where nobody may be
 * asked. */
#ifndef HOST_CONSENT_H
#define HOST_CONSENT_H

#include <stdbool.h>

#include <nssmime/mime.h>

#include "operation.h"

/* That the website may have mail read. */
enum nm_error host_consent_to_read(struct host_call *call);
/* Whether it may have mail signed without asking each time; no is an answer,
 * and the one where the window is closed. */
enum nm_error host_consent_to_sign(struct host_call *call, bool *always);
/* That this one mail is signed with this certificate; `call` is a struct
 * host_call, `header` the mail's, NULL where it has none. */
enum nm_error host_consent_to_mail(
    void *call, CERTCertificate *cert, const struct nm_header *header);

#endif
