/* SPDX-License-Identifier: MPL-2.0 */
#include "call.h"

#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "origin.h"

/* ---- ending --------------------------------------------------------- */

void
host_call_free(struct host_call *call)
{
	host_streams_drop(call);
	json_object_put(call->params);
	json_object_put(call->error_data);
	(void)pthread_cond_destroy(&call->cond);
	(void)pthread_cond_destroy(&call->turn.cond);
	free(call->origin);
	free(call->id);
	free(call);
}

static struct host_frame *
reply_of(struct host_call *call, enum nm_error err, struct json_object *result)
{
	const struct host_dialect *dialect = call->engine->dialect;
	const char *text = NULL;

	if (err == NM_OK && result != NULL)
		return dialect->reply(call, err, NULL, NULL, result);
	if (err == NM_OK)
		err = NM_ERR_INTERNAL;
	/* the sentence belongs to the failure that it was written for */
	if (call->fault.code == err)
		text = call->fault.text;
	return dialect->reply(call, err, text, call->error_data, NULL);
}

bool
host_call_end(struct host_call *call, enum nm_error error, const char *text)
{
	if (call->over || call->committed)
		return false;
	host_engine_send(call->engine,
	    call->engine->dialect->reply(call, error, text, NULL, NULL));
	call->over = true;
	(void)pthread_cond_signal(&call->cond);
	return true;
}

struct host_call *
host_call_find(struct host_engine *e, const char *id)
{
	struct host_call *c;

	for (c = e->calls; c != NULL; c = c->next) {
		if (!c->over && strcmp(c->id, id) == 0)
			return c;
	}
	return NULL;
}

static void
unlist(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct host_call **at = &e->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	if (--e->call_count == 0)
		(void)pthread_cond_signal(&e->idle);
}

/* ---- the thread ----------------------------------------------------- */

enum nm_error
host_call_open_database(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct host_confinement made = HOST_CONFINEMENT_INIT;
	enum nm_error err;

	err = host_session_open(
	    &e->session, e->caller, e->settings, e->log, &call->fault);
	if (err != NM_OK || e->confinement.done)
		return err;
	host_confine(&made, e->session.database, e->log);
	(void)pthread_mutex_lock(&e->lock);
	e->confinement = made;
	host_engine_wake(e); /* its thread is to be confined as well */
	(void)pthread_mutex_unlock(&e->lock);
	host_confine_thread(&e->confinement, &call->confined);
	return NM_OK;
}

/* Whether the next engine is to go on, since this one's NSS cannot use the keys
 * any more. Who needs none is not disturbed. */
static bool
is_outdated(const struct host_call *call, enum nm_error err)
{
	const struct host_engine *e = call->engine;

	return e->session.database != NULL &&
	    nm_database_outdated(e->session.database) &&
	    (err == NM_ERR_PASSWORD_REQUIRED || e->call_count == 1);
}

/* The password was changed since the engine started: with a newer NSS than it
 * started with, if there is one, the next can check it. */
static void
leave_it_to_the_next(struct host_call *call)
{
	if (!call->engine->newer_nss)
		return;
	call->fault.code = NM_OK;
	(void)nm_fail(&call->fault, NM_ERR_PASSWORD_FORMAT_UNSUPPORTED,
	    "The password was changed by a newer version of NSS, which is used "
	    "from now on: try again");
	call->end_connection = true;
}

static void
handle(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct json_object *result = NULL;
	enum nm_error err = NM_OK;
	struct host_frame *reply, *next;

	host_confine_thread(&e->confinement, &call->confined);
	if ((call->operation->flags & HOST_DATABASE) != 0)
		err = host_call_open_database(call);
	if (err == NM_OK)
		err = call->operation->handler(call, call->params, &result);
	if (err == NM_ERR_PASSWORD_FORMAT_UNSUPPORTED)
		leave_it_to_the_next(call);
	reply = reply_of(call, err, result);
	json_object_put(result);

	(void)pthread_mutex_lock(&e->lock);
	if (is_outdated(call, err))
		call->end_connection = true;
	if ((call->operation->flags & HOST_KEY) != 0)
		e->key_used = host_now();
	if (call->over) {
		for (; reply != NULL; reply = next) {
			next = reply->next;
			host_frame_free(reply);
		}
	} else {
		host_engine_send(e, reply);
		call->over = true;
		if (call->end_connection) {
			e->ending = true;
			host_engine_wake(e);
		}
	}
	(void)pthread_mutex_unlock(&e->lock);
}

static void *
run(void *arg)
{
	struct host_call *call = arg;
	struct host_engine *e = call->engine;
	bool over;

	(void)pthread_mutex_lock(&e->lock);
	host_baton_wait(&call->turn, &e->lock);
	over = call->over;
	(void)pthread_mutex_unlock(&e->lock);
	if (!over)
		handle(call);
	(void)pthread_mutex_lock(&e->lock);
	host_baton_give(&e->baton);
	unlist(call);
	host_threads_end(&e->threads, &e->lock);
	host_call_free(call);
	return NULL;
}

/* ---- beginning ------------------------------------------------------ */

static struct host_call *
new_call(struct host_engine *e, const struct host_operation *operation,
    char *id, struct json_object *params)
{
	struct host_call *call = calloc(1, sizeof(*call));
	const char *prompt = host_string(params, "prompt");

	if (call == NULL) {
		free(id);
		json_object_put(params);
		return NULL;
	}
	call->engine = e;
	call->operation = operation;
	call->id = id;
	call->params = params;
	call->asker = host_prompt_asker;
	call->asker.arg = call;
	call->fetcher = host_fetching_fetcher;
	call->fetcher.arg = call;
	call->may_prompt = prompt == NULL || strcmp(prompt, "never") != 0;
	call->shows_progress = host_boolean(params, "progress", false);
	call->shown = INT64_MIN;
	(void)pthread_cond_init(&call->cond, NULL);
	(void)pthread_cond_init(&call->turn.cond, NULL);
	return call;
}

/* As the files are now, not as they were at the start: the user may have
 * allowed it since, or forgotten it, in this connection or another. */
static enum nm_error
check_permission(struct host_call *call)
{
	struct host_settings now;
	struct host_permission permission = { false, false, false };
	enum nm_error err;

	if ((err = host_settings_load(&now, &call->fault)) == NM_OK) {
		permission = host_permission_of(&now, call->origin);
		call->may_sign = permission.signs;
		if (!permission.allowed)
			err = nm_fail(&call->fault, NM_ERR_ORIGIN_NOT_ALLOWED,
			    now.user_origins
				? "S/MIME is not set up for this website: to "
				  "allow it, press the button of the extension "
				  "on that page, or call origin.allow"
				: "S/MIME is not set up for this website: only "
				  "the administrator can allow it, by the list "
				  "\"origins\" of policy.json");
	}
	host_settings_clear(&now);
	return err;
}

static enum nm_error
check_origin(struct host_call *call)
{
	struct host_engine *e = call->engine;
	const char *origin = host_string(call->params, "origin");

	if (origin == NULL) {
		if ((call->operation->flags & HOST_ORIGIN) != 0 &&
		    e->caller->webmail)
			return nm_fail(&call->fault, NM_ERR_INVALID_PARAMS,
			    "Missing member \"origin\"");
		return NM_OK;
	}
	if (host_origin_is_insecure(origin))
		return nm_fail(&call->fault, NM_ERR_ORIGIN_NOT_ALLOWED,
		    "S/MIME is for websites with https, and with http for "
		    "those of this computer alone");
	if ((call->origin = host_origin_canonical(origin)) == NULL)
		return nm_fail(&call->fault, NM_ERR_INVALID_PARAMS,
		    "The member \"origin\" must be an https origin without "
		    "a path");
	return (call->operation->flags & HOST_ANY_ORIGIN) != 0
	    ? NM_OK
	    : check_permission(call);
}

static enum nm_error
check(struct host_call *call)
{
	struct host_engine *e = call->engine;
	enum nm_error err;

	err = host_schema_check(
	    call->operation->params, call->params, &call->fault);
	if (err != NM_OK || (call->operation->flags & HOST_AT_ONCE) != 0)
		return err;
	if (e->settings_fault->code != NM_OK)
		return nm_fail(&call->fault, e->settings_fault->code, "%s",
		    e->settings_fault->text);
	if ((call->operation->flags & HOST_WEBMAIL) != 0 && !e->caller->webmail)
		return nm_fail(&call->fault, NM_ERR_ORIGIN_NOT_ALLOWED,
		    "%s works for no website, and has no list of them",
		    e->caller->name);
	return check_origin(call);
}

/* Lock held. */
static enum nm_error
enlist(struct host_call *call)
{
	struct host_engine *e = call->engine;
	struct host_call **at = &e->calls;
	enum nm_error err;

	if (e->call_count >= HOST_MAX_OPERATIONS)
		return nm_fail(&call->fault, NM_ERR_BUSY,
		    "%u operations are under way", HOST_MAX_OPERATIONS);
	err = host_streams_accept(call, call->params, &call->fault);
	if (err != NM_OK)
		return err;
	if (!host_threads_start(run, call))
		return nm_fail(
		    &call->fault, NM_ERR_BUSY, "No thread can be started");
	/* here, not in the threads: they may start in any order */
	host_baton_ask(&e->baton, &call->turn);
	while (*at != NULL)
		at = &(*at)->next;
	*at = call;
	e->call_count++;
	return NM_OK;
}

void
host_call_begin(struct host_engine *e, const struct host_operation *operation,
    char *id, struct json_object *params)
{
	struct host_call *call = new_call(e, operation, id, params);
	struct json_object *result = NULL;
	enum nm_error err;
	bool at_once = (operation->flags & HOST_AT_ONCE) != 0;

	if (call == NULL) {
		(void)pthread_mutex_lock(&e->lock);
		host_engine_send(e, NULL);
		(void)pthread_mutex_unlock(&e->lock);
		return;
	}
	err = check(call);
	if (err == NM_OK && at_once)
		err = operation->handler(call, call->params, &result);
	(void)pthread_mutex_lock(&e->lock);
	if (err == NM_OK && !at_once && (err = enlist(call)) == NM_OK) {
		/* the thread has it */
		(void)pthread_mutex_unlock(&e->lock);
		return;
	}
	host_engine_send(e, reply_of(call, err, result));
	(void)pthread_mutex_unlock(&e->lock);
	json_object_put(result);
	host_call_free(call);
}

void
host_call_wait(struct host_call *call)
{
	struct host_engine *e = call->engine;

	host_baton_give(&e->baton);
	(void)pthread_cond_wait(&call->cond, &e->lock);
	host_baton_take(&e->baton, &call->turn, &e->lock);
}
