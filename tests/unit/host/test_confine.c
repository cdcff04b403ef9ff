/* SPDX-License-Identifier: MPL-2.0 */
#include "home.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../../../host/confine.h"

static int
setup(void **state)
{
	(void)home_setup(state);
	unsetenv("TMPDIR");
	unsetenv("SOFTHSM2_CONF");
	unsetenv("SQLITE_TMPDIR");
	return pki_run(&home, "mkdir -p db elsewhere .cache .config/nssmime") ==
		0
	    ? 0
	    : -1;
}

static bool
has_landlock(void)
{
	return syscall(444 /* create_ruleset */, NULL, (size_t)0, 1u) > 0;
}

static bool
can_create(const char *name)
{
	char path[256];
	int fd = open(
	    pki_path(&home, name, path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static bool
can_connect(int family)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static bool
confine(struct host_confinement *c)
{
	struct nm_database *db;
	char folder[256];

	*c = (struct host_confinement)HOST_CONFINEMENT_INIT;
	if (nm_database_open(pki_path(&home, "db", folder), NM_DATABASE_OWN,
		true, &db, NULL) != NM_OK ||
	    nm_database_has_modules(db))
		return false;
	host_confine(c, db, HOST_LOG_ERROR);
	return c->done;
}

/* What stays and what goes, as the number of what is wrong; 0: nothing. */
static int
what_is_wrong(bool files)
{
	char path[256], program[] = "/bin/true", *argv[] = { program, NULL };

	if (can_connect(AF_INET) || can_connect(AF_INET6))
		return 1;
	/* no card is there that would need them */
	if (can_connect(AF_UNIX))
		return 2;
	if (unshare(CLONE_NEWUSER) == 0 || errno != EPERM)
		return 3;
	/* reading is free */
	if (access(pki_path(&home, "elsewhere", path), R_OK) != 0)
		return 4;
	if (!can_create("db/new") || !can_create(".cache/spool"))
		return 5;
	if (files && (can_create("elsewhere/new") || can_create(".bashrc")))
		return 6;
	if (files && symlink("x", pki_path(&home, "db/link", path)) == 0)
		return 7;
	/* the settings name programs that are started */
	if (files && can_create(".config/nssmime/config.json"))
		return 9;
	(void)execv(program, argv);
	return errno == EPERM || errno == EACCES ? 0 : 8;
}

/* In a process of its own, since there is no way back. */
static void
check(int (*inside)(void))
{
	int status = -1;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(inside());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
in_the_process(void)
{
	struct host_confinement c;
	bool mine = false;

	if (!confine(&c))
		return 20;
	host_confine_thread(&c, &mine);
	if (!mine)
		return 21;
	return what_is_wrong(has_landlock());
}

static void
what_is_given_up(void **state)
{
	(void)state;
	if (!has_landlock())
		print_message("This kernel has no Landlock: files were not "
			      "looked at\n");
	check(in_the_process);
}

/* A thread that was there before is bound as well. */
static struct host_confinement shared = HOST_CONFINEMENT_INIT;
static pthread_barrier_t barrier;

static void *
early_thread(void *arg)
{
	bool mine = false;

	(void)pthread_barrier_wait(&barrier);
	host_confine_thread(&shared, &mine);
	*(int *)arg = mine ? what_is_wrong(has_landlock()) : 22;
	return NULL;
}

static int
in_an_early_thread(void)
{
	pthread_t thread;
	int wrong = 23;

	(void)pthread_barrier_init(&barrier, NULL, 2);
	if (pthread_create(&thread, NULL, early_thread, &wrong) != 0)
		return 24;
	if (!confine(&shared))
		return 26;
	(void)pthread_barrier_wait(&barrier);
	(void)pthread_join(thread, NULL);
	return wrong;
}

static void
threads_that_were_there(void **state)
{
	(void)state;
	check(in_an_early_thread);
}

static int
not_yet(void)
{
	const struct host_confinement none = HOST_CONFINEMENT_INIT;
	bool mine = false;

	host_confine_thread(&none, &mine);
	return mine || !can_create("elsewhere/free") ? 25 : 0;
}

static void
before_it_is_time(void **state)
{
	(void)state;
	check(not_yet);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_up),
		cmocka_unit_test(threads_that_were_there),
		cmocka_unit_test(before_it_is_time),
	};

	return cmocka_run_group_tests(tests, setup, home_teardown);
}
