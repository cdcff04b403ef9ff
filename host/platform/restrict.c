/* SPDX-License-Identifier: MPL-2.0 */
#include "restrict.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

/* The C library has no functions for Landlock. */
#define SYS_CREATE_RULESET 444
#define SYS_ADD_RULE	   445
#define SYS_RESTRICT_SELF  446
#define CREATE_VERSION	   1u
#define RULE_PATH_BENEATH  1
#define RESTRICT_ALL	   (1u << 3) /* every thread; version 8 */

/* What there is of a file; the rest is of folders. */
#define OF_FILES                                                               \
	(HOST_FS_EXECUTE | HOST_FS_WRITE_FILE | HOST_FS_READ_FILE |            \
	    HOST_FS_TRUNCATE)

struct ruleset_attr {
	uint64_t handled_fs;
};
struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

bool
host_landlock_begin(struct host_landlock *l, uint64_t handled)
{
	struct ruleset_attr attr;

	l->ruleset = -1;
	l->version =
	    syscall(SYS_CREATE_RULESET, NULL, (size_t)0, CREATE_VERSION);
	if (l->version <= 0)
		return false;
	l->handled = l->version < 3 ? handled & ~HOST_FS_TRUNCATE : handled;
	attr.handled_fs = l->handled;
	l->ruleset = (int)syscall(SYS_CREATE_RULESET, &attr, sizeof(attr), 0u);
	return l->ruleset >= 0;
}

void
host_landlock_allow(
    const struct host_landlock *l, const char *path, uint64_t access)
{
	struct path_attr rule = { access & l->handled, -1 };
	struct stat st;

	if (path == NULL || path[0] != '/')
		return;
	rule.parent = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent < 0)
		return;
	if (fstat(rule.parent, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed &= OF_FILES;
	(void)syscall(SYS_ADD_RULE, l->ruleset, RULE_PATH_BENEATH, &rule, 0u);
	(void)close(rule.parent);
}

bool
host_landlock_bind(int ruleset, bool all)
{
	return syscall(SYS_RESTRICT_SELF, ruleset, all ? RESTRICT_ALL : 0u) ==
	    0;
}

static bool
deny_system(scmp_filter_ctx filter)
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

static bool
deny_family(scmp_filter_ctx filter, int family)
{
	struct scmp_arg_cmp is = { .arg = 0,
		.op = SCMP_CMP_EQ,
		.datum_a = (scmp_datum_t)family,
		.datum_b = 0 };

	return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM),
		   SCMP_SYS(socket), 1, &is) == 0;
}

bool
host_seccomp_bind(const int *families, size_t count)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool good;

	if (filter == NULL)
		return false;
	/* for the threads that are there as well */
	good = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	    deny_system(filter);
	for (size_t i = 0; good && i < count; i++)
		good = deny_family(filter, families[i]);
	good = good && seccomp_load(filter) == 0;
	seccomp_release(filter);
	return good;
}
