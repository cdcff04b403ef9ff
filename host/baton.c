/* SPDX-License-Identifier: MPL-2.0 */
#include "baton.h"

#include <stddef.h>

bool
host_baton_try(struct host_baton *b)
{
	if (b->held)
		return false;
	b->held = true;
	return true;
}

void
host_baton_ask(struct host_baton *b, struct host_turn *turn)
{
	turn->next = NULL;
	turn->granted = host_baton_try(b);
	if (turn->granted)
		return;
	if (b->last != NULL)
		b->last->next = turn;
	else
		b->first = turn;
	b->last = turn;
}

void
host_baton_wait(struct host_turn *turn, pthread_mutex_t *lock)
{
	while (!turn->granted)
		(void)pthread_cond_wait(&turn->cond, lock);
}

void
host_baton_take(
    struct host_baton *b, struct host_turn *turn, pthread_mutex_t *lock)
{
	host_baton_ask(b, turn);
	host_baton_wait(turn, lock);
}

void
host_baton_give(struct host_baton *b)
{
	struct host_turn *turn = b->first;

	if (turn == NULL) {
		b->held = false;
		return;
	}
	/* it stays held: it changes hands */
	if ((b->first = turn->next) == NULL)
		b->last = NULL;
	turn->granted = true;
	(void)pthread_cond_signal(&turn->cond);
}

bool
host_baton_wanted(const struct host_baton *b)
{
	return b->first != NULL;
}
