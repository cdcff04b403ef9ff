/* SPDX-License-Identifier: MPL-2.0 */
/* What nssmime-fetch cannot do any more, each tried in a process of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/restrict.h"
#include "fetch/confine.h"

struct place {
	char base[64];	  /* a folder of the user's */
	char cache[80];	  /* the one for answers, in it */
	char secret[80];  /* a file in it */
	char kept[96];	  /* a file in the cache */
	char listens[80]; /* a local socket */
	int listener;
	bool landlock;
};

static int
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int
make_listener(struct place *p)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", p->listens);
	p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return p->listener < 0 ||
		bind(p->listener, (struct sockaddr *)&address,
		    sizeof(address)) != 0 ||
		listen(p->listener, 1) != 0
	    ? -1
	    : 0;
}

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct host_landlock l;

	if (p == NULL)
		return -1;
	*state = p;
	(void)snprintf(p->base, sizeof(p->base), "/var/tmp/confine-XXXXXX");
	if (mkdtemp(p->base) == NULL)
		return -1;
	(void)snprintf(p->cache, sizeof(p->cache), "%s/cache", p->base);
	(void)snprintf(p->secret, sizeof(p->secret), "%s/key4.db", p->base);
	(void)snprintf(p->kept, sizeof(p->kept), "%s/answer", p->cache);
	(void)snprintf(p->listens, sizeof(p->listens), "%s/agent", p->base);
	p->landlock = host_landlock_begin(&l, HOST_FS_CHANGE);
	if (p->landlock)
		(void)close(l.ruleset);
	return mkdir(p->cache, 0700) != 0 || make_file(p->secret) != 0 ||
		make_file(p->kept) != 0
	    ? -1
	    : make_listener(p);
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	(void)close(p->listener);
	(void)unlink(p->listens);
	(void)unlink(p->secret);
	(void)unlink(p->kept);
	(void)rmdir(p->cache);
	(void)rmdir(p->base);
	free(p);
	return 0;
}

/* What `try` returned, in a process that is confined if `confined`. */
static int
result_of(
    const struct place *p, int (*try)(const struct place *), bool confined)
{
	pid_t child = fork();
	int how;

	if (child == 0) {
		if (confined)
			fetch_confine(p->cache, NULL);
		_exit(try(p));
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &how, 0), child);
	assert_true(WIFEXITED(how));
	return WEXITSTATUS(how);
}

/* 0: it can; else why not. */
static int
outcome(int result)
{
	return result >= 0 ? 0 : errno;
}

static int
try_read_secret(const struct place *p)
{
	return outcome(open(p->secret, O_RDONLY | O_CLOEXEC));
}

static int
try_list_folder(const struct place *p)
{
	return outcome(open(p->base, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int
try_write_secret(const struct place *p)
{
	return outcome(open(p->secret, O_WRONLY | O_CLOEXEC));
}

static int
try_make_file(const struct place *p)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "%s/.profile", p->base);
	if (make_file(path) != 0)
		return errno;
	return outcome(unlink(path));
}

static int
try_environment(const struct place *p)
{
	char path[64];

	(void)p;
	(void)snprintf(
	    path, sizeof(path), "/proc/%ld/environ", (long)getppid());
	return outcome(open(path, O_RDONLY | O_CLOEXEC));
}

static int
try_local_socket(const struct place *p)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(
	    address.sun_path, sizeof(address.sun_path), "%s", p->listens);
	return outcome(fd < 0
		? fd
		: connect(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int
try_program(const struct place *p)
{
	char name[] = "true";
	char *argv[] = { name, NULL }, *envp[] = { NULL };

	(void)p;
	(void)execve("/bin/true", argv, envp);
	return errno;
}

static int
try_privileges(const struct place *p)
{
	(void)p;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? EPERM : 0;
}

static int
try_keep(const struct place *p)
{
	char first[112], second[112];
	int fd;

	(void)snprintf(first, sizeof(first), "%s/.new", p->cache);
	(void)snprintf(second, sizeof(second), "%s/other", p->cache);
	if ((fd = open(p->kept, O_RDONLY | O_CLOEXEC)) < 0 || close(fd) != 0 ||
	    make_file(first) != 0 || rename(first, second) != 0)
		return errno;
	return outcome(unlink(second));
}

static int
try_internet(const struct place *p)
{
	(void)p;
	if (socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) < 0)
		return errno;
	return outcome(open("/etc/ssl/certs", O_RDONLY | O_CLOEXEC));
}

static int
try_resolver(const struct place *p)
{
	struct addrinfo *found = NULL;
	int rc = getaddrinfo("localhost", "80", NULL, &found);

	(void)p;
	if (rc != 0)
		return ENOENT;
	freeaddrinfo(found);
	return 0;
}

struct case_of {
	const char *name;
	int (*try)(const struct place *);
	int confined; /* what comes of it */
	bool landlock;
};

static const struct case_of cases[] = {
	{ "read a key", try_read_secret, EACCES, true },
	{ "list a folder", try_list_folder, EACCES, true },
	{ "write into a key", try_write_secret, EACCES, true },
	{ "make a file", try_make_file, EACCES, true },
	{ "read another's environment", try_environment, EACCES, true },
	{ "reach an agent", try_local_socket, EPERM, false },
	{ "run a program", try_program, EPERM, false },
	{ "gain privileges", try_privileges, EPERM, false },
	{ "keep an answer", try_keep, 0, false },
	{ "use the Internet", try_internet, 0, false },
	{ "find a host", try_resolver, 0, false },
};

static void
test_cases(void **state)
{
	const struct place *p = *state;
	const struct case_of *c;
	int before, after;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c = &cases[i];
		if (c->landlock && !p->landlock) {
			print_message("SKIPPED, this kernel has no Landlock: "
				      "%s\n",
			    c->name);
			continue;
		}
		before = result_of(p, c->try, false);
		after = result_of(p, c->try, true);
		if (before != 0 || after != c->confined)
			fail_msg("%s: \"%s\" before, \"%s\" after", c->name,
			    strerror(before), strerror(after));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_cases, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
