/* SPDX-License-Identifier: MPL-2.0 */
/* JSON-RPC 2.0, as far as the contract has it. */
#include "dialect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "call.h"
#include "engine.h"
#include "json.h"
#include "bounds.h"
#include "scan.h"
#include "reply.h"
#include "schema.h"

#define PRINT (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

static void
refuse(struct host_engine *e, const char *id, enum nm_error error,
    const char *text)
{
	struct host_frame *f = host_reply_error(id, error, text, NULL);

	(void)pthread_mutex_lock(&e->lock);
	host_engine_send(e, f);
	(void)pthread_mutex_unlock(&e->lock);
}

/* A frame of a stream was not taken: its operation ends, rather than go on
 * with a hole in its input. `stream`: 0 where it cannot be told. */
static void
lose(struct host_engine *e, uint64_t stream, const char *why)
{
	(void)pthread_mutex_lock(&e->lock);
	host_stream_refused(e, stream, why);
	(void)pthread_mutex_unlock(&e->lock);
}

/* ---- notifications -------------------------------------------------- */

/* False: no base64. */
static bool
take_data(struct host_engine *e, uint64_t stream, const char *text, size_t len)
{
	struct host_chunk *chunk;
	bool wanted;

	(void)pthread_mutex_lock(&e->lock);
	wanted = host_stream_wanted(e, stream);
	(void)pthread_mutex_unlock(&e->lock);
	if (!wanted)
		return true;
	/* a failure here leaves NULL, which ends the operation */
	chunk = malloc(sizeof(*chunk) + len / 4 * 3 + 1);
	if (chunk != NULL &&
	    !nm_base64_decode(text, len, chunk->data, &chunk->len)) {
		free(chunk);
		return false;
	}
	(void)pthread_mutex_lock(&e->lock);
	host_stream_data(e, stream, chunk);
	(void)pthread_mutex_unlock(&e->lock);
	return true;
}

static const struct host_schema data_schema[] = {
	{ .name = "stream", .type = HOST_POSITIVE, .required = true },
	{ .name = "data", .type = HOST_STRING, .required = true },
	{ .name = NULL },
};
static const struct host_schema stream_schema[] = {
	{ .name = "stream", .type = HOST_POSITIVE, .required = true },
	{ .name = NULL },
};
static const struct host_schema credit_schema[] = {
	{ .name = "stream", .type = HOST_POSITIVE, .required = true },
	{ .name = "bytes", .type = HOST_SIZE, .required = true },
	{ .name = NULL },
};

static const struct notification {
	const char *method;
	const struct host_schema *schema;
} notifications[] = {
	{ "stream.data", data_schema },
	{ "stream.end", stream_schema },
	{ "stream.abort", stream_schema },
	{ "stream.credit", credit_schema },
};

static const struct notification *
find_notification(const char *method)
{
	for (size_t i = 0; i < sizeof(notifications) / sizeof(notifications[0]);
	     i++) {
		if (strcmp(notifications[i].method, method) == 0)
			return &notifications[i];
	}
	return NULL;
}

/* False: refused. */
static bool
take_notification(struct host_engine *e, const struct notification *n,
    struct json_object *params)
{
	struct nm_fault fault = { .code = NM_OK };
	struct json_object *data;
	uint64_t stream;

	if (host_schema_check(n->schema, params, &fault) != NM_OK) {
		refuse(e, NULL, fault.code, fault.text);
		return false;
	}
	stream = json_object_get_uint64(host_member(params, "stream"));
	if (n->schema == data_schema) {
		data = host_member(params, "data");
		if (!take_data(e, stream, json_object_get_string(data),
			(size_t)json_object_get_string_len(data)))
			lose(e, stream,
			    "The stream's data is not strict base64");
		return true;
	}
	(void)pthread_mutex_lock(&e->lock);
	if (n->schema == credit_schema)
		host_stream_credit(e, stream,
		    json_object_get_uint64(host_member(params, "bytes")));
	else if (strcmp(n->method, "stream.end") == 0)
		host_stream_end(e, stream);
	else
		host_stream_abort(e, stream);
	(void)pthread_mutex_unlock(&e->lock);
	return true;
}

/* ---- requests ------------------------------------------------------- */

static bool
is_id(struct json_object *id)
{
	int64_t n;

	switch (json_object_get_type(id)) {
	case json_type_string:
		return json_object_get_string_len(id) <= (int)HOST_MAX_ID;
	case json_type_int:
		/* json-c brings larger ones to its own bounds: the reply
		 * would carry another id */
		n = json_object_get_int64(id);
		return n > INT64_MIN && n < INT64_MAX;
	case json_type_double:
		return isfinite(json_object_get_double(id));
	default:
		return false;
	}
}

static const struct host_operation *
find_operation(const char *method)
{
	for (size_t i = 0; host_operations[i] != NULL; i++) {
		if (strcmp(host_operations[i]->name, method) == 0)
			return host_operations[i];
	}
	return NULL;
}

static void
unknown_method(struct host_engine *e, const char *id, const char *method)
{
	struct nm_fault fault = { .code = NM_OK };

	(void)nm_fail(&fault, NM_ERR_UNKNOWN_METHOD,
	    "There is no method \"%.64s\"", method);
	refuse(e, id, fault.code, fault.text);
}

/* Takes `params` over: json-c counts references without a lock, and from here
 * on they are another thread's. */
static void
take_request(struct host_engine *e, struct json_object *id, const char *method,
    struct json_object *params)
{
	const struct host_operation *operation;
	const char *text;
	char *copy;

	text = json_object_to_json_string_ext(id, PRINT);
	copy = text != NULL ? strdup(text) : NULL;
	if (copy == NULL)
		refuse(e, NULL, NM_ERR_INTERNAL, "Out of memory");
	else if ((operation = find_operation(method)) == NULL)
		unknown_method(e, copy, method);
	else if (params != NULL &&
	    !json_object_is_type(params, json_type_object))
		refuse(e, copy, NM_ERR_INVALID_PARAMS,
		    "The member \"params\" must be an object");
	else {
		host_call_begin(e, operation, copy, params);
		return;
	}
	json_object_put(params);
	free(copy);
}

/* A NUL in it would hide what follows. */
static const char *
method_of(struct json_object *root)
{
	const char *method = host_string(root, "method");
	struct json_object *value = host_member(root, "method");

	return method != NULL &&
		strlen(method) == (size_t)json_object_get_string_len(value)
	    ? method
	    : NULL;
}

/* The stream that a notification is for; 0: it is none, or cannot be told. */
static uint64_t
stream_of(struct json_object *root)
{
	struct json_object *stream =
	    host_member(host_member(root, "params"), "stream");
	const char *method = method_of(root);

	if (method == NULL || find_notification(method) == NULL ||
	    !json_object_is_type(stream, json_type_int) ||
	    json_object_get_int64(stream) <= 0)
		return 0;
	return json_object_get_uint64(stream);
}

/* False: it was no request and was refused. */
static bool
take_message(struct host_engine *e, struct json_object *root)
{
	const struct notification *notification;
	struct json_object *id = NULL, *params = NULL;
	const char *version, *method;
	bool has_id, has_params;

	if (!json_object_is_type(root, json_type_object)) {
		refuse(e, NULL, NM_ERR_INVALID_REQUEST,
		    json_object_is_type(root, json_type_array)
			? "Batches are not taken"
			: "The frame is not an object");
		return false;
	}
	has_id = json_object_object_get_ex(root, "id", &id);
	has_params = json_object_object_get_ex(root, "params", &params);
	if (has_id && !is_id(id)) {
		refuse(e, NULL, NM_ERR_INVALID_REQUEST,
		    "The member \"id\" must be a string of at most 1024 "
		    "bytes or a number of at most 63 bits");
		return false;
	}
	version = host_string(root, "jsonrpc");
	method = method_of(root);
	if (version == NULL || strcmp(version, "2.0") != 0 || method == NULL) {
		refuse(e,
		    has_id ? json_object_to_json_string_ext(id, PRINT) : NULL,
		    NM_ERR_INVALID_REQUEST,
		    method == NULL ? "The member \"method\" must be a string"
				   : "The member \"jsonrpc\" must be \"2.0\"");
		return false;
	}
	if (has_id && has_params && params == NULL) {
		refuse(e, json_object_to_json_string_ext(id, PRINT),
		    NM_ERR_INVALID_PARAMS,
		    "The member \"params\" must be an object");
		return false;
	}
	notification = find_notification(method);
	if (has_id) {
		(void)json_object_get(params);
		json_object_object_del(root, "params");
		take_request(e, id, method, params);
		return notification == NULL; /* which is no method */
	}
	if (notification != NULL &&
	    json_object_is_type(params, json_type_object))
		return take_notification(e, notification, params);
	if (notification != NULL)
		refuse(e, NULL, NM_ERR_INVALID_PARAMS,
		    "The member \"params\" must be an object");
	else
		refuse(e, NULL, NM_ERR_INVALID_REQUEST,
		    "A request must have a member \"id\"");
	return false;
}

static void
take(struct host_engine *e, const char *text, size_t len)
{
	struct nm_fault fault = { .code = NM_OK };
	struct json_object *root = NULL;
	const char *data;
	uint64_t stream;
	size_t data_len;

	/* what is not strict base64 may still be a string with escapes */
	if (host_scan_data(text, len, &stream, &data, &data_len) &&
	    take_data(e, stream, data, data_len))
		return;
	if (host_json_parse(text, len, &root, &fault) == NM_OK) {
		stream = stream_of(root);
		if (!take_message(e, root))
			lose(e, stream, "A frame of the stream is not valid");
	} else {
		refuse(e, NULL, fault.code, fault.text);
		lose(e, stream, "A frame of the stream is not JSON");
	}
	json_object_put(root);
}

static void
too_large(struct host_engine *e)
{
	refuse(e, NULL, NM_ERR_TOO_LARGE,
	    "The frame is larger than 8388608 bytes");
}

static void
skipped(struct host_engine *e, const char *text, size_t len)
{
	const char *data;
	uint64_t stream;
	size_t data_len;

	(void)host_scan_data(text, len, &stream, &data, &data_len);
	lose(e, stream, "A frame of the stream is too large");
}

static struct host_frame *
reply(struct host_call *call, enum nm_error error, const char *text,
    struct json_object *data, struct json_object *result)
{
	return result != NULL ? host_reply_result(call->id, result)
			      : host_reply_error(call->id, error, text, data);
}

const struct host_dialect host_rpc_dialect = {
	.max_frame = HOST_MAX_FRAME_IN,
	.take = take,
	.too_large = too_large,
	.skipped = skipped,
	.reply = reply,
};
