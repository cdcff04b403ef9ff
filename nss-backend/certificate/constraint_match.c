/* SPDX-License-Identifier: MPL-2.0 */
/* Names against the subtrees of their forms (RFC 5280 section 4.2.1.10). */
#include "certificate/constraint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <nssmime/mime.h>

#define MAX_HOST 255u

/* ---- hosts ------------------------------------------------------------- */

/*
 * A host name as it is compared: lower case, internationalised labels as
 * A-labels (RFC 8398 section 6 compares U-labels, to the same effect). False:
 * it is none.
 */
static bool
host_of(struct nm_bytes text, char out[MAX_HOST + 1])
{
	char address[MAX_HOST + 3];
	char *normal;
	bool ok;

	if (text.len == 0 || text.len > MAX_HOST)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		/* empty labels, and what is in no host name */
		if (text.data[i] <= ' ' || text.data[i] == 0x7f ||
		    strchr("@[]:/\\\"(),;<>", text.data[i]) != NULL ||
		    (text.data[i] == '.' &&
			(i == 0 || i + 1 == text.len ||
			    text.data[i - 1] == '.')))
			return false;
	}
	memcpy(address, "x@", 2);
	memcpy(address + 2, text.data, text.len);
	address[text.len + 2] = '\0';
	normal = nm_address_normalise(address);
	ok = normal != NULL && strlen(normal + 2) <= MAX_HOST;
	if (ok)
		strcpy(out, normal + 2);
	free(normal);
	return ok;
}

/* A host of a constraint, whose leading period is kept. */
static bool
base_of(struct nm_bytes text, char out[MAX_HOST + 2])
{
	size_t dot = text.len != 0 && text.data[0] == '.';

	out[0] = '.';
	text.data += dot;
	text.len -= dot;
	return host_of(text, out + dot);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && strcmp(text + a - b, end) == 0;
}

/* "host" means that host; ".domain" every host in it, but not itself. */
static enum nm_match
host_inside(const char *host, const char *base)
{
	bool inside =
	    base[0] == '.' ? ends_with(host, base) : strcmp(host, base) == 0;

	return inside ? NM_MATCH_YES : NM_MATCH_NO;
}

/* ---- rfc822Name -------------------------------------------------------- */

/*
 * A mailbox, divided at its one "@". Quoted local parts hide an "@" from one
 * reader and not from another: they cannot be compared.
 */
static bool
divide(struct nm_bytes text, struct nm_bytes *local, struct nm_bytes *domain)
{
	const uint8_t *at =
	    text.len == 0 ? NULL : memchr(text.data, '@', text.len);

	if (at == NULL || at == text.data ||
	    memchr(text.data, '"', text.len) != NULL ||
	    memchr(text.data, '\0', text.len) != NULL)
		return false;
	*local = (struct nm_bytes){ text.data, (size_t)(at - text.data) };
	*domain = (struct nm_bytes){ at + 1, text.len - local->len - 1 };
	return memchr(domain->data, '@', domain->len) == NULL;
}

/*
 * Local parts are compared as they are (RFC 5280 section 7.5); but where one
 * is excluded, so is what readers take for the same: the address that a mail
 * is from is compared with those of its signer without regard to case.
 */
static enum nm_match
same_local(struct nm_bytes a, struct nm_bytes b, bool excluded)
{
	char *x = NULL, *y = NULL;
	enum nm_match match = NM_MATCH_UNKNOWN;

	if (nm_bytes_equal(a, b))
		return NM_MATCH_YES;
	if (!excluded)
		return NM_MATCH_NO;
	if (asprintf(&x, "%.*s@x", (int)a.len, (const char *)a.data) < 0)
		x = NULL;
	if (asprintf(&y, "%.*s@x", (int)b.len, (const char *)b.data) < 0)
		y = NULL;
	if (x != NULL && y != NULL)
		match = nm_address_equal(x, y) ? NM_MATCH_YES : NM_MATCH_NO;
	free(x);
	free(y);
	return match;
}

static enum nm_match
mailbox_inside(struct nm_bytes name, struct nm_bytes base, bool excluded)
{
	char host[MAX_HOST + 1], wanted[MAX_HOST + 2];
	struct nm_bytes local, domain, base_local, base_domain;

	if (!divide(name, &local, &domain) || !host_of(domain, host))
		return NM_MATCH_UNKNOWN;
	if (memchr(base.data, '@', base.len) == NULL)
		return base_of(base, wanted) ? host_inside(host, wanted)
					     : NM_MATCH_UNKNOWN;
	if (!divide(base, &base_local, &base_domain) ||
	    !host_of(base_domain, wanted))
		return NM_MATCH_UNKNOWN;
	return strcmp(host, wanted) == 0
	    ? same_local(local, base_local, excluded)
	    : NM_MATCH_NO;
}

/* ---- dNSName ----------------------------------------------------------- */

static enum nm_match
dns_inside(struct nm_bytes name, struct nm_bytes base, bool excluded)
{
	char host[MAX_HOST + 1], wanted[MAX_HOST + 2];
	bool wild = name.len > 2 && memcmp(name.data, "*.", 2) == 0;
	const char *plain, *rest;
	size_t dot;

	if (wild) {
		name.data += 2;
		name.len -= 2;
	}
	if (memchr(name.data, '*', name.len) != NULL || !host_of(name, host))
		return NM_MATCH_UNKNOWN;
	if (base.len == 0)
		return NM_MATCH_YES;
	if (!base_of(base, wanted))
		return NM_MATCH_UNKNOWN;
	dot = wanted[0] == '.';
	plain = wanted + dot;
	/* one of what the wildcard stands for */
	rest = strchr(plain, '.');
	if (wild && excluded && rest != NULL && strcmp(rest + 1, host) == 0)
		return NM_MATCH_YES;
	if (strcmp(host, plain) == 0)
		return wild || dot == 0 ? NM_MATCH_YES : NM_MATCH_NO;
	if (dot == 0) {
		memmove(wanted + 1, wanted, strlen(wanted) + 1);
		wanted[0] = '.';
	}
	return ends_with(host, wanted) ? NM_MATCH_YES : NM_MATCH_NO;
}

/* ---- uniformResourceIdentifier ----------------------------------------- */

/* A last label of digits, or of a hexadecimal number, makes it an IPv4
 * address for those who open it. */
static bool
is_number(const char *host)
{
	const char *label = strrchr(host, '.');
	size_t digits;

	label = label == NULL ? host : label + 1;
	digits = strspn(label, "0123456789");
	if (label[digits] == '\0')
		return true;
	return label[0] == '0' && label[1] == 'x' &&
	    label[2 + strspn(label + 2, "0123456789abcdef")] == '\0';
}

/* The host of a URI's authority (RFC 3986 section 3.2); it must be a fully
 * qualified domain name. */
static bool
uri_host(struct nm_bytes uri, char out[MAX_HOST + 1])
{
	const uint8_t *colon = memchr(uri.data, ':', uri.len), *at, *end;
	struct nm_bytes host;

	if (colon == NULL || colon == uri.data ||
	    (size_t)(uri.data + uri.len - colon) < 4 ||
	    memcmp(colon, "://", 3) != 0)
		return false;
	host.data = colon + 3;
	end = uri.data + uri.len;
	for (at = host.data; at < end && strchr("/?#\\", *at) == NULL; at++)
		;
	end = at;
	for (at = end; at > host.data; at--) {
		if (at[-1] == '@') {
			host.data = at;
			break;
		}
	}
	host.len = (size_t)(end - host.data);
	at = memchr(host.data, ':', host.len);
	if (at != NULL) {
		for (const uint8_t *p = at + 1; p < end; p++) {
			if (!isdigit(*p))
				return false;
		}
		host.len = (size_t)(at - host.data);
	}
	return host_of(host, out) && strchr(out, '.') != NULL &&
	    !is_number(out);
}

static enum nm_match
uri_inside(struct nm_bytes name, struct nm_bytes base)
{
	char host[MAX_HOST + 1], wanted[MAX_HOST + 2];

	if (!uri_host(name, host) || !base_of(base, wanted))
		return NM_MATCH_UNKNOWN;
	return host_inside(host, wanted);
}

/* ---- iPAddress ------------------------------------------------------ */

static enum nm_match
ip_inside(struct nm_bytes name, struct nm_bytes base)
{
	if (name.len != 4 && name.len != 16)
		return NM_MATCH_UNKNOWN;
	if (base.len != 2 * name.len)
		return NM_MATCH_NO;
	for (size_t i = 0; i < name.len; i++) {
		if (((name.data[i] ^ base.data[i]) & base.data[name.len + i]) !=
		    0)
			return NM_MATCH_NO;
	}
	return NM_MATCH_YES;
}

/* Eight or 32 octets; the mask is a row of ones (RFC 4632 section 3.1). */
static bool
ip_base_sane(struct nm_bytes base)
{
	bool zeros = false;

	if (base.len != 8 && base.len != 32)
		return false;
	for (size_t i = base.len / 2; i < base.len; i++) {
		for (unsigned bit = 0x80; bit != 0; bit >>= 1) {
			bool one = (base.data[i] & bit) != 0;

			if (one && zeros)
				return false;
			zeros |= !one;
		}
	}
	return true;
}

/* ---- all of them ------------------------------------------------------- */

bool
nm_general_name_is_ascii(const struct nm_general_name *name)
{
	if (name->form != NM_NAME_RFC822 && name->form != NM_NAME_DNS &&
	    name->form != NM_NAME_URI)
		return true;
	for (size_t i = 0; i < name->value.len; i++) {
		if (name->value.data[i] >= 0x80)
			return false;
	}
	return true;
}

enum nm_match
nm_name_inside(const struct nm_general_name *name,
    const struct nm_general_name *base, bool excluded)
{
	switch (base->form) {
	case NM_NAME_RFC822:
		return mailbox_inside(name->value, base->value, excluded);
	case NM_NAME_DNS:
		return dns_inside(name->value, base->value, excluded);
	case NM_NAME_URI:
		return uri_inside(name->value, base->value);
	case NM_NAME_IP:
		return ip_inside(name->value, base->value);
	case NM_NAME_DIRECTORY:
		return nm_directory_inside(name->value, base->value);
	case NM_NAME_OTHER:
	case NM_NAME_X400:
	case NM_NAME_EDI_PARTY:
	case NM_NAME_REGISTERED_ID:
		break;
	}
	return NM_MATCH_UNKNOWN;
}

bool
nm_name_base_sane(const struct nm_general_name *base)
{
	char host[MAX_HOST + 2];
	struct nm_bytes local, domain, v = base->value;

	if (!nm_general_name_is_ascii(base))
		return false;
	switch (base->form) {
	case NM_NAME_RFC822:
		if (memchr(v.data, '@', v.len) == NULL)
			return base_of(v, host);
		return divide(v, &local, &domain) && host_of(domain, host);
	case NM_NAME_DNS:
		return v.len == 0 ||
		    (memchr(v.data, '*', v.len) == NULL && base_of(v, host));
	case NM_NAME_URI:
		return base_of(v, host);
	case NM_NAME_IP:
		return ip_base_sane(v);
	case NM_NAME_DIRECTORY:
		/* all names there are: no subtree */
		return v.len > 2;
	default:
		return true;
	}
}
