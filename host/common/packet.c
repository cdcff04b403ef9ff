/* SPDX-License-Identifier: MPL-2.0 */
#include "packet.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

/* Room for one descriptor, aligned as cmsg(3) wants it. */
union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

static void
pass(struct msghdr *msg, union control *control, int passed)
{
	struct cmsghdr *head;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	msg->msg_controllen = sizeof(*control);
	head = CMSG_FIRSTHDR(msg);
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(passed));
	memcpy(CMSG_DATA(head), &passed, sizeof(passed));
}

enum host_sending
host_packet_send(int fd, const void *head, size_t head_len,
    struct nm_bytes text, int passed, bool wait)
{
	/* what is sent is not written to, whatever iovec says */
	union {
		const void *in;
		void *out;
	} first = { .in = head }, second = { .in = text.data };
	struct iovec parts[2] = { { first.out, head_len },
		{ second.out, text.len } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	union control control;
	ssize_t n;

	if (passed >= 0)
		pass(&msg, &control, passed);
	do {
		n = sendmsg(fd, &msg, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return HOST_FULL;
	return n < 0 ? HOST_UNSENT : HOST_SENT;
}

static int
descriptor_of(struct msghdr *msg)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (head != NULL && head->cmsg_level == SOL_SOCKET &&
	    head->cmsg_type == SCM_RIGHTS &&
	    head->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

enum host_receiving
host_packet_receive(int fd, void *head, size_t head_len, struct nm_buffer *text,
    size_t max, int *passed)
{
	struct iovec parts[2] = { { head, head_len }, { NULL, max } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };
	union control control;
	ssize_t n;

	nm_buffer_clear(text);
	if ((parts[1].iov_base = nm_buffer_extend(text, max)) == NULL)
		return HOST_GONE;
	/* without room for them the kernel lets descriptors go */
	if (passed != NULL) {
		*passed = -1;
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
	}
	n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
		text->len = 0;
		return HOST_NOTHING;
	}
	if (n >= 0 && passed != NULL)
		*passed = descriptor_of(&msg);
	if (n < (ssize_t)head_len || (msg.msg_flags & MSG_TRUNC) != 0) {
		if (passed != NULL && *passed >= 0)
			(void)close(*passed);
		return HOST_GONE;
	}
	text->len = (size_t)n - head_len;
	return HOST_RECEIVED;
}
