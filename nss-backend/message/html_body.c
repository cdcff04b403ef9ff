/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Where the body of an HTML text begins. HTML need not say it: it begins with
 * the first thing that is not of a head (HTML 13.2.6.4). No more is understood
 * of it than that takes.
 */
#include "legacy_display.h"

#include <stdlib.h>
#include <string.h>

#include "html_tag.h"
#include "mime/ascii.h"

/* A head that is longer is not looked through: what follows is body enough. */
#define MAX_HEAD (256u * 1024u)

struct html_body {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_buffer element;
	struct nm_buffer head; /* until the place is found */
	size_t at;	       /* what comes before is of the head */
	bool written;
};

enum step {
	STEP_ON,   /* past something of a head */
	STEP_HERE, /* the body begins at *at */
	STEP_MORE  /* it depends on what follows */
};

static enum step
step_to(struct html_body *h, const uint8_t *p)
{
	if (p == NULL)
		return STEP_MORE;
	h->at = (size_t)(p - h->head.data);
	return STEP_ON;
}

static enum step
step_tag(struct html_body *h, const uint8_t *p, const uint8_t *end)
{
	static const char *const of_head[] = { "html", "head", "/head", "meta",
		"link", "base", NULL };
	static const char *const of_text[] = { "title", "style", "script",
		"noscript", "template", NULL };
	const uint8_t *name = p + 1, *after, *q = name;
	size_t len;

	while (q < end && (nm_is_alpha(*q) || nm_is_digit(*q) || *q == '/'))
		q++;
	if (q == end)
		return STEP_MORE;
	len = (size_t)(q - name);
	if (len > 1 && name[len - 1] == '/')
		len--; /* of an empty tag */
	if (nm_is_word(name, len, "body")) {
		if (step_to(h, nm_html_tag_end(q, end)) == STEP_MORE)
			return STEP_MORE;
		return STEP_HERE;
	}
	if (nm_html_is_name(name, len, of_head))
		return step_to(h, nm_html_tag_end(q, end));
	if (!nm_html_is_name(name, len, of_text))
		return STEP_HERE;
	if ((after = nm_html_tag_end(q, end)) == NULL)
		return STEP_MORE;
	return step_to(h, nm_html_text_end(after, end, name, len));
}

static enum step
step(struct html_body *h)
{
	static const char mark[] = "\xef\xbb\xbf";
	const uint8_t *p = h->head.data + h->at;
	const uint8_t *end = h->head.data + h->head.len;
	const uint8_t *after;
	size_t left = (size_t)(end - p);

	if (left == 0)
		return STEP_MORE;
	if (h->at == 0 && *p == (uint8_t)mark[0]) {
		if (left < 3)
			return STEP_MORE;
		if (memcmp(p, mark, 3) == 0)
			return step_to(h, p + 3);
	}
	if (*p <= ' ')
		return step_to(h, p + 1);
	if (*p != '<')
		return STEP_HERE;
	if (left < 4)
		return STEP_MORE;
	if (memcmp(p, "<!--", 4) == 0) {
		after = nm_html_find(p + 4, end, "-->");
		return step_to(h, after == NULL ? NULL : after + 3);
	}
	if (p[1] == '!' || p[1] == '?')
		return step_to(h, nm_html_tag_end(p + 1, end));
	return step_tag(h, p, end);
}

/* Writes out what was held back, with the element in its place. */
static enum nm_error
insert(struct html_body *h)
{
	enum nm_error error;

	h->written = true;
	if ((error = nm_stage_write(h->next, h->head.data, h->at)) != NM_OK ||
	    (error = nm_stage_write(
		 h->next, h->element.data, h->element.len)) != NM_OK ||
	    h->head.len == 0)
		return error;
	error =
	    nm_stage_write(h->next, h->head.data + h->at, h->head.len - h->at);
	nm_buffer_reset(&h->head);
	return error;
}

static enum nm_error
html_body_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct html_body *h = (struct html_body *)s;
	enum step step_taken = STEP_ON;

	if (h->written || len == 0)
		return nm_stage_write(h->next, data, len);
	nm_buffer_append(&h->head, data, len);
	if (nm_buffer_failed(&h->head))
		return NM_ERR_INTERNAL;
	while (step_taken == STEP_ON)
		step_taken = step(h);
	if (step_taken == STEP_MORE && h->head.len < MAX_HEAD)
		return NM_OK;
	return insert(h);
}

static enum nm_error
html_body_finish(struct nm_stage *s)
{
	struct html_body *h = (struct html_body *)s;
	enum nm_error error;

	/* What is not closed goes on to the end: it comes after. */
	if (!h->written && (error = insert(h)) != NM_OK)
		return error;
	return nm_stage_finish(h->next);
}

static void
html_body_free(struct nm_stage *s)
{
	struct html_body *h = (struct html_body *)s;

	nm_buffer_reset(&h->element);
	nm_buffer_reset(&h->head);
	free(h);
}

struct nm_stage *
nm_html_body_new(struct nm_bytes element, struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { html_body_write,
		html_body_finish, html_body_free };
	struct html_body *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	h->stage.ops = &ops;
	h->next = next;
	nm_buffer_append(&h->element, element.data, element.len);
	if (nm_buffer_failed(&h->element)) {
		free(h);
		return NULL;
	}
	return &h->stage;
}
