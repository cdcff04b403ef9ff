/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the organisation wants of S/MIME in Outlook on the web: the settings
 * of Set-SmimeConfig, as far as they are a host's business. They come from the
 * server, through the page, and from the administrator's file here.
 */
#ifndef HOST_OWA_POLICY_H
#define HOST_OWA_POLICY_H

#include <stdbool.h>

#include "slice.h"

enum host_owa_switch {
	HOST_OWA_ALWAYS_SIGN,
	HOST_OWA_ALWAYS_ENCRYPT,
	HOST_OWA_USER_CHOICE,	 /* of the signing certificate */
	HOST_OWA_CHECK_CRL,	 /* no word on revocation, no mail */
	HOST_OWA_CLEAR_SIGN,	 /* multipart/signed */
	HOST_OWA_INCLUDE_ROOT,	 /* chain and root */
	HOST_OWA_INCLUDE_CHAIN,	 /* chain without root */
	HOST_OWA_CAPABILITIES,	 /* SMIMECapabilities */
	HOST_OWA_CARDS_ONLY,	 /* keys of smart cards alone */
	HOST_OWA_CERTIFICATES,	 /* signing and encryption certificate */
	HOST_OWA_TRIPLE_WRAP,	 /* where signed and encrypted */
	HOST_OWA_KEY_IDENTIFIER, /* recipients by subjectKeyIdentifier */
	HOST_OWA_SWITCHES
};

enum host_owa_list {
	HOST_OWA_ENCRYPTION_ALGORITHMS,
	HOST_OWA_SIGNING_ALGORITHMS,
	HOST_OWA_ATTRIBUTES, /* of a sender's certificate, to be shown */
	HOST_OWA_LISTS
};

enum host_owa_setting {
	HOST_OWA_UNSET,
	HOST_OWA_OFF,
	HOST_OWA_ON
};

struct host_owa_policy {
	enum host_owa_setting switches[HOST_OWA_SWITCHES];
	int bcc_forking; /* 0 to 2; -1: not set */
	char *lists[HOST_OWA_LISTS];
};

enum host_owa_taken {
	HOST_OWA_TAKEN,
	HOST_OWA_UNKNOWN, /* no setting has that name */
	HOST_OWA_WRONG	  /* its value is none that it can have */
};

void host_owa_policy_init(struct host_owa_policy *p);
void host_owa_policy_clear(struct host_owa_policy *p);
/* One setting by its published name, with or without "OWA" before it. Those
 * that are the server's or the page's business are taken and do nothing. */
enum host_owa_taken host_owa_policy_take(
    struct host_owa_policy *p, struct host_slice name, struct host_slice value);

/* The setting of the two, each of which may be NULL; the stricter one where one
 * is, else the administrator's; `otherwise` where neither is set. */
bool host_owa_policy_on(const struct host_owa_policy *admin,
    const struct host_owa_policy *arrived, enum host_owa_switch which,
    bool otherwise);
enum host_owa_setting host_owa_policy_setting(
    const struct host_owa_policy *admin, const struct host_owa_policy *arrived,
    enum host_owa_switch which);
int host_owa_policy_forking(
    const struct host_owa_policy *admin, const struct host_owa_policy *arrived);
/* One of a policy's lists; NULL: not set. */
const char *host_owa_policy_list(
    const struct host_owa_policy *p, enum host_owa_list which);

#endif
