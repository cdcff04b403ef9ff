/* SPDX-License-Identifier: MPL-2.0 */
#include "channel.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The head: type, id, asking, again, error, in native order. Both ends are
 * the same program. */
#define HEAD 5

bool
host_channel_send(int fd, const struct host_message *m)
{
	uint32_t head[HEAD] = { m->type, m->id, m->asking, m->again, m->error };
	union {
		const uint8_t *in;
		void *out;
	} text = { .in = m->text.data };
	struct iovec parts[2] = { { head, sizeof(head) },
		{ text.out, m->text.len } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	if (m->text.len > HOST_CHANNEL_TEXT)
		return false;
	do {
		n = sendmsg(fd, &msg, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n >= 0;
}

static bool
parse(const uint32_t *head, struct host_message *m)
{
	if (head[0] < HOST_ASK || head[0] > HOST_ANSWER ||
	    head[2] > HOST_ASK_SAVE || head[4] >= NM_ERR_COUNT)
		return false;
	m->type = (enum host_message_type)head[0];
	m->id = head[1];
	m->asking = (enum host_asking)head[2];
	m->again = head[3];
	m->error = (enum nm_error)head[4];
	return true;
}

enum host_receiving
host_channel_receive(int fd, struct nm_buffer *buffer, struct host_message *m)
{
	uint32_t head[HEAD];
	struct iovec parts[2] = { { head, sizeof(head) }, { NULL, 0 } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	ssize_t n;

	nm_buffer_clear(buffer);
	parts[1].iov_base = nm_buffer_extend(buffer, HOST_CHANNEL_TEXT);
	if ((parts[1].iov_len = buffer->len) == 0)
		return HOST_GONE;
	n = recvmsg(fd, &msg, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		buffer->len = 0;
		return HOST_NOTHING;
	}
	if (n < (ssize_t)sizeof(head) || (msg.msg_flags & MSG_TRUNC) != 0 ||
	    !parse(head, m))
		return HOST_GONE;
	buffer->len = (size_t)n - sizeof(head);
	m->text = nm_buffer_bytes(buffer);
	return HOST_RECEIVED;
}
