/* SPDX-License-Identifier: MPL-2.0 */
#ifndef NSSMIME_CERTIFICATE_PKCS12_H
#define NSSMIME_CERTIFICATE_PKCS12_H

#include "certificate/facts.h"

enum nm_error nm_pkcs12_import(struct nm_database *db, struct nm_bytes data,
    const struct nm_asker *asker, struct nm_import *out,
    struct nm_fault *fault);

/* pkcs12_bounds.c: the iteration counts that can be seen without the
 * password, each and in all; adds them up in *total. */
enum nm_error nm_pkcs12_check(
    struct nm_bytes data, uint64_t *total, struct nm_fault *fault);
/* One password-based algorithm: its parameters as DER. */
bool nm_pbe_check(
    struct nm_bytes oid, struct nm_bytes parameters, uint64_t *total);

#endif
