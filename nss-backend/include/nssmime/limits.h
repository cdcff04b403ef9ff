/* SPDX-License-Identifier: MPL-2.0 */
/* The bounds of the contract; `hello` states them. */
#ifndef NSSMIME_LIMITS_H
#define NSSMIME_LIMITS_H

#define NM_MAX_NESTING	     32 /* MIME parts inside parts, and layers */
#define NM_MAX_HEADER_BLOCK  (1024u * 1024u)
#define NM_MAX_HEADER_FIELDS 2000
#define NM_MAX_CERTIFICATES  200 /* in one message */
#define NM_MAX_SIGNERS	     32
#define NM_MAX_RECIPIENTS    2000
#define NM_MAX_RATIO	     100 /* decompressed : compressed */
#define NM_MAX_DECOMPRESSED  (1024u * 1024u * 1024u)
#define NM_MAX_RSA_BITS	     16384
#define NM_MAX_BER_DEPTH     64
#define NM_MAX_CMS_ELEMENT   (8u * 1024u * 1024u) /* kept at once */
#define NM_GCM_ONE_SHOT	     (8u * 1024u * 1024u) /* above: spooled */

#endif
