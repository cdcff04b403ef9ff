/* SPDX-License-Identifier: MPL-2.0 */
#include "transfer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/clock.h"
#include "platform/curl.h"
#include "url.h"

#define CONNECT_MS  5000L
#define REDIRECTS   5u
#define HEADER_SIZE 65536u

/* The same for everybody: it must not tell one user from another. */
#define AGENT "nssmime"

/* ---- what libcurl calls --------------------------------------------- */

/* The address is judged where it is connected to: whatever the name was, and
 * whatever it meant a moment ago. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct fetch_transfer *t = arg;

	(void)purpose;
	/* by a proxy all goes to the proxy, which the administrator named */
	if (t->rules->proxy == NULL &&
	    !host_address_allowed(
		&address->addr, t->rules->networks, t->rules->network_count)) {
		t->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

static size_t
take_header(char *data, size_t one, size_t size, void *arg)
{
	struct fetch_transfer *t = arg;

	(void)data;
	(void)one; /* always 1 */
	if (size > HEADER_SIZE - t->header_size) {
		t->large = true;
		return 0;
	}
	t->header_size += size;
	return size;
}

static size_t
take_body(char *data, size_t one, size_t size, void *arg)
{
	struct fetch_transfer *t = arg;

	(void)one; /* always 1 */
	if (size > host_question_size(t->kind) - t->answer.len ||
	    size > FETCH_MEMORY - t->rules->memory) {
		t->large = true;
		return 0;
	}
	nm_buffer_append(&t->answer, data, size);
	if (nm_buffer_failed(&t->answer))
		return 0;
	t->rules->memory += size;
	return size;
}

/* ---- a leg ---------------------------------------------------------- */

static void
forget_answer(struct fetch_transfer *t)
{
	t->rules->memory -= t->answer.len;
	nm_buffer_reset(&t->answer);
	t->header_size = 0;
}

/* Everything that libcurl would take from elsewhere is said here. */
static bool
set_surroundings(const struct fetch_transfer *t)
{
	const struct fetch_rules *rules = t->rules;
	CURL *c = t->easy;

	return host_curl_set_newer(c) &&
	    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == 0 &&
	    /* "": none, not what the environment says */
	    curl_easy_setopt(c, CURLOPT_PROXY,
		rules->proxy != NULL ? rules->proxy : "") == 0 &&
	    curl_easy_setopt(c, CURLOPT_NOPROXY, "") == 0 &&
	    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == 0 &&
	    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L) == 0 &&
	    curl_easy_setopt(
		c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) == 0 &&
	    curl_easy_setopt(c, CURLOPT_HTTP09_ALLOWED, 0L) == 0 &&
	    curl_easy_setopt(
		c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == 0 &&
	    (rules->authorities == NULL ||
		(curl_easy_setopt(c, CURLOPT_CAINFO, rules->authorities) == 0 &&
		    curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == 0)) &&
	    curl_easy_setopt(c, CURLOPT_USERAGENT, AGENT) == 0;
}

static bool
set_callbacks(struct fetch_transfer *t)
{
	CURL *c = t->easy;

	return curl_easy_setopt(c, CURLOPT_PRIVATE, t) == 0 &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == 0 &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t) == 0 &&
	    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == 0 &&
	    curl_easy_setopt(c, CURLOPT_HEADERDATA, t) == 0 &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == 0 &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, t) == 0 &&
	    curl_easy_setopt(c, CURLOPT_MAXFILESIZE_LARGE,
		(curl_off_t)host_question_size(t->kind)) == 0;
}

/* No encoding is asked for, and none is undone: a few bytes stay a few. */
static bool
set_question(const struct fetch_transfer *t, const char *url, long ms)
{
	CURL *c = t->easy;

	if (curl_easy_setopt(c, CURLOPT_URL, url) != 0 ||
	    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
		ms < CONNECT_MS ? ms : CONNECT_MS) != 0 ||
	    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ms) != 0)
		return false;
	if (!t->post)
		return curl_easy_setopt(c, CURLOPT_HTTPGET, 1L) == 0 &&
		    curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL) == 0;
	return curl_easy_setopt(c, CURLOPT_POST, 1L) == 0 &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDS, t->request.data) == 0 &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
		(curl_off_t)t->request.len) == 0 &&
	    curl_easy_setopt(c, CURLOPT_HTTPHEADER, t->headers) == 0;
}

static bool
over(struct fetch_transfer *t, enum host_question_end end)
{
	t->end = end;
	if (end != HOST_END_ANSWERED)
		forget_answer(t);
	return false;
}

/* Takes `url` over. */
static bool
ask(struct fetch_transfer *t, CURLM *multi, char *url)
{
	int64_t left = t->due - host_now();

	free(t->at);
	t->at = url;
	forget_answer(t);
	t->refused = false;
	t->posted = t->posted || t->post;
	if (left <= 0)
		return over(t, HOST_END_TOO_SLOW);
	if (url == NULL || !set_question(t, url, (long)left) ||
	    curl_multi_add_handle(multi, t->easy) != CURLM_OK)
		return over(t, HOST_END_UNREACHABLE);
	return true;
}

/* ---- from leg to leg ------------------------------------------------ */

bool
fetch_transfer_begin(struct fetch_transfer *t, CURLM *multi)
{
	char *clean, *url;

	if (!fetch_url_check(
		t->url, t->rules->networks, t->rules->network_count, &clean))
		return over(t, HOST_END_REFUSED);
	/* RFC 3161 3.4 knows POST alone */
	t->post = t->kind == NM_FETCH_TIMESTAMP;
	if (t->kind != NM_FETCH_OCSP)
		return ask(t, multi, clean);
	url = fetch_url_ocsp(clean, nm_buffer_bytes(&t->request));
	t->post = url == NULL;
	if (t->post)
		return ask(t, multi, clean);
	free(clean);
	return ask(t, multi, url);
}

/* RFC 9110 15.4. A server that wants a POST elsewhere by 301 or 302 means the
 * same request, whatever browsers made of it. */
static bool
redirect(struct fetch_transfer *t, CURLM *multi, long status, const char *to)
{
	char *clean;

	if (++t->redirects > REDIRECTS)
		return over(t, HOST_END_UNREACHABLE);
	if (!fetch_url_check(
		to, t->rules->networks, t->rules->network_count, &clean))
		return over(t, HOST_END_REFUSED);
	if (status == 303)
		t->post = false;
	return ask(t, multi, clean);
}

/* The same by POST, for responders that know no GET. */
static bool
repeat(struct fetch_transfer *t, CURLM *multi)
{
	char *clean;

	t->post = true;
	t->redirects = 0;
	if (!fetch_url_check(
		t->url, t->rules->networks, t->rules->network_count, &clean))
		return over(t, HOST_END_REFUSED);
	return ask(t, multi, clean);
}

bool
fetch_transfer_next(struct fetch_transfer *t, CURLM *multi, CURLcode code)
{
	const char *to = NULL;
	long status = 0;

	(void)curl_multi_remove_handle(multi, t->easy);
	if (t->large || code == CURLE_FILESIZE_EXCEEDED)
		return over(t, HOST_END_TOO_LARGE);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return over(t, HOST_END_TOO_SLOW);
	if (code != CURLE_OK)
		return over(
		    t, t->refused ? HOST_END_REFUSED : HOST_END_UNREACHABLE);
	if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) != 0 ||
	    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to) != 0)
		return over(t, HOST_END_UNREACHABLE);
	if (to != NULL && status >= 301 && status <= 308)
		return redirect(t, multi, status, to);
	if (status == 200 && t->answer.len != 0)
		return over(t, HOST_END_ANSWERED);
	return t->kind == NM_FETCH_OCSP && !t->posted
	    ? repeat(t, multi)
	    : over(t, HOST_END_UNREACHABLE);
}

/* ---- beginning and end ---------------------------------------------- */

static bool
set_up(struct fetch_transfer *t)
{
	struct curl_slist *headers;

	if ((t->easy = curl_easy_init()) == NULL || !set_surroundings(t) ||
	    !set_callbacks(t))
		return false;
	t->headers = curl_slist_append(NULL,
	    t->kind == NM_FETCH_TIMESTAMP
		? "Content-Type: application/timestamp-query"
		: "Content-Type: application/ocsp-request");
	headers = curl_slist_append(t->headers, "Expect:");
	return t->headers != NULL && headers != NULL;
}

struct fetch_transfer *
fetch_transfer_new(struct fetch_rules *rules, const struct host_question *q)
{
	struct fetch_transfer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->rules = rules;
	t->id = q->id;
	t->kind = q->kind;
	t->due = host_now() + host_question_time(q->kind);
	t->end = HOST_END_UNREACHABLE;
	t->url = strndup((const char *)q->url.data, q->url.len);
	nm_buffer_append(&t->request, q->data.data, q->data.len);
	if (t->url == NULL || nm_buffer_failed(&t->request) || !set_up(t))
		fetch_transfer_free(&t, NULL);
	return t;
}

void
fetch_transfer_free(struct fetch_transfer **t, CURLM *multi)
{
	struct fetch_transfer *old = *t;

	if (old->easy != NULL) {
		if (multi != NULL)
			(void)curl_multi_remove_handle(multi, old->easy);
		curl_easy_cleanup(old->easy);
	}
	curl_slist_free_all(old->headers);
	forget_answer(old);
	nm_buffer_reset(&old->request);
	free(old->at);
	free(old->url);
	free(old);
	*t = NULL;
}
