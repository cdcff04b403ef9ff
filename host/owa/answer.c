/* SPDX-License-Identifier: MPL-2.0 */
#include "answer.h"

#include <string.h>

#include "frame.h"
#include "json_out.h"
#include "run.h"

#define BES ":#Microsoft.Exchange.Clients.BrowserExtension.Smime"
/* The ends of a piece, of `data` and of the frame. */
#define TAIL "\"}}"
/* A word that is given back must be short to be one. */
#define TYPE_MAX 64

static struct host_frame *
frame_of(struct nm_buffer *b)
{
	struct host_frame *f = NULL;

	if (!nm_buffer_failed(b))
		f = host_frame_of((const char *)b->data, b->len);
	nm_buffer_reset(b);
	return f;
}

static void
put_raw(struct nm_buffer *b, const char *name, struct host_slice value)
{
	if (value.kind == HOST_SLICE_NONE)
		return;
	host_out_name(b, name);
	nm_buffer_append(b, value.text, value.len);
}

/* Up to the members of `data`; what is absent stays absent. */
static void
begin(struct nm_buffer *b, const char *type, const struct host_owa_key *key)
{
	nm_buffer_byte(b, '{');
	if (type != NULL)
		host_out_member(b, "messageType", type);
	put_raw(b, "portId", key->port);
	put_raw(b, "requestId", key->id);
	host_out_name(b, "data");
	nm_buffer_byte(b, '{');
}

static struct host_frame *
end(struct nm_buffer *b)
{
	nm_buffer_string(b, "}}");
	return frame_of(b);
}

/* Of a piece of a result, which is printable ASCII. */
static char *
put_escaped(char *to, const char *text, size_t len)
{
	const char *end = text + len, *run;

	while (text < end) {
		run = host_run_string(text, end);
		memcpy(to, text, (size_t)(run - text));
		to += run - text;
		/* like those at the end of a line */
		for (text = run; text < end && !host_run_is_plain(*text);) {
			if (*text == '"' || *text == '\\')
				*to++ = '\\';
			*to++ = *text++;
		}
	}
	return to;
}

/* With a piece of a result, escaped into the frame itself. */
static struct host_frame *
end_with(struct nm_buffer *head, const char *text, size_t len)
{
	size_t size = len + host_run_count(text, len);
	struct host_frame *f = NULL;

	if (!nm_buffer_failed(head))
		f = host_frame_new(head->len + size + sizeof(TAIL) - 1);
	if (f != NULL) {
		host_frame_append(f, head->data, head->len);
		f->len += (size_t)(put_escaped(host_frame_body(f), text, len) -
		    host_frame_body(f));
		host_frame_append(f, TAIL, sizeof(TAIL) - 1);
	}
	nm_buffer_reset(head);
	return f;
}

struct host_frame *
host_owa_answer_settings(const struct host_owa_settings *settings)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	nm_buffer_string(&b, "{\"AllowedDomainsByPolicy\":[");
	for (size_t i = 0; i < settings->domain_count; i++) {
		if (i != 0)
			nm_buffer_byte(&b, ',');
		host_out_string(&b, settings->domains[i]);
	}
	nm_buffer_string(&b, "]}");
	return frame_of(&b);
}

static struct host_frame *
acknowledge(const struct host_owa_key *key, int64_t index, int64_t start,
    int64_t next, int status)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	begin(&b, HOST_OWA_UPLOAD, key);
	host_out_member(
	    &b, "__type", "AcknowledgePartialSmimeRequestArrived" BES);
	host_out_int(&b, "PartIndex", index);
	host_out_int(&b, "StartOffset", start);
	host_out_int(&b, "NextStartOffset", next);
	host_out_int(&b, "Status", status);
	return end(&b);
}

struct host_frame *
host_owa_answer_part(
    const struct host_owa_key *key, const struct host_owa_ack *ack)
{
	return acknowledge(key, (int64_t)ack->index, (int64_t)ack->start,
	    (int64_t)ack->next, 0);
}

struct host_frame *
host_owa_answer_last(const struct host_owa_key *key)
{
	return acknowledge(key, -1, -1, -1, 1);
}

struct host_frame *
host_owa_answer_cut(
    const struct host_owa_key *key, const struct host_owa_cut *cut)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	begin(&b, HOST_OWA_DOWNLOAD, key);
	host_out_member(&b, "__type", "ReturnPartialSmimeResult" BES);
	host_out_int(&b, "PartIndex", (int64_t)cut->index);
	host_out_int(&b, "StartOffset", (int64_t)cut->start);
	host_out_int(&b, "EndOffset", (int64_t)cut->end);
	host_out_bool(&b, "IsLastPart", cut->last);
	host_out_int(&b, "TotalSize", (int64_t)cut->total);
	host_out_name(&b, "PartialData");
	nm_buffer_byte(&b, '"');
	return end_with(&b, cut->text, cut->end - cut->start);
}

struct host_frame *
host_owa_answer_no_result(const struct host_owa_key *key)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	struct host_owa_cut cut = { .last = true };
	struct host_frame *f = NULL;

	host_owa_error_write(&text, HOST_OWA_UNKNOWN_ERROR);
	if (!nm_buffer_failed(&text)) {
		cut.text = (const char *)text.data;
		cut.end = cut.total = text.len;
		f = host_owa_answer_cut(key, &cut);
	}
	nm_buffer_reset(&text);
	return f;
}

struct host_frame *
host_owa_answer_unknown(const struct host_owa_key *key, struct host_slice type)
{
	char *word = host_slice_string(type, TYPE_MAX);
	struct nm_buffer b = NM_BUFFER_INIT;

	begin(&b, word, key);
	host_out_null(&b, "Data");
	host_out_int(&b, "ErrorCode", HOST_OWA_UNKNOWN_ERROR);
	nm_secret_free(&word);
	return end(&b);
}
