/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The addresses of a certificate (RFC 8550 section 3): rfc822Name and
 * SmtpUTF8Mailbox (RFC 8398, RFC 9598) of subjectAltName, and the e-mail
 * attribute of the subject. NSS knows neither SmtpUTF8Mailbox nor, in its
 * list, where an address came from; and cuts at a NUL byte, so that
 * "alice@example.org\0.evil" would read as alice's. Here such a name is none.
 */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>
#include <secitem.h>
#include <secoid.h>

#define MAX_ADDRESSES 1000
#define MAX_ADDRESS   1024

#define TAG_OTHER_NAME 0xa0 /* GeneralName's choices, RFC 5280 4.2.1.6 */
#define TAG_RFC822     0x81

#define MAX_WRITTEN 320 /* of an address, RFC 5321 4.5.3.1 */

/* id-on-SmtpUTF8Mailbox, 1.3.6.1.5.5.7.8.9 */
static const uint8_t id_mailbox[] = { 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08,
	0x09 };

void
nm_strings_clear(struct nm_strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->items[i]);
	free(s->items);
	*s = (struct nm_strings){ NULL, 0 };
}

/* Whether it is UTF-8 (RFC 3629) without controls, or ASCII alone. */
static bool
is_text(struct nm_bytes v, bool ascii)
{
	uint32_t code, least;
	size_t more;

	for (size_t i = 0; i < v.len; i++) {
		if (v.data[i] < 0x20 || v.data[i] == 0x7f)
			return false;
		if (v.data[i] < 0x80)
			continue;
		if (ascii)
			return false;
		if ((v.data[i] & 0xe0) == 0xc0) {
			more = 1;
			least = 0x80;
			code = v.data[i] & 0x1fu;
		} else if ((v.data[i] & 0xf0) == 0xe0) {
			more = 2;
			least = 0x800;
			code = v.data[i] & 0x0fu;
		} else if ((v.data[i] & 0xf8) == 0xf0) {
			more = 3;
			least = 0x10000;
			code = v.data[i] & 0x07u;
		} else {
			return false;
		}
		if (more > v.len - 1 - i)
			return false;
		for (; more > 0; more--) {
			if ((v.data[++i] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (v.data[i] & 0x3fu);
		}
		if (code < least || code > 0x10ffff ||
		    (code >= 0xd800 && code <= 0xdfff))
			return false;
	}
	return true;
}

static bool
add(struct nm_strings *s, struct nm_bytes v, bool ascii)
{
	char **items, *item;

	if (v.len < 3 || v.len > MAX_ADDRESS || s->count >= MAX_ADDRESSES ||
	    memchr(v.data, '@', v.len) == NULL || !is_text(v, ascii))
		return true;
	for (size_t i = 0; i < s->count; i++) {
		if (strlen(s->items[i]) == v.len &&
		    memcmp(s->items[i], v.data, v.len) == 0)
			return true;
	}
	items = realloc(s->items, (s->count + 1) * sizeof(*items));
	if (items == NULL)
		return false;
	s->items = items;
	if ((item = malloc(v.len + 1)) == NULL)
		return false;
	memcpy(item, v.data, v.len);
	item[v.len] = '\0';
	s->items[s->count++] = item;
	return true;
}

/* OtherName ::= SEQUENCE { type-id, value [0] EXPLICIT ANY } */
bool
nm_smtp_utf8_mailbox(struct nm_bytes other, struct nm_bytes *mailbox)
{
	struct nm_tlv oid, value, text;

	*mailbox = (struct nm_bytes){ NULL, 0 };
	if (!nm_der_take(&other, 0x06, &oid) ||
	    oid.value.len != sizeof(id_mailbox) ||
	    memcmp(oid.value.data, id_mailbox, sizeof(id_mailbox)) != 0)
		return false;
	if (nm_der_take(&other, 0xa0, &value) && other.len == 0 &&
	    nm_der_take(&value.value, 0x0c, &text) && value.value.len == 0 &&
	    is_text(text.value, false))
		*mailbox = text.value;
	return true;
}

static void
put_mailbox(struct nm_buffer *out, const char *mailbox, size_t len)
{
	size_t other = nm_der_begin(out, TAG_OTHER_NAME), value;

	nm_der_put(out, 0x06, id_mailbox, sizeof(id_mailbox));
	value = nm_der_begin(out, 0xa0);
	nm_der_put(out, 0x0c, mailbox, len);
	nm_der_end(out, value);
	nm_der_end(out, other);
}

/* Labels of letters, digits and hyphens (RFC 1034 section 3.5). */
static bool
is_host_name(const char *p)
{
	size_t len;

	for (;; p += len + 1) {
		len = strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-");
		if (len == 0 || p[0] == '-' || p[len - 1] == '-')
			return false;
		if (p[len] != '.')
			return p[len] == '\0';
	}
}

/* The local part as it is written; the domain in A-labels in either form of
 * name (RFC 5280 7.5, RFC 9598 section 3). */
bool
nm_general_name_put(struct nm_buffer *out, const char *address)
{
	const char *at = strrchr(address, '@'), *domain;
	struct nm_buffer mailbox = NM_BUFFER_INIT;
	char *normal = NULL;
	bool good = false;

	if (at == NULL || strlen(address) > MAX_WRITTEN ||
	    (normal = nm_address_normalise(address)) == NULL ||
	    (domain = strrchr(normal, '@')) == NULL ||
	    !is_host_name(domain + 1))
		goto out;
	nm_buffer_append(&mailbox, address, (size_t)(at - address));
	nm_buffer_string(&mailbox, domain);
	if (!is_text(nm_buffer_bytes(&mailbox), false))
		goto out;
	if (is_text(nm_buffer_bytes(&mailbox), true))
		nm_der_put(out, TAG_RFC822, mailbox.data, mailbox.len);
	else
		put_mailbox(out, (const char *)mailbox.data, mailbox.len);
	if (nm_buffer_failed(&mailbox))
		out->failed = true;
	good = true;
out:
	nm_buffer_reset(&mailbox);
	free(normal);
	return good;
}

static bool
add_alternative(struct nm_strings *s, const CERTCertificate *cert)
{
	SECItem item = { siBuffer, NULL, 0 };
	struct nm_tlv names, name;
	struct nm_bytes cursor, mailbox;
	bool ok = true;

	if (CERT_FindCertExtension(
		cert, SEC_OID_X509_SUBJECT_ALT_NAME, &item) != SECSuccess)
		return true;
	cursor = (struct nm_bytes){ item.data, item.len };
	if (nm_der_take(&cursor, 0x30, &names)) {
		while (ok && nm_der_next(&names.value, &name)) {
			if (name.tag == TAG_RFC822)
				ok = add(s, name.value, true);
			else if (name.tag == TAG_OTHER_NAME &&
			    nm_smtp_utf8_mailbox(name.value, &mailbox))
				ok = add(s, mailbox, false);
		}
	}
	SECITEM_FreeItem(&item, PR_FALSE);
	return ok;
}

static bool
add_subject(struct nm_strings *s, const CERTCertificate *cert)
{
	SECOidTag tag;
	SECItem *value;
	bool ok = true;

	for (CERTRDN **rdn = cert->subject.rdns;
	     rdn != NULL && *rdn != NULL && ok; rdn++) {
		for (CERTAVA **ava = (*rdn)->avas;
		     ava != NULL && *ava != NULL && ok; ava++) {
			tag = CERT_GetAVATag(*ava);
			if (tag != SEC_OID_PKCS9_EMAIL_ADDRESS &&
			    tag != SEC_OID_RFC1274_MAIL)
				continue;
			value = CERT_DecodeAVAValue(&(*ava)->value);
			if (value == NULL)
				continue;
			ok =
			    add(s, (struct nm_bytes){ value->data, value->len },
				false);
			SECITEM_FreeItem(value, PR_TRUE);
		}
	}
	return ok;
}

bool
nm_certificate_addresses(const CERTCertificate *cert, struct nm_strings *out)
{
	*out = (struct nm_strings){ NULL, 0 };
	if (add_alternative(out, cert) && add_subject(out, cert))
		return true;
	nm_strings_clear(out);
	return false;
}
