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

#endif
