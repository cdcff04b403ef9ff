/* SPDX-License-Identifier: MPL-2.0 */
#include "operation_owa.h"

#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "large.h"
#include "trace.h"

/* By the name before ":#"; what a request is called there says what it is. */
static const struct {
	const char *type;
	host_owa_work work;
	bool database;
} works[] = {
	{ "InitializeParams", host_owa_initialize, false },
	{ "CreateMessageFromSmimeParams", host_owa_read, true },
	{ "CreateMessageFromItemAttachmentParams", host_owa_read, true },
	{ "CreateSmimeFromMessageParams", host_owa_create, true },
	{ "GetSigningCertificateParams", host_owa_signing_certificate, true },
};

static const char *const member_names[HOST_OWA_MEMBERS] = {
	[HOST_OWA_TYPE] = "__type",
	[HOST_OWA_SETTINGS] = "Settings",
	[HOST_OWA_CONTROL_VERSION] = "OwaControlVersion",
	[HOST_OWA_SMIME] = "Smime",
	[HOST_OWA_SMIME_TYPE] = "SmimeType",
	[HOST_OWA_EMAIL_MESSAGE] = "EmailMessage",
	[HOST_OWA_SIGNING_CERTIFICATE] = "SigningCertificate",
	[HOST_OWA_ENCRYPTION_CERTIFICATES] = "EncryptionCertificates",
};

void
host_owa_reuse(struct host_owa_job *job, struct nm_buffer *out)
{
	struct nm_buffer small = *out;

	if (job->text.room < HOST_OWA_LARGE || small.len >= HOST_OWA_LARGE)
		return;
	nm_buffer_clear(&job->text);
	nm_buffer_append(&job->text, small.data, small.len);
	*out = job->text;
	job->text = small;
	job->params = (struct host_slice){ HOST_SLICE_NONE, NULL, 0 };
	for (size_t i = 0; i < HOST_OWA_MEMBERS; i++)
		job->members[i] = job->params;
}

void
host_owa_note(struct host_owa_job *job, const char *word)
{
	for (size_t i = 0; i < job->note_count; i++) {
		if (strcmp(job->notes[i], word) == 0)
			return;
	}
	if (job->note_count < sizeof(job->notes) / sizeof(job->notes[0]))
		job->notes[job->note_count++] = word;
}

const struct host_owa_policy *
host_owa_admin(const struct host_owa_job *job)
{
	return &job->call->engine->settings->owa.policy;
}

bool
host_owa_on(
    const struct host_owa_job *job, enum host_owa_switch which, bool otherwise)
{
	return host_owa_policy_on(
	    host_owa_admin(job), &job->arrived, which, otherwise);
}

static bool
is_type(struct host_slice type, const char *name)
{
	size_t len = strlen(name);

	return type.kind == HOST_SLICE_STRING && type.len >= len &&
	    memcmp(type.text, name, len) == 0 &&
	    (type.len == len || type.text[len] == ':');
}

static enum host_owa_code
work_on(struct host_owa_job *job, struct nm_buffer *out)
{
	for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		enum nm_error error = NM_OK;

		if (!is_type(job->members[HOST_OWA_TYPE], works[i].type))
			continue;
		if (works[i].database)
			error = host_call_open_database(job->call);
		return error == NM_OK ? works[i].work(job, out)
				      : host_owa_code(error, HOST_OWA_OTHER);
	}
	return HOST_OWA_UNKNOWN_ERROR;
}

static void
put_notes(struct nm_buffer *out, const struct host_owa_job *job)
{
	if (job->note_count == 0)
		return;
	host_out_name(out, "Notes");
	nm_buffer_byte(out, '[');
	for (size_t i = 0; i < job->note_count; i++) {
		if (i != 0)
			nm_buffer_byte(out, ',');
		host_out_string(out, job->notes[i]);
	}
	nm_buffer_byte(out, ']');
}

static void
make_result(struct host_owa_job *job, struct nm_buffer *out)
{
	static const char head[] = "{\"Data\":";
	enum host_owa_code code;

	nm_buffer_string(out, head);
	code = work_on(job, out);
	if (code != HOST_OWA_NO_ERROR) {
		nm_buffer_reset(out);
		nm_buffer_format(out, "%snull", head);
		if (job->call->fault.code != NM_OK)
			host_log(job->call->engine->log, HOST_LOG_INFO,
			    "Outlook on the web: error %d: %s", (int)code,
			    job->call->fault.text);
	}
	host_out_int(out, "ErrorCode", code);
	put_notes(out, job);
	nm_buffer_byte(out, '}');
}

/* The settings that came over the job's port, as they are now. */
static bool
take_policy(struct host_owa *o, struct host_owa_job *job)
{
	const struct host_owa_policy *p;
	bool good = true;

	host_owa_policy_init(&job->arrived);
	if ((p = host_owa_port_policy(o, job->port)) == NULL)
		return true;
	job->arrived = *p;
	for (size_t i = 0; i < HOST_OWA_LISTS; i++) {
		job->arrived.lists[i] = NULL;
		if (good && p->lists[i] != NULL)
			good = (job->arrived.lists[i] = strdup(p->lists[i])) !=
			    NULL;
	}
	return good;
}

static enum nm_error
handle(struct host_call *call, struct json_object *params,
    struct json_object **result)
{
	struct host_owa *o = call->engine->owa;
	struct host_owa_job job = { .call = call };
	struct nm_buffer out = NM_BUFFER_INIT;
	uint64_t ticket = strtoull(call->id, NULL, 10);
	struct host_owa_request *r;
	enum nm_error error;
	char *port;
	bool there;

	(void)params;
	(void)pthread_mutex_lock(&o->lock);
	there = host_owa_lend(o, ticket, &job.text, &port);
	job.port = port;
	there = there && take_policy(o, &job);
	(void)pthread_mutex_unlock(&o->lock);
	if (!there) {
		error = NM_ERR_INTERNAL;
		goto out;
	}
	if (host_slice_parse(
		(const char *)job.text.data, job.text.len, &job.params)) {
		host_owa_trace_write(o->trace, "request", job.params);
		host_slice_members(
		    job.params, member_names, job.members, HOST_OWA_MEMBERS);
		make_result(&job, &out);
	} else {
		host_owa_error_write(&out, HOST_OWA_UNKNOWN_ERROR);
	}
	(void)pthread_mutex_lock(&o->lock);
	r = host_owa_by_ticket(o, ticket);
	if (r != NULL && !r->replaced)
		host_owa_finish(o, r, &out);
	(void)pthread_mutex_unlock(&o->lock);
	/* the dialect's own reply says all that there is to say */
	error = (*result = json_object_new_object()) != NULL ? NM_OK
							     : NM_ERR_INTERNAL;
out:
	nm_buffer_reset(&job.text);
	nm_buffer_reset(&out);
	host_owa_policy_clear(&job.arrived);
	free(port);
	return error;
}

static const struct host_schema no_params[] = { { .name = NULL } };

const struct host_operation host_owa_operation = {
	.name = "owa",
	.handler = handle,
	.params = no_params,
	.flags = HOST_KEY,
	.help = "What Outlook on the web asks for",
};
