/* SPDX-License-Identifier: MPL-2.0 */
#include "engine.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "bounds.h"
#include "lock.h"
#include "reply.h"

/* Browsers wait three seconds after the end of input before they kill. */
#define LEAVE_SECONDS  2
#define PIPE_SIZE      (1024 * 1024)
#define FRAMES_AT_ONCE 16

enum {
	FD_IN,
	FD_OUT,
	FD_CHANNEL,
	FD_WAKE,
	FD_FETCHER,
	FD_COUNT
};

void
host_engine_wake(struct host_engine *e)
{
	uint64_t one = 1;

	/* a counter that is full wakes as well */
	if (write(e->wake, &one, sizeof(one)) < 0)
		return;
}

void
host_engine_send(struct host_engine *e, struct host_frame *f)
{
	bool wake = f == NULL || e->queue.first == NULL;
	struct host_frame *next;

	if (f == NULL) {
		host_log(e->log, HOST_LOG_ERROR, "out of memory");
		e->ending = true;
	}
	for (; f != NULL; f = next) {
		next = f->next;
		host_queue_put(&e->queue, f);
	}
	if (wake)
		host_engine_wake(e);
}

/* ---- the event loop ------------------------------------------------- */

/* False: the end of input, or nothing can be read any more. */
static bool
read_input(struct host_engine *e)
{
	switch (host_reader_read(&e->reader, e->in)) {
	case HOST_READ_MORE:
		return true;
	case HOST_READ_FRAME:
		e->dialect->take(e, e->reader.body, e->reader.size);
		host_reader_next(&e->reader);
		return true;
	case HOST_READ_TOO_LARGE:
		e->dialect->too_large(e);
		return true;
	case HOST_READ_GLIMPSE:
		e->dialect->skipped(
		    e, e->reader.glimpse, e->reader.glimpse_len);
		return true;
	case HOST_READ_END:
	case HOST_READ_FAILED:
		break;
	}
	return false;
}

/* Room for output again: those that wait for it. Lock held. */
static void
wake_outputs(struct host_engine *e)
{
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		if (c->outlets != NULL)
			(void)pthread_cond_signal(&c->cond);
	}
}

/* A few frames at most, so that a client that reads fast is heard as well.
 * False: nobody reads. */
static bool
write_output(struct host_engine *e)
{
	struct host_frame *f;
	bool full;
	int rc;

	for (unsigned i = 0; i < FRAMES_AT_ONCE; i++) {
		(void)pthread_mutex_lock(&e->lock);
		f = e->queue.first;
		(void)pthread_mutex_unlock(&e->lock);
		if (f == NULL)
			return true;
		/* without the lock: others may add frames meanwhile */
		if ((rc = host_frame_send(f, e->out)) <= 0)
			return rc == 0;
		(void)pthread_mutex_lock(&e->lock);
		full = e->queue.bytes >= HOST_QUEUE_FULL;
		host_frame_free(host_queue_take(&e->queue));
		if (full && e->queue.bytes < HOST_QUEUE_FULL)
			wake_outputs(e);
		(void)pthread_mutex_unlock(&e->lock);
	}
	return true;
}

/* False: the broker is gone. */
static bool
read_channel(struct host_engine *e)
{
	struct host_message m;
	enum host_receiving got;
	int passed;

	while ((got = host_channel_accept(
		    e->channel, &e->packet, &m, &passed)) == HOST_RECEIVED) {
		(void)pthread_mutex_lock(&e->lock);
		if (m.type == HOST_ANSWER)
			host_prompt_answer(e, &m);
		if (m.type == HOST_FETCHER)
			host_fetching_started(e, passed);
		else if (passed >= 0)
			(void)close(passed);
		(void)pthread_mutex_unlock(&e->lock);
	}
	nm_buffer_clear(&e->packet);
	return got != HOST_GONE;
}

static void
read_fetcher(struct host_engine *e, short events)
{
	(void)pthread_mutex_lock(&e->lock);
	host_fetching_handle(e, events);
	(void)pthread_mutex_unlock(&e->lock);
}

static int
timeout_of(int64_t now, int64_t due)
{
	if (due == INT64_MAX)
		return -1;
	return due <= now ? 0 : due - now > 60000 ? 60000 : (int)(due - now);
}

/* What to wait for; how long. False: all is written and the end is near. */
static bool
prepare(struct host_engine *e, struct pollfd *fds, int *timeout)
{
	int64_t now = host_now(), due, other, late;
	const struct host_dialect *dialect = e->dialect;
	bool more;

	(void)pthread_mutex_lock(&e->lock);
	due = host_streams_expire(e, now);
	other = host_lock_check(e, now);
	late = host_fetching_expire(e, now);
	due = other < due ? other : due;
	other = dialect->expire != NULL ? dialect->expire(e, now) : INT64_MAX;
	due = other < due ? other : due;
	*timeout = timeout_of(now, late < due ? late : due);
	/* a negative descriptor is left out by poll(2) */
	fds[FD_IN].fd =
	    e->ending || e->queue.bytes >= HOST_QUEUE_DEAF ? -1 : e->in;
	fds[FD_FETCHER].fd = e->fetching.fd;
	fds[FD_FETCHER].events = host_fetching_events(e);
	fds[FD_OUT].fd = e->queue.first != NULL ? e->out : -1;
	more = !e->ending || e->queue.first != NULL;
	(void)pthread_mutex_unlock(&e->lock);
	return more;
}

static void
loop(struct host_engine *e)
{
	struct pollfd fds[FD_COUNT] = {
		[FD_IN] = { .events = POLLIN },
		[FD_OUT] = { .events = POLLOUT },
		[FD_CHANNEL] = { .fd = e->channel, .events = POLLIN },
		[FD_WAKE] = { .fd = e->wake, .events = POLLIN },
	};
	struct host_confinement confinement;
	bool confined = false, on = true;
	uint64_t count;
	int timeout;

	while (on && prepare(e, fds, &timeout)) {
		if (poll(fds, FD_COUNT, timeout) < 0) {
			on = errno == EINTR;
			continue;
		}
		if (fds[FD_WAKE].revents != 0 &&
		    read(e->wake, &count, sizeof(count)) < 0)
			on = errno == EAGAIN;
		(void)pthread_mutex_lock(&e->lock);
		confinement = e->confinement;
		(void)pthread_mutex_unlock(&e->lock);
		host_confine_thread(&confinement, &confined);
		if (fds[FD_CHANNEL].revents != 0)
			on = read_channel(e) && on;
		if (fds[FD_FETCHER].fd >= 0 && fds[FD_FETCHER].revents != 0)
			read_fetcher(e, fds[FD_FETCHER].revents);
		if (fds[FD_OUT].fd >= 0 && fds[FD_OUT].revents != 0)
			on = write_output(e) && on;
		if (fds[FD_IN].fd >= 0 && fds[FD_IN].revents != 0)
			on = read_input(e) && on;
	}
}

/* ---- beginning and end ---------------------------------------------- */

/* Drops what is under way. False: something does not end, like a token that
 * is busy; it ends with the process. */
static bool
leave(struct host_engine *e)
{
	struct timespec until;
	bool left;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LEAVE_SECONDS;
	(void)pthread_mutex_lock(&e->lock);
	for (struct host_call *c = e->calls; c != NULL; c = c->next) {
		/* what has committed is given the time to be done with it */
		if (!c->committed)
			c->over = true;
		(void)pthread_cond_signal(&c->cond);
	}
	while ((e->call_count != 0 || e->locking) &&
	    pthread_cond_timedwait(&e->idle, &e->lock, &until) == 0)
		;
	left = e->call_count == 0 && !e->locking;
	(void)pthread_mutex_unlock(&e->lock);
	return left;
}

static void
clear(struct host_engine *e)
{
	host_threads_wait(&e->threads);
	host_session_close(&e->session);
	if (e->dialect->close != NULL)
		e->dialect->close(e);
	host_prompts_clear(e);
	host_fetching_clear(e);
	host_queue_clear(&e->queue);
	host_ids_clear(&e->stream_ids);
	host_reader_clear(&e->reader);
	nm_buffer_reset(&e->packet);
	(void)pthread_cond_destroy(&e->idle);
	(void)pthread_mutex_destroy(&e->lock);
	(void)close(e->wake);
}

static bool
start(struct host_engine *e)
{
	pthread_condattr_t attributes;
	int flags;

	(void)mallopt(M_ARENA_MAX, 2);
	(void)pthread_mutex_init(&e->lock, NULL);
	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&e->idle, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	host_reader_init(&e->reader, e->dialect->max_frame);
	/* fewer turns of the loop for each frame, where these are pipes */
	(void)fcntl(e->in, F_SETPIPE_SZ, PIPE_SIZE);
	(void)fcntl(e->out, F_SETPIPE_SZ, PIPE_SIZE);
	flags = fcntl(e->out, F_GETFL);
	if (flags < 0 || fcntl(e->out, F_SETFL, flags | O_NONBLOCK) < 0)
		return false;
	e->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return e->wake >= 0 &&
	    (e->dialect->open == NULL || e->dialect->open(e));
}

static void
refuse(struct host_engine *e)
{
	host_log(e->log, HOST_LOG_ERROR, "the caller is not allowed");
	host_engine_send(e,
	    host_reply_error(NULL, NM_ERR_ORIGIN_NOT_ALLOWED,
		"This extension is none of nssmime's: the administrator can "
		"allow it by its id, in the list \"callers\" of policy.json",
		NULL));
	e->ending = true;
}

int
host_engine_run(int in, int out, int channel, const struct host_caller *caller,
    const struct host_settings *settings, const struct nm_fault *settings_fault,
    bool newer_nss)
{
	struct host_engine e = {
		.in = in,
		.out = out,
		.channel = channel,
		.wake = -1,
		.caller = caller,
		.dialect = caller->owa ? &host_owa_dialect : &host_rpc_dialect,
		.settings = settings,
		.settings_fault = settings_fault,
		.newer_nss = newer_nss,
		.log = host_log_level(settings->log_level),
		.confinement = HOST_CONFINEMENT_INIT,
		.fetching = HOST_FETCHING_INIT,
	};
	bool allowed = host_caller_allowed(caller, settings);

	if (!start(&e))
		return 1;
	if (settings_fault->code != NM_OK)
		host_log(e.log, HOST_LOG_ERROR, "%s", settings_fault->text);
	if (!allowed)
		refuse(&e);
	loop(&e);
	if (!leave(&e))
		_exit(allowed ? 0 : 1);
	clear(&e);
	return allowed ? 0 : 1;
}
