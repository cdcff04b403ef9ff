/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The frames of native messaging: a 32-bit length in native byte order, then
 * that many bytes. One reader for what comes in, one queue for what goes out.
 */
#ifndef HOST_FRAME_H
#define HOST_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum host_reading {
	HOST_READ_MORE,	     /* nothing whole yet */
	HOST_READ_FRAME,     /* `body`, `size`; then host_reader_next() */
	HOST_READ_TOO_LARGE, /* a frame past the limit begins: it is skipped */
	HOST_READ_GLIMPSE,   /* `glimpse` has how that one begins */
	HOST_READ_END,
	HOST_READ_FAILED
};

#define HOST_GLIMPSE 256

struct host_reader {
	size_t limit;
	uint8_t head[4];
	size_t head_len;
	char *body; /* a NUL follows the last byte */
	size_t room;
	size_t size;
	size_t len;
	uint64_t skip; /* bytes of a frame too large that are still to come */
	char glimpse[HOST_GLIMPSE + 1]; /* its first bytes, and a NUL */
	size_t glimpse_len;
};

void host_reader_init(struct host_reader *r, size_t limit);
/* One read(2) at most. */
enum host_reading host_reader_read(struct host_reader *r, int fd);
/* The frame was dealt with: it is wiped. */
void host_reader_next(struct host_reader *r);
void host_reader_clear(struct host_reader *r);

/* A frame to be sent: its JSON is appended by whoever made it. */
struct host_frame {
	struct host_frame *next;
	size_t room;
	size_t len;  /* of the JSON */
	size_t sent; /* of head and JSON */
	char data[]; /* head and JSON */
};

/* NULL: memory. */
struct host_frame *host_frame_new(size_t room);
/* Wiped. */
void host_frame_free(struct host_frame *f);
/* The JSON's first byte, and where the next one goes. */
char *host_frame_body(struct host_frame *f);
void host_frame_append(struct host_frame *f, const void *data, size_t len);
/* `text` as a frame; NULL: memory, or larger than a frame may be. */
struct host_frame *host_frame_of(const char *text, size_t len);

struct host_queue {
	struct host_frame *first, *last;
	size_t bytes; /* waiting in it */
};

void host_queue_put(struct host_queue *q, struct host_frame *f);
/* Writes of the first frame what goes without waiting; it touches that frame
 * alone, so that others may be put meanwhile. 1: all of it, 0: not all,
 * -1: nobody reads any more. */
int host_frame_send(struct host_frame *f, int fd);
/* Takes the first one off. */
struct host_frame *host_queue_take(struct host_queue *q);
void host_queue_clear(struct host_queue *q);

#endif
