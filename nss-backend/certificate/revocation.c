/* SPDX-License-Identifier: MPL-2.0 */
#include "certificate/revocation.h"

static void
judge(struct nm_path *p, size_t at, enum nm_revocation status,
    enum nm_revocation_mode mode)
{
	switch (status) {
	case NM_REVOCATION_REVOKED:
		p->links[at].reasons |= NM_REASON_BIT(NM_REASON_REVOKED);
		break;
	case NM_REVOCATION_UNKNOWN:
		p->links[at].reasons |= mode == NM_REVOCATION_HARD
		    ? NM_REASON_BIT(NM_REASON_REVOCATION_REQUIRED)
		    : NM_REASON_BIT(NM_REASON_REVOCATION_UNKNOWN);
		break;
	case NM_REVOCATION_GOOD:
	case NM_REVOCATION_NOT_CHECKED:
		break;
	}
}

/* Of the whole path: the worst, but what was not checked only where it is the
 * certificate itself. */
static enum nm_revocation
sum(enum nm_revocation whole, enum nm_revocation link, bool leaf)
{
	if (leaf || whole == NM_REVOCATION_REVOKED)
		return leaf ? link : whole;
	if (link == NM_REVOCATION_REVOKED || link == NM_REVOCATION_UNKNOWN)
		return link;
	return whole;
}

void
nm_path_check_revocation(
    struct nm_path *p, struct nm_evidence *e, int64_t received)
{
	enum nm_revocation status;

	/* The anchor is trusted for what it is. */
	for (size_t i = 0; i + 1 < p->count; i++) {
		status = nm_evidence_status(
		    e, p->links[i].cert, p->links[i + 1].cert, received);
		judge(p, i, status, nm_evidence_mode(e));
		p->revocation = sum(p->revocation, status, i == 0);
	}
	p->passing = nm_evidence_passing(e, received);
}
