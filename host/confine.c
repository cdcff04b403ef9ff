/* SPDX-License-Identifier: MPL-2.0 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/*
 * Landlock as the kernel's documentation has it; the C library has no
 * functions for it, and its constants may be older than the kernel.
 */
#define SYS_CREATE_RULESET 444
#define SYS_ADD_RULE	   445
#define SYS_RESTRICT_SELF  446
#define CREATE_VERSION	   1u
#define RULE_PATH_BENEATH  1
#define RESTRICT_ALL	   (1u << 3) /* every thread; version 8 */

#define FS_EXECUTE     (UINT64_C(1) << 0)
#define FS_WRITE_FILE  (UINT64_C(1) << 1)
#define FS_REMOVE_DIR  (UINT64_C(1) << 4)
#define FS_REMOVE_FILE (UINT64_C(1) << 5)
#define FS_MAKE_CHAR   (UINT64_C(1) << 6)
#define FS_MAKE_DIR    (UINT64_C(1) << 7)
#define FS_MAKE_REG    (UINT64_C(1) << 8)
#define FS_MAKE_SOCK   (UINT64_C(1) << 9)
#define FS_MAKE_FIFO   (UINT64_C(1) << 10)
#define FS_MAKE_BLOCK  (UINT64_C(1) << 11)
#define FS_MAKE_SYM    (UINT64_C(1) << 12)
#define FS_TRUNCATE    (UINT64_C(1) << 14) /* version 3 */

/* Reading stays free: NSS and the modules of tokens read where they like. */
#define HANDLED                                                                \
	(FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE |         \
	    FS_MAKE_CHAR | FS_MAKE_DIR | FS_MAKE_REG | FS_MAKE_SOCK |          \
	    FS_MAKE_FIFO | FS_MAKE_BLOCK | FS_MAKE_SYM | FS_TRUNCATE)
#define IN_FOLDER                                                              \
	(FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR |        \
	    FS_MAKE_REG | FS_TRUNCATE)

struct ruleset_attr {
	uint64_t handled_fs;
};
struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

static void
allow(int ruleset, const char *path, uint64_t access)
{
	struct path_attr rule = { access, -1 };

	if (path == NULL || path[0] != '/')
		return;
	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0)
		return;
	(void)syscall(SYS_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0u);
	(void)close(rule.parent);
}

static void
allow_below(int ruleset, const char *folder, const char *name, uint64_t access)
{
	char *path = NULL;

	if (folder == NULL || folder[0] != '/' ||
	    asprintf(&path, "%s%s", folder, name) < 0)
		return;
	allow(ruleset, path, access);
	free(path);
}

/* SoftHSM keeps its tokens in files and locks them even to read: where its
 * configuration (softhsm2.conf(5)) says. */
static void
allow_softhsm(int ruleset, const char *conf, uint64_t access)
{
	char line[4096], *at, *end;
	FILE *file;

	if (conf == NULL || (file = fopen(conf, "re")) == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		at = line + strspn(line, " \t");
		if (strncmp(at, "directories.tokendir", 20) != 0)
			continue;
		at += 20;
		at += strspn(at, " \t=");
		end = at + strcspn(at, "\r\n");
		while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*end = '\0';
		allow(ruleset, at, access);
	}
	(void)fclose(file);
}

static void
allow_tokens(int ruleset, uint64_t access)
{
	const char *home = getenv("HOME"), *conf = getenv("SOFTHSM2_CONF");
	char *path = NULL;

	if (conf != NULL) {
		allow_softhsm(ruleset, conf, access);
		return;
	}
	if (home != NULL &&
	    asprintf(&path, "%s/.config/softhsm2/softhsm2.conf", home) >= 0) {
		allow_softhsm(ruleset, path, access);
		free(path);
	}
	allow_softhsm(ruleset, "/etc/softhsm/softhsm2.conf", access);
	allow_softhsm(ruleset, "/etc/softhsm2.conf", access);
}

static void
allow_settings(
    int ruleset, const struct host_settings *settings, uint64_t access)
{
	char *folder = strdup(settings->config_path);

	if (folder == NULL)
		return;
	*strrchr(folder, '/') = '\0';
	/* a rule needs a folder that is there */
	(void)mkdir(folder, 0700);
	allow(ruleset, folder, access);
	free(folder);
}

/* -1: the kernel has no Landlock. */
static int
make_ruleset(
    const char *folder, const struct host_settings *settings, long version)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	struct ruleset_attr attr = { HANDLED };
	uint64_t access = IN_FOLDER;
	int ruleset;

	if (version < 3) {
		attr.handled_fs &= ~FS_TRUNCATE;
		access &= ~FS_TRUNCATE;
	}
	ruleset = (int)syscall(SYS_CREATE_RULESET, &attr, sizeof(attr), 0u);
	if (ruleset < 0)
		return -1;
	allow(ruleset, folder, access);
	allow_settings(ruleset, settings, access);
	if (cache != NULL && cache[0] == '/')
		allow(ruleset, cache, access);
	else
		allow_below(ruleset, getenv("HOME"), "/.cache", access);
	/* large ciphertexts, and SQLite's own temporary files */
	allow(ruleset, "/var/tmp", access);
	allow(ruleset, getenv("SQLITE_TMPDIR"), access);
	allow(ruleset, getenv("TMPDIR"), access);
	/* readers of cards; the devices' own permissions decide */
	allow(ruleset, "/dev", FS_WRITE_FILE);
	allow(
	    ruleset, "/dev/shm", FS_WRITE_FILE | FS_MAKE_REG | FS_REMOVE_FILE);
	allow_tokens(ruleset, access);
	return ruleset;
}

static bool
deny_calls(scmp_filter_ctx filter)
{
	static const int calls[] = {
		SCMP_SYS(execve),
		SCMP_SYS(execveat),
#if !defined(__SANITIZE_ADDRESS__) /* looks for leaks by it */
		SCMP_SYS(ptrace),
#endif
		SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev),
		SCMP_SYS(pidfd_getfd),
		SCMP_SYS(kcmp),
		SCMP_SYS(mount),
		SCMP_SYS(umount2),
		SCMP_SYS(move_mount),
		SCMP_SYS(open_tree),
		SCMP_SYS(fsopen),
		SCMP_SYS(fsconfig),
		SCMP_SYS(fsmount),
		SCMP_SYS(fspick),
		SCMP_SYS(pivot_root),
		SCMP_SYS(chroot),
		SCMP_SYS(unshare),
		SCMP_SYS(setns),
		SCMP_SYS(bpf),
		SCMP_SYS(perf_event_open),
		SCMP_SYS(userfaultfd),
		SCMP_SYS(io_uring_setup),
		SCMP_SYS(kexec_load),
		SCMP_SYS(kexec_file_load),
		SCMP_SYS(init_module),
		SCMP_SYS(finit_module),
		SCMP_SYS(delete_module),
		SCMP_SYS(open_by_handle_at),
		SCMP_SYS(reboot),
		SCMP_SYS(swapon),
		SCMP_SYS(swapoff),
		SCMP_SYS(acct)
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0) != 0)
			return false;
	}
	return true;
}

/* Unix sockets stay: card readers (pcscd) and the name service use them. */
static bool
deny_network(scmp_filter_ctx filter)
{
	static const int families[] = { AF_INET, AF_INET6, AF_PACKET,
		AF_VSOCK };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct scmp_arg_cmp family = { .arg = 0,
			.op = SCMP_CMP_EQ,
			.datum_a = (scmp_datum_t)families[i],
			.datum_b = 0 };

		if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM),
			SCMP_SYS(socket), 1, &family) != 0)
			return false;
	}
	return true;
}

static bool
filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool good;

	if (filter == NULL)
		return false;
	/* for the threads that are there as well */
	good = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	    deny_calls(filter) && deny_network(filter) &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}

void
host_confine(struct host_confinement *c, const char *folder,
    const struct host_settings *settings, enum host_log_level log)
{
	long version;

	c->done = true;
	c->ruleset = -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		host_log(log, HOST_LOG_WARNING, "not confined");
		return;
	}
	host_log(log, HOST_LOG_INFO, "seccomp: %s",
	    filter_calls() ? "yes" : "not available");
	version = syscall(SYS_CREATE_RULESET, NULL, (size_t)0, CREATE_VERSION);
	if (version > 0)
		c->ruleset = make_ruleset(folder, settings, version);
	if (c->ruleset < 0)
		host_log(log, HOST_LOG_INFO, "Landlock: not available");
	else
		host_log(
		    log, HOST_LOG_INFO, "Landlock: yes, version %ld", version);
	/* newer kernels bind all threads at once */
	if (c->ruleset >= 0 &&
	    syscall(SYS_RESTRICT_SELF, c->ruleset, RESTRICT_ALL) == 0) {
		(void)close(c->ruleset);
		c->ruleset = -1;
	}
}

void
host_confine_thread(const struct host_confinement *c, bool *mine)
{
	if (*mine || !c->done)
		return;
	*mine = true;
	if (c->ruleset < 0)
		return;
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)syscall(SYS_RESTRICT_SELF, c->ruleset, 0u);
}
