/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/request.h>

#include <stdlib.h>
#include <string.h>

#include <cryptohi.h>
#include <nssmime/mime.h>
#include <prerror.h>
#include <secasn1.h>
#include <secerr.h>
#include <secitem.h>
#include <secoid.h>
#include <secport.h>

#include "certificate/facts.h"

#define MAX_SUBJECT   1024
#define MAX_ADDRESSES 100
#define EXPONENT      65537

static const struct kind {
	const char *name;
	int bits;	 /* RSA */
	SECOidTag curve; /* else */
	SECOidTag digest;
} kinds[] = {
	{ "rsa-2048", 2048, SEC_OID_UNKNOWN, SEC_OID_SHA256 },
	{ "rsa-3072", 3072, SEC_OID_UNKNOWN, SEC_OID_SHA256 },
	{ "rsa-4096", 4096, SEC_OID_UNKNOWN, SEC_OID_SHA256 },
	{ "p-256", 0, SEC_OID_SECG_EC_SECP256R1, SEC_OID_SHA256 },
	{ "p-384", 0, SEC_OID_SECG_EC_SECP384R1, SEC_OID_SHA384 },
	{ "p-521", 0, SEC_OID_SECG_EC_SECP521R1, SEC_OID_SHA512 },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *const nm_request_keys[] = { "rsa-2048", "rsa-3072", "rsa-4096",
	"p-256", "p-384", "p-521", NULL };

struct nm_request {
	const struct kind *kind;
	PK11SlotInfo *slot;
	struct nm_buffer subject; /* Name, DER */
	struct nm_buffer names;	  /* GeneralNames' contents, DER */
};

/* ---- what is asked for -------------------------------------------------- */

static enum nm_error
take_subject(struct nm_request *r, const char *subject, struct nm_fault *fault)
{
	SECItem der = { siBuffer, NULL, 0 };
	PLArenaPool *arena = NULL;
	CERTName *name = NULL;
	bool good;

	good = *subject != '\0' && strlen(subject) <= MAX_SUBJECT;
	for (const char *p = subject; good && *p != '\0'; p++)
		good = (unsigned char)*p >= 0x20 && *p != 0x7f;
	if (good)
		good = (name = CERT_AsciiToName(subject)) != NULL &&
		    name->rdns != NULL && name->rdns[0] != NULL;
	if (!good) {
		if (name != NULL)
			CERT_DestroyName(name);
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"subject\" must be a name as in RFC 4514, "
		    "like \"CN=Alice,O=Example\", of at most %d bytes",
		    MAX_SUBJECT);
	}
	if ((arena = PORT_NewArena(1024)) == NULL ||
	    SEC_ASN1EncodeItem(
		arena, &der, name, SEC_ASN1_GET(CERT_NameTemplate)) == NULL)
		r->subject.failed = true;
	nm_buffer_append(&r->subject, der.data, der.len);
	if (arena != NULL)
		PORT_FreeArena(arena, PR_FALSE);
	CERT_DestroyName(name);
	return nm_buffer_failed(&r->subject) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
take_addresses(struct nm_request *r, const struct nm_request_options *o,
    struct nm_fault *fault)
{
	if (o->address_count == 0 || o->address_count > MAX_ADDRESSES)
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The member \"addresses\" must have 1 to %d addresses",
		    MAX_ADDRESSES);
	for (size_t i = 0; i < o->address_count; i++) {
		if (!nm_general_name_put(&r->names, o->addresses[i]))
			return nm_fail(fault, NM_ERR_INVALID_PARAMS,
			    "The member \"addresses\" has \"%.60s\", which is "
			    "no address",
			    o->addresses[i]);
	}
	return nm_buffer_failed(&r->names) ? NM_ERR_INTERNAL : NM_OK;
}

/* ---- where the key is to be --------------------------------------------- */

static PK11SlotInfo *
find_token(const char *name)
{
	PK11SlotInfo *slot;

	if (name == NULL)
		return PK11_GetInternalKeySlot();
	slot = *name == '\0' ? NULL : PK11_FindSlotByName(name);
	/* NSS's own other slots keep nothing */
	if (slot != NULL && PK11_IsInternal(slot) &&
	    !PK11_IsInternalKeySlot(slot)) {
		PK11_FreeSlot(slot);
		slot = NULL;
	}
	return slot;
}

static enum nm_error
take_token(struct nm_request *r, struct nm_database *db, const char *name,
    const struct nm_asker *asker, struct nm_fault *fault)
{
	enum nm_error error;

	if ((r->slot = find_token(name)) == NULL)
		return nm_fail(fault, NM_ERR_TOKEN_ABSENT,
		    "There is no token of that name");
	if (PK11_IsReadOnly(r->slot) ||
	    (PK11_IsInternal(r->slot) && !nm_database_writable(db)))
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The key cannot be stored there");
	if (!PK11_DoesMechanism(r->slot,
		r->kind->bits != 0 ? CKM_RSA_PKCS_KEY_PAIR_GEN
				   : CKM_EC_KEY_PAIR_GEN))
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The token makes no keys of this kind");
	error = nm_token_unlock(db, r->slot, asker, fault);
	/* a database that has never had a password takes keys once it has the
	 * empty one */
	if (error == NM_OK && PK11_NeedUserInit(r->slot) &&
	    PK11_InitPin(r->slot, NULL, "") != SECSuccess)
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The token takes no keys (%s)", nm_nss_reason());
	return error;
}

enum nm_error
nm_request_new(struct nm_database *db, const struct nm_request_options *options,
    const struct nm_asker *asker, struct nm_request **out,
    struct nm_fault *fault)
{
	struct nm_request *r = calloc(1, sizeof(*r));
	enum nm_error error;

	*out = NULL;
	if (r == NULL)
		return NM_ERR_INTERNAL;
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].name, options->key) == 0)
			r->kind = &kinds[i];
	}
	error = r->kind != NULL ? NM_OK
				: nm_fail(fault, NM_ERR_INVALID_PARAMS,
				      "The kind of key is unknown");
	if (error == NM_OK)
		error = take_subject(r, options->subject, fault);
	if (error == NM_OK)
		error = take_addresses(r, options, fault);
	if (error == NM_OK)
		error = take_token(r, db, options->token, asker, fault);
	if (error != NM_OK)
		nm_request_free(&r);
	*out = r;
	return error;
}

void
nm_request_free(struct nm_request **out)
{
	struct nm_request *r = *out;

	if (r == NULL)
		return;
	if (r->slot != NULL)
		PK11_FreeSlot(r->slot);
	nm_buffer_reset(&r->subject);
	nm_buffer_reset(&r->names);
	free(r);
	*out = NULL;
}

/* ---- the request -------------------------------------------------------- */

static void
put_extension(struct nm_buffer *out, SECOidTag oid, bool critical,
    const uint8_t *value, size_t len)
{
	static const uint8_t yes = 0xff;
	size_t extension = nm_der_begin(out, 0x30);

	nm_der_put_oid(out, oid);
	if (critical)
		nm_der_put(out, 0x01, &yes, 1);
	nm_der_put(out, 0x04, value, len);
	nm_der_end(out, extension);
}

/* What the certificate is wanted for: hints, since the authority decides. */
static void
put_extensions(struct nm_buffer *out, const struct nm_request *r)
{
	/* BIT STRINGs: digitalSignature, with keyEncipherment or with
	 * keyAgreement (RFC 8550 4.4.2) */
	static const uint8_t rsa[] = { 0x03, 0x02, 0x05, 0xa0 };
	static const uint8_t ec[] = { 0x03, 0x02, 0x03, 0x88 };
	struct nm_buffer value = NM_BUFFER_INIT;
	size_t list = nm_der_begin(out, 0x30), mark;

	put_extension(out, SEC_OID_X509_KEY_USAGE, true,
	    r->kind->bits != 0 ? rsa : ec, sizeof(rsa));
	mark = nm_der_begin(&value, 0x30);
	nm_der_put_oid(&value, SEC_OID_EXT_KEY_USAGE_EMAIL_PROTECT);
	nm_der_end(&value, mark);
	put_extension(
	    out, SEC_OID_X509_EXT_KEY_USAGE, false, value.data, value.len);
	nm_buffer_clear(&value);
	nm_der_put(&value, 0x30, r->names.data, r->names.len);
	put_extension(
	    out, SEC_OID_X509_SUBJECT_ALT_NAME, false, value.data, value.len);
	if (nm_buffer_failed(&value))
		out->failed = true;
	nm_buffer_reset(&value);
	nm_der_end(out, list);
}

/* CertificationRequestInfo, RFC 2986 section 4.1. */
static void
put_info(
    struct nm_buffer *out, const struct nm_request *r, const SECItem *public)
{
	size_t info = nm_der_begin(out, 0x30), attributes, attribute, values;

	nm_der_put_uint(out, 0);
	nm_buffer_append(out, r->subject.data, r->subject.len);
	nm_buffer_append(out, public->data, public->len);
	attributes = nm_der_begin(out, 0xa0);
	attribute = nm_der_begin(out, 0x30);
	nm_der_put_oid(out, SEC_OID_PKCS9_EXTENSION_REQUEST);
	values = nm_der_begin(out, 0x31);
	put_extensions(out, r);
	nm_der_end(out, values);
	nm_der_end(out, attribute);
	nm_der_end(out, attributes);
	nm_der_end(out, info);
}

static enum nm_error
sign(const struct nm_request *r, const SECKEYPublicKey *public,
    SECKEYPrivateKey *private, struct nm_buffer *out)
{
	SECItem *spki = SECKEY_EncodeDERSubjectPublicKeyInfo(public);
	PLArenaPool *arena = PORT_NewArena(2048);
	struct nm_buffer info = NM_BUFFER_INIT;
	SECItem made = { siBuffer, NULL, 0 };
	bool good = spki != NULL && arena != NULL;

	if (good)
		put_info(&info, r, spki);
	good = good && !nm_buffer_failed(&info) && info.len <= INT32_MAX &&
	    SEC_DerSignData(arena, &made, info.data, (int)info.len, private,
		SEC_GetSignatureAlgorithmOidTag(
		    private->keyType, r->kind->digest)) == SECSuccess;
	if (good)
		nm_buffer_append(out, made.data, made.len);
	nm_buffer_reset(&info);
	if (arena != NULL)
		PORT_FreeArena(arena, PR_FALSE);
	if (spki != NULL)
		SECITEM_FreeItem(spki, PR_TRUE);
	return good && !nm_buffer_failed(out) ? NM_OK : NM_ERR_STORAGE_FAILED;
}

/* Permanent, and never to leave the token. */
static SECKEYPrivateKey *
generate(const struct nm_request *r, SECKEYPublicKey **public)
{
	PK11RSAGenParams rsa = { r->kind->bits, EXPONENT };
	struct nm_buffer curve = NM_BUFFER_INIT;
	SECItem ec = { siBuffer, NULL, 0 };
	SECKEYPrivateKey *private = NULL;

	if (r->kind->bits != 0)
		return PK11_GenerateKeyPair(r->slot, CKM_RSA_PKCS_KEY_PAIR_GEN,
		    &rsa, public, PR_TRUE, PR_TRUE, NULL);
	/* ECParameters: namedCurve (RFC 5480 section 2.1.1) */
	nm_der_put_oid(&curve, r->kind->curve);
	ec.data = curve.data;
	ec.len = (unsigned)curve.len;
	if (!nm_buffer_failed(&curve))
	private = PK11_GenerateKeyPair(
	    r->slot, CKM_EC_KEY_PAIR_GEN, &ec, public, PR_TRUE, PR_TRUE, NULL);
	nm_buffer_reset(&curve);
	return private;
}

enum nm_error
nm_request_make(
    struct nm_request *r, struct nm_buffer *out, struct nm_fault *fault)
{
	SECKEYPublicKey *public = NULL;
	SECKEYPrivateKey *private = generate(r, &public);
	enum nm_error error;

	if (private == NULL)
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The key cannot be made (%s)", nm_nss_reason());
	error = sign(r, public, private, out);
	if (error != NM_OK) {
		(void)nm_fail(fault, error, "The request cannot be signed (%s)",
		    nm_nss_reason());
		(void)nm_key_delete(r->slot, &private, NULL);
	}
	if (private != NULL)
		SECKEY_DestroyPrivateKey(private);
	SECKEY_DestroyPublicKey(public);
	return error;
}
