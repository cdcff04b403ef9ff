/* SPDX-License-Identifier: MPL-2.0 */
#ifndef NSSMIME_CERTIFICATE_PATH_H
#define NSSMIME_CERTIFICATE_PATH_H

#include "certificate/company.h"

/*
 * Why NSS refuses the leaf of this path at that time: adds reasons to the
 * links (and to the whole), sets `revocation` where that is one of them.
 */
void nm_path_explain(struct nm_path *p, SECCertificateUsage usage, PRTime when);

/* The path of a certificate that leads to no token, by names and signatures
 * alone, and what is wrong with it: NSS does not get to see it. False:
 * memory. */
bool nm_path_apart(struct nm_path *p, CERTCertificate *cert,
    const struct nm_path_question *question, const struct nm_company *company);

/* Whether an accepted path holds now; if not, its links say why. The company
 * may complete it beside what tokens hold. */
bool nm_path_is_current(struct nm_path *p, const struct nm_company *company);

/* What is wrong with the validity of links at a time, and with issuers that
 * may not be. */
void nm_path_look_at_times(struct nm_path *p, int64_t when);
void nm_path_look_at_issuers(struct nm_path *p);
/* Appends a link (with a reference of its own). */
bool nm_path_add(struct nm_path *p, CERTCertificate *cert);

#endif
