/* SPDX-License-Identifier: MPL-2.0 */
/* What versions of libcurl have under different names, or not at all. */
#ifndef HOST_PLATFORM_CURL_H
#define HOST_PLATFORM_CURL_H

#include <stdbool.h>

#include <curl/curl.h>

/* HTTP and its secure form alone; where libcurl can, no waiting for a name
 * server that is slow, since that would hold up others. */
static inline bool
host_curl_set_newer(CURL *c)
{
#if LIBCURL_VERSION_NUM >= 0x075700
	if (curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L) != 0)
		return false;
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
	return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == 0;
#else
	return curl_easy_setopt(c, CURLOPT_PROTOCOLS,
		   (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS)) == 0;
#endif
}

#endif
