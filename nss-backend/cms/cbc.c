/* SPDX-License-Identifier: MPL-2.0 */
#include "cipher.h"

#include <stdlib.h>
#include <string.h>

struct cbc {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_fault *fault;
	PK11Context *context;
	size_t block;
	size_t held; /* in `in` */
	uint8_t in[NM_SEGMENT];
	uint8_t out[NM_SEGMENT];
};

/* `len` is a multiple of the block and at most NM_SEGMENT. */
static enum nm_error
transform(struct cbc *c, const uint8_t *in, size_t len)
{
	int done = 0;

	if (PK11_CipherOp(c->context, c->out, &done, (int)sizeof(c->out), in,
		(int)len) != SECSuccess ||
	    (size_t)done != len)
		return nm_fail(c->fault, NM_ERR_INTERNAL,
		    "NSS failed to run the content cipher");
	return NM_OK;
}

static enum nm_error
pass_on(struct cbc *c, const uint8_t *in, size_t len)
{
	enum nm_error err = transform(c, in, len);

	return err != NM_OK ? err : nm_stage_write(c->next, c->out, len);
}

/* Keeps the last bytes back, because they may be the padding's block. */
static enum nm_error
decrypter_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct cbc *c = (struct cbc *)s;
	enum nm_error err;
	size_t n;

	while (len != 0) {
		if (c->held == 0 && len > NM_SEGMENT) {
			if ((err = pass_on(c, data, NM_SEGMENT)) != NM_OK)
				return err;
			data += NM_SEGMENT;
			len -= NM_SEGMENT;
			continue;
		}
		if (c->held == NM_SEGMENT) {
			if ((err = pass_on(c, c->in, c->held)) != NM_OK)
				return err;
			c->held = 0;
			continue;
		}
		n = NM_SEGMENT - c->held < len ? NM_SEGMENT - c->held : len;
		memcpy(c->in + c->held, data, n);
		c->held += n;
		data += n;
		len -= n;
	}
	return NM_OK;
}

/* The length of the padding at the end of the last block (RFC 5652 6.3), 0 if
 * it is wrong; looks at every byte of the block whatever they are. */
static size_t
padding(const uint8_t *last, size_t block)
{
	unsigned pad = last[block - 1];
	unsigned bad, inside;

	bad = (unsigned)(pad == 0) | (unsigned)(pad > block);
	for (size_t i = 0; i < block; i++) {
		inside = 0u - (unsigned)(i < pad);
		bad |= inside & (last[block - 1 - i] ^ pad);
	}
	return bad == 0 ? pad : 0;
}

static enum nm_error
decrypter_finish(struct nm_stage *s)
{
	struct cbc *c = (struct cbc *)s;
	enum nm_error err;
	size_t pad;

	if (c->held == 0 || c->held % c->block != 0)
		return nm_integrity_failure(c->fault);
	if ((err = transform(c, c->in, c->held)) != NM_OK)
		return err;
	pad = padding(c->out + c->held - c->block, c->block);
	if (pad == 0)
		return nm_integrity_failure(c->fault);
	err = nm_stage_write(c->next, c->out, c->held - pad);
	return err != NM_OK ? err : nm_stage_finish(c->next);
}

static enum nm_error
encrypter_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct cbc *c = (struct cbc *)s;
	enum nm_error err;
	size_t n;

	while (len != 0) {
		if (c->held == 0 && len >= NM_SEGMENT) {
			if ((err = pass_on(c, data, NM_SEGMENT)) != NM_OK)
				return err;
			data += NM_SEGMENT;
			len -= NM_SEGMENT;
			continue;
		}
		n = NM_SEGMENT - c->held < len ? NM_SEGMENT - c->held : len;
		memcpy(c->in + c->held, data, n);
		c->held += n;
		data += n;
		len -= n;
		if (c->held == NM_SEGMENT) {
			if ((err = pass_on(c, c->in, c->held)) != NM_OK)
				return err;
			c->held = 0;
		}
	}
	return NM_OK;
}

static enum nm_error
encrypter_finish(struct nm_stage *s)
{
	struct cbc *c = (struct cbc *)s;
	size_t pad = c->block - c->held % c->block;
	enum nm_error err;

	memset(c->in + c->held, (int)pad, pad);
	c->held += pad;
	err = pass_on(c, c->in, c->held);
	return err != NM_OK ? err : nm_stage_finish(c->next);
}

static void
cbc_free(struct nm_stage *s)
{
	struct cbc *c = (struct cbc *)s;

	if (c->context != NULL)
		PK11_DestroyContext(c->context, PR_TRUE);
	nm_wipe(c, sizeof(*c));
	free(c);
}

static struct nm_stage *
cbc_new(PK11SymKey *key, const struct nm_content_algorithm *a,
    CK_ATTRIBUTE_TYPE operation, const struct nm_stage_ops *ops,
    struct nm_stage *next, struct nm_fault *fault)
{
	struct cbc *c = calloc(1, sizeof(*c));
	SECItem iv = nm_item((struct nm_bytes){ a->iv, a->iv_len });

	if (c == NULL) {
		(void)nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
		return NULL;
	}
	c->stage.ops = ops;
	c->next = next;
	c->fault = fault;
	c->block = a->iv_len;
	c->context = PK11_CreateContextBySymKey(
	    nm_cipher_mechanism(a->cipher), operation, key, &iv);
	if (c->context == NULL) {
		cbc_free(&c->stage);
		(void)nm_fail(fault, NM_ERR_INTERNAL,
		    "NSS does not start the content cipher");
		return NULL;
	}
	return &c->stage;
}

struct nm_stage *
nm_cbc_decrypter_new(PK11SymKey *key, const struct nm_content_algorithm *a,
    struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { decrypter_write,
		decrypter_finish, cbc_free };

	return cbc_new(key, a, CKA_DECRYPT, &ops, next, fault);
}

struct nm_stage *
nm_cbc_encrypter_new(PK11SymKey *key, const struct nm_content_algorithm *a,
    struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { encrypter_write,
		encrypter_finish, cbc_free };

	return cbc_new(key, a, CKA_ENCRYPT, &ops, next, fault);
}
