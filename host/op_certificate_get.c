/* SPDX-License-Identifier: MPL-2.0 */
/* certificate.get */
#include <string.h>
#include <time.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"

static const char *const forms[] = { "json", "pem", "der", NULL };

static const struct host_schema params_schema[] = {
	{ .name = "fingerprint", .type = HOST_STRING, .required = true },
	{ .name = "form", .type = HOST_STRING, .values = forms },
	{ .name = NULL },
};

static enum nm_error
add_data(struct host_call *call, CERTCertificate *cert, enum nm_form form,
    struct host_build *b)
{
	struct nm_buffer data = NM_BUFFER_INIT;
	enum nm_error error;

	error = nm_export(
	    host_call_database(call), cert, form, &data, host_call_fault(call));
	if (error == NM_OK)
		host_build_base64(b, "data", nm_buffer_bytes(&data));
	nm_buffer_reset(&data);
	return error;
}

/* The chain as it is now: the one that makes the certificate usable, for
 * signing if it may sign. */
static enum nm_error
add_chain(struct host_call *call, CERTCertificate *cert, int64_t now,
    struct host_build *b)
{
	struct nm_database *db = host_call_database(call);
	struct json_object *table = json_object_new_object();
	struct nm_path path = { 0 };
	struct nm_certificate c = { 0 };
	enum nm_purpose purpose = NM_PURPOSE_SIGN;
	enum nm_error error;

	error = nm_certificate_describe(db, cert, &c);
	if (error == NM_OK && (c.usages & NM_USAGE_SIGN) == 0)
		purpose = NM_PURPOSE_ENCRYPT;
	if (error == NM_OK)
		error = nm_path_check(db, cert,
		    &(struct nm_path_question){
			.purpose = purpose, .when = now },
		    &path);
	if (error != NM_OK) {
		json_object_put(table);
		error = nm_fail(host_call_fault(call), error,
		    "The certificate's chain cannot be found");
		goto out;
	}
	host_build_add(b, "chain",
	    table != NULL ? host_path_json(db, &path, table) : NULL);
	host_build_add(b, "table", table);
out:
	nm_path_clear(&path);
	nm_certificate_clear(&c);
	return error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const char *form = host_string(params, "form");
	int64_t now = (int64_t)time(NULL);
	CERTCertificate *cert = NULL;
	struct json_object *json;
	struct host_build b;
	enum nm_error error;

	error = host_certificate_named(call, params, &cert);
	if (error != NM_OK)
		return error;
	host_build_begin(&b);
	error = host_certificate_json(
	    host_call_database(call), cert, now, &json, host_call_fault(call));
	if (error != NM_OK)
		goto out;
	host_build_add(&b, "certificate", json);
	error = add_chain(call, cert, now, &b);
	if (error == NM_OK && form != NULL && strcmp(form, "json") != 0)
		error = add_data(call, cert,
		    strcmp(form, "pem") == 0 ? NM_FORM_PEM : NM_FORM_DER, &b);
	if (error == NM_OK)
		error = host_build_end(&b, result, host_call_fault(call));
out:
	if (error != NM_OK)
		host_build_drop(&b);
	CERT_DestroyCertificate(cert);
	return error;
}

const struct host_operation host_op_certificate_get = {
	"certificate.get",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN,
	"Tells all about one certificate, with its chain and, asked so, its "
	"bytes",
};
