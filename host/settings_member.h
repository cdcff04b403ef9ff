/* SPDX-License-Identifier: MPL-2.0 */
/* The members that the files of settings may have. */
#ifndef HOST_SETTINGS_MEMBER_H
#define HOST_SETTINGS_MEMBER_H

#include <json-c/json.h>

#include "settings.h"

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
