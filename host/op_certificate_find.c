/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.find: the certificates of people by their addresses, in the
 * database and on the tokens. What cannot be looked through is told beside
 * what was found.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/mime.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"

#define MAX_ADDRESSES 100
#define MAX_ADDRESS   320
#define SLICE	      8 /* certificates checked before others get a turn */

static const struct host_schema params_schema[] = {
	{ .name = "addresses", .type = HOST_STRINGS, .required = true },
	{ .name = "where", .type = HOST_STRINGS },
	{ .name = NULL },
};

/* Where can be looked, and why not everywhere. */
static const struct place {
	const char *name;
	const char *missing; /* NULL: nothing is */
} places[] = {
	{ "local", NULL },
	{ "ldap", "No LDAP directory is set up" },
	{ "dns", "Looking for certificates in the DNS is not set up" },
};
#define PLACES (sizeof(places) / sizeof(places[0]))

struct search {
	struct host_call *call;
	struct json_object *found;
	struct json_object *failures;
	size_t size;	/* JSON bytes of what was found */
	size_t checked; /* certificates */
};

struct entry {
	CERTCertificate *cert; /* own reference: the index may change */
	struct json_object *json;
	bool usable; /* to encrypt to */
};

static enum nm_error
no_memory(struct host_call *call)
{
	return nm_fail(host_call_fault(call), NM_ERR_INTERNAL,
	    "There is not enough memory");
}

/* ---- params ------------------------------------------------------------- */

static enum nm_error
check_addresses(struct json_object *addresses, struct nm_fault *fault)
{
	size_t count = json_object_array_length(addresses);

	if (count > MAX_ADDRESSES)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"addresses\" has more than %d addresses",
		    MAX_ADDRESSES);
	for (size_t i = 0; i < count; i++) {
		const char *address = json_object_get_string(
		    json_object_array_get_idx(addresses, i));
		char *normal = strlen(address) <= MAX_ADDRESS
		    ? nm_address_normalise(address)
		    : NULL;

		if (normal == NULL)
			return nm_fail(fault, NM_ERR_INVALID_PARAMS,
			    "The member \"addresses\" has \"%.60s\", which is "
			    "no address",
			    address);
		free(normal);
	}
	return NM_OK;
}

static enum nm_error
check_where(struct json_object *where, struct nm_fault *fault)
{
	size_t count = where == NULL ? 0 : json_object_array_length(where);

	for (size_t i = 0; i < count; i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(where, i));
		bool known = false;

		for (size_t k = 0; k < PLACES; k++)
			known |= strcmp(places[k].name, name) == 0;
		if (!known)
			return nm_fail(fault, NM_ERR_INVALID_PARAMS,
			    "The member \"where\" has \"%.60s\", which is "
			    "none of \"local\", \"ldap\" and \"dns\"",
			    name);
	}
	return NM_OK;
}

/* Without a word: wherever something is set up. */
static bool
is_wanted(const struct place *place, struct json_object *where)
{
	if (where == NULL)
		return place->missing == NULL;
	for (size_t i = 0; i < json_object_array_length(where); i++) {
		if (strcmp(place->name,
			json_object_get_string(
			    json_object_array_get_idx(where, i))) == 0)
			return true;
	}
	return false;
}

/* ---- one address -------------------------------------------------------- */

static const char *
fingerprint_of(const struct entry *e)
{
	return host_string(e->json, "fingerprint");
}

/* Those that can be encrypted to, then the newest; times of one form. */
static int
better(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order;

	if (x->usable != y->usable)
		return x->usable ? -1 : 1;
	order = strcmp(host_string(y->json, "notBefore"),
	    host_string(x->json, "notBefore"));
	return order != 0 ? order
			  : strcmp(fingerprint_of(x), fingerprint_of(y));
}

static void
let_others(void *arg)
{
	(void)arg;
}

static enum nm_error
look_at(struct search *s, struct entry *e)
{
	struct json_object *status;
	enum nm_error error;

	error = host_certificate_json(host_call_database(s->call), e->cert,
	    (int64_t)time(NULL), &e->json, host_call_fault(s->call));
	if (error != NM_OK)
		return error;
	status = host_member(e->json, "status");
	e->usable =
	    host_boolean(host_member(status, "encrypt"), "usable", false);
	if (++s->checked % SLICE == 0)
		host_call_blocking(s->call, let_others, NULL);
	return NM_OK;
}

static enum nm_error
add_failure(struct search *s, const char *where, const char *address,
    enum nm_error kind, const char *message)
{
	struct json_object *failure = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "where", where);
	if (address != NULL)
		host_build_string(&b, "address", address);
	host_build_string(&b, "kind", nm_error_kind(kind));
	host_build_string(&b, "message", message);
	(void)host_build_end(&b, &failure, NULL);
	return host_array_add(s->failures, failure) ? NM_OK
						    : no_memory(s->call);
}

/* What goes past a frame is left out, and that is told. */
static enum nm_error
tell(struct search *s, const char *address, const struct entry *items,
    size_t count)
{
	struct json_object *list = host_member(s->found, address);

	for (size_t i = 0; i < count; i++) {
		if (i > 0 &&
		    strcmp(fingerprint_of(&items[i]),
			fingerprint_of(&items[i - 1])) == 0)
			continue; /* on two tokens */
		if (s->size > HOST_PAGE_SIZE)
			return add_failure(s, "local", address,
			    NM_ERR_TOO_LARGE,
			    "There are more certificates than one reply can "
			    "hold");
		s->size += host_json_size(items[i].json);
		if (!host_array_add(list, json_object_get(items[i].json)))
			return no_memory(s->call);
	}
	return NM_OK;
}

static enum nm_error
find_local(struct search *s, const char *address)
{
	CERTCertificate **found = NULL;
	struct entry *items;
	size_t count = 0;
	enum nm_error error;

	error = nm_index_by_address(
	    host_call_index(s->call), address, &found, &count);
	if (error != NM_OK && error != NM_ERR_CERTIFICATE_NOT_FOUND)
		return nm_fail(host_call_fault(s->call), error,
		    "The certificates cannot be searched");
	if ((items = calloc(count + 1, sizeof(*items))) == NULL) {
		free(found);
		return no_memory(s->call);
	}
	for (size_t i = 0; i < count; i++)
		items[i].cert = CERT_DupCertificate(found[i]);
	free(found);
	error = NM_OK;
	for (size_t i = 0; error == NM_OK && i < count; i++)
		error = look_at(s, &items[i]);
	if (error == NM_OK) {
		qsort(items, count, sizeof(*items), better);
		error = tell(s, address, items, count);
	}
	for (size_t i = 0; i < count; i++) {
		CERT_DestroyCertificate(items[i].cert);
		json_object_put(items[i].json);
	}
	free(items);
	return error;
}

/* ---- all of them -------------------------------------------------------- */

static enum nm_error
find_all(struct search *s, struct json_object *addresses, bool local)
{
	size_t count = json_object_array_length(addresses);
	struct json_object *list;
	const char *address;
	enum nm_error error = NM_OK;

	for (size_t i = 0; error == NM_OK && i < count; i++) {
		address = json_object_get_string(
		    json_object_array_get_idx(addresses, i));
		if (host_member(s->found, address) != NULL)
			continue;
		if ((list = json_object_new_array()) == NULL)
			return no_memory(s->call);
		json_object_object_add(s->found, address, list);
		if (local)
			error = find_local(s, address);
	}
	return error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct json_object *addresses = host_member(params, "addresses");
	struct json_object *where = host_member(params, "where");
	struct nm_fault *fault = host_call_fault(call);
	struct search s = { .call = call };
	struct host_build b;
	enum nm_error error;

	if ((error = check_addresses(addresses, fault)) != NM_OK ||
	    (error = check_where(where, fault)) != NM_OK)
		return error;
	s.found = json_object_new_object();
	s.failures = json_object_new_array();
	if (s.found == NULL || s.failures == NULL)
		error = no_memory(call);
	for (size_t i = 0; error == NM_OK && i < PLACES; i++) {
		if (places[i].missing != NULL && is_wanted(&places[i], where))
			error = add_failure(&s, places[i].name, NULL,
			    NM_ERR_DIRECTORY_UNREACHABLE, places[i].missing);
	}
	if (error == NM_OK)
		error = find_all(&s, addresses, is_wanted(&places[0], where));
	if (error == NM_OK) {
		host_build_begin(&b);
		host_build_add(&b, "found", s.found);
		host_build_add(&b, "failures", s.failures);
		return host_build_end(&b, result, fault);
	}
	json_object_put(s.found);
	json_object_put(s.failures);
	return error;
}

const struct host_operation host_op_certificate_find = {
	"certificate.find",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN,
	"Finds people's certificates by their addresses",
};
