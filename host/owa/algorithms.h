/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The lists of algorithms of Set-SmimeConfig: "ID[:bits][,OID];...", each by
 * its number in Windows. The first that may be sent counts. MD5, SHA-1, DES,
 * triple DES and RC2 may not, whatever a list says.
 */
#ifndef HOST_OWA_ALGORITHMS_H
#define HOST_OWA_ALGORITHMS_H

#include <stdbool.h>

#include <nssmime/algorithm.h>

struct host_owa_algorithms {
	bool malformed; /* the list is not of that form: the default counts */
	bool refused;	/* something before the choice may not be sent */
};

/* AES-256-CBC where a list has nothing that can be sent, or is NULL. */
enum nm_cipher host_owa_cipher(
    const char *list, struct host_owa_algorithms *out);
/* SHA-256 likewise. */
enum nm_digest host_owa_digest(
    const char *list, struct host_owa_algorithms *out);

#endif
