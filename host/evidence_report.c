/* SPDX-License-Identifier: MPL-2.0 */
#include "evidence_finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "json_build.h"
#include "reasons_json.h"
#include "text.h"

#define MAX_WORDS 2048

void
host_report_begin(struct host_report *report)
{
	report->findings = json_object_new_array();
	report->holds = report->trusted = true;
	report->failed = report->findings == NULL;
}

void
host_report_clear(struct host_report *report)
{
	json_object_put(report->findings);
	report->findings = NULL;
}

/* ---- findings ----------------------------------------------------------- */

void
host_finding_add(struct host_report *report, const struct host_finding *f,
    const char *format, ...)
{
	struct nm_buffer said = NM_BUFFER_INIT;
	struct json_object *object = NULL;
	char text[MAX_WORDS];
	struct host_build b;
	char *clean;
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	host_text_show(&said, text, MAX_WORDS);
	clean = nm_buffer_take_string(&said);
	host_build_begin(&b);
	host_build_string(&b, "about", f->about);
	host_build_string(&b, "what", f->what);
	if (f->holds == HOST_TOLD)
		host_build_null(&b, "holds");
	else
		host_build_bool(&b, "holds", f->holds == HOST_YES);
	host_build_add(&b, "words",
	    clean != NULL ? host_text_json(clean, 2 * MAX_WORDS) : NULL);
	if (f->reasons != 0)
		host_build_add(&b, "reasons", host_reasons_json(f->reasons));
	(void)host_build_end(&b, &object, NULL);
	if (!host_array_add(report->findings, object))
		report->failed = true;
	if (f->holds == HOST_NO)
		report->holds = false;
	free(clean);
}

const char *
host_time_text(int64_t seconds, char out[32])
{
	const struct nm_date date = { seconds, 0 };

	nm_date_format(&date, out, 32);
	return out;
}

const char *
host_reasons_text(nm_reasons reasons, char *out, size_t room)
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < NM_REASON_COUNT && at < room; i++) {
		if ((reasons & NM_REASON_BIT(i)) != 0)
			at += (size_t)snprintf(out + at, room - at, "%s%s",
			    at == 0 ? "" : ", ",
			    nm_reason_name((enum nm_reason)i));
	}
	return out;
}

/* ---- a signer ----------------------------------------------------------- */

static void
tell_signature(struct host_report *report, const char *about,
    const struct nm_recheck_signer *s)
{
	struct host_finding f = { about, "signature",
		nm_reasons_status(s->signature) == NM_STATUS_VALID ? HOST_YES
								   : HOST_TOLD,
		s->signature };
	char names[512];

	if (f.holds == HOST_YES)
		host_finding_add(report, &f,
		    "The signature is that of the recorded certificate's key, "
		    "over the recorded digest of the content");
	else
		host_finding_add(report, &f, "The signature does not hold: %s",
		    host_reasons_text(s->signature, names, sizeof(names)));
}

static void
tell_chain(struct host_report *report, const char *about,
    const struct nm_record *record, const struct nm_recheck_signer *s)
{
	struct host_finding f = { about, "certificate", HOST_YES,
		s->then.reasons };
	char when[32], names[512];

	if (nm_reasons_status(s->then.reasons) == NM_STATUS_VALID) {
		host_finding_add(report, &f,
		    "The certificate was good for e-mail at %s, by the "
		    "authority that is recorded as trusted: %.300s",
		    host_time_text(record->when, when), s->anchor.subject);
	} else {
		f.holds = HOST_TOLD;
		host_finding_add(report, &f,
		    "The certificate was not good for e-mail at %s: %s",
		    host_time_text(record->when, when),
		    host_reasons_text(s->then.reasons, names, sizeof(names)));
	}
	f = (struct host_finding){ about, "trust", HOST_TOLD, 0 };
	if (!s->then.anchored)
		return;
	report->trusted = report->trusted && s->now.anchored;
	if (s->now.anchored)
		host_finding_add(report, &f,
		    "That authority is trusted by the certificate database of "
		    "this computer, too");
	else
		host_finding_add(report, &f,
		    "That authority is not trusted by the certificate "
		    "database of this computer: only the record says that it "
		    "was");
}

static void
tell_revocation(struct host_report *report, const char *about,
    const struct nm_recheck_signer *s)
{
	struct host_finding f = { about, "revocation", HOST_TOLD, 0 };

	switch (s->then.revocation) {
	case NM_REVOCATION_GOOD:
		f.holds = HOST_YES;
		host_finding_add(report, &f,
		    "What is recorded of revocation says that the certificate "
		    "was not revoked at that time");
		break;
	case NM_REVOCATION_REVOKED:
		host_finding_add(report, &f,
		    "What is recorded of revocation says that the certificate "
		    "was revoked");
		break;
	case NM_REVOCATION_UNKNOWN:
		host_finding_add(report, &f,
		    "What is recorded of revocation does not say whether the "
		    "certificate was revoked");
		break;
	case NM_REVOCATION_NOT_CHECKED:
		host_finding_add(report, &f,
		    "Whether the certificate was revoked was not checked");
		break;
	}
}

static void
tell_signer(struct host_report *report, const char *about,
    const struct nm_record *record, const struct nm_record_signer *kept,
    const struct nm_recheck_signer *s)
{
	struct host_finding f = { about, "signer", HOST_TOLD, 0 };
	char names[512];

	if (s->has_certificate)
		host_finding_add(report, &f, "The signer is %.300s, %.200s",
		    s->certificate.subject,
		    s->certificate.address_count != 0
			? s->certificate.addresses[0]
			: "without an address");
	else
		host_finding_add(
		    report, &f, "The signer's certificate is not recorded");
	tell_signature(report, about, s);
	if (s->has_certificate && s->has_anchor) {
		tell_chain(report, about, record, s);
		tell_revocation(report, about, s);
	}
	f = (struct host_finding){ about, "address",
		s->address == 0 ? HOST_YES : HOST_TOLD, s->address };
	if (s->address == 0)
		host_finding_add(report, &f,
		    "The certificate is for the From address, %.200s",
		    record->from != NULL ? record->from : "");
	else
		host_finding_add(report, &f, "From and the certificate: %s",
		    host_reasons_text(s->address, names, sizeof(names)));
	f = (struct host_finding){ about, "verdict",
		s->borne_out ? HOST_YES : HOST_NO,
		s->borne_out ? 0 : s->reasons & ~kept->reasons };
	host_finding_add(report, &f,
	    s->borne_out
		? "The recorded verdict on this signer is borne out: %s%s%s"
		: "The recorded verdict on this signer is NOT borne out: "
		  "%s%s%s",
	    nm_status_name(kept->status), kept->reasons != 0 ? ", " : "",
	    host_reasons_text(kept->reasons, names, sizeof(names)));
}

/* ---- the whole ---------------------------------------------------------- */

static void
report_record(struct host_report *report, const struct host_evidence *e)
{
	struct host_finding f = { "record", "digest",
		e->unchanged ? HOST_YES : HOST_NO, 0 };
	char when[32];

	host_finding_add(report, &f,
	    e->unchanged
		? "The record has the digest that was made of it"
		: "The record was CHANGED: it has not the digest that was "
		  "made of it");
	f = (struct host_finding){ "time", "clock", HOST_TOLD, 0 };
	host_finding_add(report, &f,
	    "The record says that it was made at %s, by the clock of the "
	    "computer that made it%s",
	    host_time_text(e->record.checked, when),
	    e->token.len != 0 ? "" : "; nobody else vouches for that");
	if (e->problem != NULL) {
		f.what = "problem";
		host_finding_add(
		    report, &f, "There is no time stamp: %.300s", e->problem);
	}
}

static void
report_verdict(struct host_report *report, const struct host_evidence *e,
    const struct nm_recheck *found)
{
	struct host_finding f = { "message", "verdict",
		found->borne_out ? HOST_YES : HOST_NO, 0 };
	char names[512];

	host_finding_add(report, &f,
	    found->borne_out ? "The recorded verdict is borne out by what is "
			       "recorded: %s%s%s"
			     : "The recorded verdict is NOT borne out by what "
			       "is recorded: %s%s%s",
	    nm_status_name(e->record.status),
	    e->record.reasons != 0 ? ", " : "",
	    host_reasons_text(e->record.reasons, names, sizeof(names)));
}

enum nm_error
host_report_check(struct host_report *report, const struct host_evidence *e,
    struct nm_database *db, struct nm_fault *fault)
{
	const struct nm_record *record = &e->record;
	struct nm_recheck found;
	enum nm_error error;
	char about[128];

	report_record(report, e);
	if (e->token.len != 0 &&
	    (error = host_report_stamp(report, e, db)) != NM_OK)
		return error;
	if ((error = nm_record_check(db, record, &found, fault)) != NM_OK)
		return error;
	for (size_t i = 0; i < found.layer_count; i++) {
		for (size_t s = 0; s < found.layers[i].signer_count; s++) {
			(void)snprintf(about, sizeof(about),
			    "layer %s, signer %zu", record->layers[i].part,
			    s + 1);
			tell_signer(report, about, record,
			    &record->layers[i].signers[s],
			    &found.layers[i].signers[s]);
		}
	}
	report_verdict(report, e, &found);
	nm_recheck_clear(&found);
	return report->failed ? NM_ERR_INTERNAL : NM_OK;
}

/* By no digest that two contents may be made to share. */
static bool
has_digests(const struct nm_record_layer *layer, const struct nm_digests *bytes)
{
	bool any = false;

	for (unsigned d = NM_DIGEST_SHA224; d < NM_DIGEST_COUNT; d++) {
		struct nm_bytes value =
		    nm_digests_value(bytes, (enum nm_digest)d);

		if (layer->digests[d].len == 0 || value.len == 0)
			continue;
		if (!nm_bytes_equal(nm_buffer_bytes(&layer->digests[d]), value))
			return false;
		any = true;
	}
	return any;
}

void
host_report_content(struct host_report *report, const struct host_evidence *e,
    const struct nm_record *read, const struct nm_digests *bytes)
{
	char about[128];

	for (size_t i = 0; i < e->record.layer_count; i++) {
		const struct nm_record_layer *layer = &e->record.layers[i];
		bool same =
		    (read != NULL && nm_record_same_content(layer, read)) ||
		    (bytes != NULL && has_digests(layer, bytes));
		struct host_finding f = { about, "content",
			same ? HOST_YES : HOST_NO, 0 };

		(void)snprintf(about, sizeof(about), "layer %s", layer->part);
		host_finding_add(report, &f,
		    same ? "The file has the content that was signed"
			 : "The file does NOT have the content that was "
			   "signed, as far as it can be read here");
	}
}

struct json_object *
host_report_json(const struct host_report *report)
{
	struct json_object *object = NULL;
	struct host_build b;

	host_build_begin(&b);
	host_build_bool(&b, "holds", report->holds);
	host_build_bool(&b, "trusted", report->trusted);
	host_build_add(&b, "findings", json_object_get(report->findings));
	(void)host_build_end(&b, &object, NULL);
	return object;
}
