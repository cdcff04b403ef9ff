/* SPDX-License-Identifier: MPL-2.0 */
/* Whose certificate signs. */
#ifndef HOST_OWA_SIGNING_CERTIFICATE_H
#define HOST_OWA_SIGNING_CERTIFICATE_H

#include <nssmime/certificate.h>

#include "operation_owa.h"

/*
 * The own certificate that signs for an address, or where that is NULL for
 * anybody: usable, on a card where the settings want that, the newest. Where
 * several are equally good the user is asked, if the settings let him choose;
 * else it is always the same one. *out is a new reference.
 */
enum nm_error host_owa_choose_signer(
    struct host_owa_job *job, const char *address, CERTCertificate **out);
/* The own certificate with this DER, if the settings let it be used; NULL:
 * none. */
CERTCertificate *host_owa_own_certificate(
    struct host_owa_job *job, struct nm_bytes der);

#endif
