/* SPDX-License-Identifier: MPL-2.0 */
/* Addresses of servers, as they stand in certificates and redirects. */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include <stdbool.h>
#include <stddef.h>

#include <nssmime/buffer.h>

#include "common/network.h"

/*
 * http or https, without a user, at most HOST_MAX_URL bytes of ASCII; a host
 * that is an address must be one that may be asked. Names are judged when
 * they are connected to. *clean (malloc'd) is what is to be asked.
 */
bool fetch_url_check(const char *url, const struct host_network *networks,
    size_t count, char **clean);

/* The URL of an OCSP request by GET (RFC 6960 A.1), malloc'd; NULL: it must go
 * by POST, since it would be longer than 255 bytes (RFC 5019 5). */
char *fetch_url_ocsp(const char *url, struct nm_bytes request);

#endif
