/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The messages between engine and broker, on a pair of SOCK_SEQPACKET
 * sockets: each message is one packet, a head and text.
 */
#ifndef HOST_CHANNEL_H
#define HOST_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <nssmime/buffer.h>
#include <nssmime/error.h>

#include "common/packet.h"

#define HOST_CHANNEL_TEXT (32u * 1024u) /* in one message */
#define HOST_SAVE_MAX	  (8u * 1024u * 1024u)

enum host_message_type {
	HOST_ASK = 1,	/* to the broker: show a window; text: what it says */
	HOST_SAVE,	/* to the broker: a file comes; text: its name */
	HOST_SAVE_DATA, /* to the broker: text: more of it, empty: its end */
	HOST_USE,	/* to the broker: another database; text: its folder */
	HOST_ALLOW,	/* to the broker: allow an origin; text: it */
	HOST_FORGET,	/* to the broker: do so no more; text: it */
	HOST_ABANDON,	/* to the broker: nobody waits for it any more */
	HOST_ANSWER,	/* to the engine; text: the password, the file's name,
			   what is wrong */
	HOST_FETCH,	/* to the broker: start nssmime-fetch */
	HOST_FETCHER	/* to the engine, with the socket to it */
};

enum host_asking {
	HOST_ASK_PASSWORD,
	HOST_ASK_NEW_PASSWORD,
	HOST_ASK_CONFIRM,
	HOST_ASK_SIGN,		       /* a mail, for an origin */
	HOST_ASK_LAST = HOST_ASK_SIGN, /* those below are the broker's own */
	HOST_ASK_SAVE,
	HOST_ASK_ALLOW, /* an origin */
	HOST_ASK_ALWAYS /* ... to sign without asking */
};

struct host_message {
	enum host_message_type type;
	uint32_t id;
	enum host_asking asking; /* HOST_ASK */
	unsigned again;		 /* HOST_ASK: wrong ones given before */
	enum nm_error error;	 /* HOST_ANSWER, HOST_FETCHER */
	struct nm_bytes text;
};

/* False: the other side is gone. May wait for room. */
bool host_channel_send(int fd, const struct host_message *m);
/* With a descriptor, which stays open here. */
bool host_channel_pass(int fd, const struct host_message *m, int passed);
/* HOST_ANSWER; `text` may be NULL. */
void host_channel_answer(
    int fd, uint32_t id, enum nm_error error, const char *text);

/* Does not wait. m->text is in `buffer`, which the caller clears (it may hold
 * a password). A packet that is no message counts as HOST_GONE. */
enum host_receiving host_channel_receive(
    int fd, struct nm_buffer *buffer, struct host_message *m);
/* The same where descriptors are taken; *passed: -1: none came along. */
enum host_receiving host_channel_accept(
    int fd, struct nm_buffer *buffer, struct host_message *m, int *passed);

#endif
