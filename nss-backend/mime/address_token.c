/* SPDX-License-Identifier: MPL-2.0 */
#include "mime/address_token.h"

#include "mime/ascii.h"

bool
nm_token_has_structure(const struct nm_token *t)
{
	for (size_t i = 0; i < t->len; i++) {
		if (strchr("<>,;@\\\"", t->start[i]) != NULL)
			return true;
	}
	return false;
}

/* The length of an encoded-word at `p`; 0: none. */
static size_t
encoded_word_length(const char *p)
{
	const char *start = p;

	if (p[0] != '=' || p[1] != '?')
		return 0;
	for (p += 2; nm_is_token((uint8_t)*p); p++)
		;
	if (p[0] != '?' || p[1] == '\0' || strchr("BbQq", p[1]) == NULL ||
	    p[2] != '?')
		return 0;
	for (p += 3; nm_is_graph((uint8_t)*p) && *p != '?'; p++)
		;
	return p[0] == '?' && p[1] == '=' ? (size_t)(p + 2 - start) : 0;
}

/* Reads up to the closing character; *p is past it then. */
static void
read_enclosed(struct nm_tokens *s, const char **p, char open, char close)
{
	const char *at = *p;
	size_t depth = 1;

	s->token.start = at;
	for (; *at != '\0'; at++) {
		if (*at == '\\' && at[1] != '\0')
			at++;
		else if (*at == close && --depth == 0)
			break;
		else if (*at == open && open != close)
			depth++;
	}
	s->token.len = (size_t)(at - s->token.start);
	if (*at == '\0')
		s->malformed = true;
	else
		at++;
	*p = at;
}

static void
read_atom(struct nm_tokens *s, const char **p)
{
	const uint8_t *at = (const uint8_t *)*p;
	size_t len = encoded_word_length(*p);

	s->token.start = *p;
	s->token.len = len;
	if (nm_token_has_structure(&s->token))
		s->malformed = true;
	/* what is not UTF-8 is no structure in any case: for names it does
	 * not matter, and for addresses it is looked at later */
	if (len == 0) {
		while (at[len] >= 0x80 || nm_is_atext(at[len]))
			len++;
	}
	s->token.len = len;
	*p += len;
}

void
nm_tokens_advance(struct nm_tokens *s)
{
	struct nm_token *t = &s->token;
	const char *p = s->p;
	uint8_t c;

	t->apart = t->kind == NM_TOKEN_COMMENT;
	for (; nm_is_wsp((uint8_t)*p) || nm_is_control((uint8_t)*p); p++) {
		if (*p == '\0')
			break;
		if (!nm_is_wsp((uint8_t)*p))
			s->malformed = true;
		t->apart = true;
	}
	c = (uint8_t)*p;
	t->special = 0;
	t->len = 0;
	if (c == '\0') {
		t->kind = NM_TOKEN_END;
	} else if (c == '"' || c == '(' || c == '[') {
		p++;
		t->kind = c == '"' ? NM_TOKEN_QUOTED
		    : c == '('	   ? NM_TOKEN_COMMENT
				   : NM_TOKEN_LITERAL;
		read_enclosed(s, &p, (char)c,
		    c == '"'	   ? '"'
			: c == '(' ? ')'
				   : ']');
	} else if (c >= 0x80 || nm_is_atext(c)) {
		t->kind = NM_TOKEN_ATOM;
		read_atom(s, &p);
	} else {
		t->kind = NM_TOKEN_SPECIAL;
		t->special = c;
		p++;
	}
	s->p = p;
}
