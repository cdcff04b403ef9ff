/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Streams: contents too large for one frame, in both directions, with credit
 * in decoded bytes. Every function is called with the engine's lock held.
 */
#ifndef HOST_STREAM_H
#define HOST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include <nssmime/error.h>

struct host_call;
struct host_engine;

/* Bytes of one frame, decoded. */
struct host_chunk {
	struct host_chunk *next;
	size_t len;
	uint8_t data[];
};

/* A content that comes in. */
struct host_input {
	uint64_t id; /* 0: the content is not streamed */
	struct host_chunk *first, *last;
	uint64_t credit; /* bytes that may still come */
	uint64_t spent;	 /* consumed and not granted again yet */
	uint64_t window;
	int64_t heard; /* when the last frame came */
	bool ended;
};

/* An output that goes out. */
struct host_outlet {
	struct host_outlet *next;
	uint64_t id;
	uint64_t credit; /* bytes that the client is ready for */
	int64_t waiting; /* since when for credit; 0: is not */
	bool opened;	 /* an output stage has it */
};

/* Every stream id that this connection has seen, as ranges. */
struct host_ids {
	struct host_id_range {
		uint64_t first, last;
	} * ranges;
	size_t count, room;
};
/* False: it was seen before (or too many ranges, or memory). */
bool host_ids_claim(struct host_ids *ids, uint64_t id);
void host_ids_clear(struct host_ids *ids);

/* Takes over the streams that a request names; grants its first credit. */
enum nm_error host_streams_accept(
    struct host_call *call, struct json_object *params, struct nm_fault *fault);
void host_streams_drop(struct host_call *call);

/* What comes in. A stream that is over, or never was, is ignored; a violation
 * ends the operation. */
void host_stream_data(
    struct host_engine *e, uint64_t id, struct host_chunk *chunk);
void host_stream_end(struct host_engine *e, uint64_t id);
void host_stream_abort(struct host_engine *e, uint64_t id);
void host_stream_credit(struct host_engine *e, uint64_t id, uint64_t bytes);
/* Whether bytes for it are of any use; else they need not be decoded. */
bool host_stream_wanted(struct host_engine *e, uint64_t id);
/* A frame of it could not be taken: what the operation would go on with has a
 * hole. */
void host_stream_refused(struct host_engine *e, uint64_t id, const char *why);

/* Ends the operations whose streams have been silent too long; returns when
 * to look again, or INT64_MAX. */
int64_t host_streams_expire(struct host_engine *e, int64_t now);

/* In the operation's thread, may wait: the next chunk, or NULL at the end. */
enum nm_error host_input_take(
    struct host_call *call, struct host_chunk **chunk);
/* The chunk was consumed: frees it and grants new credit. */
void host_input_done(struct host_call *call, struct host_chunk *chunk);
/* May wait: room for at least one and at most `want` bytes. */
enum nm_error host_outlet_reserve(
    struct host_call *call, struct host_outlet *o, size_t want, size_t *got);

#endif
