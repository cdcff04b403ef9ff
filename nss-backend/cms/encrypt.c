/* SPDX-License-Identifier: MPL-2.0 */
#include "recipient.h"

#include <stdlib.h>
#include <string.h>

/* id-data, id-envelopedData (RFC 5652 4, 6.1), id-ct-authEnvelopedData
 * (RFC 5083 2) */
static const uint8_t oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x07, 0x01 };
static const uint8_t oid_enveloped[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x07, 0x03 };
static const uint8_t oid_authenticated[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x09, 0x10, 0x01, 0x17 };
static const uint8_t ends[12] = { 0 };

/* Makes each write one OCTET STRING of the constructed content. */
struct segments {
	struct nm_stage stage;
	struct nm_stage *next;
};

struct encrypter {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_fault *fault;
	bool authenticated;
	bool begun;
	struct nm_buffer head; /* all that comes before the content */
	struct segments segments;
	struct nm_stage *cipher; /* writes to `segments` */
};

static enum nm_error
segments_write(struct nm_stage *stage, const uint8_t *data, size_t len)
{
	struct segments *s = (struct segments *)stage;
	uint8_t header[5] = { 0x04 };
	size_t octets = len < 0x80 ? 0
	    : len < 0x100	   ? 1
	    : len < 0x10000	   ? 2
				   : 3;
	enum nm_error err;

	/* at most NM_SEGMENT: three octets of length always do */
	header[1] = (uint8_t)(octets == 0 ? len : 0x80 | octets);
	for (size_t i = 0; i < octets; i++)
		header[2 + i] = (uint8_t)(len >> (8 * (octets - 1 - i)));
	err = nm_stage_write(s->next, header, 2 + octets);
	return err != NM_OK ? err : nm_stage_write(s->next, data, len);
}

static enum nm_error
segments_finish(struct nm_stage *stage)
{
	(void)stage; /* more follows the content */
	return NM_OK;
}

static void
segments_free(struct nm_stage *stage)
{
	(void)stage; /* part of the encrypter */
}

static enum nm_error
begin(struct encrypter *e)
{
	if (e->begun)
		return NM_OK;
	e->begun = true;
	return nm_stage_write(e->next, e->head.data, e->head.len);
}

static enum nm_error
encrypter_write(struct nm_stage *stage, const uint8_t *data, size_t len)
{
	struct encrypter *e = (struct encrypter *)stage;
	enum nm_error err = begin(e);

	return err != NM_OK ? err : nm_stage_write(e->cipher, data, len);
}

static enum nm_error
encrypter_finish(struct nm_stage *stage)
{
	struct encrypter *e = (struct encrypter *)stage;
	struct nm_buffer tail = NM_BUFFER_INIT;
	enum nm_error err = begin(e);

	if (err == NM_OK)
		err = nm_stage_finish(e->cipher);
	if (err != NM_OK)
		return err;
	nm_buffer_append(&tail, ends, 4); /* [0], EncryptedContentInfo */
	if (e->authenticated)
		nm_der_put(
		    &tail, 0x04, nm_aead_sealer_tag(e->cipher), NM_GCM_TAG);
	nm_buffer_append(&tail, ends, 6); /* data, its [0], ContentInfo */
	if (nm_buffer_failed(&tail))
		err = nm_fail(e->fault, NM_ERR_INTERNAL, "Out of memory");
	else
		err = nm_stage_write(e->next, tail.data, tail.len);
	nm_buffer_reset(&tail);
	return err != NM_OK ? err : nm_stage_finish(e->next);
}

static void
encrypter_free(struct nm_stage *stage)
{
	struct encrypter *e = (struct encrypter *)stage;

	nm_stage_free(&e->cipher);
	nm_buffer_reset(&e->head);
	free(e);
}

static void
put_indefinite(struct nm_buffer *out, uint8_t tag)
{
	nm_buffer_byte(out, tag);
	nm_buffer_byte(out, 0x80);
}

/* Everything up to the encrypted content's first segment. */
static void
write_head(struct encrypter *e, const struct nm_content_algorithm *a,
    const struct nm_buffer *recipients, bool version2)
{
	struct nm_buffer *out = &e->head;

	put_indefinite(out, 0x30);
	if (e->authenticated)
		nm_der_put(
		    out, 0x06, oid_authenticated, sizeof(oid_authenticated));
	else
		nm_der_put(out, 0x06, oid_enveloped, sizeof(oid_enveloped));
	put_indefinite(out, 0xa0);
	put_indefinite(out, 0x30);
	/* RFC 5083 2.1: always 0 */
	nm_der_put_uint(out, version2 && !e->authenticated ? 2 : 0);
	nm_der_put(out, 0x31, recipients->data, recipients->len);
	put_indefinite(out, 0x30);
	nm_der_put(out, 0x06, oid_data, sizeof(oid_data));
	nm_content_algorithm_write(a, out);
	put_indefinite(out, 0xa0);
}

static enum nm_error
write_recipients(const struct nm_encrypt_to *to, size_t to_count,
    enum nm_cipher cipher, PK11SymKey *cek, struct nm_buffer *out,
    bool *version2, struct nm_fault *fault)
{
	enum nm_error err = NM_OK;

	if (to_count == 0)
		return nm_fail(
		    fault, NM_ERR_INTERNAL, "There is nobody to encrypt to");
	if (to_count > NM_MAX_RECIPIENTS)
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "There are more than %d recipients", NM_MAX_RECIPIENTS);
	for (size_t i = 0; i < to_count && err == NM_OK; i++)
		err = nm_recipient_write(
		    &to[i], cipher, cek, out, version2, fault);
	return err;
}

/* The stage that encrypts, with the content key or what is derived of it. */
static enum nm_error
make_cipher(
    struct encrypter *e, const struct nm_content_algorithm *a, PK11SymKey *cek)
{
	PK11SymKey *derived = NULL, *key = cek;

	if (a->hkdf) {
		derived = nm_derive_content_key(
		    cek, a->cipher, CKA_ENCRYPT, nm_buffer_bytes(&a->inner));
		if (derived == NULL)
			return nm_fail(e->fault, NM_ERR_INTERNAL,
			    "NSS cannot derive the content key");
		key = derived;
	}
	if (e->authenticated)
		e->cipher =
		    nm_aead_sealer_new(key, a, &e->segments.stage, e->fault);
	else
		e->cipher =
		    nm_cbc_encrypter_new(key, a, &e->segments.stage, e->fault);
	if (derived != NULL)
		PK11_FreeSymKey(derived);
	return e->cipher != NULL ? NM_OK : NM_ERR_INTERNAL;
}

static enum nm_error
prepare(struct encrypter *e, const struct nm_encrypt_to *to, size_t to_count,
    enum nm_cipher cipher, bool hkdf)
{
	struct nm_content_algorithm a;
	struct nm_buffer recipients = NM_BUFFER_INIT;
	PK11SymKey *cek = NULL;
	bool version2 = false;
	enum nm_error err;

	err = nm_content_algorithm_make(cipher, hkdf, &a, e->fault);
	if (err != NM_OK)
		goto out;
	if ((cek = nm_cipher_generate(cipher)) == NULL) {
		err = nm_fail(
		    e->fault, NM_ERR_INTERNAL, "NSS cannot make a content key");
		goto out;
	}
	err = write_recipients(
	    to, to_count, cipher, cek, &recipients, &version2, e->fault);
	if (err != NM_OK)
		goto out;
	write_head(e, &a, &recipients, version2);
	if (nm_buffer_failed(&e->head)) {
		err = nm_fail(e->fault, NM_ERR_INTERNAL, "Out of memory");
		goto out;
	}
	err = make_cipher(e, &a, cek);
out:
	if (cek != NULL)
		PK11_FreeSymKey(cek);
	nm_buffer_reset(&recipients);
	nm_content_algorithm_clear(&a);
	return err;
}

struct nm_stage *
nm_cms_encrypt_new(const struct nm_encrypt_to *to, size_t to_count,
    enum nm_cipher cipher, bool hkdf, struct nm_stage *next,
    struct nm_fault *fault, enum nm_error *error)
{
	static const struct nm_stage_ops ops = { encrypter_write,
		encrypter_finish, encrypter_free };
	static const struct nm_stage_ops segments = { segments_write,
		segments_finish, segments_free };
	struct encrypter *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		*error = nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
		return NULL;
	}
	e->stage.ops = &ops;
	e->next = next;
	e->fault = fault;
	e->authenticated = nm_cipher_is_aead(cipher);
	e->segments.stage.ops = &segments;
	e->segments.next = next;
	*error = prepare(e, to, to_count, cipher, hkdf);
	if (*error == NM_OK)
		return &e->stage;
	encrypter_free(&e->stage);
	return NULL;
}
