/* SPDX-License-Identifier: MPL-2.0 */
/* certificate.delete: asks the user. */
#include "certificate_json.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "fingerprint", .type = HOST_STRING, .required = true },
	{ .name = "withKey", .type = HOST_BOOLEAN },
	{ .name = NULL },
};

static enum nm_error
ask(struct host_call *call, CERTCertificate *cert, bool with_key)
{
	return host_certificate_confirm(call, cert,
	    with_key
		? "Delete this certificate and its private key for good? "
		  "Messages that were encrypted to it can no longer be read"
		: "Delete this certificate from the certificate database?",
	    "Deleting a certificate needs the user's consent");
}

/* What can be told without bothering the user. */
static enum nm_error
may_delete(struct host_call *call, CERTCertificate *cert, bool with_key)
{
	struct nm_fault *fault = host_call_fault(call);

	if (!nm_database_writable(host_call_database(call)))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	if (cert->slot != NULL && PK11_IsReadOnly(cert->slot))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate is on a token that cannot be written to");
	if (with_key && !nm_index_own(host_call_index(call), cert))
		return nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
		    "The certificate has no private key here");
	return NM_OK;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_database *db = host_call_database(call);
	struct nm_fault *fault = host_call_fault(call);
	bool with_key = host_boolean(params, "withKey", false);
	CERTCertificate *cert = NULL;
	enum nm_error error;

	error = host_certificate_named(call, params, &cert);
	if (error == NM_OK)
		error = may_delete(call, cert, with_key);
	if (error == NM_OK)
		error = ask(call, cert, with_key);
	/* Every question comes before the point of no return. */
	if (error == NM_OK && cert->slot != NULL)
		error = nm_token_unlock(
		    db, cert->slot, host_call_asker(call), fault);
	if (error == NM_OK && !host_call_commit(call))
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	if (error == NM_OK)
		error = nm_certificate_delete(
		    db, cert, with_key, host_call_asker(call), fault);
	if (error == NM_OK && (*result = json_object_new_object()) == NULL)
		error = nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	return error;
}

const struct host_operation host_op_certificate_delete = {
	"certificate.delete",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Deletes a certificate, after asking the user",
};
