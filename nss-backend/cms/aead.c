/* SPDX-License-Identifier: MPL-2.0 */
#include "cipher.h"

#include <pkcs11n.h>
#include <secport.h>

#include <stdlib.h>
#include <string.h>

#define SPOOL_SEGMENT 262144u /* where NSS's GCM is fastest */

/* ---- writing -------------------------------------------------------- */

struct sealer {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_fault *fault;
	PK11SymKey *key;
	struct nm_bytes nonce;
	uint8_t nonce_room[NM_MAX_NONCE];
	struct nm_gcm *gcm; /* NULL as long as one call may do */
	uint8_t tag[NM_GCM_TAG];
	size_t held; /* in `in` */
	uint8_t in[NM_SEGMENT];
	uint8_t out[NM_SEGMENT + NM_GCM_TAG];
};

static enum nm_error
cipher_failed(struct nm_fault *fault)
{
	return nm_fail(
	    fault, NM_ERR_INTERNAL, "NSS failed to run the content cipher");
}

static enum nm_error
seal(struct sealer *s, const uint8_t *data, size_t len)
{
	if (s->gcm == NULL)
		s->gcm = nm_gcm_new(s->key, s->nonce,
		    (struct nm_bytes){ NULL, 0 }, NM_GCM_COMPOSED);
	if (s->gcm == NULL || !nm_gcm_encrypt(s->gcm, s->out, data, len))
		return cipher_failed(s->fault);
	return nm_stage_write(s->next, s->out, len);
}

static enum nm_error
sealer_write(struct nm_stage *stage, const uint8_t *data, size_t len)
{
	struct sealer *s = (struct sealer *)stage;
	enum nm_error err;
	size_t n;

	while (len != 0) {
		if (s->held == NM_SEGMENT) {
			if ((err = seal(s, s->in, s->held)) != NM_OK)
				return err;
			s->held = 0;
		}
		n = NM_SEGMENT - s->held < len ? NM_SEGMENT - s->held : len;
		memcpy(s->in + s->held, data, n);
		s->held += n;
		data += n;
		len -= n;
	}
	return NM_OK;
}

static enum nm_error
seal_at_once(struct sealer *s)
{
	CK_NSS_GCM_PARAMS params = { s->nonce_room, s->nonce.len, NULL, 0,
		8 * NM_GCM_TAG };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	unsigned n = 0;

	if (PK11_Encrypt(s->key, CKM_AES_GCM, &item, s->out, &n, sizeof(s->out),
		s->in, (unsigned)s->held) != SECSuccess ||
	    n != s->held + NM_GCM_TAG)
		return cipher_failed(s->fault);
	memcpy(s->tag, s->out + s->held, NM_GCM_TAG);
	return nm_stage_write(s->next, s->out, s->held);
}

static enum nm_error
sealer_finish(struct nm_stage *stage)
{
	struct sealer *s = (struct sealer *)stage;
	enum nm_error err;

	if (s->gcm == NULL) {
		err = seal_at_once(s);
	} else {
		err = seal(s, s->in, s->held);
		if (err == NM_OK && !nm_gcm_tag(s->gcm, s->tag))
			err = cipher_failed(s->fault);
	}
	return err != NM_OK ? err : nm_stage_finish(s->next);
}

static void
sealer_free(struct nm_stage *stage)
{
	struct sealer *s = (struct sealer *)stage;

	nm_gcm_free(&s->gcm);
	PK11_FreeSymKey(s->key);
	nm_wipe(s, sizeof(*s));
	free(s);
}

struct nm_stage *
nm_aead_sealer_new(PK11SymKey *key, const struct nm_content_algorithm *a,
    struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { sealer_write, sealer_finish,
		sealer_free };
	struct sealer *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
		return NULL;
	}
	s->stage.ops = &ops;
	s->next = next;
	s->fault = fault;
	s->key = PK11_ReferenceSymKey(key);
	memcpy(s->nonce_room, a->iv, a->iv_len);
	s->nonce = (struct nm_bytes){ s->nonce_room, a->iv_len };
	return &s->stage;
}

const uint8_t *
nm_aead_sealer_tag(const struct nm_stage *sealer)
{
	return ((const struct sealer *)sealer)->tag;
}

/* ---- reading -------------------------------------------------------- */

struct nm_aead_opener {
	struct nm_fault *fault;
	PK11SymKey *key;
	uint8_t nonce[NM_MAX_NONCE];
	size_t nonce_len, tag_len;
	/* Pages that were never written to take no memory, so that the room
	 * is had at once: growing it would copy. */
	uint8_t *data;
	size_t len, room;
	struct nm_spool *spool; /* once it is more than NM_GCM_ONE_SHOT */
	struct nm_gcm *gcm;
};

struct nm_aead_opener *
nm_aead_opener_new(PK11SymKey *key, const struct nm_content_algorithm *a,
    struct nm_fault *fault)
{
	struct nm_aead_opener *o = calloc(1, sizeof(*o));

	if (o != NULL)
		o->data = malloc(NM_GCM_ONE_SHOT + NM_GCM_TAG);
	if (o == NULL || o->data == NULL) {
		free(o);
		(void)nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
		return NULL;
	}
	o->room = NM_GCM_ONE_SHOT;
	o->fault = fault;
	o->key = PK11_ReferenceSymKey(key);
	memcpy(o->nonce, a->iv, a->iv_len);
	o->nonce_len = a->iv_len;
	o->tag_len = a->icv_len;
	return o;
}

void
nm_aead_opener_free(struct nm_aead_opener **o)
{
	if (*o == NULL)
		return;
	nm_wipe((*o)->data, (*o)->len);
	free((*o)->data);
	nm_spool_free(&(*o)->spool);
	nm_gcm_free(&(*o)->gcm);
	PK11_FreeSymKey((*o)->key);
	free(*o);
	*o = NULL;
}

/* What is in memory goes to the file; from then on memory is a small buffer
 * before it. */
static enum nm_error
spill(struct nm_aead_opener *o)
{
	enum nm_error err = NM_OK;
	uint8_t *small;

	if (o->spool == NULL)
		err = nm_spool_new(&o->spool, o->fault);
	if (err == NM_OK)
		err = nm_spool_write(o->spool, o->data, o->len);
	if (err != NM_OK)
		return err;
	o->len = 0;
	if (o->room == SPOOL_SEGMENT)
		return NM_OK;
	if ((small = malloc(SPOOL_SEGMENT + NM_GCM_TAG)) == NULL)
		return nm_fail(o->fault, NM_ERR_INTERNAL, "Out of memory");
	free(o->data);
	o->data = small;
	o->room = SPOOL_SEGMENT;
	return NM_OK;
}

enum nm_error
nm_aead_opener_write(struct nm_aead_opener *o, const uint8_t *data, size_t len)
{
	enum nm_error err;
	size_t n;

	while (len != 0) {
		if (o->len == o->room && (err = spill(o)) != NM_OK)
			return err;
		n = o->room - o->len < len ? o->room - o->len : len;
		memcpy(o->data + o->len, data, n);
		o->len += n;
		data += n;
		len -= n;
	}
	return NM_OK;
}

/* NSS has written plaintext by the time that it finds the tag wrong. */
static enum nm_error
open_at_once(struct nm_aead_opener *o, struct nm_bytes aad, struct nm_bytes tag)
{
	CK_NSS_GCM_PARAMS params = { o->nonce, o->nonce_len, NULL, aad.len,
		o->tag_len * 8 };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	size_t len = o->len + tag.len;
	unsigned n = 0;

	params.pAAD = (unsigned char *)(uintptr_t)aad.data;
	memcpy(o->data + o->len, tag.data, tag.len);
	if (PK11_Decrypt(o->key, CKM_AES_GCM, &item, o->data, &n, (unsigned)len,
		o->data, (unsigned)len) == SECSuccess &&
	    n == o->len)
		return NM_OK;
	nm_wipe(o->data, len);
	o->len = 0;
	return nm_integrity_failure(o->fault);
}

static enum nm_error
verify_spool(struct nm_aead_opener *o, struct nm_bytes aad, struct nm_bytes tag)
{
	struct nm_bytes nonce = { o->nonce, o->nonce_len };
	uint64_t size, at;
	uint8_t computed[NM_GCM_TAG];
	enum nm_error err;
	size_t n;

	if ((err = spill(o)) != NM_OK)
		return err;
	size = nm_spool_size(o->spool);
	if (size > NM_GCM_MAX_BYTES)
		return nm_integrity_failure(o->fault);
	o->gcm = nm_gcm_new(o->key, nonce, aad, NM_GCM_COMPOSED);
	if (o->gcm == NULL)
		return cipher_failed(o->fault);
	for (at = 0; at < size; at += n) {
		n = size - at < SPOOL_SEGMENT ? (size_t)(size - at)
					      : SPOOL_SEGMENT;
		err = nm_spool_read(o->spool, at, o->data, n);
		if (err != NM_OK)
			return err;
		if (!nm_gcm_authenticate(o->gcm, o->data, n))
			return cipher_failed(o->fault);
	}
	if (!nm_gcm_tag(o->gcm, computed))
		return cipher_failed(o->fault);
	if (NSS_SecureMemcmp(computed, tag.data, tag.len) != 0)
		err = nm_integrity_failure(o->fault);
	nm_wipe(computed, sizeof(computed));
	return err;
}

enum nm_error
nm_aead_opener_verify(
    struct nm_aead_opener *o, struct nm_bytes aad, struct nm_bytes tag)
{
	if (tag.len != o->tag_len)
		return nm_integrity_failure(o->fault);
	return o->spool == NULL ? open_at_once(o, aad, tag)
				: verify_spool(o, aad, tag);
}

static enum nm_error
emit_spool(struct nm_aead_opener *o, struct nm_stage *next)
{
	uint64_t size = nm_spool_size(o->spool);
	enum nm_error err = NM_OK;
	uint8_t *plain;
	size_t n;

	if ((plain = malloc(SPOOL_SEGMENT + NM_GCM_TAG)) == NULL)
		return nm_fail(o->fault, NM_ERR_INTERNAL, "Out of memory");
	nm_gcm_rewind(o->gcm);
	for (uint64_t at = 0; at < size && err == NM_OK; at += n) {
		n = size - at < SPOOL_SEGMENT ? (size_t)(size - at)
					      : SPOOL_SEGMENT;
		err = nm_spool_read(o->spool, at, o->data, n);
		if (err == NM_OK && !nm_gcm_decrypt(o->gcm, plain, o->data, n))
			err = cipher_failed(o->fault);
		if (err == NM_OK)
			err = nm_stage_write(next, plain, n);
	}
	nm_wipe(plain, SPOOL_SEGMENT + NM_GCM_TAG);
	free(plain);
	return err;
}

enum nm_error
nm_aead_opener_emit(struct nm_aead_opener *o, struct nm_stage *next)
{
	enum nm_error err = NM_OK;
	size_t n;

	if (o->spool != NULL)
		err = emit_spool(o, next);
	for (size_t at = 0; o->spool == NULL && at < o->len && err == NM_OK;
	     at += n) {
		n = o->len - at < NM_SEGMENT ? o->len - at : NM_SEGMENT;
		err = nm_stage_write(next, o->data + at, n);
	}
	return err != NM_OK ? err : nm_stage_finish(next);
}
