/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Reasons: why a signature or a certificate is not simply valid. A set of
 * reasons is a bit set. Each reason has exactly one effect on a verdict,
 * given in the one table of base/reason.c. (One word of the wire,
 * "revocation-unknown", stands for two of them, by the user's settings.)
 */
#ifndef NSSMIME_REASON_H
#define NSSMIME_REASON_H

#include <stdbool.h>
#include <stdint.h>

enum nm_reason {
	NM_REASON_CONTENT_ALTERED,
	NM_REASON_SIGNATURE_MISMATCH,
	NM_REASON_SIGNER_CERTIFICATE_MISSING,
	NM_REASON_ISSUER_UNKNOWN,
	NM_REASON_ISSUER_UNTRUSTED,
	NM_REASON_NAME_CONSTRAINT,
	NM_REASON_EXPIRED,
	NM_REASON_EXPIRED_SINCE,
	NM_REASON_NOT_YET_VALID,
	NM_REASON_REVOKED,
	NM_REASON_REVOCATION_UNKNOWN,
	NM_REASON_REVOCATION_REQUIRED, /* the same, where policy is hard */
	NM_REASON_USAGE_NOT_PERMITTED,
	NM_REASON_ADDRESS_MISMATCH,
	NM_REASON_NO_ADDRESS,
	NM_REASON_NO_FROM,
	NM_REASON_SEVERAL_FROM,
	NM_REASON_TIME_MISMATCH,
	NM_REASON_WEAK_DIGEST,
	NM_REASON_WEAK_KEY,
	NM_REASON_UNSUPPORTED_ALGORITHM,
	NM_REASON_MALFORMED,
	NM_REASON_NOT_COVERED,
	NM_REASON_NO_SIGNER,
	NM_REASON_HEADERS_DIFFER,
	NM_REASON_DISPLAY_NAME_MISLEADS,
	NM_REASON_UNAUTHENTICATED_ENCRYPTION,
	NM_REASON_COUNT
};

typedef uint32_t nm_reasons; /* bit NM_REASON_x set: reason x holds */

#define NM_REASON_BIT(reason) ((nm_reasons)1 << (reason))

enum nm_effect {
	NM_EFFECT_TOLD,	   /* told, the verdict stays */
	NM_EFFECT_PARTIAL, /* holds for a part only */
	NM_EFFECT_UNKNOWN, /* could not be checked */
	NM_EFFECT_INVALID  /* a check failed */
};

enum nm_status {
	NM_STATUS_VALID,
	NM_STATUS_PARTIAL,
	NM_STATUS_UNKNOWN,
	NM_STATUS_INVALID,
	NM_STATUS_NONE /* of a summary only: nothing is signed */
};

const char *nm_reason_name(enum nm_reason reason);
enum nm_effect nm_reason_effect(enum nm_reason reason);

/* The worst effect of a set decides: invalid, unknown, partial, valid. */
enum nm_status nm_reasons_status(nm_reasons reasons);

const char *nm_status_name(enum nm_status status);

#endif
