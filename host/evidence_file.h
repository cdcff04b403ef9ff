/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A file of evidence: a record, the digest of its canonical form, and the
 * time of that, by a time-stamping authority's word or by our own alone.
 */
#ifndef HOST_EVIDENCE_FILE_H
#define HOST_EVIDENCE_FILE_H

#include <nssmime/evidence.h>

#include "canonical_json.h"
#include "operation.h"

/* Puts the file of a message that was read out, and finishes the stage. Asks
 * the authority of the settings for the time, unless `params` have `online`
 * false. May wait. */
enum nm_error host_evidence_write(struct host_call *call,
    struct nm_reading *reading, struct json_object *params,
    struct nm_stage *output);

struct host_evidence {
	struct json_object *root;
	struct json_object *record_json; /* lent by root */
	struct nm_record record;
	uint8_t hash[HOST_HASH]; /* of the record as it is now */
	bool unchanged;		 /* the digest in the file is that */
	/* The word of an authority; empty: there is none. */
	struct nm_buffer token;
	struct nm_exhibits stamp_exhibits;
	struct nm_exhibit_chain stamp_chain;
	/* why there is no such word, as the file has it; lent; or NULL */
	const char *problem;
};
/* NM_ERR_PARSE: it is no such file. */
enum nm_error host_evidence_parse(const char *text, size_t len,
    struct host_evidence *out, struct nm_fault *fault);
void host_evidence_clear(struct host_evidence *e);

#endif
