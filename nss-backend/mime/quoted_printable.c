/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>

#include "mime/ascii.h"

#define OUT_ROOM 8192

/* Output gathered into larger writes. */
struct gather {
	struct nm_stage *next;
	size_t len;
	uint8_t data[OUT_ROOM];
};

static enum nm_error
gather_flush(struct gather *g)
{
	size_t len = g->len;

	g->len = 0;
	return nm_stage_write(g->next, g->data, len);
}

static enum nm_error
gather(struct gather *g, const void *data, size_t len)
{
	enum nm_error err;

	if (len > OUT_ROOM - g->len && (err = gather_flush(g)) != NM_OK)
		return err;
	if (len > OUT_ROOM)
		return nm_stage_write(g->next, data, len);
	memcpy(g->data + g->len, data, len);
	g->len += len;
	return NM_OK;
}

/* ---- the decoder stage ------------------------------------------------ */

/* White space at a line's end is not content (RFC 2045 section 6.7, rule 3)
 * and waits for what follows, but for no more than a line can be. */
#define MAX_HELD 1024

struct decoder {
	struct nm_stage stage;
	struct gather out;
	/* Undecided: white space, and a CR; or "=" and what follows it. */
	size_t held_len;
	uint8_t held[MAX_HELD];
};

static enum nm_error
release(struct decoder *d)
{
	size_t len = d->held_len;

	d->held_len = 0;
	return gather(&d->out, d->held, len);
}

/* What "=" and these bytes mean: a byte, a soft line break, nothing or more
 * is needed to say. */
enum meaning {
	LITERAL,
	OCTET,
	SOFT_BREAK,
	UNDECIDED
};

static enum meaning
escape(const uint8_t *held, size_t len, uint8_t *octet)
{
	size_t at = 1;

	if (len == 1)
		return UNDECIDED;
	if (nm_hex(held[1]) >= 0) {
		if (len == 2)
			return UNDECIDED;
		if (nm_hex(held[2]) < 0)
			return LITERAL;
		*octet = (uint8_t)(nm_hex(held[1]) * 16 + nm_hex(held[2]));
		return OCTET;
	}
	while (at < len && nm_is_wsp(held[at]))
		at++;
	if (at < len && held[at] == '\r')
		at++;
	if (at == len)
		return UNDECIDED;
	return held[at] == '\n' ? SOFT_BREAK : LITERAL;
}

/* One byte while some are held; *again: it was not used up. */
static enum nm_error
decode_held(struct decoder *d, uint8_t byte, bool *again)
{
	uint8_t last = d->held[d->held_len - 1], octet = 0;

	*again = false;
	if (d->held_len == MAX_HELD) {
		*again = true;
		return release(d);
	}
	if (d->held[0] != '=') {
		if (last != '\r' && (nm_is_wsp(byte) || byte == '\r')) {
			d->held[d->held_len++] = byte;
			return NM_OK;
		}
		if (byte == '\n') {
			d->held_len = 0;
			return last == '\r' ? gather(&d->out, "\r\n", 2)
					    : gather(&d->out, "\n", 1);
		}
		*again = true;
		return release(d);
	}
	d->held[d->held_len] = byte;
	switch (escape(d->held, d->held_len + 1, &octet)) {
	case UNDECIDED:
		d->held_len++;
		return NM_OK;
	case OCTET:
		d->held_len = 0;
		return gather(&d->out, &octet, 1);
	case SOFT_BREAK:
		d->held_len = 0;
		return NM_OK;
	case LITERAL:
		break;
	}
	*again = true;
	return release(d);
}

static enum nm_error
decoder_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct decoder *d = (struct decoder *)s;
	const uint8_t *p = data, *end = data + len, *run, *text;
	enum nm_error err;
	bool again;

	while (p < end) {
		if (d->held_len != 0) {
			if ((err = decode_held(d, *p, &again)) != NM_OK)
				return err;
			if (!again) {
				p++;
				continue;
			}
		}
		for (run = p; p < end && *p != '=' && *p != '\n' && *p != '\r';)
			p++;
		/* white space before anything but text waits */
		text = p;
		if (p == end || *p != '=') {
			while (text > run && nm_is_wsp(text[-1]))
				text--;
			/* as if it had come byte by byte */
			if (p > text)
				text = p - ((p - text - 1) % MAX_HELD + 1);
		}
		err = gather(&d->out, run, (size_t)(text - run));
		if (err != NM_OK)
			return err;
		memcpy(d->held, text, (size_t)(p - text));
		d->held_len = (size_t)(p - text);
		if (p == end || d->held_len != 0)
			continue;
		if (*p == '\n' && (err = gather(&d->out, p, 1)) != NM_OK)
			return err;
		if (*p != '\n')
			d->held[d->held_len++] = *p;
		p++;
	}
	return gather_flush(&d->out);
}

static enum nm_error
decoder_finish(struct nm_stage *s)
{
	struct decoder *d = (struct decoder *)s;
	enum nm_error err;
	size_t at = d->held_len;

	/* White space at the end of the last line, and "=" there, are not
	 * content; an escape that was cut off and a CR are kept. */
	if (at != 0 &&
	    (d->held[0] == '=' ? nm_hex(d->held[at - 1]) < 0
			       : d->held[at - 1] != '\r'))
		d->held_len = 0;
	if ((err = release(d)) != NM_OK ||
	    (err = gather_flush(&d->out)) != NM_OK)
		return err;
	return nm_stage_finish(d->out.next);
}

static void
decoder_free(struct nm_stage *s)
{
	struct decoder *d = (struct decoder *)s;

	nm_wipe(d, sizeof(*d));
	free(d);
}

struct nm_stage *
nm_quoted_printable_decoder_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { decoder_write, decoder_finish,
		decoder_free };
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->stage.ops = &ops;
	d->out.next = next;
	return &d->stage;
}

/* ---- the encoder stage ------------------------------------------------ */

#define MAX_LINE 75 /* and one for the "=" of a soft break makes 76 */
#define AHEAD	 6  /* what a decision may need: ">From " */

struct encoder {
	struct nm_stage stage;
	struct gather out;
	size_t column;
	bool soft; /* the line began after a soft break */
	size_t len;
	uint8_t window[4096]; /* input not yet encoded */
};

static bool
starts_with(const uint8_t *p, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(p, word, n) == 0;
}

/* The length of the line end at `p`, 0: none. */
static size_t
line_end_at(const uint8_t *p, size_t len)
{
	if (len != 0 && p[0] == '\n')
		return 1;
	return starts_with(p, len, "\r\n") ? 2 : 0;
}

/* Whether the byte at `p`, which is no line end, cannot stand for itself.
 * White space cannot at the end of a line and of all. */
static bool
is_special(const struct encoder *e, const uint8_t *p, size_t len)
{
	if (nm_is_wsp(*p))
		return len == 1 || line_end_at(p + 1, len - 1) != 0;
	if (!nm_is_graph(*p) || *p == '=')
		return true;
	if (e->column != 0)
		return false;
	/* mbox readers and writers, and SMTP (RFC 2049 section 3); a soft
	 * break may not make a multipart's delimiter of what was none */
	return *p == '.' || (*p == '-' && e->soft) ||
	    starts_with(p, len, "From ") || starts_with(p, len, ">From ");
}

/* How many bytes at `p`, not at a line's start, stand for themselves whatever
 * follows them. */
static size_t
plain_run(const uint8_t *p, size_t len)
{
	size_t n = 0;

	while (n + 1 < len && *p != '=' &&
	    (nm_is_graph(*p) || (nm_is_wsp(*p) && nm_is_graph(p[1])))) {
		n++;
		p++;
	}
	return n;
}

/* Encodes what is in the window, but for the last bytes unless `last`. */
static enum nm_error
encode_window(struct encoder *e, bool last)
{
	static const char digits[] = "0123456789ABCDEF";
	enum nm_error err;
	size_t at = 0, n, left;
	const uint8_t *p;
	char unit[3];
	bool special;

	while ((left = e->len - at) != 0 && (last || left >= AHEAD)) {
		p = e->window + at;
		if ((n = line_end_at(p, left)) != 0) {
			if ((err = gather(&e->out, "\r\n", 2)) != NM_OK)
				return err;
			e->column = 0;
			e->soft = false;
			at += n;
			continue;
		}
		n = MAX_LINE - e->column;
		if (e->column != 0 &&
		    (n = plain_run(p, n < left ? n : left)) != 0) {
			if ((err = gather(&e->out, p, n)) != NM_OK)
				return err;
			e->column += n;
			at += n;
			continue;
		}
		special = is_special(e, p, left);
		if (e->column + (special ? 3 : 1) > MAX_LINE) {
			if ((err = gather(&e->out, "=\r\n", 3)) != NM_OK)
				return err;
			e->column = 0;
			e->soft = true;
			special = is_special(e, p, left);
		}
		unit[0] = special ? '=' : (char)*p;
		unit[1] = digits[*p >> 4];
		unit[2] = digits[*p & 0x0f];
		n = special ? 3 : 1;
		if ((err = gather(&e->out, unit, n)) != NM_OK)
			return err;
		e->column += n;
		at++;
	}
	e->len -= at;
	memmove(e->window, e->window + at, e->len);
	return NM_OK;
}

static enum nm_error
encoder_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct encoder *e = (struct encoder *)s;
	enum nm_error err;
	size_t take;

	for (; len != 0; data += take, len -= take) {
		take = sizeof(e->window) - e->len;
		if (take > len)
			take = len;
		memcpy(e->window + e->len, data, take);
		e->len += take;
		if ((err = encode_window(e, false)) != NM_OK)
			return err;
	}
	return gather_flush(&e->out);
}

static enum nm_error
encoder_finish(struct nm_stage *s)
{
	struct encoder *e = (struct encoder *)s;
	enum nm_error err;

	if ((err = encode_window(e, true)) != NM_OK ||
	    (err = gather_flush(&e->out)) != NM_OK)
		return err;
	return nm_stage_finish(e->out.next);
}

static void
encoder_free(struct nm_stage *s)
{
	struct encoder *e = (struct encoder *)s;

	nm_wipe(e, sizeof(*e));
	free(e);
}

struct nm_stage *
nm_quoted_printable_encoder_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { encoder_write, encoder_finish,
		encoder_free };
	struct encoder *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->stage.ops = &ops;
	e->out.next = next;
	return &e->stage;
}
