/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A buffer that is going to be large gets all the room that it may ever need at
 * once: what is not written to costs nothing but addresses, while growing would
 * copy all of it time and again.
 */
#ifndef HOST_OWA_LARGE_H
#define HOST_OWA_LARGE_H

#include <stdint.h>
#include <sys/mman.h>

#include <nssmime/buffer.h>

#include "limit.h"

#define HOST_OWA_LARGE ((size_t)1024 * 1024)

/* Before `more` bytes are appended. */
static inline void
host_owa_make_room(struct nm_buffer *b, size_t more)
{
	const size_t most = HOST_OWA_MAX_TEXT + HOST_OWA_LARGE;
	const uintptr_t page = 4096;
	size_t len = b->len;
	uintptr_t start;

	if (b->room >= most || len + more < HOST_OWA_LARGE ||
	    len + more > most || nm_buffer_extend(b, most - len) == NULL)
		return;
	b->len = len;
	/* in large pages, if the system has some: a wish, nothing more */
	start = ((uintptr_t)b->data + page - 1) / page * page;
	(void)madvise((void *)start,
	    ((uintptr_t)b->data + b->room - start) / page * page,
	    MADV_HUGEPAGE);
}

#endif
