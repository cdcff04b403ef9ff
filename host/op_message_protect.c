/* SPDX-License-Identifier: MPL-2.0 */
/* message.protect */
#include "bounds.h"
#include "copies.h"
#include "header_params.h"
#include "json_build.h"
#include "protect_params.h"
#include "reasons_json.h"

/* JSON bytes of addresses that a failure tells of: what a frame has room for
 * beside the rest. */
#define PROBLEMS_SIZE (HOST_MAX_FRAME_OUT - 8192u)

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
	size_t size = 0;

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
	for (size_t i = 0; i < r->problem_count; i++) {
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
		if (host_build_end(&b, &entry, NULL) != NM_OK)
			continue;
		if ((size += host_json_size(entry) + 1) > PROBLEMS_SIZE) {
			json_object_put(entry);
			break;
		}
		(void)host_array_add(addresses, entry);
	}
	json_object_object_add(data, "addresses", addresses);
}

/* ---- the operation ---- */

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct host_protect_params how;
	struct nm_protecting *protecting = NULL;
	struct nm_stage *output = NULL;
	struct host_copies copies = { .call = call,
		.streams = host_member(params, "copyStreams") };
	struct nm_protect_outputs outputs = { .copy = host_copies_add,
		.arg = &copies };
	struct host_build b;
	enum nm_error error;

	error = host_protect_params(call, params, &how);
	if (error != NM_OK ||
	    (error = host_output_new(
		 call, host_member(params, "output"), &output)) != NM_OK)
		goto out;
	outputs.output = output;
	error = nm_protecting_new(&how.options, &outputs, fault, &protecting);
	if (error != NM_OK)
		goto out;
	error = host_call_feed(call, host_member(params, "content"),
	    nm_protecting_stage(protecting));
	if (error != NM_OK) {
		build_problems(host_call_error_data(call),
		    nm_protecting_result(protecting));
		goto out;
	}
	if ((error = host_copies_check(&copies, fault)) != NM_OK)
		goto out;
	host_build_begin(&b);
	host_build_add(&b, "content", host_output_result(output));
	build_result(&b, nm_protecting_result(protecting));
	host_build_string(
	    &b, "headerProtection", host_policy_values[how.options.policy]);
	if (copies.count != 0)
		host_build_add(&b, "copies", host_copies_json(&copies));
	error = host_build_end(&b, result, fault);
out:
	nm_protecting_free(&protecting);
	nm_stage_free(&output);
	host_copies_clear(&copies);
	host_protect_params_clear(&how);
	return error;
}

const struct host_operation host_op_message_protect = {
	.name = "message.protect",
	.handler = handle,
	.params = host_protect_schema,
	.flags = HOST_DATABASE | HOST_ORIGIN,
	.help = "Sign and encrypt a message",
};
