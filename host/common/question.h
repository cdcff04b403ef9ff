/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The packets between the engine and nssmime-fetch: questions to servers, and
 * what they answered.
 */
#ifndef HOST_QUESTION_H
#define HOST_QUESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/fetch.h>

#include "packet.h"

#define HOST_MAX_URL	 2048u /* bytes */
#define HOST_MAX_REQUEST 8192u /* bytes of a request to be sent along */
#define HOST_ANSWER_DATA 32768u

enum host_question_type {
	HOST_QUESTION_ASK = 1, /* to the program; text: url, then request */
	HOST_QUESTION_DROP,    /* to the program: nobody waits for it */
	HOST_QUESTION_KEEP,    /* to the program: the answer holds until */
	HOST_QUESTION_DATA,    /* to the engine; text: more of the answer */
	HOST_QUESTION_END      /* to the engine: no more comes */
};

enum host_question_end {
	HOST_END_ANSWERED,
	HOST_END_UNREACHABLE, /* no answer, or not a good one */
	HOST_END_REFUSED,     /* the address may not be asked */
	HOST_END_TOO_LARGE,
	HOST_END_TOO_SLOW,
	HOST_END_COUNT
};

struct host_question {
	enum host_question_type type;
	uint32_t id;
	enum nm_fetch_kind kind;    /* ASK */
	enum host_question_end end; /* END */
	int64_t until;		    /* KEEP; seconds since 1970 */
	struct nm_bytes url;	    /* ASK; without NUL */
	struct nm_bytes data;	    /* ASK: the request; DATA */
};

/* How many bytes an answer may have; how long it may take, in milliseconds. */
size_t host_question_size(enum nm_fetch_kind kind);
int64_t host_question_time(enum nm_fetch_kind kind);
/* Whether its url and request are within their bounds. */
bool host_question_fits(const struct host_question *q);

/* Does not wait. */
enum host_sending host_question_send(int fd, const struct host_question *q);
/* Does not wait. Strings and bytes are in `buffer`. A packet that is none of
 * these counts as HOST_GONE. */
enum host_receiving host_question_receive(
    int fd, struct nm_buffer *buffer, struct host_question *q);

#endif
