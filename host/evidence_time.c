/* SPDX-License-Identifier: MPL-2.0 */
#include "evidence_time.h"

#include <string.h>

#include <pk11pub.h>

#include "settings.h"

void
host_stamp_clear(struct host_stamp *s)
{
	nm_buffer_reset(&s->token);
	nm_exhibits_clear(&s->exhibits);
	nm_exhibit_chain_clear(&s->chain);
	memset(s, 0, sizeof(*s));
}

/* Its certificate as it is now, and what shows that. */
static enum nm_error
collect(struct host_call *call, bool online, int64_t now,
    const struct nm_timestamp *stamp, struct host_stamp *out)
{
	struct nm_exhibit_case which = { .db = host_call_database(call),
		.certificate = nm_buffer_bytes(&stamp->certificate),
		.along = stamp->along,
		.along_count = stamp->along_count,
		.policy = host_call_revocation(call, online),
		.when = stamp->time,
		.now = now,
		.timestamping = true };
	struct nm_exhibit_finding finding;
	enum nm_error error;

	error =
	    nm_exhibits_collect(&out->exhibits, &which, &out->chain, &finding);
	if (error != NM_OK)
		return error;
	if (nm_reasons_status(finding.reasons) == NM_STATUS_INVALID)
		return nm_fail(&out->problem, NM_ERR_INTEGRITY_FAILURE,
		    "The certificate of the time-stamping authority is not "
		    "valid");
	return NM_OK;
}

static enum nm_error
take_answer(struct host_call *call, bool online, int64_t now,
    const uint8_t hash[HOST_HASH], const uint8_t *nonce,
    const struct nm_fetch *fetch, struct host_stamp *out)
{
	struct nm_timestamp stamp;
	struct nm_bytes token;
	enum nm_error error;

	if (!fetch->answered)
		return nm_fail(&out->problem, NM_ERR_DIRECTORY_UNREACHABLE,
		    "The time-stamping authority did not answer");
	if (!nm_timestamp_response(nm_buffer_bytes(&fetch->answer), &token))
		return nm_fail(&out->problem, NM_ERR_INTEGRITY_FAILURE,
		    "The time-stamping authority gave no time stamp");
	error = nm_timestamp_read(token, hash, nonce, &stamp, &out->problem);
	if (error != NM_OK)
		return error;
	error = collect(call, online, now, &stamp, out);
	nm_timestamp_clear(&stamp);
	nm_buffer_append(&out->token, token.data, token.len);
	return nm_buffer_failed(&out->token) ? NM_ERR_INTERNAL : error;
}

static enum nm_error
ask(struct host_call *call, const struct nm_fetcher *fetcher, bool online,
    int64_t now, const uint8_t hash[HOST_HASH], struct host_stamp *out)
{
	uint8_t nonce[NM_TIMESTAMP_NONCE];
	struct nm_buffer request = NM_BUFFER_INIT;
	struct nm_fetch fetch = { .kind = NM_FETCH_TIMESTAMP,
		.url = host_call_settings(call)->timestamp_authority };
	enum nm_error error = NM_ERR_INTERNAL;

	if (PK11_GenerateRandom(nonce, sizeof(nonce)) == SECSuccess)
		error = nm_timestamp_request(hash, nonce, &request);
	fetch.request = nm_buffer_bytes(&request);
	if (error == NM_OK)
		error = fetcher->get(fetcher->arg, &fetch, 1);
	if (error == NM_OK)
		error =
		    take_answer(call, online, now, hash, nonce, &fetch, out);
	nm_buffer_reset(&fetch.answer);
	nm_buffer_reset(&request);
	return error;
}

enum nm_error
host_stamp_ask(struct host_call *call, bool online, int64_t now,
    const uint8_t hash[HOST_HASH], struct host_stamp *out)
{
	const struct nm_fetcher *fetcher = host_call_timestamper(call, online);
	struct nm_fault problem;
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if (fetcher == NULL) {
		(void)nm_fail(&out->problem, NM_ERR_POLICY_FORBIDS, "%s",
		    host_call_settings(call)->timestamp_authority == NULL
			? "The settings name no time-stamping authority"
			: "No server was to be asked");
		return NM_OK;
	}
	error = ask(call, fetcher, online, now, hash, out);
	if (error == NM_OK || out->problem.code == NM_OK)
		return error;
	problem = out->problem;
	host_stamp_clear(out);
	out->problem = problem;
	return NM_OK;
}
