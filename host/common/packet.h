/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Packets between the processes, on SOCK_SEQPACKET sockets: a head of fixed
 * size in native order, then bytes. Both ends are of the same build.
 */
#ifndef HOST_PACKET_H
#define HOST_PACKET_H

#include <stdbool.h>
#include <stddef.h>

#include <nssmime/buffer.h>

enum host_sending {
	HOST_SENT,
	HOST_FULL, /* only where it is not to wait */
	HOST_UNSENT
};

enum host_receiving {
	HOST_RECEIVED,
	HOST_NOTHING,
	HOST_GONE
};

/* `passed`: a descriptor that goes along; -1: none. */
enum host_sending host_packet_send(int fd, const void *head, size_t head_len,
    struct nm_bytes text, int passed, bool wait);

/* Does not wait. The bytes, at most `max`, replace what is in `text`. *passed:
 * the descriptor that came along, -1: none; NULL: none is taken. A packet that
 * is too short or too long counts as HOST_GONE. */
enum host_receiving host_packet_receive(int fd, void *head, size_t head_len,
    struct nm_buffer *text, size_t max, int *passed);

#endif
