/* SPDX-License-Identifier: MPL-2.0 */
/* The member "owa" of the administrator's file. */
#ifndef HOST_OWA_POLICY_FILE_H
#define HOST_OWA_POLICY_FILE_H

#include "settings_member.h"

enum nm_error host_owa_policy_read(
    const struct host_settings_reading *r, struct json_object *value);

#endif
