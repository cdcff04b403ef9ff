/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the library asks of the network: status of certificates (RFC 6960),
 * revocation lists (RFC 5280 4.2.1.13), missing issuers (4.2.2.1) and time
 * stamps (RFC 3161). The library has no sockets: the host implements this with
 * a program that holds no keys. What comes back is hostile until the library
 * has verified it.
 */
#ifndef NSSMIME_FETCH_H
#define NSSMIME_FETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>

#define NM_MAX_FETCHES 16u /* asked for at once */

enum nm_fetch_kind {
	NM_FETCH_OCSP,	    /* an OCSPResponse; at most 256 KiB */
	NM_FETCH_CRL,	    /* a CertificateList; at most 16 MiB */
	NM_FETCH_ISSUER,    /* a certificate or certs-only; at most 256 KiB */
	NM_FETCH_TIMESTAMP, /* a TimeStampResp; at most 256 KiB; never kept */
	NM_FETCH_KINDS
};

struct nm_fetch {
	enum nm_fetch_kind kind;
	const char *url;	 /* as the certificate has it; lent */
	struct nm_bytes request; /* OCSP: the OCSPRequest, DER; lent; time
				    stamps: the TimeStampReq */
	/* Filled in: */
	bool answered;
	struct nm_buffer answer; /* the caller's to reset */
};

struct nm_fetcher {
	void *arg;
	/* Gets all of them, side by side; may wait. Those without an answer
	 * (unreachable, refused, too large) stay unanswered: that is no
	 * error. NM_ERR_CANCELLED, NM_ERR_INTERNAL. */
	enum nm_error (*get)(void *arg, struct nm_fetch *fetches, size_t count);
	/* An answer was verified and holds until then (seconds since 1970):
	 * the same question need not be asked again before. */
	void (*keep)(void *arg, const struct nm_fetch *fetch, int64_t until);
};

#endif
