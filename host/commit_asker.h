/* SPDX-License-Identifier: MPL-2.0 */
/*
 * For an operation of the library that asks and writes in one call: an asker
 * whose last question, once it is answered, is the point from which a cancel
 * comes too late. Until then the client can cancel, and no client is told
 * that something was cancelled which was done.
 */
#ifndef HOST_COMMIT_ASKER_H
#define HOST_COMMIT_ASKER_H

#include <nssmime/database.h>

#include "operation.h"

enum host_last_question {
	HOST_LAST_PASSWORD,
	HOST_LAST_NEW_PASSWORD
};

struct host_commit_asker {
	struct nm_asker asker;
	const struct nm_asker *inner;
	struct host_call *call;
	enum host_last_question last;
};

/* What to hand to the library; `a` must live as long. NULL: the user may not
 * be asked. */
const struct nm_asker *host_commit_asker(struct host_commit_asker *a,
    struct host_call *call, enum host_last_question last);

#endif
