/* SPDX-License-Identifier: MPL-2.0 */
#include "prompt.h"

#include <stdlib.h>
#include <string.h>

#include "prompt_queue.h"
#include "text.h"

/* An Assuan line has 1,000 bytes: what is fixed, and these. */
#define WHAT_MAX   160
#define ORIGIN_MAX 300
#define DETAIL_MAX 340

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

	host_prompt_join(call, p);
	await(call);
	*shared = p->leader != call;
	err = call->over ? NM_ERR_CANCELLED : p->error;
	if (err == NM_OK && p->answer != NULL &&
	    (*answer = strdup(p->answer)) == NULL)
		err = NM_ERR_INTERNAL;
	host_prompt_leave(call);
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
		host_prompt_free(mine);
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
