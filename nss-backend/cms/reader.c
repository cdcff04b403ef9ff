/* SPDX-License-Identifier: MPL-2.0 */
/* ContentInfo (RFC 5652 3): finds out what is in it and hands that over. */
#include <stdlib.h>

#include "cipher.h"
#include "content.h"
#include "signed.h"

struct reader {
	struct nm_stage stage;
	struct nm_ber *ber;
	struct nm_content_env env;
	struct nm_content *content; /* from the type on */
	bool other;		    /* of a type that is not read */
	bool explicit;		    /* [0] was met */
	bool inside;		    /* the content's SEQUENCE was met */
};

/* The content's SEQUENCE is at depth 2. */
#define INSIDE 2

const char *
nm_layer_type_name(enum nm_layer_type t)
{
	switch (t) {
	case NM_LAYER_SIGNED:
		return "signed";
	case NM_LAYER_ENVELOPED:
		return "enveloped";
	case NM_LAYER_AUTH_ENVELOPED:
		return "auth-enveloped";
	case NM_LAYER_COMPRESSED:
		return "compressed";
	}
	return "";
}

static enum nm_error
no_content_info(struct reader *r)
{
	return nm_fail(r->env.fault, NM_ERR_NOT_SMIME,
	    "The content is not a CMS structure");
}

static enum nm_error
begin(void *arg, unsigned depth, uint8_t tag, enum nm_ber_action *action)
{
	struct reader *r = arg;

	if (depth > INSIDE)
		return r->content->ops->begin(
		    r->content, depth - INSIDE, tag, action);
	*action = NM_BER_DESCEND;
	if (depth == 0)
		return tag == 0x30 ? NM_OK : no_content_info(r);
	if (depth == 1 && r->content == NULL) {
		*action = NM_BER_CAPTURE;
		return tag == 0x06 ? NM_OK : no_content_info(r);
	}
	if (depth == 1 && tag == 0xa0 && !r->explicit) {
		r->explicit = true;
		return NM_OK;
	}
	if (depth == INSIDE && tag == 0x30 && !r->inside) {
		r->inside = true;
		return NM_OK;
	}
	return nm_fail(r->env.fault, NM_ERR_MALFORMED_MESSAGE,
	    "The ContentInfo is malformed");
}

static struct nm_content *
new_enveloped(const struct nm_content_env *env)
{
	return nm_enveloped_content_new(env, false);
}

static struct nm_content *
new_auth_enveloped(const struct nm_content_env *env)
{
	return nm_enveloped_content_new(env, true);
}

#define OID(...)                                                               \
	{                                                                      \
		(const uint8_t[]){ __VA_ARGS__ },                              \
		    sizeof((const uint8_t[]){ __VA_ARGS__ })                   \
	}

static const struct {
	struct nm_bytes type;
	struct nm_content *(*new)(const struct nm_content_env *);
} types[] = {
	{ OID(NM_OID_PKCS7(2)), nm_signed_content_new },
	{ OID(NM_OID_PKCS7(3)), new_enveloped },
	{ OID(NM_OID_SMIME(1, 23)), new_auth_enveloped },
	{ OID(NM_OID_SMIME(1, 9)), nm_compressed_content_new },
};

static enum nm_error
element(void *arg, unsigned depth, const struct nm_tlv *tlv)
{
	struct reader *r = arg;
	char oid[96];

	if (depth > INSIDE)
		return r->content->ops->element(
		    r->content, depth - INSIDE, tlv);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!nm_bytes_equal(tlv->value, types[i].type))
			continue;
		r->content = types[i].new(&r->env);
		return r->content == NULL ? NM_ERR_INTERNAL : NM_OK;
	}
	r->other = true;
	nm_oid_text(tlv->value, oid, sizeof(oid));
	return nm_fail(r->env.fault, NM_ERR_NOT_SMIME,
	    "The CMS structure is of a type that S/MIME does not use (%s)",
	    oid);
}

static enum nm_error
data(void *arg, const uint8_t *bytes, size_t len)
{
	struct reader *r = arg;

	return r->content->ops->data(r->content, bytes, len);
}

static enum nm_error
end(void *arg, unsigned depth, uint8_t tag)
{
	struct reader *r = arg;

	if (depth > INSIDE)
		return r->content->ops->end(r->content, depth - INSIDE, tag);
	return NM_OK;
}

static enum nm_error
reader_write(struct nm_stage *stage, const uint8_t *bytes, size_t len)
{
	struct reader *r = (struct reader *)stage;

	return nm_ber_write(r->ber, bytes, len);
}

static enum nm_error
reader_finish(struct nm_stage *stage)
{
	struct reader *r = (struct reader *)stage;
	enum nm_error e = nm_ber_finish(r->ber);

	if (e != NM_OK)
		return e;
	if (r->content == NULL)
		return no_content_info(r);
	if (!r->inside)
		return nm_fail(r->env.fault, NM_ERR_MALFORMED_MESSAGE,
		    "The ContentInfo is malformed");
	return r->content->ops->finish(r->content);
}

static void
reader_free(struct nm_stage *stage)
{
	struct reader *r = (struct reader *)stage;

	if (r->content != NULL)
		r->content->ops->free(r->content);
	nm_ber_free(&r->ber);
	free(r);
}

struct nm_stage *
nm_cms_reader_new(const struct nm_cms_handler *handler, void *arg,
    const struct nm_cms_keys *keys, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { reader_write, reader_finish,
		reader_free };
	static const struct nm_ber_handler calls = { begin, element, data,
		end };
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->stage.ops = &ops;
	r->env = (struct nm_content_env){ handler, arg, keys, fault };
	r->ber = nm_ber_new(&calls, r, NM_MAX_CMS_ELEMENT, fault);
	if (r->ber == NULL) {
		free(r);
		return NULL;
	}
	return &r->stage;
}

bool
nm_cms_reader_is_other(const struct nm_stage *stage)
{
	return ((const struct reader *)stage)->other;
}
