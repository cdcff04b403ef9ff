/* SPDX-License-Identifier: MPL-2.0 */
/* InitializeParams: the page's settings come, and it learns what we can do. */
#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "operation_owa.h"
#include "trace.h"

/* What pages were seen to accept; where one says which version it wants, that
 * is the answer. */
#define VERSION	     "4.0700.19.19.814.1"
#define VERSION_MAX  64
#define SETTINGS_MAX (256u * 1024u)

static void
take_settings(struct host_owa_job *job, struct host_slice settings,
    struct host_owa_policy *policy)
{
	struct host_slices all = host_slices_of(settings);
	struct host_slice name, value;

	while (all.object && host_slices_next(&all, &name, &value)) {
		switch (host_owa_policy_take(policy, name, value)) {
		case HOST_OWA_TAKEN:
			break;
		case HOST_OWA_UNKNOWN:
			host_owa_note(job, "setting-unknown");
			break;
		case HOST_OWA_WRONG:
			host_owa_note(job, "setting-not-understood");
			break;
		}
	}
}

/* Digits and points, as versions are. */
static char *
version(struct host_slice said)
{
	char *text = host_slice_string(said, VERSION_MAX);

	if (text != NULL &&
	    (*text == '\0' || text[strspn(text, "0123456789.")] != '\0')) {
		free(text);
		text = NULL;
	}
	return text;
}

enum host_owa_code
host_owa_initialize(struct host_owa_job *job, struct nm_buffer *out)
{
	struct host_owa *o = job->call->engine->owa;
	struct host_slice settings = job->members[HOST_OWA_SETTINGS];
	struct nm_buffer text = NM_BUFFER_INIT;
	struct host_owa_policy policy;
	char *wanted;

	host_owa_policy_init(&policy);
	/* a string that is JSON, or the object itself */
	if (settings.kind == HOST_SLICE_STRING) {
		if (settings.len <= SETTINGS_MAX)
			(void)host_slice_decode(settings, &text, NULL);
		if (text.len != 0 &&
		    !host_slice_parse(
			(const char *)text.data, text.len, &settings))
			host_owa_note(job, "settings-not-understood");
	}
	take_settings(job, settings, &policy);
	wanted = version(job->members[HOST_OWA_CONTROL_VERSION]);
	if (wanted == NULL)
		wanted =
		    version(host_slice_member(settings, "OwaControlVersion"));
	(void)pthread_mutex_lock(&o->lock);
	host_owa_port_settle(o, job->port, &policy);
	(void)pthread_mutex_unlock(&o->lock);
	nm_buffer_byte(out, '{');
	host_out_member(out, "__type",
	    "SmimeControlCapabilities:#Microsoft.Exchange.Clients.Smime");
	host_out_bool(out, "SupportsAsyncMethods", true);
	host_out_member(out, "Version", wanted != NULL ? wanted : VERSION);
	nm_buffer_byte(out, '}');
	free(wanted);
	nm_buffer_reset(&text);
	host_owa_policy_clear(&policy);
	return HOST_OWA_NO_ERROR;
}
