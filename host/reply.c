/* SPDX-License-Identifier: MPL-2.0 */
#include "reply.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <nssmime/buffer.h>

#include "text.h"

#define PRINT (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* JSON-RPC 2.0, section 5.1; -32000 for all that is ours. */
static int
number(enum nm_error error)
{
	switch (error) {
	case NM_ERR_PARSE:
		return -32700;
	case NM_ERR_INVALID_REQUEST:
		return -32600;
	case NM_ERR_UNKNOWN_METHOD:
		return -32601;
	case NM_ERR_INVALID_PARAMS:
		return -32602;
	case NM_ERR_INTERNAL:
		return -32603;
	default:
		return -32000;
	}
}

/* A frame that is not UTF-8 makes browsers drop it or the connection. */
static struct host_frame *
frame_of(const char *text, size_t len)
{
	struct nm_buffer good = NM_BUFFER_INIT;
	struct host_frame *f = NULL;
	const uint8_t *data = (const uint8_t *)text;

	if (host_utf8_valid(data, len) == len)
		return host_frame_of(text, len);
	host_utf8_repair(&good, data, len);
	if (!nm_buffer_failed(&good))
		f = host_frame_of((const char *)good.data, good.len);
	nm_buffer_reset(&good);
	return f;
}

static struct host_frame *
envelope(const char *id, const char *member, struct json_object *value)
{
	struct nm_buffer out = NM_BUFFER_INIT;
	struct host_frame *f = NULL;
	const char *text;
	size_t len;

	text = json_object_to_json_string_length(value, PRINT, &len);
	if (text == NULL)
		return NULL;
	nm_buffer_format(&out,
	    "{\"jsonrpc\":\"2.0\",\"id\":%s,\"%s\":", id != NULL ? id : "null",
	    member);
	nm_buffer_append(&out, text, len);
	nm_buffer_byte(&out, '}');
	if (!nm_buffer_failed(&out))
		f = frame_of((const char *)out.data, out.len);
	nm_buffer_reset(&out);
	return f;
}

struct host_frame *
host_reply_error(const char *id, enum nm_error error, const char *text,
    struct json_object *data)
{
	struct json_object *object, *all, *item;
	struct json_object_iterator at, end;
	struct host_frame *f = NULL;

	object = json_object_new_object();
	all = json_object_new_object();
	if (object == NULL || all == NULL)
		goto out;
	json_object_object_add(
	    all, "kind", json_object_new_string(nm_error_kind(error)));
	if (data != NULL) {
		at = json_object_iter_begin(data);
		end = json_object_iter_end(data);
		for (; !json_object_iter_equal(&at, &end);
		     json_object_iter_next(&at)) {
			item = json_object_iter_peek_value(&at);
			json_object_object_add(all,
			    json_object_iter_peek_name(&at),
			    json_object_get(item));
		}
	}
	json_object_object_add(
	    object, "code", json_object_new_int(number(error)));
	json_object_object_add(object, "message",
	    json_object_new_string(
		text != NULL && *text != '\0' ? text : nm_error_text(error)));
	json_object_object_add(object, "data", json_object_get(all));
	f = envelope(id, "error", object);
	if (f == NULL && data != NULL)
		f = host_reply_error(id, error, text, NULL);
out:
	json_object_put(all);
	json_object_put(object);
	return f;
}

struct host_frame *
host_reply_result(const char *id, struct json_object *result)
{
	struct host_frame *f = envelope(id, "result", result);

	if (f == NULL)
		f = host_reply_error(id, NM_ERR_TOO_LARGE,
		    "The result is larger than a frame", NULL);
	return f;
}

static struct host_frame *notice(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static struct host_frame *
notice(const char *format, ...)
{
	char *text = NULL;
	struct host_frame *f;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	f = host_frame_of(text, (size_t)len);
	free(text);
	return f;
}

struct host_frame *
host_reply_credit(uint64_t stream, uint64_t bytes)
{
	return notice("{\"jsonrpc\":\"2.0\",\"method\":\"stream.credit\","
		      "\"params\":{\"stream\":%" PRIu64 ",\"bytes\":%" PRIu64
		      "}}",
	    stream, bytes);
}

struct host_frame *
host_reply_end(uint64_t stream)
{
	return notice("{\"jsonrpc\":\"2.0\",\"method\":\"stream.end\","
		      "\"params\":{\"stream\":%" PRIu64 "}}",
	    stream);
}

struct host_frame *
host_reply_progress(const char *id, uint64_t done, uint64_t total)
{
	if (total == 0 || total < done)
		return notice("{\"jsonrpc\":\"2.0\","
			      "\"method\":\"operation.progress\","
			      "\"params\":{\"id\":%s,\"done\":%" PRIu64 "}}",
		    id, done);
	return notice("{\"jsonrpc\":\"2.0\",\"method\":\"operation.progress\","
		      "\"params\":{\"id\":%s,\"done\":%" PRIu64
		      ",\"total\":%" PRIu64 "}}",
	    id, done, total);
}
