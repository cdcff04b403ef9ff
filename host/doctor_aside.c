/* SPDX-License-Identifier: MPL-2.0 */
#include "doctor_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nssmime/buffer.h>

#include "common/clock.h"
#include "json.h"
#include "json_build.h"

#define MOST ((size_t)4 * 1024 * 1024)

static bool
write_all(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len != 0) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return true;
}

/* The findings are one JSON text on the pipe. */
static _Noreturn void
be_aside(struct host_doctor *d, int out,
    void (*run)(struct host_doctor *d, const void *arg), const void *arg)
{
	struct host_findings before = d->findings;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* what is no finding is nobody's to read */
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	host_findings_begin(&d->findings);
	d->findings.check = before.check;
	d->findings.about = before.about;
	run(d, arg);
	_exit(!d->findings.failed &&
		    write_all(out, json_object_to_json_string(d->findings.all))
		? 0
		: 1);
}

/* Until its end, or the time is over. */
static bool
read_until(int fd, int64_t deadline, struct nm_buffer *text)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	char piece[65536];
	int64_t left;
	ssize_t n = 1;

	while (n != 0) {
		left = deadline - host_now();
		if (left <= 0 || text->len > MOST)
			return false;
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			nm_buffer_append(text, piece, (size_t)n);
		else if (n < 0 && errno != EINTR)
			return false;
	}
	return true;
}

static bool
take(struct host_findings *f, const struct nm_buffer *text)
{
	struct json_object *all = NULL;
	bool good = !nm_buffer_failed(text) &&
	    host_json_parse((const char *)text->data, text->len, &all, NULL) ==
		NM_OK &&
	    json_object_is_type(all, json_type_array);

	for (size_t i = 0; good && i < json_object_array_length(all); i++) {
		if (!host_array_add(f->all,
			json_object_get(json_object_array_get_idx(all, i))))
			f->failed = true;
	}
	json_object_put(all);
	return good;
}

enum host_aside
host_doctor_aside(struct host_doctor *d, unsigned seconds,
    void (*run)(struct host_doctor *d, const void *arg), const void *arg)
{
	struct nm_buffer text = NM_BUFFER_INIT;
	enum host_aside end = HOST_ASIDE_FELL;
	int ends[2], status = -1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return HOST_ASIDE_FELL;
	if ((pid = fork()) == 0) {
		(void)close(ends[0]);
		be_aside(d, ends[1], run, arg);
	}
	(void)close(ends[1]);
	if (pid > 0) {
		if (!read_until(
			ends[0], host_now() + (int64_t)seconds * 1000, &text)) {
			(void)kill(pid, SIGKILL);
			end = HOST_ASIDE_HUNG;
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	(void)close(ends[0]);
	if (status == 0 && take(&d->findings, &text))
		end = HOST_ASIDE_DONE;
	nm_buffer_reset(&text);
	return end;
}
