/* SPDX-License-Identifier: MPL-2.0 */
#include "frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nssmime/buffer.h>

#include "bounds.h"

#define KEPT_ROOM (2u * 1024u * 1024u) /* a larger body is let go at once */
#define SKIP_SIZE (16u * 1024u)
#define HEAD	  sizeof(uint32_t)

void
host_reader_init(struct host_reader *r, size_t limit)
{
	*r = (struct host_reader){ .limit = limit };
}

void
host_reader_clear(struct host_reader *r)
{
	nm_wipe(r->body, r->len);
	free(r->body);
	host_reader_init(r, r->limit);
}

void
host_reader_next(struct host_reader *r)
{
	/* there may be the text of a mail in it, or what gives it away */
	nm_wipe(r->body, r->len);
	r->head_len = r->len = r->size = 0;
	if (r->room > KEPT_ROOM) {
		free(r->body);
		r->body = NULL;
		r->room = 0;
	}
}

static enum host_reading
begin(struct host_reader *r)
{
	uint32_t size;
	size_t room;

	memcpy(&size, r->head, HEAD);
	if (size > r->limit) {
		r->skip = size;
		r->glimpse_len = 0;
		r->head_len = 0;
		return HOST_READ_TOO_LARGE;
	}
	r->size = size;
	r->len = 0;
	if (r->room < r->size + 1) {
		/* most clients send frames of one size: a little over */
		room = r->size + 1;
		if (room < KEPT_ROOM)
			room = room + room / 8 + 4096;
		free(r->body);
		r->room = 0;
		if ((r->body = malloc(room)) == NULL)
			return HOST_READ_FAILED;
		r->room = room;
	}
	r->body[r->size] = '\0';
	return r->size == 0 ? HOST_READ_FRAME : HOST_READ_MORE;
}

static enum host_reading
skip(struct host_reader *r, const uint8_t *bytes, size_t len)
{
	size_t want = HOST_GLIMPSE - r->glimpse_len;

	r->skip -= len;
	if (want == 0)
		return HOST_READ_MORE;
	if (len < want)
		want = len;
	memcpy(r->glimpse + r->glimpse_len, bytes, want);
	r->glimpse_len += want;
	r->glimpse[r->glimpse_len] = '\0';
	return r->glimpse_len == HOST_GLIMPSE ? HOST_READ_GLIMPSE
					      : HOST_READ_MORE;
}

enum host_reading
host_reader_read(struct host_reader *r, int fd)
{
	uint8_t scratch[SKIP_SIZE], *into;
	size_t want;
	ssize_t n;

	if (r->skip != 0) {
		into = scratch;
		want = r->skip < SKIP_SIZE ? (size_t)r->skip : SKIP_SIZE;
	} else if (r->head_len < HEAD) {
		into = r->head + r->head_len;
		want = HEAD - r->head_len;
	} else {
		into = (uint8_t *)r->body + r->len;
		want = r->size - r->len;
	}
	n = read(fd, into, want);
	if (n == 0)
		return HOST_READ_END;
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? HOST_READ_MORE
							 : HOST_READ_FAILED;
	if (r->skip != 0)
		return skip(r, scratch, (size_t)n);
	if (r->head_len < HEAD) {
		r->head_len += (size_t)n;
		return r->head_len < HEAD ? HOST_READ_MORE : begin(r);
	}
	r->len += (size_t)n;
	return r->len < r->size ? HOST_READ_MORE : HOST_READ_FRAME;
}

struct host_frame *
host_frame_new(size_t room)
{
	struct host_frame *f;

	if (room > HOST_MAX_FRAME_OUT ||
	    (f = malloc(sizeof(*f) + HEAD + room)) == NULL)
		return NULL;
	f->next = NULL;
	f->room = room;
	f->len = f->sent = 0;
	return f;
}

void
host_frame_free(struct host_frame *f)
{
	if (f == NULL)
		return;
	nm_wipe(f->data, HEAD + f->len);
	free(f);
}

char *
host_frame_body(struct host_frame *f)
{
	return f->data + HEAD + f->len;
}

void
host_frame_append(struct host_frame *f, const void *data, size_t len)
{
	if (len > f->room - f->len)
		abort(); /* whoever made it did not count */
	memcpy(host_frame_body(f), data, len);
	f->len += len;
}

struct host_frame *
host_frame_of(const char *text, size_t len)
{
	struct host_frame *f = host_frame_new(len);

	if (f != NULL)
		host_frame_append(f, text, len);
	return f;
}

void
host_queue_put(struct host_queue *q, struct host_frame *f)
{
	uint32_t len = (uint32_t)f->len;

	memcpy(f->data, &len, HEAD);
	f->next = NULL;
	if (q->last != NULL)
		q->last->next = f;
	else
		q->first = f;
	q->last = f;
	q->bytes += f->len;
}

struct host_frame *
host_queue_take(struct host_queue *q)
{
	struct host_frame *f = q->first;

	if (f == NULL)
		return NULL;
	if ((q->first = f->next) == NULL)
		q->last = NULL;
	q->bytes -= f->len;
	return f;
}

int
host_frame_send(struct host_frame *f, int fd)
{
	ssize_t n;

	while (f->sent < HEAD + f->len) {
		n = write(fd, f->data + f->sent, HEAD + f->len - f->sent);
		if (n >= 0)
			f->sent += (size_t)n;
		else if (errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			return -1;
	}
	return 1;
}

void
host_queue_clear(struct host_queue *q)
{
	struct host_frame *f;

	while ((f = host_queue_take(q)) != NULL)
		host_frame_free(f);
}
