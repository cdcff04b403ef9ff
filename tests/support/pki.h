/* SPDX-License-Identifier: MPL-2.0 */
/* Temporary folders, commands and the PKI of pki.sh, for unit tests. */
#ifndef NSSMIME_TESTS_PKI_H
#define NSSMIME_TESTS_PKI_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <nssmime/buffer.h>

struct pki {
	char dir[64];
};

/* Runs a shell command in `dir`; its exit status. */
static inline int __attribute__((format(printf, 2, 3)))
pki_run(const struct pki *p, const char *format, ...)
{
	struct nm_buffer b = NM_BUFFER_INIT;
	char text[4096];
	char *command;
	va_list args;
	int status;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	nm_buffer_format(
	    &b, "cd '%s' && { %s\n} >>commands.log 2>&1", p->dir, text);
	command = nm_buffer_take_string(&b);
	assert_non_null(command);
	status = system(command);
	free(command);
	return status;
}

static inline void
pki_temporary(struct pki *p)
{
	strcpy(p->dir, "/tmp/nssmime-test-XXXXXX");
	assert_non_null(mkdtemp(p->dir));
}

/* A copy of what pki-both.sh has made: NSSMIME_TEST_PKI names it; `odd`: with
 * the certificates of pki-odd.sh. */
static inline void
pki_copy(struct pki *p, bool odd)
{
	const char *made = getenv("NSSMIME_TEST_PKI");

	if (made == NULL)
		fail_msg("NSSMIME_TEST_PKI must name the folder that "
			 "tests/support/pki-both.sh has made");
	pki_temporary(p);
	assert_int_equal(
	    pki_run(p, "cp -a '%s%s/.' .", made, odd ? "-odd" : ""), 0);
}

/* The whole PKI and its database, in a new folder. */
static inline void
pki_make(struct pki *p)
{
	pki_copy(p, false);
}

static inline void
pki_make_odd(struct pki *p)
{
	pki_copy(p, true);
}

static inline void
pki_remove(struct pki *p)
{
	struct pki root = { "/tmp" };

	if (strncmp(p->dir, "/tmp/nssmime-test-", 18) == 0)
		(void)pki_run(&root, "rm -rf '%s'; rm -f commands.log", p->dir);
}

/* The folder or file `name` of the PKI, in a buffer of the caller's. */
static inline const char *
pki_path(const struct pki *p, const char *name, char out[256])
{
	(void)snprintf(out, 256, "%s/%.190s", p->dir, name);
	return out;
}

static inline void
pki_read(const struct pki *p, const char *name, struct nm_buffer *out)
{
	char path[256];
	FILE *f = fopen(pki_path(p, name, path), "re");
	uint8_t *at;
	size_t n = 1;

	assert_non_null(f);
	while (n != 0) {
		at = nm_buffer_extend(out, 4096);
		assert_non_null(at);
		n = fread(at, 1, 4096, f);
		out->len -= 4096 - n;
	}
	fclose(f);
}

static inline void
pki_write(const struct pki *p, const char *name, const void *data, size_t len)
{
	char path[256];
	FILE *f = fopen(pki_path(p, name, path), "we");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

#endif
