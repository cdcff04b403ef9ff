/* SPDX-License-Identifier: MPL-2.0 */
#include "question.h"

#include <string.h>

#define SMALL (256u * 1024u)
#define LARGE (16u * 1024u * 1024u)
#define TEXT  HOST_ANSWER_DATA

_Static_assert(HOST_MAX_URL + HOST_MAX_REQUEST <= TEXT, "a question fits");

struct head {
	uint32_t type;
	uint32_t id;
	uint32_t kind;
	uint32_t end;
	int64_t until;
	uint64_t url_len;
};

size_t
host_question_size(enum nm_fetch_kind kind)
{
	return kind == NM_FETCH_CRL ? LARGE : SMALL;
}

int64_t
host_question_time(enum nm_fetch_kind kind)
{
	return kind == NM_FETCH_CRL ? 30000 : 15000;
}

bool
host_question_fits(const struct host_question *q)
{
	return q->url.len != 0 && q->url.len <= HOST_MAX_URL &&
	    memchr(q->url.data, '\0', q->url.len) == NULL &&
	    q->data.len <= HOST_MAX_REQUEST &&
	    (q->kind == NM_FETCH_OCSP || q->kind == NM_FETCH_TIMESTAMP) ==
	    (q->data.len != 0);
}

enum host_sending
host_question_send(int fd, const struct host_question *q)
{
	struct head head = { q->type, q->id, q->kind, q->end, q->until,
		q->url.len };
	uint8_t text[HOST_MAX_URL + HOST_MAX_REQUEST];
	struct nm_bytes bytes = q->data;

	if (q->type == HOST_QUESTION_ASK) {
		if (!host_question_fits(q))
			return HOST_UNSENT;
		memcpy(text, q->url.data, q->url.len);
		if (q->data.len != 0)
			memcpy(text + q->url.len, q->data.data, q->data.len);
		bytes = (struct nm_bytes){ text, q->url.len + q->data.len };
	}
	return host_packet_send(fd, &head, sizeof(head), bytes, -1, false);
}

static bool
parse(const struct head *head, struct nm_bytes text, struct host_question *q)
{
	if (head->type < HOST_QUESTION_ASK || head->type > HOST_QUESTION_END ||
	    head->kind >= NM_FETCH_KINDS || head->end >= HOST_END_COUNT ||
	    head->url_len > text.len)
		return false;
	q->type = (enum host_question_type)head->type;
	q->id = head->id;
	q->kind = (enum nm_fetch_kind)head->kind;
	q->end = (enum host_question_end)head->end;
	q->until = head->until;
	q->url = (struct nm_bytes){ text.data, (size_t)head->url_len };
	q->data =
	    (struct nm_bytes){ text.data + q->url.len, text.len - q->url.len };
	return q->type != HOST_QUESTION_ASK || host_question_fits(q);
}

enum host_receiving
host_question_receive(int fd, struct nm_buffer *buffer, struct host_question *q)
{
	enum host_receiving got;
	struct head head;

	got = host_packet_receive(fd, &head, sizeof(head), buffer, TEXT, NULL);
	if (got == HOST_RECEIVED && !parse(&head, nm_buffer_bytes(buffer), q))
		return HOST_GONE;
	return got;
}
