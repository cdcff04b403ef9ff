/* SPDX-License-Identifier: MPL-2.0 */
/*
 * NSS offers AES-GCM in one call only. GHASH is linear, so the tag of a long
 * text follows from the tags of its segments: each segment is one call whose
 * 16-byte IV is chosen so that the counter goes on where the segment before
 * ended, and what GHASH made of the segment is taken out of its tag again.
 *
 *   tag = E(J0) + (S + lengths) H           (NIST SP 800-38D 7.1)
 *   S   = S_1 H^blocks + S_2                (two segments)
 *
 * Only the arithmetic of GF(2^128) is done here, without branches on data.
 */
#include "cipher.h"

#include <pkcs11n.h>

#include <stdlib.h>
#include <string.h>

/* A field element; bit 0 of the specification is the top bit of `high`. */
struct element {
	uint64_t high, low;
};

struct nm_gcm {
	PK11SymKey *key;
	PK11Context *counter; /* the counter way, while it runs */
	enum nm_gcm_way way;
	uint8_t start[16]; /* J0 */
	struct element h, inverse;
	struct element mac_mask;      /* E(0^96 1), of the GMAC calls */
	struct element sum;	      /* S */
	struct element step;	      /* H^step_blocks */
	uint64_t step_blocks, blocks; /* blocks: of the text so far */
	uint64_t aad_len, len;
};

static struct element
load(const uint8_t p[16])
{
	struct element e = { 0, 0 };

	for (unsigned i = 0; i < 8; i++) {
		e.high = e.high << 8 | p[i];
		e.low = e.low << 8 | p[8 + i];
	}
	return e;
}

static void
store(uint8_t p[16], struct element e)
{
	for (unsigned i = 0; i < 8; i++) {
		p[i] = (uint8_t)(e.high >> (56 - 8 * i));
		p[8 + i] = (uint8_t)(e.low >> (56 - 8 * i));
	}
}

static struct element
add(struct element a, struct element b)
{
	return (struct element){ a.high ^ b.high, a.low ^ b.low };
}

static struct element
multiply(struct element a, struct element b)
{
	struct element product = { 0, 0 };
	uint64_t take, carry;

	for (unsigned i = 0; i < 128; i++) {
		take = i < 64 ? a.high >> (63 - i) : a.low >> (127 - i);
		take = 0 - (take & 1);
		product.high ^= b.high & take;
		product.low ^= b.low & take;
		carry = 0 - (b.low & 1);
		b.low = b.low >> 1 | b.high << 63;
		b.high = b.high >> 1 ^ (carry & UINT64_C(0xe100000000000000));
	}
	return product;
}

static struct element
power(struct element base, uint64_t n)
{
	struct element result = { UINT64_C(1) << 63, 0 };

	for (; n != 0; n >>= 1) {
		if ((n & 1) != 0)
			result = multiply(result, base);
		base = multiply(base, base);
	}
	return result;
}

/* x^(2^128 - 2), the product of x^(2^i) for i from 1 to 127 */
static struct element
invert(struct element x)
{
	struct element result = { UINT64_C(1) << 63, 0 };

	for (unsigned i = 1; i < 128; i++) {
		x = multiply(x, x);
		result = multiply(result, x);
	}
	return result;
}

static bool
encrypt_block(struct nm_gcm *g, const uint8_t in[16], struct element *out)
{
	uint8_t block[16];
	unsigned n = 0;
	bool ok;

	ok = PK11_Encrypt(g->key, CKM_AES_ECB, NULL, block, &n, sizeof(block),
		 in, 16) == SECSuccess &&
	    n == 16;
	*out = load(block);
	nm_wipe(block, sizeof(block));
	return ok;
}

/* J0 with its counter `n` steps on, modulo 2^32 (inc32 of SP 800-38D 6.2). */
static void
counter_block(const struct nm_gcm *g, uint64_t n, uint8_t out[16])
{
	uint32_t count = 0;

	memcpy(out, g->start, 16);
	for (unsigned i = 12; i < 16; i++)
		count = count << 8 | out[i];
	count += (uint32_t)n;
	for (unsigned i = 0; i < 4; i++)
		out[12 + i] = (uint8_t)(count >> (24 - 8 * i));
}

/* J0 of any nonce (SP 800-38D 7.1 step 2) */
static void
set_start(struct nm_gcm *g, struct nm_bytes nonce)
{
	struct element sum = { 0, 0 };
	uint8_t block[16];
	size_t n;

	if (nonce.len == 12) {
		memcpy(g->start, nonce.data, 12);
		g->start[15] = 1;
		return;
	}
	for (size_t at = 0; at < nonce.len; at += n) {
		n = nonce.len - at < 16 ? nonce.len - at : 16;
		memset(block, 0, sizeof(block));
		memcpy(block, nonce.data + at, n);
		sum = multiply(add(sum, load(block)), g->h);
	}
	sum = add(sum, (struct element){ 0, (uint64_t)nonce.len * 8 });
	store(g->start, multiply(sum, g->h));
}

/* The 16-byte IV that makes NSS start from the counter block `j`:
 * j = (iv H + 128) H */
static void
iv_for(const struct nm_gcm *g, const uint8_t j[16], uint8_t iv[16])
{
	struct element bits = { 0, 128 };
	struct element e = add(multiply(load(j), g->inverse), bits);

	store(iv, multiply(e, g->inverse));
}

/* What GHASH made of a segment, from the tag of a call over it alone. */
static struct element
part(const struct nm_gcm *g, const uint8_t tag[16], struct element mask,
    struct element lengths)
{
	struct element e = add(load(tag), mask);

	return add(multiply(e, g->inverse), lengths);
}

static void
append(struct nm_gcm *g, struct element segment, size_t len)
{
	uint64_t blocks = ((uint64_t)len + 15) / 16;

	if (blocks != g->step_blocks) {
		g->step_blocks = blocks;
		g->step = power(g->h, blocks);
	}
	g->sum = add(multiply(g->sum, g->step), segment);
}

/* GMAC: the segment as additional data of an empty text */
static bool
hash(struct nm_gcm *g, const uint8_t *data, size_t len)
{
	uint8_t nonce[12] = { 0 }, tag[16];
	struct nm_bytes empty = { nonce, 0 };
	CK_NSS_GCM_PARAMS params = { nonce, sizeof(nonce), NULL, 0, 128 };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	struct element lengths = { (uint64_t)len * 8, 0 };
	unsigned n = 0;

	params.pAAD = (unsigned char *)(uintptr_t)data;
	params.ulAADLen = len;
	if (PK11_Encrypt(g->key, CKM_AES_GCM, &item, tag, &n, sizeof(tag),
		empty.data, 0) != SECSuccess ||
	    n != sizeof(tag))
		return false;
	append(g, part(g, tag, g->mac_mask, lengths), len);
	nm_wipe(tag, sizeof(tag));
	return true;
}

/* By one GCM call; its tag, written behind the result, never leaves. */
static bool
crypt_composed(struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len,
    bool authenticate)
{
	uint8_t j[16], iv[16];
	CK_NSS_GCM_PARAMS params = { iv, sizeof(iv), NULL, 0, 128 };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	struct element mask, lengths = { 0, (uint64_t)len * 8 };
	unsigned n = 0;

	counter_block(g, g->blocks, j);
	iv_for(g, j, iv);
	if (!encrypt_block(g, j, &mask) ||
	    PK11_Encrypt(g->key, CKM_AES_GCM, &item, out, &n,
		(unsigned)len + NM_GCM_TAG, in, (unsigned)len) != SECSuccess ||
	    n != len + NM_GCM_TAG)
		return false;
	if (authenticate)
		append(g, part(g, out + len, mask, lengths), len);
	nm_wipe(out + len, NM_GCM_TAG);
	return true;
}

static bool
crypt_counter(struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len,
    bool authenticate)
{
	CK_AES_CTR_PARAMS params = { 32, { 0 } };
	SECItem item = { siBuffer, (unsigned char *)&params, sizeof(params) };
	int n = 0;

	if (g->counter == NULL) {
		counter_block(g, 1, params.cb);
		g->counter = PK11_CreateContextBySymKey(
		    CKM_AES_CTR, CKA_ENCRYPT, g->key, &item);
	}
	if (g->counter == NULL ||
	    PK11_CipherOp(g->counter, out, &n, (int)len + 16, in, (int)len) !=
		SECSuccess ||
	    (size_t)n != len)
		return false;
	return !authenticate || hash(g, out, len);
}

/* Counts `len` in; the counter must never come round (SP 800-38D 5.2.1.1). */
static bool
count(struct nm_gcm *g, size_t len)
{
	if (len > INT32_MAX - 16 || g->len > NM_GCM_MAX_BYTES - len)
		return false;
	g->len += len;
	return true;
}

static bool
crypt(struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len,
    bool authenticate)
{
	bool ok;

	if (len == 0)
		return true;
	if (g->way == NM_GCM_COMPOSED)
		ok = crypt_composed(g, out, in, len, authenticate);
	else
		ok = crypt_counter(g, out, in, len, authenticate);
	g->blocks += ((uint64_t)len + 15) / 16;
	return ok;
}

bool
nm_gcm_encrypt(struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len)
{
	return count(g, len) && crypt(g, out, in, len, true);
}

bool
nm_gcm_authenticate(struct nm_gcm *g, const uint8_t *ciphertext, size_t len)
{
	return count(g, len) && (len == 0 || hash(g, ciphertext, len));
}

bool
nm_gcm_decrypt(struct nm_gcm *g, uint8_t *out, const uint8_t *in, size_t len)
{
	return len <= INT32_MAX - 16 && crypt(g, out, in, len, false);
}

void
nm_gcm_rewind(struct nm_gcm *g)
{
	g->blocks = 0;
	if (g->counter != NULL)
		PK11_DestroyContext(g->counter, PR_TRUE);
	g->counter = NULL;
}

bool
nm_gcm_tag(struct nm_gcm *g, uint8_t tag[NM_GCM_TAG])
{
	struct element mask;
	struct element lengths = { g->aad_len * 8, g->len * 8 };

	if (!encrypt_block(g, g->start, &mask))
		return false;
	store(tag, add(multiply(add(g->sum, lengths), g->h), mask));
	return true;
}

static struct nm_gcm *
create(PK11SymKey *key, struct nm_bytes nonce, struct nm_bytes aad,
    enum nm_gcm_way way)
{
	static const uint8_t zero[16] = { 0 };
	static const uint8_t one[16] = { [15] = 1 };
	struct nm_gcm *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->key = PK11_ReferenceSymKey(key);
	g->way = way;
	if (!encrypt_block(g, zero, &g->h) ||
	    !encrypt_block(g, one, &g->mac_mask))
		goto fail;
	g->inverse = invert(g->h);
	set_start(g, nonce);
	g->aad_len = aad.len;
	if (aad.len != 0 && !hash(g, aad.data, aad.len))
		goto fail;
	return g;
fail:
	nm_gcm_free(&g);
	return NULL;
}

struct nm_gcm *
nm_gcm_new(PK11SymKey *key, struct nm_bytes nonce, struct nm_bytes aad,
    enum nm_gcm_way way)
{
	if (way == NM_GCM_COMPOSED && !nm_gcm_self_test(way))
		way = NM_GCM_COUNTER;
	if (way == NM_GCM_COUNTER && !nm_gcm_self_test(way))
		return NULL;
	return create(key, nonce, aad, way);
}

void
nm_gcm_free(struct nm_gcm **g)
{
	if (*g == NULL)
		return;
	nm_gcm_rewind(*g);
	PK11_FreeSymKey((*g)->key);
	nm_wipe(*g, sizeof(**g));
	free(*g);
	*g = NULL;
}

bool
nm_gcm_self_test(enum nm_gcm_way way)
{
	static const uint8_t raw[16] = { 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
		0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08 };
	static const uint8_t nonce[12] = { 0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce,
		0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88 };
	static const uint8_t aad[20] = { 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad,
		0xbe, 0xef, 0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef,
		0xab, 0xad, 0xda, 0xd2 };
	static const uint8_t plain[60] = { 0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84,
		0x06, 0xe5, 0xa5, 0x59, 0x09, 0xc5, 0xaf, 0xf5, 0x26, 0x9a,
		0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c,
		0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95,
		0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf, 0x0e, 0x24, 0x49, 0xa6,
		0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57,
		0xba, 0x63, 0x7b, 0x39 };
	static const uint8_t cipher[60] = { 0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77,
		0x74, 0x24, 0x4b, 0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c,
		0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35, 0xc1,
		0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e, 0x21, 0xd5, 0x14, 0xb2,
		0x54, 0x66, 0x93, 0x1c, 0x7d, 0x8f, 0x6a, 0x5a, 0xac, 0x84,
		0xaa, 0x05, 0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97,
		0x3d, 0x58, 0xe0, 0x91 };
	static const uint8_t tag[16] = { 0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21,
		0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7, 0x12, 0x1a, 0x47 };
	static const size_t cuts[] = { 0, 16, 48, sizeof(plain) };
	struct nm_bytes n = { nonce, sizeof(nonce) }, a = { aad, sizeof(aad) };
	PK11SymKey *key =
	    nm_cipher_import(NM_CIPHER_AES128_GCM, raw, sizeof(raw));
	struct nm_gcm *g = key != NULL ? create(key, n, a, way) : NULL;
	uint8_t out[sizeof(plain) + NM_GCM_TAG] = { 0 }, got[NM_GCM_TAG];
	bool ok = g != NULL;

	for (size_t i = 0; ok && i + 1 < sizeof(cuts) / sizeof(cuts[0]); i++)
		ok = nm_gcm_encrypt(
		    g, out + cuts[i], plain + cuts[i], cuts[i + 1] - cuts[i]);
	ok = ok && nm_gcm_tag(g, got) && memcmp(got, tag, sizeof(got)) == 0 &&
	    memcmp(out, cipher, sizeof(cipher)) == 0;
	nm_gcm_free(&g);
	if (key != NULL)
		PK11_FreeSymKey(key);
	return ok;
}
