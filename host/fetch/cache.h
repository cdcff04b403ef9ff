/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Answers on disk, each until the time that the engine found in it once it had
 * verified it. One file an answer; several processes may use the folder at
 * once. What is in it is believed no more than what comes from the network:
 * the engine verifies it again.
 */
#ifndef FETCH_CACHE_H
#define FETCH_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include <nssmime/fetch.h>

#define FETCH_CACHE_BYTES (64u * 1024u * 1024u)
#define FETCH_CACHE_FILES 4096u
/* Looked for anew after that, whatever it says itself: seconds. */
#define FETCH_CACHE_AGE (7 * 24 * 3600)

struct fetch_cache;

/* What an answer is the answer to. */
struct fetch_key {
	enum nm_fetch_kind kind;
	struct nm_bytes url;
	struct nm_bytes request;
};

/* In nssmime/fetch below `folder`; NULL: nothing can be kept there. */
struct fetch_cache *fetch_cache_open(const char *folder);
void fetch_cache_close(struct fetch_cache **c);
/* Of the folder itself, for those who restrict the process to it. */
const char *fetch_cache_path(const struct fetch_cache *c);

/* `now`, `until`: seconds since 1970. NULL caches have and keep nothing. */
bool fetch_cache_get(struct fetch_cache *c, const struct fetch_key *key,
    int64_t now, struct nm_buffer *answer);
void fetch_cache_put(struct fetch_cache *c, const struct fetch_key *key,
    int64_t now, int64_t until, struct nm_bytes answer);

#endif
