/* SPDX-License-Identifier: MPL-2.0 */
#include "recipient.h"

#include <secport.h>

#include <stdlib.h>
#include <string.h>

struct nm_recipients {
	const struct nm_cms_keys *keys;
	size_t count;	  /* recipients of every kind */
	size_t readable;  /* of the kinds and by the algorithms that are read */
	bool unsupported; /* one is ours, by an algorithm that is not known */
	char oid[96];	  /* that algorithm */
	char other[128];  /* the first that is not read, whosever it is */
	struct nm_candidate candidates[NM_MAX_CANDIDATES];
	size_t candidate_count;
};

struct nm_recipients *
nm_recipients_new(const struct nm_cms_keys *keys)
{
	struct nm_recipients *rs = calloc(1, sizeof(*rs));

	if (rs != NULL)
		rs->keys = keys;
	return rs;
}

void
nm_recipients_free(struct nm_recipients **rs)
{
	struct nm_candidate *c;

	if (*rs == NULL)
		return;
	for (size_t i = 0; i < (*rs)->candidate_count; i++) {
		c = &(*rs)->candidates[i];
		nm_buffer_reset(&c->kept);
		CERT_DestroyCertificate(c->cert);
	}
	free(*rs);
	*rs = NULL;
}

size_t
nm_recipients_count(const struct nm_recipients *rs)
{
	return rs->count;
}

/* ---- identifiers ---------------------------------------------------- */

bool
nm_key_id_write(CERTCertificate *cert, uint8_t tag, struct nm_buffer *out)
{
	SECItem id = { siBuffer, NULL, 0 };
	bool ok;

	ok = CERT_FindSubjectKeyIDExtension(cert, &id) == SECSuccess &&
	    id.len != 0;
	if (ok)
		nm_der_put(out, tag, id.data, id.len);
	SECITEM_FreeItem(&id, PR_FALSE);
	return ok;
}

/* ---- collecting ----------------------------------------------------- */

static enum nm_error
count(struct nm_recipients *rs, struct nm_fault *fault)
{
	if (rs->count++ < NM_MAX_RECIPIENTS)
		return NM_OK;
	return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
	    "The message has more than %d recipients", NM_MAX_RECIPIENTS);
}

static void
note_other(struct nm_recipients *rs, const char *kind, struct nm_bytes oid)
{
	char text[96];

	if (rs->other[0] != '\0')
		return;
	nm_oid_text(oid, text, sizeof(text));
	(void)snprintf(rs->other, sizeof(rs->other), "%s%s", kind, text);
}

enum nm_error
nm_recipients_find(struct nm_recipients *rs, const struct nm_rid *rid,
    struct nm_bytes unsupported, CERTCertificate **cert, struct nm_fault *fault)
{
	CERTCertificate *found = NULL;
	enum nm_error err;

	*cert = NULL;
	if ((err = count(rs, fault)) != NM_OK)
		return err;
	if (unsupported.len == 0)
		rs->readable++;
	else
		note_other(rs, "", unsupported);
	if (rs->keys != NULL && (rid->serial.len != 0 || rid->key_id.len != 0))
		found = rs->keys->find(rs->keys->arg, rid);
	if (found != NULL)
		*cert = CERT_DupCertificate(found);
	return NM_OK;
}

void
nm_recipients_unsupported(struct nm_recipients *rs, struct nm_bytes oid)
{
	if (!rs->unsupported)
		nm_oid_text(oid, rs->oid, sizeof(rs->oid));
	rs->unsupported = true;
}

/* Copies and points to the copy; offsets first, because it may move. */
static void
keep(struct nm_buffer *into, struct nm_bytes *b, size_t *at)
{
	*at = into->len;
	nm_buffer_append(into, b->data, b->len);
}

enum nm_error
nm_recipients_keep(
    struct nm_recipients *rs, struct nm_candidate *c, struct nm_fault *fault)
{
	struct nm_bytes *fields[] = { &c->oaep.label,
		&c->agreement.wrap_algorithm, &c->agreement.ukm,
		&c->agreement.point, &c->agreement.curve, &c->encrypted_key };
	size_t at[sizeof(fields) / sizeof(fields[0])];
	size_t n = sizeof(fields) / sizeof(fields[0]);

	/* What is longer than any key makes it is not worth trying. */
	if (rs->candidate_count == NM_MAX_CANDIDATES ||
	    c->encrypted_key.len == 0 ||
	    c->encrypted_key.len > NM_MAX_WRAPPED ||
	    c->agreement.ukm.len > NM_MAX_UKM ||
	    c->agreement.point.len > NM_MAX_POINT ||
	    c->agreement.curve.len > NM_MAX_POINT) {
		CERT_DestroyCertificate(c->cert);
		return NM_OK;
	}
	for (size_t i = 0; i < n; i++)
		keep(&c->kept, fields[i], &at[i]);
	if (nm_buffer_failed(&c->kept)) {
		nm_buffer_reset(&c->kept);
		CERT_DestroyCertificate(c->cert);
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	}
	for (size_t i = 0; i < n; i++)
		fields[i]->data = c->kept.data + at[i];
	rs->candidates[rs->candidate_count++] = *c;
	return NM_OK;
}

/* The KEM of a KEMRecipientInfo (RFC 9629 3), else the type of what only
 * begins as any OtherRecipientInfo does (RFC 5652 6.2.5). */
static struct nm_bytes
type_of_other(struct nm_bytes at)
{
	static const uint8_t kem[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x09, 0x10, 0x0d, 0x03 };
	struct nm_tlv type, value, t, parameters;
	struct nm_bytes oid;

	if (!nm_der_take(&at, 0x06, &type))
		return (struct nm_bytes){ NULL, 0 };
	if (nm_bytes_equal(type.value, (struct nm_bytes){ kem, sizeof(kem) }) &&
	    nm_der_take(&at, 0x30, &value) &&
	    nm_der_take(&value.value, 0x02, &t) &&
	    nm_der_next(&value.value, &t) &&
	    nm_der_take(&value.value, 0x30, &t) &&
	    nm_algorithm_split(t.value, &oid, &parameters))
		return oid;
	return type.value;
}

/* Of the kinds that are not read: the algorithm that encrypts the key. */
static void
note_kind(struct nm_recipients *rs, const struct nm_tlv *info)
{
	struct nm_bytes at = info->value, oid = { NULL, 0 };
	struct nm_tlv t, parameters;
	const char *kind = "";

	switch (info->tag) {
	case 0xa2: /* KEKRecipientInfo (RFC 5652 6.2.3) */
		kind = "a key that is shared, ";
		(void)nm_der_take(&at, 0x02, &t);
		(void)nm_der_take(&at, 0x30, &t); /* kekid */
		break;
	case 0xa3: /* PasswordRecipientInfo (6.2.4) */
		kind = "a password, ";
		(void)nm_der_take(&at, 0x02, &t);
		(void)nm_der_take(&at, 0xa0, &t); /* keyDerivation */
		break;
	case 0xa4:
		note_other(rs, "", type_of_other(at));
		return;
	default:
		break;
	}
	if (nm_der_take(&at, 0x30, &t))
		(void)nm_algorithm_split(t.value, &oid, &parameters);
	note_other(rs, kind, oid);
}

enum nm_error
nm_recipients_add(
    struct nm_recipients *rs, const struct nm_tlv *info, struct nm_fault *fault)
{
	enum nm_error err = NM_OK;
	bool understood = false;

	if (info->tag == 0x30)
		err = nm_ktri_parse(rs, info->value, &understood, fault);
	else if (info->tag == 0xa1)
		err = nm_kari_parse(rs, info->value, &understood, fault);
	/* kekri, pwri, ori and what later versions bring (RFC 5652 6.2) */
	if (err == NM_OK && !understood) {
		note_kind(rs, info);
		err = count(rs, fault);
	}
	return err;
}

/* ---- opening -------------------------------------------------------- */

static enum nm_error
none_usable(const struct nm_recipients *rs, struct nm_fault *fault)
{
	if (rs->count == 0)
		return nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "The encrypted message has no recipients");
	if (rs->unsupported)
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The message's key is encrypted by an algorithm that is "
		    "not supported (%s)",
		    rs->oid);
	/* Whose keys these are cannot be known: a key that the NSS in use
	 * does not know is in no database of its. */
	if (rs->readable == 0)
		return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
		    "The message has only recipients of kinds, or by "
		    "algorithms, that are not supported (%s)",
		    rs->other);
	return nm_fail(fault, NM_ERR_NO_PRIVATE_KEY,
	    "The message is not encrypted to any key that is here");
}

struct attempt {
	enum nm_cipher cipher;
	PK11SymKey *cek;
	enum nm_error key_error; /* the first that the key source gave */
	struct nm_fault key_fault;
};

/* True: no further recipient is to be tried. */
static bool
try(struct nm_recipients *rs, const struct nm_candidate *c, struct attempt *a)
{
	SECKEYPrivateKey *key = NULL;
	struct nm_fault fault = { NM_OK, "" };
	enum nm_error err;
	bool last = false;

	err = rs->keys->key(rs->keys->arg, c->cert, &key, &fault);
	if (err != NM_OK || key == NULL) {
		if (err == NM_OK)
			err = NM_ERR_NO_PRIVATE_KEY;
		if (a->key_error == NM_OK) {
			a->key_error = err;
			a->key_fault = fault;
		}
		/* who said no, or gave wrong passwords till the end, is not
		 * asked for another key at once */
		return err == NM_ERR_USER_DECLINED ||
		    err == NM_ERR_WRONG_PASSWORD || err == NM_ERR_CANCELLED;
	}
	if (c->kind == NM_KEY_ECDH) {
		a->cek = nm_agreement_unwrap(c, key, a->cipher);
	} else if (c->kind == NM_KEY_RSA_OAEP) {
		a->cek = nm_ktri_unwrap_oaep(c, key, a->cipher);
	} else {
		a->cek = nm_ktri_unwrap_pkcs1(c, key, a->cipher);
		last = true; /* never a second answer to one message */
	}
	SECKEY_DestroyPrivateKey(key);
	if (a->cek != NULL &&
	    PK11_GetKeyLength(a->cek) != nm_cipher_key_size(a->cipher)) {
		PK11_FreeSymKey(a->cek);
		a->cek = NULL;
	}
	return last || a->cek != NULL;
}

enum nm_error
nm_recipients_check(const struct nm_recipients *rs, struct nm_fault *fault)
{
	return rs->candidate_count == 0 ? none_usable(rs, fault) : NM_OK;
}

enum nm_error
nm_recipients_open(struct nm_recipients *rs, enum nm_cipher c, PK11SymKey **cek,
    enum nm_key_management *kind, CERTCertificate **decrypted_with,
    struct nm_fault *fault)
{
	struct attempt a = { .cipher = c };
	const struct nm_candidate *candidate;
	bool over = false;

	*cek = NULL;
	for (unsigned pass = 0; pass < 2 && !over; pass++) {
		for (size_t i = 0; i < rs->candidate_count && !over; i++) {
			candidate = &rs->candidates[i];
			if ((candidate->kind == NM_KEY_RSA_PKCS1) !=
			    (pass == 1))
				continue;
			over = try(rs, candidate, &a);
			*kind = candidate->kind;
			*decrypted_with = candidate->cert;
		}
	}
	if (a.cek != NULL) {
		*cek = a.cek;
		return NM_OK;
	}
	if (a.key_error == NM_OK)
		return nm_integrity_failure(fault);
	return nm_fail(fault, a.key_error, "%s",
	    a.key_fault.text[0] != '\0' ? a.key_fault.text
					: nm_error_text(a.key_error));
}

/* ---- writing -------------------------------------------------------- */

/*
 * The certificate's public key, if it may be one to encrypt to. NSS does not
 * know a key that is for OAEP alone (RFC 4055 4.1) as an RSA key everywhere; it
 * is one in all but the AlgorithmIdentifier. One for RSASSA-PSS alone (RFC 4055
 * 3.1) it takes for any RSA key, and its owner could not decrypt with it.
 */
static SECKEYPublicKey *
public_key(CERTCertificate *cert)
{
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01, 0x01 };
	CERTSubjectPublicKeyInfo spki = cert->subjectPublicKeyInfo;

	if (SECOID_GetAlgorithmTag(&spki.algorithm) ==
	    SEC_OID_PKCS1_RSA_PSS_SIGNATURE)
		return NULL;
	if (SECOID_GetAlgorithmTag(&spki.algorithm) ==
	    SEC_OID_PKCS1_RSA_OAEP_ENCRYPTION) {
		spki.algorithm.algorithm =
		    nm_item((struct nm_bytes){ rsa, sizeof(rsa) });
		memset(&spki.algorithm.parameters, 0,
		    sizeof(spki.algorithm.parameters));
	}
	return SECKEY_ExtractPublicKey(&spki);
}

enum nm_error
nm_recipient_write(const struct nm_encrypt_to *to, enum nm_cipher cipher,
    PK11SymKey *cek, struct nm_buffer *out, bool *version2,
    struct nm_fault *fault)
{
	SECKEYPublicKey *key = public_key(to->cert);
	enum nm_error err;

	switch (key != NULL ? key->keyType : nullKey) {
	case rsaKey:
		if (to->by_key_id)
			*version2 = true;
		err = nm_ktri_write(to, key, cek, out, fault);
		break;
	case ecKey:
		*version2 = true;
		err = nm_kari_write(to, key, cipher, cek, out, fault);
		break;
	default:
		/* RSASSA-PSS, Ed25519, DSA: they can only sign */
		err = nm_fail(fault, NM_ERR_CERTIFICATE_UNUSABLE,
		    "A recipient's certificate has a key that cannot be "
		    "encrypted to");
		break;
	}
	if (key != NULL)
		SECKEY_DestroyPublicKey(key);
	return err;
}
