/* SPDX-License-Identifier: MPL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "divided_header.h"
#include "legacy_display.h"
#include "protecting.h"
#include "wrap.h"

/*
 * The content cipher: the one place where it is chosen. AES-256-CBC is what
 * every reader of today knows (RFC 8551 2.7 asks for AES-128-CBC and says
 * AES-GCM is a MUST that old ones lack); an authenticated one is sent where
 * the request asks for it.
 */
static enum nm_cipher
choose_cipher(const struct nm_protect_options *options)
{
	return options->cipher != NM_CIPHER_NONE ? options->cipher
						 : NM_CIPHER_AES256_CBC;
}

static enum nm_error
find_from(struct nm_protecting *p, const struct nm_header *header)
{
	const struct nm_field *f = nm_header_find(header, "From", 0);
	struct nm_mailboxes boxes;
	enum nm_error error;

	if (f == NULL || nm_header_find(header, "From", 1) != NULL)
		return NM_OK;
	if ((error = nm_mailboxes_parse(f->value, &boxes)) != NM_OK)
		return error;
	if (!boxes.malformed && boxes.count == 1 &&
	    boxes.items[0].address[0] != '\0') {
		p->from = strdup(boxes.items[0].address);
		if (p->from == NULL)
			error = NM_ERR_INTERNAL;
	}
	nm_mailboxes_clear(&boxes);
	return error;
}

/* ---- building the way out, from its end ---- */

static struct nm_stage *
sign_wrap(struct nm_protecting *p, struct nm_stage *next)
{
	return p->options.opaque
	    ? nm_sign_opaque_wrap_new(&p->as, next, p->fault)
	    : nm_sign_detached_wrap_new(&p->as, next, p->fault);
}

static enum nm_error
failed(const struct nm_protecting *p)
{
	return p->fault != NULL && p->fault->code != NM_OK ? p->fault->code
							   : NM_ERR_INTERNAL;
}

static bool
has_key_id(CERTCertificate *cert)
{
	SECItem id = { siBuffer, NULL, 0 };
	bool has = CERT_FindSubjectKeyIDExtension(cert, &id) == SECSuccess &&
	    id.len != 0;

	SECITEM_FreeItem(&id, PR_FALSE);
	return has;
}

static struct nm_encrypt_to
encrypt_to(const struct nm_protecting *p, const struct nm_addressee *a)
{
	struct nm_encrypt_to to;

	memset(&to, 0, sizeof(to));
	to.cert = a->cert;
	to.oaep = p->options.oaep;
	to.oaep_digest = p->options.oaep_digest;
	to.kdf = p->options.kdf;
	to.by_key_id = p->options.by_key_id && has_key_id(a->cert);
	return to;
}

static enum nm_error
build_copy(struct nm_protecting *p, struct nm_copy *copy,
    const struct nm_encrypt_to *to, size_t count)
{
	struct nm_stage *next = copy->output;
	enum nm_error error;

	if (p->options.triple_wrap) {
		if ((copy->outer = sign_wrap(p, next)) == NULL)
			return failed(p);
		next = copy->outer;
	}
	copy->encrypt = nm_encrypt_wrap_new(
	    to, count, p->result.cipher, next, p->fault, &error);
	return copy->encrypt == NULL ? error : NM_OK;
}

/* Addresses can share a certificate: it is named once in a copy. */
static bool
is_among(CERTCertificate *cert, const struct nm_encrypt_to *to, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (CERT_CompareCerts(to[i].cert, cert))
			return true;
	}
	return false;
}

/* The common copy first, then one for each Bcc recipient. */
static enum nm_error
build_copies(struct nm_protecting *p)
{
	struct nm_encrypt_to *to;
	size_t open = 0;
	enum nm_error error;

	to = calloc(p->addressee_count, sizeof(*to));
	p->copies = calloc(p->addressee_count + 1, sizeof(*p->copies));
	if (to == NULL || p->copies == NULL) {
		free(to);
		return NM_ERR_INTERNAL;
	}
	for (size_t i = 0; i < p->addressee_count; i++) {
		const struct nm_addressee *a = &p->addressees[i];

		if (!a->bcc && !is_among(a->cert, to, open))
			to[open++] = encrypt_to(p, a);
	}
	p->copies[0].output = p->outputs.output;
	p->copy_count = 1;
	error = build_copy(p, &p->copies[0], to, open);
	for (size_t i = 0; error == NM_OK && i < p->addressee_count; i++) {
		const struct nm_addressee *a = &p->addressees[i];
		struct nm_copy *copy = &p->copies[p->copy_count];

		if (!a->bcc)
			continue;
		error =
		    p->outputs.copy(p->outputs.arg, a->address, &copy->output);
		if (error != NM_OK)
			break;
		p->copy_count++;
		to[0] = encrypt_to(p, a);
		error = build_copy(p, copy, to, 1);
	}
	free(to);
	return error;
}

static enum nm_error
build(struct nm_protecting *p, struct nm_stage **into)
{
	struct nm_stage **ends;
	enum nm_error error;

	*into = p->outputs.output;
	if (p->options.encrypt) {
		if ((error = build_copies(p)) != NM_OK)
			return error;
		ends = calloc(p->copy_count, sizeof(struct nm_stage *));
		if (ends == NULL)
			return NM_ERR_INTERNAL;
		for (size_t i = 0; i < p->copy_count; i++)
			ends[i] = p->copies[i].encrypt;
		p->fan_out = nm_tee_new(ends, p->copy_count);
		free(ends);
		if ((*into = p->fan_out) == NULL)
			return NM_ERR_INTERNAL;
	}
	if (p->options.sign) {
		if ((p->sign = sign_wrap(p, *into)) == NULL)
			return failed(p);
		*into = p->sign;
	}
	/* Transfer codings come before line ends (RFC 8551 3.1): a binary part
	 * has none. */
	if ((p->canonical = nm_canonical_new(*into)) == NULL ||
	    (p->seven_bit = nm_seven_bit_new(p->canonical, p->fault)) == NULL)
		return NM_ERR_INTERNAL;
	*into = p->seven_bit;
	if (p->shown != NULL) {
		p->legacy = nm_legacy_display_new(p->shown, *into, p->fault);
		if ((*into = p->legacy) == NULL)
			return NM_ERR_INTERNAL;
	}
	return NM_OK;
}

/* ---- the result ---- */

static enum nm_key_management
key_management(const struct nm_protecting *p, CERTCertificate *cert)
{
	SECKEYPublicKey *key = CERT_ExtractPublicKey(cert);
	enum nm_key_management kind = NM_KEY_NONE;

	if (key == NULL)
		return kind;
	if (SECKEY_GetPublicKeyType(key) == ecKey)
		kind = NM_KEY_ECDH;
	else
		kind = p->options.oaep ? NM_KEY_RSA_OAEP : NM_KEY_RSA_PKCS1;
	SECKEY_DestroyPublicKey(key);
	return kind;
}

static enum nm_error
note_recipients(struct nm_protecting *p)
{
	struct nm_protect_result *result = &p->result;

	result->recipients =
	    calloc(p->addressee_count, sizeof(*result->recipients));
	if (result->recipients == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < p->addressee_count; i++) {
		const struct nm_addressee *a = &p->addressees[i];
		struct nm_protect_used *used = &result->recipients[i];

		if (a->address != NULL &&
		    (used->address = strdup(a->address)) == NULL)
			return NM_ERR_INTERNAL;
		result->recipient_count++;
		used->self = a->self;
		used->bcc = a->bcc;
		nm_certificate_fingerprint(a->cert, used->fingerprint);
		used->key_management = key_management(p, a->cert);
	}
	return NM_OK;
}

/* ---- the input ---- */

static enum nm_error
prepare(struct nm_protecting *p, const struct nm_header *header)
{
	bool message = p->options.kind == NM_CONTENT_MESSAGE;
	enum nm_error error;

	if (message && (error = find_from(p, header)) != NM_OK)
		return error;
	if (!message && p->options.from != NULL &&
	    (p->from = strdup(p->options.from)) == NULL)
		return NM_ERR_INTERNAL;
	if ((error = nm_protecting_find_self(p)) != NM_OK)
		return error;
	/* Recipients first: no password is asked for what cannot be sent. */
	if (p->options.encrypt) {
		p->result.cipher = choose_cipher(&p->options);
		error =
		    nm_protecting_choose_recipients(p, message ? header : NULL);
		if (error != NM_OK || (error = note_recipients(p)) != NM_OK)
			return error;
	}
	return p->options.sign
	    ? nm_protecting_choose_signer(p, message ? header : NULL)
	    : NM_OK;
}

static enum nm_error
write_outer(struct nm_protecting *p, const struct nm_buffer *outer)
{
	enum nm_error error;

	if (!p->options.encrypt)
		return nm_stage_write(
		    p->outputs.output, outer->data, outer->len);
	for (size_t i = 0; i < p->copy_count; i++) {
		error = nm_stage_write(
		    p->copies[i].output, outer->data, outer->len);
		if (error != NM_OK)
			return error;
	}
	return NM_OK;
}

/* What is outside, then the header inside: the fields that are carried go past
 * the transfer codings, as the bytes that HP-Outer speaks of. */
static enum nm_error
write_headers(struct nm_protecting *p, const struct nm_divided_header *d,
    struct nm_stage *into)
{
	enum nm_error error;

	if ((error = write_outer(p, &d->outer)) != NM_OK ||
	    (error = nm_stage_write(
		 p->canonical, d->carried.data, d->carried.len)) != NM_OK)
		return error;
	return nm_stage_write(into, d->inner.data, d->inner.len);
}

static enum nm_error
divide(struct nm_protecting *p, const struct nm_header *header,
    struct nm_bytes raw, struct nm_divided_header *d)
{
	enum nm_error error;

	if (p->options.kind != NM_CONTENT_MESSAGE) {
		nm_buffer_append(&d->inner, raw.data, raw.len);
		return nm_buffer_failed(&d->inner) ? NM_ERR_INTERNAL : NM_OK;
	}
	error = nm_header_divide(&p->options, header, d, p->fault);
	if (error != NM_OK || !p->options.legacy_display || d->shown.len == 0)
		return error;
	p->shown = nm_buffer_take_string(&d->shown);
	return p->shown == NULL ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
protect_header(void *arg, struct nm_header *header, bool *keep,
    struct nm_bytes raw, struct nm_stage **body)
{
	struct nm_divided_header d = { NM_BUFFER_INIT, NM_BUFFER_INIT,
		NM_BUFFER_INIT, NM_BUFFER_INIT };
	struct nm_protecting *p = arg;
	struct nm_stage *into;
	enum nm_error error;

	(void)keep;
	if ((error = divide(p, header, raw, &d)) != NM_OK ||
	    (error = prepare(p, header)) != NM_OK ||
	    (error = build(p, &into)) != NM_OK ||
	    (error = write_headers(p, &d, into)) != NM_OK)
		goto out;
	if ((*body = nm_tee_new(&into, 1)) == NULL)
		error = NM_ERR_INTERNAL;
out:
	nm_divided_header_reset(&d);
	return error;
}

enum nm_error
nm_protecting_new(const struct nm_protect_options *options,
    const struct nm_protect_outputs *outputs, struct nm_fault *fault,
    struct nm_protecting **out)
{
	static const struct nm_entity_handler handler = { protect_header,
		NULL };
	struct nm_protecting *p;

	*out = NULL;
	if (!options->sign && !options->encrypt)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "At least one of sign and encrypt is needed");
	if (options->triple_wrap && (!options->sign || !options->encrypt))
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "A triple wrap needs both sign and encrypt");
	if (options->policy != NM_POLICY_NO_PROTECTION &&
	    options->kind != NM_CONTENT_MESSAGE)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "An entity has no header that can be protected");
	if (options->cipher != NM_CIPHER_NONE &&
	    !nm_cipher_may_send(options->cipher))
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The cipher %s is read but not sent",
		    nm_cipher_name(options->cipher));
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NM_ERR_INTERNAL;
	p->options = *options;
	p->outputs = *outputs;
	p->fault = fault;
	if ((p->split = nm_entity_new(&handler, p, fault)) == NULL) {
		nm_protecting_free(&p);
		return NM_ERR_INTERNAL;
	}
	*out = p;
	return NM_OK;
}

void
nm_protecting_free(struct nm_protecting **out)
{
	struct nm_protecting *p = *out;

	if (p == NULL)
		return;
	nm_stage_free(&p->split);
	nm_stage_free(&p->legacy);
	nm_stage_free(&p->seven_bit);
	nm_stage_free(&p->canonical);
	nm_stage_free(&p->sign);
	nm_stage_free(&p->fan_out);
	for (size_t i = 0; i < p->copy_count; i++) {
		nm_stage_free(&p->copies[i].encrypt);
		nm_stage_free(&p->copies[i].outer);
	}
	free(p->copies);
	nm_protecting_clear_signer(p);
	nm_protecting_clear_recipients(p);
	free(p->from);
	free(p->shown);
	free(p);
	*out = NULL;
}

struct nm_stage *
nm_protecting_stage(struct nm_protecting *p)
{
	return p->split;
}

const struct nm_protect_result *
nm_protecting_result(const struct nm_protecting *p)
{
	return &p->result;
}
