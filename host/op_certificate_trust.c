/* SPDX-License-Identifier: MPL-2.0 */
/* certificate.trust: for e-mail alone; asks the user. */
#include <string.h>
#include <time.h>

#include "certificate_json.h"
#include "json_build.h"
#include "operation.h"

static const char *const trusts[] = { "trusted", "untrusted", "inherited",
	NULL };

static const struct host_schema params_schema[] = {
	{ .name = "fingerprint", .type = HOST_STRING, .required = true },
	{ .name = "trust",
	    .type = HOST_STRING,
	    .required = true,
	    .values = trusts },
	{ .name = NULL },
};

static enum nm_trust
trust_of(const char *name)
{
	if (strcmp(name, "trusted") == 0)
		return NM_TRUST_TRUSTED;
	return strcmp(name, "untrusted") == 0 ? NM_TRUST_UNTRUSTED
					      : NM_TRUST_INHERITED;
}

/* What the choice comes to, for who has never heard of trust settings. */
static const char *
question(CERTCertificate *cert, enum nm_trust trust)
{
	bool authority = CERT_IsCACert(cert, NULL);

	switch (trust) {
	case NM_TRUST_TRUSTED:
		return authority
		    ? "Trust this authority for e-mail? Whoever it gives a "
		      "certificate to is then taken for whom it says"
		    : "Trust this certificate for e-mail, whoever issued it?";
	case NM_TRUST_UNTRUSTED:
		return authority
		    ? "Distrust this authority for e-mail, and every "
		      "certificate that it issued?"
		    : "Distrust this certificate for e-mail, whoever issued "
		      "it?";
	case NM_TRUST_INHERITED:
		break;
	}
	return "Neither trust nor distrust this certificate for e-mail by "
	       "itself, but only as far as its issuer is trusted?";
}

static enum nm_error
set(struct host_call *call, CERTCertificate *cert, enum nm_trust trust)
{
	struct nm_database *db = host_call_database(call);
	struct nm_fault *fault = host_call_fault(call);
	enum nm_error error;

	if (!nm_database_writable(db))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	error = host_certificate_confirm(call, cert, question(cert, trust),
	    "Changing the trust in a certificate needs the user's consent");
	/* Every question comes before the point of no return. */
	if (error == NM_OK)
		error = nm_token_unlock_named(
		    db, NULL, host_call_asker(call), fault);
	if (error == NM_OK && !host_call_commit(call))
		error = nm_fail(
		    fault, NM_ERR_CANCELLED, "The operation was cancelled");
	return error == NM_OK
	    ? nm_certificate_set_trust(db, cert, trust, NULL, fault)
	    : error;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct json_object *json = NULL;
	CERTCertificate *cert = NULL;
	struct host_build b;
	enum nm_error error;

	error = host_certificate_named(call, params, &cert);
	if (error == NM_OK)
		error = set(call, cert, trust_of(host_string(params, "trust")));
	if (error == NM_OK)
		error = host_certificate_json(host_call_database(call), cert,
		    (int64_t)time(NULL), &json, fault);
	if (error == NM_OK) {
		host_build_begin(&b);
		host_build_add(&b, "certificate", json);
		error = host_build_end(&b, result, fault);
	}
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	return error;
}

const struct host_operation host_op_certificate_trust = {
	"certificate.trust",
	handle,
	params_schema,
	HOST_DATABASE | HOST_ORIGIN | HOST_KEY,
	"Sets whether a certificate is trusted for e-mail, after asking the "
	"user",
};
