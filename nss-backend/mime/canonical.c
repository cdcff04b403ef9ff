/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>
#include <string.h>

/* Short lines are gathered so that the next stage sees large writes. */
#define GATHER 16384

struct canonical {
	struct nm_stage stage;
	struct nm_stage *next;
	size_t held; /* CRs at the end of what came: of the line's end? */
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

/* The CRs held back are no line's end after all. */
static enum nm_error
release(struct canonical *c)
{
	enum nm_error err = NM_OK;

	for (; c->held != 0 && err == NM_OK; c->held--)
		err = emit(c, "\r", 1);
	return err;
}

/*
 * A line's end that went through text mode once too often is CR CR LF: a CR
 * before CRLF belongs to the end, for a text has none elsewhere (RFC 5322
 * 2.3), and signers sign CRLF (RFC 8551 3.1.1). OpenSSL reads it so, too.
 */
static enum nm_error
canonical_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct canonical *c = (struct canonical *)s;
	const uint8_t *run = data, *p = data, *end = data + len, *lf;
	enum nm_error err;

	while (p != end && *p == '\r' && c->held != 0) {
		c->held++;
		run = ++p;
	}
	if (p == end)
		return NM_OK;
	if (c->held != 0 && *p == '\n')
		c->held = 0;
	else if ((err = release(c)) != NM_OK)
		return err;
	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		const uint8_t *text = lf;

		p = lf + 1;
		while (text != run && text[-1] == '\r')
			text--;
		if (lf - text == 1)
			continue; /* CRLF already: the run goes on */
		if ((err = emit(c, run, (size_t)(text - run))) != NM_OK ||
		    (err = emit(c, "\r\n", 2)) != NM_OK)
			return err;
		run = p;
	}
	while (end != run && end[-1] == '\r') {
		c->held++;
		end--;
	}
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
	enum nm_error err = release(c);

	if (err == NM_OK && c->len != 0)
		err = flush(c);
	return err != NM_OK ? err : nm_stage_finish(c->next);
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
