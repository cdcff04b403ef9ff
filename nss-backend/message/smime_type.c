/* SPDX-License-Identifier: MPL-2.0 */
#include "smime_type.h"

#include <string.h>
#include <strings.h>

static bool
ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcasecmp(text + n - m, end) == 0;
}

static bool
names_cms(const char *file)
{
	return file != NULL &&
	    (ends_with(file, ".p7m") || ends_with(file, ".p7c") ||
		ends_with(file, ".p7z"));
}

/* A file name parameter of Content-Type or Content-Disposition: gateways
 * relabel S/MIME as application/octet-stream (RFC 8551 3.9). */
static bool
file_is_cms(const struct nm_header *header, const struct nm_value *type)
{
	const struct nm_field *f;
	struct nm_value disposition;
	bool found;

	if (names_cms(nm_value_parameter(type, "name")))
		return true;
	f = nm_header_find(header, "Content-Disposition", 0);
	if (f == NULL || nm_value_parse(f->value, &disposition) != NM_OK)
		return false;
	found = names_cms(nm_value_parameter(&disposition, "filename"));
	nm_value_clear(&disposition);
	return found;
}

bool
nm_smime_is_signature(const struct nm_value *type)
{
	return strcmp(type->type, "application/pkcs7-signature") == 0 ||
	    strcmp(type->type, "application/x-pkcs7-signature") == 0;
}

bool
nm_smime_says_signed(const struct nm_value *type)
{
	const char *smime = nm_value_parameter(type, "smime-type");

	if (nm_smime_is_signature(type))
		return true;
	return smime != NULL &&
	    (strcasecmp(smime, "signed-data") == 0 ||
		strcasecmp(smime, "certs-only") == 0 ||
		strcasecmp(smime, "signed-receipt") == 0);
}

enum nm_smime_type
nm_smime_type_of(const struct nm_header *header, const struct nm_value *type)
{
	const char *protocol;

	/* A signature that has lost its multipart/signed is CMS all the same:
	 * one that signs nothing, and says so. */
	if (strcmp(type->type, "application/pkcs7-mime") == 0 ||
	    strcmp(type->type, "application/x-pkcs7-mime") == 0 ||
	    nm_smime_is_signature(type))
		return NM_SMIME_PKCS7_MIME;
	if (strcmp(type->type, "application/octet-stream") == 0 &&
	    file_is_cms(header, type))
		return NM_SMIME_PKCS7_MIME;
	if (strcmp(type->type, "multipart/signed") != 0 ||
	    nm_value_parameter(type, "boundary") == NULL)
		return NM_SMIME_NOT;
	protocol = nm_value_parameter(type, "protocol");
	if (protocol != NULL &&
	    (strcasecmp(protocol, "application/pkcs7-signature") == 0 ||
		strcasecmp(protocol, "application/x-pkcs7-signature") == 0))
		return NM_SMIME_MULTIPART_SIGNED;
	return NM_SMIME_NOT;
}
