/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A stage of a data flow. Bytes are pushed in by any number of writes of any
 * size and end with one finish; a stage pushes what it makes of them into
 * the next one. Nothing holds a message: what a stage keeps is bounded.
 *
 * Ownership: a stage that was given a `next` stage does not own it unless its
 * constructor says so; whoever builds a chain frees its stages. The concrete
 * type embeds `struct nm_stage` as its first member.
 *
 * After write or finish has failed, or after finish, only free may follow.
 * The last stage of a chain (the host's output) may block; no stage needs to
 * know.
 */
#ifndef NSSMIME_STAGE_H
#define NSSMIME_STAGE_H

#include <nssmime/buffer.h>
#include <nssmime/error.h>

struct nm_stage;

struct nm_stage_ops {
	enum nm_error (*write)(struct nm_stage *, const uint8_t *, size_t);
	enum nm_error (*finish)(struct nm_stage *);
	void (*free)(struct nm_stage *);
};

struct nm_stage {
	const struct nm_stage_ops *ops;
};

enum nm_error nm_stage_write(struct nm_stage *s, const void *data, size_t len);
enum nm_error nm_stage_finish(struct nm_stage *s);
/* Frees *s if it is not NULL and sets it to NULL. */
void nm_stage_free(struct nm_stage **s);

/* Appends to a buffer that the caller owns; past `limit` bytes it fails with
 * NM_ERR_TOO_LARGE. */
struct nm_stage *nm_collector_new(struct nm_buffer *into, size_t limit);
/* Swallows everything. */
struct nm_stage *nm_discard_new(void);
/* Passes writes on to `next` (lent) but not the finish: for one of several
 * writers into the same stage. */
struct nm_stage *nm_borrow_new(struct nm_stage *next);

#endif
