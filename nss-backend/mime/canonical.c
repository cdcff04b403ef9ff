/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>
#include <string.h>

/* Short lines are gathered so that the next stage sees large writes. */
#define GATHER 16384

struct canonical {
	struct nm_stage stage;
	struct nm_stage *next;
	bool after_cr; /* the last byte of the write before was a CR */
	size_t len;
	uint8_t gathered[GATHER];
};

static enum nm_error
flush(struct canonical *c)
{
	size_t len = c->len;

	c->len = 0;
	return nm_stage_write(c->next, c->gathered, len);
}

static enum nm_error
emit(struct canonical *c, const void *data, size_t len)
{
	enum nm_error err;

	if (len > GATHER - c->len && (err = flush(c)) != NM_OK)
		return err;
	if (len >= GATHER)
		return nm_stage_write(c->next, data, len);
	memcpy(c->gathered + c->len, data, len);
	c->len += len;
	return NM_OK;
}

static enum nm_error
canonical_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct canonical *c = (struct canonical *)s;
	const uint8_t *run = data, *p = data, *end = data + len, *lf;
	enum nm_error err;

	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p = lf + 1;
		if (lf == data ? c->after_cr : lf[-1] == '\r')
			continue; /* CRLF already: the run goes on */
		if ((err = emit(c, run, (size_t)(lf - run))) != NM_OK ||
		    (err = emit(c, "\r\n", 2)) != NM_OK)
			return err;
		run = p;
	}
	c->after_cr = end[-1] == '\r';
	if (c->len == 0)
		return nm_stage_write(c->next, run, (size_t)(end - run));
	if ((err = emit(c, run, (size_t)(end - run))) != NM_OK)
		return err;
	return flush(c);
}

static enum nm_error
canonical_finish(struct nm_stage *s)
{
	struct canonical *c = (struct canonical *)s;

	return nm_stage_finish(c->next);
}

static void
canonical_free(struct nm_stage *s)
{
	struct canonical *c = (struct canonical *)s;

	nm_wipe(c->gathered, sizeof(c->gathered));
	free(c);
}

struct nm_stage *
nm_canonical_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { canonical_write,
		canonical_finish, canonical_free };
	struct canonical *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->stage.ops = &ops;
	c->next = next;
	return &c->stage;
}
