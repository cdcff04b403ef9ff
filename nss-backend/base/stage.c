/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/stage.h>

#include <stdlib.h>

enum nm_error
nm_stage_write(struct nm_stage *s, const void *data, size_t len)
{
	return len == 0 ? NM_OK : s->ops->write(s, data, len);
}

enum nm_error
nm_stage_finish(struct nm_stage *s)
{
	return s->ops->finish(s);
}

void
nm_stage_free(struct nm_stage **s)
{
	if (*s == NULL)
		return;
	(*s)->ops->free(*s);
	*s = NULL;
}

struct collector {
	struct nm_stage stage;
	struct nm_buffer *into;
	size_t limit;
};

static enum nm_error
collector_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct collector *c = (struct collector *)s;

	if (len > c->limit || c->into->len > c->limit - len)
		return NM_ERR_TOO_LARGE;
	nm_buffer_append(c->into, data, len);
	return nm_buffer_failed(c->into) ? NM_ERR_INTERNAL : NM_OK;
}

static enum nm_error
no_finish(struct nm_stage *s)
{
	(void)s;
	return NM_OK;
}

static void
plain_free(struct nm_stage *s)
{
	free(s);
}

struct nm_stage *
nm_collector_new(struct nm_buffer *into, size_t limit)
{
	static const struct nm_stage_ops ops = { collector_write, no_finish,
		plain_free };
	struct collector *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->stage.ops = &ops;
	c->into = into;
	c->limit = limit;
	return &c->stage;
}

static enum nm_error
discard_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	(void)s;
	(void)data;
	(void)len;
	return NM_OK;
}

struct nm_stage *
nm_discard_new(void)
{
	static const struct nm_stage_ops ops = { discard_write, no_finish,
		plain_free };
	struct nm_stage *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->ops = &ops;
	return s;
}

struct borrow {
	struct nm_stage stage;
	struct nm_stage *next;
};

static enum nm_error
borrow_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct borrow *)s)->next, data, len);
}

struct nm_stage *
nm_borrow_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { borrow_write, no_finish,
		plain_free };
	struct borrow *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->stage.ops = &ops;
	b->next = next;
	return &b->stage;
}
