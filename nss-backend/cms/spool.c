/* SPDX-License-Identifier: MPL-2.0 */
#include "cipher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct nm_spool {
	int fd;
	uint64_t size;
	struct nm_fault *fault;
};

/* The file has no name from the start, or loses it at once: whatever ends
 * this process ends the file. */
static int
open_unlinked(const char *folder)
{
	char path[PATH_MAX];
	int fd;

	fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof(path), "%s/spool-XXXXXX", folder) >=
	    (int)sizeof(path))
		return -1;
	if ((fd = mkostemp(path, O_CLOEXEC)) >= 0)
		(void)unlink(path);
	return fd;
}

/* base[/middle]/nssmime, made where it does not exist. */
static int
open_in_cache(const char *base, const char *middle)
{
	char path[PATH_MAX];

	if (base == NULL || base[0] != '/')
		return -1;
	if (middle != NULL) {
		if (snprintf(path, sizeof(path), "%s/%s", base, middle) >=
		    (int)sizeof(path))
			return -1;
		(void)mkdir(path, 0700);
	}
	if (snprintf(path, sizeof(path), "%s%s%s/nssmime", base,
		middle != NULL ? "/" : "",
		middle != NULL ? middle : "") >= (int)sizeof(path))
		return -1;
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	return open_unlinked(path);
}

enum nm_error
nm_spool_new(struct nm_spool **out, struct nm_fault *fault)
{
	struct nm_spool *s;
	const char *cache = getenv("XDG_CACHE_HOME");

	*out = NULL;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return nm_fail(fault, NM_ERR_INTERNAL, "Out of memory");
	s->fault = fault;
	/* /tmp is memory on newer systems, so it is not among these. */
	if (cache != NULL && cache[0] == '/')
		s->fd = open_in_cache(cache, NULL);
	else
		s->fd = open_in_cache(getenv("HOME"), ".cache");
	if (s->fd < 0)
		s->fd = open_unlinked("/var/tmp");
	if (s->fd < 0) {
		free(s);
		return nm_fail(fault, NM_ERR_STORAGE_FAILED,
		    "No temporary file could be made in the cache folder or "
		    "in /var/tmp");
	}
	*out = s;
	return NM_OK;
}

void
nm_spool_free(struct nm_spool **s)
{
	if (*s == NULL)
		return;
	(void)close((*s)->fd);
	free(*s);
	*s = NULL;
}

enum nm_error
nm_spool_write(struct nm_spool *s, const uint8_t *data, size_t len)
{
	ssize_t n;

	while (len != 0) {
		n = write(s->fd, data, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return nm_fail(s->fault, NM_ERR_STORAGE_FAILED,
			    "The temporary file could not be written: %s",
			    strerror(n < 0 ? errno : EIO));
		data += n;
		len -= (size_t)n;
		s->size += (size_t)n;
	}
	return NM_OK;
}

uint64_t
nm_spool_size(const struct nm_spool *s)
{
	return s->size;
}

enum nm_error
nm_spool_read(struct nm_spool *s, uint64_t offset, uint8_t *out, size_t len)
{
	ssize_t n;

	while (len != 0) {
		n = pread(s->fd, out, len, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return nm_fail(s->fault, NM_ERR_STORAGE_FAILED,
			    "The temporary file could not be read: %s",
			    strerror(n < 0 ? errno : EIO));
		out += n;
		offset += (size_t)n;
		len -= (size_t)n;
	}
	return NM_OK;
}
