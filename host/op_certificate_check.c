/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.check: whether a certificate, of the database or not, may be
 * used for e-mail at a time. Nothing is fetched unless the settings say so;
 * `online` can only keep it from being fetched.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/mime.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"
#include "reasons_json.h"

static const char *const purposes[] = { "sign", "encrypt", NULL };

static const struct host_schema params_schema[] = {
	{ .name = "fingerprint", .type = HOST_STRING },
	{ .name = "data", .type = HOST_BASE64 },
	{ .name = "for",
	    .type = HOST_STRING,
	    .required = true,
	    .values = purposes },
	{ .name = "at", .type = HOST_TIME },
	{ .name = "online", .type = HOST_BOOLEAN },
	{ .name = NULL },
};

/* The certificate to check first, then what may complete its chain; lists
 * that lie beside them count as evidence. */
static enum nm_error
take_bag(struct host_call *call, struct json_object *params, struct nm_bag *bag)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer data = NM_BUFFER_INIT;
	CERTCertificate *named = NULL;
	enum nm_error error;

	memset(bag, 0, sizeof(*bag));
	if (host_member(params, "data") != NULL) {
		error = host_base64_member(params, "data", &data, fault);
		if (error == NM_OK)
			error = nm_bag_parse(
			    data.data, data.len, NM_FORM_AUTO, bag, fault);
		nm_buffer_reset(&data);
		return error;
	}
	if ((error = host_certificate_named(call, params, &named)) != NM_OK)
		return error;
	if ((bag->certs = calloc(1, sizeof(*bag->certs))) == NULL) {
		CERT_DestroyCertificate(named);
		return NM_ERR_INTERNAL;
	}
	bag->certs[bag->count++] = named;
	return NM_OK;
}

static enum nm_error
tell(struct host_call *call, const struct nm_path *path,
    struct json_object **result)
{
	struct json_object *table = json_object_new_object();
	struct host_build b;

	host_build_begin(&b);
	host_build_bool(&b, "usable", host_reasons_usable(path->reasons));
	host_build_add(&b, "reasons", host_reasons_json(path->reasons));
	host_build_add(&b, "chain",
	    table != NULL
		? host_path_json(host_call_database(call), path, table)
		: NULL);
	host_build_add(&b, "table", table);
	host_build_string(
	    &b, "revocation", nm_revocation_name(path->revocation));
	return host_build_end(&b, result, host_call_fault(call));
}

static int64_t
time_of(struct json_object *params)
{
	const char *at = host_string(params, "at");
	struct nm_date date;

	if (at != NULL && nm_date_parse_rfc3339(at, &date))
		return date.seconds;
	return (int64_t)time(NULL);
}

/* While servers are asked, nothing of this request is known to NSS but what
 * the bag holds: path checks of others do not use it. */
static enum nm_error
check(struct host_call *call, struct json_object *params,
    const struct nm_bag *bag, struct nm_path *path)
{
	struct nm_revocation_policy policy =
	    host_call_revocation(call, host_boolean(params, "online", true));
	struct nm_path_question question = { .purpose = NM_PURPOSE_SIGN,
		.when = time_of(params),
		.received = host_member(params, "at") != NULL,
		.along = bag->certs,
		.along_count = bag->count };
	struct nm_evidence *evidence = NULL;
	enum nm_error error;
	bool more = false;

	if (strcmp(host_string(params, "for"), "encrypt") == 0)
		question.purpose = NM_PURPOSE_ENCRYPT;
	error = nm_evidence_new(
	    &policy, host_call_database(call), (int64_t)time(NULL), &evidence);
	for (size_t i = 0; error == NM_OK && i < bag->list_count; i++)
		error = nm_evidence_add(
		    evidence, NM_FETCH_CRL, nm_buffer_bytes(&bag->lists[i]));
	question.evidence = evidence;
	do {
		nm_path_clear(path);
		if (error == NM_OK)
			error = nm_path_check(host_call_database(call),
			    bag->certs[0], &question, path);
		if (error == NM_OK)
			error = nm_evidence_fetch(evidence, &more);
	} while (error == NM_OK && more);
	nm_evidence_free(&evidence);
	return error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_path path = { 0 };
	struct nm_bag bag;
	enum nm_error error;

	if ((host_member(params, "fingerprint") == NULL) ==
	    (host_member(params, "data") == NULL))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "Either the member \"fingerprint\" or the member \"data\" "
		    "is needed");
	if ((error = take_bag(call, params, &bag)) != NM_OK)
		return error;
	error = check(call, params, &bag, &path);
	if (error != NM_OK)
		error =
		    nm_fail(fault, error, "The certificate cannot be checked");
	else
		error = tell(call, &path, result);
	nm_path_clear(&path);
	nm_bag_clear(&bag);
	return error;
}

const struct host_operation host_op_certificate_check = {
	"certificate.check",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN,
	"Tells whether a certificate may be used to sign or to encrypt",
};
