/* SPDX-License-Identifier: MPL-2.0 */
/* What the files that check exhibits share. */
#ifndef NSSMIME_CERTIFICATE_EXHIBIT_H
#define NSSMIME_CERTIFICATE_EXHIBIT_H

#include <nssmime/evidence.h>

/* ---- exhibit_case.c ----------------------------------------------------- */

/* A case with its certificates decoded, apart from NSS's own. */
struct nm_exhibit_court {
	const struct nm_exhibit_case *which;
	CERTCertificate **certs; /* the one to be checked first */
	size_t count;
	struct nm_evidence *evidence;
};
/* `fetcher` NULL: no server is asked. What cannot be decoded of what came
 * along is left out. */
enum nm_error nm_exhibit_court_open(struct nm_exhibit_court *c,
    const struct nm_exhibit_case *which, const struct nm_fetcher *fetcher);
void nm_exhibit_court_close(struct nm_exhibit_court *c);
/* One path check; may lack evidence. */
enum nm_error nm_exhibit_court_try(
    const struct nm_exhibit_court *c, struct nm_path *path);
/* What there is to say of a path. */
void nm_exhibit_find(
    const struct nm_path *path, struct nm_exhibit_finding *out);

/* ---- exhibit_timestamp.c ------------------------------------------------ */

/* Whether it is a time-stamping authority's. */
bool nm_certificate_stamps_time(const CERTCertificate *cert);

/* Certificates as NSS has them, whose summaries of usages have e-mail for
 * time stamps until they are restored. */
struct nm_permitted {
	CERTCertificate **certs;
	unsigned *types; /* as they were */
	size_t count;
};
/* Makes NSS know those of `certs` (all, or only those with that usage), and
 * permits it. False: memory. */
bool nm_permit_timestamps(struct nm_permitted *p, CERTCertificate *const *certs,
    size_t count, bool all, bool permit);
void nm_permit_end(struct nm_permitted *p);

#endif
