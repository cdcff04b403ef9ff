/* SPDX-License-Identifier: MPL-2.0 */
/* The bounds of the wire; those of messages are in <nssmime/limits.h>. */
#ifndef HOST_BOUNDS_H
#define HOST_BOUNDS_H

#define HOST_MAX_FRAME_IN   (8u * 1024u * 1024u)
#define HOST_MAX_FRAME_OUT  (1024u * 1024u)
#define HOST_MAX_VALUES	    100000u /* JSON values in one frame */
#define HOST_MAX_JSON_DEPTH 32
#define HOST_MAX_INLINE	    (512u * 1024u) /* decoded, both ways */
#define HOST_MAX_DATA	    (512u * 1024u) /* decoded, in a frame we send */
#define HOST_MAX_OPERATIONS 256u
#define HOST_MAX_ORIGIN	    255u
#define HOST_MAX_ID	    1024u /* bytes of a request's id */
#define HOST_MAX_INTEGER    INT64_C(9007199254740991) /* 2^53-1 */

/* Credit for a content that comes in, while few and while many do. */
#define HOST_CREDIT	    (4u * 1024u * 1024u)
#define HOST_CREDIT_CROWDED (256u * 1024u)
#define HOST_CROWD	    4u
/* Nothing is put out while this much waits for the client to read it. */
#define HOST_QUEUE_FULL (2u * 1024u * 1024u)
/* Nothing is read from a client that does not read. */
#define HOST_QUEUE_DEAF (8u * 1024u * 1024u)

#define HOST_STREAM_SECONDS 600 /* without a frame */

#endif
