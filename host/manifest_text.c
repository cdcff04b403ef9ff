/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Firefox and Thunderbird share their folders, so that a manifest of Mozilla's
 * always names both add-ons.
 */
#include "manifest_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "caller.h"
#include "json.h"
#include "manifests.h"
#include "schema.h"

#define PROGRAM "\"@NSSMIME_HOST_PROGRAM@\""
#define ID	"@NSSMIME_CHROMIUM_ID@"
#define PRINT	JSON_C_TO_STRING_NOSLASHESCAPE

/* All of `text`, with `value` for `place` where it has that. malloc'd; NULL:
 * memory. */
static char *
fill(const char *text, const char *place, const char *value)
{
	const char *at = strstr(text, place);
	char *out = NULL;
	int len;

	if (at == NULL)
		return strdup(text);
	len = asprintf(&out, "%.*s%s%s", (int)(at - text), text, value,
	    at + strlen(place));
	return len < 0 ? NULL : out;
}

static char *
fill_program(const char *text, const char *program)
{
	struct json_object *path = json_object_new_string(program);
	char *out = NULL;

	if (path != NULL)
		out = fill(
		    text, PROGRAM, json_object_to_json_string_ext(path, PRINT));
	json_object_put(path);
	return out;
}

char *
host_manifest_text(enum host_family family, const char *program)
{
	char *text, *out = NULL;

	text = fill(family == HOST_FAMILY_CHROMIUM ? NSSMIME_CHROMIUM_MANIFEST
						   : NSSMIME_MOZILLA_MANIFEST,
	    ID, HOST_CHROMIUM_ID);
	if (text != NULL)
		out = fill_program(text, program);
	free(text);
	return out;
}

char *
host_manifest_owa_text(const char *program)
{
	return fill_program(NSSMIME_OWA_MANIFEST, program);
}

struct json_object *
host_manifest_parse(const char *text, size_t len)
{
	struct json_object *root = NULL;

	if (host_json_parse(text, len, &root, NULL) == NM_OK &&
	    json_object_is_type(root, json_type_object) &&
	    host_string(root, "path") != NULL)
		return root;
	json_object_put(root);
	return NULL;
}

bool
host_manifest_names_us(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strcmp(slash != NULL ? slash + 1 : path, "nssmime-host") == 0;
}
