/* SPDX-License-Identifier: MPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <nssmime/buffer.h>

#include "../../../host/bounds.h"
#include "../../../host/json.h"

/* Memory that ends before a page that cannot be read. */
struct edge {
	char *start;
	size_t page, whole;
};

static char *
edge_new(struct edge *e, const char *text, size_t len)
{
	e->page = (size_t)sysconf(_SC_PAGESIZE);
	e->whole = (len / e->page + 2) * e->page;
	e->start = mmap(NULL, e->whole, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(e->start, MAP_FAILED);
	assert_int_equal(
	    mprotect(e->start + e->whole - e->page, e->page, PROT_NONE), 0);
	return memcpy(e->start + e->whole - e->page - len, text, len);
}

/* Not a byte is read beyond the text. */
static enum nm_error
parse(const char *text, size_t len)
{
	struct nm_fault fault = { NM_OK, "" };
	struct json_object *root = NULL;
	struct edge edge;
	enum nm_error err;

	err = host_json_parse(edge_new(&edge, text, len), len, &root, &fault);
	assert_int_equal(err, fault.code);
	if (err != NM_OK)
		assert_null(root);
	json_object_put(root);
	assert_int_equal(munmap(edge.start, edge.whole), 0);
	return err;
}

static void
what_is_json(void **state)
{
	static const char *const good[] = { "{}", " { } \r\n\t", "[]", "1",
		"-0.5e+3", "[0,-0,10,1E2,1.25e-3]", "\"\"", "true", "null",
		"{\"a\":[1,\"b\",null]}", "\"\\u00e4\\n\\\\\\\"\"",
		"\"\xc3\xa4\"", "[1,2 , 3]", "{\"a\":1,\"a\":2}",
		"\"\\ud83d\\ude00\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (parse(good[i], strlen(good[i])) != NM_OK)
			fail_msg("%s", good[i]);
	}
}

/* RFC 8259, whatever the library takes. */
static void
what_is_none(void **state)
{
	static const char *const bad[] = { "", " ", "{", "}", "[1,]", "{,}",
		"{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "'a'",
		"NaN", "Infinity", "-Infinity", "nul", "truE", "TRUE", "{} {}",
		"{}x", "1 2", "\"a", "\"\\x\"", "\"\\u12\"", "\"a\tb\"",
		"\"a\nb\"", "// c\n{}", "/* c */{}", "01", "1.", ".5", "+1",
		"-", "1e", "0x10", "\xef\xbb\xbf{}", "\"\xff\"", "\"\xc0\xaf\"",
		"\"\xed\xa0\x80\"", "[1 2]", "\v1", "[1.]", "[-]", "[-01]",
		"[1.e5]", "[1.5.2]", "[1e+]", "[--1]", "[1e5e5]",
		"{\"a\":1.}" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i], strlen(bad[i])) != NM_ERR_PARSE)
			fail_msg("%s", bad[i]);
	}
	assert_int_equal(parse("{}\0", 3), NM_ERR_PARSE);
	assert_int_equal(parse("\"a\0b\"", 5), NM_ERR_PARSE);
}

static void
depth(void **state)
{
	char text[2 * HOST_MAX_JSON_DEPTH + 8];

	(void)state;
	for (size_t deep = HOST_MAX_JSON_DEPTH - 1;
	     deep <= HOST_MAX_JSON_DEPTH + 1; deep++) {
		memset(text, '[', deep);
		memset(text + deep, ']', deep);
		assert_int_equal(parse(text, 2 * deep),
		    deep <= HOST_MAX_JSON_DEPTH ? NM_OK : NM_ERR_PARSE);
	}
}

static void
number_of_values(void **state)
{
	struct nm_buffer b = NM_BUFFER_INIT;

	(void)state;
	nm_buffer_byte(&b, '[');
	for (unsigned i = 0; i < HOST_MAX_VALUES - 3; i++)
		nm_buffer_string(&b, "1,");
	nm_buffer_string(&b, "1]");
	assert_int_equal(parse((char *)b.data, b.len), NM_OK);
	b.len--;
	nm_buffer_string(&b, ",1,1]");
	assert_int_equal(parse((char *)b.data, b.len), NM_ERR_TOO_LARGE);
	nm_buffer_reset(&b);
	/* in a string they are none */
	nm_buffer_byte(&b, '"');
	for (unsigned i = 0; i < 2 * HOST_MAX_VALUES; i++)
		nm_buffer_byte(&b, ',');
	nm_buffer_byte(&b, '"');
	assert_int_equal(parse((char *)b.data, b.len), NM_OK);
	nm_buffer_reset(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_json),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(depth),
		cmocka_unit_test(number_of_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
