/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/reason.h>

#include <stddef.h>

/* The one table from reason to effect (PROTOCOL.md, "Verdicts"). */
static const struct {
	const char *name;
	enum nm_effect effect;
} reasons[NM_REASON_COUNT] = {
	[NM_REASON_CONTENT_ALTERED] = { "content-altered", NM_EFFECT_INVALID },
	[NM_REASON_SIGNATURE_MISMATCH] = { "signature-mismatch",
	    NM_EFFECT_INVALID },
	[NM_REASON_SIGNER_CERTIFICATE_MISSING] = { "signer-certificate-missing",
	    NM_EFFECT_UNKNOWN },
	[NM_REASON_ISSUER_UNKNOWN] = { "issuer-unknown", NM_EFFECT_UNKNOWN },
	[NM_REASON_ISSUER_UNTRUSTED] = { "issuer-untrusted",
	    NM_EFFECT_UNKNOWN },
	[NM_REASON_NAME_CONSTRAINT] = { "name-constraint", NM_EFFECT_INVALID },
	[NM_REASON_EXPIRED] = { "expired", NM_EFFECT_INVALID },
	[NM_REASON_EXPIRED_SINCE] = { "expired-since", NM_EFFECT_TOLD },
	[NM_REASON_NOT_YET_VALID] = { "not-yet-valid", NM_EFFECT_INVALID },
	[NM_REASON_REVOKED] = { "revoked", NM_EFFECT_INVALID },
	[NM_REASON_REVOCATION_UNKNOWN] = { "revocation-unknown",
	    NM_EFFECT_TOLD },
	[NM_REASON_REVOCATION_REQUIRED] = { "revocation-unknown",
	    NM_EFFECT_UNKNOWN },
	[NM_REASON_USAGE_NOT_PERMITTED] = { "usage-not-permitted",
	    NM_EFFECT_INVALID },
	[NM_REASON_ADDRESS_MISMATCH] = { "address-mismatch",
	    NM_EFFECT_INVALID },
	[NM_REASON_NO_ADDRESS] = { "no-address", NM_EFFECT_INVALID },
	[NM_REASON_NO_FROM] = { "no-from", NM_EFFECT_UNKNOWN },
	[NM_REASON_SEVERAL_FROM] = { "several-from", NM_EFFECT_UNKNOWN },
	[NM_REASON_TIME_MISMATCH] = { "time-mismatch", NM_EFFECT_UNKNOWN },
	[NM_REASON_WEAK_DIGEST] = { "weak-digest", NM_EFFECT_INVALID },
	[NM_REASON_WEAK_KEY] = { "weak-key", NM_EFFECT_INVALID },
	[NM_REASON_UNSUPPORTED_ALGORITHM] = { "unsupported-algorithm",
	    NM_EFFECT_UNKNOWN },
	[NM_REASON_MALFORMED] = { "malformed", NM_EFFECT_INVALID },
	[NM_REASON_NOT_COVERED] = { "not-covered", NM_EFFECT_PARTIAL },
	[NM_REASON_NO_SIGNER] = { "no-signer", NM_EFFECT_INVALID },
	[NM_REASON_HEADERS_DIFFER] = { "headers-differ", NM_EFFECT_TOLD },
	[NM_REASON_DISPLAY_NAME_MISLEADS] = { "display-name-misleads",
	    NM_EFFECT_UNKNOWN },
	[NM_REASON_UNAUTHENTICATED_ENCRYPTION] = { "unauthenticated-encryption",
	    NM_EFFECT_TOLD },
};

const char *
nm_reason_name(enum nm_reason reason)
{
	return (unsigned)reason < NM_REASON_COUNT ? reasons[reason].name : "";
}

enum nm_effect
nm_reason_effect(enum nm_reason reason)
{
	return (unsigned)reason < NM_REASON_COUNT ? reasons[reason].effect
						  : NM_EFFECT_INVALID;
}

enum nm_status
nm_reasons_status(nm_reasons set)
{
	enum nm_effect worst = NM_EFFECT_TOLD;

	for (unsigned i = 0; i < NM_REASON_COUNT; i++) {
		if ((set & NM_REASON_BIT(i)) != 0 && reasons[i].effect > worst)
			worst = reasons[i].effect;
	}
	switch (worst) {
	case NM_EFFECT_TOLD:
		return NM_STATUS_VALID;
	case NM_EFFECT_PARTIAL:
		return NM_STATUS_PARTIAL;
	case NM_EFFECT_UNKNOWN:
		return NM_STATUS_UNKNOWN;
	case NM_EFFECT_INVALID:
		break;
	}
	return NM_STATUS_INVALID;
}

const char *
nm_status_name(enum nm_status status)
{
	switch (status) {
	case NM_STATUS_VALID:
		return "valid";
	case NM_STATUS_PARTIAL:
		return "partial";
	case NM_STATUS_UNKNOWN:
		return "unknown";
	case NM_STATUS_INVALID:
		return "invalid";
	case NM_STATUS_NONE:
		break;
	}
	return "none";
}
