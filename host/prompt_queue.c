/* SPDX-License-Identifier: MPL-2.0 */
#include "prompt_queue.h"

#include <stdlib.h>
#include <string.h>

#define QUIET_MS 60000 /* two declined within it: none asked for as long */

void
host_prompt_free(struct host_prompt *p)
{
	nm_secret_free(&p->answer);
	free(p->what);
	free(p->detail);
	free(p->text);
	free(p);
}

static void
unlist(struct host_prompts *all, struct host_prompt *p)
{
	struct host_prompt **at = &all->first, *before = NULL;

	while (*at != NULL && *at != p) {
		before = *at;
		at = &before->next;
	}
	if (*at == NULL)
		return;
	*at = p->next;
	if (all->last == p)
		all->last = before;
}

bool
host_prompt_unlocks(const struct host_prompt *p)
{
	return p->type == HOST_ASK && p->asking == HOST_ASK_PASSWORD;
}

static bool
gives_text(const struct host_prompt *p)
{
	return p->type == HOST_SAVE || host_prompt_unlocks(p) ||
	    (p->type == HOST_ASK && p->asking == HOST_ASK_NEW_PASSWORD);
}

/* What shows no window waits for none. */
static bool
shows_window(const struct host_prompt *p)
{
	return p->type != HOST_FORGET;
}

static bool
send_file(const struct host_engine *e, const struct host_prompt *p)
{
	struct host_message m = { .type = HOST_SAVE_DATA, .id = p->id };
	struct nm_bytes rest = p->file;

	do {
		m.text = rest;
		if (m.text.len > HOST_CHANNEL_TEXT)
			m.text.len = HOST_CHANNEL_TEXT;
		rest.data += m.text.len;
		rest.len -= m.text.len;
		if (!host_channel_send(e->channel, &m))
			return false;
	} while (m.text.len != 0);
	return true;
}

static bool
send_prompt(const struct host_engine *e, const struct host_prompt *p)
{
	struct host_message m = { .type = p->type,
		.id = p->id,
		.asking = p->asking,
		.again = p->again };

	m.text = (struct nm_bytes){ (const uint8_t *)p->text, strlen(p->text) };
	return host_channel_send(e->channel, &m) &&
	    (p->type != HOST_SAVE || send_file(e, p));
}

static void
settle(struct host_prompt *p, enum nm_error error)
{
	p->answered = true;
	p->error = error;
	if (p->leader != NULL)
		(void)pthread_cond_signal(&p->leader->cond);
}

static void
put(struct host_engine *e, struct host_prompt *p)
{
	struct host_prompts *all = &e->prompts;

	if (shows_window(p) && host_now() < all->silent) {
		unlist(all, p);
		settle(p, NM_ERR_USER_DECLINED);
	} else if (send_prompt(e, p)) {
		p->sent = true;
	} else {
		unlist(all, p);
		settle(p, NM_ERR_PROMPT_UNAVAILABLE);
	}
}

/* Shows the first window, unless one is there or none is to be shown. */
static void
pump(struct host_engine *e)
{
	struct host_prompt *p, *next;
	bool shown = false;

	for (p = e->prompts.first; p != NULL; p = next) {
		next = p->next;
		if (!p->sent && !(shown && shows_window(p)))
			put(e, p);
		shown = shown || (p->sent && shows_window(p));
	}
}

static void
count_declined(struct host_prompts *all)
{
	int64_t now = host_now();

	if (all->declined != 0 && now - all->declined < QUIET_MS)
		all->silent = now + QUIET_MS;
	all->declined = now;
}

void
host_prompt_answer(struct host_engine *e, const struct host_message *m)
{
	struct host_prompt *p = e->prompts.first;
	enum nm_error error = m->error;

	while (p != NULL && !(p->sent && p->id == m->id))
		p = p->next;
	if (p == NULL)
		return;
	unlist(&e->prompts, p);
	if (error == NM_ERR_USER_DECLINED)
		count_declined(&e->prompts);
	if (error == NM_OK && host_prompt_unlocks(p))
		e->key_used = host_now(); /* something is open from now on */
	if ((error == NM_OK ? gives_text(p) : m->text.len != 0) &&
	    (p->answer = strndup((const char *)m->text.data, m->text.len)) ==
		NULL)
		error = NM_ERR_INTERNAL;
	/* what the broker has written a cancel cannot take back */
	if (error == NM_OK && p->type != HOST_ASK && p->leader != NULL &&
	    !p->leader->over)
		p->leader->committed = true;
	if (p->leader == NULL)
		host_prompt_free(p); /* everybody had gone */
	else
		settle(p, error);
	pump(e);
}

void
host_prompts_clear(struct host_engine *e)
{
	struct host_prompt *p;

	while ((p = e->prompts.first) != NULL) {
		unlist(&e->prompts, p);
		host_prompt_free(p);
	}
}

void
host_prompt_join(struct host_call *call, struct host_prompt *p)
{
	struct host_prompts *all = &call->engine->prompts;

	call->prompt = p;
	p->waiting++;
	if (p->leader != NULL)
		return;
	p->leader = call;
	p->id = ++all->count;
	if (all->last != NULL)
		all->last->next = p;
	else
		all->first = p;
	all->last = p;
	pump(call->engine);
}

void
host_prompt_leave(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct host_prompt *p = call->prompt;
	struct host_message m = { .type = HOST_ABANDON, .id = p->id };

	call->prompt = NULL;
	p->waiting--;
	if (p->leader == call) {
		p->leader = NULL;
		for (struct host_call *c = e->calls; c != NULL; c = c->next) {
			if (c->prompt == p) {
				p->leader = c;
				(void)pthread_cond_signal(&c->cond);
				break;
			}
		}
	}
	if (p->waiting != 0)
		return;
	if (p->sent && !p->answered) {
		/* stays the first until the window is gone */
		(void)host_channel_send(e->channel, &m);
		return;
	}
	unlist(&e->prompts, p);
	host_prompt_free(p);
}
