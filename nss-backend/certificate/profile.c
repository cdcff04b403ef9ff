/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The profile of RFC 5280 section 4, where NSS reads over what breaks it: an
 * extension that it cannot decode counts as absent to it, of two of one kind
 * it sees the first, a date it completes, and whether the algorithm that
 * verified the signature is the one that was signed it does not ask.
 */
#include "certificate/constraint.h"

#include <string.h>

/* ---- fields ------------------------------------------------------------- */

/* Extensions are those of version 3 (4.1.2.1, 4.1.2.9). */
static bool
version_fits(const struct nm_certificate_parts *p)
{
	struct nm_bytes field = p->version;
	struct nm_tlv number;
	uint64_t version = 0;

	if (field.data != NULL &&
	    (!nm_der_take(&field, 0x02, &number) || field.len != 0 ||
		!nm_der_uint(number.value, &version)))
		return false;
	return version <= 2 && (version == 2 || !p->extended);
}

/* AlgorithmIdentifier; NULL for no parameters is no difference. */
static bool
read_algorithm(
    struct nm_bytes from, struct nm_bytes *oid, struct nm_bytes *parameters)
{
	struct nm_tlv e;

	if (!nm_der_take(&from, 0x06, &e))
		return false;
	*oid = e.value;
	*parameters =
	    nm_der_take(&from, 0x05, &e) ? (struct nm_bytes){ NULL, 0 } : from;
	return true;
}

/* 4.1.1.2: what the issuer signed decides, and both are to be the same: else
 * a digest that is too weak would be hidden behind the name of another. */
static bool
algorithms_agree(const struct nm_certificate_parts *p)
{
	struct nm_bytes a, b, x, y;

	return read_algorithm(p->algorithm, &a, &x) &&
	    read_algorithm(p->signed_with, &b, &y) && nm_bytes_equal(a, b) &&
	    nm_bytes_equal(x, y);
}

static unsigned
two_digits(const uint8_t *at)
{
	return (unsigned)(at[0] - '0') * 10 + (unsigned)(at[1] - '0');
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ, and nothing else (4.1.2.5). */
static bool
is_time(const struct nm_tlv *time)
{
	static const uint8_t days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	size_t len = time->tag == 0x17 ? 13 : 15;
	const uint8_t *p = time->value.data;
	unsigned year, month, day;

	if ((time->tag != 0x17 && time->tag != 0x18) ||
	    time->value.len != len || p[len - 1] != 'Z')
		return false;
	for (size_t i = 0; i + 1 < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
	}
	/* of a UTCTime: 1950 to 2049, all of whose fourth years are leap */
	year = len == 13 ? 0 : two_digits(p) * 100;
	p += len - 13;
	year += two_digits(p);
	month = two_digits(p + 2);
	day = two_digits(p + 4);
	if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
		return false;
	if (month == 2 && day == 29 &&
	    (year % 4 != 0 ||
		(len == 15 && year % 100 == 0 && year % 400 != 0)))
		return false;
	return two_digits(p + 6) < 24 && two_digits(p + 8) < 60 &&
	    two_digits(p + 10) < 60;
}

static bool
is_validity(struct nm_bytes validity)
{
	struct nm_tlv from, until;

	return nm_der_next(&validity, &from) &&
	    nm_der_next(&validity, &until) && validity.len == 0 &&
	    is_time(&from) && is_time(&until);
}

/* 4.1.2.4: each RDN has an attribute. */
static bool
is_name(struct nm_bytes name)
{
	struct nm_tlv rdn, pair, type, value;

	while (name.len != 0) {
		if (!nm_der_take(&name, 0x31, &rdn) || rdn.value.len == 0)
			return false;
		while (rdn.value.len != 0) {
			if (!nm_der_take(&rdn.value, 0x30, &pair) ||
			    !nm_der_take(&pair.value, 0x06, &type) ||
			    !nm_der_next(&pair.value, &value) ||
			    pair.value.len != 0)
				return false;
		}
	}
	return true;
}

/* ---- extensions (4.2.1) -------------------------------------------------- */

static bool
is_key_usage(struct nm_bytes v)
{
	struct nm_tlv bits;

	return nm_der_take(&v, 0x03, &bits) && v.len == 0 &&
	    bits.value.len != 0 && bits.value.data[0] < 8 &&
	    (bits.value.len > 1 || bits.value.data[0] == 0);
}

static bool
is_basic(struct nm_bytes v)
{
	struct nm_tlv all, e;

	if (!nm_der_take(&v, 0x30, &all) || v.len != 0)
		return false;
	if (nm_der_take(&all.value, 0x01, &e) && e.value.len != 1)
		return false;
	(void)nm_der_take(&all.value, 0x02, &e);
	return all.value.len == 0;
}

static bool
are_names(struct nm_bytes v)
{
	struct nm_tlv all, e;
	struct nm_general_name name;

	if (!nm_der_take(&v, 0x30, &all) || v.len != 0)
		return false;
	while (all.value.len != 0) {
		if (!nm_der_next(&all.value, &e) ||
		    !nm_general_name_read(&e, &name))
			return false;
	}
	return true;
}

static bool
are_usages(struct nm_bytes v)
{
	struct nm_tlv all, oid;

	if (!nm_der_take(&v, 0x30, &all) || v.len != 0)
		return false;
	while (all.value.len != 0) {
		if (!nm_der_take(&all.value, 0x06, &oid))
			return false;
	}
	return true;
}

/* SEQUENCE OF SEQUENCE that begins with an identifier. */
static bool
are_policies(struct nm_bytes v)
{
	struct nm_tlv all, one, oid;

	if (!nm_der_take(&v, 0x30, &all) || v.len != 0 || all.value.len == 0)
		return false;
	while (all.value.len != 0) {
		if (!nm_der_take(&all.value, 0x30, &one) ||
		    !nm_der_take(&one.value, 0x06, &oid))
			return false;
	}
	return true;
}

/* SEQUENCE of up to three elements, by their tags, each of which may lack. */
static bool
has_members(struct nm_bytes v, const uint8_t tags[3])
{
	struct nm_tlv all, e;

	if (!nm_der_take(&v, 0x30, &all) || v.len != 0)
		return false;
	for (size_t i = 0; i < 3; i++)
		(void)nm_der_take(&all.value, tags[i], &e);
	return all.value.len == 0;
}

static bool
is_element(struct nm_bytes v, uint8_t tag)
{
	struct nm_tlv e;

	return nm_der_take(&v, tag, &e) && v.len == 0;
}

/* nameConstraints are looked at where they are applied (constraint.c). */
bool
nm_extension_readable(const struct nm_extension *e)
{
	switch (nm_extension_number(e)) {
	case NM_EXTENSION_SUBJECT_KEY:
		return is_element(e->value, 0x04);
	case NM_EXTENSION_KEY_USAGE:
		return is_key_usage(e->value);
	case NM_EXTENSION_SUBJECT_NAMES:
		return are_names(e->value);
	case NM_EXTENSION_BASIC:
		return is_basic(e->value);
	case NM_EXTENSION_POLICIES:
	case NM_EXTENSION_POLICY_MAPPINGS:
		return are_policies(e->value);
	case NM_EXTENSION_AUTHORITY_KEY:
		return has_members(
		    e->value, (const uint8_t[]){ 0x80, 0xa1, 0x82 });
	case NM_EXTENSION_POLICY_CONSTRAINTS:
		return has_members(
		    e->value, (const uint8_t[]){ 0x80, 0x81, 0x81 });
	case NM_EXTENSION_EXTENDED_USAGE:
		return are_usages(e->value);
	case NM_EXTENSION_INHIBIT_ANY:
		return is_element(e->value, 0x02);
	default:
		return true;
	}
}

/* 4.2: one instance of each. */
static bool
is_repeated(struct nm_bytes rest, struct nm_bytes oid)
{
	struct nm_extension other;

	while (nm_extension_next(&rest, &other)) {
		if (nm_bytes_equal(other.oid, oid))
			return true;
	}
	return false;
}

static bool
are_extensions(struct nm_bytes list)
{
	struct nm_extension e;

	while (list.len != 0) {
		if (!nm_extension_next(&list, &e) ||
		    !nm_extension_readable(&e) || is_repeated(list, e.oid))
			return false;
	}
	return true;
}

bool
nm_certificate_in_profile(const CERTCertificate *cert)
{
	struct nm_bytes der = { cert->derCert.data, cert->derCert.len };
	struct nm_certificate_parts p;

	return nm_certificate_divide(der, &p) && version_fits(&p) &&
	    algorithms_agree(&p) && is_validity(p.validity) &&
	    is_name(p.issuer) && is_name(p.subject) &&
	    are_extensions(p.extensions);
}

bool
nm_certificate_asks_more(const CERTCertificate *cert)
{
	struct nm_bytes der = { cert->derCert.data, cert->derCert.len };
	struct nm_certificate_parts p;
	struct nm_extension e;

	if (!nm_certificate_divide(der, &p))
		return true;
	while (nm_extension_next(&p.extensions, &e)) {
		switch (
		    e.critical ? nm_extension_number(&e) : NM_EXTENSION_BASIC) {
		case NM_EXTENSION_SUBJECT_KEY:
		case NM_EXTENSION_KEY_USAGE:
		case NM_EXTENSION_SUBJECT_NAMES:
		case NM_EXTENSION_BASIC:
		case NM_EXTENSION_NAME_CONSTRAINTS:
		case NM_EXTENSION_POLICIES:
		case NM_EXTENSION_POLICY_MAPPINGS:
		case NM_EXTENSION_AUTHORITY_KEY:
		case NM_EXTENSION_POLICY_CONSTRAINTS:
		case NM_EXTENSION_EXTENDED_USAGE:
		case NM_EXTENSION_INHIBIT_ANY:
			break;
		default:
			return true;
		}
	}
	return false;
}
