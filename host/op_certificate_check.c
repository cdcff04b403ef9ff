/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.check: whether a certificate, of the database or not, may be
 * used for e-mail at a time. Nothing is fetched unless the settings say so;
 * `online` can only keep it from being fetched.
 */
#include <string.h>
#include <time.h>

#include <nssmime/mime.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"
#include "reasons_json.h"

/* A PEM file may bring the intermediate certificates along. */
#define MAX_GIVEN 16

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

/* The certificate to check first, then what may complete its chain. */
struct given {
	CERTCertificate *certs[MAX_GIVEN];
	size_t count;
};

static void
given_clear(struct given *g)
{
	while (g->count > 0)
		CERT_DestroyCertificate(g->certs[--g->count]);
}

static enum nm_error
given_add(
    struct given *g, const uint8_t *der, size_t len, struct nm_fault *fault)
{
	struct nm_fault why = { NM_OK, "" };
	CERTCertificate *cert = nm_certificate_decode(der, len, &why);

	if (cert == NULL)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS, "%s",
		    why.code != NM_OK ? why.text
				      : "The data is not a certificate");
	g->certs[g->count++] = cert;
	return NM_OK;
}

/* The base64 text between two lines of PEM (RFC 7468), to DER. */
static enum nm_error
pem_decode(const char *text, size_t len, struct nm_buffer *out)
{
	struct nm_stage *end = nm_collector_new(out, len);
	struct nm_stage *decoder = NULL;
	enum nm_error error = NM_ERR_INTERNAL;

	if (end != NULL)
		decoder = nm_base64_decoder_new(end);
	if (decoder != NULL) {
		error = nm_stage_write(decoder, text, len);
		if (error == NM_OK)
			error = nm_stage_finish(decoder);
	}
	nm_stage_free(&decoder);
	nm_stage_free(&end);
	return error;
}

static enum nm_error
given_add_pem(
    struct given *g, const char *text, size_t len, struct nm_fault *fault)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	static const char end[] = "-----END CERTIFICATE-----";
	const char *limit = text + len, *from, *to;
	struct nm_buffer der = NM_BUFFER_INIT;
	enum nm_error error = NM_OK;

	while (error == NM_OK && g->count < MAX_GIVEN) {
		from = memmem(
		    text, (size_t)(limit - text), begin, sizeof(begin) - 1);
		if (from == NULL)
			break;
		from += sizeof(begin) - 1;
		to = memmem(from, (size_t)(limit - from), end, sizeof(end) - 1);
		if (to == NULL)
			break;
		nm_buffer_clear(&der);
		error = pem_decode(from, (size_t)(to - from), &der);
		if (error == NM_OK)
			error = given_add(g, der.data, der.len, fault);
		text = to;
	}
	nm_buffer_reset(&der);
	return error;
}

static enum nm_error
given_decode(
    struct given *g, struct json_object *params, struct nm_fault *fault)
{
	struct nm_buffer data = NM_BUFFER_INIT;
	enum nm_error error;

	error = host_base64_member(params, "data", &data, fault);
	if (error == NM_OK && data.len > 0 && data.data[0] == 0x30)
		error = given_add(g, data.data, data.len, fault);
	else if (error == NM_OK && data.len > 0)
		error =
		    given_add_pem(g, (const char *)data.data, data.len, fault);
	if (error == NM_OK && g->count == 0)
		error = nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"data\" holds no certificate");
	nm_buffer_reset(&data);
	return error;
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

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	enum nm_purpose purpose = NM_PURPOSE_SIGN;
	struct given g = { .count = 0 };
	struct nm_path path = { 0 };
	enum nm_error error;

	if ((host_member(params, "fingerprint") == NULL) ==
	    (host_member(params, "data") == NULL))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "Either the member \"fingerprint\" or the member \"data\" "
		    "is needed");
	if (host_member(params, "data") != NULL) {
		error = given_decode(&g, params, fault);
	} else {
		error = host_certificate_named(call, params, &g.certs[0]);
		g.count = error == NM_OK;
	}
	if (error != NM_OK)
		goto out;
	if (strcmp(host_string(params, "for"), "encrypt") == 0)
		purpose = NM_PURPOSE_ENCRYPT;
	error = nm_path_check_with(host_call_database(call), g.certs[0],
	    purpose, time_of(params), g.certs, g.count, &path);
	if (error != NM_OK)
		error =
		    nm_fail(fault, error, "The certificate cannot be checked");
	else
		error = tell(call, &path, result);
out:
	nm_path_clear(&path);
	given_clear(&g);
	return error;
}

const struct host_operation host_op_certificate_check = {
	"certificate.check",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN,
	"Tells whether a certificate may be used to sign or to encrypt",
};
