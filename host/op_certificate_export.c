/* SPDX-License-Identifier: MPL-2.0 */
/*
 * certificate.export. What is public goes to the client; a PKCS #12, which
 * holds the private key, never does: the broker asks the user, writes it where
 * the user keeps downloads, and the client learns the file's name.
 */
#include <stdlib.h>
#include <string.h>

#include "certificate_json.h"
#include "json_build.h"
#include "bounds.h"
#include "operation.h"

#define MAX_FILE_NAME 64

static const char *const forms[] = { "pkcs12", "pem", "der", "pkcs7", NULL };

static const struct host_schema params_schema[] = {
	{ .name = "fingerprint", .type = HOST_STRING, .required = true },
	{ .name = "form",
	    .type = HOST_STRING,
	    .required = true,
	    .values = forms },
	{ .name = NULL },
};

static enum nm_form
form_of(const char *name)
{
	if (strcmp(name, "pem") == 0)
		return NM_FORM_PEM;
	return strcmp(name, "der") == 0 ? NM_FORM_DER : NM_FORM_PKCS7;
}

static enum nm_error
export_public(struct host_call *call, CERTCertificate *cert, const char *form,
    struct host_build *b)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer data = NM_BUFFER_INIT;
	enum nm_error error;

	error = nm_export(
	    host_call_database(call), cert, form_of(form), &data, fault);
	if (error == NM_OK && data.len > HOST_MAX_INLINE)
		error = nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The certificate and its chain are larger than %u bytes",
		    HOST_MAX_INLINE);
	if (error == NM_OK)
		host_build_base64(b, "data", nm_buffer_bytes(&data));
	nm_buffer_reset(&data);
	return error;
}

/* From the certificate's address, as far as any file system takes it. */
static enum nm_error
file_name(
    struct nm_database *db, CERTCertificate *cert, char out[MAX_FILE_NAME + 8])
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789@._-";
	struct nm_certificate c = { 0 };
	const char *from;
	size_t len = 0;

	if (nm_certificate_describe(db, cert, &c) != NM_OK)
		return NM_ERR_INTERNAL;
	from = c.address_count > 0 ? c.addresses[0] : c.fingerprint;
	for (; *from != '\0' && len < MAX_FILE_NAME; from++) {
		if ((len == 0 && *from == '.') || strchr(fine, *from) == NULL)
			out[len++] = '_';
		else
			out[len++] = *from;
	}
	memcpy(out + len, ".p12", sizeof(".p12"));
	nm_certificate_clear(&c);
	return NM_OK;
}

static enum nm_error
export_key(struct host_call *call, CERTCertificate *cert, struct host_build *b)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer file = NM_BUFFER_INIT;
	char name[MAX_FILE_NAME + 8];
	char *saved = NULL;
	enum nm_error error;

	if (!nm_index_own(host_call_index(call), cert))
		return nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "The certificate has no private key here");
	if (host_call_asker(call) == NULL)
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "Exporting a private key needs the user's consent");
	error = file_name(host_call_database(call), cert, name);
	if (error == NM_OK)
		error = nm_export_pkcs12(host_call_database(call), cert,
		    host_call_asker(call), &file, fault);
	if (error == NM_OK)
		error = host_call_save(call, name, file.data, file.len, &saved);
	if (error == NM_OK)
		host_build_text(b, "saved", saved, 1024);
	free(saved);
	nm_buffer_reset(&file);
	return error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const char *form = host_string(params, "form");
	CERTCertificate *cert = NULL;
	struct host_build b;
	enum nm_error error;

	error = host_certificate_named(call, params, &cert);
	if (error != NM_OK)
		return error;
	host_build_begin(&b);
	if (strcmp(form, "pkcs12") == 0)
		error = export_key(call, cert, &b);
	else
		error = export_public(call, cert, form, &b);
	if (error == NM_OK)
		error = host_build_end(&b, result, host_call_fault(call));
	else
		host_build_drop(&b);
	CERT_DestroyCertificate(cert);
	return error;
}

const struct host_operation host_op_certificate_export = {
	"certificate.export",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Exports a certificate; with its key into a file of the user's alone",
};
