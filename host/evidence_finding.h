/* SPDX-License-Identifier: MPL-2.0 */
/* What the files that report on evidence share. */
#ifndef HOST_EVIDENCE_FINDING_H
#define HOST_EVIDENCE_FINDING_H

#include "evidence_report.h"

enum host_holds {
	HOST_NO,
	HOST_YES,
	HOST_TOLD /* it decides nothing */
};

struct host_finding {
	const char *about, *what;
	enum host_holds holds;
	nm_reasons reasons;
};
void host_finding_add(struct host_report *report, const struct host_finding *f,
    const char *format, ...) __attribute__((format(printf, 3, 4)));

const char *host_time_text(int64_t seconds, char out[32]);
/* By name, for a sentence. */
const char *host_reasons_text(nm_reasons reasons, char *out, size_t room);

/* ---- evidence_report_time.c ---- */

/* What the time stamp says, and who vouches for it. */
enum nm_error host_report_stamp(struct host_report *report,
    const struct host_evidence *e, struct nm_database *db);

#endif
