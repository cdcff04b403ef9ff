/* SPDX-License-Identifier: MPL-2.0 */
/*
 * CertificateList (RFC 5280 section 5). Complete lists by the certificate's
 * own issuer are read; deltas, indirect lists and those for some reasons only
 * say nothing, unless they list the certificate.
 */
#include "certificate/revocation.h"

#include <string.h>

#include <pk11pub.h>
#include <pkcs11n.h>
#include <secitem.h>
#include <secoid.h>

#define MAX_ELEMENTS 4000000u /* of a list of 16 MiB */

/* id-ce: 2.5.29 */
#define CE_REASON      0x15 /* 21 */
#define CE_INVALIDITY  0x18 /* 24 */
#define CE_DELTA       0x1b /* 27 */
#define CE_POINT       0x1c /* 28 */
#define CE_CERT_ISSUER 0x1d /* 29 */
#define CE_NUMBER      0x14 /* 20 */
#define CE_AUTHORITY   0x23 /* 35 */
#define CE_FRESHEST    0x2e /* 46 */
#define CE_ISSUER_ALT  0x12 /* 18 */

struct extension {
	uint8_t ce; /* 0: not of id-ce */
	bool critical;
	struct nm_bytes value;
};

static bool
next_extension(struct nm_bytes *list, struct extension *out)
{
	struct nm_tlv e, oid, critical, value;

	if (!nm_der_take(list, 0x30, &e) || !nm_der_take(&e.value, 0x06, &oid))
		return false;
	out->critical = nm_der_take(&e.value, 0x01, &critical) &&
	    critical.value.len == 1 && critical.value.data[0] != 0;
	if (!nm_der_take(&e.value, 0x04, &value) || e.value.len != 0)
		return false;
	out->value = value.value;
	out->ce = oid.value.len == 3 && oid.value.data[0] == 0x55 &&
		oid.value.data[1] == 0x1d
	    ? oid.value.data[2]
	    : 0;
	return true;
}

/* Whether a GeneralName is among those by which the certificate says where
 * its list is (4.2.1.13); all are compared as they stand. */
static bool
is_named(struct nm_bytes points, const struct nm_tlv *wanted)
{
	struct nm_tlv all, point, name, full, one;

	if (!nm_der_take(&points, 0x30, &all))
		return false;
	while (nm_der_take(&all.value, 0x30, &point)) {
		if (!nm_der_take(&point.value, 0xa0, &name) ||
		    !nm_der_take(&name.value, 0xa0, &full))
			continue;
		while (nm_der_next(&full.value, &one)) {
			if (nm_bytes_equal(one.raw, wanted->raw))
				return true;
		}
	}
	return false;
}

/* A list that was divided among several is for those certificates that name
 * its part (6.3.3 b 2 i). */
static bool
part_covers(struct nm_bytes point, const CERTCertificate *cert)
{
	SECItem item = { siBuffer, NULL, 0 };
	struct nm_tlv full, one;
	bool named = false;

	if (!nm_der_take(&point, 0xa0, &full) ||
	    CERT_FindCertExtension(cert, SEC_OID_X509_CRL_DIST_POINTS, &item) !=
		SECSuccess)
		return false;
	while (!named && nm_der_next(&full.value, &one))
		named =
		    is_named((struct nm_bytes){ item.data, item.len }, &one);
	SECITEM_FreeItem(&item, PR_FALSE);
	return named;
}

/* IssuingDistributionPoint (5.2.5): whether the list speaks of certificates
 * of this kind, for all reasons, by its own issuer. */
static bool
point_covers(struct nm_bytes der, CERTCertificate *cert)
{
	struct nm_tlv seq, e;
	bool authority = CERT_IsCACert(cert, NULL), yes;

	if (!nm_der_take(&der, 0x30, &seq))
		return false;
	while (seq.value.len != 0) {
		if (!nm_der_next(&seq.value, &e))
			return false;
		yes = e.value.len == 1 && e.value.data[0] != 0;
		switch (e.tag) {
		case 0xa0: /* distributionPoint */
			if (!part_covers(e.value, cert))
				return false;
			break;
		case 0x81: /* onlyContainsUserCerts */
			if (yes && authority)
				return false;
			break;
		case 0x82: /* onlyContainsCACerts */
			if (yes && !authority)
				return false;
			break;
		case 0x84: /* indirectCRL */
			if (yes)
				return false;
			break;
		default: /* onlySomeReasons, attribute certificates */
			return false;
		}
	}
	return true;
}

/* Whether the absence of a certificate means something. */
static bool
is_complete(struct nm_bytes extensions, CERTCertificate *cert)
{
	struct extension e;

	while (extensions.len != 0) {
		if (!next_extension(&extensions, &e))
			return false;
		switch (e.ce) {
		case CE_POINT:
			if (!point_covers(e.value, cert))
				return false;
			break;
		case CE_DELTA:
			return false;
		case CE_NUMBER:
		case CE_AUTHORITY:
		case CE_FRESHEST:
		case CE_ISSUER_ALT:
			break;
		default:
			if (e.critical)
				return false;
		}
	}
	return true;
}

static struct nm_bytes
number(struct nm_bytes n)
{
	while (n.len > 1 && n.data[0] == 0) {
		n.data++;
		n.len--;
	}
	return n;
}

/* crlEntryExtensions; false: a critical one that is not understood, or the
 * entry is another issuer's. */
static bool
read_entry(struct nm_bytes rest, struct nm_statement *out)
{
	struct nm_tlv extensions, code;
	struct extension e;

	out->reason = 0;
	if (!nm_der_take(&rest, 0x30, &extensions))
		return rest.len == 0;
	while (extensions.value.len != 0) {
		if (!next_extension(&extensions.value, &e) ||
		    e.ce == CE_CERT_ISSUER)
			return false;
		if (e.ce == CE_REASON && nm_der_take(&e.value, 0x0a, &code) &&
		    code.value.len == 1)
			out->reason = code.value.data[0];
		else if (e.ce != CE_INVALIDITY && e.critical)
			return false;
	}
	return true;
}

/* Looks the certificate up; false: an entry cannot be read. */
static bool
look_up(struct nm_bytes entries, const CERTCertificate *cert,
    struct nm_statement *out)
{
	struct nm_bytes wanted = number((struct nm_bytes){
	    cert->serialNumber.data, cert->serialNumber.len });
	struct nm_tlv entry, serial, date;

	while (entries.len != 0) {
		if (!nm_der_take(&entries, 0x30, &entry) ||
		    !nm_der_take(&entry.value, 0x02, &serial))
			return false;
		if (!nm_bytes_equal(number(serial.value), wanted))
			continue;
		if (!nm_der_next(&entry.value, &date) ||
		    !nm_der_time(&date, &out->revoked_at) ||
		    !read_entry(entry.value, out))
			return false;
		out->status = NM_REVOCATION_REVOKED;
	}
	return true;
}

/* The authority may sign lists (4.2.1.3), and has signed this one. */
static bool
is_by(struct nm_bytes issuer, const struct nm_tlv *tbs,
    const struct nm_tlv *algorithm, const struct nm_tlv *bits,
    CERTCertificate *authority)
{
	SECItem name = nm_item(issuer, siBuffer);
	SECKEYPublicKey *key;
	bool ok;

	if (!SECITEM_ItemsAreEqual(&name, &authority->derSubject) ||
	    (authority->rawKeyUsage & KU_CRL_SIGN) == 0 ||
	    (key = CERT_ExtractPublicKey(authority)) == NULL)
		return false;
	ok = nm_signed_data_verify(tbs->raw, algorithm->raw, bits->value, key);
	SECKEY_DestroyPublicKey(key);
	return ok;
}

bool
nm_crl_read(struct nm_bytes list, CERTCertificate *cert,
    CERTCertificate *issuer, struct nm_statement *out)
{
	struct nm_tlv all, tbs, algorithm, bits, e, name, entries, extensions;

	memset(out, 0, sizeof(*out));
	out->status = NM_REVOCATION_UNKNOWN;
	out->until = INT64_MIN;
	memset(&entries, 0, sizeof(entries));
	memset(&extensions, 0, sizeof(extensions));
	if (!nm_der_take(&list, 0x30, &all) || list.len != 0 ||
	    !nm_der_take(&all.value, 0x30, &tbs) ||
	    !nm_der_take(&all.value, 0x30, &algorithm) ||
	    !nm_der_take(&all.value, 0x03, &bits) || all.value.len != 0 ||
	    !nm_der_well_formed(tbs.value, MAX_ELEMENTS))
		return false;
	all.value = tbs.value;
	(void)nm_der_take(&all.value, 0x02, &e);  /* version */
	if (!nm_der_take(&all.value, 0x30, &e) || /* signature */
	    !nm_der_take(&all.value, 0x30, &name) ||
	    !nm_der_next(&all.value, &e) || !nm_der_time(&e, &out->from))
		return false;
	if (all.value.len != 0 &&
	    (all.value.data[0] == 0x17 || all.value.data[0] == 0x18) &&
	    (!nm_der_next(&all.value, &e) || !nm_der_time(&e, &out->until)))
		return false;
	(void)nm_der_take(&all.value, 0x30, &entries);
	if (nm_der_take(&all.value, 0xa0, &e) &&
	    !nm_der_take(&e.value, 0x30, &extensions))
		return false;
	if (all.value.len != 0 ||
	    !is_by(name.raw, &tbs, &algorithm, &bits, issuer))
		return false;
	if (!look_up(entries.value, cert, out))
		return false;
	if (is_complete(extensions.value, cert)) {
		if (out->status == NM_REVOCATION_UNKNOWN)
			out->status = NM_REVOCATION_GOOD;
		return true;
	}
	return out->status == NM_REVOCATION_REVOKED;
}

void
nm_crl_each_stored(const CERTCertificate *cert,
    bool (*each)(void *arg, const struct nm_bytes *values), void *arg)
{
	struct nm_object_search search = {
		.class = CKO_NSS_CRL,
		.subject = { cert->derIssuer.data, cert->derIssuer.len },
		.types = { CKA_VALUE },
		.count = 1,
		.each = each,
	};
	PK11SlotInfo *slot = PK11_GetInternalKeySlot();

	if (slot == NULL)
		return;
	nm_objects_find(slot, &search, arg);
	PK11_FreeSlot(slot);
}
