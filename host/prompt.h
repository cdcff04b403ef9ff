/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What the engine asks of the broker: windows for the user, one at a time, in
 * the order of asking; one for a token, however many operations need it; none
 * for a minute after two were declined within one.
 */
#ifndef HOST_PROMPT_H
#define HOST_PROMPT_H

#include <nssmime/database.h>

#include "channel.h"

struct host_call;
struct host_engine;
struct host_prompt;

struct host_prompts {
	struct host_prompt *first, *last;
	uint32_t count;	  /* of all that were made, for their ids */
	int64_t declined; /* when the last one was; 0: never */
	int64_t silent;	  /* until then nothing is asked */
};

/* The functions of a call's nm_asker; `arg` is the call. */
extern const struct nm_asker host_prompt_asker;

/* `about`: lines that have been cleaned. */
enum nm_error host_prompt_sign(
    struct host_call *call, const char *what, const char *about);
enum nm_error host_prompt_save(struct host_call *call, const char *name,
    struct nm_bytes data, char **saved);
/* HOST_USE, HOST_ALLOW or HOST_FORGET, of this folder or origin. */
enum nm_error host_prompt_change(
    struct host_call *call, enum host_message_type change, const char *about);

/* With the lock held: an answer has come. */
void host_prompt_answer(struct host_engine *e, const struct host_message *m);
void host_prompts_clear(struct host_engine *e);

#endif
