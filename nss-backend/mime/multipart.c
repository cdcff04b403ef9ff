/* SPDX-License-Identifier: MPL-2.0 */
#include "mime/multipart.h"

#include <limits.h>
#include <stdlib.h>

#include "mime/ascii.h"

/* RFC 2046 section 5.1.1 says 70; some senders write more. */
#define MAX_BOUNDARY 256
/* White space that may follow a delimiter ("transport-padding"): a line is at
 * most 998 bytes (RFC 5322 section 2.1.1). */
#define MAX_PADDING 998
/* "--", boundary, "--", padding: longer lines are no delimiters. */
#define MAX_LINE (2 + MAX_BOUNDARY + 2 + MAX_PADDING)

enum where {
	IN_LINE,    /* in the midst of a line */
	AFTER_CR,   /* `held` is a CR that may begin a line end */
	LINE_START, /* `held` is a line end and the start of a line that may
		       yet be a delimiter */
};

enum verdict {
	NOT_DELIMITER,
	UNDECIDED,
	DELIMITER,
	CLOSE_DELIMITER
};

struct multipart {
	struct nm_stage stage;
	const struct nm_multipart_handler *handler;
	nm_multipart_outside outside; /* NULL: nobody wants it */
	void *arg;
	struct nm_fault *fault;
	enum where where;
	uint8_t held[2 + MAX_LINE + 2];
	size_t held_len;
	size_t held_eol;       /* of these are the line end */
	struct nm_stage *part; /* NULL: preamble, epilogue or unwanted part */
	unsigned parts;
	bool closed;
	bool preamble;
	bool epilogue;
	size_t dash_len;
	uint8_t dash[2 + MAX_BOUNDARY]; /* "--boundary" */
};

/*
 * Judges the start of a line. Decided or not, the outcome depends on the
 * line's bytes alone, not on how they came. At the end of the input (`last`)
 * nothing is undecided, and the end serves as a line end.
 */
static enum verdict
judge(const struct multipart *m, const uint8_t *line, size_t len, bool last,
    size_t *line_len)
{
	size_t at = m->dash_len, start;
	bool close = false;

	if (memcmp(line, m->dash, len < at ? len : at) != 0)
		return NOT_DELIMITER;
	if (len < at)
		return last ? NOT_DELIMITER : UNDECIDED;
	if (at < len && line[at] == '-') {
		if (at + 1 == len)
			return last ? NOT_DELIMITER : UNDECIDED;
		if (line[at + 1] != '-')
			return NOT_DELIMITER;
		close = true;
		at += 2;
	}
	start = at;
	while (at < len && nm_is_wsp(line[at]))
		at++;
	if (at - start > MAX_PADDING)
		return NOT_DELIMITER;
	if (at < len && line[at] == '\r')
		at++;
	if (at < len && line[at] == '\n')
		at++;
	else if (at < len)
		return NOT_DELIMITER;
	else if (!last)
		return UNDECIDED;
	*line_len = at;
	return close ? CLOSE_DELIMITER : DELIMITER;
}

static bool
is_blank(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_wsp(p[i]) && p[i] != '\r' && p[i] != '\n')
			return false;
	}
	return true;
}

static enum nm_error
outside(struct multipart *m, const uint8_t *p, size_t len)
{
	return m->outside == NULL || len == 0 ? NM_OK
					      : m->outside(m->arg, p, len);
}

/* Bytes that are no delimiter's. */
static enum nm_error
content(struct multipart *m, const uint8_t *p, size_t len)
{
	if (m->closed) {
		m->epilogue = m->epilogue || !is_blank(p, len);
		return outside(m, p, len);
	}
	if (m->parts == 0) {
		m->preamble = m->preamble || !is_blank(p, len);
		return outside(m, p, len);
	}
	return m->part == NULL ? NM_OK : nm_stage_write(m->part, p, len);
}

static enum nm_error
release_held(struct multipart *m)
{
	size_t len = m->held_len;

	m->where = IN_LINE;
	m->held_len = m->held_eol = 0;
	return content(m, m->held, len);
}

static enum nm_error
part_ends(struct multipart *m)
{
	enum nm_error err = NM_OK;

	if (m->part != NULL)
		err = nm_stage_finish(m->part);
	nm_stage_free(&m->part);
	return err;
}

/* A delimiter was there: `len` bytes in `held`, the line end before with it. */
static enum nm_error
delimiter(struct multipart *m, size_t len, bool close)
{
	enum nm_error err;

	m->where = LINE_START;
	m->held_len = m->held_eol = 0;
	if ((err = part_ends(m)) != NM_OK ||
	    (err = outside(m, m->held, len)) != NM_OK)
		return err;
	if (close) {
		m->closed = true;
		return NM_OK;
	}
	if (m->parts == UINT_MAX)
		return nm_fail(m->fault, NM_ERR_MALFORMED_MESSAGE,
		    "A multipart has too many parts");
	m->parts++;
	return m->handler->part(m->arg, m->parts, &m->part);
}

static void
hold(struct multipart *m, const uint8_t *p, size_t len)
{
	memcpy(m->held + m->held_len, p, len);
	m->held_len += len;
}

/* At the start of a line, some of which may be held already. */
static enum nm_error
write_line_start(struct multipart *m, const uint8_t **p, const uint8_t *end)
{
	size_t room = sizeof(m->held) - m->held_len, line_len = 0;
	size_t take = (size_t)(end - *p), line = m->held_len - m->held_eol;
	const uint8_t *lf;
	enum verdict verdict;

	if (take > room)
		take = room;
	if ((lf = memchr(*p, '\n', take)) != NULL)
		take = (size_t)(lf + 1 - *p);
	memcpy(m->held + m->held_len, *p, take);
	verdict =
	    judge(m, m->held + m->held_eol, line + take, false, &line_len);
	switch (verdict) {
	case NOT_DELIMITER:
		/* What was held has no line end in it but the first: it
		 * would have been decided. The rest is looked at again. */
		return release_held(m);
	case UNDECIDED:
		m->held_len += take;
		*p += take;
		return NM_OK;
	case DELIMITER:
	case CLOSE_DELIMITER:
		break;
	}
	*p += line_len - line;
	return delimiter(m, m->held_eol + line_len, verdict == CLOSE_DELIMITER);
}

/*
 * Passes content on in one run, up to a line end that a delimiter may follow
 * or to the end of what there is.
 */
static enum nm_error
write_in_line(struct multipart *m, const uint8_t **p, const uint8_t *end)
{
	const uint8_t *run = *p, *at = run, *stop = end, *lf;

	*p = end;
	while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = lf + 1;
		if (at < end && *at != '-')
			continue;
		if ((size_t)(end - at) >= m->dash_len &&
		    memcmp(at, m->dash, m->dash_len) != 0)
			continue;
		stop = lf > run && lf[-1] == '\r' ? lf - 1 : lf;
		m->where = LINE_START;
		hold(m, stop, (size_t)(at - stop));
		m->held_eol = m->held_len;
		*p = at;
		break;
	}
	if (lf == NULL && end > run && end[-1] == '\r') {
		stop = end - 1;
		m->where = AFTER_CR;
		hold(m, stop, 1);
	}
	return content(m, run, (size_t)(stop - run));
}

static enum nm_error
multipart_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct multipart *m = (struct multipart *)s;
	const uint8_t *p = data, *end = data + len;
	enum nm_error err = NM_OK;

	while (p < end && err == NM_OK) {
		if (m->closed)
			return content(m, p, (size_t)(end - p));
		switch (m->where) {
		case IN_LINE:
			err = write_in_line(m, &p, end);
			break;
		case AFTER_CR:
			if (*p != '\n') {
				err = release_held(m);
				break;
			}
			hold(m, p++, 1);
			m->held_eol = m->held_len;
			m->where = LINE_START;
			break;
		case LINE_START:
			err = write_line_start(m, &p, end);
			break;
		}
	}
	return err;
}

static enum nm_error
multipart_finish(struct nm_stage *s)
{
	struct multipart *m = (struct multipart *)s;
	enum verdict verdict = NOT_DELIMITER;
	enum nm_error err;
	size_t line_len;

	if (m->where == LINE_START && !m->closed)
		verdict = judge(m, m->held + m->held_eol,
		    m->held_len - m->held_eol, true, &line_len);
	if (verdict == NOT_DELIMITER)
		err = release_held(m);
	else
		err = delimiter(m, m->held_len, verdict == CLOSE_DELIMITER);
	if (err == NM_OK)
		err = part_ends(m);
	if (err != NM_OK || m->handler->end == NULL)
		return err;
	return m->handler->end(
	    m->arg, m->parts, m->closed, m->preamble, m->epilogue);
}

static void
multipart_free(struct nm_stage *s)
{
	struct multipart *m = (struct multipart *)s;

	nm_stage_free(&m->part);
	nm_wipe(m->held, sizeof(m->held));
	free(m);
}

struct nm_stage *
nm_multipart_new(const char *boundary,
    const struct nm_multipart_handler *handler, void *arg,
    struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { multipart_write,
		multipart_finish, multipart_free };
	size_t len = strlen(boundary);
	struct multipart *m;

	/* it ends in no white space, as that may follow it in transport */
	while (len != 0 && nm_is_wsp((uint8_t)boundary[len - 1]))
		len--;
	if (len == 0 || len > MAX_BOUNDARY) {
		(void)nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A multipart has no boundary of 1 to %d bytes",
		    MAX_BOUNDARY);
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_control((uint8_t)boundary[i]))
			continue;
		(void)nm_fail(fault, NM_ERR_MALFORMED_MESSAGE,
		    "A boundary has control characters in it");
		return NULL;
	}
	if ((m = calloc(1, sizeof(*m))) == NULL) {
		(void)nm_fail(fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a multipart");
		return NULL;
	}
	m->stage.ops = &ops;
	m->handler = handler;
	m->arg = arg;
	m->fault = fault;
	m->where = LINE_START;
	memcpy(m->dash, "--", 2);
	memcpy(m->dash + 2, boundary, len);
	m->dash_len = 2 + len;
	return &m->stage;
}

void
nm_multipart_set_outside(struct nm_stage *multipart, nm_multipart_outside take)
{
	((struct multipart *)multipart)->outside = take;
}
