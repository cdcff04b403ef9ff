/* SPDX-License-Identifier: MPL-2.0 */
#include "mime/seven_bit.h"

#include <stdlib.h>

#include "mime/ascii.h"

#define AHEAD 6 /* what a decision may need: ">From " */

struct clean_line {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_fault *fault;
	enum nm_cleaning cleaning;
	size_t column;
	bool broken; /* the line begins after a break of ours */
	size_t len;
	uint8_t window[8192]; /* input not yet judged */
	struct nm_buffer out;
};

static bool
is_from(const uint8_t *p, size_t len)
{
	if (len != 0 && *p == '>') {
		p++;
		len--;
	}
	return len >= 5 && memcmp(p, "From ", 5) == 0;
}

/* One line with its line end, or the last one without. */
static bool
is_clean_line(const uint8_t *p, size_t len)
{
	uint8_t high = 0;

	if (len != 0 && p[len - 1] == '\n')
		len--;
	if (len != 0 && p[len - 1] == '\r')
		len--;
	for (size_t i = 0; i < len; i++)
		high |= p[i];
	return high < 0x80 && len <= NM_MAX_LINE && !is_from(p, len) &&
	    (len == 0 ||
		(memchr(p, 0, len) == NULL && memchr(p, '\r', len) == NULL));
}

bool
nm_is_clean(const uint8_t *data, size_t len)
{
	const uint8_t *lf;
	size_t n;

	for (; len != 0; data += n, len -= n) {
		lf = memchr(data, '\n', len);
		n = lf == NULL ? len : (size_t)(lf + 1 - data);
		if (!is_clean_line(data, n) ||
		    (lf == NULL && data[n - 1] == '\r'))
			return false;
	}
	return true;
}

static void
put_break(struct clean_line *c)
{
	if (c->cleaning == NM_CLEAN_QUOTED)
		nm_buffer_byte(&c->out, '=');
	nm_buffer_string(&c->out, "\r\n");
	c->column = 0;
	c->broken = true;
}

static void
put(struct clean_line *c, const void *data, size_t len)
{
	nm_buffer_append(&c->out, data, len);
	c->column += len;
}

/* One byte, or an escape, that is no line end; returns how many were used. */
static size_t
clean_byte(struct clean_line *c, const uint8_t *p, size_t len)
{
	bool bad = *p >= 0x80 || *p == 0 || *p == '\r';
	bool escape = c->cleaning == NM_CLEAN_QUOTED && *p == '=' && len > 2 &&
	    nm_hex(p[1]) >= 0 && nm_hex(p[2]) >= 0;
	size_t room = NM_MAX_LINE - (c->cleaning == NM_CLEAN_QUOTED ? 1 : 0);

	if (c->column + (bad || escape ? 3 : 1) > room)
		put_break(c);
	if (escape) {
		put(c, p, 3);
		return 3;
	}
	/* Spaces and ">" mean nothing in base64, and without them no line
	 * starts with "From ", whatever else is left out of it. */
	if (c->cleaning == NM_CLEAN_BASE64)
		bad = bad || *p == ' ' || *p == '>';
	else if (c->column == 0 && is_from(p, len))
		bad = true;
	/* a break may not make a delimiter of what was none */
	if (c->column == 0 && c->broken && *p == '-')
		bad = true;
	if (!bad) {
		put(c, p, 1);
		return 1;
	}
	switch (c->cleaning) {
	case NM_CLEAN_BASE64:
		break;
	case NM_CLEAN_QUOTED:
		nm_buffer_format(&c->out, "=%02X", (unsigned)*p);
		c->column += 3;
		break;
	case NM_CLEAN_OUTSIDE:
	case NM_CLEAN_REFUSE:
		put(c, "?", 1);
		break;
	}
	return 1;
}

/* Judges what is in the window as far as it can be. */
static enum nm_error
clean_window(struct clean_line *c, bool last)
{
	const uint8_t *p = c->window, *end = p + c->len, *lf;
	enum nm_error err;
	size_t left, n;

	while ((left = (size_t)(end - p)) != 0) {
		/* once a line: what is not clean goes byte by byte */
		lf = c->column != 0 ? NULL : memchr(p, '\n', left);
		n = lf == NULL ? left : (size_t)(lf + 1 - p);
		if (c->column == 0 && lf == NULL && !last &&
		    left <= NM_MAX_LINE + 1)
			break;
		if (c->column == 0 && (lf != NULL || last) &&
		    nm_is_clean(p, n)) {
			nm_buffer_append(&c->out, p, n);
			c->column = lf == NULL ? n : 0;
			p += n;
			continue;
		}
		if (c->cleaning == NM_CLEAN_REFUSE)
			return nm_fail(c->fault, NM_ERR_MALFORMED_MESSAGE,
			    "A part has an unknown transfer encoding and "
			    "cannot be made fit for mail");
		if (*p == '\n' || (*p == '\r' && left > 1 && p[1] == '\n')) {
			nm_buffer_append(&c->out, p, *p == '\n' ? 1 : 2);
			p += *p == '\n' ? 1 : 2;
			c->column = 0;
			c->broken = false;
			continue;
		}
		if (!last && left < AHEAD)
			break;
		p += clean_byte(c, p, left);
	}
	memmove(c->window, p, left);
	c->len = left;
	if (nm_buffer_failed(&c->out))
		return nm_fail(c->fault, NM_ERR_INTERNAL,
		    "There is not enough memory for a part");
	err = nm_stage_write(c->next, c->out.data, c->out.len);
	nm_buffer_clear(&c->out);
	return err;
}

static enum nm_error
clean_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct clean_line *c = (struct clean_line *)s;
	enum nm_error err;
	size_t take;

	for (; len != 0; data += take, len -= take) {
		take = sizeof(c->window) - c->len;
		if (take > len)
			take = len;
		memcpy(c->window + c->len, data, take);
		c->len += take;
		if ((err = clean_window(c, false)) != NM_OK)
			return err;
	}
	return NM_OK;
}

static enum nm_error
clean_finish(struct nm_stage *s)
{
	struct clean_line *c = (struct clean_line *)s;
	enum nm_error err;

	if ((err = clean_window(c, true)) != NM_OK)
		return err;
	return nm_stage_finish(c->next);
}

static void
clean_free(struct nm_stage *s)
{
	struct clean_line *c = (struct clean_line *)s;

	nm_buffer_reset(&c->out);
	nm_wipe(c->window, sizeof(c->window));
	free(c);
}

struct nm_stage *
nm_clean_line_new(
    enum nm_cleaning cleaning, struct nm_stage *next, struct nm_fault *fault)
{
	static const struct nm_stage_ops ops = { clean_write, clean_finish,
		clean_free };
	struct clean_line *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->stage.ops = &ops;
	c->next = next;
	c->fault = fault;
	c->cleaning = cleaning;
	return &c->stage;
}
