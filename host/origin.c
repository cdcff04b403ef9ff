/* SPDX-License-Identifier: MPL-2.0 */
#include "origin.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#include "bounds.h"

static bool
is_loopback(const char *host)
{
	size_t len = strlen(host), suffix = strlen(".localhost");
	struct in_addr v4;

	if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	    (len > suffix && strcmp(host + len - suffix, ".localhost") == 0))
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 &&
	    (ntohl(v4.s_addr) >> 24) == 127;
}

/* An IPv6 address in brackets, as RFC 5952 writes it. */
static char *
canonical_v6(const char *text, size_t len)
{
	char inside[INET6_ADDRSTRLEN], *host = NULL;
	struct in6_addr address;

	if (len < 4 || len - 2 >= sizeof(inside) || text[len - 1] != ']')
		return NULL;
	memcpy(inside, text + 1, len - 2);
	inside[len - 2] = '\0';
	if (inet_pton(AF_INET6, inside, &address) != 1 ||
	    inet_ntop(AF_INET6, &address, inside, sizeof(inside)) == NULL ||
	    asprintf(&host, "[%s]", inside) < 0)
		return NULL;
	return host;
}

static bool
is_host(const char *host)
{
	size_t label = 0;

	for (; *host != '\0'; host++) {
		if (*host == '.') {
			if (label == 0)
				return false;
			label = 0;
			continue;
		}
		if ((*host < 'a' || *host > 'z') &&
		    (*host < '0' || *host > '9') && *host != '-' &&
		    *host != '_')
			return false;
		if (++label > 63)
			return false;
	}
	return label != 0;
}

static char *
canonical_host(const char *text, size_t len)
{
	char name[HOST_MAX_ORIGIN + 1], *host = NULL;

	if (len == 0 || len >= sizeof(name))
		return NULL;
	if (text[0] == '[')
		return canonical_v6(text, len);
	memcpy(name, text, len);
	name[len] = '\0';
	/* also brings ASCII to lower case */
	if (idn2_to_ascii_8z(
		name, &host, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
		return NULL;
	if (!is_host(host)) {
		free(host);
		return NULL;
	}
	return host;
}

static bool
parse_port(const char *text, unsigned *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits == 0 || digits > 5 || text[digits] != '\0')
		return false;
	*out = (unsigned)strtoul(text, NULL, 10);
	return *out >= 1 && *out <= 65535;
}

char *
host_origin_canonical(const char *text)
{
	const char *host_at, *colon;
	char *host, *out = NULL;
	bool https;
	unsigned port, usual;
	size_t len;

	if (strlen(text) > HOST_MAX_ORIGIN)
		return NULL;
	if (strncasecmp(text, "https://", 8) == 0) {
		https = true;
		host_at = text + 8;
	} else if (strncasecmp(text, "http://", 7) == 0) {
		https = false;
		host_at = text + 7;
	} else {
		return NULL;
	}
	if (strpbrk(host_at, "/?#@\\ %") != NULL)
		return NULL;
	usual = port = https ? 443 : 80;
	len = strlen(host_at);
	colon = strrchr(host_at, ':');
	if (colon != NULL && strchr(colon, ']') == NULL) {
		if (!parse_port(colon + 1, &port))
			return NULL;
		len = (size_t)(colon - host_at);
	}
	if ((host = canonical_host(host_at, len)) == NULL)
		return NULL;
	if (!https && !is_loopback(host)) {
		free(host);
		return NULL;
	}
	if ((port == usual
		    ? asprintf(&out, "%s://%s", https ? "https" : "http", host)
		    : asprintf(&out, "%s://%s:%u", https ? "https" : "http",
			  host, port)) < 0)
		out = NULL;
	free(host);
	if (out != NULL && strlen(out) > HOST_MAX_ORIGIN) {
		free(out);
		out = NULL;
	}
	return out;
}

bool
host_origin_is_insecure(const char *text)
{
	char secure[HOST_MAX_ORIGIN + 2], *usable, *otherwise = NULL;
	bool insecure;

	if (strncasecmp(text, "http://", 7) != 0 ||
	    strlen(text) > HOST_MAX_ORIGIN)
		return false;
	(void)snprintf(secure, sizeof(secure), "https%s", text + 4);
	if ((usable = host_origin_canonical(text)) == NULL)
		otherwise = host_origin_canonical(secure);
	insecure = otherwise != NULL;
	free(usable);
	free(otherwise);
	return insecure;
}
