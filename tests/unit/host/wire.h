/* SPDX-License-Identifier: MPL-2.0 */
/* An engine without its loop and its broker: what it would put out is taken
 * off its queue, and the broker's end of the channel is the test's. */
#ifndef NSSMIME_TESTS_WIRE_H
#define NSSMIME_TESTS_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../host/call.h"

struct wire {
	struct host_engine e;
	struct host_caller caller;
	struct host_settings settings;
	struct nm_fault settings_fault;
	int broker; /* the other end of the channel */
};

static inline void
wire_open(struct wire *w)
{
	int ends[2];

	memset(w, 0, sizeof(*w));
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	w->broker = ends[1];
	w->caller.name = "Thunderbird";
	w->caller.kind = NM_DATABASE_THUNDERBIRD;
	w->e.channel = ends[0];
	w->e.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(w->e.wake >= 0);
	w->e.in = w->e.out = -1;
	w->e.caller = &w->caller;
	w->e.dialect = &host_rpc_dialect;
	w->e.settings = &w->settings;
	w->e.settings_fault = &w->settings_fault;
	w->e.log = HOST_LOG_ERROR;
	w->e.confinement = (struct host_confinement)HOST_CONFINEMENT_INIT;
	assert_int_equal(pthread_mutex_init(&w->e.lock, NULL), 0);
	assert_int_equal(pthread_cond_init(&w->e.idle, NULL), 0);
}

/* Waits for the operations that are still under way. */
static inline void
wire_close(struct wire *w)
{
	(void)pthread_mutex_lock(&w->e.lock);
	while (w->e.call_count != 0)
		(void)pthread_cond_wait(&w->e.idle, &w->e.lock);
	(void)pthread_mutex_unlock(&w->e.lock);
	host_threads_wait(&w->e.threads);
	host_prompts_clear(&w->e);
	host_ids_clear(&w->e.stream_ids);
	host_queue_clear(&w->e.queue);
	(void)pthread_cond_destroy(&w->e.idle);
	(void)pthread_mutex_destroy(&w->e.lock);
	(void)close(w->e.channel);
	(void)close(w->e.wake);
	(void)close(w->broker);
}

/* A request under way whose thread is the test's. */
static inline struct host_call *
wire_call(struct wire *w, const char *id)
{
	static const struct host_operation operation = { .name = "test" };
	struct host_call *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	call->engine = &w->e;
	call->operation = &operation;
	assert_non_null(call->id = strdup(id));
	call->may_prompt = true;
	call->shown = INT64_MIN;
	(void)pthread_cond_init(&call->cond, NULL);
	(void)pthread_cond_init(&call->turn.cond, NULL);
	call->next = w->e.calls;
	w->e.calls = call;
	w->e.call_count++;
	return call;
}

static inline void
wire_done(struct wire *w, struct host_call *call)
{
	struct host_call **at = &w->e.calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	w->e.call_count--;
	host_call_free(call);
}

/* The JSON of the first frame that waits, for the caller to free; NULL:
 * none. */
static inline char *
wire_next(struct wire *w)
{
	struct host_frame *f;
	char *text = NULL;

	(void)pthread_mutex_lock(&w->e.lock);
	if ((f = host_queue_take(&w->e.queue)) != NULL)
		text = strndup(f->data + sizeof(uint32_t), f->len);
	(void)pthread_mutex_unlock(&w->e.lock);
	free(f);
	return text;
}

static inline void
assert_next(struct wire *w, const char *expected)
{
	char *text = wire_next(w);

	if (expected == NULL) {
		assert_null(text);
		return;
	}
	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

/* The next frame is an error of this kind, with this id (JSON). */
static inline void
assert_error(struct wire *w, const char *id, const char *kind)
{
	struct json_object *root, *error, *member;
	char *text = wire_next(w);

	assert_non_null(text);
	root = json_tokener_parse(text);
	assert_non_null(root);
	assert_true(json_object_object_get_ex(root, "id", &member));
	assert_string_equal(json_object_to_json_string(member), id);
	assert_false(json_object_object_get_ex(root, "result", NULL));
	assert_true(json_object_object_get_ex(root, "error", &error));
	assert_true(json_object_object_get_ex(error, "data", &member));
	assert_string_equal(host_string(member, "kind"), kind);
	assert_true(strlen(host_string(error, "message")) > 0);
	json_object_put(root);
	free(text);
}

#endif
