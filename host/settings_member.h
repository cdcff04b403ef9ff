/* SPDX-License-Identifier: MPL-2.0 */
/* The members that the files of settings may have. */
#ifndef HOST_SETTINGS_MEMBER_H
#define HOST_SETTINGS_MEMBER_H

#include <json-c/json.h>

#include "settings.h"

/* Those that are written as well. */
#define HOST_SETTING_DATABASE	     "database"
#define HOST_SETTING_ORIGINS	     "origins"
#define HOST_SETTING_SIGNING_ORIGINS "signingOrigins"

#define HOST_SETTINGS_SIZE 65536u /* bytes of a file */
#define HOST_MAX_ORIGINS   1000u  /* in a list of one */

/* Reading a file, one member after the other. */
struct host_settings_reading {
	struct host_settings *out;
	const char *file; /* its name, for what is said about it */
	bool admin;
	struct nm_fault *fault;
};

enum nm_error host_settings_out_of_memory(
    const struct host_settings_reading *r);
enum nm_error host_settings_member(const struct host_settings_reading *r,
    const char *name, struct json_object *value);

#endif
