/* SPDX-License-Identifier: MPL-2.0 */
#include "protect_params.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "consent.h"
#include "header_params.h"
#include "message_params.h"
#include "settings.h"

static const char *const form_values[] = { "detached", "opaque", NULL };
static const char *const digest_values[] = { "sha256", "sha384", "sha512",
	NULL };
static const char *const include_values[] = { "none", "chain", "chain-and-root",
	NULL };
static const char *const scheme_values[] = { "pkcs1", "pss", NULL };
static const char *const rsa_values[] = { "pkcs1", "oaep", NULL };
static const char *const hash_values[] = { "sha1", "sha224", "sha256", "sha384",
	"sha512", NULL };
static const char *const cipher_values[] = { "aes-128-cbc", "aes-192-cbc",
	"aes-256-cbc", "aes-128-gcm", "aes-192-gcm", "aes-256-gcm", NULL };
static const char *const order_values[] = { "sign-then-encrypt", "triple-wrap",
	NULL };

static const struct host_schema sign_schema[] = {
	{ .name = "certificate", .type = HOST_STRING },
	{ .name = "form", .type = HOST_STRING, .values = form_values },
	{ .name = "digest", .type = HOST_STRING, .values = digest_values },
	{ .name = "includeChain",
	    .type = HOST_STRING,
	    .values = include_values },
	{ .name = "scheme", .type = HOST_STRING, .values = scheme_values },
	{ .name = NULL },
};

static const struct host_schema recipient_schema[] = {
	{ .name = "address", .type = HOST_STRING },
	{ .name = "certificate", .type = HOST_STRING },
	{ .name = "bcc", .type = HOST_BOOLEAN },
	{ .name = NULL },
};

static const struct host_schema encrypt_schema[] = {
	{ .name = "recipients", .type = HOST_MIXED, .of = recipient_schema },
	{ .name = "cipher", .type = HOST_STRING, .values = cipher_values },
	{ .name = "toSelf", .type = HOST_BOOLEAN },
	{ .name = "rsa", .type = HOST_STRING, .values = rsa_values },
	{ .name = "oaepDigest", .type = HOST_STRING, .values = hash_values },
	{ .name = "kdf", .type = HOST_STRING, .values = hash_values },
	{ .name = NULL },
};

const struct host_schema host_protect_schema[] = {
	{ .name = "content",
	    .type = HOST_OBJECT,
	    .required = true,
	    .of = host_content_schema },
	{ .name = "kind", .type = HOST_STRING, .values = host_kind_values },
	{ .name = "output", .type = HOST_OBJECT, .of = host_output_schema },
	{ .name = "copyStreams", .type = HOST_MAP, .of = host_output_schema },
	{ .name = "sign", .type = HOST_OBJECT, .of = sign_schema },
	{ .name = "encrypt", .type = HOST_OBJECT, .of = encrypt_schema },
	{ .name = "order", .type = HOST_STRING, .values = order_values },
	{ .name = "headerProtection",
	    .type = HOST_STRING,
	    .values = host_policy_values },
	{ .name = "legacyDisplay", .type = HOST_BOOLEAN },
	{ .name = "confidential", .type = HOST_STRINGS },
	{ .name = NULL },
};

static bool
says(struct json_object *object, const char *name, const char *value)
{
	const char *said = host_string(object, name);

	return said != NULL && strcmp(said, value) == 0;
}

static enum nm_digest
digest_member(struct json_object *object, const char *name)
{
	const char *said = host_string(object, name);

	return said == NULL ? NM_DIGEST_NONE : nm_digest_by_name(said);
}

static void
take_sign(struct json_object *sign, const struct host_settings *settings,
    struct nm_protect_options *o)
{
	const char *scheme = host_string(sign, "scheme");

	o->sign = sign != NULL;
	o->sign_certificate = host_string(sign, "certificate");
	o->opaque = says(sign, "form", "opaque");
	o->digest = digest_member(sign, "digest");
	o->pss = scheme == NULL ? settings->pss : strcmp(scheme, "pss") == 0;
	o->include = NM_INCLUDE_CHAIN;
	if (says(sign, "includeChain", "none"))
		o->include = NM_INCLUDE_NONE;
	else if (says(sign, "includeChain", "chain-and-root"))
		o->include = NM_INCLUDE_ROOT;
}

/* One recipient: an address, or an object with an address or a certificate. */
static enum nm_error
take_recipient(struct json_object *json, struct nm_protect_recipient *out,
    struct nm_fault *fault)
{
	memset(out, 0, sizeof(*out));
	if (json_object_is_type(json, json_type_string)) {
		out->address = json_object_get_string(json);
	} else {
		out->address = host_string(json, "address");
		out->certificate = host_string(json, "certificate");
		out->bcc = host_boolean(json, "bcc", false);
	}
	if ((out->address == NULL) == (out->certificate == NULL))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "A member of \"encrypt.recipients\" must have either an "
		    "address or a certificate");
	return NM_OK;
}

static enum nm_error
take_encrypt(struct json_object *encrypt, const struct host_settings *settings,
    struct nm_protect_options *o, struct nm_protect_recipient **recipients,
    struct nm_fault *fault)
{
	struct json_object *list = host_member(encrypt, "recipients");
	const char *cipher = host_string(encrypt, "cipher");
	const char *rsa = host_string(encrypt, "rsa");
	size_t count = list == NULL ? 0 : json_object_array_length(list);
	enum nm_error error;

	o->encrypt = encrypt != NULL;
	if (cipher != NULL)
		o->cipher = nm_cipher_by_name(cipher);
	o->oaep = rsa == NULL ? settings->oaep : strcmp(rsa, "oaep") == 0;
	o->oaep_digest = digest_member(encrypt, "oaepDigest");
	o->kdf = digest_member(encrypt, "kdf");
	o->to_self = host_boolean(encrypt, "toSelf", true);
	/* Said in so many words it is a wish, not a default. */
	o->to_self_required = host_boolean(encrypt, "toSelf", false);
	o->recipients_given = list != NULL;
	if (count == 0)
		return NM_OK;
	if (count > NM_MAX_RECIPIENTS)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "More than %u recipients", NM_MAX_RECIPIENTS);
	if ((*recipients = calloc(count, sizeof(**recipients))) == NULL)
		return NM_ERR_INTERNAL;
	o->recipients = *recipients;
	for (o->recipient_count = 0; o->recipient_count < count;
	     o->recipient_count++) {
		error = take_recipient(
		    json_object_array_get_idx(list, o->recipient_count),
		    &(*recipients)[o->recipient_count], fault);
		if (error != NM_OK)
			return error;
	}
	return NM_OK;
}

enum nm_error
host_protect_params(struct host_call *call, struct json_object *params,
    struct host_protect_params *out)
{
	const struct host_settings *settings = host_call_settings(call);
	struct nm_fault *fault = host_call_fault(call);
	struct nm_protect_options *o = &out->options;
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if ((error = host_content_kind(params, &o->kind, fault)) != NM_OK)
		return error;
	if (o->kind == NM_CONTENT_CMS || host_content_context(params) != NULL)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "Only a message or an entity can be protected");
	o->db = host_call_database(call);
	o->index = host_call_index(call);
	o->asker = host_call_asker(call);
	o->now = (int64_t)time(NULL);
	o->revocation = host_call_revocation(call, true);
	o->triple_wrap = says(params, "order", "triple-wrap");
	take_sign(host_member(params, "sign"), settings, o);
	if (host_call_asks_to_sign(call)) {
		o->may_sign = host_consent_to_mail;
		o->may_sign_arg = call;
	}
	error = take_encrypt(host_member(params, "encrypt"), settings, o,
	    &out->recipients, fault);
	if (error != NM_OK)
		return error;
	return host_header_params(params, o, &out->names, fault);
}

void
host_protect_params_clear(struct host_protect_params *p)
{
	free(p->recipients);
	free(p->names);
	memset(p, 0, sizeof(*p));
}
