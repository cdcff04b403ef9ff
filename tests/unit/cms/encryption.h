/* SPDX-License-Identifier: MPL-2.0 */
/* What the tests of encryption share: keys made by openssl in a folder of
 * their own, reading and writing whole messages, and openssl as the peer. */
#ifndef NSSMIME_TEST_ENCRYPTION_H
#define NSSMIME_TEST_ENCRYPTION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <nss.h>
#include <pk11pub.h>
#include <secerr.h>

#include <nssmime/cms.h>

#define WHO_MAX 8

/* How openssl genpkey makes keys. */
#define RSA_2048 "-algorithm RSA -pkeyopt rsa_keygen_bits:2048"
#define EC_P256	 "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
#define EC_P384	 "-algorithm EC -pkeyopt ec_paramgen_curve:P-384"
#define EC_P521	 "-algorithm EC -pkeyopt ec_paramgen_curve:P-521"

#define BYTES(buffer) nm_buffer_bytes(&(buffer))
#define LITERAL(text) ((struct nm_bytes)STATIC(text))
/* The same where a constant is needed. */
#define STATIC(text)                                                           \
	{                                                                      \
		(const uint8_t *)(text), sizeof(text) - 1                      \
	}

struct who {
	char name[16];
	CERTCertificate *cert;
	SECKEYPrivateKey *key;
};

struct bench {
	char folder[64];
	struct who who[WHO_MAX];
	size_t count;
	bool strangers;		 /* the key source finds nobody */
	enum nm_error key_error; /* what the key source answers */
	unsigned key_calls;
	struct nm_fault fault; /* of the last operation */
	struct nm_cms_layer layer;
	unsigned begun, ended;
	struct nm_buffer plain; /* of the last read */
	size_t chunk;		/* bytes a write */
};

__attribute__((format(printf, 2, 3), unused)) static int
run(const struct bench *b, const char *format, ...)
{
	char command[2048], rest[1536];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(rest, sizeof(rest), format, args);
	va_end(args);
	(void)snprintf(command, sizeof(command), "cd %s && { %s ; } 2>err.txt",
	    b->folder, rest);
	return system(command);
}

__attribute__((unused)) static void
load_file(const struct bench *b, const char *name, struct nm_buffer *out)
{
	char path[256];
	uint8_t piece[4096];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", b->folder, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	while ((n = fread(piece, 1, sizeof(piece), f)) != 0)
		nm_buffer_append(out, piece, n);
	(void)fclose(f);
}

__attribute__((unused)) static void
save_file(const struct bench *b, const char *name, struct nm_bytes data)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", b->folder, name);
	f = fopen(path, "wb");
	assert_non_null(f);
	if (data.len != 0)
		assert_int_equal(fwrite(data.data, 1, data.len, f), data.len);
	(void)fclose(f);
}

__attribute__((unused)) static CERTCertificate *
cert_of(struct nm_buffer *der)
{
	SECItem item = { siBuffer, der->data, (unsigned)der->len };

	return CERT_NewTempCertificate(
	    CERT_GetDefaultCertDB(), &item, NULL, PR_FALSE, PR_TRUE);
}

/* Makes key and certificate `name`; `how` are openssl genpkey's options. */
__attribute__((unused)) static struct who *
add_who(struct bench *b, const char *name, const char *how)
{
	struct nm_buffer der = NM_BUFFER_INIT, pkcs8 = NM_BUFFER_INIT;
	struct who *w = &b->who[b->count++];
	PK11SlotInfo *slot = PK11_GetInternalSlot();
	SECItem item;
	char file[32];

	assert_true(b->count <= WHO_MAX);
	(void)snprintf(w->name, sizeof(w->name), "%s", name);
	assert_int_equal(
	    run(b,
		"openssl genpkey %s -out %s.key && openssl req "
		"-new -x509 -key %s.key -subj /CN=%s -days 3650 "
		"-out %s.pem && openssl x509 -in %s.pem -outform "
		"DER -out %s.der && openssl pkcs8 -topk8 -nocrypt "
		"-in %s.key -outform DER -out %s.p8",
		how, name, name, name, name, name, name, name, name),
	    0);
	/* NSS imports the key of an id-RSASSA-PSS certificate as an RSA key */
	if (strstr(how, "RSA-PSS") != NULL)
		assert_int_equal(
		    run(b,
			"at=$(openssl asn1parse -inform DER -in %s.p8 | sed "
			"-n 's/^ *\\([0-9]*\\):.*OCTET STRING.*/\\1/p') && "
			"openssl asn1parse -inform DER -in %s.p8 -strparse "
			"$at -noout -out inner && openssl pkcs8 -topk8 "
			"-nocrypt -inform DER -in inner -outform DER "
			"-out %s.p8",
			name, name, name),
		    0);
	(void)snprintf(file, sizeof(file), "%s.der", name);
	load_file(b, file, &der);
	w->cert = cert_of(&der);
	assert_non_null(w->cert);
	(void)snprintf(file, sizeof(file), "%s.p8", name);
	load_file(b, file, &pkcs8);
	item = (SECItem){ siBuffer, pkcs8.data, (unsigned)pkcs8.len };
	assert_int_equal(
	    PK11_ImportDERPrivateKeyInfoAndReturnKey(slot, &item, NULL, NULL,
		PR_FALSE, PR_FALSE, KU_ALL, &w->key, NULL),
	    SECSuccess);
	PK11_FreeSlot(slot);
	nm_buffer_reset(&der);
	nm_buffer_reset(&pkcs8);
	return w;
}

__attribute__((unused)) static struct who *
who(struct bench *b, const char *name)
{
	for (size_t i = 0; i < b->count; i++) {
		if (strcmp(b->who[i].name, name) == 0)
			return &b->who[i];
	}
	fail_msg("no key %s", name);
	return NULL;
}

__attribute__((unused)) static struct bench *
bench_new(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	(void)snprintf(b->folder, sizeof(b->folder), "/tmp/nssmime-cms-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	assert_int_equal(NSS_NoDB_Init(NULL), SECSuccess);
	b->chunk = 1000;
	return b;
}

__attribute__((unused)) static void
bench_free(struct bench *b)
{
	for (size_t i = 0; i < b->count; i++) {
		if (b->who[i].key != NULL)
			SECKEY_DestroyPrivateKey(b->who[i].key);
		CERT_DestroyCertificate(b->who[i].cert);
	}
	nm_buffer_reset(&b->plain);
	assert_int_equal(run(b, "rm -rf %s", b->folder), 0);
	/* fails if a key or certificate was not let go */
	assert_int_equal(NSS_Shutdown(), SECSuccess);
	free(b);
}

__attribute__((unused)) static int
bench_setup(void **state)
{
	*state = bench_new();
	return 0;
}

__attribute__((unused)) static int
bench_teardown(void **state)
{
	bench_free(*state);
	return 0;
}

/* Writes all of it, `chunk` bytes at a time, and finishes the stage. */
__attribute__((unused)) static enum nm_error
feed(struct nm_stage *stage, struct nm_bytes data, size_t chunk)
{
	enum nm_error err = NM_OK;
	size_t n;

	for (size_t at = 0; at < data.len && err == NM_OK; at += n) {
		n = data.len - at < chunk ? data.len - at : chunk;
		err = nm_stage_write(stage, data.data + at, n);
	}
	return err != NM_OK ? err : nm_stage_finish(stage);
}

/* ---- reading -------------------------------------------------------- */

static CERTCertificate *
find_who(void *arg, const struct nm_rid *rid)
{
	struct bench *b = arg;

	for (size_t i = 0; i < b->count; i++) {
		if (!b->strangers && b->who[i].key != NULL &&
		    nm_rid_matches(rid, b->who[i].cert))
			return b->who[i].cert;
	}
	return NULL;
}

static enum nm_error
key_of_who(void *arg, CERTCertificate *cert, SECKEYPrivateKey **key,
    struct nm_fault *fault)
{
	struct bench *b = arg;

	b->key_calls++;
	if (b->key_error != NM_OK)
		return nm_fail(fault, b->key_error, "The key source said no");
	for (size_t i = 0; i < b->count; i++) {
		if (b->who[i].cert == cert) {
			*key = SECKEY_CopyPrivateKey(b->who[i].key);
			return NM_OK;
		}
	}
	return NM_ERR_NO_PRIVATE_KEY;
}

static enum nm_error
layer_begins(void *arg, struct nm_cms_layer *layer, struct nm_stage **next)
{
	struct bench *b = arg;

	b->begun++;
	b->layer = *layer;
	*next = nm_collector_new(&b->plain, SIZE_MAX / 2);
	return NM_OK;
}

static enum nm_error
layer_ends(void *arg, struct nm_cms_layer *layer)
{
	struct bench *b = arg;

	(void)layer;
	b->ended++;
	return NM_OK;
}

__attribute__((unused)) static enum nm_error
decrypt(struct bench *b, struct nm_bytes message)
{
	static const struct nm_cms_handler handler = { layer_begins,
		layer_ends };
	struct nm_cms_keys keys = { b, find_who, key_of_who };
	struct nm_stage *reader;
	enum nm_error err;

	nm_buffer_clear(&b->plain);
	b->begun = b->ended = b->key_calls = 0;
	memset(&b->fault, 0, sizeof(b->fault));
	reader = nm_cms_reader_new(&handler, b, &keys, &b->fault);
	assert_non_null(reader);
	err = feed(reader, message, b->chunk);
	nm_stage_free(&reader);
	if (err != NM_OK && b->fault.code == NM_OK)
		fail_msg("%s without a reason", nm_error_kind(err));
	return err;
}

#define assert_decrypts(b, message, expected)                                  \
	do {                                                                   \
		enum nm_error e_ = decrypt((b), (message));                    \
		if (e_ != NM_OK)                                               \
			fail_msg(                                              \
			    "%s: %s", nm_error_kind(e_), (b)->fault.text);     \
		assert_int_equal((b)->ended, 1);                               \
		assert_true(                                                   \
		    nm_bytes_equal(nm_buffer_bytes(&(b)->plain), (expected))); \
	} while (0)

/* ---- writing -------------------------------------------------------- */

__attribute__((unused)) static enum nm_error
encrypt(struct bench *b, const struct nm_encrypt_to *to, size_t count,
    enum nm_cipher cipher, bool hkdf, struct nm_bytes plain,
    struct nm_buffer *out)
{
	struct nm_stage *sink = nm_collector_new(out, SIZE_MAX / 2), *stage;
	enum nm_error err = NM_OK;

	nm_buffer_clear(out);
	memset(&b->fault, 0, sizeof(b->fault));
	stage =
	    nm_cms_encrypt_new(to, count, cipher, hkdf, sink, &b->fault, &err);
	assert_int_equal(stage == NULL, err != NM_OK);
	if (err == NM_OK)
		err = feed(stage, plain, b->chunk);
	nm_stage_free(&stage);
	nm_stage_free(&sink);
	return err;
}

/* Deterministic bytes. */
__attribute__((unused)) static struct nm_bytes
pattern(struct nm_buffer *into, size_t len)
{
	uint32_t x = 2463534242u;

	nm_buffer_clear(into);
	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		nm_buffer_byte(into, (uint8_t)x);
	}
	return nm_buffer_bytes(into);
}

/* Writes an element again in the loosest form that BER has: indefinite
 * lengths, or lengths with zeros before them, and strings in pieces. */
__attribute__((unused)) static void
loosen(struct nm_bytes in, bool strings, struct nm_buffer *out)
{
	struct nm_tlv t;

	while (in.len != 0) {
		assert_true(nm_der_next(&in, &t));
		if ((t.tag & 0x20) != 0) {
			nm_buffer_byte(out, t.tag);
			nm_buffer_byte(out, 0x80);
			loosen(t.value, strings, out);
			nm_buffer_append(out, "\0\0", 2);
		} else if (strings && t.tag == 0x04 && t.value.len > 1) {
			nm_buffer_append(
			    out, "\x24\x80\x24\x80\x04\x81\x01", 7);
			nm_buffer_byte(out, t.value.data[0]);
			nm_buffer_append(out, "\0\0", 2);
			nm_buffer_append(out, "\x04\x84", 2);
			for (unsigned i = 0; i < 4; i++)
				nm_buffer_byte(out,
				    (uint8_t)((t.value.len - 1) >>
					(24 - 8 * i)));
			nm_buffer_append(
			    out, t.value.data + 1, t.value.len - 1);
			nm_buffer_append(out, "\0\0", 2);
		} else {
			nm_buffer_byte(out, t.tag);
			nm_buffer_append(out, "\x85\0", 2);
			for (unsigned i = 0; i < 4; i++)
				nm_buffer_byte(out,
				    (uint8_t)(t.value.len >> (24 - 8 * i)));
			nm_buffer_append(out, t.value.data, t.value.len);
		}
	}
}

/* The first place of `what` in `in`; fails if there is none. */
__attribute__((unused)) static size_t
place(const struct nm_buffer *in, const void *what, size_t len)
{
	const uint8_t *at = memmem(in->data, in->len, what, len);

	assert_non_null(at);
	return (size_t)(at - in->data);
}

/* openssl decrypts `message` with `name`'s key into what it should be. */
__attribute__((unused)) static void
assert_openssl_decrypts(const struct bench *b, const char *name,
    const struct nm_buffer *message, struct nm_bytes expected)
{
	struct nm_buffer got = NM_BUFFER_INIT;

	save_file(b, "ours.cms", nm_buffer_bytes(message));
	assert_int_equal(run(b,
			     "openssl cms -decrypt -binary -inform DER -in "
			     "ours.cms -inkey %s.key -recip %s.pem -out "
			     "theirs.out",
			     name, name),
	    0);
	load_file(b, "theirs.out", &got);
	assert_true(nm_bytes_equal(nm_buffer_bytes(&got), expected));
	nm_buffer_reset(&got);
}

#endif
