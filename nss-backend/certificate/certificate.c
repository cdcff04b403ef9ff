/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/facts.h"

#include <stdlib.h>
#include <string.h>

#include <certdb.h>
#include <hasht.h>
#include <secport.h>

static void
to_hex(const uint8_t *data, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

void
nm_certificate_fingerprint(
    const CERTCertificate *cert, char out[NM_FINGERPRINT_SIZE])
{
	uint8_t hash[SHA256_LENGTH];

	if (PK11_HashBuf(SEC_OID_SHA256, hash, cert->derCert.data,
		(PRInt32)cert->derCert.len) != SECSuccess)
		memset(hash, 0, sizeof(hash));
	to_hex(hash, sizeof(hash), out);
}

/* NSS passes on what a certificate calls UTF-8 as it is. What is none becomes
 * '?', so that the string can go anywhere. */
static char *
name_string(CERTName *name)
{
	char *text, *copy;
	unsigned char *p;
	size_t more;

	text = CERT_NameToAsciiInvertible(name, CERT_N2A_STRICT);
	copy = strdup(text != NULL ? text : "");
	PORT_Free(text);
	if (copy == NULL)
		return NULL;
	for (p = (unsigned char *)copy; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		if (*p < 0x80)
			continue;
		more = *p >= 0xc2 && *p <= 0xdf ? 1
		    : *p >= 0xe0 && *p <= 0xef	? 2
		    : *p >= 0xf0 && *p <= 0xf4	? 3
						: 0;
		for (size_t i = 1; i <= more; i++) {
			if ((p[i] & 0xc0) != 0x80) {
				more = 0;
				break;
			}
		}
		/* overlong forms and surrogates (RFC 3629 section 3) */
		if ((*p == 0xe0 && p[1] < 0xa0) ||
		    (*p == 0xed && p[1] > 0x9f) ||
		    (*p == 0xf0 && p[1] < 0x90) || (*p == 0xf4 && p[1] > 0x8f))
			more = 0;
		if (more == 0)
			*p = '?';
		p += more;
	}
	return copy;
}

static char *
serial_string(const CERTCertificate *cert)
{
	const SECItem *serial = &cert->serialNumber;
	char *out = malloc(2 * (size_t)serial->len + 1);

	if (out != NULL)
		to_hex(serial->data, serial->len, out);
	return out;
}

static enum nm_trust
get_trust(const CERTCertificate *cert)
{
	CERTCertTrust trust;
	unsigned flags;

	if (CERT_GetCertTrust(cert, &trust) != SECSuccess)
		return NM_TRUST_INHERITED;
	flags = trust.emailFlags;
	if ((flags & CERTDB_TRUSTED_CA) != 0 ||
	    (flags & (CERTDB_TERMINAL_RECORD | CERTDB_TRUSTED)) ==
		(CERTDB_TERMINAL_RECORD | CERTDB_TRUSTED))
		return NM_TRUST_TRUSTED;
	if ((flags & CERTDB_TERMINAL_RECORD) != 0)
		return NM_TRUST_UNTRUSTED;
	return NM_TRUST_INHERITED;
}

enum nm_error
nm_certificate_describe(
    struct nm_database *db, CERTCertificate *cert, struct nm_certificate *out)
{
	struct nm_strings addresses;
	struct nm_key_facts key;

	memset(out, 0, sizeof(*out));
	nm_certificate_fingerprint(cert, out->fingerprint);
	out->subject = name_string(&cert->subject);
	out->issuer = name_string(&cert->issuer);
	out->serial = serial_string(cert);
	if (out->subject == NULL || out->issuer == NULL ||
	    out->serial == NULL || !nm_certificate_addresses(cert, &addresses))
		goto memory;
	out->addresses = addresses.items;
	out->address_count = addresses.count;
	(void)nm_certificate_validity(cert, &out->not_before, &out->not_after);
	nm_certificate_key_facts(cert, &key);
	out->key_type = key.type;
	out->key_bits = key.bits;
	out->curve = key.curve;
	out->usages = nm_certificate_usages(cert);
	out->own = db != NULL && nm_database_owns(db, cert);
	if (cert->slot != NULL && cert->isperm) {
		out->token = strdup(PK11_GetTokenName(cert->slot));
		if (out->token == NULL)
			goto memory;
	}
	out->trust = get_trust(cert);
	return NM_OK;
memory:
	nm_certificate_clear(out);
	return NM_ERR_INTERNAL;
}

void
nm_certificate_clear(struct nm_certificate *c)
{
	struct nm_strings addresses = { c->addresses, c->address_count };

	free(c->subject);
	free(c->issuer);
	free(c->serial);
	free(c->token);
	nm_strings_clear(&addresses);
	memset(c, 0, sizeof(*c));
}
