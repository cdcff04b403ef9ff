/* SPDX-License-Identifier: MPL-2.0 */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "prompt_queue.h"
#include "window.h"

/* What an operation asks for. */
struct wish {
	enum host_message_type type;
	enum host_asking asking; /* HOST_ASK */
	struct nm_question q;
	struct nm_bytes file; /* HOST_SAVE */
};

/* Of what shows a window of the broker's own, the text is what it is about. */
static char *
text_of(const struct host_call *call, const struct wish *wish)
{
	struct host_window w = { .what = wish->q.what,
		.by = call->engine->caller->name,
		.origin = call->origin };

	if (wish->type != HOST_ASK)
		return strdup(wish->q.detail);
	if (wish->asking == HOST_ASK_SIGN)
		w.lines = wish->q.detail;
	else
		w.detail = wish->q.detail;
	return host_window_text(&w);
}

static struct host_prompt *
prompt_new(const struct host_call *call, const struct wish *wish)
{
	struct host_prompt *p = calloc(1, sizeof(*p));
	const char *detail = wish->q.detail;

	if (p == NULL)
		return NULL;
	p->type = wish->type;
	p->asking = wish->asking;
	p->again = wish->q.again;
	p->file = wish->file;
	p->what = strdup(wish->q.what);
	p->detail = strdup(detail != NULL ? detail : "");
	p->text = text_of(call, wish);
	if (p->what == NULL || p->detail == NULL || p->text == NULL) {
		host_prompt_free(p);
		return NULL;
	}
	return p;
}

/* ---- in the operation's thread -------------------------------------- */

/* Wakes those who wait for the leader's try. */
static void
wake_others(struct host_engine *e, const struct host_prompt *p)
{
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		if (c->prompt == p && c != p->leader)
			(void)pthread_cond_signal(&c->cond);
	}
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
		if (p != NULL && host_prompt_unlocks(p) && p->leader != NULL &&
		    !p->tried && p->error == NM_OK &&
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

	host_prompt_join(call, p);
	await(call);
	*shared = p->leader != call;
	err = call->over ? NM_ERR_CANCELLED : p->error;
	if (err != NM_OK)
		(void)nm_fail(&call->fault, err, "%s",
		    err == p->error && p->answer != NULL ? p->answer
							 : nm_error_text(err));
	else if (p->answer != NULL && (*answer = strdup(p->answer)) == NULL)
		err = NM_ERR_INTERNAL;
	host_prompt_leave(call);
	return err;
}

static enum nm_error
ask_once(struct host_call *call, const struct wish *wish, char **answer,
    bool *shared)
{
	struct host_engine *e = call->engine;
	struct host_prompt *p, *mine;
	enum nm_error err;
	bool unlocked, token;

	if ((mine = prompt_new(call, wish)) == NULL)
		return NM_ERR_INTERNAL;
	token = host_prompt_unlocks(mine) &&
	    find_token(e, wish->q.detail, &unlocked);
	(void)pthread_mutex_lock(&e->lock);
	if ((p = token ? find_shared(e, &wish->q) : NULL) == NULL)
		p = mine;
	else
		host_prompt_free(mine);
	err = take_part(call, p, answer, shared);
	(void)pthread_mutex_unlock(&e->lock);
	return err;
}

/* A password that did not unlock the token for the call that asked for it is
 * not tried once more by another one: cards count. */
static enum nm_error
ask(struct host_call *call, const struct wish *wish, char **answer)
{
	enum nm_error err;
	bool shared = false, unlocked = false, again;

	*answer = NULL;
	if (!call->may_prompt && wish->type != HOST_FORGET)
		return nm_fail(&call->fault, NM_ERR_PASSWORD_REQUIRED,
		    "This needs the user's consent, where the request lets "
		    "nobody be asked");
	do {
		err = ask_once(call, wish, answer, &shared);
		again = err == NM_OK && shared &&
		    !(find_token(call->engine, wish->q.detail, &unlocked) &&
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
	const struct wish wish = { HOST_ASK, HOST_ASK_PASSWORD, *q,
		{ NULL, 0 } };

	return ask(arg, &wish, password);
}

static enum nm_error
ask_new_password(void *arg, const struct nm_question *q, char **password)
{
	const struct wish wish = { HOST_ASK, HOST_ASK_NEW_PASSWORD, *q,
		{ NULL, 0 } };

	return ask(arg, &wish, password);
}

static enum nm_error
ask_confirm(void *arg, const struct nm_question *q)
{
	const struct wish wish = { HOST_ASK, HOST_ASK_CONFIRM, *q,
		{ NULL, 0 } };
	char *none = NULL;

	return ask(arg, &wish, &none);
}

const struct nm_asker host_prompt_asker = { NULL, ask_password,
	ask_new_password, ask_confirm };

enum nm_error
host_prompt_sign(struct host_call *call, const char *what, const char *about)
{
	const struct wish wish = { HOST_ASK, HOST_ASK_SIGN, { what, about, 0 },
		{ NULL, 0 } };
	char *none = NULL;

	return ask(call, &wish, &none);
}

enum nm_error
host_prompt_save(struct host_call *call, const char *name, struct nm_bytes data,
    char **saved)
{
	const struct wish wish = { HOST_SAVE, HOST_ASK_LAST, { "", name, 0 },
		data };

	*saved = NULL;
	if (data.len > HOST_SAVE_MAX)
		return nm_fail(&call->fault, NM_ERR_TOO_LARGE,
		    "The file is too large to be saved");
	return ask(call, &wish, saved);
}

enum nm_error
host_prompt_change(
    struct host_call *call, enum host_message_type change, const char *about)
{
	const struct wish wish = { change, HOST_ASK_LAST, { "", about, 0 },
		{ NULL, 0 } };
	char *none = NULL;

	return ask(call, &wish, &none);
}
