/* SPDX-License-Identifier: MPL-2.0 */
/* What is done about a request that has come whole. */
#ifndef HOST_OWA_OPERATION_H
#define HOST_OWA_OPERATION_H

#include "call.h"
#include "request.h"

extern const struct host_operation host_owa_operation;

/* The members that requests have, whichever they are. */
enum host_owa_member {
	HOST_OWA_TYPE,
	HOST_OWA_SETTINGS,
	HOST_OWA_CONTROL_VERSION,
	HOST_OWA_SMIME,
	HOST_OWA_SMIME_TYPE,
	HOST_OWA_EMAIL_MESSAGE,
	HOST_OWA_SIGNING_CERTIFICATE,
	HOST_OWA_ENCRYPTION_CERTIFICATES,
	HOST_OWA_MEMBERS
};

/* A request under way. */
struct host_owa_job {
	struct host_call *call;
	struct nm_buffer text;			     /* of the request */
	struct host_slice params;		     /* the inner request, */
	struct host_slice members[HOST_OWA_MEMBERS]; /* and what is in it */
	const char *port;			     /* JSON text, or NULL */
	struct host_owa_policy arrived;		     /* by this port */
	/* What went otherwise than the settings or the request have it: words
	 * for the result. */
	const char *notes[8];
	size_t note_count;
};

/* The request is done with: it is wiped, and its memory is the result's from
 * now on, since it costs as much to get that much anew as to fill it. `params`
 * and `members` hold nothing any more. */
void host_owa_reuse(struct host_owa_job *job, struct nm_buffer *out);
/* Notes a (static) word, once. */
void host_owa_note(struct host_owa_job *job, const char *word);
/* What counts, of the settings that came and the administrator's. */
bool host_owa_on(
    const struct host_owa_job *job, enum host_owa_switch which, bool otherwise);
const struct host_owa_policy *host_owa_admin(const struct host_owa_job *job);

/*
 * One function for each kind of inner request. They append the JSON of `Data`
 * to `out`; a failure says its code, and what was appended counts for nothing.
 * May wait.
 */
typedef enum host_owa_code (*host_owa_work)(
    struct host_owa_job *job, struct nm_buffer *out);

enum host_owa_code host_owa_initialize(
    struct host_owa_job *job, struct nm_buffer *out);
enum host_owa_code host_owa_read(
    struct host_owa_job *job, struct nm_buffer *out);
enum host_owa_code host_owa_create(
    struct host_owa_job *job, struct nm_buffer *out);
enum host_owa_code host_owa_signing_certificate(
    struct host_owa_job *job, struct nm_buffer *out);

#endif
