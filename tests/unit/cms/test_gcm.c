/* SPDX-License-Identifier: MPL-2.0 */
#include "encryption.h"

#include <pkcs11n.h>
#include <sys/resource.h>

#include "cms/cipher.h"

#define TEXT 200003u

static void
test_self(void **state)
{
	(void)state;
	assert_true(nm_gcm_self_test(NM_GCM_COMPOSED));
	assert_true(nm_gcm_self_test(NM_GCM_COUNTER));
}

static void
one_shot(PK11SymKey *key, struct nm_bytes nonce, struct nm_bytes aad,
    struct nm_bytes plain, uint8_t *out)
{
	CK_NSS_GCM_PARAMS p = { nm_item(nonce).data, nonce.len,
		nm_item(aad).data, aad.len, 128 };
	SECItem item = { siBuffer, (unsigned char *)&p, sizeof(p) };
	unsigned n = 0;

	assert_int_equal(
	    PK11_Encrypt(key, CKM_AES_GCM, &item, out, &n,
		(unsigned)plain.len + 16, plain.data, (unsigned)plain.len),
	    SECSuccess);
	assert_int_equal(n, plain.len + 16);
}

/* The composition over segments of `step` bytes, both directions. */
static void
check(PK11SymKey *key, struct nm_bytes nonce, struct nm_bytes aad,
    struct nm_bytes plain, size_t step, enum nm_gcm_way way)
{
	uint8_t *want = malloc(plain.len + 16), *got = malloc(plain.len + 16);
	uint8_t tag[16];
	struct nm_gcm *g = nm_gcm_new(key, nonce, aad, way);
	size_t n;

	assert_non_null(g);
	one_shot(key, nonce, aad, plain, want);
	for (size_t at = 0; at < plain.len; at += n) {
		n = plain.len - at < step ? plain.len - at : step;
		assert_true(nm_gcm_encrypt(g, got + at, plain.data + at, n));
	}
	assert_true(nm_gcm_tag(g, tag));
	assert_memory_equal(got, want, plain.len);
	assert_memory_equal(tag, want + plain.len, 16);
	nm_gcm_free(&g);
	assert_null(g);

	g = nm_gcm_new(key, nonce, aad, way);
	assert_non_null(g);
	for (size_t at = 0; at < plain.len; at += n) {
		n = plain.len - at < step ? plain.len - at : step;
		assert_true(nm_gcm_authenticate(g, want + at, n));
	}
	assert_true(nm_gcm_tag(g, tag));
	assert_memory_equal(tag, want + plain.len, 16);
	nm_gcm_rewind(g);
	for (size_t at = 0; at < plain.len; at += n) {
		n = plain.len - at < step ? plain.len - at : step;
		assert_true(nm_gcm_decrypt(g, got + at, want + at, n));
	}
	assert_memory_equal(got, plain.data, plain.len);
	nm_gcm_free(&g);
	free(want);
	free(got);
}

static void
test_composed(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 31, 32, 33, 255, 4096,
		4097, 65535, 65536, 65537, TEXT };
	static const size_t steps[] = { 16, 48, 4096, 65536 };
	static const size_t aads[] = { 0, 1, 16, 47, 5000 };
	static const enum nm_cipher ciphers[] = { NM_CIPHER_AES128_GCM,
		NM_CIPHER_AES192_GCM, NM_CIPHER_AES256_GCM };
	struct nm_buffer data = NM_BUFFER_INIT;
	struct nm_bytes all = pattern(&data, TEXT), plain, aad, nonce;
	unsigned turn = 0;

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
		for (size_t a = 0; a < sizeof(aads) / sizeof(*aads); a++) {
			PK11SymKey *key =
			    nm_cipher_generate(ciphers[turn++ % 3]);
			size_t step = steps[turn % 4];

			if (sizes[s] > 20000 && step < 4096)
				step = 4096;
			plain = (struct nm_bytes){ all.data, sizes[s] };
			aad = (struct nm_bytes){ all.data + 77, aads[a] };
			nonce = (struct nm_bytes){ all.data + 33, 12 };
			check(key, nonce, aad, plain, step, NM_GCM_COMPOSED);
			check(key, nonce, aad, plain, step, NM_GCM_COUNTER);
			/* other nonces: J0 is a GHASH, its counter anything */
			nonce.len = 1 + (turn * 7) % NM_MAX_NONCE;
			check(key, nonce, aad, plain, step, NM_GCM_COMPOSED);
			check(key, nonce, aad, plain, step, NM_GCM_COUNTER);
			PK11_FreeSymKey(key);
		}
	}
	nm_buffer_reset(&data);
}

/* This nonce makes J0 end in fffffe9a under the zero key, so that the counter
 * comes round after 365 blocks. */
static void
test_counter_wraps(void **state)
{
	static const uint8_t zero[16] = { 0 };
	static const uint8_t nonce[16] = { 0x90, 0xa3, 0x91, 0x00 };
	static const size_t steps[] = { 16, 4096, 5840, 8192, 20000 };
	PK11SymKey *key = nm_cipher_import(NM_CIPHER_AES128_GCM, zero, 16);
	struct nm_buffer data = NM_BUFFER_INIT;
	struct nm_bytes plain = pattern(&data, 16000), none = { NULL, 0 };
	struct nm_bytes n = { nonce, sizeof(nonce) };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		check(key, n, none, plain, steps[i], NM_GCM_COMPOSED);
		check(key, n, none, plain, steps[i], NM_GCM_COUNTER);
	}
	PK11_FreeSymKey(key);
	nm_buffer_reset(&data);
}

static void
test_limit(void **state)
{
	PK11SymKey *key = nm_cipher_generate(NM_CIPHER_AES128_GCM);
	uint8_t nonce[12] = { 0 };
	struct nm_bytes n = { nonce, 12 }, none = { NULL, 0 };
	struct nm_gcm *g = nm_gcm_new(key, n, none, NM_GCM_COMPOSED);

	(void)state;
	assert_non_null(g);
	assert_false(nm_gcm_encrypt(g, nonce, nonce, (size_t)1 << 37));
	nm_gcm_free(&g);
	PK11_FreeSymKey(key);
}

/* ---- the opener ----------------------------------------------------- */

struct comparer {
	struct nm_stage stage;
	uint64_t at;
	bool same, finished;
};

static uint8_t
byte_at(uint64_t i)
{
	return (uint8_t)(i * 7 + (i >> 11));
}

static enum nm_error
comparer_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct comparer *c = (struct comparer *)s;

	for (size_t i = 0; i < len; i++)
		c->same = c->same && data[i] == byte_at(c->at + i);
	c->at += len;
	return NM_OK;
}

static enum nm_error
comparer_finish(struct nm_stage *s)
{
	((struct comparer *)s)->finished = true;
	return NM_OK;
}

static void
comparer_free(struct nm_stage *s)
{
	(void)s;
}

static const struct nm_stage_ops comparer_ops = { comparer_write,
	comparer_finish, comparer_free };

/* Hands the sealer's output to an opener. */
struct feeder {
	struct nm_stage stage;
	struct nm_aead_opener *opener;
	uint64_t alter; /* byte to be changed */
	uint64_t at;
};

static enum nm_error
feeder_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct feeder *f = (struct feeder *)s;
	uint8_t one;
	enum nm_error err;
	size_t n;

	if (f->alter < f->at || f->alter - f->at >= len) {
		f->at += len;
		return nm_aead_opener_write(f->opener, data, len);
	}
	n = (size_t)(f->alter - f->at);
	one = data[n] ^ 0x10;
	f->at += len;
	if ((err = nm_aead_opener_write(f->opener, data, n)) != NM_OK ||
	    (err = nm_aead_opener_write(f->opener, &one, 1)) != NM_OK)
		return err;
	return nm_aead_opener_write(f->opener, data + n + 1, len - n - 1);
}

static enum nm_error
feeder_finish(struct nm_stage *s)
{
	(void)s;
	return NM_OK;
}

static const struct nm_stage_ops feeder_ops = { feeder_write, feeder_finish,
	comparer_free };

static enum nm_error
round_trip(uint64_t size, uint64_t alter, bool *same)
{
	PK11SymKey *key = nm_cipher_generate(NM_CIPHER_AES256_GCM);
	struct nm_content_algorithm a;
	struct feeder feeder = { { &feeder_ops }, NULL, alter, 0 };
	struct comparer comparer = { { &comparer_ops }, 0, true, false };
	struct nm_bytes none = { NULL, 0 };
	struct nm_fault fault = { NM_OK, "" };
	struct nm_stage *sealer;
	uint8_t piece[10007];
	enum nm_error err;
	size_t n;

	assert_int_equal(
	    nm_content_algorithm_make(NM_CIPHER_AES256_GCM, false, &a, NULL),
	    NM_OK);
	feeder.opener = nm_aead_opener_new(key, &a, &fault);
	sealer = nm_aead_sealer_new(key, &a, &feeder.stage, &fault);
	assert_non_null(sealer);
	for (uint64_t at = 0; at < size; at += n) {
		n = size - at < sizeof(piece) ? (size_t)(size - at)
					      : sizeof(piece);
		for (size_t i = 0; i < n; i++)
			piece[i] = byte_at(at + i);
		assert_int_equal(nm_stage_write(sealer, piece, n), NM_OK);
	}
	assert_int_equal(nm_stage_finish(sealer), NM_OK);
	err = nm_aead_opener_verify(feeder.opener, none,
	    (struct nm_bytes){ nm_aead_sealer_tag(sealer), 16 });
	if (err == NM_OK)
		err = nm_aead_opener_emit(feeder.opener, &comparer.stage);
	*same = comparer.same && comparer.at == size && comparer.finished;
	assert_true(err == NM_OK || comparer.at == 0);
	nm_stage_free(&sealer);
	nm_aead_opener_free(&feeder.opener);
	nm_content_algorithm_clear(&a);
	PK11_FreeSymKey(key);
	return err;
}

static void
test_opener(void **state)
{
	static const uint64_t sizes[] = { 0, 1, 16, 65535, 65536, 65537,
		NM_GCM_ONE_SHOT - 1, NM_GCM_ONE_SHOT, NM_GCM_ONE_SHOT + 1,
		NM_GCM_ONE_SHOT + 262144, NM_GCM_ONE_SHOT + 262145 };
	bool same;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_int_equal(
		    round_trip(sizes[i], UINT64_MAX, &same), NM_OK);
		assert_true(same);
		if (sizes[i] == 0)
			continue;
		assert_int_equal(round_trip(sizes[i], sizes[i] - 1, &same),
		    NM_ERR_INTEGRITY_FAILURE);
		assert_int_equal(
		    round_trip(sizes[i], 0, &same), NM_ERR_INTEGRITY_FAILURE);
	}
}

static long
peak(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss; /* KiB */
}

static void
test_memory(void **state)
{
	bool same;
	long before;

	(void)state;
	/* what 9 MiB took is all that 200 MiB may take */
	assert_int_equal(
	    round_trip(UINT64_C(9) << 20, UINT64_MAX, &same), NM_OK);
	before = peak();
	assert_int_equal(
	    round_trip(UINT64_C(200) << 20, UINT64_MAX, &same), NM_OK);
	assert_true(same);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what was freed */
	assert_true(peak() - before < 1024);
	assert_true(peak() < 32 * 1024);
#else
	(void)before;
#endif
}

static void
test_tags(void **state)
{
	struct nm_content_algorithm a;
	PK11SymKey *key = nm_cipher_generate(NM_CIPHER_AES128_GCM);
	uint8_t text[100], sealed[116];
	struct nm_bytes plain = { text, sizeof(text) }, none = { NULL, 0 };
	struct comparer comparer = { { &comparer_ops }, 0, true, false };
	struct nm_fault fault = { NM_OK, "" };
	struct nm_aead_opener *o;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = byte_at(i);
	assert_int_equal(
	    nm_content_algorithm_make(NM_CIPHER_AES128_GCM, false, &a, NULL),
	    NM_OK);
	one_shot(key, (struct nm_bytes){ a.iv, a.iv_len }, none, plain, sealed);
	for (size_t icv = 12; icv <= 16; icv++) {
		for (size_t tag = 0; tag <= 16; tag++) {
			enum nm_error err;

			a.icv_len = icv;
			o = nm_aead_opener_new(key, &a, &fault);
			assert_int_equal(
			    nm_aead_opener_write(o, sealed, sizeof(text)),
			    NM_OK);
			err = nm_aead_opener_verify(
			    o, none, (struct nm_bytes){ sealed + 100, tag });
			/* exactly the length that was announced */
			assert_int_equal(
			    err, tag == icv ? NM_OK : NM_ERR_INTEGRITY_FAILURE);
			if (err == NM_OK) {
				comparer.at = 0;
				assert_int_equal(
				    nm_aead_opener_emit(o, &comparer.stage),
				    NM_OK);
				assert_true(comparer.same);
			}
			nm_aead_opener_free(&o);
		}
	}
	nm_content_algorithm_clear(&a);
	PK11_FreeSymKey(key);
}

static void
test_spool_places(void **state)
{
	struct bench *b = *state;
	struct nm_spool *s = NULL;
	struct nm_fault fault = { NM_OK, "" };
	uint8_t out[5];
	char cache[128];

	(void)snprintf(cache, sizeof(cache), "%s/cache", b->folder);
	assert_int_equal(run(b, "mkdir cache"), 0);
	assert_int_equal(setenv("XDG_CACHE_HOME", cache, 1), 0);
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK);
	/* nothing of it is to be seen */
	assert_int_equal(run(b, "test -d cache/nssmime"), 0);
	assert_int_equal(run(b, "test -z \"$(ls -A cache/nssmime)\""), 0);
	assert_int_equal(nm_spool_write(s, (const uint8_t *)"hello", 5), NM_OK);
	assert_int_equal(nm_spool_size(s), 5);
	assert_int_equal(nm_spool_read(s, 1, out, 4), NM_OK);
	assert_memory_equal(out, "ello", 4);
	assert_int_equal(nm_spool_read(s, 1, out, 5), NM_ERR_STORAGE_FAILED);
	nm_spool_free(&s);
	assert_null(s);
	/* a cache folder that cannot be had: /var/tmp */
	assert_int_equal(setenv("XDG_CACHE_HOME", "/proc/nowhere", 1), 0);
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK);
	nm_spool_free(&s);
	assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_self),
		cmocka_unit_test(test_composed),
		cmocka_unit_test(test_counter_wraps),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_opener),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_spool_places),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
