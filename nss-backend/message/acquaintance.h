/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Sets of certificates that came together in a message, met before: most mail
 * is by few people, and each of them sends the same certificates each time.
 * What was found out about a set is found by all that it depends on, so that
 * no message changes what is found about another.
 */
#ifndef NSSMIME_MESSAGE_ACQUAINTANCE_H
#define NSSMIME_MESSAGE_ACQUAINTANCE_H

#include <nssmime/message.h>

#include "judgement.h"

/* Signatures found good by each set, the last of them. */
#define NM_SIGNATURES_REMEMBERED 16u

struct nm_acquaintance {
	uint8_t key[32];
	uint64_t epoch; /* of the database */
	unsigned long used;
	/* Decoded for ourselves: NSS does not know them, and they complete
	 * nobody's chain. What cannot be decoded is left out. */
	CERTCertificate **certs;
	size_t count;
	bool *known;			  /* the database has it */
	struct nm_judgement **judgements; /* NULL: not judged yet */
	uint8_t signatures[NM_SIGNATURES_REMEMBERED][32];
	unsigned signature_count; /* in all; the oldest makes room */
};

/* The set that came with `data`; lent until the next call. Made where there is
 * none, or the database has changed. */
enum nm_error nm_acquaintance_find(const struct nm_read_options *options,
    const struct nm_signed *data, struct nm_acquaintance **out);

/*
 * nm_signed_verify() with certificate `at` of the set. A mail is read several
 * times: when it is shown, shown again and answered. What was found good is not
 * computed again for the very same signature, content digest and certificate.
 */
enum nm_error nm_acquaintance_verify(struct nm_acquaintance *a, size_t at,
    const struct nm_signed *data, size_t signer,
    const struct nm_digests *content, nm_reasons *reasons);

#endif
