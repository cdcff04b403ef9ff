/* SPDX-License-Identifier: MPL-2.0 */
#include "evidence_finding.h"

#include <stdlib.h>

static enum nm_error
check_authority(const struct host_evidence *e, struct nm_database *db,
    const struct nm_timestamp *stamp, struct nm_exhibit_finding *now,
    struct nm_exhibit_finding *then)
{
	const struct nm_exhibits *x = &e->stamp_exhibits;
	struct nm_exhibit_case which = { .db = db,
		.certificate = nm_buffer_bytes(&stamp->certificate),
		.materials = x->materials,
		.material_count = x->material_count,
		.policy = { .mode = e->record.mode },
		.when = stamp->time,
		.now = stamp->time,
		.timestamping = true };
	struct nm_bytes *along =
	    calloc(x->certificate_count + 1, sizeof(*along));
	enum nm_error error;

	if (along == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < x->certificate_count; i++)
		along[i] = nm_buffer_bytes(&x->certificates[i]);
	which.along = along;
	which.along_count = x->certificate_count;
	error = nm_exhibits_recheck(x, &which, NULL, now);
	if (error == NM_OK)
		error = nm_exhibits_recheck(x, &which, &e->stamp_chain, then);
	free(along);
	return error;
}

/* A record that was made after its time stamp has one of the two wrong. */
#define SLACK 600

static void
tell_stamp(struct host_report *report, const struct nm_record *record,
    const struct nm_timestamp *stamp, const struct nm_certificate *authority,
    const struct nm_exhibit_finding *now, const struct nm_exhibit_finding *then)
{
	struct host_finding f = { "time", "timestamp", HOST_YES,
		then->reasons };
	char when[32], names[512];
	bool good = nm_reasons_status(then->reasons) == NM_STATUS_VALID;

	if (!good)
		f.holds = HOST_NO;
	host_finding_add(report, &f,
	    good ? "The record was there at %s, by the word of the "
		   "time-stamping authority %.300s%s%s"
		 : "A time stamp of %s by %.300s does not hold%s%s",
	    host_time_text(stamp->time, when),
	    authority->subject != NULL ? authority->subject : "",
	    good ? "" : ": ",
	    good ? "" : host_reasons_text(then->reasons, names, sizeof(names)));
	f = (struct host_finding){ "time", "trust", HOST_TOLD, 0 };
	report->trusted = report->trusted && now->anchored;
	host_finding_add(report, &f,
	    now->anchored
		? "Who vouches for that authority is trusted by the "
		  "certificate database of this computer"
		: "Who vouches for that authority is not trusted by the "
		  "certificate database of this computer");
	f = (struct host_finding){ "time", "order", HOST_YES, 0 };
	if (record->checked > stamp->time + SLACK) {
		f.holds = HOST_NO;
		host_finding_add(report, &f,
		    "The record says that it was made after its time stamp: "
		    "at %s",
		    host_time_text(record->checked, when));
	}
}

enum nm_error
host_report_stamp(struct host_report *report, const struct host_evidence *e,
    struct nm_database *db)
{
	struct host_finding f = { "time", "timestamp", HOST_NO, 0 };
	struct nm_fault why = { .code = NM_OK };
	struct nm_certificate authority = { 0 };
	struct nm_exhibit_finding now, then;
	struct nm_timestamp stamp;
	CERTCertificate *cert;
	enum nm_error error;

	error = nm_timestamp_read(
	    nm_buffer_bytes(&e->token), e->hash, NULL, &stamp, &why);
	if (error != NM_OK) {
		if (error != NM_ERR_INTEGRITY_FAILURE)
			return error;
		host_finding_add(
		    report, &f, "The time stamp does not hold: %s", why.text);
		return NM_OK;
	}
	error = check_authority(e, db, &stamp, &now, &then);
	cert = nm_certificate_decode_apart(
	    stamp.certificate.data, stamp.certificate.len);
	if (error == NM_OK && cert != NULL)
		error = nm_certificate_describe(NULL, cert, &authority);
	if (error == NM_OK)
		tell_stamp(report, &e->record, &stamp, &authority, &now, &then);
	if (cert != NULL)
		CERT_DestroyCertificate(cert);
	nm_certificate_clear(&authority);
	nm_timestamp_clear(&stamp);
	return error;
}
