/* SPDX-License-Identifier: MPL-2.0 */
/*
 * PEM (RFC 7468), DER, certs-only PKCS #7 (RFC 8551 3.8) and PKCS #12
 * (pkcs12.c): all is parsed and checked before anything is written.
 */
#include "certificate/pkcs12.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "cms/ber.h"

#define MAX_IMPORT	 (8u * 1024u * 1024u)
#define MAX_IMPORT_CERTS 2000u

struct parsed {
	CERTCertificate **certs; /* own references */
	size_t count;
};

static void
parsed_clear(struct parsed *p)
{
	for (size_t i = 0; i < p->count; i++)
		CERT_DestroyCertificate(p->certs[i]);
	free(p->certs);
	*p = (struct parsed){ NULL, 0 };
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
    struct nm_import *im, const CERTCertificate *cert, const char *reason)
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
	if ((made->reason = strdup(reason)) == NULL)
		return false;
	im->skipped_count++;
	return true;
}

void
nm_import_clear(struct nm_import *im)
{
	for (size_t i = 0; i < im->imported_count; i++)
		CERT_DestroyCertificate(im->imported[i]);
	for (size_t i = 0; i < im->skipped_count; i++)
		free(im->skipped[i].reason);
	free(im->imported);
	free(im->skipped);
	memset(im, 0, sizeof(*im));
}

static enum nm_error
invalid(struct nm_fault *fault, const char *what)
{
	return nm_fail(fault, NM_ERR_INVALID_PARAMS, "%s", what);
}

static enum nm_error
add_der(struct parsed *p, struct nm_bytes der, struct nm_fault *fault)
{
	CERTCertificate **certs, *cert;

	if (p->count >= MAX_IMPORT_CERTS)
		return invalid(fault, "There are too many certificates");
	/* the wire's error for data that cannot be read is not a message's */
	if ((cert = nm_certificate_decode(der.data, der.len, NULL)) == NULL)
		return invalid(fault, "A certificate cannot be read");
	certs = reallocarray(p->certs, p->count + 1, sizeof(CERTCertificate *));
	if (certs == NULL) {
		CERT_DestroyCertificate(cert);
		return NM_ERR_INTERNAL;
	}
	p->certs = certs;
	p->certs[p->count++] = cert;
	return NM_OK;
}

/* ContentInfo { signedData, [0] SignedData { version, digestAlgorithms,
 * encapContentInfo, certificates [0] IMPLICIT, ... } } (RFC 5652 5.1). */
static enum nm_error
parse_signed_data(
    struct parsed *p, struct nm_bytes data, struct nm_fault *fault)
{
	static const uint8_t signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x07, 0x02 };
	struct nm_tlv info, oid, content, sd, e, certs;
	enum nm_error error = NM_OK;

	if (!nm_der_take(&data, 0x30, &info) ||
	    !nm_der_take(&info.value, 0x06, &oid) ||
	    oid.value.len != sizeof(signed_data) ||
	    memcmp(oid.value.data, signed_data, sizeof(signed_data)) != 0 ||
	    !nm_der_take(&info.value, 0xa0, &content) ||
	    !nm_der_take(&content.value, 0x30, &sd) ||
	    !nm_der_take(&sd.value, 0x02, &e) ||
	    !nm_der_take(&sd.value, 0x31, &e) ||
	    !nm_der_take(&sd.value, 0x30, &e))
		return invalid(fault, "The PKCS #7 file cannot be read");
	if (!nm_der_take(&sd.value, 0xa0, &certs))
		return invalid(fault, "The PKCS #7 file has no certificates");
	while (error == NM_OK && nm_der_next(&certs.value, &e)) {
		/* other forms of CertificateChoices are obsolete */
		if (e.tag == 0x30)
			error = add_der(p, e.raw, fault);
	}
	return error;
}

static enum nm_error
parse_pkcs7(struct parsed *p, struct nm_bytes data, struct nm_fault *fault)
{
	struct nm_buffer der = NM_BUFFER_INIT;
	enum nm_error error;

	error = nm_ber_normalise(data, &der)
	    ? parse_signed_data(p, nm_buffer_bytes(&der), fault)
	    : invalid(fault, "The PKCS #7 file cannot be read");
	nm_buffer_reset(&der);
	return error;
}

/* One block: the text between the lines of the label, without white space,
 * decoded in place. */
static bool
decode_block(const uint8_t *text, size_t len, struct nm_buffer *out)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	bool ok = false;
	uint8_t *room;
	size_t n;

	for (size_t i = 0; i < len; i++) {
		if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0')
			nm_buffer_byte(&b, text[i]);
	}
	nm_buffer_clear(out);
	if (!nm_buffer_failed(&b) && b.len != 0 &&
	    (room = nm_buffer_extend(out, b.len / 4 * 3 + 3)) != NULL &&
	    nm_base64_decode((const char *)b.data, b.len, room, &n)) {
		out->len = n;
		ok = true;
	}
	nm_buffer_reset(&b);
	return ok;
}

static const uint8_t *
search(const uint8_t *from, const uint8_t *end, const char *what)
{
	return memmem(from, (size_t)(end - from), what, strlen(what));
}

static bool
label_is(const uint8_t *label, size_t len, const char *what)
{
	return strlen(what) == len && memcmp(label, what, len) == 0;
}

static enum nm_error
parse_pem(struct parsed *p, struct nm_bytes data, struct nm_import *out,
    struct nm_fault *fault)
{
	const uint8_t *at = data.data, *end = data.data + data.len;
	const uint8_t *label, *text, *stop;
	struct nm_buffer der = NM_BUFFER_INIT;
	enum nm_error error = NM_OK;
	size_t len;

	while (error == NM_OK &&
	    (label = search(at, end, "-----BEGIN ")) != NULL) {
		label += strlen("-----BEGIN ");
		if ((text = search(label, end, "-----")) == NULL ||
		    (stop = search(text + 5, end, "-----END ")) == NULL) {
			error = invalid(fault, "A PEM block does not end");
			break;
		}
		len = (size_t)(text - label);
		text += 5;
		at = stop + strlen("-----END ");
		if (label_is(label, len, "CERTIFICATE") ||
		    label_is(label, len, "X509 CERTIFICATE")) {
			error = decode_block(text, (size_t)(stop - text), &der)
			    ? add_der(p, nm_buffer_bytes(&der), fault)
			    : invalid(fault, "A PEM block is not base64");
		} else if (label_is(label, len, "PKCS7") ||
		    label_is(label, len, "CMS")) {
			error = decode_block(text, (size_t)(stop - text), &der)
			    ? parse_pkcs7(p, nm_buffer_bytes(&der), fault)
			    : invalid(fault, "A PEM block is not base64");
		} else if (out->skipped_count < MAX_IMPORT_CERTS &&
		    !nm_import_skip(out, NULL,
			"A part of the file is no certificate (a "
			"private key "
			"is imported from a PKCS #12 alone)")) {
			error = NM_ERR_INTERNAL;
		}
	}
	nm_buffer_reset(&der);
	if (error == NM_OK && p->count == 0)
		error = invalid(fault, "The file holds no certificate");
	return error;
}

/* All of them or none. */
static enum nm_error
store(struct nm_database *db, const struct parsed *p,
    const struct nm_asker *asker, struct nm_import *out, struct nm_fault *fault)
{
	enum nm_error error = NM_OK;

	for (size_t i = 0; i < p->count && error == NM_OK; i++) {
		if (nm_certificate_stored(p->certs[i])) {
			if (!nm_import_skip(out, p->certs[i],
				"It is in the database already"))
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

static enum nm_form
detect(struct nm_bytes data)
{
	size_t at = 2;

	if (search(data.data, data.data + data.len, "-----BEGIN ") != NULL)
		return NM_FORM_PEM;
	if (data.len < 8 || data.data[0] != 0x30)
		return NM_FORM_AUTO;
	/* the first element inside, also behind an indefinite length */
	if ((data.data[1] & 0x80) != 0)
		at += data.data[1] & 0x7f;
	if (at >= data.len)
		return NM_FORM_AUTO;
	switch (data.data[at]) {
	case 0x02: /* PFX's version (RFC 7292 4) */
		return NM_FORM_PKCS12;
	case 0x06: /* ContentInfo's type */
		return NM_FORM_PKCS7;
	case 0x30: /* TBSCertificate */
		return NM_FORM_DER;
	default:
		return NM_FORM_AUTO;
	}
}

enum nm_error
nm_import(struct nm_database *db, const uint8_t *data, size_t len,
    enum nm_form form, const struct nm_asker *asker, struct nm_import *out,
    struct nm_fault *fault)
{
	struct nm_bytes bytes = { data, len };
	struct parsed p = { NULL, 0 };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if (len > MAX_IMPORT) {
		return nm_fail(fault, NM_ERR_TOO_LARGE,
		    "The file is larger than %u bytes", MAX_IMPORT);
	}
	if (len == 0)
		return invalid(fault, "The file is empty");
	if (!nm_database_writable(db)) {
		return nm_fail(fault, NM_ERR_DATABASE_READ_ONLY,
		    "The certificate database cannot be written to");
	}
	if (form == NM_FORM_AUTO)
		form = detect(bytes);
	switch (form) {
	case NM_FORM_PKCS12:
		error = nm_pkcs12_import(db, bytes, asker, out, fault);
		break;
	case NM_FORM_PEM:
		error = parse_pem(&p, bytes, out, fault);
		break;
	case NM_FORM_DER:
		error = add_der(&p, bytes, fault);
		break;
	case NM_FORM_PKCS7:
		error = parse_pkcs7(&p, bytes, fault);
		break;
	case NM_FORM_AUTO:
	default:
		error = invalid(fault, "The form of the file is not known");
		break;
	}
	if (error == NM_OK && form != NM_FORM_PKCS12)
		error = store(db, &p, asker, out, fault);
	parsed_clear(&p);
	if (error != NM_OK)
		nm_import_clear(out);
	return error;
}
