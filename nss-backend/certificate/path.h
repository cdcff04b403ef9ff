/* SPDX-License-Identifier: MPL-2.0 */
#ifndef NSSMIME_CERTIFICATE_PATH_H
#define NSSMIME_CERTIFICATE_PATH_H

#include "certificate/facts.h"

/*
 * Why NSS refuses the leaf of this path at that time: adds reasons to the
 * links (and to the whole), sets `revocation` where that is one of them.
 */
void nm_path_explain(struct nm_path *p, SECCertificateUsage usage, PRTime when);

/* Whether the signature of `cert` is not by another key than the issuer's;
 * true too where it cannot be told. */
bool nm_certificate_signed_by(CERTCertificate *cert, CERTCertificate *issuer);

/* Whether an accepted path holds now; if not, its links say why. `along`: the
 * certificates that may complete it beside those that tokens hold. */
bool nm_path_is_current(
    struct nm_path *p, CERTCertificate *const *along, size_t count);

#endif
