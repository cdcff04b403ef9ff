/* SPDX-License-Identifier: MPL-2.0 */
/* One attribute of a certificate's subject. */
#include <stdlib.h>
#include <string.h>

#include <secoid.h>

#include "certificate/facts.h"

static bool
has_type(const CERTAVA *ava, const SECItem *oid)
{
	return ava->type.len == oid->len &&
	    memcmp(ava->type.data, oid->data, oid->len) == 0;
}

static char *
value_of(const CERTAVA *ava)
{
	SECItem *text = CERT_DecodeAVAValue(&ava->value);
	char *out = NULL;

	if (text == NULL)
		return NULL;
	if (memchr(text->data, '\0', text->len) == NULL)
		out = strndup((const char *)text->data, text->len);
	SECITEM_FreeItem(text, PR_TRUE);
	return out;
}

char *
nm_certificate_attribute(const CERTCertificate *cert, const char *oid)
{
	CERTRDN *const *rdn = cert->subject.rdns;
	SECItem type = { siBuffer, NULL, 0 };
	char *found = NULL;

	if (SEC_StringToOID(NULL, &type, oid, 0) != SECSuccess)
		return NULL;
	for (; found == NULL && rdn != NULL && *rdn != NULL; rdn++) {
		CERTAVA *const *ava = (*rdn)->avas;

		for (; found == NULL && ava != NULL && *ava != NULL; ava++) {
			if (has_type(*ava, &type))
				found = value_of(*ava);
		}
	}
	SECITEM_FreeItem(&type, PR_FALSE);
	return found;
}
