/* SPDX-License-Identifier: MPL-2.0 */
#include "broker.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "change.h"
#include "fetcher.h"
#include "helper.h"

/* For nssmime-fetch to end: a second in all, browsers wait three. */
#define FETCHER_WAITS	10
#define FETCHER_WAIT_MS 100

struct broker {
	int channel;
	pid_t engine;
	const struct host_caller *caller;
	const struct host_settings *settings;
	pid_t fetcher;	  /* asks servers; 0: none */
	pid_t helper;	  /* shows the window; 0: none */
	uint32_t showing; /* what for */
	/* the next window: the one before has answered, but may not be gone */
	struct host_message next;
	char *text; /* what came with it; NULL: there is none */
	bool whole; /* of a file: all of it has come */
	struct nm_buffer file;
	struct nm_buffer packet;
};

static void
answer(const struct broker *b, uint32_t id, enum nm_error error)
{
	host_channel_answer(b->channel, id, error, NULL);
}

/* Its group is what is ended with it. Returns as fork(2) does. */
static pid_t
start_child(void)
{
	sigset_t none;
	pid_t broker = getpid(), child = fork();

	if (child != 0) {
		if (child > 0)
			(void)setpgid(child, child);
		return child;
	}
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != broker)
		_exit(1);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

static void
end_helper(struct broker *b)
{
	if (b->helper == 0)
		return;
	if (kill(-b->helper, SIGTERM) != 0)
		(void)kill(b->helper, SIGTERM);
}

static void
drop_next(struct broker *b)
{
	free(b->text);
	b->text = NULL;
	b->whole = false;
	nm_buffer_reset(&b->file);
}

/* Shows what is next, if it is all there and no window is. */
static void
show_next(struct broker *b)
{
	const struct host_helper helper = { b->channel, b->caller,
		b->settings };

	if (b->text == NULL || b->helper != 0 || !b->whole)
		return;
	b->showing = b->next.id;
	b->helper = start_child();
	if (b->helper == 0) {
		host_helper_run(
		    &helper, &b->next, b->text, nm_buffer_bytes(&b->file));
		_exit(0);
	}
	if (b->helper < 0) {
		b->helper = 0;
		answer(b, b->next.id, NM_ERR_PROMPT_UNAVAILABLE);
	}
	drop_next(b);
}

/* NULL: memory, or a NUL in it. */
static char *
text_of(const struct host_message *m)
{
	struct nm_buffer text = NM_BUFFER_INIT;

	nm_buffer_append(&text, m->text.data, m->text.len);
	return nm_buffer_take_string(&text);
}

/* The engine sends the next one when the one before was answered. */
static void
take_next(struct broker *b, const struct host_message *m)
{
	if (b->text != NULL) {
		answer(b, m->id, NM_ERR_BUSY);
		return;
	}
	b->next = *m;
	b->whole = m->type != HOST_SAVE;
	if ((b->text = text_of(m)) == NULL)
		answer(b, m->id, NM_ERR_INTERNAL);
}

static void
take_data(struct broker *b, const struct host_message *m)
{
	if (b->text == NULL || b->whole || m->id != b->next.id)
		return;
	if (m->text.len == 0) {
		b->whole = true;
	} else if (b->file.len <= HOST_SAVE_MAX) {
		nm_buffer_append(&b->file, m->text.data, m->text.len);
		return;
	}
	if (nm_buffer_failed(&b->file) || b->file.len > HOST_SAVE_MAX) {
		answer(b, m->id, NM_ERR_TOO_LARGE);
		drop_next(b);
	}
}

static void
abandon(struct broker *b, uint32_t id)
{
	if (b->text != NULL && b->next.id == id) {
		answer(b, id, NM_ERR_CANCELLED);
		drop_next(b);
	} else if (b->showing == id) {
		end_helper(b);
	}
}

/* Shows nothing, and need not wait for a window: at once. */
static void
forget(const struct broker *b, const struct host_message *m)
{
	struct nm_fault fault = { .code = NM_OK };
	enum nm_error err = NM_ERR_INTERNAL;
	char *origin = text_of(m);

	if (origin != NULL)
		err = host_change_forget(origin, &fault);
	host_channel_answer(
	    b->channel, m->id, err, fault.code != NM_OK ? fault.text : NULL);
	free(origin);
}

/* One at a time: the engine asks for another when it has lost the one. */
static void
fetch(struct broker *b)
{
	struct host_message m = { .type = HOST_FETCHER,
		.error = NM_ERR_INTERNAL };
	int ends[2];

	if (b->fetcher != 0)
		(void)kill(b->fetcher, SIGKILL);
	b->fetcher = 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		(void)host_channel_send(b->channel, &m);
		return;
	}
	b->fetcher = start_child();
	if (b->fetcher == 0)
		host_fetcher_become(b->settings, ends[1]);
	if (b->fetcher > 0) {
		m.error = NM_OK;
		(void)host_channel_pass(b->channel, &m, ends[0]);
	} else {
		b->fetcher = 0;
		(void)host_channel_send(b->channel, &m);
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* False: the engine is gone. */
static bool
take_messages(struct broker *b)
{
	struct host_message m;
	enum host_receiving got;

	while ((got = host_channel_receive(b->channel, &b->packet, &m)) ==
	    HOST_RECEIVED) {
		switch (m.type) {
		case HOST_ASK:
		case HOST_SAVE:
		case HOST_USE:
		case HOST_ALLOW:
			take_next(b, &m);
			break;
		case HOST_FORGET:
			forget(b, &m);
			break;
		case HOST_SAVE_DATA:
			take_data(b, &m);
			break;
		case HOST_ABANDON:
			abandon(b, m.id);
			break;
		case HOST_FETCH:
			fetch(b);
			break;
		case HOST_ANSWER:
		case HOST_FETCHER:
			break; /* never to us */
		}
	}
	return got != HOST_GONE;
}

/* Collects the children that have ended; true with *status: the engine. */
static bool
collect(struct broker *b, int *status)
{
	int how;
	pid_t pid;

	while ((pid = waitpid(-1, &how, WNOHANG)) > 0) {
		if (pid == b->engine) {
			*status = WIFEXITED(how) ? WEXITSTATUS(how)
						 : 128 + WTERMSIG(how);
			return true;
		}
		if (pid == b->fetcher)
			b->fetcher = 0;
		if (pid != b->helper)
			continue;
		b->helper = 0;
		/* one that was ended, or broke, has not answered */
		if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
			answer(b, b->showing,
			    WIFSIGNALED(how) ? NM_ERR_CANCELLED
					     : NM_ERR_PROMPT_UNAVAILABLE);
	}
	return false;
}

/* It ends by itself when the engine has, once it has kept what it was told to;
 * `children`: to see it by. */
static void
end_fetcher(const struct broker *b, struct pollfd *children)
{
	struct signalfd_siginfo info;

	if (b->fetcher == 0)
		return;
	for (unsigned i = 0; i < FETCHER_WAITS; i++) {
		if (waitpid(b->fetcher, NULL, WNOHANG) != 0)
			return;
		if (poll(children, 1, FETCHER_WAIT_MS) > 0 &&
		    read(children->fd, &info, sizeof(info)) < 0)
			break;
	}
	(void)kill(b->fetcher, SIGKILL);
}

int
host_broker_run(int channel, pid_t engine, const struct host_caller *caller,
    const struct host_settings *settings)
{
	struct broker b = { .channel = channel,
		.engine = engine,
		.caller = caller,
		.settings = settings };
	struct pollfd fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
	struct signalfd_siginfo info;
	sigset_t set;
	int status = 1;
	bool done = false;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	fds[0].fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fds[1].fd = channel;
	while (fds[0].fd >= 0 && !done) {
		if (poll(fds, 2, -1) < 0)
			continue;
		while (read(fds[0].fd, &info, sizeof(info)) ==
		    (ssize_t)sizeof(info)) {
			if (info.ssi_signo != SIGCHLD)
				(void)kill(engine, (int)info.ssi_signo);
		}
		done = collect(&b, &status);
		if (!done && fds[1].revents != 0 && !take_messages(&b))
			fds[1].fd = -1; /* its end is told by SIGCHLD */
		if (!done)
			show_next(&b);
	}
	end_helper(&b);
	end_fetcher(&b, &fds[0]);
	if (fds[0].fd >= 0)
		(void)close(fds[0].fd);
	drop_next(&b);
	nm_buffer_reset(&b.packet);
	return status;
}
