/* SPDX-License-Identifier: MPL-2.0 */
/* certificate.withdraw: gives a request up and deletes its key; asks the
 * user. */
#include <nssmime/request.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"

static const struct host_schema params_schema[] = {
	{ .name = "request", .type = HOST_BASE64, .required = true },
	{ .name = NULL },
};

static enum nm_error
withdraw(struct host_call *call, const struct nm_pending *p)
{
	struct nm_database *db = host_call_database(call);
	struct nm_fault *fault = host_call_fault(call);
	enum nm_error error;

	if (PK11_IsReadOnly(p->slot) ||
	    (PK11_IsInternal(p->slot) && !nm_database_writable(db)))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The key is where nothing can be deleted");
	error = host_confirm(call,
	    "Delete the private key of this certificate request for good? A "
	    "certificate that is still issued for it will be of no use",
	    p->subject, "Deleting a private key needs the user's consent");
	/* Every question comes before the point of no return. */
	if (error == NM_OK)
		error =
		    nm_token_unlock(db, p->slot, host_call_asker(call), fault);
	if (error == NM_OK && !host_call_commit(call))
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	return error == NM_OK ? nm_pending_withdraw(db, p, fault) : error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_buffer der = NM_BUFFER_INIT;
	struct nm_pending p = { 0 };
	enum nm_error error;

	error = host_base64_member(params, "request", &der, fault);
	if (error == NM_OK)
		error = nm_pending_find(host_call_database(call),
		    host_call_index(call), nm_buffer_bytes(&der), &p, fault);
	if (error == NM_OK)
		error = withdraw(call, &p);
	if (error == NM_OK && (*result = json_object_new_object()) == NULL)
		error = nm_fail(
		    fault, NM_ERR_INTERNAL, "There is not enough memory");
	nm_pending_clear(&p);
	nm_buffer_reset(&der);
	return error;
}

const struct host_operation host_op_certificate_withdraw = {
	"certificate.withdraw",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Gives a certificate request up and deletes its key, after asking the "
	"user",
};
