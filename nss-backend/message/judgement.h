/* SPDX-License-Identifier: MPL-2.0 */
/* What a path check found out about a signer's certificate. */
#ifndef NSSMIME_MESSAGE_JUDGEMENT_H
#define NSSMIME_MESSAGE_JUDGEMENT_H

#include <nssmime/certificate.h>

/* Several readings may hold one; nobody changes it. */
struct nm_judgement {
	unsigned holders;
	struct nm_certificate *chain; /* leaf first, at least that */
	nm_reasons *chain_reasons;
	size_t chain_count;
	nm_reasons reasons;
	nm_reasons sign_now, encrypt_now; /* when it was found out */
	enum nm_revocation revocation;
	/* The same would be found for any time of these; empty: for none. */
	int64_t from, until;
	int64_t stale; /* then it is to be found out again */
};

enum nm_error nm_judgement_new(struct nm_database *db,
    const struct nm_path *path, int64_t now, struct nm_judgement **out);
struct nm_judgement *nm_judgement_hold(struct nm_judgement *j);
void nm_judgement_drop(struct nm_judgement **j);
bool nm_judgement_holds(
    const struct nm_judgement *j, int64_t when, int64_t now);

#endif
