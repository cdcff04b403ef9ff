/* SPDX-License-Identifier: MPL-2.0 */
/* message.protect */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <nssmime/message.h>

#include "consent.h"
#include "header_params.h"
#include "json_build.h"
#include "message_params.h"
#include "operation.h"
#include "reasons_json.h"
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

static const struct host_schema params_schema[] = {
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

/* ---- params ---- */

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

static enum nm_error
take_options(struct host_call *call, struct json_object *params,
    struct nm_protect_options *o, struct nm_protect_recipient **recipients,
    const char ***names)
{
	const struct host_settings *settings = host_call_settings(call);
	struct nm_fault *fault = host_call_fault(call);
	enum nm_error error;

	memset(o, 0, sizeof(*o));
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
	error = take_encrypt(
	    host_member(params, "encrypt"), settings, o, recipients, fault);
	if (error != NM_OK)
		return error;
	return host_header_params(params, o, names, fault);
}

/* ---- copies for Bcc recipients ---- */

struct copies {
	struct host_call *call;
	struct json_object *streams; /* `copyStreams`, or NULL */
	struct copy {
		char *address;
		struct json_object *stream; /* of those, or NULL */
		struct nm_stage *output;
	} * items;
	size_t count;
};

static bool
is_taken(const struct copies *c, const struct json_object *stream)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].stream == stream)
			return true;
	}
	return false;
}

/* The first stream that is left: for this address, or with NULL for any. A
 * copy without an address goes by the name "". */
static struct json_object *
find_stream(const struct copies *c, const char *address, const char **found)
{
	struct json_object_iterator at, end;

	if (c->streams == NULL)
		return NULL;
	at = json_object_iter_begin(c->streams);
	end = json_object_iter_end(c->streams);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *stream = json_object_iter_peek_value(&at);
		const char *name = json_object_iter_peek_name(&at);

		if (is_taken(c, stream) ||
		    (address != NULL && strcmp(name, address) != 0 &&
			!nm_address_equal(name, address)))
			continue;
		*found = name;
		return stream;
	}
	return NULL;
}

/* Whoever names a stream for a copy that there is not is mistaken about who
 * gets one. */
static enum nm_error
check_streams(const struct copies *c, struct nm_fault *fault)
{
	const char *name;

	if (find_stream(c, NULL, &name) == NULL)
		return NM_OK;
	return nm_fail(fault, NM_ERR_INVALID_PARAMS,
	    "\"copyStreams\" names \"%.200s\", for whom there is no copy",
	    name);
}

static enum nm_error
new_copy(void *arg, const char *address, struct nm_stage **out)
{
	struct copies *c = arg;
	struct copy *all, *copy;
	struct json_object *stream;
	const char *name;
	enum nm_error error;

	all = reallocarray(c->items, c->count + 1, sizeof(*all));
	if (all == NULL)
		return NM_ERR_INTERNAL;
	c->items = all;
	if (address == NULL)
		address = "";
	stream = find_stream(c, address, &name);
	copy = &all[c->count];
	copy->output = NULL;
	copy->stream = stream;
	if ((copy->address = strdup(address)) == NULL)
		return NM_ERR_INTERNAL;
	c->count++;
	error = host_output_new(c->call, stream, &copy->output);
	*out = copy->output;
	return error;
}

static void
copies_clear(struct copies *c)
{
	for (size_t i = 0; i < c->count; i++) {
		nm_stage_free(&c->items[i].output);
		free(c->items[i].address);
	}
	free(c->items);
}

/* {address, content: {data}} or {address, stream}. */
static struct json_object *
copies_json(const struct copies *c)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < c->count; i++) {
		struct json_object *content, *stream, *entry = NULL;
		struct host_build b;

		host_build_begin(&b);
		host_build_string(&b, "address", c->items[i].address);
		content = host_output_result(c->items[i].output);
		stream = host_member(content, "stream");
		if (stream != NULL) {
			host_build_add(&b, "stream", json_object_get(stream));
			json_object_put(content);
		} else {
			host_build_add(&b, "content", content);
		}
		if (host_build_end(&b, &entry, NULL) != NM_OK ||
		    !host_array_add(array, entry)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/* ---- the result ---- */

static struct json_object *
recipients_json(const struct nm_protect_result *r)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < r->recipient_count; i++) {
		const struct nm_protect_used *used = &r->recipients[i];
		struct json_object *entry = NULL;
		struct host_build b;

		host_build_begin(&b);
		host_build_text(&b, "address", used->address, 1024);
		host_build_string(&b, "certificate", used->fingerprint);
		host_build_string(&b, "source", used->self ? "self" : "local");
		if (used->bcc)
			host_build_bool(&b, "bcc", true);
		if (host_build_end(&b, &entry, NULL) != NM_OK ||
		    !host_array_add(array, entry)) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
key_management_json(const struct nm_protect_result *r)
{
	struct json_object *array = json_object_new_array();
	bool seen[NM_KEY_COUNT] = { false };

	for (size_t i = 0; array != NULL && i < r->recipient_count; i++) {
		enum nm_key_management k = r->recipients[i].key_management;

		if (seen[k])
			continue;
		seen[k] = true;
		if (!host_array_add(
			array, host_text_json(nm_key_management_name(k), 64))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static void
build_result(struct host_build *b, const struct nm_protect_result *r)
{
	if (r->signed_by[0] != '\0')
		host_build_string(b, "signedBy", r->signed_by);
	host_build_add(b, "recipients", recipients_json(r));
	if (r->cipher != NM_CIPHER_NONE) {
		host_build_string(b, "cipher", nm_cipher_name(r->cipher));
		host_build_add(b, "keyManagement", key_management_json(r));
	}
}

/* What a failure's `data` says beside its kind. */
static void
build_problems(struct json_object *data, const struct nm_protect_result *r)
{
	struct json_object *addresses, *candidates;

	if (r->candidate_count != 0 &&
	    (candidates = json_object_new_array()) != NULL) {
		for (size_t i = 0; i < r->candidate_count; i++)
			(void)host_array_add(candidates,
			    json_object_new_string(r->candidates[i]));
		json_object_object_add(data, "candidates", candidates);
	}
	if (r->problem_count == 0 ||
	    (addresses = json_object_new_array()) == NULL)
		return;
	for (size_t i = 0; i < r->problem_count && i < 1000; i++) {
		const struct nm_protect_problem *p = &r->problems[i];
		struct json_object *entry = NULL;
		struct host_build b;

		if (p->signer)
			json_object_object_add(
			    data, "reasons", host_reasons_json(p->reasons));
		host_build_begin(&b);
		host_build_text(&b, "address", p->address, 320);
		host_build_string(&b, "kind", nm_error_kind(p->kind));
		host_build_add(&b, "reasons", host_reasons_json(p->reasons));
		if (host_build_end(&b, &entry, NULL) == NM_OK)
			(void)host_array_add(addresses, entry);
	}
	json_object_object_add(data, "addresses", addresses);
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_protect_options options;
	struct nm_protect_recipient *recipients = NULL;
	const char **names = NULL;
	struct nm_protecting *protecting = NULL;
	struct nm_stage *output = NULL;
	struct copies copies = { .call = call,
		.streams = host_member(params, "copyStreams") };
	struct nm_protect_outputs outputs = { .copy = new_copy,
		.arg = &copies };
	struct host_build b;
	enum nm_error error;

	error = take_options(call, params, &options, &recipients, &names);
	if (error != NM_OK ||
	    (error = host_output_new(
		 call, host_member(params, "output"), &output)) != NM_OK)
		goto out;
	outputs.output = output;
	error = nm_protecting_new(&options, &outputs, fault, &protecting);
	if (error != NM_OK)
		goto out;
	error = host_call_feed(call, host_member(params, "content"),
	    nm_protecting_stage(protecting));
	if (error != NM_OK) {
		build_problems(host_call_error_data(call),
		    nm_protecting_result(protecting));
		goto out;
	}
	if ((error = check_streams(&copies, fault)) != NM_OK)
		goto out;
	host_build_begin(&b);
	host_build_add(&b, "content", host_output_result(output));
	build_result(&b, nm_protecting_result(protecting));
	host_build_string(
	    &b, "headerProtection", host_policy_values[options.policy]);
	if (copies.count != 0)
		host_build_add(&b, "copies", copies_json(&copies));
	error = host_build_end(&b, result, fault);
out:
	nm_protecting_free(&protecting);
	nm_stage_free(&output);
	copies_clear(&copies);
	free(recipients);
	free(names);
	return error;
}

const struct host_operation host_op_message_protect = {
	.name = "message.protect",
	.handler = handle,
	.params = params_schema,
	.flags = HOST_DATABASE | HOST_ORIGIN,
	.help = "Sign and encrypt a message",
};
