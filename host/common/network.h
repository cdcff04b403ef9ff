/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Which addresses may be asked: those of the public Internet, and those in
 * networks that the administrator allows. Judged on the address that is
 * connected to, whatever name led there.
 */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

#define HOST_MAX_NETWORKS 100u

struct host_network {
	int family; /* AF_INET, AF_INET6 */
	uint8_t address[16];
	unsigned prefix; /* bits */
};

/* "10.0.0.0/8", "fd00::/8" (RFC 4632 3.1, RFC 4291 2.3): the bits after the
 * prefix must be zero. IPv4 is written as IPv4. */
bool host_network_parse(const char *text, struct host_network *out);

/* "http://host:port" and nothing else: an address in brackets or a name. */
bool host_proxy_valid(const char *text);

/* What is neither IPv4 nor IPv6 is not. */
bool host_address_allowed(const struct sockaddr *address,
    const struct host_network *networks, size_t count);

#endif
