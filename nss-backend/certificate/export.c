/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

#include <p12.h>
#include <secerr.h>
#include <secoid.h>

#include <nssmime/mime.h>

#define PEM_LINE  48u /* bytes: 64 characters (RFC 7468 section 2) */
#define MAX_CHAIN 32u

static void
write_pem(const CERTCertificate *cert, struct nm_buffer *out)
{
	const SECItem *der = &cert->derCert;
	char line[PEM_LINE / 3 * 4 + 1];
	size_t n;

	nm_buffer_string(out, "-----BEGIN CERTIFICATE-----\n");
	for (size_t at = 0; at < der->len; at += n) {
		n = der->len - at < PEM_LINE ? der->len - at : PEM_LINE;
		nm_base64_encode(der->data + at, n, line);
		nm_buffer_append(out, line, nm_base64_encoded_size(n));
		nm_buffer_byte(out, '\n');
	}
	nm_buffer_string(out, "-----END CERTIFICATE-----\n");
}

static enum nm_error
write_pkcs7(CERTCertificate *cert, struct nm_buffer *out)
{
	CERTCertificate *certs[MAX_CHAIN];
	enum nm_error error = NM_ERR_INTERNAL;
	CERTCertListNode *node;
	CERTCertList *list;
	size_t count = 0;

	list = CERT_GetCertChainFromCert(cert, PR_Now(), certUsageEmailSigner);
	if (list == NULL)
		return error;
	for (node = CERT_LIST_HEAD(list);
	     !CERT_LIST_END(node, list) && count < MAX_CHAIN;
	     node = CERT_LIST_NEXT(node))
		certs[count++] = node->cert;
	error = nm_cms_certs_only(certs, count, out);
	CERT_DestroyCertList(list);
	return error;
}

enum nm_error
nm_export(struct nm_database *db, CERTCertificate *cert, enum nm_form form,
    struct nm_buffer *out, struct nm_fault *fault)
{
	enum nm_error error = NM_OK;

	(void)db;
	switch (form) {
	case NM_FORM_PEM:
		write_pem(cert, out);
		break;
	case NM_FORM_DER:
		nm_buffer_append(out, cert->derCert.data, cert->derCert.len);
		break;
	case NM_FORM_PKCS7:
		error = write_pkcs7(cert, out);
		break;
	case NM_FORM_AUTO:
	case NM_FORM_PKCS12:
	default:
		return nm_fail(fault, NM_ERR_INVALID_PARAMS,
		    "A certificate is exported as pem, der or pkcs7");
	}
	if (error != NM_OK || nm_buffer_failed(out)) {
		return nm_fail(fault, NM_ERR_INTERNAL,
		    "The certificate cannot be exported");
	}
	return NM_OK;
}

static void
collect(void *arg, const char *data, unsigned long len)
{
	nm_buffer_append(arg, data, len);
}

/* PBES2 with AES-256 and a SHA-256 MAC: as NSS, OpenSSL 3 and Windows 10 read
 * and write it. */
static bool
encode(CERTCertificate *cert, PK11SlotInfo *slot, char *password,
    struct nm_buffer *out)
{
	SECItem item = { siBuffer, (unsigned char *)password,
		(unsigned)strlen(password) };
	SEC_PKCS12SafeInfo *keys, *certs;
	SEC_PKCS12ExportContext *x;
	bool ok = false;

	x = SEC_PKCS12CreateExportContext(NULL, NULL, slot, NULL);
	if (x == NULL ||
	    SEC_PKCS12AddPasswordIntegrity(x, &item, SEC_OID_SHA256) !=
		SECSuccess)
		goto out;
	keys = SEC_PKCS12CreateUnencryptedSafe(x);
	certs = SEC_PKCS12CreatePasswordPrivSafe(x, &item, SEC_OID_AES_256_CBC);
	ok = keys != NULL && certs != NULL &&
	    SEC_PKCS12AddCertAndKey(x, certs, NULL, cert,
		CERT_GetDefaultCertDB(), keys, NULL, PR_TRUE, &item,
		SEC_OID_AES_256_CBC) == SECSuccess &&
	    SEC_PKCS12Encode(x, collect, out) == SECSuccess &&
	    !nm_buffer_failed(out);
out:
	if (x != NULL)
		SEC_PKCS12DestroyExportContext(x);
	return ok;
}

enum nm_error
nm_export_pkcs12(struct nm_database *db, CERTCertificate *cert,
    const struct nm_asker *asker, struct nm_buffer *out, struct nm_fault *fault)
{
	struct nm_question q = { "Password for the new certificate file", NULL,
		0 };
	SECKEYPrivateKey *key = NULL;
	PK11SlotInfo *slot = NULL;
	enum nm_error error;
	char *password = NULL;

	if (asker == NULL) {
		return nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "A password for the file must be asked for");
	}
	if ((error = nm_certificate_key(db, cert, asker, &key, fault)) != NM_OK)
		return error;
	slot = PK11_GetSlotFromPrivateKey(key);
	error = asker->new_password(asker->arg, &q, &password);
	if (error != NM_OK)
		goto out;
	if (password[0] == '\0') {
		error = nm_fail(fault, NM_ERR_PASSWORD_REQUIRED,
		    "A private key is not exported without a password");
		goto out;
	}
	if (!encode(cert, slot, password, out)) {
		error = nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "The private key cannot be exported (%s)", nm_nss_reason());
		nm_buffer_clear(out);
	}
out:
	nm_secret_free(&password);
	if (slot != NULL)
		PK11_FreeSlot(slot);
	SECKEY_DestroyPrivateKey(key);
	return error;
}
