/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.list. A list is in the order of the fingerprints and a cursor
 * is the last one that was given: so a list that is read page by page tells
 * each certificate that stays exactly once, whatever comes and goes
 * meanwhile.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"

#define DEFAULT_LIMIT 100
#define MAX_LIMIT     1000
#define SLICE	      8 /* certificates checked before others get a turn */

static const char *const kinds[] = { "own", "people", "authorities", NULL };

static const struct host_schema params_schema[] = {
	{ .name = "kind", .type = HOST_STRING, .values = kinds },
	{ .name = "address", .type = HOST_STRING },
	{ .name = "text", .type = HOST_STRING },
	{ .name = "limit", .type = HOST_POSITIVE },
	{ .name = "cursor", .type = HOST_STRING },
	{ .name = NULL },
};

struct entry {
	char fingerprint[NM_FINGERPRINT_SIZE];
	CERTCertificate *cert; /* own reference: the index may change */
	bool own;
};

struct list {
	struct entry *items;
	size_t count;
};

static void
list_clear(struct list *l)
{
	for (size_t i = 0; i < l->count; i++)
		CERT_DestroyCertificate(l->items[i].cert);
	free(l->items);
	l->items = NULL;
	l->count = 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->fingerprint,
	    ((const struct entry *)b)->fingerprint);
}

static void
list_add(struct list *l, struct nm_index *ix, CERTCertificate *cert,
    const char *after)
{
	struct entry *e = &l->items[l->count];

	nm_certificate_fingerprint(cert, e->fingerprint);
	if (after != NULL && strcmp(e->fingerprint, after) <= 0)
		return;
	e->cert = CERT_DupCertificate(cert);
	e->own = nm_index_own(ix, cert);
	l->count++;
}

/* Everything after `after`, sorted. */
static enum nm_error
list_fill(struct list *l, struct host_call *call, const char *address,
    const char *after)
{
	struct nm_index *ix = host_call_index(call);
	CERTCertificate **found = NULL;
	size_t count;
	enum nm_error error;

	if (address != NULL) {
		error = nm_index_by_address(ix, address, &found, &count);
		if (error == NM_ERR_CERTIFICATE_NOT_FOUND)
			return NM_OK;
		if (error != NM_OK)
			return nm_fail(host_call_fault(call), error,
			    "The certificates cannot be searched");
	} else {
		count = nm_index_count(ix);
	}
	l->items = calloc(count + 1, sizeof(*l->items));
	if (l->items == NULL) {
		free(found);
		return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
		    "There is not enough memory");
	}
	for (size_t i = 0; i < count; i++)
		list_add(l, ix, address != NULL ? found[i] : nm_index_at(ix, i),
		    after);
	free(found);
	qsort(l->items, l->count, sizeof(*l->items), compare);
	return NM_OK;
}

static bool
contains(const char *text, const char *part)
{
	return text != NULL && strcasestr(text, part) != NULL;
}

/* Letters of ASCII match in either case. */
static bool
has_text(const struct nm_certificate *c, const char *text)
{
	if (contains(c->subject, text) || contains(c->issuer, text) ||
	    contains(c->serial, text) || contains(c->fingerprint, text))
		return true;
	for (size_t i = 0; i < c->address_count; i++) {
		if (contains(c->addresses[i], text))
			return true;
	}
	return false;
}

/* Each certificate is of one kind: one's own, else an authority's, else
 * people's. */
static bool
is_kind(const struct entry *e, const char *kind)
{
	bool authority;

	if (kind == NULL)
		return true;
	if (strcmp(kind, "own") == 0)
		return e->own;
	authority = CERT_IsCACert(e->cert, NULL);
	return !e->own && authority == (strcmp(kind, "authorities") == 0);
}

static bool
matches(const struct entry *e, const char *kind, const char *text)
{
	struct nm_certificate c = { 0 };
	bool match;

	if (!is_kind(e, kind))
		return false;
	if (text == NULL)
		return true;
	match = nm_certificate_describe(NULL, e->cert, &c) == NM_OK &&
	    has_text(&c, text);
	nm_certificate_clear(&c);
	return match;
}

static bool
is_cursor(const char *cursor)
{
	size_t len = strspn(cursor, "0123456789abcdef");

	return len == NM_FINGERPRINT_SIZE - 1 && cursor[len] == '\0';
}

static void
let_others(void *arg)
{
	(void)arg;
}

/* Fills `page` from the list; *more: the last one's fingerprint, when there
 * is something after it. */
static enum nm_error
make_page(struct host_call *call, struct json_object *params,
    const struct list *l, size_t limit, struct json_object *page,
    const char **more)
{
	const char *kind = host_string(params, "kind");
	const char *text = host_string(params, "text");
	const char *last = NULL;
	int64_t now = (int64_t)time(NULL);
	size_t count = 0, size = 0;
	enum nm_error error;

	for (size_t i = 0; i < l->count; i++) {
		const struct entry *e = &l->items[i];
		struct json_object *json;

		if (last != NULL && strcmp(e->fingerprint, last) == 0)
			continue; /* on two tokens */
		if (!matches(e, kind, text))
			continue;
		if (count == limit || size > HOST_PAGE_SIZE) {
			*more = last;
			break;
		}
		error = host_certificate_json(host_call_database(call), e->cert,
		    now, &json, host_call_fault(call));
		if (error != NM_OK)
			return error;
		size += host_json_size(json);
		if (!host_array_add(page, json))
			return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
			    "There is not enough memory");
		last = e->fingerprint;
		if (++count % SLICE == 0)
			host_call_blocking(call, let_others, NULL);
	}
	return NM_OK;
}

static size_t
page_limit(struct json_object *params)
{
	struct json_object *limit = host_member(params, "limit");
	int64_t value;

	if (limit == NULL)
		return DEFAULT_LIMIT;
	value = json_object_get_int64(limit);
	return value < MAX_LIMIT ? (size_t)value : MAX_LIMIT;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const char *cursor = host_string(params, "cursor");
	const char *more = NULL;
	struct list l = { NULL, 0 };
	struct json_object *page = NULL;
	struct host_build b;
	enum nm_error error;

	if (cursor != NULL && !is_cursor(cursor))
		return nm_fail(host_call_fault(call), NM_ERR_INVALID_PARAMS,
		    "The member cursor is not one that this program gave");
	error = list_fill(&l, call, host_string(params, "address"), cursor);
	if (error != NM_OK)
		goto out;
	page = json_object_new_array();
	if (page == NULL) {
		error = nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
		    "There is not enough memory");
		goto out;
	}
	error = make_page(call, params, &l, page_limit(params), page, &more);
	if (error != NM_OK)
		goto out;
	host_build_begin(&b);
	host_build_add(&b, "certificates", page);
	page = NULL;
	if (more != NULL)
		host_build_string(&b, "cursor", more);
	error = host_build_end(&b, result, host_call_fault(call));
out:
	json_object_put(page);
	list_clear(&l);
	return error;
}

const struct host_operation host_op_certificate_list = {
	"certificate.list",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN,
	"Lists certificates of the database and the tokens, in pages",
};
