/* SPDX-License-Identifier: MPL-2.0 */
#include "evidence_file.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "evidence_time.h"
#include "exhibits_json.h"
#include "json.h"
#include "record_json.h"

#define FORMAT	"nssmime-evidence"
#define VERSION 1

/* ---- writing ------------------------------------------------------------ */

static struct json_object *
digest_json(const uint8_t hash[HOST_HASH])
{
	char hex[2 * HOST_HASH + 1];
	struct json_object *object = NULL;
	struct host_build b;

	for (size_t i = 0; i < HOST_HASH; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	host_build_begin(&b);
	host_build_string(&b, "algorithm", "sha256");
	host_build_string(&b, "canonical", "RFC 8785");
	host_build_string(&b, "value", hex);
	(void)host_build_end(&b, &object, NULL);
	return object;
}

static struct json_object *
time_json(const struct host_stamp *stamp)
{
	struct json_object *object = NULL;
	struct host_build b;

	host_build_begin(&b);
	if (stamp->problem.code != NM_OK) {
		host_build_string(&b, "source", "own-clock");
		host_build_string(&b, "problem", stamp->problem.text);
	} else {
		host_build_string(&b, "source", "authority");
		host_build_base64(&b, "token", nm_buffer_bytes(&stamp->token));
		host_build_add(
		    &b, "chain", host_exhibit_chain_json(&stamp->chain));
		host_exhibits_build(&b, &stamp->exhibits);
	}
	(void)host_build_end(&b, &object, NULL);
	return object;
}

static enum nm_error
write_file(struct host_call *call, struct json_object *record, bool online,
    struct nm_stage *output)
{
	struct json_object *root = NULL;
	uint8_t hash[HOST_HASH];
	struct host_stamp stamp;
	struct host_build b;
	enum nm_error error = host_canonical_hash(record, hash);

	if (error != NM_OK)
		return error;
	error = host_stamp_ask(call, online, (int64_t)time(NULL), hash, &stamp);
	if (error == NM_OK) {
		host_build_begin(&b);
		host_build_string(&b, "format", FORMAT);
		host_build_int(&b, "version", VERSION);
		host_build_add(&b, "record", json_object_get(record));
		host_build_add(&b, "digest", digest_json(hash));
		host_build_add(&b, "time", time_json(&stamp));
		error = host_build_end(&b, &root, host_call_fault(call));
	}
	if (error == NM_OK)
		error = host_canonical_write(root, output);
	if (error == NM_OK)
		error = nm_stage_finish(output);
	json_object_put(root);
	host_stamp_clear(&stamp);
	return error;
}

enum nm_error
host_evidence_write(struct host_call *call, struct nm_reading *reading,
    struct json_object *params, struct nm_stage *output)
{
	struct json_object *record = host_record_json(
	    nm_reading_record(reading), nm_reading_result(reading));
	enum nm_error error = NM_ERR_INTERNAL;

	if (record != NULL)
		error = write_file(
		    call, record, host_boolean(params, "online", true), output);
	json_object_put(record);
	return error;
}

/* ---- reading ------------------------------------------------------------ */

static void
read_digest(
    struct host_read *r, struct json_object *root, struct host_evidence *out)
{
	struct json_object *digest = host_read_object(r, root, "digest");
	struct json_object *own = digest_json(out->hash);

	if (own == NULL)
		host_read_failed(r, NM_ERR_INTERNAL);
	out->unchanged = json_object_equal(digest, own) == 1;
	json_object_put(own);
}

static void
read_time(
    struct host_read *r, struct json_object *root, struct host_evidence *out)
{
	static const char *const sources[] = { "own-clock", "authority", NULL };
	struct json_object *object = host_read_object(r, root, "time");

	if (host_read_choice(r, object, "source", sources) == 0) {
		out->problem = host_read_string(r, object, "problem");
		return;
	}
	host_read_base64(
	    r, json_object_object_get(object, "token"), "token", &out->token);
	host_exhibits_read(r, object, &out->stamp_exhibits);
	host_exhibit_chain_read(
	    r, object, "chain", &out->stamp_exhibits, &out->stamp_chain);
	if (out->token.len == 0)
		host_read_wrong(r, "token");
}

static void
read_file(struct host_read *r, struct host_evidence *out)
{
	static const char *const formats[] = { FORMAT, NULL };

	(void)host_read_choice(r, out->root, "format", formats);
	if (host_read_size(r, out->root, "version", INT32_MAX) != VERSION)
		host_read_wrong(r, "version");
	out->record_json = host_read_object(r, out->root, "record");
	if (r->error != NM_OK)
		return;
	host_read_failed(r, host_canonical_hash(out->record_json, out->hash));
	read_digest(r, out->root, out);
	read_time(r, out->root, out);
	host_record_read(r, out->record_json, &out->record);
}

enum nm_error
host_evidence_parse(const char *text, size_t len, struct host_evidence *out,
    struct nm_fault *fault)
{
	struct host_read r = { NM_OK, NULL };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	error = host_json_parse(text, len, &out->root, fault);
	if (error == NM_OK && !host_canonical_once(text, len, out->root))
		error = nm_fail(
		    fault, NM_ERR_PARSE, "A member of the file is there twice");
	if (error == NM_OK) {
		read_file(&r, out);
		error = r.error;
		if (error == NM_ERR_INTERNAL)
			(void)nm_fail(fault, error, "Out of memory");
		else if (error != NM_OK)
			error = nm_fail(fault, NM_ERR_PARSE,
			    "It is no record of evidence: its member \"%s\" "
			    "is missing or wrong",
			    r.member != NULL ? r.member : "record");
	}
	if (error != NM_OK)
		host_evidence_clear(out);
	return error;
}

void
host_evidence_clear(struct host_evidence *e)
{
	nm_record_clear(&e->record);
	nm_buffer_reset(&e->token);
	nm_exhibits_clear(&e->stamp_exhibits);
	nm_exhibit_chain_clear(&e->stamp_chain);
	json_object_put(e->root);
	memset(e, 0, sizeof(*e));
}
