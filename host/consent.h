/* SPDX-License-Identifier: MPL-2.0 */
/* What the user agrees to for a website that has to ask each time. */
#ifndef HOST_CONSENT_H
#define HOST_CONSENT_H

#include <nssmime/mime.h>

#include "operation.h"

/* That one mail is signed with this certificate, for the origin of the call;
 * `call` is a struct host_call, `header` the mail's, NULL where it has none.
 * May wait; NM_ERR_PASSWORD_REQUIRED where nobody may be asked. */
enum nm_error host_consent_to_mail(
    void *call, CERTCertificate *cert, const struct nm_header *header);

#endif
