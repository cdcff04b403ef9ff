/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/constraint.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include <secitem.h>
#include <secoid.h>

#define MAX_NAMES    4096u
#define MAX_SUBTREES 4096u
/* Names times subtrees over a whole path: each is a comparison. */
#define MAX_WORK 100000u

/* What a certificate is called: its subject, its alternative names. */
struct names {
	SECItem extension; /* owned: the names are inside of it */
	SECItem email[16]; /* owned: those of the subject, decoded */
	size_t email_count;
	SECItem common;	     /* owned: a CN that reads as a host name */
	uint8_t address[16]; /* which may be one of these */
	struct nm_general_name *items;
	size_t count;
	bool malformed;
};

static void
names_clear(struct names *n)
{
	SECITEM_FreeItem(&n->extension, PR_FALSE);
	SECITEM_FreeItem(&n->common, PR_FALSE);
	for (size_t i = 0; i < n->email_count; i++)
		SECITEM_FreeItem(&n->email[i], PR_FALSE);
	free(n->items);
	memset(n, 0, sizeof(*n));
}

static bool
names_add(struct names *n, enum nm_name_form form, struct nm_bytes value)
{
	struct nm_general_name *items;

	if (n->count == MAX_NAMES)
		return false;
	items = reallocarray(n->items, n->count + 1, sizeof(*items));
	if (items == NULL)
		return false;
	n->items = items;
	items[n->count++] = (struct nm_general_name){ form, value };
	return true;
}

/* As it stands in a certificate or as the base of a subtree. */
bool
nm_general_name_read(const struct nm_tlv *tlv, struct nm_general_name *out)
{
	/* of which forms the contents are elements */
	static const unsigned constructed = 1u << NM_NAME_OTHER |
	    1u << NM_NAME_X400 | 1u << NM_NAME_DIRECTORY |
	    1u << NM_NAME_EDI_PARTY;
	unsigned number = tlv->tag & 0x1fu;

	if ((tlv->tag & 0xc0) != 0x80 || number > NM_NAME_REGISTERED_ID ||
	    (tlv->tag >> 5 & 1u) != (constructed >> number & 1u))
		return false;
	out->form = (enum nm_name_form)number;
	out->value = tlv->value;
	return true;
}

static bool
add_alternative(struct names *n, const CERTCertificate *cert)
{
	struct nm_tlv all, tlv;
	struct nm_general_name name;
	struct nm_bytes cursor, mailbox;

	if (CERT_FindCertExtension(cert, SEC_OID_X509_SUBJECT_ALT_NAME,
		&n->extension) != SECSuccess)
		return true;
	cursor = (struct nm_bytes){ n->extension.data, n->extension.len };
	if (!nm_der_take(&cursor, 0x30, &all) || cursor.len != 0)
		return false;
	while (all.value.len != 0) {
		if (!nm_der_next(&all.value, &tlv) ||
		    !nm_general_name_read(&tlv, &name))
			return false;
		/* An IA5String of other characters: an empty name of that form
		 * instead, which is inside of nothing that can be told. */
		if (!nm_general_name_is_ascii(&name))
			name.value.len = 0;
		if (!names_add(n, name.form, name.value))
			return false;
		/* RFC 9598 section 6: both forms are one namespace */
		if (name.form == NM_NAME_OTHER &&
		    nm_smtp_utf8_mailbox(name.value, &mailbox) &&
		    !names_add(n, NM_NAME_RFC822, mailbox))
			return false;
	}
	return true;
}

static bool
take(SECItem *out, const SECItem *value)
{
	SECItem *decoded = CERT_DecodeAVAValue(value);

	if (decoded == NULL)
		return false;
	*out = *decoded;
	PORT_Free(decoded);
	return true;
}

/* Software takes a common name for a host's name or address where there is no
 * alternative name, if it can be one. */
static bool
is_host(const SECItem *v)
{
	for (unsigned i = 0; i < v->len; i++) {
		if (v->data[i] <= ' ' || v->data[i] == '@')
			return false;
	}
	return v->len != 0 && memchr(v->data, '.', v->len) != NULL;
}

static bool
add_subject(struct names *n, const CERTCertificate *cert)
{
	struct nm_bytes subject = { cert->derSubject.data,
		cert->derSubject.len };
	SECItem *item;

	/* an empty subject is no name (RFC 5280 4.2.1.10) */
	if (subject.len > 2 && !names_add(n, NM_NAME_DIRECTORY, subject))
		return false;
	for (CERTRDN **r = cert->subject.rdns; r != NULL && *r != NULL; r++) {
		for (CERTAVA **a = (*r)->avas; a != NULL && *a != NULL; a++) {
			switch (CERT_GetAVATag(*a)) {
			case SEC_OID_PKCS9_EMAIL_ADDRESS:
			case SEC_OID_RFC1274_MAIL:
				/* Also beside alternative names, where the RFC
				 * lets it be: here it counts as an address. */
				if (n->email_count == 16)
					return false;
				item = &n->email[n->email_count];
				if (!take(item, &(*a)->value))
					return false;
				n->email_count++;
				if (!names_add(n, NM_NAME_RFC822,
					(struct nm_bytes){
					    item->data, item->len }))
					return false;
				break;
			case SEC_OID_AVA_COMMON_NAME:
				SECITEM_FreeItem(&n->common, PR_FALSE);
				(void)take(&n->common, &(*a)->value);
				break;
			default:
				break;
			}
		}
	}
	return true;
}

static bool
add_common_name(struct names *n)
{
	struct nm_bytes v = { n->common.data, n->common.len };
	char text[INET6_ADDRSTRLEN] = "";

	if (n->extension.data != NULL)
		return true;
	if (v.len != 0 && v.len < sizeof(text))
		memcpy(text, v.data, v.len);
	if (inet_pton(AF_INET, text, n->address) == 1)
		return names_add(
		    n, NM_NAME_IP, (struct nm_bytes){ n->address, 4 });
	if (inet_pton(AF_INET6, text, n->address) == 1)
		return names_add(
		    n, NM_NAME_IP, (struct nm_bytes){ n->address, 16 });
	if (!is_host(&n->common))
		return true;
	return names_add(n, NM_NAME_DNS, v);
}

static void
names_of(const CERTCertificate *cert, struct names *out)
{
	memset(out, 0, sizeof(*out));
	out->malformed = !add_alternative(out, cert) ||
	    !add_subject(out, cert) || !add_common_name(out);
}

/* ---- the constraints ------------------------------------------------ */

struct subtree {
	struct nm_general_name base;
	bool excluded;
	bool distances; /* minimum or maximum, which nobody can process */
};

struct constraints {
	bool any;
	struct subtree *items;
	size_t count;
};

static void
constraints_clear(struct constraints *c)
{
	free(c->items);
	memset(c, 0, sizeof(*c));
}

/* GeneralSubtree ::= SEQUENCE { base, minimum [0] DEFAULT 0, maximum [1] } */
static bool
read_subtree(struct nm_bytes tree, struct subtree *out)
{
	struct nm_tlv base, distance;

	if (!nm_der_next(&tree, &base) ||
	    !nm_general_name_read(&base, &out->base))
		return false;
	out->distances = false;
	if (nm_der_take(&tree, 0x80, &distance))
		out->distances =
		    distance.value.len != 1 || distance.value.data[0] != 0;
	if (nm_der_take(&tree, 0x81, &distance))
		out->distances = true;
	return tree.len == 0 && nm_name_base_sane(&out->base);
}

static bool
read_subtrees(struct constraints *c, struct nm_bytes list, bool excluded)
{
	struct subtree *items;
	struct nm_tlv tree;

	if (list.len == 0) /* SIZE (1..MAX) */
		return false;
	while (list.len != 0) {
		if (c->count == MAX_SUBTREES ||
		    !nm_der_take(&list, 0x30, &tree))
			return false;
		items = reallocarray(c->items, c->count + 1, sizeof(*items));
		if (items == NULL)
			return false;
		c->items = items;
		if (!read_subtree(tree.value, &items[c->count]))
			return false;
		items[c->count++].excluded = excluded;
	}
	return true;
}

/* False: there are some, and they cannot be read. */
static bool
constraints_of(const CERTCertificate *cert, struct constraints *out)
{
	struct nm_tlv all, list;
	struct nm_bytes cursor;
	bool any = false;

	memset(out, 0, sizeof(*out));
	/* as it was signed: NSS's copy may have gone (below) */
	out->any =
	    nm_extension_find(cert, NM_EXTENSION_NAME_CONSTRAINTS, &cursor);
	if (!out->any)
		return true;
	if (!nm_der_take(&cursor, 0x30, &all) || cursor.len != 0)
		return false;
	for (uint8_t excluded = 0; excluded < 2; excluded++) {
		if (!nm_der_take(&all.value, 0xa0 | excluded, &list))
			continue;
		any = true;
		if (!read_subtrees(out, list.value, excluded != 0))
			return false;
	}
	return any && all.value.len == 0;
}

/* ---- both --------------------------------------------------------------- */

static bool
name_passes(const struct constraints *c, const struct nm_general_name *name)
{
	bool restricted = false, permitted = false;
	enum nm_match match;

	for (size_t i = 0; i < c->count; i++) {
		const struct subtree *t = &c->items[i];

		if (t->base.form != name->form)
			continue;
		match = nm_name_inside(name, &t->base, t->excluded);
		/* what cannot be processed is to be rejected */
		if (match == NM_MATCH_UNKNOWN || t->distances)
			return false;
		if (t->excluded && match == NM_MATCH_YES)
			return false;
		restricted |= !t->excluded;
		permitted |= !t->excluded && match == NM_MATCH_YES;
	}
	return permitted || !restricted;
}

static bool
names_pass(const struct constraints *c, const struct names *names, size_t *work)
{
	if (names->malformed)
		return false;
	*work += names->count * c->count;
	if (*work > MAX_WORK)
		return false;
	for (size_t i = 0; i < names->count; i++) {
		if (!name_passes(c, &names->items[i]))
			return false;
	}
	return true;
}

void
nm_path_check_names(struct nm_path *p)
{
	struct constraints c;
	struct names names;
	size_t work = 0;
	bool readable;

	for (size_t i = 0; i < p->count; i++) {
		readable = constraints_of(p->links[i].cert, &c);
		if (!readable)
			p->links[i].reasons |=
			    NM_REASON_BIT(NM_REASON_MALFORMED);
		else if (i == 0 && c.any &&
		    !CERT_IsCACert(p->links[i].cert, NULL))
			/* it is for authorities alone */
			p->links[i].reasons |=
			    NM_REASON_BIT(NM_REASON_NAME_CONSTRAINT);
		for (size_t j = 0; (!readable || c.count != 0) && j < i; j++) {
			/* a key rollover is no name of its own */
			if (j != 0 &&
			    nm_certificate_self_issued(p->links[j].cert))
				continue;
			names_of(p->links[j].cert, &names);
			/* nobody knows what is permitted */
			if (!readable || !names_pass(&c, &names, &work))
				p->links[j].reasons |=
				    NM_REASON_BIT(NM_REASON_NAME_CONSTRAINT);
			names_clear(&names);
		}
		constraints_clear(&c);
	}
}

static bool
is_constraint(const CERTCertExtension *e)
{
	return SECOID_FindOIDTag(&e->id) == SEC_OID_X509_NAME_CONSTRAINTS;
}

/* How many a list of NSS's has; *others: without those that constrain names. */
static size_t
count_extensions(CERTCertExtension *const *list, size_t *others)
{
	size_t all = 0;

	*others = 0;
	while (list != NULL && list[all] != NULL)
		*others += !is_constraint(list[all++]);
	return all;
}

/* Another thread may be looking at the list: it sees this one or that one. */
static void
forget(CERTCertificate *cert)
{
	CERTCertExtension **list = cert->extensions, **others;
	size_t left, all = count_extensions(list, &left);

	if (left == all)
		return;
	others = PORT_ArenaZAlloc(cert->arena, (left + 1) * sizeof(*others));
	if (others == NULL)
		return; /* NSS's own word stays */
	for (size_t i = 0, to = 0; i < all; i++) {
		if (!is_constraint(list[i]))
			others[to++] = list[i];
	}
	__atomic_store_n(&cert->extensions, others, __ATOMIC_RELEASE);
}

void
nm_path_judge_names(struct nm_path *p)
{
	nm_reasons found = 0;
	size_t left;
	bool any = false;

	/* nearly all paths have none, or were here before */
	for (size_t i = 1; i < p->count; i++)
		any |= count_extensions(p->links[i].cert->extensions, &left) !=
		    left;
	if (!any)
		return;
	nm_path_check_names(p);
	for (size_t i = 0; i < p->count; i++)
		found |= p->links[i].reasons;
	for (size_t i = 1; found == 0 && i < p->count; i++)
		forget(p->links[i].cert);
}
