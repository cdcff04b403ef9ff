/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a process can give up on Linux: files by Landlock, calls by seccomp. A
 * kernel that has one of them not leaves that undone.
 */
#ifndef HOST_RESTRICT_H
#define HOST_RESTRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Landlock's rights, as the kernel's documentation has them: the C library's
 * headers may be older than the kernel. */
#define HOST_FS_EXECUTE	    (UINT64_C(1) << 0)
#define HOST_FS_WRITE_FILE  (UINT64_C(1) << 1)
#define HOST_FS_READ_FILE   (UINT64_C(1) << 2)
#define HOST_FS_READ_DIR    (UINT64_C(1) << 3)
#define HOST_FS_REMOVE_DIR  (UINT64_C(1) << 4)
#define HOST_FS_REMOVE_FILE (UINT64_C(1) << 5)
#define HOST_FS_MAKE_CHAR   (UINT64_C(1) << 6)
#define HOST_FS_MAKE_DIR    (UINT64_C(1) << 7)
#define HOST_FS_MAKE_REG    (UINT64_C(1) << 8)
#define HOST_FS_MAKE_SOCK   (UINT64_C(1) << 9)
#define HOST_FS_MAKE_FIFO   (UINT64_C(1) << 10)
#define HOST_FS_MAKE_BLOCK  (UINT64_C(1) << 11)
#define HOST_FS_MAKE_SYM    (UINT64_C(1) << 12)
#define HOST_FS_TRUNCATE    (UINT64_C(1) << 14) /* version 3 */

/* All that writes, and running programs. */
#define HOST_FS_CHANGE                                                         \
	(HOST_FS_EXECUTE | HOST_FS_WRITE_FILE | HOST_FS_REMOVE_DIR |           \
	    HOST_FS_REMOVE_FILE | HOST_FS_MAKE_CHAR | HOST_FS_MAKE_DIR |       \
	    HOST_FS_MAKE_REG | HOST_FS_MAKE_SOCK | HOST_FS_MAKE_FIFO |         \
	    HOST_FS_MAKE_BLOCK | HOST_FS_MAKE_SYM | HOST_FS_TRUNCATE)
/* What keeping files in a folder takes. */
#define HOST_FS_KEEP                                                           \
	(HOST_FS_WRITE_FILE | HOST_FS_REMOVE_DIR | HOST_FS_REMOVE_FILE |       \
	    HOST_FS_MAKE_DIR | HOST_FS_MAKE_REG | HOST_FS_TRUNCATE)
#define HOST_FS_READ (HOST_FS_READ_FILE | HOST_FS_READ_DIR)

struct host_landlock {
	int ruleset;  /* -1: none */
	long version; /* of the kernel's */
	uint64_t handled;
};

/* False: the kernel has none. What is `handled` is refused where no rule
 * allows it. */
bool host_landlock_begin(struct host_landlock *l, uint64_t handled);
/* Below `path`, if that is there and absolute; NULL: nowhere. */
void host_landlock_allow(
    const struct host_landlock *l, const char *path, uint64_t access);
/* Binds the calling thread and those that it starts; every thread with `all`,
 * where the kernel can: else false. */
bool host_landlock_bind(int ruleset, bool all);

/* Every thread gives up other programs, other processes, what changes the
 * system, and sockets of these families. */
bool host_seccomp_bind(const int *families, size_t count);

#endif
