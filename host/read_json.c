/* SPDX-License-Identifier: MPL-2.0 */
#include "read_json.h"

#include "certificate_json.h"
#include "headers_json.h"
#include "reasons_json.h"

/* Text that is worth showing; a frame has to hold it all. */
#define MAILBOX_MAX   1024
#define MAILBOXES_MAX 100
#define EMBEDDED_MAX  256
/* Certificates that came along are sent whole up to here. */
#define DATA_MAX (256u * 1024u)

static struct json_object *
finish(struct host_build *b)
{
	struct json_object *object = NULL;

	return host_build_end(b, &object, NULL) == NM_OK ? object : NULL;
}

static struct json_object *
summary_json(const struct nm_read_result *result)
{
	static const char *const coverage[] = { "none", "partial", "full" };
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "signature", nm_status_name(result->signature));
	host_build_string(&b, "encryption", coverage[result->encryption]);
	host_build_add(&b, "reasons", host_reasons_json(result->reasons));
	return finish(&b);
}

static struct json_object *
addresses_json(const struct nm_certificate *c)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < c->address_count; i++) {
		if (i >= MAILBOXES_MAX ||
		    !host_array_add(
			array, host_text_json(c->addresses[i], MAILBOX_MAX)))
			break;
	}
	return array;
}

static struct json_object *
signer_json(const struct nm_read_signer *s, struct json_object *table)
{
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "status", nm_status_name(s->status));
	host_build_add(&b, "reasons", host_reasons_json(s->reasons));
	if (s->certificate != NULL) {
		host_build_add(&b, "certificate",
		    host_certificate_status_json(
			s->certificate, s->sign_now, s->encrypt_now));
		host_build_add(&b, "addresses", addresses_json(s->certificate));
	} else {
		host_build_null(&b, "certificate");
		host_build_add(&b, "addresses", json_object_new_array());
	}
	if (s->has_signing_time)
		host_build_time(&b, "signingTime", s->signing_time);
	host_build_string(&b, "digest", s->digest_name);
	host_build_string(&b, "algorithm", s->algorithm_name);
	host_build_add(&b, "chain",
	    host_chain_json(s->chain, s->chain_reasons, s->chain_count, table));
	host_build_string(&b, "revocation", nm_revocation_name(s->revocation));
	return finish(&b);
}

static struct json_object *
signers_json(const struct nm_read_layer *layer, struct json_object *table)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < layer->signer_count; i++) {
		if (!host_array_add(
			array, signer_json(&layer->signers[i], table))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
layer_json(const struct nm_read_layer *layer, struct json_object *table)
{
	struct host_build b;

	host_build_begin(&b);
	host_build_string(&b, "type", nm_layer_type_name(layer->type));
	host_build_string(&b, "form",
	    layer->form == NM_LAYER_MULTIPART_SIGNED ? "multipart-signed"
						     : "pkcs7-mime");
	host_build_string(&b, "part", layer->part);
	switch (layer->type) {
	case NM_LAYER_SIGNED:
		host_build_add(
		    &b, "reasons", host_reasons_json(layer->reasons));
		if (layer->certificates_only)
			host_build_bool(&b, "certificatesOnly", true);
		host_build_add(&b, "signers", signers_json(layer, table));
		break;
	case NM_LAYER_ENVELOPED:
	case NM_LAYER_AUTH_ENVELOPED:
		host_build_string(
		    &b, "contentEncryption", nm_cipher_name(layer->cipher));
		host_build_string(&b, "keyManagement",
		    nm_key_management_name(layer->key_management));
		host_build_string(&b, "decryptedWith", layer->decrypted_with);
		host_build_int(&b, "recipients", (int64_t)layer->recipients);
		break;
	case NM_LAYER_COMPRESSED:
		break;
	}
	return finish(&b);
}

static struct json_object *
layers_json(const struct nm_read_result *result, struct json_object *table)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; array != NULL && i < result->layer_count; i++) {
		if (!host_array_add(
			array, layer_json(&result->layers[i], table))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

static struct json_object *
embedded_json(const struct nm_read_result *result)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0;
	     array != NULL && i < result->embedded_count && i < EMBEDDED_MAX;
	     i++) {
		struct host_build b;

		host_build_begin(&b);
		host_build_string(&b, "part", result->embedded[i].part);
		host_build_text(
		    &b, "type", result->embedded[i].type, MAILBOX_MAX);
		if (!host_array_add(array, finish(&b))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

/* Beside what it says, the certificate itself, for certificate.import. */
static struct json_object *
certificates_json(const struct nm_read_result *result)
{
	struct json_object *array = json_object_new_array();
	size_t size = 0;

	for (size_t i = 0; array != NULL && i < result->certificate_count;
	     i++) {
		const struct nm_read_certificate *c = &result->certificates[i];
		struct host_build b;

		size += c->der.len;
		if (size > DATA_MAX)
			break;
		b.object = host_described_json(&c->certificate);
		b.failed = b.object == NULL;
		host_build_base64(&b, "data", nm_buffer_bytes(&c->der));
		if (!host_array_add(array, finish(&b))) {
			json_object_put(array);
			return NULL;
		}
	}
	return array;
}

void
host_read_build(struct host_build *b, const struct nm_read_result *result)
{
	struct json_object *table = json_object_new_object();

	host_build_add(b, "summary", summary_json(result));
	host_build_add(
	    b, "layers", table == NULL ? NULL : layers_json(result, table));
	host_build_add(b, "headers", host_headers_json(result));
	host_build_add(b, "legacyDisplay", host_legacy_json(result));
	host_build_add(b, "embedded", embedded_json(result));
	host_build_add(b, "certificates", certificates_json(result));
	host_build_add(b, "table", table);
}
