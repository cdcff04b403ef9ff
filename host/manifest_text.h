/* SPDX-License-Identifier: MPL-2.0 */
/* What a browser's file about the host says. */
#ifndef HOST_MANIFEST_TEXT_H
#define HOST_MANIFEST_TEXT_H

#include <json-c/json.h>

#include "browsers.h"

/* The names by which extensions ask for the host, and its files in the folders
 * of browsers: ours, and the one of Outlook on the web's. */
#define HOST_MANIFEST_NAME	 "nssmime"
#define HOST_MANIFEST_OWA	 "com.microsoft.outlook.smime.chromenativeapp"
#define HOST_MANIFEST_FILE(name) name ".json"

#define HOST_MANIFEST_MAX 65536 /* bytes of one, whoever wrote it */

/* The object of a text that is a host's manifest, as far as it has a "path";
 * NULL: it is none. */
struct json_object *host_manifest_parse(const char *text, size_t len);
/* Whether the program at this path has this one's name. */
bool host_manifest_names_us(const char *path);

/* For the program at this path, which is UTF-8. malloc'd; NULL: memory. */
char *host_manifest_text(enum host_family family, const char *program);
char *host_manifest_owa_text(const char *program);

#endif
