/* SPDX-License-Identifier: MPL-2.0 */
/* What a file of evidence comes to when it is checked again. */
#ifndef HOST_EVIDENCE_REPORT_H
#define HOST_EVIDENCE_REPORT_H

#include "evidence_file.h"

/*
 * A list of findings: {about, what, holds, words, reasons?}. `holds` is true,
 * false, or null for what is told and decides nothing. `words` are fit for a
 * terminal.
 */
struct host_report {
	struct json_object *findings;
	bool holds; /* none of them is false */
	/* Whom the record has as trusted, the database trusts now. */
	bool trusted;
	bool failed;
};
void host_report_begin(struct host_report *report);
void host_report_clear(struct host_report *report);

/* Checks the file. `db`: whose trust is told. */
enum nm_error host_report_check(struct host_report *report,
    const struct host_evidence *e, struct nm_database *db,
    struct nm_fault *fault);

/* Whether a content is the one of the record: as `read` from a mail (NULL: it
 * is none), or `bytes` as they are (NULL: not looked at). */
void host_report_content(struct host_report *report,
    const struct host_evidence *e, const struct nm_record *read,
    const struct nm_digests *bytes);

/* What the command prints, {"holds", "trusted", "findings"}; NULL: memory. */
struct json_object *host_report_json(const struct host_report *report);

#endif
