/* SPDX-License-Identifier: MPL-2.0 */
#include "pem.h"

#include <stdlib.h>
#include <string.h>

#include "chain.h"

static const char mark[] = "-----BEGIN ";
/* What base64 makes of a SEQUENCE's tag, 0x30, which is itself a digit. */
static const uint8_t sequence = 'M';

enum state {
	PEM_UNDECIDED,
	PEM_BINARY,
	PEM_BOUNDARY, /* in an encapsulation boundary line */
	PEM_BASE64,   /* in the lines between */
	PEM_OVER
};

struct pem {
	struct nm_stage stage;
	enum state state;
	struct nm_buffer begin;
	bool line_start;
	struct nm_stage *decoder; /* into `next` */
	struct nm_stage *next;
};

static enum nm_error
decode(struct pem *p, const uint8_t *data, size_t len)
{
	enum nm_error error;
	size_t i = 0, n;

	while (i < len && p->state != PEM_OVER) {
		const uint8_t *end = memchr(data + i, '\n', len - i);

		if (p->state == PEM_BASE64 && p->line_start && data[i] == '-') {
			p->state = PEM_OVER;
			break;
		}
		n = end == NULL ? len - i : (size_t)(end - (data + i)) + 1;
		if (p->state == PEM_BASE64) {
			error = nm_stage_write(p->decoder, data + i, n);
			if (error != NM_OK)
				return error;
		} else if (end != NULL) {
			p->state = PEM_BASE64;
		}
		p->line_start = end != NULL;
		i += n;
	}
	return NM_OK;
}

static enum nm_error
pem_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct pem *p = (struct pem *)s;
	const size_t mark_len = sizeof(mark) - 1;

	if (p->state == PEM_BINARY)
		return nm_stage_write(p->next, data, len);
	if (p->state != PEM_UNDECIDED)
		return decode(p, data, len);
	while (
	    p->begin.len == 0 && len != 0 && (*data == '\r' || *data == '\n')) {
		data++;
		len--;
	}
	nm_buffer_append(&p->begin, data, len);
	if (nm_buffer_failed(&p->begin))
		return NM_ERR_INTERNAL;
	if (p->begin.len == 0)
		return NM_OK;
	if (p->begin.data[0] == sequence) {
		p->state = PEM_BASE64;
		return decode(p, p->begin.data, p->begin.len);
	}
	if (memcmp(p->begin.data, mark,
		p->begin.len < mark_len ? p->begin.len : mark_len) != 0) {
		p->state = PEM_BINARY;
		return nm_stage_write(p->next, p->begin.data, p->begin.len);
	}
	if (p->begin.len < mark_len)
		return NM_OK;
	p->state = PEM_BOUNDARY;
	return decode(p, p->begin.data, p->begin.len);
}

static enum nm_error
pem_finish(struct nm_stage *s)
{
	struct pem *p = (struct pem *)s;
	enum nm_error error;

	if (p->state == PEM_UNDECIDED) {
		error = nm_stage_write(p->next, p->begin.data, p->begin.len);
		if (error != NM_OK)
			return error;
	}
	return nm_stage_finish(p->state == PEM_BASE64 || p->state == PEM_OVER
		? p->decoder
		: p->next);
}

static void
pem_free(struct nm_stage *s)
{
	struct pem *p = (struct pem *)s;

	nm_buffer_reset(&p->begin);
	nm_stage_free(&p->decoder);
	nm_stage_free(&p->next);
	free(p);
}

struct nm_stage *
nm_pem_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { pem_write, pem_finish,
		pem_free };
	struct pem *p;

	if (next == NULL)
		return NULL;
	p = calloc(1, sizeof(*p));
	if (p == NULL || (p->decoder = nm_base64_decoder_new(next)) == NULL) {
		nm_stage_free(&next);
		free(p);
		return NULL;
	}
	p->stage.ops = &ops;
	p->next = next;
	return &p->stage;
}

bool
nm_pem_is_possible(enum nm_coding coding)
{
	return coding == NM_CODING_7BIT || coding == NM_CODING_8BIT ||
	    coding == NM_CODING_BINARY;
}

struct nm_stage *
nm_pem_decoder_new(enum nm_coding coding, struct nm_stage *next)
{
	struct nm_stage *stages[2];

	if (nm_pem_is_possible(coding))
		return nm_pem_new(next);
	if (next == NULL)
		return NULL;
	stages[0] = nm_decoder_new(coding, next);
	stages[1] = next;
	return nm_chain_new(stages, 2);
}
