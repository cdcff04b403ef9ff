/* SPDX-License-Identifier: MPL-2.0 */
/* Asking a time-stamping authority. */
#ifndef HOST_EVIDENCE_TIME_H
#define HOST_EVIDENCE_TIME_H

#include <nssmime/evidence.h>

#include "canonical_json.h"
#include "operation.h"

struct host_stamp {
	struct nm_buffer token;
	struct nm_exhibits exhibits; /* what its certificate rests on */
	struct nm_exhibit_chain chain;
	struct nm_fault problem; /* why there is none; NM_OK: there is */
};
/* What the authority of the settings says of this hash. That it says nothing
 * is a problem and no failure. May wait. */
enum nm_error host_stamp_ask(struct host_call *call, bool online, int64_t now,
    const uint8_t hash[HOST_HASH], struct host_stamp *out);
void host_stamp_clear(struct host_stamp *s);

#endif
