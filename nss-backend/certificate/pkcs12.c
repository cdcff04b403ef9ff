/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/pkcs12.h"

#include <stdlib.h>
#include <string.h>

#include <p12.h>
#include <p12plcy.h>
#include <prerror.h>
#include <secerr.h>
#include <secitem.h>
#include <secport.h>

#define TRIES	      3
#define MAX_PASSWORD  1024
#define MAX_BAG_CERTS 200u

struct job {
	struct nm_database *db;
	PK11SlotInfo *slot;
	struct nm_bytes data;
	uint64_t iterations;
	SEC_PKCS12DecoderContext *decoder;
	struct inside {
		CERTCertificate *cert; /* own reference */
		bool stored, owned;    /* before the import */
	} * certs;
	size_t count;
	SECItem password;
	uint8_t bmp[2 * MAX_PASSWORD + 2];
};

/* Called by NSS until it is given a name that is free; `arg` is the
 * certificate. */
static SECItem *
rename_clash(SECItem *old, PRBool *cancel, void *arg)
{
	CERTCertificate *cert = arg;
	SECItem *item = NULL;
	char *wanted = NULL, *name = NULL;

	if (cert == NULL)
		goto out;
	if (old != NULL && old->data != NULL && old->len != 0) {
		wanted = strndup((const char *)old->data, old->len);
		if (wanted == NULL)
			goto out;
	}
	name = nm_certificate_nickname(cert, wanted);
	/* the same again: it would go on for ever */
	if (name == NULL || (wanted != NULL && strcmp(name, wanted) == 0))
		goto out;
	item = SECITEM_AllocItem(NULL, NULL, (unsigned)strlen(name) + 1);
	if (item != NULL) {
		item->type = siAsciiString;
		memcpy(item->data, name, strlen(name) + 1);
	}
out:
	*cancel = item == NULL;
	free(wanted);
	free(name);
	return item;
}

static void
close_decoder(struct job *j)
{
	if (j->decoder != NULL)
		SEC_PKCS12DecoderFinish(j->decoder);
	j->decoder = NULL;
}

/* Tries one form of a password. The decoder keeps no copy of it: it must
 * stay until the bags have been imported. */
static bool
try_password(struct job *j, unsigned len)
{
	uint8_t *input;

	j->password = (SECItem){ siBuffer, j->bmp, len };
	j->decoder = SEC_PKCS12DecoderStart(
	    &j->password, j->slot, NULL, NULL, NULL, NULL, NULL, NULL);
	if (j->decoder == NULL)
		return false;
	/* NSS only reads it, through a type that is not const */
	memcpy(&input, &j->data.data, sizeof(input));
	if (SEC_PKCS12DecoderUpdate(j->decoder, input, j->data.len) ==
		SECSuccess &&
	    SEC_PKCS12DecoderVerify(j->decoder) == SECSuccess)
		return true;
	close_decoder(j);
	return false;
}

/* BMPString with two zero bytes at its end (RFC 7292 B.1). An empty password
 * is written as those two bytes by some and as nothing by others. */
static bool
open_with(struct job *j, char *password)
{
	size_t len = strlen(password);
	unsigned n = 0;
	bool ok;

	if (len > MAX_PASSWORD)
		return false;
	memset(j->bmp, 0, sizeof(j->bmp));
	if (len != 0 &&
	    !PORT_UCS2_UTF8Conversion(PR_TRUE, (unsigned char *)password,
		(unsigned)len, j->bmp, sizeof(j->bmp) - 2, &n))
		return false;
	j->bmp[n] = j->bmp[n + 1] = 0;
	ok = try_password(j, n + 2);
	if (!ok && len == 0)
		ok = try_password(j, 0);
	return ok;
}

static enum nm_error
open_file(struct job *j, const struct nm_asker *asker, struct nm_fault *fault)
{
	struct nm_question q = { "Password of the certificate file", NULL, 0 };
	enum nm_error error;
	char *text = NULL;
	PRErrorCode code;
	bool ok;

	for (; q.again < TRIES; q.again++) {
		error = asker->password(asker->arg, &q, &text);
		if (error != NM_OK)
			return error;
		ok = open_with(j, text);
		code = PR_GetError();
		nm_secret_free(&text);
		if (ok)
			return NM_OK;
		/* the structure was read before: what else can be wrong is
		 * the password, or what it decrypts to */
		if (code == SEC_ERROR_PKCS12_UNSUPPORTED_PBE_ALGORITHM ||
		    code == SEC_ERROR_PKCS12_UNSUPPORTED_MAC_ALGORITHM ||
		    code == SEC_ERROR_INVALID_ALGORITHM ||
		    code == SEC_ERROR_BAD_EXPORT_ALGORITHM) {
			return nm_fail(fault, NM_ERR_UNSUPPORTED_ALGORITHM,
			    "The PKCS #12 file uses an algorithm that is not "
			    "supported (%s)",
			    nm_nss_reason());
		}
	}
	return nm_fail(fault, NM_ERR_WRONG_PASSWORD,
	    "The password was wrong %u times", q.again);
}

static enum nm_error
add_inside(struct job *j, const SECItem *der)
{
	struct inside *certs;
	CERTCertificate *cert;

	if (j->count >= MAX_BAG_CERTS ||
	    (cert = nm_certificate_decode(der->data, der->len, NULL)) == NULL)
		return NM_ERR_INVALID_PARAMS;
	certs = reallocarray(j->certs, j->count + 1, sizeof(*certs));
	if (certs == NULL) {
		CERT_DestroyCertificate(cert);
		return NM_ERR_INTERNAL;
	}
	j->certs = certs;
	j->certs[j->count++] = (struct inside){ cert,
		nm_certificate_stored(cert), nm_database_owns(j->db, cert) };
	return NM_OK;
}

/* What only the password shows: the certificates, and how the keys that lie
 * in encrypted safes are themselves encrypted. */
static enum nm_error
look_inside(struct job *j, struct nm_fault *fault)
{
	const SEC_PKCS12DecoderItem *item;
	enum nm_error error;

	if (SEC_PKCS12DecoderIterateInit(j->decoder) != SECSuccess) {
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The PKCS #12 file cannot be read (%s)", nm_nss_reason());
	}
	while (SEC_PKCS12DecoderIterateNext(j->decoder, &item) == SECSuccess) {
		if (item == NULL)
			break;
		if (item->type == SEC_OID_PKCS12_V1_CERT_BAG_ID &&
		    item->der != NULL &&
		    (error = add_inside(j, item->der)) != NM_OK) {
			return nm_fail(fault, error,
			    "A certificate of the PKCS #12 file cannot be "
			    "read");
		}
		if (item->shroudAlg != NULL &&
		    !nm_pbe_check(
			(struct nm_bytes){ item->shroudAlg->algorithm.data,
			    item->shroudAlg->algorithm.len },
			(struct nm_bytes){ item->shroudAlg->parameters.data,
			    item->shroudAlg->parameters.len },
			&j->iterations)) {
			return nm_fail(fault, NM_ERR_TOO_LARGE,
			    "The PKCS #12 file asks for too many "
			    "iterations");
		}
	}
	if (j->count == 0) {
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "The PKCS #12 file holds no certificate");
	}
	return NM_OK;
}

/* What was not there before goes again. */
static void
undo(struct job *j, const struct nm_asker *asker)
{
	nm_database_changed(j->db);
	for (size_t i = 0; i < j->count; i++) {
		if (!j->certs[i].stored &&
		    nm_certificate_stored(j->certs[i].cert)) {
			(void)nm_certificate_delete(j->db, j->certs[i].cert,
			    !j->certs[i].owned, asker, NULL);
		}
	}
}

static enum nm_error
write_all(struct job *j, const struct nm_asker *asker, struct nm_import *out,
    struct nm_fault *fault)
{
	struct inside *in;
	bool ok = true;

	if (SEC_PKCS12DecoderValidateBags(j->decoder, rename_clash) !=
	    SECSuccess) {
		if (PR_GetError() != SEC_ERROR_PKCS12_DUPLICATE_DATA) {
			return nm_fail(fault, NM_ERR_INVALID_PARAMS,
			    "The PKCS #12 file cannot be imported (%s)",
			    nm_nss_reason());
		}
	} else if (SEC_PKCS12DecoderImportBags(j->decoder) != SECSuccess) {
		(void)nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The PKCS #12 file cannot be imported (%s)",
		    nm_nss_reason());
		undo(j, asker);
		return NM_ERR_STORAGE_FAILED;
	}
	nm_database_changed(j->db);
	for (size_t i = 0; i < j->count && ok; i++) {
		in = &j->certs[i];
		if (in->stored &&
		    (in->owned || !nm_database_owns(j->db, in->cert))) {
			ok = nm_import_skip(out, in->cert, NM_SKIP_PRESENT);
		} else if (!nm_certificate_stored(in->cert)) {
			ok = nm_import_skip(out, in->cert, NM_SKIP_NOT_STORED);
		} else {
			ok = nm_import_add(out, in->cert);
		}
	}
	return ok ? NM_OK : NM_ERR_INTERNAL;
}

enum nm_error
nm_pkcs12_import(struct nm_database *db, struct nm_bytes data,
    const struct nm_asker *asker, struct nm_import *out, struct nm_fault *fault)
{
	struct job j = { .db = db, .data = data };
	enum nm_error error;

	error = nm_pkcs12_check(data, &j.iterations, fault);
	if (error != NM_OK)
		return error;
	if (asker == NULL) {
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "The password of the PKCS #12 file must be asked for");
	}
	if ((j.slot = PK11_GetInternalKeySlot()) == NULL)
		return NM_ERR_INTERNAL;
	error = nm_token_unlock(db, j.slot, asker, fault);
	if (error == NM_OK && PK11_NeedUserInit(j.slot) &&
	    PK11_InitPin(j.slot, NULL, "") != SECSuccess) {
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The database takes no keys (%s)", nm_nss_reason());
	}
	if (error == NM_OK)
		error = open_file(&j, asker, fault);
	if (error == NM_OK)
		error = look_inside(&j, fault);
	if (error == NM_OK)
		error = write_all(&j, asker, out, fault);
	close_decoder(&j);
	nm_wipe(j.bmp, sizeof(j.bmp));
	for (size_t i = 0; i < j.count; i++)
		CERT_DestroyCertificate(j.certs[i].cert);
	free(j.certs);
	PK11_FreeSlot(j.slot);
	return error;
}
