/* SPDX-License-Identifier: MPL-2.0 */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "text.h"

#define QUIET_MS 60000 /* two declined within it: none asked for as long */
/* An Assuan line has 1,000 bytes: what is fixed, and these. */
#define WHAT_MAX   160
#define ORIGIN_MAX 300
#define DETAIL_MAX 340

/*
 * One window, shown or to be shown. The call that leads is the one whose
 * question it is; others may wait for the same token to be unlocked by it.
 */
struct host_prompt {
	struct host_prompt *next;
	uint32_t id;
	enum host_asking asking;
	unsigned again;
	char *what;   /* the question's own words */
	char *detail; /* "" if none */
	char *text;   /* what the window says; of a file: its name */
	struct nm_bytes file;
	struct host_call *leader; /* NULL: nobody waits any more */
	unsigned waiting;	  /* calls, the leader among them */
	bool sent;
	bool answered;
	bool tried; /* the leader has had the baton with the answer */
	enum nm_error error;
	char *answer; /* secret */
};

static void
prompt_free(struct host_prompt *p)
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

/* ---- what the window says ------------------------------------------- */

/* First, in fixed words, what is asked and by whom; then for what. */
static char *
compose(const struct host_call *call, enum host_asking asking,
    const struct nm_question *q)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	host_text_clean(&b, q->what, WHAT_MAX);
	nm_buffer_format(
	    &b, "\n\nAsked for by %s.", call->engine->caller->name);
	if (call->origin != NULL) {
		nm_buffer_string(&b, "\nWebsite: ");
		host_text_show(&b, call->origin, ORIGIN_MAX);
	}
	if (q->detail != NULL && *q->detail != '\0') {
		if (asking == HOST_ASK_SIGN) {
			nm_buffer_format(&b, "\n%s", q->detail);
		} else {
			nm_buffer_string(&b, "\nConcerning: ");
			host_text_show(&b, q->detail, DETAIL_MAX);
		}
	}
	return nm_buffer_take_string(&b);
}

static bool
gives_text(enum host_asking asking)
{
	return asking == HOST_ASK_PASSWORD || asking == HOST_ASK_NEW_PASSWORD ||
	    asking == HOST_ASK_SAVE;
}

static struct host_prompt *
prompt_new(struct host_call *call, enum host_asking asking,
    const struct nm_question *q, struct nm_bytes file)
{
	struct host_prompt *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->asking = asking;
	p->again = q->again;
	p->file = file;
	p->what = strdup(q->what);
	p->detail = strdup(q->detail != NULL ? q->detail : "");
	p->text = asking == HOST_ASK_SAVE ? strdup(q->detail)
					  : compose(call, asking, q);
	if (p->what == NULL || p->detail == NULL || p->text == NULL) {
		prompt_free(p);
		return NULL;
	}
	return p;
}

/* ---- the queue (lock held) ------------------------------------------ */

static bool
send_file(struct host_engine *e, const struct host_prompt *p)
{
	struct host_message m = { .type = HOST_SAVE, .id = p->id };
	struct nm_bytes rest = p->file;

	m.text = (struct nm_bytes){ (const uint8_t *)p->text, strlen(p->text) };
	if (!host_channel_send(e->channel, &m))
		return false;
	m.type = HOST_SAVE_DATA;
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
send_prompt(struct host_engine *e, const struct host_prompt *p)
{
	struct host_message m = { .type = HOST_ASK,
		.id = p->id,
		.asking = p->asking,
		.again = p->again };

	if (p->asking == HOST_ASK_SAVE)
		return send_file(e, p);
	m.text = (struct nm_bytes){ (const uint8_t *)p->text, strlen(p->text) };
	return host_channel_send(e->channel, &m);
}

static void
settle(struct host_prompt *p, enum nm_error error)
{
	p->answered = true;
	p->error = error;
	if (p->leader != NULL)
		(void)pthread_cond_signal(&p->leader->cond);
}

/* Wakes those who wait for the leader's try. */
static void
wake_others(struct host_engine *e, const struct host_prompt *p)
{
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		if (c->prompt == p && c != p->leader)
			(void)pthread_cond_signal(&c->cond);
	}
}

/* Shows the first one, unless a window is there or none is to be shown. */
static void
pump(struct host_engine *e)
{
	struct host_prompts *all = &e->prompts;
	struct host_prompt *p;

	while ((p = all->first) != NULL && !p->sent) {
		if (host_now() < all->silent) {
			unlist(all, p);
			settle(p, NM_ERR_USER_DECLINED);
		} else if (send_prompt(e, p)) {
			p->sent = true;
		} else {
			unlist(all, p);
			settle(p, NM_ERR_PROMPT_UNAVAILABLE);
		}
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

	if (p == NULL || !p->sent || p->id != m->id)
		return;
	unlist(&e->prompts, p);
	if (error == NM_ERR_USER_DECLINED && p->asking != HOST_ASK_ALWAYS)
		count_declined(&e->prompts);
	if (error == NM_OK && p->asking == HOST_ASK_PASSWORD)
		e->key_used = host_now(); /* something is open from now on */
	if (error == NM_OK && gives_text(p->asking) &&
	    (p->answer = strndup((const char *)m->text.data, m->text.len)) ==
		NULL)
		error = NM_ERR_INTERNAL;
	if (p->leader == NULL)
		prompt_free(p); /* everybody had gone */
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
		prompt_free(p);
	}
}

/* ---- in the operation's thread -------------------------------------- */

static void
join(struct host_call *call, struct host_prompt *p)
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

/* The call waits no more: another one leads, or the window goes. */
static void
leave(struct host_call *call)
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
	prompt_free(p);
}

/* Waits until the call may go on: its own answer is there, or the leader has
 * tried the one it shares. */
static void
await(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct host_prompt *p = call->prompt;

	host_baton_give(&e->baton);
	while (!call->over &&
	    !(p->answered &&
		(p->leader == call || p->tried || p->error != NM_OK)))
		(void)pthread_cond_wait(&call->cond, &e->lock);
	host_baton_take(&e->baton, &call->turn, &e->lock);
	if (p->leader == call && p->answered && !call->over) {
		/* with the baton: the others come after this one's try */
		p->tried = true;
		wake_others(e, p);
	}
}

static bool
find_token(struct host_engine *e, const char *name, bool *unlocked)
{
	struct nm_token_info *tokens = NULL;
	size_t count = 0;
	bool found = false;

	*unlocked = false;
	if (e->session.database == NULL || name == NULL ||
	    nm_tokens_list(e->session.database, &tokens, &count) != NM_OK)
		return false;
	for (size_t i = 0; i < count && !found; i++) {
		found = strcmp(tokens[i].name, name) == 0;
		*unlocked = found && tokens[i].unlocked;
	}
	free(tokens);
	return found;
}

/* One for the same token whose answer was not tried yet. */
static struct host_prompt *
find_shared(struct host_engine *e, const struct nm_question *q)
{
	struct host_prompt *p;

	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		p = c->prompt;
		if (p != NULL && p->asking == HOST_ASK_PASSWORD &&
		    p->leader != NULL && !p->tried && p->error == NM_OK &&
		    strcmp(p->what, q->what) == 0 &&
		    strcmp(p->detail, q->detail) == 0)
			return p;
	}
	return NULL;
}

/* With the lock and the baton, which it gives away meanwhile. *shared: the
 * answer was another call's. */
static enum nm_error
take_part(
    struct host_call *call, struct host_prompt *p, char **answer, bool *shared)
{
	enum nm_error err;

	join(call, p);
	await(call);
	*shared = p->leader != call;
	err = call->over ? NM_ERR_CANCELLED : p->error;
	if (err == NM_OK && p->answer != NULL &&
	    (*answer = strdup(p->answer)) == NULL)
		err = NM_ERR_INTERNAL;
	leave(call);
	return err;
}

static enum nm_error
ask_once(struct host_call *call, enum host_asking asking,
    const struct nm_question *q, struct nm_bytes file, char **answer,
    bool *shared)
{
	struct host_engine *e = call->engine;
	struct host_prompt *p, *mine;
	enum nm_error err;
	bool unlocked, token;

	if ((mine = prompt_new(call, asking, q, file)) == NULL)
		return NM_ERR_INTERNAL;
	token =
	    asking == HOST_ASK_PASSWORD && find_token(e, q->detail, &unlocked);
	(void)pthread_mutex_lock(&e->lock);
	if ((p = token ? find_shared(e, q) : NULL) == NULL)
		p = mine;
	else
		prompt_free(mine);
	err = take_part(call, p, answer, shared);
	(void)pthread_mutex_unlock(&e->lock);
	return err;
}

/* A password that did not unlock the token for the call that asked for it is
 * not tried once more by another one: cards count. */
static enum nm_error
ask(struct host_call *call, enum host_asking asking,
    const struct nm_question *q, struct nm_bytes file, char **answer)
{
	enum nm_error err;
	bool shared = false, unlocked = false, again;

	*answer = NULL;
	do {
		err = ask_once(call, asking, q, file, answer, &shared);
		again = err == NM_OK && shared &&
		    !(find_token(call->engine, q->detail, &unlocked) &&
			unlocked);
		if (again)
			nm_secret_free(answer);
	} while (again);
	if (err != NM_OK)
		(void)nm_fail(&call->fault, err, "%s", nm_error_text(err));
	return err;
}

static enum nm_error
ask_password(void *arg, const struct nm_question *q, char **password)
{
	return ask(
	    arg, HOST_ASK_PASSWORD, q, (struct nm_bytes){ NULL, 0 }, password);
}

static enum nm_error
ask_new_password(void *arg, const struct nm_question *q, char **password)
{
	return ask(arg, HOST_ASK_NEW_PASSWORD, q, (struct nm_bytes){ NULL, 0 },
	    password);
}

static enum nm_error
ask_confirm(void *arg, const struct nm_question *q)
{
	char *none = NULL;

	return ask(
	    arg, HOST_ASK_CONFIRM, q, (struct nm_bytes){ NULL, 0 }, &none);
}

const struct nm_asker host_prompt_asker = { NULL, ask_password,
	ask_new_password, ask_confirm };

enum nm_error
host_prompt_consent(struct host_call *call, enum host_asking asking,
    const char *what, const char *about)
{
	struct nm_question q = { what, about, 0 };
	char *none = NULL;

	return ask(call, asking, &q, (struct nm_bytes){ NULL, 0 }, &none);
}

enum nm_error
host_prompt_save(struct host_call *call, const char *name, struct nm_bytes data,
    char **saved)
{
	struct nm_question q = { "Save", name, 0 };

	if (data.len > HOST_SAVE_MAX)
		return nm_fail(&call->fault, NM_ERR_TOO_LARGE,
		    "The file is too large to be saved");
	return ask(call, HOST_ASK_SAVE, &q, data, saved);
}
