/* SPDX-License-Identifier: MPL-2.0 */
/* The temporary file: nothing of it is seen, and a full disk is told. */
#include "encryption.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cms/cipher.h"

static void
anywhere_in_it(void **state)
{
	struct nm_buffer data = NM_BUFFER_INIT;
	struct nm_bytes bytes = pattern(&data, 300000);
	struct nm_fault fault = { 0 };
	struct nm_spool *s = NULL;
	uint8_t out[70000];
	size_t n;

	(void)state;
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK);
	assert_int_equal(nm_spool_size(s), 0);
	for (size_t at = 0; at < bytes.len; at += n) {
		n = bytes.len - at < 65537 ? bytes.len - at : 65537;
		assert_int_equal(nm_spool_write(s, bytes.data + at, n), NM_OK);
	}
	assert_int_equal(nm_spool_write(s, NULL, 0), NM_OK);
	assert_int_equal(nm_spool_size(s), bytes.len);
	for (size_t at = 0; at + sizeof(out) <= bytes.len; at += 60001) {
		assert_int_equal(nm_spool_read(s, at, out, sizeof(out)), NM_OK);
		assert_memory_equal(out, bytes.data + at, sizeof(out));
	}
	/* reading does not move where is written */
	assert_int_equal(nm_spool_write(s, (const uint8_t *)"end", 3), NM_OK);
	assert_int_equal(nm_spool_read(s, bytes.len, out, 3), NM_OK);
	assert_memory_equal(out, "end", 3);
	assert_int_equal(
	    nm_spool_read(s, bytes.len, out, 4), NM_ERR_STORAGE_FAILED);
	assert_int_equal(
	    nm_spool_read(s, UINT64_C(1) << 40, out, 1), NM_ERR_STORAGE_FAILED);
	nm_spool_free(&s);
	assert_null(s);
	nm_spool_free(&s);
	nm_buffer_reset(&data);
}

/* The folder is the user's alone; a file in its place is no folder. */
static void
places(void **state)
{
	struct bench *b = *state;
	struct nm_fault fault = { 0 };
	struct nm_spool *s = NULL;
	struct stat st;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/home", b->folder);
	assert_int_equal(run(b, "mkdir home"), 0);
	assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
	assert_int_equal(setenv("HOME", path, 1), 0);
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK);
	nm_spool_free(&s);
	(void)snprintf(path, sizeof(path), "%s/home/.cache/nssmime", b->folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	/* a relative folder is not one (XDG Base Directory) */
	assert_int_equal(setenv("XDG_CACHE_HOME", "relative", 1), 0);
	assert_int_equal(run(b, "rm -r home/.cache && touch home/.cache"), 0);
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK); /* in /var/tmp */
	nm_spool_free(&s);
	assert_int_equal(access("relative", F_OK), -1);
	assert_int_equal(unsetenv("XDG_CACHE_HOME"), 0);
}

/* Limits the size of a file, which is what a full disk looks like. */
static void
full(void **state)
{
	struct rlimit before, small;
	struct nm_fault fault = { 0 };
	struct nm_spool *s = NULL;
	uint8_t piece[6000] = { 0 };

	(void)state;
	assert_int_equal(nm_spool_new(&s, &fault), NM_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 10000;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(nm_spool_write(s, piece, sizeof(piece)), NM_OK);
	assert_int_equal(
	    nm_spool_write(s, piece, sizeof(piece)), NM_ERR_STORAGE_FAILED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(fault.text, strerror(EFBIG)));
	nm_spool_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(anywhere_in_it),
		cmocka_unit_test(places),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, bench_setup, bench_teardown);
}
