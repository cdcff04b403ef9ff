/* SPDX-License-Identifier: MPL-2.0 */
/* SignedData (RFC 5652 5.1), read. */
#include <stdlib.h>
#include <string.h>

#include "content.h"
#include "signed.h"

/* The fields in their order; the last one met. */
enum field {
	NOTHING,
	VERSION,
	DIGESTS,
	CONTENT,
	CERTIFICATES,
	CRLS,
	SIGNERS
};

struct content {
	struct nm_content base;
	struct nm_cms_layer layer;
	struct nm_stage *next;
	unsigned digests; /* NM_DIGEST_BIT() of digestAlgorithms */
	enum field field;
	bool begun; /* the handler was told */
};

/* Where digestAlgorithms names none that is known: it may be empty. */
#define COMMON_DIGESTS                                                         \
	(NM_DIGEST_BIT(NM_DIGEST_SHA1) | NM_DIGEST_BIT(NM_DIGEST_SHA256) |     \
	    NM_DIGEST_BIT(NM_DIGEST_SHA384) | NM_DIGEST_BIT(NM_DIGEST_SHA512))

/* ---- the accessors -------------------------------------------------- */

static void
free_list(struct nm_bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free((uint8_t *)(uintptr_t)list[i].data);
	free(list);
}

void
nm_signed_free(struct nm_signed **s)
{
	if (*s == NULL)
		return;
	free((uint8_t *)(uintptr_t)(*s)->content_type.data);
	nm_digests_free(&(*s)->digests);
	free_list((*s)->certificates, (*s)->certificate_count);
	free_list((*s)->crls, (*s)->crl_count);
	for (size_t i = 0; i < (*s)->signer_count; i++)
		nm_signer_clear(&(*s)->signers[i]);
	free((*s)->signers);
	free(*s);
	*s = NULL;
}

size_t
nm_signed_signer_count(const struct nm_signed *s)
{
	return s->signer_count;
}

const struct nm_signer *
nm_signed_signer(const struct nm_signed *s, size_t i)
{
	return &s->signers[i].info;
}

size_t
nm_signed_certificate_count(const struct nm_signed *s)
{
	return s->certificate_count;
}

struct nm_bytes
nm_signed_certificate(const struct nm_signed *s, size_t i)
{
	return s->certificates[i];
}

size_t
nm_signed_crl_count(const struct nm_signed *s)
{
	return s->crl_count;
}

struct nm_bytes
nm_signed_crl(const struct nm_signed *s, size_t i)
{
	return s->crls[i];
}

bool
nm_signed_has_content(const struct nm_signed *s)
{
	return s->has_content;
}

struct nm_bytes
nm_signed_content_type(const struct nm_signed *s)
{
	return s->content_type;
}

const struct nm_digests *
nm_signed_digests(const struct nm_signed *s)
{
	return s->digests;
}

unsigned
nm_signed_digest_set(const struct nm_signed *s)
{
	return s->digest_set;
}

/* ---- putting together --------------------------------------------------- */

static bool
copy(struct nm_bytes from, struct nm_bytes *to)
{
	uint8_t *data = malloc(from.len == 0 ? 1 : from.len);

	if (data == NULL)
		return false;
	if (from.len != 0)
		memcpy(data, from.data, from.len);
	*to = (struct nm_bytes){ data, from.len };
	return true;
}

static enum nm_error
add_signer(struct nm_signed *s, struct nm_bytes der, struct nm_fault *fault)
{
	struct nm_signer_info *more;
	enum nm_error e;

	more = reallocarray(s->signers, s->signer_count + 1, sizeof(*more));
	if (more == NULL)
		return NM_ERR_INTERNAL;
	s->signers = more;
	e = nm_signer_parse(
	    &more[s->signer_count], der, s->content_type, fault);
	if (e == NM_OK)
		s->signer_count++;
	return e;
}

enum nm_error
nm_signed_assemble(const struct nm_signed_parts *parts, struct nm_signed **out,
    struct nm_fault *fault)
{
	struct nm_signed *s = calloc(1, sizeof(*s));
	enum nm_error e = NM_OK;

	*out = NULL;
	if (s == NULL)
		return NM_ERR_INTERNAL;
	s->has_content = parts->has_content;
	s->digest_set = parts->digest_set;
	if (!copy(parts->content_type, &s->content_type))
		e = NM_ERR_INTERNAL;
	for (size_t i = 0; e == NM_OK && i < parts->signer_count; i++) {
		if (parts->signers[i].len == 0)
			e = nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
			    "A SignerInfo is missing");
		else
			e = add_signer(s, parts->signers[i], fault);
	}
	if (e != NM_OK)
		nm_signed_free(&s);
	*out = s;
	return e;
}

/* ---- the reader ----------------------------------------------------- */

static enum nm_error
malformed(struct content *c, const char *why)
{
	return nm_fail(c->base.env.fault, NM_ERR_MALFORMED_MESSAGE,
	    "The SignedData %s", why);
}

static enum nm_error
tell_begin(struct content *c)
{
	struct nm_signed *s = c->layer.signed_data;

	c->begun = true;
	if (s->has_content) {
		s->digests = nm_digests_new(
		    c->digests != 0 ? c->digests : COMMON_DIGESTS);
		if (s->digests == NULL)
			return NM_ERR_INTERNAL;
	}
	return c->base.env.handler->begin(c->base.env.arg, &c->layer, &c->next);
}

static enum nm_error
begin_field(struct content *c, uint8_t tag, enum nm_ber_action *action)
{
	static const struct {
		uint8_t tag;
		enum field first, last; /* of what may be before it */
		enum field field;
		enum nm_ber_action action;
	} fields[] = {
		{ 0x02, NOTHING, NOTHING, VERSION, NM_BER_CAPTURE },
		{ 0x31, VERSION, VERSION, DIGESTS, NM_BER_CAPTURE },
		{ 0x30, DIGESTS, DIGESTS, CONTENT, NM_BER_DESCEND },
		{ 0xa0, CONTENT, CONTENT, CERTIFICATES, NM_BER_DESCEND },
		{ 0xa1, CONTENT, CERTIFICATES, CRLS, NM_BER_DESCEND },
		{ 0x31, CONTENT, CRLS, SIGNERS, NM_BER_DESCEND },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (tag == fields[i].tag && c->field >= fields[i].first &&
		    c->field <= fields[i].last) {
			c->field = fields[i].field;
			*action = fields[i].action;
			return NM_OK;
		}
	}
	return malformed(c, "has a field out of place");
}

/* The type, and the content in [0], which is left out when detached. */
static enum nm_error
begin_content(
    struct content *c, unsigned depth, uint8_t tag, enum nm_ber_action *action)
{
	struct nm_signed *s = c->layer.signed_data;

	if (depth == 2 && tag == 0x06 && s->content_type.len == 0) {
		*action = NM_BER_CAPTURE;
		return NM_OK;
	}
	if (depth == 2 && tag == 0xa0 && s->content_type.len != 0 &&
	    !s->has_content) {
		s->has_content = true;
		*action = NM_BER_DESCEND;
		return NM_OK;
	}
	/* PKCS #7 had ANY here; of S/MIME's content types none needs it
	 * (RFC 5652 5.2.1) */
	if (depth == 3 && (tag == 0x04 || tag == 0x24) && !c->begun) {
		*action = NM_BER_STREAM;
		return tell_begin(c);
	}
	return malformed(c, "has no OCTET STRING as its content");
}

static enum nm_error
begin(struct nm_content *base, unsigned depth, uint8_t tag,
    enum nm_ber_action *action)
{
	struct content *c = (struct content *)base;
	const struct nm_signed *s = c->layer.signed_data;

	if (depth == 1)
		return begin_field(c, tag, action);
	*action = NM_BER_CAPTURE;
	switch (c->field) {
	case CONTENT:
		return begin_content(c, depth, tag, action);
	case CERTIFICATES:
		/* attribute certificates and other formats: [0] to [3] */
		if (tag != 0x30)
			*action = NM_BER_SKIP;
		else if (s->certificate_count == NM_MAX_CERTIFICATES)
			return nm_fail(base->env.fault,
			    NM_ERR_MALFORMED_MESSAGE,
			    "The SignedData has more than %d certificates",
			    NM_MAX_CERTIFICATES);
		return NM_OK;
	case CRLS:
		/* CertificateList, OtherRevocationInfoFormat */
		if (tag != 0x30 && tag != 0xa1)
			*action = NM_BER_SKIP;
		else if (s->crl_count == NM_MAX_CERTIFICATES)
			return nm_fail(base->env.fault,
			    NM_ERR_MALFORMED_MESSAGE,
			    "The SignedData has more than %d revocation lists",
			    NM_MAX_CERTIFICATES);
		return NM_OK;
	case SIGNERS:
		if (tag != 0x30)
			return malformed(c,
			    "has something else among its "
			    "signers");
		if (s->signer_count == NM_MAX_SIGNERS)
			return nm_fail(base->env.fault,
			    NM_ERR_MALFORMED_MESSAGE,
			    "The SignedData has more than %d signers",
			    NM_MAX_SIGNERS);
		return NM_OK;
	case NOTHING:
	case VERSION:
	case DIGESTS:
		break;
	}
	return malformed(c, "has a field out of place");
}

static enum nm_error
add(struct nm_bytes **list, size_t *count, struct nm_bytes bytes)
{
	struct nm_bytes *more = *list;

	/* room doubles: at 0, 1, 2, 4, ... */
	if ((*count & (*count - 1)) == 0) {
		more = reallocarray(
		    *list, *count == 0 ? 1 : *count * 2, sizeof(*more));
		if (more == NULL)
			return NM_ERR_INTERNAL;
		*list = more;
	}
	if (!copy(bytes, &more[*count]))
		return NM_ERR_INTERNAL;
	(*count)++;
	return NM_OK;
}

static enum nm_error
take_digests(struct content *c, struct nm_bytes set)
{
	struct nm_tlv algorithm;
	enum nm_digest digest;

	while (set.len != 0) {
		if (!nm_der_next(&set, &algorithm) ||
		    !nm_digest_parse(algorithm.raw, &digest))
			return malformed(c, "has malformed digestAlgorithms");
		if (digest != NM_DIGEST_NONE)
			c->digests |= NM_DIGEST_BIT(digest);
	}
	return NM_OK;
}

static enum nm_error
element(struct nm_content *base, unsigned depth, const struct nm_tlv *tlv)
{
	struct content *c = (struct content *)base;
	struct nm_signed *s = c->layer.signed_data;
	enum nm_error e;

	(void)depth;
	switch (c->field) {
	case DIGESTS:
		e = take_digests(c, tlv->value);
		s->digest_set = c->digests;
		return e;
	case CONTENT:
		if (tlv->value.len == 0)
			return malformed(c, "has a malformed content type");
		return copy(tlv->value, &s->content_type) ? NM_OK
							  : NM_ERR_INTERNAL;
	case CERTIFICATES:
		return add(&s->certificates, &s->certificate_count, tlv->raw);
	case CRLS:
		return add(&s->crls, &s->crl_count, tlv->raw);
	case SIGNERS:
		return add_signer(s, tlv->raw, base->env.fault);
	case NOTHING:
	case VERSION:
		break;
	}
	return NM_OK;
}

static enum nm_error
data(struct nm_content *base, const uint8_t *bytes, size_t len)
{
	struct content *c = (struct content *)base;
	enum nm_error e;

	e = nm_digests_update(c->layer.signed_data->digests, bytes, len);
	if (e != NM_OK || c->next == NULL)
		return e;
	return nm_stage_write(c->next, bytes, len);
}

static enum nm_error
end(struct nm_content *base, unsigned depth, uint8_t tag)
{
	struct content *c = (struct content *)base;
	const struct nm_signed *s = c->layer.signed_data;

	(void)tag;
	if (depth != 1 || c->field != CONTENT)
		return NM_OK;
	if (s->content_type.len == 0)
		return malformed(c, "has no content type");
	if (s->has_content && !c->begun)
		return malformed(c, "has no OCTET STRING as its content");
	return c->begun ? NM_OK : tell_begin(c);
}

static enum nm_error
finish(struct nm_content *base)
{
	struct content *c = (struct content *)base;
	struct nm_signed *s = c->layer.signed_data;
	enum nm_error e;

	if (c->field != SIGNERS)
		return malformed(c, "has no signerInfos");
	if (s->digests != NULL && (e = nm_digests_finish(s->digests)) != NM_OK)
		return e;
	if (c->next != NULL && (e = nm_stage_finish(c->next)) != NM_OK)
		return e;
	return base->env.handler->end(base->env.arg, &c->layer);
}

static void
content_free(struct nm_content *base)
{
	struct content *c = (struct content *)base;

	nm_stage_free(&c->next);
	nm_signed_free(&c->layer.signed_data);
	free(c);
}

struct nm_content *
nm_signed_content_new(const struct nm_content_env *env)
{
	static const struct nm_content_ops ops = { begin, element, data, end,
		finish, content_free };
	struct content *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->base.ops = &ops;
	c->base.env = *env;
	c->layer.type = NM_LAYER_SIGNED;
	c->layer.signed_data = calloc(1, sizeof(*c->layer.signed_data));
	if (c->layer.signed_data == NULL) {
		free(c);
		return NULL;
	}
	return &c->base;
}
