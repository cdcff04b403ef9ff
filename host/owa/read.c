/* SPDX-License-Identifier: MPL-2.0 */
/*
 * CreateMessageFromSmime and CreateMessageFromItemAttachment: a mail comes as a
 * data URI, is decrypted and checked, and goes back as a Message.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <nssmime/message.h>

#include "content.h"
#include "feed.h"
#include "message_out.h"
#include "operation_owa.h"

#define HEAD_MAX 1024u /* of a data URI, before the comma */

/* ---- what came --------------------------------------------------- */

struct source {
	struct host_slice body;
	bool base64;
	enum nm_content_kind kind;
};

/* The member with the mail: by its name, else the first other string. */
static struct host_slice
find_mail(const struct host_owa_job *job)
{
	struct host_slice smime = job->members[HOST_OWA_SMIME];
	struct host_slices all = host_slices_of(job->params);
	struct host_slice name, value;

	if (smime.kind == HOST_SLICE_STRING)
		return smime;
	while (host_slices_next(&all, &name, &value)) {
		if (value.kind == HOST_SLICE_STRING && value.len != 0 &&
		    !(name.len == 6 && memcmp(name.text, "__type", 6) == 0))
			return value;
	}
	return (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
}

static bool
begins(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

/* "data:<type>;base64": *kind by the type. */
static bool
read_head(char *head, struct source *out)
{
	static const char *const cms[] = { "application/pkcs7-mime",
		"application/x-pkcs7-mime", "application/octet-stream" };
	size_t len = strlen(head);

	if (!begins(head, "data:"))
		return false;
	out->base64 = len >= 7 && strcasecmp(head + len - 7, ";base64") == 0;
	out->kind = NM_CONTENT_MESSAGE;
	head += 5;
	for (size_t i = 0; i < sizeof(cms) / sizeof(cms[0]); i++) {
		size_t n = strlen(cms[i]);

		if (begins(head, cms[i]) && (head[n] == ';' || head[n] == '\0'))
			out->kind = NM_CONTENT_CMS;
	}
	return true;
}

static bool
is_base64_text(struct host_slice s)
{
	size_t n = s.len < HEAD_MAX ? s.len : HEAD_MAX;

	for (size_t i = 0; i < n; i++) {
		char c = s.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '+' || c == '/' ||
			c == '=' || c == '\\'))
			return false;
	}
	return n != 0;
}

/* A data URI; for item attachments also a mail as it is, or in base64. */
static bool
find_source(struct host_slice mail, bool item, struct source *out)
{
	const char *comma = NULL;
	char *head = NULL;
	bool found = false;

	if (mail.kind != HOST_SLICE_STRING)
		return false;
	comma =
	    memchr(mail.text, ',', mail.len < HEAD_MAX ? mail.len : HEAD_MAX);
	out->body = mail;
	out->kind = NM_CONTENT_MESSAGE;
	out->base64 = is_base64_text(mail);
	if (comma != NULL) {
		mail.len = (size_t)(comma - mail.text);
		head = host_slice_string(mail, HEAD_MAX);
		found = head != NULL && read_head(head, out);
	}
	if (found) {
		out->body.text = comma + 1;
		out->body.len -= mail.len + 1;
	}
	free(head);
	return found || item;
}

/* ---- reading it -------------------------------------------------- */

static struct nm_read_options
options_of(struct host_owa_job *job, enum nm_content_kind kind)
{
	struct host_call *call = job->call;

	return (struct nm_read_options){
		.kind = kind,
		.db = host_call_database(call),
		.index = host_call_index(call),
		.asker = host_call_asker(call),
		.now = (int64_t)time(NULL),
		.omit_legacy = true,
		.revocation = host_call_revocation(call, true),
		.cards_only = host_owa_on(job, HOST_OWA_CARDS_ONLY, false),
	};
}

static enum host_owa_code
code_of(
    struct host_owa_job *job, enum nm_error error, enum nm_content_kind kind)
{
	/* the key may well be here, but not on a card */
	if (error == NM_ERR_NO_PRIVATE_KEY &&
	    host_owa_on(job, HOST_OWA_CARDS_ONLY, false))
		return HOST_OWA_CANNOT_ACCESS_CARD;
	return host_owa_code(error,
	    kind == NM_CONTENT_CMS ? HOST_OWA_READ_CMS : HOST_OWA_READ_MIME);
}

enum host_owa_code
host_owa_read(struct host_owa_job *job, struct nm_buffer *out)
{
	struct host_slice type = job->members[HOST_OWA_TYPE];
	bool item = memmem(type.text, type.len, "ItemAttachment", 14) != NULL;
	struct host_call *call = job->call;
	struct nm_fault *fault = host_call_fault(call);
	struct host_owa_content content = { .count = 0 };
	const struct nm_read_result *result;
	struct nm_reading *reading = NULL;
	struct nm_read_options options;
	struct nm_stage *stage = NULL;
	enum host_owa_code code;
	enum nm_error error;
	struct source source;

	if (!find_source(find_mail(job), item, &source))
		return HOST_OWA_CANNOT_PARSE_MIME;
	options = options_of(job, source.kind);
	if ((stage = host_owa_content_stage(&content, fault)) == NULL) {
		error = NM_ERR_INTERNAL;
		goto out;
	}
	error = nm_reading_new(&options, stage, fault, &reading);
	if (error == NM_OK)
		error = source.base64 ? host_owa_feed_base64(call, source.body,
					    nm_reading_stage(reading))
				      : host_owa_feed(call, source.body,
					    nm_reading_stage(reading));
	if (error == NM_OK)
		error = nm_stage_finish(nm_reading_stage(reading));
	if (error != NM_OK)
		goto out;
	host_owa_reuse(job, out);
	result = nm_reading_result(reading);
	if (result->layer_count == 0 && !item)
		error = nm_fail(fault, NM_ERR_NOT_SMIME,
		    "The message is neither signed nor encrypted");
	else
		error =
		    host_owa_message_write(job, result, item, &content, out);
out:
	code = code_of(job, error, source.kind);
	nm_stage_free(&stage);
	nm_reading_free(&reading);
	host_owa_content_clear(&content);
	return code;
}
