/* SPDX-License-Identifier: MPL-2.0 */
/* The frames that go to the extension. All: NULL for memory. */
#ifndef HOST_OWA_ANSWER_H
#define HOST_OWA_ANSWER_H

#include "request.h"
#include "settings.h"

#define HOST_OWA_UPLOAD	  "UploadPartialRequest"
#define HOST_OWA_DOWNLOAD "DownloadPartialResult"

struct host_frame *host_owa_answer_settings(
    const struct host_owa_settings *settings);
struct host_frame *host_owa_answer_part(
    const struct host_owa_key *key, const struct host_owa_ack *ack);
/* The whole request has come, and was dealt with. */
struct host_frame *host_owa_answer_last(const struct host_owa_key *key);
struct host_frame *host_owa_answer_cut(
    const struct host_owa_key *key, const struct host_owa_cut *cut);
/* What a result says that there is none of. */
struct host_frame *host_owa_answer_no_result(const struct host_owa_key *key);
/* Anything else that cannot be understood; `type` is given back. */
struct host_frame *host_owa_answer_unknown(
    const struct host_owa_key *key, struct host_slice type);

#endif
