/* SPDX-License-Identifier: MPL-2.0 */
/* EnvelopedData (RFC 5652 6.1) and AuthEnvelopedData (RFC 5083 2.1). */
#include "content.h"
#include "recipient.h"
#include "signed.h"

#include <stdlib.h>
#include <string.h>

/* id-contentType (RFC 5652 11.1) */
static const uint8_t oid_content_type[] = { NM_OID_PKCS9(3) };

/* The fields of the SEQUENCE, in their order. */
enum field {
	FIELD_NONE,
	FIELD_VERSION,
	FIELD_ORIGINATOR,
	FIELD_RECIPIENTS,
	FIELD_CONTENT,
	FIELD_ATTRIBUTES,
	FIELD_MAC,
	FIELD_UNAUTHENTICATED
};

/* Of EncryptedContentInfo. */
enum part {
	PART_NONE,
	PART_TYPE,
	PART_ALGORITHM,
	PART_CONTENT
};

struct enveloped {
	struct nm_content content;
	bool authenticated;
	enum field field;
	enum part part;
	struct nm_recipients *recipients;
	struct nm_content_algorithm algorithm;
	struct nm_buffer content_type; /* OID contents */
	struct nm_buffer attributes;   /* authAttrs, as they are authenticated:
					  the DER of a SET OF (RFC 5083 2.2) */
	struct nm_buffer mac;
	struct nm_cms_layer layer;
	struct nm_stage *next;	    /* the handler's */
	struct nm_stage *decrypter; /* without authentication */
	struct nm_aead_opener *opener;
};

static enum nm_error
malformed(struct enveloped *e, const char *what)
{
	return nm_fail(e->content.env.fault, NM_ERR_MALFORMED_MESSAGE,
	    "The encrypted message is malformed: %s", what);
}

/* ---- the key -------------------------------------------------------- */

static enum nm_error
begin_layer(struct enveloped *e)
{
	enum nm_error err;

	err = e->content.env.handler->begin(
	    e->content.env.arg, &e->layer, &e->next);
	if (err == NM_OK && e->next == NULL &&
	    (e->next = nm_discard_new()) == NULL)
		err = nm_fail(
		    e->content.env.fault, NM_ERR_INTERNAL, "Out of memory");
	return err;
}

/* Only now are private keys used: everything before is known to fit. */
static enum nm_error
start(struct enveloped *e, PK11SymKey *cek)
{
	struct nm_fault *fault = e->content.env.fault;
	PK11SymKey *key = cek, *derived = NULL;
	enum nm_error err = NM_OK;

	if (e->algorithm.hkdf) {
		derived = nm_derive_content_key(cek, e->algorithm.cipher,
		    CKA_DECRYPT, nm_buffer_bytes(&e->algorithm.inner));
		if (derived == NULL)
			return nm_fail(fault, NM_ERR_INTERNAL,
			    "NSS cannot derive the content key");
		key = derived;
	}
	if (e->authenticated) {
		e->opener = nm_aead_opener_new(key, &e->algorithm, fault);
		if (e->opener == NULL)
			err = NM_ERR_INTERNAL;
	} else if ((err = begin_layer(e)) == NM_OK) {
		e->decrypter =
		    nm_cbc_decrypter_new(key, &e->algorithm, e->next, fault);
		if (e->decrypter == NULL)
			err = NM_ERR_INTERNAL;
	}
	if (derived != NULL)
		PK11_FreeSymKey(derived);
	return err;
}

static enum nm_error
open_key(struct enveloped *e)
{
	struct nm_fault *fault = e->content.env.fault;
	PK11SymKey *cek = NULL;
	enum nm_error err;

	e->layer.type =
	    e->authenticated ? NM_LAYER_AUTH_ENVELOPED : NM_LAYER_ENVELOPED;
	e->layer.cipher = e->algorithm.cipher;
	e->layer.recipients = nm_recipients_count(e->recipients);
	err = nm_recipients_open(e->recipients, e->algorithm.cipher, &cek,
	    &e->layer.key_management, &e->layer.decrypted_with, fault);
	if (err != NM_OK)
		return err;
	err = start(e, cek);
	PK11_FreeSymKey(cek);
	return err;
}

/*
 * AES-GCM without its tag, as an EnvelopedData would have it, is not read:
 * messages are turned into such ones to attack them (RFC 9709 1).
 */
static enum nm_error
take_algorithm(struct enveloped *e, struct nm_bytes der)
{
	struct nm_fault *fault = e->content.env.fault;
	enum nm_error err;

	if ((err = nm_recipients_check(e->recipients, fault)) != NM_OK)
		return err;
	err = nm_content_algorithm_parse(der, &e->algorithm, fault);
	if (err != NM_OK)
		return err;
	if (nm_cipher_is_aead(e->algorithm.cipher) != e->authenticated)
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The content encryption %s does not belong in this type "
		    "of message",
		    nm_cipher_name(e->algorithm.cipher));
	return NM_OK;
}

/* ---- the structure -------------------------------------------------- */

static enum field
field_of(const struct enveloped *e, uint8_t tag)
{
	switch (tag) {
	case 0x02:
		return FIELD_VERSION;
	case 0xa0:
		return FIELD_ORIGINATOR;
	case 0x31:
		return FIELD_RECIPIENTS;
	case 0x30:
		return FIELD_CONTENT;
	case 0xa1:
		return FIELD_ATTRIBUTES;
	case 0x04:
	case 0x24:
		return e->authenticated ? FIELD_MAC : FIELD_NONE;
	case 0xa2:
		return e->authenticated ? FIELD_UNAUTHENTICATED : FIELD_NONE;
	default:
		return FIELD_NONE;
	}
}

static enum nm_error
begin_field(struct enveloped *e, uint8_t tag, enum nm_ber_action *action)
{
	enum field field = field_of(e, tag);

	if (field <= e->field)
		return malformed(e, "a field is not where it belongs");
	if ((field > FIELD_VERSION && e->field < FIELD_VERSION) ||
	    (field > FIELD_RECIPIENTS && e->field < FIELD_RECIPIENTS) ||
	    (field > FIELD_CONTENT && e->field < FIELD_CONTENT) ||
	    (e->authenticated && field > FIELD_MAC && e->field < FIELD_MAC))
		return malformed(e, "a field is missing");
	e->field = field;
	switch (field) {
	case FIELD_RECIPIENTS:
	case FIELD_CONTENT:
		*action = NM_BER_DESCEND;
		break;
	case FIELD_ATTRIBUTES:
		*action = e->authenticated ? NM_BER_CAPTURE : NM_BER_SKIP;
		break;
	case FIELD_VERSION:
	case FIELD_MAC:
		*action = NM_BER_CAPTURE;
		break;
	default:
		*action = NM_BER_SKIP;
		break;
	}
	return NM_OK;
}

static enum nm_error
begin_part(struct enveloped *e, uint8_t tag, enum nm_ber_action *action)
{
	*action = NM_BER_CAPTURE;
	if (tag == 0x06 && e->part == PART_NONE) {
		e->part = PART_TYPE;
	} else if (tag == 0x30 && e->part == PART_TYPE) {
		e->part = PART_ALGORITHM;
	} else if ((tag == 0x80 || tag == 0xa0) && e->part == PART_ALGORITHM) {
		e->part = PART_CONTENT;
		*action = NM_BER_STREAM;
		return open_key(e);
	} else {
		return malformed(e, "its content is not what it should be");
	}
	return NM_OK;
}

static enum nm_error
enveloped_begin(struct nm_content *c, unsigned depth, uint8_t tag,
    enum nm_ber_action *action)
{
	struct enveloped *e = (struct enveloped *)c;

	switch (depth) {
	case 0:
		*action = NM_BER_DESCEND;
		return tag == 0x30 ? NM_OK : malformed(e, "it is no SEQUENCE");
	case 1:
		return begin_field(e, tag, action);
	default:
		if (e->field == FIELD_CONTENT)
			return begin_part(e, tag, action);
		*action = NM_BER_CAPTURE; /* a RecipientInfo */
		return NM_OK;
	}
}

static enum nm_error
keep(struct enveloped *e, struct nm_buffer *into, struct nm_bytes bytes)
{
	nm_buffer_append(into, bytes.data, bytes.len);
	return nm_buffer_failed(into)
	    ? nm_fail(e->content.env.fault, NM_ERR_INTERNAL, "Out of memory")
	    : NM_OK;
}

static enum nm_error
enveloped_element(
    struct nm_content *c, unsigned depth, const struct nm_tlv *tlv)
{
	struct enveloped *e = (struct enveloped *)c;
	switch (e->field) {
	case FIELD_RECIPIENTS:
		return nm_recipients_add(e->recipients, tlv, c->env.fault);
	case FIELD_CONTENT:
		return e->part == PART_TYPE
		    ? keep(e, &e->content_type, tlv->value)
		    : take_algorithm(e, tlv->raw);
	case FIELD_ATTRIBUTES:
		if (nm_attributes_der(tlv->value, &e->attributes))
			return NM_OK;
		return nm_buffer_failed(&e->attributes)
		    ? nm_fail(c->env.fault, NM_ERR_INTERNAL, "Out of memory")
		    : malformed(e, "its attributes are malformed");
	case FIELD_MAC:
		return keep(e, &e->mac, tlv->value);
	default:
		(void)depth;
		return NM_OK; /* the version follows from the fields */
	}
}

static enum nm_error
enveloped_data(struct nm_content *c, const uint8_t *data, size_t len)
{
	struct enveloped *e = (struct enveloped *)c;

	return e->opener != NULL ? nm_aead_opener_write(e->opener, data, len)
				 : nm_stage_write(e->decrypter, data, len);
}

static enum nm_error
enveloped_end(struct nm_content *c, unsigned depth, uint8_t tag)
{
	(void)c;
	(void)depth;
	(void)tag;
	return NM_OK;
}

/* The content-type attribute must say what the message says (RFC 5083 2.1). */
static bool
content_type_agrees(const struct enveloped *e)
{
	struct nm_bytes at = nm_buffer_bytes(&e->attributes);
	struct nm_tlv set, attribute, oid, values, value;

	if (at.len == 0)
		return true;
	if (!nm_der_take(&at, 0x31, &set))
		return false;
	while (nm_der_take(&set.value, 0x30, &attribute)) {
		if (!nm_der_take(&attribute.value, 0x06, &oid) ||
		    !nm_der_take(&attribute.value, 0x31, &values))
			return false;
		if (nm_bytes_equal(oid.value,
			(struct nm_bytes){
			    oid_content_type, sizeof(oid_content_type) }) &&
		    (!nm_der_take(&values.value, 0x06, &value) ||
			!nm_bytes_equal(
			    value.value, nm_buffer_bytes(&e->content_type))))
			return false;
	}
	return set.value.len == 0;
}

static enum nm_error
finish_authenticated(struct enveloped *e)
{
	enum nm_error err;

	if (e->field < FIELD_MAC)
		return malformed(e, "it has no authentication code");
	err = nm_aead_opener_verify(e->opener, nm_buffer_bytes(&e->attributes),
	    nm_buffer_bytes(&e->mac));
	if (err != NM_OK)
		return err;
	if (!content_type_agrees(e))
		return malformed(e, "its attributes contradict it");
	if ((err = begin_layer(e)) != NM_OK)
		return err;
	return nm_aead_opener_emit(e->opener, e->next);
}

static enum nm_error
enveloped_finish(struct nm_content *c)
{
	struct enveloped *e = (struct enveloped *)c;
	enum nm_error err;

	if (e->part != PART_CONTENT)
		return malformed(e, "there is no encrypted content in it");
	err = e->authenticated ? finish_authenticated(e)
			       : nm_stage_finish(e->decrypter);
	return err != NM_OK ? err : c->env.handler->end(c->env.arg, &e->layer);
}

static void
enveloped_free(struct nm_content *c)
{
	struct enveloped *e = (struct enveloped *)c;

	nm_stage_free(&e->decrypter);
	nm_aead_opener_free(&e->opener);
	nm_stage_free(&e->next);
	nm_recipients_free(&e->recipients);
	nm_content_algorithm_clear(&e->algorithm);
	nm_buffer_reset(&e->content_type);
	nm_buffer_reset(&e->attributes);
	nm_buffer_reset(&e->mac);
	free(e);
}

struct nm_content *
nm_enveloped_content_new(const struct nm_content_env *env, bool authenticated)
{
	static const struct nm_content_ops ops = { enveloped_begin,
		enveloped_element, enveloped_data, enveloped_end,
		enveloped_finish, enveloped_free };
	struct enveloped *e = calloc(1, sizeof(*e));

	if (e != NULL)
		e->recipients = nm_recipients_new(env->keys);
	if (e == NULL || e->recipients == NULL) {
		free(e);
		return NULL;
	}
	e->content.ops = &ops;
	e->content.env = *env;
	e->authenticated = authenticated;
	return &e->content;
}
