/* SPDX-License-Identifier: MPL-2.0 */
#include "network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* The bits of a network, without regard to the family. */
struct range {
	uint8_t address[16];
	unsigned prefix;
};

/* Not of the public Internet (IANA's registry, RFC 6890): */
static const struct range private_v4[] = {
	{ { 0 }, 8 },		      /* this network; unspecified */
	{ { 10 }, 8 },		      /* private, RFC 1918 */
	{ { 100, 64 }, 10 },	      /* carriers' translation, RFC 6598 */
	{ { 127 }, 8 },		      /* loopback */
	{ { 168, 63, 129, 16 }, 32 }, /* the services of a cloud's own hosts */
	{ { 169, 254 }, 16 },	      /* link-local */
	{ { 172, 16 }, 12 },	      /* private */
	{ { 192, 0, 0 }, 24 },	      /* protocol assignments */
	{ { 192, 0, 2 }, 24 },	      /* documentation */
	{ { 192, 88, 99 }, 24 },      /* relays of 6to4, RFC 7526 */
	{ { 192, 168 }, 16 },	      /* private */
	{ { 198, 18 }, 15 },	      /* benchmarks */
	{ { 198, 51, 100 }, 24 },     /* documentation */
	{ { 203, 0, 113 }, 24 },      /* documentation */
	{ { 224 }, 3 },		      /* multicast, reserved, broadcast */
};

/* Of IPv6 only global unicast is public, */
static const struct range global_v6 = { { 0x20 }, 3 };
/* and of that, not: */
static const struct range private_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },	    /* assignments, Teredo among them */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 }, /* documentation */
	{ { 0x20, 0x02 }, 16 },		    /* 6to4: holds any IPv4 address */
	{ { 0x3f, 0xff, 0x00 }, 20 },	    /* documentation, RFC 9637 */
};

/* IPv4 in IPv6: mapped (RFC 4291 2.5.5.2), and translated (RFC 6052 2.1),
 * by which networks with nothing but IPv6 reach the rest. */
static const struct range mapped = {
	{ 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96
};
static const struct range translated = { { 0x00, 0x64, 0xff, 0x9b }, 96 };

static bool
in_range(const uint8_t *address, const uint8_t *network, unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	return memcmp(address, network, whole) == 0 &&
	    (rest == 0 || (address[whole] ^ network[whole]) >> (8 - rest) == 0);
}

static bool
in_any(const uint8_t *address, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (in_range(address, ranges[i].address, ranges[i].prefix))
			return true;
	}
	return false;
}

static bool
is_granted(int family, const uint8_t *address,
    const struct host_network *networks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (networks[i].family == family &&
		    in_range(address, networks[i].address, networks[i].prefix))
			return true;
	}
	return false;
}

static bool
allowed_v4(
    const uint8_t *address, const struct host_network *networks, size_t count)
{
	return is_granted(AF_INET, address, networks, count) ||
	    !in_any(address, private_v4,
		sizeof(private_v4) / sizeof(private_v4[0]));
}

static bool
allowed_v6(
    const uint8_t *address, const struct host_network *networks, size_t count)
{
	/* no server on the Internet has a mapped one: only the
	 * administrator's word counts */
	if (in_range(address, mapped.address, mapped.prefix))
		return is_granted(AF_INET, address + 12, networks, count);
	if (is_granted(AF_INET6, address, networks, count))
		return true;
	if (in_range(address, translated.address, translated.prefix))
		return allowed_v4(address + 12, networks, count);
	return in_range(address, global_v6.address, global_v6.prefix) &&
	    !in_any(address, private_v6,
		sizeof(private_v6) / sizeof(private_v6[0]));
}

bool
host_address_allowed(const struct sockaddr *address,
    const struct host_network *networks, size_t count)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	uint8_t bytes[4];

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		memcpy(bytes, &v4.sin_addr, sizeof(bytes));
		return allowed_v4(bytes, networks, count);
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		return allowed_v6(v6.sin6_addr.s6_addr, networks, count);
	default:
		return false;
	}
}

/* ---- the administrator's -------------------------------------------- */

static bool
parse_prefix(const char *text, unsigned max, unsigned *prefix)
{
	size_t len = strlen(text);

	if (len == 0 || len > 3 || strspn(text, "0123456789") != len ||
	    (len > 1 && text[0] == '0'))
		return false;
	*prefix = (unsigned)strtoul(text, NULL, 10);
	return *prefix <= max;
}

static bool
rest_is_zero(const uint8_t *address, unsigned prefix, unsigned bits)
{
	for (unsigned i = prefix; i < bits; i++) {
		if ((address[i / 8] >> (7 - i % 8) & 1) != 0)
			return false;
	}
	return true;
}

bool
host_network_parse(const char *text, struct host_network *out)
{
	const char *slash = strchr(text, '/');
	char address[INET6_ADDRSTRLEN];
	unsigned bits;
	size_t len;

	if (slash == NULL || (len = (size_t)(slash - text)) >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	memset(out, 0, sizeof(*out));
	out->family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	bits = out->family == AF_INET6 ? 128 : 32;
	if (inet_pton(out->family, address, out->address) != 1 ||
	    !parse_prefix(slash + 1, bits, &out->prefix) ||
	    !rest_is_zero(out->address, out->prefix, bits))
		return false;
	return out->family == AF_INET ||
	    !in_range(out->address, mapped.address, mapped.prefix);
}

bool
host_proxy_valid(const char *text)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789.-";
	const char *digits;
	size_t len;
	unsigned long port;

	if (strncmp(text, "http://", 7) != 0)
		return false;
	text += 7;
	if (*text == '[') {
		len = 1 + strspn(text + 1, "0123456789abcdefABCDEF:.");
		if (len == 1 || text[len++] != ']')
			return false;
	} else if ((len = strspn(text, name)) == 0) {
		return false;
	}
	digits = text + len + 1;
	if (len > 255 || text[len] != ':' || strlen(digits) > 5 ||
	    strspn(digits, "0123456789") != strlen(digits))
		return false;
	port = strtoul(digits, NULL, 10);
	return port >= 1 && port <= 65535;
}
