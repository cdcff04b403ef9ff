/* SPDX-License-Identifier: MPL-2.0 */
#include "chain.h"

#include <stdlib.h>

struct chain {
	struct nm_stage stage;
	struct nm_stage *stages[NM_CHAIN_MAX];
	size_t count;
};

static enum nm_error
chain_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct chain *)s)->stages[0], data, len);
}

static enum nm_error
chain_finish(struct nm_stage *s)
{
	return nm_stage_finish(((struct chain *)s)->stages[0]);
}

static void
chain_free(struct nm_stage *s)
{
	struct chain *c = (struct chain *)s;

	for (size_t i = 0; i < c->count; i++)
		nm_stage_free(&c->stages[i]);
	free(c);
}

struct nm_stage *
nm_chain_new(struct nm_stage *const *stages, size_t count)
{
	static const struct nm_stage_ops ops = { chain_write, chain_finish,
		chain_free };
	struct chain *c = calloc(1, sizeof(*c));
	bool whole = c != NULL && count <= NM_CHAIN_MAX;

	for (size_t i = 0; i < count; i++) {
		if (stages[i] == NULL)
			whole = false;
	}
	if (!whole) {
		for (size_t i = 0; i < count; i++) {
			struct nm_stage *s = stages[i];

			nm_stage_free(&s);
		}
		free(c);
		return NULL;
	}
	c->stage.ops = &ops;
	c->count = count;
	for (size_t i = 0; i < count; i++)
		c->stages[i] = stages[i];
	return &c->stage;
}

struct tee {
	struct nm_stage stage;
	size_t count;
	struct nm_stage *stages[];
};

static enum nm_error
tee_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct tee *t = (struct tee *)s;
	enum nm_error error;

	for (size_t i = 0; i < t->count; i++) {
		error = nm_stage_write(t->stages[i], data, len);
		if (error != NM_OK)
			return error;
	}
	return NM_OK;
}

static enum nm_error
tee_finish(struct nm_stage *s)
{
	struct tee *t = (struct tee *)s;
	enum nm_error error;

	for (size_t i = 0; i < t->count; i++) {
		if ((error = nm_stage_finish(t->stages[i])) != NM_OK)
			return error;
	}
	return NM_OK;
}

static void
plain_free(struct nm_stage *s)
{
	free(s);
}

struct nm_stage *
nm_tee_new(struct nm_stage *const *stages, size_t count)
{
	static const struct nm_stage_ops ops = { tee_write, tee_finish,
		plain_free };
	struct tee *t = calloc(1, sizeof(*t) + count * sizeof(*stages));

	if (t == NULL)
		return NULL;
	t->stage.ops = &ops;
	t->count = count;
	for (size_t i = 0; i < count; i++)
		t->stages[i] = stages[i];
	return &t->stage;
}

struct digesting {
	struct nm_stage stage;
	struct nm_digests *digests;
	struct nm_stage *next;
};

static enum nm_error
digesting_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct digesting *d = (struct digesting *)s;
	enum nm_error error;

	if ((error = nm_digests_update(d->digests, data, len)) != NM_OK)
		return error;
	return nm_stage_write(d->next, data, len);
}

static enum nm_error
digesting_finish(struct nm_stage *s)
{
	struct digesting *d = (struct digesting *)s;
	enum nm_error error;

	if ((error = nm_digests_finish(d->digests)) != NM_OK)
		return error;
	return nm_stage_finish(d->next);
}

struct nm_stage *
nm_digesting_new(struct nm_digests *digests, struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { digesting_write,
		digesting_finish, plain_free };
	struct digesting *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->stage.ops = &ops;
	d->digests = digests;
	d->next = next;
	return &d->stage;
}
