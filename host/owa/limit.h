/* SPDX-License-Identifier: MPL-2.0 */
/* The bounds of this dialect; those of messages are in <nssmime/limits.h>. */
#ifndef HOST_OWA_LIMIT_H
#define HOST_OWA_LIMIT_H

#define HOST_OWA_MAX_FRAME (64u * 1024u * 1024u)
/* A request or a result, in bytes: 64 MiB in base64, and what is around it. */
#define HOST_OWA_MAX_TEXT (96u * 1024u * 1024u)
/* All that are kept at once. */
#define HOST_OWA_MAX_HELD     (192u * 1024u * 1024u)
#define HOST_OWA_MAX_REQUESTS 64u
#define HOST_OWA_MAX_WAITING  16u /* fetches of a result that is being made */
#define HOST_OWA_MAX_PORTS    32u
#define HOST_OWA_MAX_KEY      256u /* bytes of a portId, of a requestId */
#define HOST_OWA_MAX_PART     100000u
#define HOST_OWA_SECONDS      600 /* a request that nobody goes on with */

#endif
