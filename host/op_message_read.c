/* SPDX-License-Identifier: MPL-2.0 */
/* message.read */
#include <string.h>
#include <time.h>

#include <nssmime/message.h>

#include "evidence_file.h"
#include "message_params.h"
#include "operation.h"
#include "read_json.h"

static const char *const legacy_display_values[] = { "keep", "omit", NULL };

static const struct host_schema params_schema[] = {
	{ .name = "content",
	    .type = HOST_OBJECT,
	    .required = true,
	    .of = host_content_schema },
	{ .name = "kind", .type = HOST_STRING, .values = host_kind_values },
	{ .name = "context", .type = HOST_OBJECT, .of = host_context_schema },
	{ .name = "output", .type = HOST_OBJECT, .of = host_output_schema },
	{ .name = "evidence", .type = HOST_BOOLEAN },
	{ .name = "evidenceOutput",
	    .type = HOST_OBJECT,
	    .of = host_output_schema },
	{ .name = "at", .type = HOST_TIME },
	{ .name = "online", .type = HOST_BOOLEAN },
	{ .name = "part", .type = HOST_STRING },
	{ .name = "legacyDisplay",
	    .type = HOST_STRING,
	    .values = legacy_display_values },
	{ .name = NULL },
};

/* "2.1": numbers from 1, joined by dots. */
static bool
is_part_number(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 64)
		return false;
	for (size_t i = 0; i < len; i++) {
		bool start = i == 0 || text[i - 1] == '.';
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (start ? !digit || text[i] == '0'
			  : !digit && (text[i] != '.' || i + 1 == len))
			return false;
	}
	return true;
}

static enum nm_error
take_options(struct host_call *call, struct json_object *params,
    struct nm_read_options *o)
{
	struct nm_fault *fault = host_call_fault(call);
	struct json_object *context = host_content_context(params);
	const char *legacy;
	enum nm_error error;

	memset(o, 0, sizeof(*o));
	if ((error = host_content_kind(params, &o->kind, fault)) != NM_OK)
		return error;
	o->db = host_call_database(call);
	o->index = host_call_index(call);
	o->asker = host_call_asker(call);
	o->now = (int64_t)time(NULL);
	o->has_at = host_time_member(params, "at", &o->at);
	o->revocation =
	    host_call_revocation(call, host_boolean(params, "online", true));
	legacy = host_string(params, "legacyDisplay");
	o->omit_legacy = legacy != NULL && strcmp(legacy, "omit") == 0;
	o->part = host_string(params, "part");
	if (o->part != NULL && !is_part_number(o->part))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"part\" must be a part number like 2.1");
	if (context == NULL)
		return NM_OK;
	if (o->kind == NM_CONTENT_MESSAGE)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"context\" goes with an entity or a CMS "
		    "content: a message has its own From and Date");
	o->context_from = host_string(context, "from");
	o->has_context_date =
	    host_time_member(context, "date", &o->context_date);
	if (!o->has_context_date && host_string(context, "date") != NULL)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"context.date\" must be a date");
	return NM_OK;
}

/* The stage for the record of evidence; NULL: none is asked for. */
static enum nm_error
evidence_new(
    struct host_call *call, struct json_object *params, struct nm_stage **out)
{
	struct json_object *output = host_member(params, "evidenceOutput");

	if (host_boolean(params, "evidence", false))
		return host_output_new(call, output, out);
	if (output != NULL)
		return nm_fail(host_call_fault(call), NM_ERR_INVALID_PARAMS,
		    "The member \"evidenceOutput\" goes with \"evidence\": "
		    "true");
	return NM_OK;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct nm_fault *fault = host_call_fault(call);
	struct nm_read_options options;
	struct nm_reading *reading = NULL;
	struct nm_stage *output = NULL, *evidence = NULL;
	struct host_build b;
	enum nm_error error;

	if ((error = take_options(call, params, &options)) != NM_OK ||
	    (error = host_output_new(
		 call, host_member(params, "output"), &output)) != NM_OK ||
	    (error = evidence_new(call, params, &evidence)) != NM_OK ||
	    (error = nm_reading_new(&options, output, fault, &reading)) !=
		NM_OK ||
	    (evidence != NULL &&
		(error = nm_reading_keep_record(reading)) != NM_OK) ||
	    (error = host_call_feed(call, host_member(params, "content"),
		 nm_reading_stage(reading))) != NM_OK ||
	    (evidence != NULL &&
		(error = host_evidence_write(
		     call, reading, params, evidence)) != NM_OK))
		goto out;
	host_build_begin(&b);
	host_read_build(&b, nm_reading_result(reading));
	host_build_add(&b, "content", host_output_result(output));
	if (evidence != NULL)
		host_build_add(&b, "evidence", host_output_result(evidence));
	error = host_build_end(&b, result, fault);
out:
	nm_reading_free(&reading);
	nm_stage_free(&evidence);
	nm_stage_free(&output);
	return error;
}

const struct host_operation host_op_message_read = {
	.name = "message.read",
	.handler = handle,
	.params = params_schema,
	.flags = HOST_DATABASE | HOST_ORIGIN,
	.help = "Decrypt and verify a message and say what is in it",
};
