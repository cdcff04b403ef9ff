/* SPDX-License-Identifier: MPL-2.0 */
/* Small stages that join others. */
#ifndef NSSMIME_MESSAGE_CHAIN_H
#define NSSMIME_MESSAGE_CHAIN_H

#include <nssmime/algorithm.h>
#include <nssmime/stage.h>

#define NM_CHAIN_MAX 4

/* Several stages as one that owns them: written to at the first of them,
 * freed in their order. Any NULL among them frees the others and gives NULL,
 * so that a caller may nest constructors and check once. */
struct nm_stage *nm_chain_new(struct nm_stage *const *stages, size_t count);

/* Sends everything to each of several stages; owns none of them. Finishes
 * them in their order. The array is copied. */
struct nm_stage *nm_tee_new(struct nm_stage *const *stages, size_t count);

/* Counts everything into digests (lent), and sends it to `next` (lent). */
struct nm_stage *nm_digesting_new(
    struct nm_digests *digests, struct nm_stage *next);

#endif
