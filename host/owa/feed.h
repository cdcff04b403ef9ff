/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Strings that hold much, decoded piece by piece into a stage, so that a mail
 * is never in memory once more than it came. Without the finish. May wait.
 */
#ifndef HOST_OWA_FEED_H
#define HOST_OWA_FEED_H

#include <nssmime/stage.h>

#include "operation.h"
#include "slice.h"

enum nm_error host_owa_feed(
    struct host_call *call, struct host_slice string, struct nm_stage *into);
/* What the string is the base64 of. */
enum nm_error host_owa_feed_base64(
    struct host_call *call, struct host_slice string, struct nm_stage *into);

#endif
