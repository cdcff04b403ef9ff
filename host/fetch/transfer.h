/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One question on its way to a server and back: by GET or POST, over
 * redirects, within its bounds of size and time.
 */
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

#include <nssmime/buffer.h>

#include "common/network.h"
#include "common/question.h"

#define FETCH_MEMORY (64u * 1024u * 1024u) /* for all answers together */

/* What holds for all. */
struct fetch_rules {
	const struct host_network *networks; /* allowed besides public ones */
	size_t network_count;
	const char *proxy;	 /* NULL: none */
	const char *authorities; /* a file of them; NULL: the system's */
	size_t memory;		 /* bytes of answers that are here */
};

enum fetch_state {
	FETCH_RUNNING,
	FETCH_SENDING, /* to the engine */
	FETCH_HELD     /* until the engine says that it is to be kept */
};

struct fetch_transfer {
	struct fetch_transfer *next;
	struct fetch_rules *rules;
	uint32_t id;
	enum nm_fetch_kind kind;
	char *url; /* as it was asked */
	struct nm_buffer request;
	struct nm_buffer answer;
	enum host_question_end end;
	enum fetch_state state;
	size_t sent; /* bytes of the answer, to the engine */
	int64_t due; /* running: until when; held: since when; monotonic */
	bool from_cache;

	CURL *easy;
	struct curl_slist *headers;
	char *at; /* where it is asked now */
	unsigned redirects;
	size_t header_size;
	bool post;
	bool posted;  /* once, on whatever leg */
	bool refused; /* an address that may not be asked */
	bool large;
};

/* NULL: no memory. */
struct fetch_transfer *fetch_transfer_new(
    struct fetch_rules *rules, const struct host_question *q);
void fetch_transfer_free(struct fetch_transfer **t, CURLM *multi);
/* Begins, or goes on after a leg that ended with `code`. False: it is over,
 * t->end says how. */
bool fetch_transfer_begin(struct fetch_transfer *t, CURLM *multi);
bool fetch_transfer_next(struct fetch_transfer *t, CURLM *multi, CURLcode code);

#endif
