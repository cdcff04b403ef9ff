/* SPDX-License-Identifier: MPL-2.0 */
#include "caller.h"

#include <stddef.h>
#include <string.h>

#define CHROMIUM_SCHEME "chrome-extension://"

static const struct {
	const char *id;
	const char *name;
	enum nm_database_kind kind;
	bool webmail;
	bool owa;
} known[] = {
	{ HOST_THUNDERBIRD_ID, "Thunderbird", NM_DATABASE_THUNDERBIRD, false,
	    false },
	{ HOST_REDUCED_ID, "Thunderbird", NM_DATABASE_THUNDERBIRD, false,
	    false },
	{ HOST_FIREFOX_ID, "the nssmime extension in Firefox",
	    NM_DATABASE_FIREFOX, true, false },
	{ HOST_CHROMIUM_ID, "the nssmime extension in your browser",
	    NM_DATABASE_SHARED, true, false },
	{ HOST_OWA_ID, "Outlook on the web", NM_DATABASE_SHARED, false, true },
	{ HOST_OWA_EDGE_ID, "Outlook on the web", NM_DATABASE_SHARED, false,
	    true },
};

static void
set_id(struct host_caller *out, const char *id, size_t len)
{
	if (len == 0 || len >= sizeof(out->id))
		return;
	for (size_t i = 0; i < len; i++) {
		if (id[i] <= ' ' || id[i] > '~')
			return;
	}
	memcpy(out->id, id, len);
	out->id[len] = '\0';
}

bool
host_caller_parse(int argc, char *const *argv, struct host_caller *out)
{
	size_t len;

	*out = (struct host_caller){
		.name = "an extension that the administrator of this computer "
			"allowed",
		.webmail = true
	};
	if (argc < 2)
		return false;
	if (strncmp(argv[1], CHROMIUM_SCHEME, strlen(CHROMIUM_SCHEME)) == 0) {
		const char *id = argv[1] + strlen(CHROMIUM_SCHEME);

		out->kind = NM_DATABASE_SHARED;
		len = strlen(id);
		/* an origin, and nothing that could follow one */
		if (len != 0 && id[len - 1] == '/' &&
		    memchr(id, '/', len - 1) == NULL)
			set_id(out, id, len - 1);
	} else if (argc > 2 && argv[1][0] == '/') {
		out->kind = NM_DATABASE_FIREFOX;
		set_id(out, argv[2], strlen(argv[2]));
	} else {
		return false;
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		/* each family has its own way to name itself */
		if (strcmp(out->id, known[i].id) != 0 ||
		    (known[i].kind == NM_DATABASE_SHARED) !=
			(out->kind == NM_DATABASE_SHARED))
			continue;
		out->name = known[i].name;
		out->kind = known[i].kind;
		out->webmail = known[i].webmail;
		out->owa = known[i].owa;
	}
	return true;
}

bool
host_caller_allowed(
    const struct host_caller *caller, const struct host_settings *settings)
{
	if (caller->id[0] == '\0')
		return false;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(caller->id, known[i].id) == 0 &&
		    caller->kind == known[i].kind)
			return true;
	}
	for (size_t i = 0; i < settings->caller_count; i++) {
		if (strcmp(caller->id, settings->callers[i]) == 0)
			return true;
	}
	return false;
}
