/* SPDX-License-Identifier: MPL-2.0 */
#include "wrap.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static unsigned long count, fails;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t n, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t n, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);

void
wrap_fail(unsigned long nth)
{
	count = 0;
	fails = nth;
}

unsigned long
wrap_count(void)
{
	return count;
}

static bool
refused(void)
{
	if (++count != fails)
		return false;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return refused() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return refused() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return refused() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return refused() ? NULL : __real_reallocarray(old, n, size);
}

char *
__wrap_strdup(const char *text)
{
	return refused() ? NULL : __real_strdup(text);
}

char *
__wrap_strndup(const char *text, size_t most)
{
	return refused() ? NULL : __real_strndup(text, most);
}
