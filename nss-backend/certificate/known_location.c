/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Whether a place may be asked for a missing issuer. The certificate that
 * names it is under nobody who is trusted, yet: its maker could name a server
 * of their own and learn when their mail is read. So the server must be one
 * that a trusted authority has named in a certificate that is at hand.
 */
#include "certificate/revocation.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "database/state.h"

/* "host:port" or "host" of an http(s) URL. */
static struct nm_bytes
authority(const char *url)
{
	const char *at = strstr(url, "://");
	size_t len;

	at = at == NULL ? url : at + 3;
	len = strcspn(at, "/?#");
	return (struct nm_bytes){ (const uint8_t *)at, len };
}

static bool
names_it(const CERTCertificate *cert, const char *url)
{
	struct nm_bytes wanted = authority(url), found;
	struct nm_strings urls;
	bool named = false;

	for (int kind = NM_LOCATION_OCSP; kind <= NM_LOCATION_CRL && !named;
	     kind++) {
		if (!nm_certificate_locations(
			cert, (enum nm_location)kind, &urls))
			continue;
		for (size_t i = 0; i < urls.count && !named; i++) {
			found = authority(urls.items[i]);
			named = found.len == wanted.len &&
			    strncasecmp((const char *)found.data,
				(const char *)wanted.data, found.len) == 0;
		}
		nm_strings_clear(&urls);
	}
	return named;
}

static bool
is_trusted(struct nm_database *db, CERTCertificate *cert)
{
	struct nm_path_question q = { .purpose = NM_PURPOSE_SIGN,
		.when = (int64_t)time(NULL) };
	nm_reasons reasons;

	/* whatever it may be used for: its path must be whole and trusted */
	return nm_path_reasons(db, cert, &q, &reasons) == NM_OK &&
	    (reasons & ~NM_REASON_BIT(NM_REASON_USAGE_NOT_PERMITTED)) == 0;
}

bool
nm_location_is_known(struct nm_database *db, const char *url)
{
	PK11SlotList *slots = nm_slots();
	PK11SlotListElement *el;
	bool known = false;

	if (slots == NULL)
		return false;
	for (el = PK11_GetFirstSafe(slots); el != NULL;
	     el = PK11_GetNextSafe(slots, el, PR_FALSE)) {
		CERTCertList *list = known || !nm_slot_counts(el->slot)
		    ? NULL
		    : PK11_ListCertsInSlot(el->slot);

		if (list == NULL)
			continue;
		for (CERTCertListNode *n = CERT_LIST_HEAD(list);
		     !known && !CERT_LIST_END(n, list); n = CERT_LIST_NEXT(n))
			known =
			    names_it(n->cert, url) && is_trusted(db, n->cert);
		CERT_DestroyCertList(list);
	}
	PK11_FreeSlotList(slots);
	return known;
}
