/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Certificates from files (bag.c) and with their keys (pkcs12.c): all is
 * parsed and checked before anything is written.
 */
#include "certificate/pkcs12.h"

#include <stdlib.h>
#include <string.h>

#define MAX_IMPORT  (8u * 1024u * 1024u)
#define MAX_SKIPPED 2000u

static const struct {
	const char *code;
	const char *text;
} skips[] = {
	[NM_SKIP_PRESENT] = { "already-there",
	    "It is in the database already" },
	[NM_SKIP_NOT_STORED] = { "not-stored", "The database did not take it" },
	[NM_SKIP_NO_CERTIFICATE] = { "no-certificate",
	    "A part of the file is no certificate (a private key is imported "
	    "from a PKCS #12 alone)" },
	[NM_SKIP_REVOCATION_LIST] = { "revocation-list",
	    "A revocation list is not imported" },
};

const char *
nm_skip_text(enum nm_skip skip)
{
	return skips[skip].text;
}

const char *
nm_skip_code(enum nm_skip skip)
{
	return skips[skip].code;
}

bool
nm_import_add(struct nm_import *im, CERTCertificate *cert)
{
	CERTCertificate **items;

	items = reallocarray(
	    im->imported, im->imported_count + 1, sizeof(CERTCertificate *));
	if (items == NULL)
		return false;
	im->imported = items;
	im->imported[im->imported_count++] = CERT_DupCertificate(cert);
	return true;
}

bool
nm_import_skip(
    struct nm_import *im, const CERTCertificate *cert, enum nm_skip why)
{
	struct nm_import_skip *items, *made;

	items =
	    reallocarray(im->skipped, im->skipped_count + 1, sizeof(*items));
	if (items == NULL)
		return false;
	im->skipped = items;
	made = &items[im->skipped_count];
	memset(made, 0, sizeof(*made));
	if (cert != NULL)
		nm_certificate_fingerprint(cert, made->fingerprint);
	made->why = why;
	im->skipped_count++;
	return true;
}

void
nm_import_clear(struct nm_import *im)
{
	for (size_t i = 0; i < im->imported_count; i++)
		CERT_DestroyCertificate(im->imported[i]);
	free(im->imported);
	free(im->skipped);
	memset(im, 0, sizeof(*im));
}

/* All of them or none. */
static enum nm_error
store(struct nm_database *db, const struct nm_bag *p,
    const struct nm_asker *asker, struct nm_import *out, struct nm_fault *fault)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; i < p->count && error == NM_OK; i++) {
		if (nm_certificate_stored(p->certs[i])) {
			if (!nm_import_skip(out, p->certs[i], NM_SKIP_PRESENT))
				error = NM_ERR_INTERNAL;
			continue;
		}
		error = nm_certificate_store(db, p->certs[i], asker, fault);
		if (error == NM_OK && !nm_import_add(out, p->certs[i])) {
			(void)nm_certificate_delete(
			    db, p->certs[i], false, asker, NULL);
			error = NM_ERR_INTERNAL;
		}
	}
	for (size_t i = 0; error != NM_OK && i < out->imported_count; i++) {
		(void)nm_certificate_delete(
		    db, out->imported[i], false, asker, NULL);
	}
	return error;
}

/* What else was in a file, told without its contents. */
static enum nm_error
skip_others(const struct nm_bag *p, struct nm_import *out)
{
	for (size_t i = 0; i < p->others + p->list_count && i < MAX_SKIPPED;
	     i++) {
		if (!nm_import_skip(out, NULL,
			i < p->others ? NM_SKIP_NO_CERTIFICATE
				      : NM_SKIP_REVOCATION_LIST))
			return NM_ERR_INTERNAL;
	}
	return NM_OK;
}

static enum nm_error
import_bag(struct nm_database *db, struct nm_bytes data, enum nm_form form,
    const struct nm_asker *asker, struct nm_import *out, struct nm_fault *fault)
{
	struct nm_bag bag;
	enum nm_error error;

	error = nm_bag_parse(data.data, data.len, form, &bag, fault);
	if (error == NM_OK && (error = skip_others(&bag, out)) == NM_OK)
		error = store(db, &bag, asker, out, fault);
	nm_bag_clear(&bag);
	return error;
}

enum nm_error
nm_import(struct nm_database *db, const uint8_t *data, size_t len,
    enum nm_form form, const struct nm_asker *asker, struct nm_import *out,
    struct nm_fault *fault)
{
	struct nm_bytes bytes = { data, len };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if (len > MAX_IMPORT) {
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The file is larger than %u bytes", MAX_IMPORT);
	}
	if (len == 0)
		return nm_fail(
		    fault, NM_ERR_INVALID_PARAMS, "The file is empty");
	if (!nm_database_writable(db)) {
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	}
	if (form == NM_FORM_AUTO)
		form = nm_form_detect(bytes);
	error = form == NM_FORM_PKCS12
	    ? nm_pkcs12_import(db, bytes, asker, out, fault)
	    : import_bag(db, bytes, form, asker, out, fault);
	if (error != NM_OK)
		nm_import_clear(out);
	return error;
}
