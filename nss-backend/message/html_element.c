/* SPDX-License-Identifier: MPL-2.0 */
/*
 * HTML without some of its elements. An element goes when its end is seen, and
 * stays where that does not come: nothing else is to be lost with it.
 */
#include "legacy_display.h"

#include <stdlib.h>
#include <string.h>

#include "html_tag.h"
#include "mime/ascii.h"

/* Of a tag, of a text without tags, and of an element that may go. */
#define MAX_HELD (256u * 1024u)

struct omit {
	struct nm_stage stage;
	struct nm_stage *next;
	struct nm_buffer held;
	size_t at;	/* what comes before was looked at */
	size_t element; /* where the one that may go begins */
	unsigned depth; /* of div inside of it, and it; 0: there is none */
	bool over;	/* nothing is looked at any more */
};

/* Where that begins which cannot be written yet. */
static size_t
settled(const struct omit *o)
{
	return o->depth == 0 ? o->at : o->element;
}

/* False: it depends on what follows, or is too long, however it came. */
static bool
go_to(struct omit *o, const uint8_t *p)
{
	size_t at;

	if (p == NULL)
		return false;
	at = (size_t)(p - o->held.data);
	if (at - settled(o) > MAX_HELD) {
		o->over = true;
		return false;
	}
	o->at = at;
	return true;
}

static const uint8_t *
name_end(const uint8_t *p, const uint8_t *end)
{
	while (p != end && *p > ' ' && *p != '/' && *p != '>')
		p++;
	return p;
}

static bool
begin_tag(struct omit *o, const uint8_t *tag, const uint8_t *end)
{
	static const char *const texts[] = { "script", "style", "title",
		"textarea", "xmp", "iframe", "noembed", "noframes", NULL };
	const uint8_t *name = tag + 1, *p = name_end(name, end), *after;
	size_t len = (size_t)(p - name);

	if (p == end || (after = nm_html_tag_end(p, end)) == NULL)
		return false;
	if (nm_html_is_name(name, len, texts))
		return go_to(o, nm_html_text_end(after, end, name, len));
	if (nm_is_word(name, len, "div")) {
		if (o->depth != 0) {
			o->depth++;
		} else if (nm_html_has_class(p, after - 1, NM_LEGACY_CLASS)) {
			o->element = o->at;
			o->depth = 1;
		}
	}
	return go_to(o, after);
}

static bool
end_tag(struct omit *o, const uint8_t *tag, const uint8_t *end)
{
	const uint8_t *name = tag + 2, *p = name_end(name, end), *after;
	size_t rest;

	if (p == end || (after = nm_html_tag_end(p, end)) == NULL)
		return false;
	if (!go_to(o, after))
		return false;
	if (o->depth == 0 || !nm_is_word(name, (size_t)(p - name), "div") ||
	    --o->depth != 0)
		return true;
	rest = o->held.len - o->at;
	memmove(o->held.data + o->element, o->held.data + o->at, rest);
	o->held.len = o->element + rest;
	o->at = o->element;
	return true;
}

/* Looks at one thing more. False: it depends on what follows. */
static bool
step(struct omit *o)
{
	const uint8_t *p = o->held.data + o->at;
	const uint8_t *end = o->held.data + o->held.len, *tag;

	if (p == end)
		return false;
	if ((tag = memchr(p, '<', (size_t)(end - p))) == NULL) {
		o->at = o->held.len;
		return false;
	}
	o->at = (size_t)(tag - o->held.data);
	if (end - tag < 4)
		return false;
	if (memcmp(tag, "<!--", 4) == 0) {
		/* "<!-->" is one as well (HTML 13.2.5.43) */
		p = nm_html_find(tag + 2, end, "-->");
		return go_to(o, p == NULL ? NULL : p + 3);
	}
	if (tag[1] == '!' || tag[1] == '?')
		return go_to(o, nm_html_tag_end(tag + 1, end));
	if (nm_is_alpha(tag[1]))
		return begin_tag(o, tag, end);
	if (tag[1] == '/' && nm_is_alpha(tag[2]))
		return end_tag(o, tag, end);
	return go_to(o, tag + 1);
}

/* Writes what is settled. */
static enum nm_error
release(struct omit *o, size_t len)
{
	enum nm_error error = nm_stage_write(o->next, o->held.data, len);

	nm_buffer_consume(&o->held, len);
	o->at -= len < o->at ? len : o->at;
	o->element -= len < o->element ? len : o->element;
	return error;
}

static enum nm_error
omit_write(struct nm_stage *s, const uint8_t *data, size_t len)
{
	struct omit *o = (struct omit *)s;

	if (o->over || len == 0)
		return nm_stage_write(o->next, data, len);
	nm_buffer_append(&o->held, data, len);
	if (nm_buffer_failed(&o->held))
		return NM_ERR_INTERNAL;
	while (step(o))
		;
	o->over = o->over || o->held.len - settled(o) >= MAX_HELD;
	return release(o, o->over ? o->held.len : settled(o));
}

static enum nm_error
omit_finish(struct nm_stage *s)
{
	struct omit *o = (struct omit *)s;
	enum nm_error error;

	if (o->held.len != 0 && (error = release(o, o->held.len)) != NM_OK)
		return error;
	return nm_stage_finish(o->next);
}

static void
omit_free(struct nm_stage *s)
{
	nm_buffer_reset(&((struct omit *)s)->held);
	free(s);
}

struct nm_stage *
nm_html_omit_new(struct nm_stage *next)
{
	static const struct nm_stage_ops ops = { omit_write, omit_finish,
		omit_free };
	struct omit *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return NULL;
	o->stage.ops = &ops;
	o->next = next;
	return &o->stage;
}
