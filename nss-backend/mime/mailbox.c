/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>

#include "mime/address_token.h"
#include "mime/ascii.h"

/* More than any mail has, and than can be encrypted to. */
#define MAX_MAILBOXES 10000

struct parser {
	struct nm_tokens in;
	struct nm_mailboxes *out;
	size_t room;
	bool no_memory;
};

/* The parts of a mailbox as they are read. */
struct draft {
	struct nm_buffer phrase;  /* words, as shown */
	struct nm_buffer comment; /* what comments say */
	struct nm_buffer local;	  /* words and dots without their quotes */
	struct nm_buffer domain;
	unsigned ats;
	bool quoted; /* a part of the local part needs its quotes */
	bool bad;    /* these are no addr-spec */
	bool odd;    /* ... and no phrase that readers agree on */
	bool word;   /* a word was last: only a dot or "@" may follow */
	bool any;    /* there was something */
};

static void
malformed(struct parser *s)
{
	s->out->malformed = true;
}

static void
advance(struct parser *s)
{
	nm_tokens_advance(&s->in);
}

/* ---- a draft of a mailbox ---------------------------------------------- */

static void
put_unescaped(struct nm_buffer *out, const struct nm_token *t)
{
	for (size_t i = 0; i < t->len; i++) {
		if (t->start[i] == '\\' && t->len - i > 1)
			i++;
		nm_buffer_byte(out, (uint8_t)t->start[i]);
	}
}

static void
put_apart(struct nm_buffer *out, bool apart)
{
	if (apart && out->len != 0)
		nm_buffer_byte(out, ' ');
}

static void
put_literal(struct nm_buffer *out, const struct nm_token *t)
{
	nm_buffer_byte(out, '[');
	nm_buffer_append(out, t->start, t->len);
	nm_buffer_byte(out, ']');
}

static bool
is_plain_local(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_atext(p[i]) && p[i] < 0x80 && p[i] != '.')
			return false;
	}
	return len != 0;
}

/* Adds the current token, which ends no mailbox, to the draft. */
static void
draft_add(struct draft *d, const struct nm_token *t)
{
	struct nm_buffer *part = d->ats == 0 ? &d->local : &d->domain;
	size_t before = part->len;

	if (t->kind == NM_TOKEN_COMMENT) {
		put_apart(&d->comment, true);
		put_unescaped(&d->comment, t);
		return;
	}
	d->any = true;
	put_apart(&d->phrase, t->apart);
	switch (t->kind) {
	case NM_TOKEN_ATOM:
	case NM_TOKEN_QUOTED:
		put_unescaped(&d->phrase, t);
		if (d->word || (t->kind == NM_TOKEN_QUOTED && d->ats != 0))
			d->bad = true;
		d->word = true;
		put_unescaped(part, t);
		if (is_plain_local(
			part->data == NULL ? NULL : part->data + before,
			part->len - before))
			break;
		if (t->kind == NM_TOKEN_QUOTED)
			d->quoted = true;
		else
			d->bad = true; /* what only an encoded-word may be */
		break;
	case NM_TOKEN_LITERAL:
		/* a domain is one literal */
		if (d->ats != 1 || part->len != 0)
			d->bad = true;
		if (nm_token_has_structure(t))
			d->bad = d->odd = true;
		put_literal(part, t);
		put_literal(&d->phrase, t);
		d->word = true;
		break;
	case NM_TOKEN_SPECIAL:
		nm_buffer_byte(&d->phrase, t->special);
		d->word = false;
		if (t->special == '@')
			d->ats++;
		else if (t->special == '.')
			nm_buffer_byte(part, '.');
		else
			d->bad = d->odd = true;
		break;
	case NM_TOKEN_COMMENT:
	case NM_TOKEN_END:
		break;
	}
}

/* Ends it, and tells whether there was memory for all of it. */
static void
draft_reset(struct parser *s, struct draft *d)
{
	if (nm_buffer_failed(&d->phrase) || nm_buffer_failed(&d->comment) ||
	    nm_buffer_failed(&d->local) || nm_buffer_failed(&d->domain))
		s->no_memory = true;
	nm_buffer_reset(&d->phrase);
	nm_buffer_reset(&d->comment);
	nm_buffer_reset(&d->local);
	nm_buffer_reset(&d->domain);
	memset(d, 0, sizeof(*d));
}

/* Something, in UTF-8 and without control characters. */
static bool
is_text(const struct nm_buffer *part)
{
	size_t n;

	for (size_t i = 0; i < part->len; i += n) {
		n = nm_utf8_length(part->data + i, part->len - i);
		if (n == 0 || nm_is_control(part->data[i]))
			return false;
	}
	return part->len != 0;
}

static bool
is_domain(const struct nm_buffer *domain)
{
	const uint8_t *p = domain->data;
	size_t len = domain->len;

	if (!is_text(domain) || p[0] == '.' || p[len - 1] == '.')
		return false;
	if (p[0] == '[') {
		for (size_t i = 0; i < len; i++) {
			if (!nm_is_graph(p[i]))
				return false;
		}
		return len > 2;
	}
	for (size_t i = 0; i < len; i++) {
		if (!nm_is_atext(p[i]) && p[i] < 0x80 && p[i] != '.')
			return false;
		if (p[i] == '.' && p[i + 1] == '.')
			return false;
	}
	return true;
}

/* The addr-spec that the draft is; "" if it is none. NULL: no memory. */
static char *
draft_address(struct draft *d)
{
	struct nm_buffer out = NM_BUFFER_INIT;

	if (d->ats == 1 && !d->bad && is_text(&d->local) &&
	    is_domain(&d->domain)) {
		if (d->quoted)
			nm_buffer_byte(&out, '"');
		for (size_t i = 0; i < d->local.len; i++) {
			if (d->local.data[i] == '"' || d->local.data[i] == '\\')
				nm_buffer_byte(&out, '\\');
			nm_buffer_byte(&out, d->local.data[i]);
		}
		if (d->quoted)
			nm_buffer_byte(&out, '"');
		nm_buffer_byte(&out, '@');
		nm_buffer_append(&out, d->domain.data, d->domain.len);
	}
	return nm_buffer_take_string(&out);
}

/* ---- mailboxes --------------------------------------------------------- */

static void
add_mailbox(struct parser *s, struct nm_buffer *name, char *address)
{
	struct nm_mailboxes *out = s->out;
	struct nm_mailbox *items;
	char *text = nm_buffer_take_string(name), *shown = NULL;

	if (text == NULL || address == NULL)
		goto fail;
	if (out->count == MAX_MAILBOXES) {
		malformed(s);
		free(text);
		free(address);
		return;
	}
	if (out->count == s->room) {
		s->room = s->room == 0 ? 4 : s->room * 2;
		items = realloc(out->items, s->room * sizeof(*items));
		if (items == NULL)
			goto fail;
		out->items = items;
	}
	if ((shown = nm_text_decode(text)) == NULL)
		goto fail;
	out->items[out->count++] = (struct nm_mailbox){ shown, address };
	free(text);
	return;
fail:
	s->no_memory = true;
	free(text);
	free(address);
}

/* The name of a mailbox: its phrase, then what its comments say. */
static void
append_comment(struct nm_buffer *name, const struct nm_buffer *comment)
{
	if (comment->len == 0)
		return;
	if (name->len == 0) {
		nm_buffer_append(name, comment->data, comment->len);
	} else {
		nm_buffer_string(name, " (");
		nm_buffer_append(name, comment->data, comment->len);
		nm_buffer_byte(name, ')');
	}
}

/* Case and the apostrophes that some senders put around it ignored. */
static bool
is_same_text(const struct nm_buffer *phrase, const char *address)
{
	const uint8_t *p = phrase->data;
	size_t len = phrase->len;

	if (len > 2 && p[0] == '\'' && p[len - 1] == '\'') {
		p++;
		len -= 2;
	}
	return nm_is_word(p, len, address);
}

/* "<...>"; the route of RFC 5322 section 4.4 goes before a colon. */
static void
read_angle(struct parser *s, struct draft *name)
{
	struct draft d;
	bool closed = false, route = false;
	char *address;

	memset(&d, 0, sizeof(d));
	for (advance(s); s->in.token.kind != NM_TOKEN_END && !closed;
	     advance(s)) {
		if (s->in.token.special == '>') {
			closed = true;
			break;
		}
		if (s->in.token.special == ':' && !route && d.local.len == 0 &&
		    d.ats != 0) {
			/* no mail is sent by it any more, and readers differ */
			route = true;
			malformed(s);
			draft_reset(s, &d);
			continue;
		}
		if (s->in.token.kind == NM_TOKEN_COMMENT) {
			put_apart(&name->comment, true);
			put_unescaped(&name->comment, &s->in.token);
			continue;
		}
		draft_add(&d, &s->in.token);
	}
	if (closed)
		advance(s);
	else
		malformed(s);
	address = draft_address(&d);
	if (address != NULL && *address == '\0')
		malformed(s);
	/* a comment after it belongs to it too; anything else does not */
	while (s->in.token.kind == NM_TOKEN_COMMENT) {
		draft_add(name, &s->in.token);
		advance(s);
	}
	/* A name with an "@" that is not quoted is no phrase; only if it is
	 * the very address is it clear what is meant. */
	if (name->ats != 0 && address != NULL &&
	    !is_same_text(&name->phrase, address))
		malformed(s);
	append_comment(&name->phrase, &name->comment);
	add_mailbox(s, &name->phrase, address);
	draft_reset(s, &d);
}

/* Whether a text that is not returned has an "@" in it as it is shown. */
static bool
claims_address(struct parser *s, struct nm_buffer *shown)
{
	char *text, *name = NULL;
	bool claims;

	if (shown->len == 0)
		return false;
	if ((text = nm_buffer_take_string(shown)) != NULL)
		name = nm_text_decode(text);
	if (name == NULL)
		s->no_memory = true;
	claims = name != NULL && strchr(name, '@') != NULL;
	free(text);
	free(name);
	return claims;
}

/* What came before a ",", ";" or the end without any "<". */
static void
bare_mailbox(struct parser *s, struct draft *d)
{
	char *address;

	if (!d->any) {
		/* an empty place of the list, with comments or without, is
		 * obsolete but clear (RFC 5322 section 4.4) */
		if (claims_address(s, &d->comment))
			malformed(s);
		return;
	}
	address = draft_address(d);
	if (address == NULL || *address == '\0')
		malformed(s);
	else
		nm_buffer_clear(&d->phrase);
	append_comment(&d->phrase, &d->comment);
	add_mailbox(s, &d->phrase, address);
}

/*
 * A group's name is before its colon (RFC 5322 section 3.4). It is not
 * returned, so that it may not claim an address.
 */
static void
begin_group(struct parser *s, struct draft *d, bool *in_group)
{
	if (*in_group || !d->any || d->odd || claims_address(s, &d->phrase))
		malformed(s);
	*in_group = true;
	draft_reset(s, d);
}

/* Reads one place of the list, to what ends it. */
static void
read_place(struct parser *s, bool *in_group)
{
	struct draft d;
	bool angle = false;

	memset(&d, 0, sizeof(d));
	while (s->in.token.kind != NM_TOKEN_END && s->in.token.special != ',' &&
	    s->in.token.special != ';' && !s->no_memory) {
		if (s->in.token.special == '<') {
			if (angle || d.odd)
				malformed(s);
			angle = true;
			read_angle(s, &d);
			draft_reset(s, &d);
			continue;
		}
		if (s->in.token.special == ':') {
			if (angle)
				malformed(s);
			begin_group(s, &d, in_group);
		} else {
			draft_add(&d, &s->in.token);
		}
		advance(s);
	}
	/* nothing may follow the address but a comment */
	if (angle && d.any)
		malformed(s);
	bare_mailbox(s, &d);
	if (s->in.token.special == ';') {
		if (!*in_group)
			malformed(s);
		*in_group = false;
	}
	draft_reset(s, &d);
}

enum nm_error
nm_mailboxes_parse(const char *value, struct nm_mailboxes *out)
{
	struct parser s;
	bool in_group = false;

	memset(out, 0, sizeof(*out));
	memset(&s, 0, sizeof(s));
	s.in.p = value;
	s.out = out;
	for (advance(&s); !s.no_memory; advance(&s)) {
		read_place(&s, &in_group);
		if (s.in.token.kind == NM_TOKEN_END)
			break;
	}
	if (in_group || s.in.malformed)
		out->malformed = true;
	if (!s.no_memory)
		return NM_OK;
	nm_mailboxes_clear(out);
	return NM_ERR_INTERNAL;
}

void
nm_mailboxes_clear(struct nm_mailboxes *m)
{
	for (size_t i = 0; i < m->count; i++) {
		free(m->items[i].name);
		free(m->items[i].address);
	}
	free(m->items);
	memset(m, 0, sizeof(*m));
}
