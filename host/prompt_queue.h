/* SPDX-License-Identifier: MPL-2.0 */
/* What is asked of the broker, window after window, and what it answered.
 * Everything here is called with the engine's lock held. */
#ifndef HOST_PROMPT_QUEUE_H
#define HOST_PROMPT_QUEUE_H

#include "call.h"

/*
 * One window, shown or to be shown. The call that leads is the one whose
 * question it is; others may wait for the same token to be unlocked by it.
 */
struct host_prompt {
	struct host_prompt *next;
	uint32_t id;
	enum host_message_type type;
	enum host_asking asking; /* HOST_ASK */
	unsigned again;
	char *what;   /* the question's own words */
	char *detail; /* "" if none */
	char *text;   /* of the message */
	struct nm_bytes file;
	struct host_call *leader; /* NULL: nobody waits any more */
	unsigned waiting;	  /* calls, the leader among them */
	bool sent;
	bool answered;
	bool tried; /* the leader has had the baton with the answer */
	enum nm_error error;
	char *answer; /* secret; with an error: what is wrong, or NULL */
};

void host_prompt_free(struct host_prompt *p);
/* Whether it asks for the password of a token that is there. */
bool host_prompt_unlocks(const struct host_prompt *p);
/* The call waits for it, and leads if nobody does: then it comes last. */
void host_prompt_join(struct host_call *call, struct host_prompt *p);
/* The call waits no more: another one leads, or the window goes. */
void host_prompt_leave(struct host_call *call);

#endif
