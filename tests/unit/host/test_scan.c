/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "scan.h"

#define START "{\"jsonrpc\":\"2.0\",\"method\":\"stream.data\",\"params\":"

static bool
scan(const char *text, uint64_t *stream, const char **data, size_t *len)
{
	return host_scan_data(text, strlen(text), stream, data, len);
}

static void
test_recognised(void **state)
{
	static const char *const good[] = {
		START "{\"stream\":7,\"data\":\"YWJj\"}}",
		START "{\"data\":\"YWJj\",\"stream\":7}}\n",
		(" { \"params\" : { \"data\" : \"YWJj\" , \"stream\" : 7 } , "
		 "\"method\" : \"stream.data\" , \"jsonrpc\" : \"2.0\" } "),
	};
	const char *data;
	uint64_t stream;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(scan(good[i], &stream, &data, &len));
		assert_int_equal(stream, 7);
		assert_int_equal(len, 4);
		assert_memory_equal(data, "YWJj", 4);
	}
}

static void
test_not_recognised(void **state)
{
	static const char *const other[] = {
		"",
		"{",
		"{}",
		"[]",
		"null",
		START "{\"stream\":7,\"data\":\"YWJj\"}",
		START "{\"stream\":7,\"data\":\"YWJj\"}}x",
		START "{\"stream\":7,\"data\":\"YWJj\"},\"id\":1}",
		START "{\"stream\":7,\"data\":\"YWJj\"},}",
		START "{\"stream\":7,\"data\":\"YWJj\",}}",
		START "{\"stream\":7}}",
		START "{\"data\":\"YWJj\"}}",
		START "{\"stream\":7,\"stream\":8,\"data\":\"YWJj\"}}",
		START "{\"stream\":7,\"data\":\"\",\"data\":\"YWJj\"}}",
		START "{\"stream\":0,\"data\":\"YWJj\"}}",
		START "{\"stream\":-7,\"data\":\"YWJj\"}}",
		START "{\"stream\":07,\"data\":\"YWJj\"}}",
		START "{\"stream\":7.5,\"data\":\"YWJj\"}}",
		START "{\"stream\":7e1,\"data\":\"YWJj\"}}",
		START "{\"stream\":9007199254740992,\"data\":\"YWJj\"}}",
		START "{\"stream\":\"7\",\"data\":\"YWJj\"}}",
		START "{\"stream\":7,\"data\":5}}",
		START "{\"stream\":7,\"data\":\"YWJj}}",
		START "{\"stream\":7,\"more\":\"YWJj\"}}",
		"{\"jsonrpc\":\"1.0\",\"method\":\"stream.data\","
		"\"params\":{\"stream\":7,\"data\":\"YWJj\"}}",
		"{\"method\":\"stream.data\","
		"\"params\":{\"stream\":7,\"data\":\"YWJj\"}}",
		"{\"jsonrpc\":\"2.0\",\"method\":\"stream.end\","
		"\"params\":{\"stream\":7,\"data\":\"YWJj\"}}",
	};
	const char *data;
	uint64_t stream;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		if (scan(other[i], &stream, &data, &len))
			fail_msg("recognised: %s", other[i]);
	}
}

/* The stream whose data it began as is told where that is all that is. */
static void
test_stream_of_what_is_not_recognised(void **state)
{
	static const struct {
		const char *text;
		uint64_t stream;
	} cases[] = {
		{ START "{\"stream\":7,\"data\":\"YWJj", 7 },
		{ START "{\"stream\":7,\"data\":\"YWJj\",\"more\":1}}", 7 },
		{ START "{\"stream\":7,\"data\":YWJj}}", 7 },
		{ "{\"params\":{\"stream\":7,\"data\":\"YWJj\"},"
		  "\"method\":\"stream.data\",\"id\":5}",
		    7 },
		{ "{\"params\":{\"stream\":7,\"data\":\"YWJj\"},"
		  "\"method\":\"message.read\"}",
		    0 },
		{ "{\"params\":{\"stream\":7,\"data\":\"YWJj\"}}", 0 },
		{ START "{\"stream\":0,\"data\":\"YWJj\"}}", 0 },
		{ "", 0 },
	};
	const char *data;
	uint64_t stream;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(scan(cases[i].text, &stream, &data, &len));
		assert_int_equal(stream, cases[i].stream);
	}
}

static void
test_every_truncation(void **state)
{
	static const char text[] = START "{\"stream\":7,\"data\":\"YWJj\"}}";
	char cut[sizeof(text)];
	const char *data;
	uint64_t stream;
	size_t len;

	(void)state;
	for (size_t i = 0; i < strlen(text); i++) {
		memcpy(cut, text, i);
		cut[i] = '\0';
		assert_false(host_scan_data(cut, i, &stream, &data, &len));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recognised),
		cmocka_unit_test(test_not_recognised),
		cmocka_unit_test(test_stream_of_what_is_not_recognised),
		cmocka_unit_test(test_every_truncation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
