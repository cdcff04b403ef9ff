/* SPDX-License-Identifier: MPL-2.0 */
#include <nssmime/mime.h>

#include <stdlib.h>

#include "mime/ascii.h"

enum nm_coding
nm_header_coding(const struct nm_header *h)
{
	static const struct {
		const char *name;
		enum nm_coding coding;
	} codings[] = {
		{ "7bit", NM_CODING_7BIT },
		{ "8bit", NM_CODING_8BIT },
		/* as some senders write them */
		{ "7-bit", NM_CODING_7BIT },
		{ "8-bit", NM_CODING_8BIT },
		{ "", NM_CODING_7BIT },
		{ "binary", NM_CODING_BINARY },
		{ "base64", NM_CODING_BASE64 },
		{ "quoted-printable", NM_CODING_QUOTED_PRINTABLE },
	};
	const struct nm_field *f =
	    nm_header_find(h, "Content-Transfer-Encoding", 0);
	const char *p, *end;
	size_t len;

	if (f == NULL)
		return NM_CODING_7BIT;
	p = nm_skip_cfws(f->value);
	len = nm_token_length(p);
	end = nm_skip_cfws(p + len);
	if (*end != '\0' && *end != ';')
		return NM_CODING_UNKNOWN;
	for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
		if (nm_is_word(p, len, codings[i].name))
			return codings[i].coding;
	}
	return NM_CODING_UNKNOWN;
}

/* Passes bytes on as they are. */
struct pass {
	struct nm_stage stage;
	struct nm_stage *next;
};

static enum nm_error
pass_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	return nm_stage_write(((struct pass *)s)->next, data, len);
}

static enum nm_error
pass_finish(struct nm_stage *s)
{
	return nm_stage_finish(((struct pass *)s)->next);
}

static void
pass_free(struct nm_stage *s)
{
	free(s);
}

struct nm_stage *
nm_decoder_new(enum nm_coding coding, struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { pass_write, pass_finish,
		pass_free };
	struct pass *pass;

	if (coding == NM_CODING_BASE64)
		return nm_base64_decoder_new(next);
	if (coding == NM_CODING_QUOTED_PRINTABLE)
		return nm_quoted_printable_decoder_new(next);
	if ((pass = calloc(1, sizeof(*pass))) == NULL)
		return NULL;
	pass->stage.ops = &ops;
	pass->next = next;
	return &pass->stage;
}
