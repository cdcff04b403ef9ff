/* SPDX-License-Identifier: MPL-2.0 */
#include "policy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LIST_MAX 1024

/* Of two settings that differ the one that permits less. */
enum strict {
	NEITHER, /* they are but different: the administrator's counts */
	STRICT_ON,
	STRICT_OFF
};

static const struct {
	const char *name; /* without "OWA" */
	enum strict strict;
} switches[HOST_OWA_SWITCHES] = {
	[HOST_OWA_ALWAYS_SIGN] = { "AlwaysSign", STRICT_ON },
	[HOST_OWA_ALWAYS_ENCRYPT] = { "AlwaysEncrypt", STRICT_ON },
	[HOST_OWA_USER_CHOICE] = { "AllowUserChoiceOfSigningCertificate",
	    STRICT_OFF },
	[HOST_OWA_CHECK_CRL] = { "CheckCRLOnSend", STRICT_ON },
	[HOST_OWA_CLEAR_SIGN] = { "ClearSign", NEITHER },
	[HOST_OWA_INCLUDE_ROOT] = { "IncludeCertificateChainAndRootCertificate",
	    NEITHER },
	[HOST_OWA_INCLUDE_CHAIN] = { "IncludeCertificateChainWithoutRootCertifi"
				     "cate",
	    NEITHER },
	[HOST_OWA_CAPABILITIES] = { "IncludeSMIMECapabilitiesInMessage",
	    NEITHER },
	[HOST_OWA_CARDS_ONLY] = { "OnlyUseSmartCard", STRICT_ON },
	[HOST_OWA_CERTIFICATES] = { "SignedEmailCertificateInclusion",
	    NEITHER },
	[HOST_OWA_TRIPLE_WRAP] = { "TripleWrapSignedEncryptedMail", STRICT_ON },
	[HOST_OWA_KEY_IDENTIFIER] = { "UseKeyIdentifier", NEITHER },
};

static const char *const lists[HOST_OWA_LISTS] = {
	[HOST_OWA_ENCRYPTION_ALGORITHMS] = "EncryptionAlgorithms",
	[HOST_OWA_SIGNING_ALGORITHMS] = "SigningAlgorithms",
	[HOST_OWA_ATTRIBUTES] = "SenderCertificateAttributesToDisplay",
};

/* The server's, the page's, or what this host does in any case: revocation is
 * never looked at less than the user's own settings say, and there are no
 * temporary buffers that would have to be encrypted. */
static const char *const others[] = { "CopyRecipientHeaders",
	"CRLConnectionTimeout", "CRLRetrievalTimeout", "DisableCRLCheck",
	"DLExpansionTimeout", "EncryptTemporaryBuffers", "ControlVersion",
	"ForceSMIMEClientUpgrade", "UseSecondaryProxiesWhenFindingCertificates",
	"NoSignOnReply", "SMIMECertificateIssuingCA" };

void
host_owa_policy_init(struct host_owa_policy *p)
{
	memset(p, 0, sizeof(*p));
	p->bcc_forking = -1;
}

void
host_owa_policy_clear(struct host_owa_policy *p)
{
	for (size_t i = 0; i < HOST_OWA_LISTS; i++)
		free(p->lists[i]);
	host_owa_policy_init(p);
}

static bool
is_named(struct host_slice name, const char *published)
{
	if (name.len >= 3 && strncasecmp(name.text, "OWA", 3) == 0) {
		name.text += 3;
		name.len -= 3;
	}
	return name.len == strlen(published) &&
	    strncasecmp(name.text, published, name.len) == 0;
}

static enum host_owa_taken
take_switch(struct host_owa_policy *p, size_t which, struct host_slice value)
{
	bool on;

	if (!host_slice_boolean(value, &on))
		return HOST_OWA_WRONG;
	p->switches[which] = on ? HOST_OWA_ON : HOST_OWA_OFF;
	return HOST_OWA_TAKEN;
}

static enum host_owa_taken
take_list(struct host_owa_policy *p, size_t which, struct host_slice value)
{
	char *text;

	if ((text = host_slice_string(value, LIST_MAX)) == NULL)
		return HOST_OWA_WRONG;
	free(p->lists[which]);
	p->lists[which] = text;
	return HOST_OWA_TAKEN;
}

static enum host_owa_taken
take_forking(struct host_owa_policy *p, struct host_slice value)
{
	if ((value.kind != HOST_SLICE_NUMBER &&
		value.kind != HOST_SLICE_STRING) ||
	    value.len != 1 || value.text[0] < '0' || value.text[0] > '2')
		return HOST_OWA_WRONG;
	p->bcc_forking = value.text[0] - '0';
	return HOST_OWA_TAKEN;
}

enum host_owa_taken
host_owa_policy_take(
    struct host_owa_policy *p, struct host_slice name, struct host_slice value)
{
	bool null = value.kind == HOST_SLICE_NULL;

	for (size_t i = 0; i < HOST_OWA_SWITCHES; i++) {
		if (is_named(name, switches[i].name))
			return null ? HOST_OWA_TAKEN : take_switch(p, i, value);
	}
	for (size_t i = 0; i < HOST_OWA_LISTS; i++) {
		if (is_named(name, lists[i]))
			return null ? HOST_OWA_TAKEN : take_list(p, i, value);
	}
	if (is_named(name, "BCCEncryptedEmailForking"))
		return null ? HOST_OWA_TAKEN : take_forking(p, value);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (is_named(name, others[i]))
			return HOST_OWA_TAKEN;
	}
	return HOST_OWA_UNKNOWN;
}

/* ---- the two of them --------------------------------------------- */

enum host_owa_setting
host_owa_policy_setting(const struct host_owa_policy *admin,
    const struct host_owa_policy *arrived, enum host_owa_switch which)
{
	enum host_owa_setting a =
	    admin != NULL ? admin->switches[which] : HOST_OWA_UNSET;
	enum host_owa_setting b =
	    arrived != NULL ? arrived->switches[which] : HOST_OWA_UNSET;

	if (a == HOST_OWA_UNSET || b == HOST_OWA_UNSET)
		return a == HOST_OWA_UNSET ? b : a;
	if (a == b || switches[which].strict == NEITHER)
		return a;
	return switches[which].strict == STRICT_ON ? HOST_OWA_ON : HOST_OWA_OFF;
}

bool
host_owa_policy_on(const struct host_owa_policy *admin,
    const struct host_owa_policy *arrived, enum host_owa_switch which,
    bool otherwise)
{
	enum host_owa_setting s =
	    host_owa_policy_setting(admin, arrived, which);

	return s == HOST_OWA_UNSET ? otherwise : s == HOST_OWA_ON;
}

/* The lower one shows fewer of whom to whom. */
int
host_owa_policy_forking(
    const struct host_owa_policy *admin, const struct host_owa_policy *arrived)
{
	int a = admin != NULL ? admin->bcc_forking : -1;
	int b = arrived != NULL ? arrived->bcc_forking : -1;

	if (a < 0 || b < 0)
		return a >= 0 ? a : b >= 0 ? b : 0;
	return a < b ? a : b;
}

const char *
host_owa_policy_list(const struct host_owa_policy *p, enum host_owa_list which)
{
	return p != NULL ? p->lists[which] : NULL;
}
