/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Certificates, and the revocation lists beside them, from a file: PEM (RFC
 * 7468), DER, PKCS #7 (RFC 8551 3.8) in BER of any shape.
 */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#include "cms/ber.h"

#define MAX_CERTS 2000u
#define MAX_LISTS 100u

static enum nm_error
invalid(struct nm_fault *fault, const char *what)
{
	return nm_fail(fault, NM_ERR_INVALID_PARAMS, "%s", what);
}

static enum nm_error
add_der(struct nm_bag *p, struct nm_bytes der, struct nm_fault *fault)
{
	CERTCertificate **certs, *cert;

	if (p->count >= MAX_CERTS)
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

/* What a list says is for whoever uses it to check. */
static enum nm_error
add_list(struct nm_bag *p, struct nm_bytes der)
{
	struct nm_buffer *lists;

	if (p->list_count >= MAX_LISTS)
		return NM_OK;
	lists = reallocarray(p->lists, p->list_count + 1, sizeof(*lists));
	if (lists == NULL)
		return NM_ERR_INTERNAL;
	p->lists = lists;
	lists[p->list_count] = (struct nm_buffer)NM_BUFFER_INIT;
	nm_buffer_append(&lists[p->list_count], der.data, der.len);
	return nm_buffer_failed(&lists[p->list_count++]) ? NM_ERR_INTERNAL
							 : NM_OK;
}

/* ContentInfo { signedData, [0] SignedData { version, digestAlgorithms,
 * encapContentInfo, certificates [0] IMPLICIT, ... } } (RFC 5652 5.1). */
static enum nm_error
parse_signed_data(
    struct nm_bag *p, struct nm_bytes data, struct nm_fault *fault)
{
	static const uint8_t signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x07, 0x02 };
	struct nm_tlv info, oid, content, sd, e, certs, lists;
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
	if (error == NM_OK && nm_der_take(&sd.value, 0xa1, &lists)) {
		while (error == NM_OK && nm_der_next(&lists.value, &e)) {
			if (e.tag == 0x30)
				error = add_list(p, e.raw);
		}
	}
	return error;
}

static enum nm_error
parse_pkcs7(struct nm_bag *p, struct nm_bytes data, struct nm_fault *fault)
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

/* One block by its label; a block of another kind is only counted. */
static enum nm_error
add_block(struct nm_bag *p, struct nm_bytes label, struct nm_bytes text,
    struct nm_fault *fault)
{
	static const struct {
		const char *label;
		enum {
			CERT,
			PKCS7,
			LIST
		} kind;
	} kinds[] = {
		{ "CERTIFICATE", CERT },
		{ "X509 CERTIFICATE", CERT },
		{ "PKCS7", PKCS7 },
		{ "CMS", PKCS7 },
		{ "X509 CRL", LIST },
	};
	struct nm_buffer der = NM_BUFFER_INIT;
	enum nm_error error = NM_OK;
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) &&
	    (strlen(kinds[i].label) != label.len ||
		memcmp(kinds[i].label, label.data, label.len) != 0))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		p->others++;
	else if (!decode_block(text.data, text.len, &der))
		error = invalid(fault, "A PEM block is not base64");
	else if (kinds[i].kind == CERT)
		error = add_der(p, nm_buffer_bytes(&der), fault);
	else if (kinds[i].kind == PKCS7)
		error = parse_pkcs7(p, nm_buffer_bytes(&der), fault);
	else
		error = add_list(p, nm_buffer_bytes(&der));
	nm_buffer_reset(&der);
	return error;
}

static enum nm_error
parse_pem(struct nm_bag *p, struct nm_bytes data, struct nm_fault *fault)
{
	const uint8_t *at = data.data, *end = data.data + data.len;
	const uint8_t *label, *text, *stop;
	enum nm_error error = NM_OK;

	while (error == NM_OK &&
	    (label = search(at, end, "-----BEGIN ")) != NULL) {
		label += strlen("-----BEGIN ");
		if ((text = search(label, end, "-----")) == NULL ||
		    (stop = search(text + 5, end, "-----END ")) == NULL)
			return invalid(fault, "A PEM block does not end");
		at = stop + strlen("-----END ");
		error = add_block(p,
		    (struct nm_bytes){ label, (size_t)(text - label) },
		    (struct nm_bytes){ text + 5, (size_t)(stop - text) - 5 },
		    fault);
	}
	return error;
}

enum nm_form
nm_form_detect(struct nm_bytes data)
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
nm_bag_parse(const uint8_t *data, size_t len, enum nm_form form,
    struct nm_bag *out, struct nm_fault *fault)
{
	struct nm_bytes bytes = { data, len };
	enum nm_error error;

	memset(out, 0, sizeof(*out));
	if (len == 0)
		return invalid(fault, "The file is empty");
	switch (form == NM_FORM_AUTO ? nm_form_detect(bytes) : form) {
	case NM_FORM_PEM:
		error = parse_pem(out, bytes, fault);
		break;
	case NM_FORM_DER:
		error = add_der(out, bytes, fault);
		break;
	case NM_FORM_PKCS7:
		error = parse_pkcs7(out, bytes, fault);
		break;
	case NM_FORM_PKCS12:
	case NM_FORM_AUTO:
	default:
		error = invalid(fault,
		    "This is no file of certificates: PKCS #12 (.p12, .pfx), "
		    "PEM (.pem), DER (.cer, .crt, .der) or PKCS #7 (.p7b)");
		break;
	}
	if (error == NM_OK && out->count == 0)
		error = invalid(fault, "The file holds no certificate");
	if (error != NM_OK)
		nm_bag_clear(out);
	return error;
}

void
nm_bag_clear(struct nm_bag *bag)
{
	for (size_t i = 0; i < bag->count; i++)
		CERT_DestroyCertificate(bag->certs[i]);
	for (size_t i = 0; i < bag->list_count; i++)
		nm_buffer_reset(&bag->lists[i]);
	free(bag->certs);
	free(bag->lists);
	memset(bag, 0, sizeof(*bag));
}
