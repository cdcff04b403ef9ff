/* SPDX-License-Identifier: MPL-2.0 */
/* The words and marks that an address list is made of (RFC 5322 section 3.2).
 */
#ifndef NM_MIME_ADDRESS_TOKEN_H
#define NM_MIME_ADDRESS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Comments are tokens, as readers show them for names. */
enum nm_token_kind {
	NM_TOKEN_END,
	NM_TOKEN_ATOM,
	NM_TOKEN_QUOTED,
	NM_TOKEN_COMMENT,
	NM_TOKEN_LITERAL,
	NM_TOKEN_SPECIAL
};

struct nm_token {
	enum nm_token_kind kind;
	uint8_t special;   /* of a SPECIAL, else 0 */
	bool apart;	   /* white space or a comment is before it */
	const char *start; /* what is inside, still with backslashes */
	size_t len;
};

/* Zeroed but for `p`, which is the text. */
struct nm_tokens {
	const char *p;
	struct nm_token token; /* the current one */
	bool malformed;
};

void nm_tokens_advance(struct nm_tokens *s);
/* Whether a token holds what a reader who does not know it as one would take
 * for the structure of the list. */
bool nm_token_has_structure(const struct nm_token *t);

#endif
