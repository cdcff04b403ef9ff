/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.import. The client hands over bytes; the password of a PKCS #12
 * is asked for by the host's own prompt.
 */
#include <string.h>
#include <time.h>

#include "certificate_json.h"
#include "commit_asker.h"
#include "json_build.h"
#include "operation.h"

static const char *const forms[] = { "auto", "pkcs12", "pem", "der", "pkcs7",
	NULL };
static const enum nm_form form_values[] = { NM_FORM_AUTO, NM_FORM_PKCS12,
	NM_FORM_PEM, NM_FORM_DER, NM_FORM_PKCS7 };

static const struct host_schema params_schema[] = {
	{ .name = "data", .type = HOST_BASE64, .required = true },
	{ .name = "form", .type = HOST_STRING, .values = forms },
	{ .name = NULL },
};

static enum nm_form
form_of(const char *name)
{
	for (size_t i = 0; name != NULL && forms[i] != NULL; i++) {
		if (strcmp(forms[i], name) == 0)
			return form_values[i];
	}
	return NM_FORM_AUTO;
}

static struct json_object *
fingerprint_json(const char *fingerprint)
{
	struct host_build b;
	struct json_object *out = NULL;

	host_build_begin(&b);
	host_build_string(&b, "fingerprint", fingerprint);
	(void)host_build_end(&b, &out, NULL);
	return out;
}

/* Past what a frame can hold, a certificate is told by its fingerprint. */
static struct json_object *
imported_json(struct nm_database *db, const struct nm_import *im)
{
	struct json_object *array = json_object_new_array();
	int64_t now = (int64_t)time(NULL);
	size_t size = 0;

	for (size_t i = 0; array != NULL && i < im->imported_count; i++) {
		struct json_object *json = NULL;
		char fingerprint[NM_FINGERPRINT_SIZE];

		if (size < HOST_PAGE_SIZE) {
			(void)host_certificate_json(
			    db, im->imported[i], now, &json, NULL);
			if (json != NULL)
				size += host_json_size(json);
		} else {
			nm_certificate_fingerprint(
			    im->imported[i], fingerprint);
			json = fingerprint_json(fingerprint);
		}
		if (!host_array_add(array, json)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
skipped_json(const struct nm_import *im)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < im->skipped_count; i++) {
		struct host_build b;
		struct json_object *json = NULL;

		host_build_begin(&b);
		if (im->skipped[i].fingerprint[0] != '\0')
			host_build_string(
			    &b, "fingerprint", im->skipped[i].fingerprint);
		host_build_string(
		    &b, "reason", nm_skip_text(im->skipped[i].why));
		host_build_string(&b, "code", nm_skip_code(im->skipped[i].why));
		(void)host_build_end(&b, &json, NULL);
		if (!host_array_add(array, json)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/* PFX (RFC 7292 4): a SEQUENCE that starts with the version, 3. Only of this
 * form is a password asked for before anything is written. */
static bool
is_pkcs12(struct nm_bytes data)
{
	static const uint8_t version[] = { 0x02, 0x01, 0x03 };
	size_t at = 2;

	if (data.len < 2 || data.data[0] != 0x30)
		return false;
	if (data.data[1] > 0x80)
		at += data.data[1] & 0x7fu;
	return at < data.len && data.len - at >= sizeof(version) &&
	    memcmp(data.data + at, version, sizeof(version)) == 0;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_database *db = host_call_database(call);
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer data = NM_BUFFER_INIT;
	struct host_commit_asker last;
	const struct nm_asker *asker =
	    host_commit_asker(&last, call, HOST_LAST_PASSWORD);
	struct nm_import im = { 0 };
	struct host_build b;
	enum nm_error error;

	if (!nm_database_writable(db))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	error = host_base64_member(params, "data", &data, fault);
	/* The database's password is asked for before the file's, so that the
	 * latter is the last question. */
	if (error == NM_OK && is_pkcs12(nm_buffer_bytes(&data)))
		error = nm_token_unlock_named(
		    db, NULL, host_call_asker(call), fault);
	else if (error == NM_OK && !host_call_commit(call))
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	if (error == NM_OK)
		error = nm_import(db, data.data, data.len,
		    form_of(host_string(params, "form")), asker, &im, fault);
	if (error != NM_OK)
		goto out;
	host_build_begin(&b);
	host_build_add(&b, "imported", imported_json(db, &im));
	host_build_add(&b, "skipped", skipped_json(&im));
	error = host_build_end(&b, result, fault);
out:
	nm_import_clear(&im);
	nm_buffer_reset(&data);
	return error;
}

const struct host_operation host_op_certificate_import = {
	"certificate.import",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Imports certificates, and from a PKCS #12 their keys",
};
