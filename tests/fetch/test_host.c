/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The program's engine and broker under one method that asks servers, as those
 * do that check certificates.
 */
#include <string.h>

#include <nssmime/mime.h>

#include "json_build.h"
#include "operations.h"

static const struct host_schema question_schema[] = {
	{ .name = "kind", .type = HOST_SIZE, .required = true },
	{ .name = "url", .type = HOST_STRING, .required = true },
	{ .name = "request", .type = HOST_BASE64 },
	{ .name = NULL },
};

static const struct host_schema fetch_schema[] = {
	{ .name = "questions",
	    .type = HOST_OBJECTS,
	    .required = true,
	    .of = question_schema },
	{ .name = "online", .type = HOST_BOOLEAN },
	{ .name = "keep", .type = HOST_SIZE },
	{ .name = NULL },
};

static enum nm_error
take_question(struct json_object *question, struct nm_fetch *fetch,
    struct nm_buffer *request, struct nm_fault *fault)
{
	int kind = json_object_get_int(host_member(question, "kind"));
	enum nm_error err = NM_OK;

	fetch->kind = (enum nm_fetch_kind)kind;
	fetch->url = host_string(question, "url");
	if (host_member(question, "request") != NULL)
		err = host_base64_member(question, "request", request, fault);
	fetch->request = nm_buffer_bytes(request);
	return err;
}

/* Null where there is no answer; else how long it is, and its first byte. */
static struct json_object *
show(const struct nm_fetch *fetch)
{
	struct json_object *shown;

	if (!fetch->answered || fetch->answer.len == 0)
		return NULL;
	shown = json_object_new_object();
	(void)json_object_object_add(
	    shown, "size", json_object_new_uint64(fetch->answer.len));
	(void)json_object_object_add(
	    shown, "first", json_object_new_int(fetch->answer.data[0]));
	return shown;
}

static enum nm_error
ask(const struct nm_fetcher *fetcher, struct json_object *params,
    struct nm_fetch *fetches, size_t count, struct json_object *answers)
{
	struct json_object *keep = host_member(params, "keep");
	enum nm_error err = fetcher->get(fetcher->arg, fetches, count);

	for (size_t i = 0; err == NM_OK && i < count; i++) {
		(void)json_object_array_add(answers, show(&fetches[i]));
		if (keep != NULL && fetches[i].answered)
			fetcher->keep(fetcher->arg, &fetches[i],
			    json_object_get_int64(keep));
	}
	return err;
}

static enum nm_error
fetch(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	const struct nm_fetcher *fetcher =
	    host_call_fetcher(call, host_boolean(params, "online", true));
	struct json_object *questions = host_member(params, "questions");
	size_t count = json_object_array_length(questions);
	struct nm_fetch fetches[NM_MAX_FETCHES] = { { .url = NULL } };
	struct nm_buffer requests[NM_MAX_FETCHES] = { NM_BUFFER_INIT };
	enum nm_error err = NM_OK;
	size_t i;

	if (count > NM_MAX_FETCHES)
		return nm_fail(host_call_fault(call), NM_ERR_INVALID_PARAMS,
		    "Too many questions");
	for (i = 0; err == NM_OK && i < count; i++)
		err = take_question(json_object_array_get_idx(questions, i),
		    &fetches[i], &requests[i], host_call_fault(call));
	if (err == NM_OK) {
		*result = json_object_new_array();
		if (fetcher != NULL)
			err = ask(fetcher, params, fetches, count, *result);
		else
			(void)json_object_array_add(*result,
			    json_object_new_string("nothing may be asked"));
	}
	for (i = 0; i < count; i++) {
		nm_buffer_reset(&fetches[i].answer);
		nm_buffer_reset(&requests[i]);
	}
	if (err != NM_OK) {
		json_object_put(*result);
		*result = NULL;
	}
	return err;
}

static enum nm_error
ping(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	(void)call;
	(void)params;
	*result = json_object_new_object();
	return NM_OK;
}

static const struct host_schema no_schema[] = { { .name = NULL } };

static const struct host_operation op_fetch = { "test.fetch", fetch,
	fetch_schema, 0, "Asks servers" };
static const struct host_operation op_confined = { "test.confined", fetch,
	fetch_schema, HOST_DATABASE, "Asks servers with a database open" };
static const struct host_operation op_ping = { "test.ping", ping, no_schema, 0,
	"Answers" };

const struct host_operation *const host_operations[] = { &op_fetch,
	&op_confined, &op_ping, &host_op_hello, &host_op_operation_cancel,
	NULL };
