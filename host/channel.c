/* SPDX-License-Identifier: MPL-2.0 */
#include "channel.h"

#include <string.h>
#include <unistd.h>

/* The head: type, id, asking, again, error. */
#define HEAD 5

bool
host_channel_pass(int fd, const struct host_message *m, int passed)
{
	uint32_t head[HEAD] = { m->type, m->id, m->asking, m->again, m->error };

	return m->text.len <= HOST_CHANNEL_TEXT &&
	    host_packet_send(fd, head, sizeof(head), m->text, passed, true) ==
	    HOST_SENT;
}

bool
host_channel_send(int fd, const struct host_message *m)
{
	return host_channel_pass(fd, m, -1);
}

void
host_channel_answer(int fd, uint32_t id, enum nm_error error, const char *text)
{
	struct host_message m = {
		.type = HOST_ANSWER, .id = id, .error = error
	};

	if (text != NULL)
		m.text =
		    (struct nm_bytes){ (const uint8_t *)text, strlen(text) };
	(void)host_channel_send(fd, &m);
}

static bool
parse(const uint32_t *head, struct host_message *m)
{
	if (head[0] < HOST_ASK || head[0] > HOST_FETCHER ||
	    head[2] > HOST_ASK_LAST || head[4] >= NM_ERR_COUNT)
		return false;
	m->type = (enum host_message_type)head[0];
	m->id = head[1];
	m->asking = (enum host_asking)head[2];
	m->again = head[3];
	m->error = (enum nm_error)head[4];
	return true;
}

enum host_receiving
host_channel_accept(
    int fd, struct nm_buffer *buffer, struct host_message *m, int *passed)
{
	enum host_receiving got;
	uint32_t head[HEAD];

	got = host_packet_receive(
	    fd, head, sizeof(head), buffer, HOST_CHANNEL_TEXT, passed);
	if (got != HOST_RECEIVED)
		return got;
	if (!parse(head, m)) {
		if (passed != NULL && *passed >= 0)
			(void)close(*passed);
		return HOST_GONE;
	}
	m->text = nm_buffer_bytes(buffer);
	return HOST_RECEIVED;
}

enum host_receiving
host_channel_receive(int fd, struct nm_buffer *buffer, struct host_message *m)
{
	return host_channel_accept(fd, buffer, m, NULL);
}
