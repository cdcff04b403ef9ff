/* SPDX-License-Identifier: MPL-2.0 */
#include "wrap.h"

#include <stdlib.h>
#include <string.h>

/* ---- application/pkcs7-mime ---- */

struct pkcs7 {
	struct nm_stage stage;
	const char *smime_type;
	bool begun;
	struct nm_stage *cms;	 /* writes into base64 */
	struct nm_stage *base64; /* writes into next */
	struct nm_stage *next;
};

static enum nm_error
pkcs7_begin(struct pkcs7 *p)
{
	struct nm_buffer header = NM_BUFFER_INIT;
	enum nm_error error;

	p->begun = true;
	nm_buffer_format(&header,
	    "Content-Type: application/pkcs7-mime; smime-type=%s;\r\n"
	    " name=\"smime.p7m\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7m\"\r\n"
	    "\r\n",
	    p->smime_type);
	error = nm_buffer_failed(&header)
	    ? NM_ERR_INTERNAL
	    : nm_stage_write(p->next, header.data, header.len);
	nm_buffer_reset(&header);
	return error;
}

static enum nm_error
pkcs7_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct pkcs7 *p = (struct pkcs7 *)s;
	enum nm_error error;

	if (!p->begun && (error = pkcs7_begin(p)) != NM_OK)
		return error;
	return nm_stage_write(p->cms, data, len);
}

static enum nm_error
pkcs7_finish(struct nm_stage *s)
{
	struct pkcs7 *p = (struct pkcs7 *)s;
	enum nm_error error;

	if (!p->begun && (error = pkcs7_begin(p)) != NM_OK)
		return error;
	return nm_stage_finish(p->cms);
}

static void
pkcs7_free(struct nm_stage *s)
{
	struct pkcs7 *p = (struct pkcs7 *)s;

	nm_stage_free(&p->cms);
	nm_stage_free(&p->base64);
	free(p);
}

static struct pkcs7 *
pkcs7_new(const char *smime_type, struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { pkcs7_write, pkcs7_finish,
		pkcs7_free };
	struct pkcs7 *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->stage.ops = &ops;
	p->smime_type = smime_type;
	p->next = next;
	if ((p->base64 = nm_base64_encoder_new(next)) == NULL) {
		free(p);
		return NULL;
	}
	return p;
}

struct nm_stage *
nm_sign_opaque_wrap_new(
    const struct nm_sign_as *as, struct nm_stage *next, struct nm_fault *fault)
{
	struct pkcs7 *p = pkcs7_new("signed-data", next);
	struct nm_stage *s;

	if (p == NULL)
		return NULL;
	s = &p->stage;
	p->cms = nm_cms_sign_opaque_new(as, 1, p->base64, fault);
	if (p->cms == NULL)
		nm_stage_free(&s);
	return s;
}

struct nm_stage *
nm_encrypt_wrap_new(const struct nm_encrypt_to *to, size_t to_count,
    enum nm_cipher cipher, struct nm_stage *next, struct nm_fault *fault,
    enum nm_error *error)
{
	struct pkcs7 *p = pkcs7_new(
	    nm_cipher_is_aead(cipher) ? "authEnveloped-data" : "enveloped-data",
	    next);
	struct nm_stage *s;

	*error = NM_ERR_INTERNAL;
	if (p == NULL)
		return NULL;
	s = &p->stage;
	p->cms = nm_cms_encrypt_new(
	    to, to_count, cipher, false, p->base64, fault, error);
	if (p->cms == NULL)
		nm_stage_free(&s);
	return s;
}

/* ---- multipart/signed ---- */

struct signed_wrap {
	struct nm_stage stage;
	const struct nm_sign_as *as;
	struct nm_digests *digests;
	char boundary[64];
	bool begun;
	struct nm_stage *next;
	struct nm_fault *fault;
};

static enum nm_error
push(struct nm_stage *next, struct nm_buffer *b)
{
	enum nm_error error = nm_buffer_failed(b)
	    ? NM_ERR_INTERNAL
	    : nm_stage_write(next, b->data, b->len);

	nm_buffer_reset(b);
	return error;
}

static enum nm_error
signed_begin(struct signed_wrap *w)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	w->begun = true;
	nm_buffer_format(&b,
	    "Content-Type: multipart/signed;\r\n"
	    " protocol=\"application/pkcs7-signature\"; micalg=%s;\r\n"
	    " boundary=\"%s\"\r\n"
	    "\r\n"
	    "This is a cryptographically signed message in MIME format.\r\n"
	    "\r\n"
	    "--%s\r\n",
	    nm_digest_micalg(nm_sign_digest(w->as)), w->boundary, w->boundary);
	return push(w->next, &b);
}

static enum nm_error
signed_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct signed_wrap *w = (struct signed_wrap *)s;
	enum nm_error error;

	if (!w->begun && (error = signed_begin(w)) != NM_OK)
		return error;
	if ((error = nm_digests_update(w->digests, data, len)) != NM_OK)
		return error;
	return nm_stage_write(w->next, data, len);
}

/* The signature part. */
static enum nm_error
signed_end(struct signed_wrap *w)
{
	struct nm_buffer cms = NM_BUFFER_INIT, text = NM_BUFFER_INIT;
	struct nm_stage *collector, *base64 = NULL;
	enum nm_error error;

	collector = nm_collector_new(&text, SIZE_MAX);
	if (collector == NULL ||
	    (base64 = nm_base64_encoder_new(collector)) == NULL) {
		error = NM_ERR_INTERNAL;
		goto out;
	}
	if ((error = nm_digests_finish(w->digests)) != NM_OK ||
	    (error = nm_cms_sign_detached(
		 w->as, 1, w->digests, &cms, w->fault)) != NM_OK)
		goto out;
	nm_buffer_format(&text,
	    "\r\n--%s\r\n"
	    "Content-Type: application/pkcs7-signature; "
	    "name=\"smime.p7s\"\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n"
	    "Content-Description: S/MIME Cryptographic Signature\r\n"
	    "\r\n",
	    w->boundary);
	if ((error = nm_stage_write(base64, cms.data, cms.len)) != NM_OK ||
	    (error = nm_stage_finish(base64)) != NM_OK)
		goto out;
	nm_buffer_format(&text, "\r\n--%s--\r\n", w->boundary);
	error = push(w->next, &text);
out:
	nm_stage_free(&base64);
	nm_stage_free(&collector);
	nm_buffer_reset(&cms);
	nm_buffer_reset(&text);
	return error;
}

static enum nm_error
signed_finish(struct nm_stage *s)
{
	struct signed_wrap *w = (struct signed_wrap *)s;
	enum nm_error error;

	if ((!w->begun && (error = signed_begin(w)) != NM_OK) ||
	    (error = signed_end(w)) != NM_OK)
		return error;
	return nm_stage_finish(w->next);
}

static void
signed_free(struct nm_stage *s)
{
	struct signed_wrap *w = (struct signed_wrap *)s;

	nm_digests_free(&w->digests);
	free(w);
}

struct nm_stage *
nm_sign_detached_wrap_new(
    const struct nm_sign_as *as, struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { signed_write, signed_finish,
		signed_free };
	struct signed_wrap *w = calloc(1, sizeof(*w));
	uint8_t random[16];

	if (w == NULL)
		return NULL;
	w->stage.ops = &ops;
	w->as = as;
	w->next = next;
	w->fault = fault;
	w->digests = nm_digests_new(NM_DIGEST_BIT(nm_sign_digest(as)));
	if (w->digests == NULL ||
	    PK11_GenerateRandom(random, sizeof(random)) != SECSuccess) {
		nm_digests_free(&w->digests);
		free(w);
		return NULL;
	}
	nm_boundary_write(random, w->boundary, sizeof(w->boundary));
	return &w->stage;
}
