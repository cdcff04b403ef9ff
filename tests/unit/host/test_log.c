/* SPDX-License-Identifier: MPL-2.0 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../../host/log.h"

static int saved, ends[2];

static void
catch_errors(void)
{
	assert_int_equal(pipe(ends), 0);
	saved = dup(STDERR_FILENO);
	assert_true(saved >= 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
}

/* What was written meanwhile. */
static void
caught(char *out, size_t room)
{
	ssize_t n;

	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	(void)close(saved);
	(void)close(ends[1]);
	n = read(ends[0], out, room - 1);
	assert_true(n >= 0);
	out[n] = '\0';
	(void)close(ends[0]);
}

static void
levels(void **state)
{
	char out[2048];

	(void)state;
	assert_int_equal(host_log_level(NULL), HOST_LOG_ERROR);
	assert_int_equal(host_log_level("loud"), HOST_LOG_ERROR);
	assert_int_equal(host_log_level("Debug"), HOST_LOG_ERROR);
	assert_int_equal(host_log_level("warning"), HOST_LOG_WARNING);
	assert_int_equal(host_log_level("debug"), HOST_LOG_DEBUG);
	catch_errors();
	host_log(HOST_LOG_WARNING, HOST_LOG_ERROR, "one %d", 1);
	host_log(HOST_LOG_WARNING, HOST_LOG_WARNING, "two");
	host_log(HOST_LOG_WARNING, HOST_LOG_INFO, "three");
	host_log(HOST_LOG_ERROR, HOST_LOG_DEBUG, "four");
	caught(out, sizeof(out));
	assert_string_equal(
	    out, "nssmime-host: error: one 1\nnssmime-host: warning: two\n");
}

/* Names from outside make no lines of their own, and no endless ones. */
static void
one_line_each(void **state)
{
	char name[1000], out[2048];

	(void)state;
	catch_errors();
	host_log(HOST_LOG_INFO, HOST_LOG_INFO, "%s", "a\nb\x1b[1m\tc\x7f");
	caught(out, sizeof(out));
	assert_string_equal(out, "nssmime-host: info: a?b?[1m?c?\n");
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	catch_errors();
	host_log(HOST_LOG_INFO, HOST_LOG_INFO, "%s", name);
	caught(out, sizeof(out));
	assert_true(strlen(out) <= 512);
	assert_int_equal(out[strlen(out) - 1], '\n');
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(one_line_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
