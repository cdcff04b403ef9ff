/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.request: a key pair, which stays in the database or on a token,
 * and the request for its certificate. To make the key takes seconds, in which
 * others go on; one that was cancelled meanwhile goes again.
 */
#include <stdlib.h>

#include <nssmime/request.h>

#include "json_build.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "subject", .type = HOST_STRING, .required = true },
	{ .name = "addresses", .type = HOST_STRINGS, .required = true },
	{ .name = "key",
	    .type = HOST_STRING,
	    .required = true,
	    .values = nm_request_keys },
	{ .name = "token", .type = HOST_STRING },
	{ .name = NULL },
};

struct making {
	struct nm_request *request;
	struct nm_buffer *der;
	struct nm_fault *fault;
	enum nm_error error;
};

static void
make(void *arg)
{
	struct making *m = arg;

	m->error = nm_request_make(m->request, m->der, m->fault);
}

static enum nm_error
begin(
    struct host_call *call, struct json_object *params, struct nm_request **out)
{
	struct json_object *list = host_member(params, "addresses");
	struct nm_request_options o = {
		.subject = host_string(params, "subject"),
		.address_count = json_object_array_length(list),
		.key = host_string(params, "key"),
		.token = host_string(params, "token"),
	};
	const char **addresses =
	    calloc(o.address_count + 1, sizeof(*addresses));
	enum nm_error error;

	*out = NULL;
	if (addresses == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < o.address_count; i++)
		addresses[i] =
		    json_object_get_string(json_object_array_get_idx(list, i));
	o.addresses = addresses;
	error = nm_request_new(host_call_database(call), &o,
	    host_call_asker(call), out, host_call_fault(call));
	free(addresses);
	return error;
}

/* Deletes the key again. */
static void
undo(struct host_call *call, const struct nm_buffer *der)
{
	struct nm_database *db = host_call_database(call);
	struct nm_pending p;

	if (nm_pending_find(db, host_call_index(call), nm_buffer_bytes(der), &p,
		NULL) == NM_OK)
		(void)nm_pending_withdraw(db, &p, NULL);
	nm_pending_clear(&p);
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer der = NM_BUFFER_INIT;
	struct making m = { .der = &der, .fault = fault };
	struct host_build b;
	enum nm_error error;

	if ((error = begin(call, params, &m.request)) != NM_OK)
		return error;
	host_call_blocking(call, make, &m);
	nm_database_changed(host_call_database(call));
	error = m.error;
	if (error == NM_OK && !host_call_commit(call)) {
		undo(call, &der);
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	}
	if (error == NM_OK) {
		host_build_begin(&b);
		host_build_base64(&b, "request", nm_buffer_bytes(&der));
		error = host_build_end(&b, result, fault);
	}
	nm_request_free(&m.request);
	nm_buffer_reset(&der);
	return error;
}

const struct host_operation host_op_certificate_request = {
	"certificate.request",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Makes a key and the request for its certificate",
};
