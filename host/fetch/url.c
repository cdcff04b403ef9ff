/* SPDX-License-Identifier: MPL-2.0 */
#include "url.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include <nssmime/mime.h>

#include "common/question.h"

#define GET_MAX 255u

static bool
is_plain(const char *url)
{
	size_t len = strlen(url);

	for (size_t i = 0; i < len; i++) {
		if (url[i] <= ' ' || url[i] > '~')
			return false;
	}
	return len != 0 && len <= HOST_MAX_URL;
}

/* In any form that a resolver takes for an address: "127.1", "0x7f000001". */
static bool
literal_allowed(
    const char *host, const struct host_network *networks, size_t count)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr_storage address;
	char text[INET6_ADDRSTRLEN + 2];
	size_t len = strlen(host);

	if (len >= sizeof(text))
		return true; /* a name */
	memset(&address, 0, sizeof(address));
	memcpy(text, host, len + 1);
	if (text[0] == '[') {
		text[len - 1] = '\0';
		if (inet_pton(AF_INET6, text + 1, &v6.sin6_addr) != 1)
			return false;
		memcpy(&address, &v6, sizeof(v6));
	} else {
		if (text[len - 1] == '.')
			text[len - 1] = '\0';
		if (inet_aton(text, &v4.sin_addr) == 0)
			return true;
		memcpy(&address, &v4, sizeof(v4));
	}
	return host_address_allowed(
	    (const struct sockaddr *)&address, networks, count);
}

/* Whether it has the part; *part is for curl_free(). */
static bool
get_part(CURLU *parsed, CURLUPart which, char **part)
{
	*part = NULL;
	return curl_url_get(parsed, which, part, 0) == CURLUE_OK &&
	    *part != NULL && **part != '\0';
}

static bool
has_part(CURLU *parsed, CURLUPart which)
{
	char *part;
	bool has = get_part(parsed, which, &part);

	curl_free(part);
	return has;
}

static bool
parts_allowed(CURLU *parsed, const struct host_network *networks, size_t count)
{
	char *scheme, *host = NULL;
	bool good;

	good = get_part(parsed, CURLUPART_SCHEME, &scheme) &&
	    (strcasecmp(scheme, "http") == 0 ||
		strcasecmp(scheme, "https") == 0) &&
	    get_part(parsed, CURLUPART_HOST, &host) &&
	    literal_allowed(host, networks, count) &&
	    !has_part(parsed, CURLUPART_USER) &&
	    !has_part(parsed, CURLUPART_PASSWORD) &&
	    !has_part(parsed, CURLUPART_ZONEID);
	curl_free(scheme);
	curl_free(host);
	return good;
}

bool
fetch_url_check(const char *url, const struct host_network *networks,
    size_t count, char **clean)
{
	CURLU *parsed;
	char *text = NULL;

	*clean = NULL;
	if (!is_plain(url) || (parsed = curl_url()) == NULL)
		return false;
	if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) ==
		CURLUE_OK &&
	    parts_allowed(parsed, networks, count) &&
	    /* what is behind a # is not the server's business */
	    curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
	    get_part(parsed, CURLUPART_URL, &text))
		*clean = strdup(text);
	curl_free(text);
	curl_url_cleanup(parsed);
	return *clean != NULL;
}

/* "+", "/" and "=" mean something in a URL. */
static void
append_escaped(struct nm_buffer *out, const char *base64)
{
	for (; *base64 != '\0'; base64++) {
		if (strchr("+/=", *base64) != NULL)
			nm_buffer_format(out, "%%%02X", (unsigned)*base64);
		else
			nm_buffer_byte(out, (uint8_t)*base64);
	}
}

char *
fetch_url_ocsp(const char *url, struct nm_bytes request)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	char base64[GET_MAX + 4];
	size_t size = nm_base64_encoded_size(request.len);

	/* nothing can be put behind a query */
	if (size > GET_MAX || strchr(url, '?') != NULL)
		return NULL;
	nm_base64_encode(request.data, request.len, base64);
	base64[size] = '\0';
	nm_buffer_string(&out, url);
	if (url[strlen(url) - 1] != '/')
		nm_buffer_byte(&out, '/');
	append_escaped(&out, base64);
	if (out.len > GET_MAX) {
		nm_buffer_reset(&out);
		return NULL;
	}
	return nm_buffer_take_string(&out);
}
