/* SPDX-License-Identifier: MPL-2.0 */
/*
 * nssmime-host: a native-messaging host for browsers and mail programs. Words
 * as arguments are commands for people.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker.h"
#include "caller.h"
#include "commands.h"
#include "engine.h"
#include "newer_nss.h"
#include "settings.h"

/* ---- native messaging ----------------------------------------------- */

/*
 * Standard input and output are put aside, so that no library can read frames
 * or write into them; what is printed by mistake goes to standard error.
 */
static bool
put_aside(int *in, int *out)
{
	int null;

	*in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	*out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (*in < 0 || *out < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0)
		return false;
	if (fcntl(STDERR_FILENO, F_GETFD) < 0 && dup2(null, STDERR_FILENO) < 0)
		return false;
	(void)close(null);
	return dup2(STDERR_FILENO, STDOUT_FILENO) >= 0;
}

/* `argv`: what the program may be started anew with; NULL: it was. */
static int
run_engine(int channel, pid_t broker, const struct host_caller *caller,
    char *const *argv)
{
	struct rlimit none = { 0, 0 };
	struct host_settings settings;
	struct nm_fault fault = { .code = NM_OK };
	bool newer_nss = false;
	int in, out, status;

	/* neither outlives the other */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != broker)
		return 1;
	/* no keys in files of crashes */
	(void)setrlimit(RLIMIT_CORE, &none);
	if (host_settings_load(&settings, &fault) == NM_OK && argv != NULL)
		newer_nss =
		    host_newer_nss_become(argv, channel, caller, &settings);
	if (!put_aside(&in, &out)) {
		host_settings_clear(&settings);
		return 1;
	}
	status = host_engine_run(
	    in, out, channel, caller, &settings, &fault, newer_nss);
	host_settings_clear(&settings);
	return status;
}

static int
run_broker(int channel, pid_t engine, const struct host_caller *caller)
{
	struct host_settings settings;
	int status, null;

	/* the frames are the engine's: its end is what the browser sees */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)close(null);
	} else {
		(void)close(STDIN_FILENO);
		(void)close(STDOUT_FILENO);
	}
	(void)host_settings_load(&settings, NULL);
	status = host_broker_run(channel, engine, caller, &settings);
	host_settings_clear(&settings);
	return status;
}

static int
serve(const struct host_caller *caller, char *const *argv)
{
	pid_t broker = getpid(), engine;
	sigset_t set, before;
	int channel[2];

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) !=
		0 ||
	    (engine = fork()) < 0) {
		(void)fprintf(stderr, "nssmime-host: %s\n", strerror(errno));
		return 1;
	}
	if (engine == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		(void)close(channel[0]);
		return run_engine(channel[1], broker, caller, argv);
	}
	(void)close(channel[1]);
	return run_broker(channel[0], engine, caller);
}

int
main(int argc, char **argv)
{
	struct host_caller caller;
	int channel, skip;

	if (host_caller_parse(argc, argv, &caller))
		return serve(&caller, argv);
	if (host_newer_nss_resume(argc, argv, &channel, &skip) &&
	    host_caller_parse(argc - skip, argv + skip, &caller))
		return run_engine(channel, getppid(), &caller, NULL);
	return host_command(argc, argv);
}
