/* SPDX-License-Identifier: MPL-2.0 */
/* Web origins (RFC 6454), as the extension names them. */
#ifndef HOST_ORIGIN_H
#define HOST_ORIGIN_H

#include <stdbool.h>

/*
 * The canonical form of an origin: https, or http for loopback; scheme and
 * host in lower case, the host in A-labels, no default port, no path, at most
 * 255 characters. The caller frees; NULL: it is none.
 */
char *host_origin_canonical(const char *text);
/* Whether it is the origin of another computer's page that came by http, and
 * would be one of ours by https. */
bool host_origin_is_insecure(const char *text);

#endif
