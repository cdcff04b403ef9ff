/* SPDX-License-Identifier: MPL-2.0 */
/* What the settings say about asking whether certificates were revoked. */
#include "operation.h"
#include "settings.h"

struct nm_revocation_policy
host_call_revocation(struct host_call *call, bool online)
{
	static const enum nm_revocation_mode modes[] = {
		[HOST_REVOCATION_OFF] = NM_REVOCATION_OFF,
		[HOST_REVOCATION_SOFT] = NM_REVOCATION_SOFT,
		[HOST_REVOCATION_HARD] = NM_REVOCATION_HARD,
	};
	const struct host_settings *settings = host_call_settings(call);

	return (struct nm_revocation_policy){
		.mode = modes[settings->revocation],
		.nonce = settings->ocsp_nonce,
		.fetcher = host_call_fetcher(call, online),
	};
}
