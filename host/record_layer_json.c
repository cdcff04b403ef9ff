/* SPDX-License-Identifier: MPL-2.0 */
#include "record_layer_json.h"

#include <stdlib.h>
#include <string.h>

#include "certificate_json.h"
#include "exhibits_json.h"
#include "reasons_json.h"

#define MAX_SUBJECT 1024

/* As enum nm_status and enum nm_revocation have them. */
const char *const host_status_names[] = { "valid", "partial", "unknown",
	"invalid", "none", NULL };
const char *const host_revocation_names[] = { "not-checked", "good", "revoked",
	"unknown", NULL };

static struct json_object *
finish(struct host_build *b)
{
	struct json_object *object = NULL;

	(void)host_build_end(b, &object, NULL);
	return object;
}

static void
add_base64(struct host_build *b, const char *name, const struct nm_buffer *der)
{
	host_build_base64(b, name, nm_buffer_bytes(der));
}

/* ---- writing ------------------------------------------------------------ */

static struct json_object *
signer_json(const struct nm_record_signer *s, const struct nm_read_signer *read)
{
	struct host_build b;

	host_build_begin(&b);
	add_base64(&b, "signerInfo", &s->der);
	host_build_add(&b, "chain", host_exhibit_chain_json(&s->chain));
	host_build_string(&b, "status", nm_status_name(s->status));
	host_build_add(&b, "reasons", host_reasons_json(s->reasons));
	host_build_string(&b, "revocation", nm_revocation_name(s->revocation));
	/* for people; all of it is in the SignerInfo and the certificate */
	if (read->certificate != NULL) {
		host_build_add(
		    &b, "addresses", host_addresses_json(read->certificate));
		host_build_text(
		    &b, "subject", read->certificate->subject, MAX_SUBJECT);
	}
	if (read->has_signing_time)
		host_build_time(&b, "signingTime", read->signing_time);
	host_build_string(&b, "digest", read->digest_name);
	host_build_string(&b, "algorithm", read->algorithm_name);
	return finish(&b);
}

static struct json_object *
signers_json(
    const struct nm_record_layer *layer, const struct nm_read_layer *read)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < layer->signer_count; i++) {
		if (!host_array_add(array,
			signer_json(&layer->signers[i], &read->signers[i]))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
digest_set_json(unsigned set)
{
	struct json_object *array = json_object_new_array();

	for (unsigned d = NM_DIGEST_MD5; array != NULL && d < NM_DIGEST_COUNT;
	     d++) {
		if ((set & NM_DIGEST_BIT(d)) != 0 &&
		    !host_array_add(array,
			json_object_new_string(
			    nm_digest_name((enum nm_digest)d)))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
digests_json(const struct nm_record_layer *layer)
{
	struct host_build b;

	host_build_begin(&b);
	for (unsigned d = NM_DIGEST_MD5; d < NM_DIGEST_COUNT; d++) {
		if (layer->digests[d].len != 0)
			add_base64(&b, nm_digest_name((enum nm_digest)d),
			    &layer->digests[d]);
	}
	return finish(&b);
}

struct json_object *
host_record_layer_json(
    const struct nm_record_layer *layer, const struct nm_read_layer *read)
{
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "part", layer->part);
	host_build_bool(&b, "aroundEncryption", layer->around_encryption);
	host_build_add(&b, "reasons", host_reasons_json(layer->reasons));
	host_build_bool(&b, "contentInside", layer->has_content);
	host_build_bool(&b, "contentLooksSigned", layer->of_attributes);
	add_base64(&b, "contentType", &layer->content_type);
	host_build_add(
	    &b, "digestAlgorithms", digest_set_json(layer->digest_set));
	host_build_add(&b, "digests", digests_json(layer));
	host_build_add(&b, "signers", signers_json(layer, read));
	return finish(&b);
}

/* ---- reading ------------------------------------------------------------ */

static void
read_signer(struct host_read *r, struct json_object *object,
    const struct nm_record *record, struct nm_record_signer *out)
{
	unsigned choice;

	host_read_base64(r, json_object_object_get(object, "signerInfo"),
	    "signerInfo", &out->der);
	host_exhibit_chain_read(
	    r, object, "chain", &record->exhibits, &out->chain);
	choice = host_read_choice(r, object, "status", host_status_names);
	out->status = (enum nm_status)choice;
	out->reasons = host_read_reasons(
	    r, object, "reasons", record->mode == NM_REVOCATION_HARD);
	choice =
	    host_read_choice(r, object, "revocation", host_revocation_names);
	out->revocation = (enum nm_revocation)choice;
}

static void
read_digest_set(struct host_read *r, struct json_object *object, unsigned *out)
{
	struct json_object *list;
	size_t count;

	list = host_read_array(
	    r, object, "digestAlgorithms", NM_DIGEST_COUNT, &count);
	for (size_t i = 0; i < count; i++) {
		const char *name =
		    json_object_get_string(json_object_array_get_idx(list, i));
		enum nm_digest d = nm_digest_by_name(name != NULL ? name : "");

		if (d == NM_DIGEST_NONE)
			host_read_wrong(r, "digestAlgorithms");
		*out |= NM_DIGEST_BIT(d);
	}
}

static void
read_digests(struct host_read *r, struct json_object *object,
    struct nm_record_layer *out)
{
	struct json_object *digests = host_read_object(r, object, "digests");
	struct json_object *value;

	for (unsigned d = NM_DIGEST_MD5; d < NM_DIGEST_COUNT; d++) {
		const char *name = nm_digest_name((enum nm_digest)d);

		if (!json_object_object_get_ex(digests, name, &value))
			continue;
		host_read_base64(r, value, name, &out->digests[d]);
		if (out->digests[d].len != nm_digest_size((enum nm_digest)d))
			host_read_wrong(r, name);
	}
}

void
host_record_layer_read(struct host_read *r, struct json_object *object,
    const struct nm_record *record, struct nm_record_layer *out)
{
	const char *part = host_read_string(r, object, "part");
	struct json_object *signers;
	size_t count;

	if (strlen(part) >= sizeof(out->part))
		host_read_wrong(r, "part");
	else
		memcpy(out->part, part, strlen(part) + 1);
	out->around_encryption = host_read_bool(r, object, "aroundEncryption");
	out->reasons = host_read_reasons(
	    r, object, "reasons", record->mode == NM_REVOCATION_HARD);
	out->has_content = host_read_bool(r, object, "contentInside");
	out->of_attributes = host_read_bool(r, object, "contentLooksSigned");
	host_read_base64(r, json_object_object_get(object, "contentType"),
	    "contentType", &out->content_type);
	read_digest_set(r, object, &out->digest_set);
	read_digests(r, object, out);
	signers = host_read_array(r, object, "signers", NM_MAX_SIGNERS, &count);
	if ((out->signers = calloc(count + 1, sizeof(*out->signers))) == NULL)
		host_read_failed(r, NM_ERR_INTERNAL);
	for (size_t i = 0; r->error == NM_OK && i < count; i++)
		read_signer(r, json_object_array_get_idx(signers, i), record,
		    &out->signers[out->signer_count++]);
}
