/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Memory of the program's own code, looked over when it is let go: none of it
 * may still hold what a test marks as secret. Linked with --wrap, which leaves
 * alone what other libraries do. NSSMIME_WATCH names the file with the secrets,
 * one a line, and what is found goes into the file with ".found" behind it;
 * ".count" says how often something secret was wiped, so that a test knows that
 * it has looked.
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRETS_MAX 16

void __real_free(void *block);
void *__real_realloc(void *block, size_t size);
void __real_explicit_bzero(void *block, size_t size);
void __real___explicit_bzero_chk(void *block, size_t size, size_t room);
void __wrap_free(void *block);
void *__wrap_realloc(void *block, size_t size);
void __wrap_explicit_bzero(void *block, size_t size);
void __wrap___explicit_bzero_chk(void *block, size_t size, size_t room);

static struct {
	pthread_mutex_t lock;
	int found, wiped; /* files, -1: nothing is watched */
	size_t count;
	char *secrets[SECRETS_MAX];
	char text[4096];
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER, .found = -1, .wiped = -1 };

static int
open_beside(const char *path, const char *suffix)
{
	char name[4096];

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void __attribute__((constructor)) start(void)
{
	const char *path = getenv("NSSMIME_WATCH");
	ssize_t len;
	int fd;

	if (path == NULL || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return;
	len = read(fd, watch.text, sizeof(watch.text) - 1);
	(void)close(fd);
	if (len <= 0)
		return;
	for (char *line = strtok(watch.text, "\n");
	     line != NULL && watch.count < SECRETS_MAX;
	     line = strtok(NULL, "\n"))
		watch.secrets[watch.count++] = line;
	watch.found = open_beside(path, ".found");
	watch.wiped = open_beside(path, ".count");
}

/* The number of a secret that is in there, from 1; 0: none. */
static size_t
look(const void *block, size_t size)
{
	for (size_t i = 0; block != NULL && i < watch.count; i++) {
		if (memmem(block, size, watch.secrets[i],
			strlen(watch.secrets[i])) != NULL)
			return i + 1;
	}
	return 0;
}

static void
note(int fd, size_t secret, size_t size)
{
	char line[64];
	int len;

	if (secret == 0 || fd < 0)
		return;
	len = snprintf(line, sizeof(line), "%zu %zu\n", secret, size);
	(void)pthread_mutex_lock(&watch.lock);
	if (write(fd, line, (size_t)len) != len)
		abort();
	(void)pthread_mutex_unlock(&watch.lock);
}

void
__wrap_free(void *block)
{
	size_t size = block == NULL ? 0 : malloc_usable_size(block);

	if (watch.found >= 0)
		note(watch.found, look(block, size), size);
	__real_free(block);
}

/* What moves leaves a copy behind. */
void *
__wrap_realloc(void *block, size_t size)
{
	size_t old = block == NULL ? 0 : malloc_usable_size(block);

	if (watch.found >= 0 && size > old)
		note(watch.found, look(block, old), old);
	return __real_realloc(block, size);
}

void
__wrap_explicit_bzero(void *block, size_t size)
{
	if (watch.wiped >= 0)
		note(watch.wiped, look(block, size), size);
	__real_explicit_bzero(block, size);
}

/* What the compiler makes of it where sources are fortified. */
void
__wrap___explicit_bzero_chk(void *block, size_t size, size_t room)
{
	if (watch.wiped >= 0)
		note(watch.wiped, look(block, size), size);
	__real___explicit_bzero_chk(block, size, room);
}
